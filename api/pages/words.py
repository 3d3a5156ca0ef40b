"""The fixed words of the pages, in both languages."""

from typing import Final

from core.phrase import Language, Phrase

WORDS: Final[dict[str, Phrase]] = {
    "tagline": Phrase(
        en="Sextant explains why workloads on Kubernetes fail: the cause in one sentence, the evidence, and a fix to "
        "copy.",
        zh="Sextant 说明 Kubernetes 工作负载为何出错：一句话讲清原因，列出证据，并给出可直接复制的修复命令。",
    ),
    "home": Phrase(en="All workloads", zh="全部工作负载"),
    "language": Phrase(en="中文", zh="English"),
    "from_cluster": Phrase(en="Reading the cluster", zh="正在读取集群"),
    "from_demo": Phrase(en="Showing the bundled demo recording", zh="正在展示内置的演示快照"),
    "no_cluster": Phrase(
        en="No cluster is configured, so the bundled demo stands in for one. Start the server with a kubeconfig to "
        "look at your own.",
        zh="尚未配置集群，因此先使用内置演示数据。用 kubeconfig 启动服务即可查看你自己的集群。",
    ),
    "see_demo": Phrase(en="Look at the demo", zh="查看演示"),
    "see_cluster": Phrase(en="Look at the cluster", zh="查看集群"),
    "everywhere": Phrase(en="All namespaces", zh="所有命名空间"),
    "namespace": Phrase(en="Namespace", zh="命名空间"),
    "workload": Phrase(en="Workload", zh="工作负载"),
    "verdict": Phrase(en="Verdict", zh="结论"),
    "cause": Phrase(en="Cause", zh="原因"),
    "ready": Phrase(en="Ready", zh="就绪"),
    "target": Phrase(en="Workload, such as deploy/checkout", zh="工作负载，例如 deploy/checkout"),
    "target_hint": Phrase(en="Leave empty for the whole namespace.", zh="留空则诊断整个命名空间。"),
    "ask": Phrase(en="Diagnose", zh="诊断"),
    "ask_title": Phrase(en="Ask about one workload", zh="诊断一个工作负载"),
    "empty": Phrase(
        en="There are no workloads here. Choose another namespace, or look at all of them.",
        zh="这里没有工作负载。请换一个命名空间，或查看所有命名空间。",
    ),
    "failed": Phrase(en="This did not work", zh="未能完成"),
    "next_step": Phrase(en="What to do now", zh="接下来怎么做"),
    "request": Phrase(en="Request", zh="请求编号"),
    "no_findings": Phrase(en="No cause was found.", zh="未发现原因。"),
    "healthy": Phrase(en="Nothing is wrong here.", zh="一切正常。"),
    "api": Phrase(en="HTTP API", zh="HTTP API"),
}


def word(key: str, language: Language) -> str:
    """Return a fixed word."""
    return WORDS[key].in_language(language)
