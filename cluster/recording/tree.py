"""Read a tree of YAML and JSON files, as ``kubectl get -o yaml`` and many collectors write them, with logs beside.

``cluster.recording.completeness`` says which kinds count as complete. Manifests that no server has answered with are
wishes: they are kept, and noted, and a live object of the same name takes their place.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath

from cluster.recording.completeness import coverage_of
from cluster.recording.log_paths import LogOwner, LogPaths
from cluster.recording.material import MANY, LogFile, Material, is_wish, written_time
from cluster.snapshot import LogCoverage, Snapshot, SnapshotBuilder

EPOCH = datetime(1971, 1, 1, tzinfo=UTC)
"""The "now" of a recording that holds no time at all: then nothing can be said of ages."""


def build_tree(material: Material, *, origin: str) -> Snapshot:
    """Make a snapshot of a tree's material by the rule of this module."""
    builder = SnapshotBuilder(origin=origin)
    add_objects(builder, material)
    for entry in coverage_of(material.files):
        builder.covered(entry)
    add_logs(builder, material)
    return finish(builder, material)


def add_objects(builder: SnapshotBuilder, material: Material) -> None:
    """Add all objects, wishes first, so that live ones take their place."""
    wishes = 0
    for wished in (True, False):
        for file in material.files:
            for obj in file.document.objects:
                if is_wish(obj) is wished:
                    builder.add(obj)
                    wishes += wished
    if wishes:
        which = "1 object has" if wishes == 1 else f"{wishes} objects have"
        builder.note(f"{which} no status: manifests as written, not live state")


def add_logs(builder: SnapshotBuilder, material: Material) -> None:
    """Give every log file to the container that its path names; others are counted in a note."""
    paths = LogPaths(builder.objects("Pod"))
    found: dict[LogOwner, list[LogFile]] = defaultdict(list)
    strangers: list[LogFile] = []
    for file in material.logs:
        if owner := paths.owner(file.path):
            found[owner].append(file)
        else:
            strangers.append(file)
    for owner, files in found.items():
        files.sort(key=_rotation)
        _add_log(builder, owner, files[-1])
        before = LogOwner(pod=owner.pod, container=owner.container, previous=True)
        if len(files) > 1 and not owner.previous and before not in found and _rotation(files[-2])[0] >= 0:
            _add_log(builder, before, files[-2])
    for file in material.errors:
        owner = paths.owner(file.path)
        if owner and owner not in found and file.lines:
            entry = LogCoverage(
                pod=owner.pod,
                container=owner.container,
                previous=owner.previous,
                state="missing",
                note=file.lines[0][:300],
            )
            builder.log_covered(entry)
    logs = [file.path for file in strangers if PurePosixPath(file.path).suffix == ".log"]
    if logs:
        builder.note(f"{len(logs)} log files belong to no pod of the recording, the first is {logs[0]}")


_CRI = re.compile(r"\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] ?")


def _add_log(builder: SnapshotBuilder, owner: LogOwner, file: LogFile) -> None:
    """Add a log; lines as a container runtime writes them to disk lose the prefix that kubectl never shows."""
    lines: Iterable[str] = file.lines
    if file.lines and all(_CRI.match(line) for line in file.lines):
        lines = [_CRI.sub("", line, count=1) for line in file.lines]
    builder.add_log(owner.pod, owner.container, lines, previous=owner.previous, cut=file.cut)


def _rotation(file: LogFile) -> tuple[int, bool, str]:
    """Order log files of one container: a kubelet numbers them by restart (``0.log``, ``1.log``)."""
    path = PurePosixPath(file.path)
    number = int(path.stem) if path.stem.isdecimal() and len(path.stem) < 6 else -1
    return number, path.suffix == ".log", file.path


def finish(builder: SnapshotBuilder, material: Material) -> Snapshot:
    """Add notes and the server's version, settle what "now" is, and freeze."""
    for note in material.notes[:MANY]:
        builder.note(note)
    if len(material.notes) > MANY:
        builder.note(f"{len(material.notes) - MANY} more files were not read or only in part")
    builder.server_version = material.server_version
    return builder.build(now=_now(builder, material))


def _now(builder: SnapshotBuilder, material: Material) -> datetime:
    """Return the stated time of collection, else the newest time in the objects, else in the logs, else the epoch."""
    if material.collected_at:
        return material.collected_at
    if newest := builder.newest_moment():
        return newest
    times = [time for file in material.logs if (time := written_time("\n".join(file.lines[-20:])))]
    if times:
        return max(times)
    builder.note("the recording holds no time, so nothing is known of ages")
    return EPOCH
