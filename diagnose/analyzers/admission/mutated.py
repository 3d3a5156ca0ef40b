"""Pods that a webhook changed on their way in, where the change is what makes them fail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, condition, dig, labels, mapping, name, namespace, numbered, objects, strings, text
from cluster.quantities import quantity
from cluster.recording.forms import FORM
from cluster.snapshot import controller_of, ref_of, written
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.containers import Container, FieldPath, containers
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Who, inferred
from diagnose.graph import selector_matches, template_of
from diagnose.remedies import outside
from diagnose.scene import Scene
from diagnose.state import pod_satisfied, termination_current

_ABSENT = re.compile(r"not found|manifest unknown|name unknown|does not exist", re.IGNORECASE)
_PULL = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"})
_NOT_MADE = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_LIMITED = "kubernetes.io/limit-ranger"
_CHANGED_LATER = ("vpaUpdates", "vpaObservedContainers")
"""Marks of an autoscaler that sets requests and limits on purpose."""
MAX_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field that the live pod has otherwise than its owner's template. ``old`` is the template's value."""

    field: str
    part: str
    old: str
    new: str
    live: FieldPath
    kept: FieldPath


@dataclass(frozen=True)
class Webhooks:
    """The mutating webhooks that see new pods."""

    scene: Scene

    @cached_property
    def _entries(self) -> tuple[tuple[Obj, Obj], ...]:
        return tuple(
            (holder, entry)
            for holder in self.scene.snapshot.all("MutatingWebhookConfiguration")
            for entry in objects(holder, "webhooks")
            if any(_sees_pods(rule) for rule in objects(entry, "rules"))
        )

    def of(self, pod: Obj) -> list[Obj]:
        """Return the configurations that match the creation of this pod."""
        space = self.scene.snapshot.get("Namespace", "", namespace(pod))
        here = {"kubernetes.io/metadata.name": namespace(pod), **labels(space, "metadata", "labels")}
        carried = labels(pod, "metadata", "labels")
        found = [
            holder
            for holder, entry in self._entries
            if selector_matches(mapping(entry, "namespaceSelector"), here)
            and selector_matches(mapping(entry, "objectSelector"), carried)
        ]
        return list({name(holder): holder for holder in found}.values())


def _sees_pods(rule: Obj) -> bool:
    told = set(strings(rule, "resources"))
    return bool(told & {"pods", "*", "*/*"}) and bool(set(strings(rule, "operations")) & {"CREATE", "*"})


def mutated(scene: Scene) -> Iterator[Finding]:
    """Yield each failing pod whose failure lies in a field that its owner's template has otherwise."""
    webhooks = Webhooks(scene)
    for pod in scene.live_pods:
        if pod_satisfied(scene, pod):
            continue
        owner = scene.graph.owner(pod)
        template = template_of(owner) if owner is not None and _made_from(pod, owner) else None
        if owner is None or template is None:
            continue
        change = next(_telling(scene, pod, template.spec, template.spec_path), None)
        if change is not None:
            yield _finding(scene, pod, owner, change, webhooks.of(pod))


def _made_from(pod: Obj, owner: Obj) -> bool:
    """Say whether the owner's template is surely the one that the pod was made from."""
    kind = text(owner, "kind")
    if any(text(obj, FORM) not in {"", "object"} for obj in (pod, owner)):
        return False  # a table or description shows only some fields: what it leaves out is no difference
    if text(controller_of(pod), "uid") != text(owner, "metadata", "uid"):
        return False
    if kind in {"ReplicaSet", "Job"}:
        return True
    mark = labels(pod, "metadata", "labels").get("controller-revision-hash", "")
    return kind == "StatefulSet" and bool(mark) and mark == text(owner, "status", "updateRevision")


def _telling(scene: Scene, pod: Obj, spec: Obj, at: FieldPath) -> Iterator[Change]:
    """Yield the changes that explain how the pod fails, the sharpest first."""
    marks = labels(pod, "metadata", "annotations")
    sized = _LIMITED in marks or any(key in marks for key in _CHANGED_LATER)
    waits = condition(pod, "PodScheduled").get("status") == "False"
    kept = {
        text(entry, "name"): (which, index, entry)
        for which in ("containers", "initContainers")
        for index, entry in numbered(spec, which)
    }
    for container in containers(pod):
        if container.name not in kept:
            continue  # added on purpose: a sidecar
        which, index, entry = kept[container.name]
        here: FieldPath = (*at, which, index)
        if container.waiting_reason in _PULL and not _may_lack_both(scene, container, text(entry, "image")):
            yield from _differs(container, entry, here, "image")
        if container.waiting_reason in _NOT_MADE or (container.ended and termination_current(scene, container)):
            if text(container.ended, "reason") == "OOMKilled" and not sized:
                yield from _amount(container, entry, here, "limits", "memory")
            for key in ("command", "args", "image"):
                yield from _differs(container, entry, here, key)
            yield from _variables(container, entry, here)
        if waits and not sized:
            for resource in ("cpu", "memory"):
                if dig(entry, "resources", "limits", resource) is None:
                    yield from _amount(container, entry, here, "requests", resource)
    if waits and not text(pod, "spec", "runtimeClassName") and not objects(spec, "topologySpreadConstraints"):
        old, new = dig(spec, "nodeSelector"), dig(pod, "spec", "nodeSelector")
        if (old or {}) != (new or {}):
            path = "nodeSelector"
            yield Change(field=path, part="", old=_short(old), new=_short(new), live=("spec", path), kept=(*at, path))


