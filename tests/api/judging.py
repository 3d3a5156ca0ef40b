"""A judge of few words for tests of the API: a Deployment without ready pods is failing, the rest is healthy."""

from cluster.fields import text, whole
from cluster.snapshot import Snapshot, ref_of
from core.evidence import Evidence, FieldSource
from core.phrase import Phrase
from core.settings import DiagnoseSettings
from diagnose.findings import Diagnosis, Finding, Remedy, Verdict, WorkloadState, proved
from diagnose.graph import Graph
from diagnose.scope import resolve


def judge(
    snapshot: Snapshot,
    *,
    target: str = "",
    namespace: str = "",
    numbers: DiagnoseSettings | None = None,
    hygiene: bool = False,
) -> Diagnosis:
    """Judge the workloads in scope."""
    scope = resolve(snapshot, Graph(snapshot), target=target, space=namespace)
    findings: list[Finding] = []
    states: list[WorkloadState] = []
    for obj in scope.workloads:
        ref, ready, wanted = ref_of(obj), whole(obj, "status", "readyReplicas"), whole(obj, "spec", "replicas")
        failing = ready < wanted
        if failing:
            image = text(obj, "spec", "template", "spec", "containers", 0, "image")
            path = ("spec", "template", "spec", "containers", 0, "image")
            findings.append(
                Finding(
                    code="ImageTagNotFound",
                    confidence=proved("read", "已读取"),
                    object=ref,
                    summary=Phrase(en=f"image {image} does not exist", zh=f"镜像 {image} 不存在"),
                    evidence=(Evidence(source=FieldSource(object=ref, path=path), quote=image),),
                    remedies=(
                        Remedy(
                            summary=Phrase(en="Use a tag that exists.", zh="使用存在的标签。"),
                            command=f"kubectl set image {ref.slug} app=IMAGE -n {ref.namespace}",
                            verify=f"kubectl rollout status {ref.slug} -n {ref.namespace}",
                            undo=f"kubectl rollout undo {ref.slug} -n {ref.namespace}",
                        ),
                    ),
                )
            )
        verdict = Verdict.FAILING if failing else Verdict.HEALTHY
        states.append(WorkloadState(object=ref, verdict=verdict, ready=ready, wanted=wanted))
    states.sort(key=lambda state: (state.verdict.rank, state.object))
    return Diagnosis(
        target=scope.label,
        verdict=Verdict.FAILING if findings else Verdict.HEALTHY,
        summary=Phrase(en=f"{len(findings)} failing", zh=f"{len(findings)} 个故障"),
        now=snapshot.now,
        origin=snapshot.origin,
        findings=tuple(findings),
        workloads=tuple(states),
        checked=(Phrase(en="images", zh="镜像"),),
        coverage=snapshot.coverage,
    )
