"""What was changed shortly before a fault began: a new revision, edited configuration, an edited or new object.

A change is named as the trigger only where time and structure agree: it came before the fault and not long before,
and what fails depends on it. That it *caused* the fault is said by the finding, never by the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from cluster.fields import Obj, dig, mapping, moment, name, namespace, numbered, text
from cluster.kinds import WORKLOAD_KINDS
from cluster.snapshot import ref_of
from core.evidence import verify
from core.phrase import Phrase
from diagnose.findings import Finding, Role, Trigger
from diagnose.graph import references
from diagnose.revisions import Revision, difference, on_revision, revisions
from diagnose.scene import Scene

WINDOW = timedelta(hours=1)
"""How long before a fault a change may lie to be named with it: what takes longer is rarely the change's doing."""

SLACK = timedelta(seconds=5)
"""Times of the API have whole seconds and come from several clocks."""

MAX_CHANGES = 4
MAX_PATHS = 4

_MACHINERY = ("kube-controller-manager", "kube-scheduler", "kubelet", "kube-apiserver", "cloud-controller-manager")
"""Programs of Kubernetes itself: what they write is an effect, never a person's change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One entry of ``managedFields`` that no part of Kubernetes wrote: who, when, which fields (dotted), its index."""

    index: int
    manager: str
    time: datetime
    paths: tuple[str, ...]


def edits(obj: Obj) -> Iterator[Edit]:
    """Yield who wrote what into an object's spec or data, newest last; empty where managed fields were not read."""
    found = []
    for index, entry in numbered(obj, "metadata", "managedFields"):
        time, manager = moment(entry, "time"), text(entry, "manager")
        if time is None or not manager or text(entry, "subresource") or manager.startswith(_MACHINERY):
            continue
        fields = mapping(entry, "fieldsV1")
        kept = {key: fields[key] for key in fields if key in {"f:spec", "f:data", "f:binaryData", "f:rules", "f:type"}}
        if paths := tuple(islice(_leaves(kept, ()), MAX_PATHS + 1)):
            found.append(Edit(index=index, manager=manager, time=time, paths=paths))
    yield from sorted(found, key=lambda edit: (edit.time, edit.index))


def _leaves(fields: Obj, at: tuple[str, ...]) -> Iterator[str]:
    """Yield the dotted paths of a ``fieldsV1`` set; an entry of a list is named by its key (``containers[web]``)."""
    for key, value in sorted(fields.items()):
        below = value if isinstance(value, dict) else {}
        deeper = {entry: below[entry] for entry in below if entry != "."}
        if key.startswith("f:"):
            here = (*at, key[2:])
        elif key.startswith("k:") and at:
            here = (*at[:-1], f"{at[-1]}[{_key_of(key)}]")
        else:
            continue
        if deeper and len(here) < 12:
            yield from _leaves(deeper, here)
        else:
            yield ".".join(here)


def _key_of(key: str) -> str:
    """Shorten ``k:{"name":"web"}`` to ``web``."""
    values = [part.partition(":")[2].strip('"{} ') for part in key[2:].split(",")]
    return ",".join(value for value in values if value) or "…"


def trigger(scene: Scene, finding: Finding) -> Trigger | None:
    """Return the latest change before the fault on which it depends, or None where none is known."""
    if finding.role is not Role.ROOT:
        return None
    pods = _pods(scene, finding)
    began = _began(scene, finding, pods)
    found = [
        change
        for change in (*_revised(scene, pods), *_configured(scene, pods), *_edited(scene, finding))
        if began - WINDOW <= change.at <= began + SLACK
    ]
    proven = [change for change in found if all(verify(entry, scene.snapshot) for entry in change.evidence)]
    return max(proven, key=lambda change: (change.at, len(change.changes), str(change.object)), default=None)


def _began(scene: Scene, finding: Finding, pods: list[Obj]) -> datetime:
    """Return when a fault began; where only its object's birth is known, now: it began at some moment since."""
    obj = scene.snapshot.find(finding.object)
    born = moment(obj, "metadata", "creationTimestamp") if obj is not None else None
    if finding.object.kind not in WORKLOAD_KINDS:
        return scene.now if finding.since is None or finding.since == born else finding.since
    made = filter(None, (moment(pod, "metadata", "creationTimestamp") for pod in pods))
    return finding.since or min(made, default=scene.now)


