"""Messages of delivery tools: what kind of trouble they name, and which workloads."""

import re

from cluster.fields import Obj
from cluster.kinds import BY_KEY, WORKLOAD_KINDS
from core.phrase import Phrase
from diagnose.scene import Scene
from diagnose.state import workload_satisfied

MAX_MESSAGE = 220
"""Characters of a message that a summary shows."""
MAX_NAMED = 5

_SPACES = re.compile(r"\s+")
_WORKLOAD = re.compile(
    r"\b(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|Pod)/([a-z0-9.-]{1,253})/([a-z0-9.-]{1,253})"
)
_QUOTED = re.compile(
    r"\b(deployment|statefulset|daemonset|job|pod)s?(?:\.apps|\.batch)?[ /]\"?([a-z0-9.-]{1,253})", re.IGNORECASE
)

_ADVICE: tuple[tuple[re.Pattern[str], Phrase], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Phrase(en=en, zh=zh))
    for pattern, en, zh in (
        (
            r"no matches for kind|could not find the requested resource|resource mapping not found",
            "Install the kind that the manifest needs (its CRD), or write a version that the cluster serves",
            "安装清单所需的类型（CRD），或改用集群提供的版本",
        ),
        (
            r"authenticat|authorization failed|permission denied|could not read username|unauthorized|403 forbidden",
            "Give the delivery tool credentials that may read the repository",
            "为交付工具配置可读取该仓库的凭据",
        ),
        (
            r"x509|certificate|tls:",
            "Make the repository's certificate trusted, or replace it if it has run out",
            "信任该仓库的证书；如已过期则更换",
        ),
        (
            r"no such host|lookup .{0,100} on |timeout|timed out|connection refused|unable to (?:connect|clone)",
            "See whether the repository can be reached from the cluster: name, network, proxy",
            "检查集群能否访问该仓库：域名、网络、代理",
        ),
        (
            r"(?:repository|reference) not found|find remote ref|unable to resolve|no such file|path .{0,99} not exist",
            "Correct the repository, branch, tag or path that it names",
            "修正其中的仓库、分支、标签或路径",
        ),
        (
            r"field is immutable|immutable",
            "A field that may not change was changed: delete the object and let it be made anew, or undo that change",
            "修改了不可变字段：删除该对象后重建，或撤销该修改",
        ),
        (
            r"exceeded quota|is forbidden|denied the request|admission webhook|violates podsecurity",
            "The cluster refuses the object: change the manifest so that it meets the rule that the message names",
            "集群拒绝了该对象：按消息所述规则修改清单",
        ),
        (
            r"yaml|json|unmarshal|kustomize build|accumulating|unknown field|is invalid|template:|parse error",
            "Correct the manifest at the place that the message names, and push it",
            "按消息指出的位置修正清单并提交",
        ),
        (
            r"another operation",
            "Wait for the other operation to end; one that was cut off must be rolled back first",
            "等待另一操作结束；被中断的操作需先回滚",
        ),
    )
)
_OTHERWISE = Phrase(en="Put right what the message names", zh="解决消息中指出的问题")


def clipped(message: str) -> str:
    """Return a message in one line, cut where it gets long, without a full stop."""
    line = _SPACES.sub(" ", message).strip()
    return (line if len(line) <= MAX_MESSAGE else line[: MAX_MESSAGE - 1] + "…").rstrip(". ")


def advice(message: str) -> Phrase:
    """Return what to do about a message of this kind."""
    return next((phrase for pattern, phrase in _ADVICE if pattern.search(message[:4000])), _OTHERWISE)


def mentioned(scene: Scene, message: str, *, space: str = "") -> tuple[Obj, ...]:
    """Return the workloads that a message names and that are not well."""
    found: list[Obj] = []
    for kind, where, label in _WORKLOAD.findall(message[:8000]):
        obj = scene.snapshot.get(kind, where, label)
        if obj is not None and not workload_satisfied(scene, obj):
            found.append(obj)
    for word, label in _QUOTED.findall(message[:8000]) if space else ():
        kind = next((entry for entry in WORKLOAD_KINDS if entry.lower() == word.lower() and entry in BY_KEY), "")
        obj = scene.snapshot.get(kind, space, label) if kind else None
        if obj is not None and not workload_satisfied(scene, obj):
            found.append(obj)
    return tuple(found[:MAX_NAMED])