def _may_lack_both(scene: Scene, container: Container, wanted: str) -> bool:
    """Say whether only the registry differs and the image was not found, so that neither may exist."""
    if wanted.rpartition("/")[2] != container.image.rpartition("/")[2]:
        return False
    said = [text(container.waiting, "message")]
    said += [event.message for event in scene.snapshot.events(container.pod) if event.reason == "Failed"]
    if not any(_ABSENT.search(message) for message in said):
        return False
    held = (
        strings(entry, "names") for node in scene.snapshot.all("Node") for entry in objects(node, "status", "images")
    )
    return not any(wanted in names for names in held)


def _differs(container: Container, entry: Obj, here: FieldPath, key: str) -> Iterator[Change]:
    old, new = entry.get(key), container.spec.get(key)
    if (old or None) != (new or None):
        yield Change(
            field=key,
            part=container.name,
            old=_short(old),
            new=_short(new),
            live=(*container.spec_path, key),
            kept=(*here, key),
        )


def _amount(container: Container, entry: Obj, here: FieldPath, side: str, resource: str) -> Iterator[Change]:
    path = ("resources", side, resource)
    old, new = dig(entry, *path), dig(container.spec, *path)
    if new is not None and quantity(old) != quantity(new):
        yield Change(
            field=".".join(path),
            part=container.name,
            old=_short(old),
            new=_short(new),
            live=(*container.spec_path, *path),
            kept=(*here, *path),
        )


def _variables(container: Container, entry: Obj, here: FieldPath) -> Iterator[Change]:
    """Yield variables whose value differs; what is only added belongs to agents that are let in on purpose."""
    live = {text(e, "name"): (i, e) for i, e in numbered(container.spec, "env")}
    template = {text(e, "name"): (i, e) for i, e in numbered(entry, "env")}  # of two of one name the last one wins
    for index, old in template.values():
        found = live.get(text(old, "name"))
        if found is not None and "value" in old and "value" in found[1] and old["value"] != found[1]["value"]:
            yield Change(
                field=f"env {text(old, 'name')}",
                part=container.name,
                old=_short(old["value"]),
                new=_short(found[1]["value"]),
                live=(*container.spec_path, "env", found[0], "value"),
                kept=(*here, "env", index, "value"),
            )


def _short(value: object) -> str:
    shown = written(value)
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 1] + "…"


def _finding(scene: Scene, pod: Obj, owner: Obj, change: Change, candidates: list[Obj]) -> Finding:
    holder = scene.graph.holder(pod)
    only = candidates[0] if len(candidates) == 1 else None
    names = ", ".join(name(entry) for entry in candidates[:3])
    by, by_zh = (f" (admission webhooks that see its pods: {names})", f"（能修改其 Pod 的准入 webhook：{names}）")
    if not names:
        by, by_zh = "", ""
    where, where_zh = (f" of container {change.part}", f"容器 {change.part} 的 ") if change.part else ("", "")
    evidence: tuple[Evidence, ...] = (scene.field(pod, *change.live), scene.field(owner, *change.kept))
    chain = tuple(Reach(ref=ref_of(entry), edge=Edge.POLICY) for entry in candidates[:3])
    return Finding(
        code="AdmissionMutatedSpec",
        confidence=inferred(
            "template and pod differ in the field that fails; who changed it is not recorded",
            "模板与 Pod 在出错的字段上不同；没有记录是谁修改的",
            value=0.6 if only is not None else 0.5,
        ),
        object=ref_of(only) if only is not None else ref_of(holder),
        part="/".join(part for part in (change.part, change.field) if part),
        affected=scene.reach_pods([pod], Edge.POLICY),
        summary=Phrase(
            en=f"Pods of {text(holder, 'kind')} {name(holder)} are not what its template says: {change.field}{where} "
            f"is {change.new}, the template has {change.old}{by}",
            zh=f"{text(holder, 'kind')} {name(holder)} 的 Pod 与模板不一致：{where_zh}{change.field} 为 {change.new}，"
            f"而模板中为 {change.old}{by_zh}",
        ),
        expected=f"{change.field} = {change.old}",
        actual=f"{change.field} = {change.new}",
        evidence=evidence,
        chain=chain,
        remedies=(_remedy(only, ref_of(holder)),),
        next_checks=(
            NextCheck(
                command="kubectl get mutatingwebhookconfigurations",
                why=Phrase(en="which webhooks may change new pods", zh="哪些 webhook 会修改新建的 Pod"),
            ),
        ),
    )


def _remedy(only: Obj | None, holder: ObjectRef) -> Remedy:
    which = name(only) if only is not None else "the webhook that changes it"
    which_zh = f" {name(only)} " if only is not None else "修改它的 webhook "
    given = outside(
        Phrase(
            en=f"Correct {which}, or have it leave {holder.kind} {holder.name} alone, then delete the failing pods",
            zh=f"修正{which_zh}的规则，或让它跳过 {holder.kind} {holder.name}，然后删除出错的 Pod",
        )
    )
    return Remedy(summary=given.summary, risk=given.risk, who=Who.CLUSTER_ADMIN)
