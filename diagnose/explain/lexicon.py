"""Words that are no names: what may stand in a sentence without standing in the evidence.

The lists err on the short side. A word that is missing costs a sentence of wording; one too many could let a name pass.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GENERIC = _words(
    "kubernetes kubelet kubectl pod pods container containers cluster clusters node nodes namespace namespaces api id "
    "i a ok e.g i.e etc vs and/or either/or cpu json yaml docker linux s ms mi gi ki mib gib"
)
"""Terms that say nothing about a particular case."""

PRODUCTS = _words(
    "postgres postgresql mysql mariadb mongodb mongo redis memcached kafka rabbitmq nats elasticsearch opensearch "
    "clickhouse cassandra etcd zookeeper consul vault nginx apache httpd haproxy traefik envoy istio linkerd cilium "
    "calico flannel coredns prometheus grafana loki jaeger keycloak minio ceph longhorn harbor quay artifactory github "
    "gitlab jenkins argocd flux helm keda knative aws azure gcp eks aks gke s3 java python node.js nodejs golang ruby "
    "php dotnet rust spring django flask rails laravel express gunicorn uvicorn celery airflow spark hadoop oracle "
    "sqlite mssql sqlserver supabase firebase cloudflare letsencrypt openssl systemd containerd runc cri-o"
)
"""Names of software that look like plain words. One that the evidence does not hold is invented."""

PREFIXES = _words("non re pre post self well long short high low full half one two multi single co sub un over")
COMPOUNDS = _words(
    "out-of-memory read-only up-to-date built-in back-off start-up follow-up so-called in-cluster right-sized "
    "health-check case-sensitive time-out set-up roll-out read/write true/false yes/no end-to-end"
)

KIND_WORDS = _words(
    "pod pods deployment deployments service services container containers namespace node nodes secret configmap "
    "statefulset daemonset job cronjob ingress image volume claim database registry host server application app"
)
"""Words beside which names stand."""

BEFORE = _words(
    "the a an this that these those its their your our his her each every any all some both other another same new old "
    "first second third last next previous current former failing failed running missing waiting existing pending "
    "restarting crashing starting terminating remaining healthy unhealthy ready unready affected main only one no "
    "of in on by to for from with and or as into per whose which what because if when while since but not so than then "
    "kubernetes docker container image base init sidecar backend target wrong right private public remote external "
    "internal local whole entire single specific given named called referenced configured requested required needed "
    "desired available unavailable broken stuck evicted deleted created replaced different older newer worker control "
    "control-plane underlying corresponding stateful headless persistent storage pull service application app database "
    "web http upstream downstream client cluster own more most few several many such also at has have had "
    "selects targets runs starts restarts stops kills mounts pulls uses reads needs expects finds references deletes "
    "creates contains asks requires wants lets makes keeps leaves gives serves reaches matches owns hosts scales"
)
AFTER = _words(
    "is was are were has have had that which and or but also still never always currently itself themselves repeatedly "
    "only already not cannot can could will would may might must should then now again there it they this in on at to "
    "of for from with by as because when while if until before after since account accounts image images name names "
    "network networks process program port ports volume claim template spec status registry server runtime log logs "
    "probe restart restarts memory limit request requests set sets key keys reference tag pull engine controller "
    "application startup start exit exits connection host url password user role plane group groups class"
)
VERBS = _words(
    "is was are were has have had cannot can could may might must should does do did will would fails fail failed "
    "keeps keep runs run starts start started stops stop stopped crashes crash crashed restarts exits exit exited "
    "needs need needed uses use used refuses refused reports reported waits wait points listens tries tried gets got "
    "reaches reached exceeds exceeded"
)

_UP_TO_TWENTY = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
_ROUND = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100, "thousand": 1000}
NUMBER_WORDS = {word: value for value, word in enumerate(_UP_TO_TWENTY.split(" "), start=2)} | _ROUND
"""Numbers in words; one is left out, since it is a pronoun too."""

NEGATIONS = (
    "not", "no", "never", "cannot", "none", "without", "n't", "neither", "nor",
    "没有", "未", "不", "无", "尚未", "并非",
)  # fmt: skip
DENIALS = (
    *NEGATIONS, "fail", "refus", "denied", "deny", "missing", "unset", "absent", "unable", "invalid", "error",
    "forbidden", "exceed", "timeout", "timed out", "unreachable", "expired", "unknown", "kill", "wait", "backoff",
    "back-off", "crash",
    "缺", "失败", "拒绝", "超", "无法", "终止",
)  # fmt: skip
"""Words by which evidence says that something is not so."""

BAD = (
    "kill", "restart", "fail", "refus", "crash", "terminat", "evict", "exceed", "miss", "deni", "expir", "reject",
    "forbid", "forbad", "stuck", "wait", "oom", "stop", "delet", "block", "drop",
    "终止", "重启", "失败", "拒绝", "崩溃", "驱逐", "超过", "超出", "缺失", "缺少", "过期", "超时", "报错", "出错",
)  # fmt: skip
"""Stems of what goes wrong. Denying one of them that the evidence asserts is a contradiction."""

DANGEROUS = (
    "delet", "remov", "drop", "disabl", "uninstall", "wipe", "truncat", "drain", "cordon", "reboot", "grant", "purg",
    "privileged", "cluster-admin", "download", "disclos", "upload", "reveal", "overwrit", "bypass",
    "删除", "移除", "禁用", "停用", "卸载", "清空", "重启节点", "授予", "下载", "上传", "绕过", "关闭校验", "泄露",
)  # fmt: skip
"""Stems of acts that do harm when they are done for a wrong reason."""

ADVICE_VERBS = _words(
    "add change set increase decrease raise lower reduce edit update upgrade replace restart scale roll revert push "
    "pull create apply run execute install open visit contact call click send post email ask check verify "
    "configure fix rename allow enable rotate reset use move switch redeploy rebuild patch annotate label try"
)

ADVICE_HAN = (
    "重启|修改|执行|安装|联系|打开|点击|发送|升级|回滚|扩容|增加|提高|降低|减少|创建|替换|重建|切换|授权|关闭|放宽"
)
"""The same in Chinese, as alternatives of a pattern."""

ADJECTIVAL = ("ed", "ous", "ful", "able", "ible", "less", "ly")
"""Endings of words that are hardly names."""
