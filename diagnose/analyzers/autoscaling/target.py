"""Autoscalers whose target does not exist."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import moment, name, text
from cluster.names import closest
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.autoscaling.view import Scaler, State
from diagnose.findings import Finding, InProgress, Observation, Remedy, proved
from diagnose.remedies import command, object_patch

_NOT_FOUND = re.compile(r"\S{1,120} \"[^\"]{1,253}\" not found")
_NO_KIND = re.compile(r"no matches for kind \"([^\"]{1,120})\"(?: in (?:version|group) \"([^\"]{1,160})\")?")
_SCALABLE = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "ReplicaSet": "apps/v1"}


def judge_target(scaler: Scaler) -> Iterator[Observation]:
    """Report an autoscaler that points at nothing."""
    if not scaler.target_ref.name:
        return
    state = scaler.state("AbleToScale")
    told = state.status == "False" and state.reason == "FailedGetScale"
    no_kind = _NO_KIND.search(state.message) if told else None
    not_found = _NOT_FOUND.search(state.message) if told else None
    space, key, wanted = scaler.target_key
    absent = scaler.scene.snapshot.absent(key, space, wanted)
    if no_kind is None and (scaler.target is not None or not (absent or not_found)):
        return
    born, grace = moment(scaler.obj, "metadata", "creationTimestamp"), scaler.scene.numbers.hpa_warmup_seconds
    if born and scaler.scene.age(born) < grace:
        yield InProgress(
            object=scaler.ref,
            reason=Phrase(
                en="the autoscaler is new and its target is not there yet", zh="自动伸缩器刚创建，其目标尚不存在"
            ),
            until=born + timedelta(seconds=grace),
        )
        return
    match = no_kind or not_found
    yield _missing(
        scaler,
        state,
        match.group() if match else "",
        version=(no_kind[2] or "") if no_kind else None,
        absent=absent and no_kind is None,
    )


def _missing(scaler: Scaler, state: State, said: str, *, version: str | None, absent: bool) -> Finding:
    scene, wanted = scaler.scene, scaler.target_ref
    candidates = _candidates(scaler, wrong_version=version is not None)
    near = tuple(f"{kind} {label}" for kind, label in candidates)
    if version is not None:
        at = f" in {version}" if version else ""
        why, why_zh = (
            f"the cluster has no kind {wanted.kind}{at}",
            f"集群的 {version or 'API'} 中没有 {wanted.kind} 类型",
        )
    else:
        why = f"it does not exist in namespace {wanted.namespace}"
        why_zh = f"它在命名空间 {wanted.namespace} 中不存在"
    hint, hint_zh = (f"; there is {near[0]}", f"；存在的是 {near[0]}") if near else ("", "")
    evidence: list[Evidence] = [
        scene.field(scaler.obj, "spec", "scaleTargetRef", "apiVersion" if version is not None else "name")
    ]
    if said:
        evidence.append(state.evidence(said))
    if absent:
        evidence.append(scaler.around.absence(wanted))
    return Finding(
        code="AutoscalerTargetMissing",
        confidence=proved(
            "the autoscaler says so" if not absent else "the complete list does not hold it",
            "自动伸缩器如此说明" if not absent else "完整的列表中没有它",
            twice=bool(said and absent),
        ),
        object=scaler.ref,
        summary=Phrase(
            en=f"The autoscaler {scaler.ref.name} is to scale {scaler.what}, but {why}{hint}",
            zh=f"自动伸缩器 {scaler.ref.name} 要伸缩 {scaler.what}，但{why_zh}{hint_zh}",
        ),
        expected=f"spec.scaleTargetRef: {near[0]}" if near else f"{wanted.kind} {wanted.namespace}/{wanted.name}",
        actual=f"spec.scaleTargetRef: {scaler.what}",
        near=near,
        evidence=tuple(evidence),
        remedies=(*_pointed(scaler, candidates), _deleted(scaler)),
        next_checks=(scaler.look(),),
        since=state.since or moment(scaler.obj, "metadata", "creationTimestamp"),
    )


def _candidates(scaler: Scaler, *, wrong_version: bool) -> list[tuple[str, str]]:
    """Return what was probably meant: the same name under another kind or version, then near names of the kind."""
    snapshot, wanted = scaler.scene.snapshot, scaler.target_ref
    found = [
        (kind, wanted.name)
        for kind in _SCALABLE
        if (wrong_version or kind != wanted.kind) and kind != "ReplicaSet"
        if snapshot.get(kind, wanted.namespace, wanted.name) is not None
    ]
    if wanted.kind in _SCALABLE:
        names = (name(entry) for entry in snapshot.all(wanted.kind, wanted.namespace))
        found += [(wanted.kind, label) for label in closest(wanted.name, names)]
    return found[:3]


def _pointed(scaler: Scaler, candidates: list[tuple[str, str]]) -> tuple[Remedy, ...]:
    if not candidates:
        return ()
    kind, label = candidates[0]
    wanted = scaler.target_ref
    change = {"apiVersion": _SCALABLE[kind], "kind": kind, "name": label}
    former = {"apiVersion": _version(scaler), "kind": wanted.kind, "name": wanted.name}
    blank = Phrase(en="", zh="")
    return (
        object_patch(
            scaler.obj,
            {"spec": {"scaleTargetRef": change}},
            summary=Phrase(
                en=f"Point the autoscaler at {kind} {label}, which exists",
                zh=f"让自动伸缩器指向已存在的 {kind} {label}",
            ),
            verify=f"kubectl -n {scaler.ref.namespace} get hpa {scaler.ref.name}",
            expect=Phrase(en="TARGETS shows a number within a minute", zh="一分钟内 TARGETS 列显示数值"),
            undo=object_patch(scaler.ref, {"spec": {"scaleTargetRef": former}}, summary=blank).command,
        ),
    )


def _version(scaler: Scaler) -> str | None:
    return text(scaler.obj, "spec", "scaleTargetRef", "apiVersion") or None


def _deleted(scaler: Scaler) -> Remedy:
    return command(
        f"kubectl -n {scaler.ref.namespace} delete hpa {scaler.ref.name}",
        summary=Phrase(
            en="Or delete the autoscaler, if what it scaled was removed on purpose",
            zh="如果其目标是有意删除的，则删除该自动伸缩器",
        ),
        verify=f"kubectl -n {scaler.ref.namespace} get hpa",
        expect=Phrase(en="it is no longer listed", zh="列表中不再有它"),
        reversible=False,
    )
