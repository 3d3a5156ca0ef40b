"""Sextant's own recordings: a snapshot in one ``.tar.zst`` file that gives the same snapshot back.

Members, in this order: ``sextant.json`` (format, versions, time, coverage, and size and digest of every other
member), ``objects/KIND.jsonl`` (one object a line), ``logs/NAMESPACE/POD/CONTAINER[.previous].log``. Equal snapshots
give equal bytes: keys are sorted, and no time, user or path of the machine that writes is in the file.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import zstandard
from pydantic import BaseModel, TypeAdapter, ValidationError

from cluster.fields import Obj, name, namespace
from cluster.recording.archive import members
from cluster.recording.intake import Member, RecordingLimits, printable, quoted
from cluster.recording.known import Missing, missing_of, with_missing
from cluster.redaction import REDACTION_VERSION, redact_lines, redact_object
from cluster.snapshot import Coverage, Key, KindCoverage, LogCoverage, LogExcerpt, LogKey, Snapshot
from core.errors import BundleBroken, BundleHostile, UsageError

FORMAT = 1
MANIFEST = "sextant.json"
LEVEL = 6
"""Of zstd. Higher levels take several times as long for a tenth less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleSummary:
    """What was written: where, how many bytes the file has, how many objects and logs it holds."""

    path: Path
    bytes: int
    objects: int
    logs: int


class _Entry(BaseModel):
    """One member: its name, digest and size, and what it holds: a kind, or a container's log."""

    name: str
    sha256: str
    size: int
    kind: str = ""
    log: tuple[str, str, str, bool] | None = None
    cut: bool = False


