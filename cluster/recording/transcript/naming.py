"""Name the containers of pods that tables count: by logs, events and templates, else by a name marked as made up."""

from collections import defaultdict

from cluster.fields import objects, text
from cluster.recording.forms import MADE_UP
from cluster.recording.transcript.pod_rows import ROW, PodRow, statuses
from cluster.recording.transcript.session import Session
from cluster.recording.transcript.sightings import DESCRIBED, Fragment, Place, merge


def name_containers(session: Session, merged: dict[Place, Fragment]) -> int:
    """Turn rows of tables into container statuses; return how many pods were seen in no better form."""
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    inits: dict[tuple[str, str], tuple[str, ...]] = {}
    for log in session.logs:
        if log.kind == "Pod" and log.name:
            key = (log.namespace, log.name)
            told[key].extend(log.containers or ((log.container,) if log.container else ()))
            inits[key] = log.inits or inits.get(key, ())
            row = merged.get(("Pod", "", *key), {}).get(ROW)
            if not inits[key] and log.container and log.lines and isinstance(row, PodRow) and row.status[:5] == "Init:":
                # While init containers run, no other container has written anything yet.
                inits[key] = (log.container,)
    for event in session.events.values():
        path = text(event.raw(), "involvedObject", "fieldPath")
        if event.kind.kind == "Pod" and path.startswith("spec.containers{"):
            told[event.namespace, event.object].append(path[16:-1])
    templates = _templates(merged)
    alone = 0
    for place, obj in merged.items():
        row = obj.get(ROW)
        if place[0] != "Pod" or not isinstance(row, PodRow):
            continue
        if objects(obj, "status", "containerStatuses"):
            _refresh(session, place, obj, row)
            continue
        template = _template_of(place, templates)
        names = [text(box, "name") for box in objects(obj, "spec", "containers") if text(box, "name")]
        if not names:
            alone += 1
            names = [text(box, "name") for box in template]
            if len(names) != row.total:
                names = [n for n in dict.fromkeys(told[place[2], place[3]]) if n not in inits.get(place[2:], ())]
            known = len(names)
            names = _filled(names, min(row.total, 100))
            by_name = {text(box, "name"): box for box in template}
            boxes = [by_name.get(n) or _box(n, made_up=at >= known) for at, n in enumerate(names)]
            obj["spec"] = merge({"containers": boxes}, obj.get("spec") or {})
        init_names = [text(box, "name") for box in objects(obj, "spec", "initContainers")] or list(
            inits.get(place[2:], ())
        )
        obj["status"] = merge(obj.get("status") or {}, statuses(row, names, init_names))
        if not objects(obj, "spec", "initContainers"):
            shown = [
                _box(text(entry, "name"), made_up=text(entry, "name") not in init_names)
                for entry in objects(obj, "status", "initContainerStatuses")
            ]
            obj["spec"] = {**obj["spec"], **({"initContainers": shown} if shown else {})}
    return alone


def _box(name: str, *, made_up: bool) -> Fragment:
    return {"name": name, MADE_UP: True} if made_up else {"name": name}


def _filled(names: list[str], total: int) -> list[str]:
    return [*names, *(f"container-{n}" for n in range(len(names) + 1, total + 1))][:total]


def _templates(merged: dict[Place, Fragment]) -> dict[tuple[str, str], list[Fragment]]:
    found: dict[tuple[str, str], list[Fragment]] = {}
    for place, obj in merged.items():
        boxes = [dict(box) for box in objects(obj, "spec", "template", "spec", "containers") if text(box, "name")]
        if boxes and place[0] in {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"}:
            found[place[2], place[3]] = boxes
    return found


def _template_of(place: Place, templates: dict[tuple[str, str], list[Fragment]]) -> list[Fragment]:
    """Return the containers of the workload that the name of a pod begins with."""
    stem = place[3]
    for _ in range(2):
        stem = stem.rpartition("-")[0]
        if (place[2], stem) in templates:
            return templates[place[2], stem]
    return []


def _refresh(session: Session, place: Place, obj: Fragment, row: PodRow) -> None:
    """Let a later table correct an older, better form where both cannot be true at once."""
    best = max((s.order for s in session.sightings.of(place) if s.rank >= DESCRIBED), default=-1)
    entries = [dict(entry) for entry in objects(obj, "status", "containerStatuses")]
    ready = sum(entry.get("ready") is True for entry in entries)
    if row.order < best or (ready == row.ready and row.status not in {"Terminating", "Completed"}):
        return
    if row.ready == row.total and row.status == "Running":
        for entry in entries:
            entry.update(ready=True, state={"running": {}})
    elif len(entries) == 1:
        told = statuses(row, [text(entries[0], "name")], [])
        entries = [merge(entries[0], dict(entry)) for entry in objects(told, "containerStatuses")] or entries
    else:
        return
    if len(entries) == 1 and row.restarts is not None:
        entries[0]["restartCount"] = max(row.restarts, int(entries[0].get("restartCount") or 0))
    whole = "True" if row.ready == row.total else "False"
    kept = [c for c in objects(obj, "status", "conditions") if c.get("type") not in {"Ready", "ContainersReady"}]
    both = [{"type": kind, "status": whole} for kind in ("Ready", "ContainersReady")]
    phase = "Running" if row.ready else text(obj, "status", "phase")
    obj["status"] = {**obj["status"], "phase": phase, "containerStatuses": entries, "conditions": [*kept, *both]}
