"""Namespaces that stay in Terminating."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cluster.fields import EMPTY, Obj, condition, moment, name, numbered, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.termination.keepers import responsible, restored, sureness
from diagnose.analyzers.termination.leaving import Leaving, finalizers, without_finalizers
from diagnose.analyzers.termination.objects import ref_label
from diagnose.controllers import Controller
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Remedy,
    Role,
    Who,
    inferred,
    proved,
)
from diagnose.remedies import command

MAX_NAMED = 5
"""Objects that hold a namespace and are named."""

_DISCOVERY, _DELETION = "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionContentFailure"
_FINALIZERS, _CONTENT = "NamespaceFinalizersRemaining", "NamespaceContentRemaining"
_ORDER = (_DISCOVERY, "NamespaceDeletionGroupVersionParsingFailure", _FINALIZERS, _DELETION, _CONTENT)
_FINALIZER = re.compile(r"([A-Za-z0-9][\w./-]{0,250}) in (\d{1,9}) resource instances")
_KIND = re.compile(r"([a-z0-9][a-z0-9.-]{0,250}) has (\d{1,9}) resource instances")
_GROUP = re.compile(r"([a-z0-9][a-z0-9.-]{0,250}/v[a-z0-9]{1,20})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """One condition of a namespace that is True, with its place."""

    index: int
    type: str
    message: str


def judge_namespaces(leaving: Leaving) -> Iterator[Observation]:
    """Report each namespace that has been going for too long, with what is left in it."""
    scene = leaving.scene
    for obj in leaving.objects:
        deleted = moment(obj, "metadata", "deletionTimestamp")
        if text(obj, "kind") != "Namespace" or deleted is None:
            continue
        grace = scene.numbers.finalizer_grace_seconds
        if scene.age(deleted) < grace:
            yield InProgress(
                object=ref_of(obj),
                reason=Phrase(
                    en="the namespace is being deleted with all that is in it", zh="命名空间及其全部内容正在删除"
                ),
                until=deleted + timedelta(seconds=grace),
            )
        elif (found := _judge(leaving, obj)) is not None:
            yield found


def _judge(leaving: Leaving, space: Obj) -> Finding | None:
    states = _states(space)
    held = [obj for obj in leaving.by_namespace.get(name(space), ()) if finalizers(obj) and leaving.late(obj)]
    late_pods = [
        obj
        for obj in leaving.by_namespace.get(name(space), ())
        if text(obj, "kind") == "Pod" and not finalizers(obj) and leaving.late(obj)
    ]
    first = states[0] if states else None
    if late_pods and not held and (first is None or first.type == _CONTENT):
        return None  # the pods that do not go are told, and they name the namespace
    if first is not None and first.type == _DISCOVERY:
        return _undiscovered(leaving, space, first, also="" if held else _finalizers_told(states))
    return _held(leaving, space, states, held)


def _states(space: Obj) -> list[_State]:
    found = [
        _State(index=index, type=text(entry, "type"), message=text(entry, "message"))
        for index, entry in numbered(space, "status", "conditions")
        if text(entry, "status") == "True" and text(entry, "type") in _ORDER
    ]
    return sorted(found, key=lambda state: _ORDER.index(state.type))


def _finalizers_told(states: Sequence[_State]) -> str:
    """Return the finalizers that the namespace itself counts."""
    said = next((state.message for state in states if state.type == _FINALIZERS), "")
    return ", ".join(dict.fromkeys(entry for entry, _ in _FINALIZER.findall(said)))


def _undiscovered(leaving: Leaving, space: Obj, state: _State, *, also: str) -> Finding:
    """Report a namespace whose contents cannot even be listed, because an API does not answer."""
    scene, ref = leaving.scene, ref_of(space)
    said = _GROUP.search(state.message)
    group = said.group(1) if said else ""
    broken = [
        obj
        for obj in scene.snapshot.all("APIService")
        if condition(obj, "Available").get("status") == "False" and text(obj, "spec", "service", "name")
    ]
    named = [obj for obj in broken if _serves(obj, state.message)] or broken
    about = f": the API {group} does not answer" if group else ": an API does not answer"
    about_zh = f"：API {group} 没有响应" if group else "：有 API 没有响应"
    more = f"; besides, the finalizer {also} holds what is left in it" if also else ""
    more_zh = f"；此外，其中剩余的内容被终结器（finalizer）{also} 阻挡" if also else ""
    evidence: list[Evidence] = [scene.field(space, "status", "conditions", state.index, "message")]
    for obj in named[:1]:
        index = next((i for i, e in numbered(obj, "status", "conditions") if text(e, "type") == "Available"), 0)
        evidence.append(scene.field(obj, "status", "conditions", index, "status"))
    age = leaving.age(space)
    return Finding(
        code="FinalizerBlocked",
        variant="namespace",
        role=Role.SYMPTOM if named else Role.ROOT,
        confidence=proved(
            "the namespace says so" + (" and the API's own entry agrees" if named else ""),
            "命名空间的状况如此说明" + ("，API 的登记与之相符" if named else ""),
            twice=bool(named),
        ),
        object=ref,
        affected=tuple(Reach(ref=ref_of(obj), edge=Edge.POLICY) for obj in named[:3]),
        summary=Phrase(
            en=f"Namespace {ref.name} has been waiting for its deletion for {spoken_time(age)}, because its contents "
            f"cannot be listed{about}{more}",
            zh=f"命名空间 {ref.name} 等待删除已 {spoken_time_zh(age)}，因为无法列出其内容{about_zh}{more_zh}",
        ),
        expected=f"status.conditions[{state.type}]: False",
        actual=f"status.conditions[{state.type}]: True",
        evidence=tuple(evidence),
        remedies=(
            command(
                "kubectl get apiservices",
                summary=Phrase(
                    en="Repair the API that is not available, or delete its APIService if what served it was removed",
                    zh="修复不可用的 API；如果提供它的组件已卸载，则删除对应的 APIService",
                ),
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        next_checks=(_look(ref.name),),
        since=moment(space, "metadata", "deletionTimestamp"),
    )


def _serves(service: Obj, message: str) -> bool:
    group, version = text(service, "spec", "group"), text(service, "spec", "version")
    return bool(group) and f"{group}/{version}" in message


def _held(leaving: Leaving, space: Obj, states: Sequence[_State], held: Sequence[Obj]) -> Finding:
    """Report a namespace in which something is left, with the finalizers that hold it."""
    scene, ref = leaving.scene, ref_of(space)
    told = {state.type: state.message for state in states}
    kinds = _KIND.findall(told.get(_CONTENT, ""))
    left = list(dict.fromkeys(entry for entry, _ in _FINALIZER.findall(told.get(_FINALIZERS, ""))))
    left += [entry for obj in held for entry in finalizers(obj) if entry not in left]
    left += [entry for entry in finalizers(space) if entry not in left] if not left else []
    owner = _owner(leaving, held, left)
    evidence: list[Evidence] = [
        scene.field(space, "status", "conditions", state.index, "message") for state in states[:2] if state.message
    ]
    evidence += [scene.field(obj, "metadata", "finalizers") for obj in held[:1]]
    if owner is not None:
        evidence.append(owner.evidence())
    if not evidence:
        evidence.append(scene.field(space, "metadata", "deletionTimestamp"))
    what, what_zh = _remaining(kinds, held)
    who = responsible(leaving, left, owner) if left else Phrase(en="", zh="")
    by = f", held by the finalizer {', '.join(left[:3])}" if left else ""
    by_zh = f"，被终结器（finalizer）{'、'.join(left[:3])} 阻挡" if left else ""
    if not left and (failed := told.get(_DELETION, "")):
        by, by_zh = f"; deleting it fails: {failed[:160]}", f"；删除失败：{failed[:160]}"
    age = leaving.age(space)
    return Finding(
        code="FinalizerBlocked",
        variant="namespace",
        role=Role.SYMPTOM if owner is not None and owner.down else Role.ROOT,
        confidence=sureness(owner)
        if left
        else proved("the namespace's conditions say so", "命名空间的状况如此说明")
        if states
        else inferred("the namespace says nothing of its contents", "命名空间没有说明其内容", value=0.5),
        object=ref,
        affected=(
            *(Reach(ref=ref_of(obj), edge=Edge.OWNER) for obj in held[:MAX_NAMED]),
            *((Reach(ref=owner.ref, edge=Edge.POLICY),) if owner is not None and owner.down else ()),
        ),
        summary=Phrase(
            en=f"Namespace {ref.name} has been waiting for its deletion for {spoken_time(age)}: {what} "
            f"left in it{by}{who.en}",
            zh=f"命名空间 {ref.name} 等待删除已 {spoken_time_zh(age)}：其中还有{what_zh}{by_zh}{who.zh}",
        ),
        expected="nothing is left in it",
        actual=", ".join(f"{count} {kind.rstrip('.')}" for kind, count in kinds[:4]) or what,
        evidence=tuple(entry for entry in evidence[:4] if entry.quote),
        remedies=_remedies(space, held, left, owner),
        next_checks=(*((owner.look(),) if owner else ()), _look(ref.name)),
        since=moment(space, "metadata", "deletionTimestamp"),
    )


def _owner(leaving: Leaving, held: Sequence[Obj], left: Sequence[str]) -> Controller | None:
    for obj in held:
        for entry in finalizers(obj):
            if found := leaving.controllers.of_finalizer(obj, entry):
                return found
    return next(filter(None, (leaving.controllers.of_finalizer(EMPTY, entry) for entry in left)), None)


def _remaining(kinds: Sequence[tuple[str, str]], held: Sequence[Obj]) -> tuple[str, str]:
    """Say what is left: names where they are known, else kinds with their numbers."""
    if held:
        names = ", ".join(ref_label(ref_of(obj)) for obj in held[:3])
        more = len(held) - 3
        return (
            f"{names}{f' and {more} more' if more > 0 else ''} {'is' if len(held) == 1 else 'are'}",
            f" {names}{f' 等 {len(held)} 个对象' if more > 0 else ''}",
        )
    if kinds:
        listed = ", ".join(f"{count} {kind.rstrip('.')}" for kind, count in kinds[:4])
        return f"{listed} {'is' if len(kinds) == 1 and kinds[0][1] == '1' else 'are'}", f" {listed}"
    return "something is", "内容"


def _remedies(space: Obj, held: Sequence[Obj], left: list[str], owner: Controller | None) -> tuple[Remedy, ...]:
    ref = ref_of(space)
    found: list[Remedy] = []
    if left:
        found += restored(owner, left)
    if held:
        found += [without_finalizers(obj, finalizers(obj)) for obj in held[:2]]
    elif left and finalizers(space):
        found.append(without_finalizers(space, left))
    if not found:
        found.append(
            command(
                _listing(ref.name),
                summary=Phrase(
                    en="List what is left in the namespace, and delete it or put right what keeps it",
                    zh="列出命名空间中剩余的内容，逐一删除或解决阻挡其删除的原因",
                ),
                who=Who.CLUSTER_ADMIN,
            )
        )
    return tuple(found)


def _listing(space: str) -> str:
    return (
        "kubectl api-resources --verbs=list --namespaced -o name | "
        f"xargs -n 1 kubectl -n {space} get --ignore-not-found --show-kind"
    )


def _look(space: str) -> NextCheck:
    return NextCheck(
        command=f"kubectl get namespace {space} -o yaml",
        why=Phrase(en="its conditions count what is left and why", zh="其状况会列出剩余内容及原因"),
    )