class _Manifest(BaseModel):
    """The contents of ``sextant.json``. ``redaction`` is the version of the rules that were applied."""

    format: int
    tool: str = ""
    redaction: int = 0
    now: datetime
    origin: str = ""
    namespace: str = ""
    server_version: str = ""
    kinds: tuple[KindCoverage, ...] = ()
    logs: tuple[LogCoverage, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    members: tuple[_Entry, ...]


def write_bundle(snapshot: Snapshot, path: Path) -> BundleSummary:
    """Write a snapshot to ``path``; the file appears there when it is complete, or not at all.

    Raises ``UsageError`` when it cannot be written there.
    """
    try:
        entries = [*_object_entries(snapshot), *_log_entries(snapshot)]
    except RecursionError as error:
        raise UsageError("The snapshot holds an object that is nested too deeply to be written.") from error
    manifest = _Manifest(
        format=FORMAT,
        tool=_tool_version(),
        redaction=REDACTION_VERSION,
        now=snapshot.now,
        origin=snapshot.origin,
        namespace=snapshot.namespace,
        server_version=snapshot.server_version,
        kinds=snapshot.coverage.kinds,
        logs=snapshot.coverage.logs,
        notes=snapshot.coverage.notes,
        missing=missing_of(snapshot),
        members=tuple(entry for entry, _ in entries),
    )
    try:
        size = _write(
            path, [(MANIFEST, _json_line(manifest.model_dump(mode="json"))), *((e.name, d) for e, d in entries)]
        )
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    return BundleSummary(
        path=path, bytes=size, objects=sum(map(len, snapshot.objects.values())), logs=len(snapshot.logs)
    )


def read_bundle(source: BinaryIO | bytes, limits: RecordingLimits | None = None, origin: str = "") -> Snapshot:
    """Read a bundle back. ``origin`` names it where the bundle itself does not say what was recorded."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    return bundle_of(members(stream, limits or RecordingLimits()), origin)


def bundle_of(found: Iterable[Member], origin: str = "") -> Snapshot:
    """Make the snapshot of a bundle's members, the manifest first. Everything is checked against its digest."""
    remaining = iter(found)
    first = next(remaining, None)
    if first is None or first.name != MANIFEST or first.type != "file":
        raise BundleBroken(f"This is no bundle of Sextant: it does not start with {MANIFEST}.")
    manifest = _manifest(first.data)
    expected = {entry.name: entry for entry in manifest.members}
    objects: dict[str, dict[Key, Obj]] = {}
    logs: dict[LogKey, LogExcerpt] = {}
    trusted = manifest.redaction == REDACTION_VERSION
    for member in remaining:
        if member.type == "link":
            raise BundleHostile(f"The bundle has a link, {quoted(member.name)}; Sextant writes none.")
        if member.type == "skipped":
            raise BundleBroken(f"The bundle is damaged: {member.name} {member.note}.")
        entry = expected.pop(member.name, None)
        if entry is None:
            raise BundleBroken(f"The bundle has a member that its list does not name, or twice: {quoted(member.name)}.")
        if hashlib.sha256(member.data).hexdigest() != entry.sha256:
            raise BundleBroken(f"{entry.name} in the bundle was changed or damaged: its digest does not agree.")
        if entry.log:
            logs[entry.log] = _log(member.data, cut=entry.cut, trusted=trusted)
        elif entry.kind:
            rows = _objects(member.data, entry.name, trusted=trusted)
            objects[entry.kind] = dict(sorted(rows, key=itemgetter(0)))
    if expected:
        raise BundleBroken(f"The bundle breaks off: {next(iter(expected))} is missing.")
    snapshot = Snapshot(
        now=manifest.now,
        origin=manifest.origin or origin,
        namespace=manifest.namespace,
        server_version=manifest.server_version,
        objects=objects,
        logs=logs,
        coverage=Coverage(kinds=manifest.kinds, logs=manifest.logs, notes=manifest.notes),
    )
    return with_missing(snapshot, manifest.missing)


# -- writing


def _object_entries(snapshot: Snapshot) -> Iterator[tuple[_Entry, bytes]]:
    for kind, table in sorted(snapshot.objects.items()):
        if table:
            data = b"".join(_json_line(obj) for _, obj in sorted(table.items(), key=itemgetter(0)))
            yield _entry(f"objects/{_part(kind)}.jsonl", data, kind=kind), data


def _log_entries(snapshot: Snapshot) -> Iterator[tuple[_Entry, bytes]]:
    for (where, pod, container, previous), excerpt in sorted(snapshot.logs.items(), key=itemgetter(0)):
        ending = ".previous.log" if previous else ".log"
        data = "".join(line.replace("\n", " ") + "\n" for line in excerpt.lines).encode("utf-8", "replace")
        member = f"logs/{_part(where)}/{_part(pod)}/{_part(container)}{ending}"
        yield _entry(member, data, log=(where, pod, container, previous), cut=excerpt.cut), data


def _entry(member: str, data: bytes, *, kind: str = "", log: LogKey | None = None, cut: bool = False) -> _Entry:
    return _Entry(name=member, sha256=hashlib.sha256(data).hexdigest(), size=len(data), kind=kind, log=log, cut=cut)


def _part(text: str) -> str:
    """Write a name as one part of a path. Kubernetes has no others, but a snapshot may come from a stranger's file."""
    written = quote(text, safe="", errors="replace")
    return written if written.strip(".") else written.replace(".", "%2E") or "%"


def _json_line(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _write(path: Path, contents: Iterable[tuple[str, bytes]]) -> int:
    """Write a packed tar beside ``path`` and move it there. Nothing is left behind when that fails."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=False)
            with (
                packer.stream_writer(file, closefd=False) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
            ):
                for member, data in contents:
                    header = tarfile.TarInfo(member)
                    header.size = len(data)
                    header.mode = 0o644
                    archive.addfile(header, io.BytesIO(data))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return size


def _tool_version() -> str:
    try:
        return version("sextant-ops")
    except PackageNotFoundError:
        return ""


# -- reading


def _manifest(data: bytes) -> _Manifest:
    try:
        raw = json.loads(data)
        made = raw.get("format") if isinstance(raw, dict) else None
        if isinstance(made, int) and made > FORMAT:
            raise BundleBroken(
                f"The bundle was made by a newer version of Sextant (format {made}; this version reads {FORMAT}).",
                next_step="Upgrade Sextant, or record the bundle again with this version.",
            )
        manifest = _READER.validate_python(raw)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BundleBroken(f"{MANIFEST} in the bundle is not as it should be: {where or 'its form'}.") from error
    except (ValueError, RecursionError) as error:
        raise BundleBroken(f"{MANIFEST} in the bundle is not JSON.") from error
    if manifest.now.tzinfo is None:
        raise BundleBroken(f"{MANIFEST} in the bundle has a time without a zone.")
    return manifest


_READER = TypeAdapter(_Manifest)


def _objects(data: bytes, member: str, *, trusted: bool) -> Iterator[tuple[Key, Obj]]:
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            obj = printable(json.loads(line)) if b"\\ud" in line.lower() else json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BundleBroken(f"{member} in the bundle, line {number}, is not JSON.") from error
        if not isinstance(obj, dict) or not name(obj):
            raise BundleBroken(f"{member} in the bundle, line {number}, is no object of Kubernetes.")
        yield (namespace(obj), name(obj)), obj if trusted else redact_object(obj)


def _log(data: bytes, *, cut: bool, trusted: bool) -> LogExcerpt:
    lines = data.decode("utf-8", "replace").split("\n")[:-1]
    return LogExcerpt(lines=tuple(lines if trusted else redact_lines(lines)), cut=cut)
