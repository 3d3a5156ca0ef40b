"""Who must remove a finalizer, how that one is, and how to bring it back."""

from cluster.snapshot import Event
from core.phrase import Phrase
from diagnose.analyzers.termination.leaving import BY_KUBERNETES, Leaving
from diagnose.controllers import Controller
from diagnose.findings import Confidence, Remedy, Who, inferred, proved
from diagnose.remedies import command


def responsible(leaving: Leaving, left: list[str], owner: Controller | None) -> Phrase:
    """Say who must remove it and how that one is, as the end of a sentence."""
    if owner is not None:
        return Phrase(en=f"; {owner.state.en}", zh=f"；{owner.state.zh}")
    if all(entry in BY_KUBERNETES for entry in left):
        return Phrase(
            en="; Kubernetes' own controller manager must remove it", zh="；应由 Kubernetes 自身的控制器管理器移除"
        )
    if leaving.controllers.all_read:
        return Phrase(
            en="; no workload of the cluster bears the name of the controller that must remove it",
            zh="；集群中没有工作负载与负责移除它的控制器同名",
        )
    return Phrase(en="", zh="")


def sureness(owner: Controller | None) -> Confidence:
    """Say how sure it is: the finalizer is a fact, and a controller that is down and named a second one."""
    if owner is not None and owner.down and owner.proof == "managed":
        return proved(
            "the finalizer is set, and the controller that set it does not run",
            "终结器仍在，且设置它的控制器没有运行",
            twice=True,
        )
    if owner is not None and owner.down:
        return inferred(
            "the finalizer is set; which controller removes it was inferred from its name",
            "终结器仍在；负责的控制器由名称推断",
            value=0.6,
        )
    return proved("the deletion time and the finalizer stand in the object", "对象中记录了删除时间和终结器")


def restored(owner: Controller | None, left: list[str], told: Event | None = None) -> tuple[Remedy, ...]:
    """Bring the controller back, so that it does its work and removes the finalizer itself.

    What it was ``told`` to report of late shows that it runs and fails.
    """
    if told is not None and (owner is None or not owner.down):
        return (
            Remedy(
                summary=Phrase(
                    en=f"Put right what {told.component or 'its controller'} reports; it cleans up and removes the "
                    "finalizer by itself then",
                    zh=f"解决 {told.component or '其控制器'} 报告的问题，之后它会自行清理并移除终结器",
                ),
                who=Who.CLUSTER_ADMIN,
            ),
        )
    if owner is None:
        if all(entry in BY_KUBERNETES for entry in left):
            return (
                command(
                    "kubectl -n kube-system get pods",
                    summary=Phrase(
                        en="See whether kube-controller-manager runs; it removes this finalizer by itself",
                        zh="检查 kube-controller-manager 是否运行，它会自行移除该终结器",
                    ),
                    who=Who.CLUSTER_ADMIN,
                ),
            )
        return (
            Remedy(
                summary=Phrase(
                    en=f"Find the controller that set {left[0]} and get it to run, or install it again, so that it "
                    "can clean up",
                    zh=f"找到设置 {left[0]} 的控制器并让它恢复运行（或重新安装），由它完成清理",
                ),
                who=Who.CLUSTER_ADMIN,
            ),
        )
    where = f"kubectl -n {owner.ref.namespace}"
    if owner.reading.wanted == 0 and owner.ref.kind != "DaemonSet":
        return (
            command(
                f"{where} scale {owner.ref.slug} --replicas=1",
                summary=Phrase(
                    en=f"Start {owner.label} again; it then cleans up and removes the finalizer",
                    zh=f"重新启动 {owner.label}，它会完成清理并移除终结器",
                ),
                verify=f"{where} rollout status {owner.ref.slug} --timeout=180s",
                expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
                undo=f"{where} scale {owner.ref.slug} --replicas=0",
                who=Who.CLUSTER_ADMIN,
            ),
        )
    return (
        command(
            f"{where} rollout restart {owner.ref.slug}",
            summary=Phrase(
                en=f"Read the log of {owner.label}, put right what it fails at, and restart it",
                zh=f"查看 {owner.label} 的日志，解决其失败原因后重启",
            ),
            verify=f"{where} rollout status {owner.ref.slug} --timeout=180s",
            expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
            who=Who.CLUSTER_ADMIN,
        ),
    )
