"""What Argo CD and Flux fail to bring into the cluster."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, mapping, moment, namespace, numbered, objects, text, truth
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.drift.messages import advice, clipped, mentioned
from diagnose.containers import FieldPath
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Role, proved
from diagnose.remedies import command
from diagnose.scene import Scene

APPLICATION = "Application.argoproj.io"
KUSTOMIZATION = "Kustomization.kustomize.toolkit.fluxcd.io"
SOURCE_GROUP = "source.toolkit.fluxcd.io"
SOURCES = tuple(
    f"{kind}.{SOURCE_GROUP}" for kind in ("GitRepository", "OCIRepository", "HelmRepository", "HelmChart", "Bucket")
)
_ARGO_ERRORS = frozenset({"ComparisonError", "InvalidSpecError", "SyncError"})
_UNDER_WAY = re.compile(r"^(?:Progressing|ReconciliationInProgress|.{0,40}InProgress|Unknown|Reconciling)$")
_HEALTH = frozenset({"HealthCheckFailed", "HealthCheckCanceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a delivery object says went wrong, and where it says so."""

    obj: Obj
    reason: str
    message: str
    path: FieldPath
    since: datetime | None


def judge_gitops(scene: Scene) -> Iterator[Finding]:
    """Report each Argo CD application and each Flux object that could not do its work."""
    for app in scene.snapshot.all(APPLICATION):
        if not text(app, "metadata", "deletionTimestamp") and (failure := _argo(app)):
            yield _finding(scene, failure, "argo", _failed_resources(app))
    for kind in (KUSTOMIZATION, *SOURCES):
        for obj in scene.snapshot.all(kind):
            failure = flux_failure(obj)
            if failure is not None:
                yield _finding(scene, failure, "flux", ())


def _argo(app: Obj) -> Failure | None:
    """Return the failed operation, else the first error condition; drift alone is none."""
    for index, entry in numbered(app, "status", "conditions"):
        if text(entry, "type") in _ARGO_ERRORS and text(entry, "status") != "False":
            return Failure(
                obj=app,
                reason=text(entry, "type"),
                message=text(entry, "message"),
                path=("status", "conditions", index, "message"),
                since=moment(entry, "lastTransitionTime"),
            )
    phase = text(app, "status", "operationState", "phase")
    synced = text(app, "status", "sync", "status") == "Synced"
    if phase not in {"Error", "Failed"} or (synced and text(app, "status", "health", "status") == "Healthy"):
        return None
    said = text(app, "status", "operationState", "message")
    return Failure(
        obj=app,
        reason=f"operation {phase}",
        message=said,
        path=("status", "operationState", "message" if said else "phase"),
        since=moment(app, "status", "operationState", "finishedAt"),
    )


def _failed_resources(app: Obj) -> tuple[tuple[int, Obj], ...]:
    """Return the resources that the last sync could not apply."""
    return tuple(
        (index, entry)
        for index, entry in numbered(app, "status", "operationState", "syncResult", "resources")
        if text(entry, "status") == "SyncFailed" or text(entry, "hookPhase") in {"Failed", "Error"}
    )


def flux_failure(obj: Obj) -> Failure | None:
    """Return why a Flux object is not ready; None while it works, is suspended, or is being deleted."""
    if truth(obj, "spec", "suspend") or text(obj, "metadata", "deletionTimestamp"):
        return None
    found: list[Failure] = []
    for index, entry in numbered(obj, "status", "conditions"):
        kind, state, reason = text(entry, "type"), text(entry, "status"), text(entry, "reason")
        bad = (kind == "Ready" and state == "False" and not _UNDER_WAY.match(reason)) or (
            kind == "Stalled" and state == "True"
        )
        if bad:
            found.append(
                Failure(
                    obj=obj,
                    reason=reason or kind,
                    message=text(entry, "message"),
                    path=("status", "conditions", index, "message" if text(entry, "message") else "status"),
                    since=moment(entry, "lastTransitionTime"),
                )
            )
    return max(found, key=lambda failure: failure.path[-1] == "message", default=None)


