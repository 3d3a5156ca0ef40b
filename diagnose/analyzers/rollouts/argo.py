"""Rollouts of Argo whose new version does not become ready in time."""

from collections.abc import Iterator

from cluster.fields import Obj, moment, name, numbered, text, truth, whole
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.findings import Edge, Finding, NextCheck, Reach, Risk, Role, proved
from diagnose.remedies import command
from diagnose.scene import Scene
from diagnose.state import pod_ready

ROLLOUT = "Rollout.argoproj.io"
_LATE = frozenset({"ProgressDeadlineExceeded", "RolloutAborted"})


def argo_stuck(scene: Scene) -> Iterator[Finding]:
    """Yield each Rollout whose own condition says that its new version timed out or was given up."""
    for obj in scene.snapshot.all(ROLLOUT):
        if text(obj, "metadata", "deletionTimestamp") or truth(obj, "spec", "paused"):
            continue
        for index, entry in numbered(obj, "status", "conditions"):
            late = text(entry, "type") == "Progressing" and text(entry, "status") == "False"
            if late and text(entry, "reason") in _LATE:
                yield _finding(scene, obj, index, entry)


def _finding(scene: Scene, obj: Obj, index: int, entry: Obj) -> Finding:
    ref = ref_of(obj)
    ready, wanted = whole(obj, "status", "readyReplicas"), whole(obj, "spec", "replicas", default=1)
    given_up = text(entry, "reason") == "RolloutAborted"
    waiting = [pod for pod in scene.graph.pods_of(obj) if not pod_ready(pod)]
    went = ("was given up", "已被放弃") if given_up else ("has not become ready in time", "未能按时就绪")
    return Finding(
        code="RolloutStuck",
        role=Role.SYMPTOM,
        confidence=proved("the Rollout's own status says so", "Rollout 自身的状态写明"),
        object=ref,
        affected=(*scene.reach_pods(waiting), Reach(ref=ref, edge=Edge.OWNER)),
        summary=Phrase(
            en=f"The new version of Rollout {name(obj)} {went[0]}; {ready} of {wanted} pods are ready, old ones "
            "included",
            zh=f"Rollout {name(obj)} 的新版本{went[1]}；{wanted} 个 Pod 中有 {ready} 个就绪（含旧版本）",
        ),
        expected=f"{wanted} pods of the new version ready",
        actual=f"{text(entry, 'reason')}; updatedReplicas {whole(obj, 'status', 'updatedReplicas')}",
        evidence=(
            scene.field(obj, "status", "conditions", index, "reason"),
            scene.field(obj, "status", "conditions", index, "message"),
        ),
        remedies=(
            command(
                f"kubectl argo rollouts undo {ref.name} -n {ref.namespace}"
                if given_up
                else f"kubectl argo rollouts abort {ref.name} -n {ref.namespace}",
                summary=Phrase(
                    en="Go back to the version before in the template too, so that nothing tries the new one again"
                    if given_up
                    else "Send all traffic to the stable version while this is sorted out",
                    zh="把模板也退回上一个版本，避免再次发布新版本"
                    if given_up
                    else "先让全部流量回到稳定版本，再处理这个问题",
                ),
                verify=f"kubectl argo rollouts status {ref.name} -n {ref.namespace} --timeout 180s",
                expect=Phrase(en="the stable version serves", zh="稳定版本提供服务"),
                undo="" if given_up else f"kubectl argo rollouts retry rollout {ref.name} -n {ref.namespace}",
                risk=Risk.RESTART,
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe rollouts.argoproj.io/{ref.name}",
                why=Phrase(en="its conditions and events name what it waits for", zh="其状况与事件会说明它在等待什么"),
            ),
        ),
        since=moment(entry, "lastTransitionTime"),
    )