def _pods(scene: Scene, finding: Finding) -> list[Obj]:
    found = (scene.snapshot.find(reach.ref) for reach in finding.affected if reach.ref.kind == "Pod")
    return [pod for pod in found if pod is not None]


def _revised(scene: Scene, pods: list[Obj]) -> Iterator[Trigger]:
    """Yield the rollout of the newest revision, where every pod that fails belongs to it and an older one is known."""
    for holder in {ref_of(entry): entry for entry in (scene.graph.top(pod) for pod in pods)}.values():
        if text(holder, "kind") not in {"Deployment", "StatefulSet", "DaemonSet"}:
            continue
        own = [pod for pod in pods if scene.graph.top(pod) is holder]
        pair = _newest_two(revisions(scene.graph, holder))
        if pair is None or not all(on_revision(pod, pair[0].hash, name(pair[0].holder)) for pod in own):
            continue
        new, old = pair
        changes = difference(old.template, new.template)
        if new.created is None or not changes:
            continue
        number = f" {new.number}" if new.number else ""
        yield Trigger(
            object=ref_of(holder),
            at=new.created,
            summary=Phrase(
                en=f"Revision{number} of {ref_of(holder).slug} was rolled out",
                zh=f"{ref_of(holder).slug} 发布了版本{number}",
            ),
            changes=tuple(map(str, changes[:MAX_CHANGES])),
            more=max(0, len(changes) - MAX_CHANGES),
            evidence=(scene.field(new.holder, "metadata", "creationTimestamp"),),
        )


def _newest_two(found: tuple[Revision, ...]) -> tuple[Revision, Revision] | None:
    """Return the newest revision and the one before it; None after a roll back, which creates no revision."""
    if len(found) < 2 or not found[0].current:
        return None
    new, old = found[0], found[1]
    later = new.created and old.created and new.created >= old.created
    return (new, old) if later else None


def _configured(scene: Scene, pods: list[Obj]) -> Iterator[Trigger]:
    """Yield edits of the ConfigMaps and Secrets that the failing pods use."""
    used = {
        (reference.kind, namespace(pod), reference.name)
        for pod in pods
        for reference in references(mapping(pod, "spec"))
        if reference.kind in {"ConfigMap", "Secret"}
    }
    for key in sorted(used):
        obj = scene.snapshot.get(*key)
        if obj is not None:
            yield from _changed(scene, obj, pods)


def _edited(scene: Scene, finding: Finding) -> Iterator[Trigger]:
    """Yield edits of what the finding says must be changed, unless it is what runs: that has revisions."""
    obj = scene.snapshot.find(finding.object)
    if (
        obj is None
        or finding.absent
        or finding.object.kind in {*WORKLOAD_KINDS, "Node", "Namespace", "PersistentVolume"}
    ):
        return
    yield from _changed(scene, obj, _pods(scene, finding))


def _changed(scene: Scene, obj: Obj, pods: list[Obj]) -> Iterator[Trigger]:
    """Yield each edit after the object's creation, else its creation, where what fails stood there before it."""
    born = moment(obj, "metadata", "creationTimestamp")
    ref = ref_of(obj)
    later = [edit for edit in edits(obj) if born is None or edit.time > born + SLACK]
    for edit in later:
        yield Trigger(
            object=ref,
            at=edit.time,
            by=edit.manager,
            summary=Phrase(en=f"{ref.slug} was changed", zh=f"{ref.slug} 被修改"),
            changes=edit.paths[:MAX_PATHS],
            more=max(0, len(edit.paths) - MAX_PATHS),
            evidence=(scene.field(obj, "metadata", "managedFields", edit.index, "time"),),
        )
    if born is not None and not later and not dig(obj, "metadata", "ownerReferences") and _older(scene, pods, born):
        yield Trigger(
            object=ref,
            at=born,
            summary=Phrase(en=f"{ref.slug} was created", zh=f"{ref.slug} 被创建"),
            evidence=(scene.field(obj, "metadata", "creationTimestamp"),),
        )


def _older(scene: Scene, pods: list[Obj], born: datetime) -> bool:
    """Say whether a workload that fails is older than that: else both came together, and nothing was changed."""
    tops = (moment(scene.graph.top(pod), "metadata", "creationTimestamp") for pod in pods)
    return any(time < born - SLACK for time in tops if time)
