"""Gather what a foreign recording holds, file by file, before anything is concluded from it.

Objects are redacted as soon as they are read; of logs only the telling lines are kept; the bytes go at once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath

from cluster.fields import Obj, dig, text
from cluster.kinds import spoken
from cluster.log_lines import KeptLines, LineKeeper
from cluster.recording.archive import packing, unpacked
from cluster.recording.documents import Document, Text, looks_like_objects, read_text
from cluster.recording.dump_text import START, LogSection, split_dump
from cluster.recording.intake import CHUNK, Member, RecordingLimits, quoted
from cluster.recording.kind_paths import listed
from cluster.redaction import redact_lines, redact_object
from core.errors import BundleBroken
from core.redaction import redact

OBJECT_ENDINGS = frozenset({".json", ".yaml", ".yml", ".jsonl", ".ndjson"})
LOG_ENDINGS = frozenset({".log", ".txt", ".out", ""})
SESSION_ENDINGS = frozenset({".txt", ".md", ".markdown", ".out", ".text", ".log", ".session", ""})
SESSION_BYTES = 64 * 1024 * 1024
REPORT_BYTES = 4 * 1024 * 1024
PAPER_BYTES = 256 * 1024
PAPERS = 5_000
"""Texts without objects that are kept, and how large each may be: errors and rights are short."""
_PACKED_LOG = re.compile(r"\.(?:log|txt)\.gz$", re.IGNORECASE)
_REPORT = re.compile(r"\s*(?:Name: {2,}\S|(?:NAMESPACE|NAME|LAST SEEN|CURRENT) +[A-Z])")
"""What ``kubectl describe`` and the tables of ``kubectl get`` begin with; they lie beside logs under names of pods."""
MANY = 20
"""Notes of one sort beyond this number are counted instead of written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFile:
    """One document of a file, with its objects redacted."""

    path: str
    document: Document
    namespace: str = ""
    """The namespace that was asked, where the form of the recording says so."""

    @property
    def folder(self) -> str:
        """The directory that the file is in."""
        return str(PurePosixPath(self.path).parent)

    @property
    def named_kind(self) -> tuple[str, str]:
        """(kind, apiVersion's group) of a list without items: as the list says, else as its file is called."""
        if self.document.kind:
            return self.document.kind, self.document.api_version.rpartition("/")[0]
        kind = spoken(PurePosixPath(self.path).name.partition(".")[0].replace("-", ""))
        return (kind.kind, kind.group) if kind else ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """A text that may be a container's log."""

    path: str
    lines: tuple[str, ...]
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A text that holds no object, kept for those forms of recordings that know what it says."""

    path: str
    content: str


@dataclass(slots=True, kw_only=True)
class Material:
    """Everything that was found, in the order of the files."""

    limits: RecordingLimits = field(default_factory=RecordingLimits)
    is_session: Callable[[str], bool] | None = None
    """Says whether a text is what somebody did in a terminal."""

    files: list[ObjectFile] = field(default_factory=list)
    logs: list[LogFile] = field(default_factory=list)
    errors: list[LogFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sections: list[LogSection] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    sessions: list[Paper] = field(default_factory=list)
    reports: list[Paper] = field(default_factory=list)
    """Tables and descriptions without the command that printed them."""
    times: list[datetime] = field(default_factory=list)
    """All that files with the time of collection say."""
    collected_at: datetime | None = None
    server_version: str = ""
    seen: int = 0

    def take(self, member: Member) -> None:
        """Take one file: as objects, as a log, as the time of collection, or with a note of why not."""
        self.seen += 1
        if member.type != "file":
            self.notes.append(f"{quoted(member.name)}: {member.note}" if member.name else member.note)
            return
        path = PurePosixPath(member.name or "recording")
        if not member.data.strip() and path.suffix.lower() != ".log":
            return
        if _PACKED_LOG.search(path.name) and packing(member.data[:512]) == "gzip":
            self._take_packed_log(path, member.data)
        elif form := packing(member.data[:512]):
            self.notes.append(f"{quoted(str(path))}: a {form} inside of the recording, not opened")
        elif path.stem.lower() in _TIME_FILES and len(member.data) < 1024:
            self._take_time(member.data.decode("utf-8", "replace"))
        elif b"\0" in member.data[:4096] and member.data[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
            self.notes.append(f"{quoted(str(path))}: not text, not read")
        elif path.suffix.lower() == ".err":
            self.errors.append(_log(str(path), member.data))
        else:
            self._take_text(path, member.data)

    def _take_text(self, path: PurePosixPath, data: bytes) -> None:
        if START in data:
            rest, sections = split_dump(data)
            self.sections.extend(sections)
            for part in rest:
                self.take_text(str(path), read_text(decoded(part)))
            if sections:
                return
        head = decoded(data[:8192])
        if self._is_session(path, head, data):
            self.sessions.append(Paper(path=str(path), content=decoded(data)))
            return
        if path.suffix.lower() in OBJECT_ENDINGS or looks_like_objects(head):
            place = listed(str(path))
            found = read_text(decoded(data), place.kind if place else None)
            self.take_text(str(path), found)
            if not found.recognised and len(data) <= PAPER_BYTES and len(self.papers) < PAPERS:
                self.papers.append(Paper(path=str(path), content=decoded(data)))
            if found.recognised or found.problems or path.suffix.lower() in OBJECT_ENDINGS:
                return
        if path.suffix.lower() in LOG_ENDINGS:
            if not _REPORT.match(head):
                self.logs.append(_log(str(path), data))
            elif len(data) <= REPORT_BYTES and len(self.reports) < PAPERS:
                self.reports.append(Paper(path=str(path), content=decoded(data)))

    def _is_session(self, path: PurePosixPath, head: str, data: bytes) -> bool:
        """Say whether a file is what somebody did in a terminal; a log is one only if it begins so."""
        ending = path.suffix.lower()
        if self.is_session is None or ending not in SESSION_ENDINGS or len(data) > SESSION_BYTES:
            return False
        if ending == ".log":
            head = next((line for line in head.splitlines() if line.strip()), "")
            return self.is_session(head)
        return self.is_session(decoded(data))

    def _take_time(self, content: str) -> None:
        for line in content.splitlines():
            if time := written_time(line):
                self.times.append(time)
                self.collected_at = time

    def _take_packed_log(self, path: PurePosixPath, data: bytes) -> None:
        try:
            content = unpacked(data, self.limits, quoted(str(path)))
        except BundleBroken as error:
            self.notes.append(f"{quoted(str(path))}: {error.message}")
            return
        self.logs.append(_log(str(path.with_suffix("")), content))

    def take_text(self, path: str, found: Text) -> None:
        """Take the documents of one text."""
        for problem in found.problems:
            self.notes.append(f"{path}, {redact(problem)}")
        for document in found.documents:
            self.server_version = self.server_version or document.server_version
            if document.listed or document.objects:
                self.files.append(ObjectFile(path=path, document=_redacted(document)))

    @property
    def empty(self) -> bool:
        """Say that no object was found."""
        return not any(file.document.objects for file in self.files)


def gather(
    found: Iterable[Member],
    limits: RecordingLimits | None = None,
    is_session: Callable[[str], bool] | None = None,
) -> Material:
    """Take every member of a recording. Texts of terminals are told apart by ``is_session``, if it is given."""
    material = Material(limits=limits or RecordingLimits(), is_session=is_session)
    for member in found:
        material.take(member)
    return material


def _redacted(document: Document) -> Document:
    return Document(
        objects=tuple(redact_object(obj) for obj in document.objects),
        listed=document.listed,
        kind=document.kind,
        api_version=document.api_version,
        whole=document.whole,
    )


def _log(path: str, data: bytes) -> LogFile:
    kept = kept_lines(data)
    return LogFile(path=path, lines=kept.lines, cut=kept.cut)


def kept_lines(data: bytes) -> KeptLines:
    """Keep the telling lines of a log, redacted."""
    keeper = LineKeeper()
    for at in range(0, len(data), CHUNK):
        keeper.feed(data[at : at + CHUNK])
    kept = keeper.finish()
    return KeptLines(lines=tuple(redact_lines(kept.lines)), cut=kept.cut)


def decoded(data: bytes) -> str:
    """Read bytes as text: UTF-8, or UTF-16 where a byte order mark says so, as Windows shells write it."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def is_wish(obj: Obj) -> bool:
    """Say that an object is a manifest as somebody wrote it: no server has ever answered with it."""
    meta = dig(obj, "metadata")
    served = any(text(meta, key) for key in ("uid", "resourceVersion", "creationTimestamp"))
    return not served and not dig(obj, "status") and text(obj, "kind") != "Event"


_TIME_FILES = frozenset({"collected-at", "collected_at", "collection-time", "timestamp", "date"})
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,6})?\d*\s*(Z|UTC|[+-]\d\d:?\d\d)?")


def written_time(content: str) -> datetime | None:
    """Return the last time written in a text; one without a zone is taken as UTC."""
    newest: datetime | None = None
    for day, clock, fraction, zone in _TIME.findall(content):
        offset = "+00:00" if zone in {"", "Z", "UTC"} else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
        try:
            parsed = datetime.fromisoformat(f"{day}T{clock}{fraction}{offset}").astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        newest = parsed
    return newest