def _finding(scene: Scene, failure: Failure, variant: str, failed: tuple[tuple[int, Obj], ...]) -> Finding:
    obj, ref = failure.obj, ref_of(failure.obj)
    said = text(failed[0][1], "message") if failed else ""
    message = said or failure.message or failure.reason
    below = _below(scene, failure, failed, message)
    evidence: list[Evidence] = [scene.field(obj, *failure.path)]
    if failed and said:
        at = failed[0][0]
        evidence.append(scene.field(obj, "status", "operationState", "syncResult", "resources", at, "message"))
    revision = _revision(obj)
    at_revision = f" (revision {revision})" if revision else ""
    at_revision_zh = f"（版本 {revision}）" if revision else ""
    which = f" {text(failed[0][1], 'kind')} {text(failed[0][1], 'name')}" if failed else ""
    what, what_zh = _what(ref, which)
    return Finding(
        code="GitOpsSyncFailed",
        variant=variant,
        role=Role.SYMPTOM if below else Role.ROOT,
        confidence=proved("the object's own status says so", "对象自身的状态如此说明"),
        object=ref,
        affected=below,
        summary=Phrase(
            en=f"{ref.kind} {ref.name} {what}{at_revision}: {clipped(message)}",
            zh=f"{ref.kind} {ref.name} {what_zh}{at_revision_zh}：{clipped(message)}",
        ),
        expected="Ready: True" if variant == "flux" else "operationState.phase: Succeeded",
        actual=failure.reason,
        evidence=tuple(evidence),
        remedies=(_cure(message), _again(ref, variant)),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe {ref.slug.replace('/', ' ', 1)}",
                why=Phrase(en="its conditions and events hold the whole message", zh="其状况和事件包含完整的消息"),
            ),
        ),
        since=failure.since,
    )


def _what(ref: ObjectRef, which: str) -> tuple[str, str]:
    if ref.group == SOURCE_GROUP:
        return "cannot fetch its source", "无法获取其来源"
    if not which:
        return "cannot bring its source into the cluster", "无法将其来源同步到集群"
    return f"cannot bring{which} into the cluster", f"无法将{which} 同步到集群"


def _revision(obj: Obj) -> str:
    for path in (
        ("status", "operationState", "syncResult", "revision"),
        ("status", "lastAttemptedRevision"),
        ("status", "sync", "revision"),
    ):
        if found := text(obj, *path):
            return found[:40]
    return ""


def _below(scene: Scene, failure: Failure, failed: tuple[tuple[int, Obj], ...], message: str) -> tuple[Reach, ...]:
    """Point at what the failure is only a sign of: a source or dependency that fails too, or an unwell workload."""
    found: list[ObjectRef] = []
    obj, space = failure.obj, namespace(failure.obj)
    if text(obj, "kind") == "Kustomization":
        source = mapping(obj, "spec", "sourceRef")
        wanted = (f"{text(source, 'kind')}.{SOURCE_GROUP}", text(source, "namespace") or space, text(source, "name"))
        needed = [wanted] + [
            (KUSTOMIZATION, text(entry, "namespace") or space, text(entry, "name"))
            for entry in objects(obj, "spec", "dependsOn")
        ]
        for key, where, label in needed:
            other = scene.snapshot.get(key, where, label)
            if other is not None and flux_failure(other) is not None:
                found.append(ref_of(other))
    elif text(obj, "kind") == "HelmChart":
        source = mapping(obj, "spec", "sourceRef")
        other = scene.snapshot.get(f"{text(source, 'kind')}.{SOURCE_GROUP}", space, text(source, "name"))
        if other is not None and flux_failure(other) is not None:
            found.append(ref_of(other))
    if failure.reason in _HEALTH or "timeout waiting for" in message.lower():
        found += [ref_of(entry) for entry in mentioned(scene, message)]
    for _, entry in failed:
        hook = text(entry, "hookPhase") in {"Failed", "Error"} and text(entry, "kind") == "Job"
        job = scene.snapshot.get("Job", text(entry, "namespace"), text(entry, "name")) if hook else None
        if job is not None:
            found.append(ref_of(job))
    return tuple(Reach(ref=ref, edge=Edge.TARGET) for ref in dict.fromkeys(found))


def _cure(message: str) -> Remedy:
    return Remedy(summary=advice(message))


def _again(ref: ObjectRef, variant: str) -> Remedy:
    summary = Phrase(en="Then let it try again", zh="然后让它重新尝试")
    if variant == "argo":
        operation = '{"operation":{"initiatedBy":{"username":"sextant"},"sync":{}}}'
        line = f"kubectl -n {ref.namespace} patch {ref.slug} --type=merge -p '{operation}'"
    else:
        line = (
            f"kubectl -n {ref.namespace} annotate --overwrite {ref.slug.replace('/', ' ', 1)} "
            'reconcile.fluxcd.io/requestedAt="$(date +%s)"'
        )
    return command(
        line,
        summary=summary,
        verify=f"kubectl -n {ref.namespace} get {ref.slug.replace('/', ' ', 1)}",
        expect=Phrase(en="Synced, or READY is True", zh="显示 Synced，或 READY 为 True"),
    )
