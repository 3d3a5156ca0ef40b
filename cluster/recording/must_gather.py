"""Read what ``oc adm must-gather`` and ``oc adm inspect`` write, one or several images' worth of it.

Lists lie as ``namespaces/NAMESPACE/GROUP/KINDS.yaml`` and are complete for that namespace; namespaces without a folder
were not read. Objects without a namespace lie one a file below ``cluster-scoped-resources``: of some kinds all of them
were asked for, of the others only those that a component named.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from cluster.kinds import BY_KEY
from cluster.recording.completeness import coverage_of, key_of
from cluster.recording.material import LogFile, Material, ObjectFile, is_wish
from cluster.recording.tree import add_logs, add_objects, finish
from cluster.snapshot import KindCoverage, LogKey, Snapshot, SnapshotBuilder
from core.evidence import ObjectRef

_IN_NAMESPACE = re.compile(
    r"(?:^|/)namespaces/([a-z0-9][a-z0-9-]{0,62})/([a-z0-9.-]{1,100})/([a-z0-9.-]{1,253})\.(?:yaml|json)$"
)
_POD_FILE = re.compile(r"(?:^|/)namespaces/[a-z0-9-]{1,63}/pods/([^/]{1,253})/\1\.(?:yaml|json)$")
_SCOPED = re.compile(
    r"(?:^|/)cluster-scoped-resources/([a-z0-9.-]{1,200})/([a-z0-9]{1,100})(?:/[^/]{1,260})?\.(?:yaml|json)$"
)
_LOG = re.compile(
    r"(?:^|/)namespaces/([a-z0-9-]{1,63})/pods/([^/]{1,253})/([^/]{1,63})/\3/logs/(current|previous)(\.insecure)?\.log$"
)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d) ?")
_WHOLE = frozenset(
    {
        *("Node", "PersistentVolume", "StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"),
        *("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
    }
)
"""Kinds without a namespace that the standard collection asks for as a whole."""
_STANDARD = frozenset({"clusteroperators", "clusterversions"})
"""Resources that only the standard collection has: a single ``inspect`` of one node has neither."""
_SLACK = timedelta(minutes=5)
_ASIDE = ("audit_logs/", "host_service_logs/", "/rotated/", "static-pods/")


def is_must_gather(material: Material) -> bool:
    """Say whether the files lie as these tools write them, whatever the folders around them are called."""
    for file in material.files:
        if not file.document.objects and not file.document.listed:
            continue
        if _SCOPED.search(file.path) or _POD_FILE.search(file.path):
            return True
        typed = file.document.listed and bool(file.document.kind)
        if typed and _IN_NAMESPACE.search(file.path) and not any(is_wish(obj) for obj in file.document.objects):
            return True
    return False


def build_must_gather(material: Material, *, origin: str) -> Snapshot:
    """Make a snapshot of the material of one or several images."""
    builder = SnapshotBuilder(origin=origin)
    material.files = [_placed(file) for file in material.files]
    material.notes = [note for note in material.notes if not any(part in note for part in _ASIDE)]
    add_objects(builder, material)
    for entry in [*coverage_of(material.files), *_asked_as_a_whole(material.files)]:
        builder.covered(entry)
    gathered = sorted({match[1] for file in material.files if (match := _IN_NAMESPACE.search(file.path))})
    if gathered:
        shown = ", ".join(gathered[:8]) + (f" and {len(gathered) - 8} more" if len(gathered) > 8 else "")
        builder.note(f"gathered namespaces: {shown}; nothing of others was read")
    _place_logs(builder, material)
    material.collected_at = _collected(builder, material.times)
    return finish(builder, material)


def _placed(file: ObjectFile) -> ObjectFile:
    match = _IN_NAMESPACE.search(file.path)
    return replace(file, namespace=match[1]) if match and file.document.listed else file


def _asked_as_a_whole(files: Iterable[ObjectFile]) -> Iterator[KindCoverage]:
    """Yield the kinds without a namespace that are complete, where the standard collection was made."""
    scoped = [(match[2], file) for file in files if (match := _SCOPED.search(file.path))]
    if not _STANDARD & {resource for resource, _ in scoped}:
        return
    found: dict[str, set[str]] = {}
    for _, file in scoped:
        for obj in file.document.objects:
            if (kind := key_of(obj)) in _WHOLE and not is_wish(obj):
                found.setdefault(BY_KEY[kind].key, set()).add(str(obj["metadata"].get("name")))
    for kind, names in found.items():
        yield KindCoverage(kind=kind, state="complete", count=len(names))


# -- logs


def _place_logs(builder: SnapshotBuilder, material: Material) -> None:
    """Give logs to the containers that their paths name; an empty previous log means that there is none."""
    rest: list[LogFile] = []
    best: dict[LogKey, LogFile] = {}
    for file in material.logs:
        match = _LOG.search(file.path)
        if match is None:
            if "/rotated/" not in file.path and "/logs/" not in file.path:
                rest.append(file)
            continue
        key = (match[1], match[2], match[3], match[4] == "previous")
        if (old := best.get(key)) is None or len(file.lines) > len(old.lines):
            best[key] = file
    for (where, pod, container, previous), file in best.items():
        if previous and not file.lines:
            continue
        ref = ObjectRef(kind="Pod", namespace=where, name=pod)
        builder.add_log(ref, container, _without_stamps(file.lines), previous=previous, cut=file.cut)
    material.logs = rest
    add_logs(builder, material)
    material.logs = [*rest, *best.values()]


def _without_stamps(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Take away the time that the collector asked the kubelet to put before every line."""
    if lines and all(_STAMP.match(line) for line in lines):
        return tuple(_STAMP.sub("", line, count=1) for line in lines)
    return lines


def _collected(builder: SnapshotBuilder, times: list[datetime]) -> datetime | None:
    """Return "now": the newest time in the objects where it lies within the collection, else the collection's end."""
    newest = builder.newest_moment()
    if not times:
        return None
    begun, ended = min(times), max(times)
    return newest if newest and begun <= newest <= ended + _SLACK else ended
