"""Helm releases that failed or hang, told by Flux or by the release records that Helm itself keeps."""

from collections.abc import Iterator

from cluster.fields import Obj, mapping, moment, name, namespace, numbered, text, truth
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.drift.gitops import SOURCE_GROUP, flux_failure
from diagnose.analyzers.drift.messages import advice, clipped, mentioned
from diagnose.analyzers.drift.records import judge_record, newest_records, workloads_of_release
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Role, proved
from diagnose.remedies import command
from diagnose.scene import Scene

HELM_RELEASE = "HelmRelease.helm.toolkit.fluxcd.io"

_FAILURES = frozenset(
    {
        *("InstallFailed", "UpgradeFailed", "RollbackFailed", "UninstallFailed", "TestFailed", "ArtifactFailed"),
        *("RetriesExceeded", "MissingRollbackTarget", "StateError", "ValuesError", "HelmChartNotReady"),
        *("ChartNotReady", "SourceNotReady", "ReconciliationFailed", "DependencyNotReady"),
    }
)


def judge_helm(scene: Scene) -> Iterator[Finding]:
    """Report each release whose newest revision failed or was cut off."""
    told: set[tuple[str, str]] = set()
    for release in scene.snapshot.all(HELM_RELEASE):
        label = text(release, "spec", "releaseName") or name(release)
        space = text(release, "spec", "targetNamespace") or namespace(release)
        if (found := _flux(scene, release)) is not None:
            told |= {(space, label), (text(release, "spec", "storageNamespace") or space, label)}
            yield found
    for record in newest_records(scene):
        if (namespace(record.obj), record.release) not in told and (found := judge_record(scene, record)) is not None:
            yield found


def _flux(scene: Scene, release: Obj) -> Finding | None:
    if truth(release, "spec", "suspend") or text(release, "metadata", "deletionTimestamp"):
        return None
    states = {
        text(entry, "type"): (index, entry)
        for index, entry in numbered(release, "status", "conditions")
        if text(entry, "type")
    }
    chosen = _chosen(states)
    if chosen is None:
        return None
    index, entry = chosen
    ref, message = ref_of(release), text(entry, "message") or text(entry, "reason")
    below = _source(scene, release) + _unwell(scene, release, message)
    chart = text(release, "spec", "chart", "spec", "chart") or text(release, "spec", "chartRef", "name")
    revision = text(release, "status", "lastAttemptedRevision")
    of = f" (chart {chart}{f' {revision}' if revision else ''})" if chart else ""
    of_zh = f"（chart {chart}{f' {revision}' if revision else ''}）" if chart else ""
    return Finding(
        code="HelmReleaseFailed",
        role=Role.SYMPTOM if below else Role.ROOT,
        confidence=proved("the release's own conditions say so", "发布对象自身的状况如此说明"),
        object=ref,
        affected=below,
        summary=Phrase(
            en=f"Helm release {ref.name}{of} could not be brought into the cluster: {clipped(message)}",
            zh=f"Helm 发布 {ref.name}{of_zh} 未能部署到集群：{clipped(message)}",
        ),
        expected="Ready: True",
        actual=f"{text(entry, 'type')}: {text(entry, 'status')} ({text(entry, 'reason')})",
        evidence=(
            scene.field(release, "status", "conditions", index, "message" if text(entry, "message") else "reason"),
        ),
        remedies=(
            Remedy(summary=advice(message)),
            command(
                f"kubectl -n {ref.namespace} annotate --overwrite {ref.slug.replace('/', ' ', 1)} "
                'reconcile.fluxcd.io/requestedAt="$(date +%s)" reconcile.fluxcd.io/forceAt="$(date +%s)"',
                summary=Phrase(en="Then let Flux try the release again", zh="然后让 Flux 重新尝试该发布"),
                verify=f"kubectl -n {ref.namespace} get {ref.slug.replace('/', ' ', 1)}",
                expect=Phrase(en="READY is True", zh="READY 为 True"),
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe {ref.slug.replace('/', ' ', 1)}",
                why=Phrase(en="its events keep the first error", zh="其事件保留了最初的错误"),
            ),
        ),
        since=moment(entry, "lastTransitionTime"),
    )


def _chosen(states: dict[str, tuple[int, Obj]]) -> tuple[int, Obj] | None:
    """Return the condition that tells the first error: ``Released`` before ``Ready``, which remediation overwrites."""
    ready = states.get("Ready")
    if ready is not None and text(ready[1], "status") == "True":
        return None
    for kind, bad in (("Released", "False"), ("Ready", "False"), ("Stalled", "True")):
        found = states.get(kind)
        if found is not None and text(found[1], "status") == bad and text(found[1], "reason") in _FAILURES:
            return found
    return None


def _source(scene: Scene, release: Obj) -> tuple[Reach, ...]:
    """Point at a chart or repository that fails itself, or at a release that must come first."""
    source = mapping(release, "spec", "chart", "spec", "sourceRef") or mapping(release, "spec", "chartRef")
    space = text(source, "namespace") or namespace(release)
    candidates = [
        (f"{text(source, 'kind')}.{SOURCE_GROUP}", space, text(source, "name")),
        (f"HelmChart.{SOURCE_GROUP}", space, f"{namespace(release)}-{name(release)}"),
    ]
    found = [scene.snapshot.get(*key) for key in candidates]
    return tuple(
        Reach(ref=ref_of(obj), edge=Edge.TARGET) for obj in found if obj is not None and flux_failure(obj) is not None
    )


def _unwell(scene: Scene, release: Obj, message: str) -> tuple[Reach, ...]:
    """Point at the workloads that the message names, and at those of the release where it waited in vain."""
    space = text(release, "spec", "targetNamespace") or namespace(release)
    found = list(mentioned(scene, message, space=space))
    waited = "timed out" in message or "deadline exceeded" in message or "timeout waiting" in message
    if waited and not found:
        found = workloads_of_release(scene, space, text(release, "spec", "releaseName") or name(release))
    return tuple(Reach(ref=ref_of(obj), edge=Edge.TARGET) for obj in found)
