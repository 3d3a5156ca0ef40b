"""Read events as ``kubectl get events``, ``kubectl events`` and ``describe`` print them."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cluster.kinds import Kind, spoken
from cluster.recording.transcript.moments import age
from cluster.recording.transcript.tables import Row, Table

_SEEN = re.compile(r"(\S{1,40})(?: \(x(\d{1,9}) over (\S{1,40})\))?")
_ROW = re.compile(
    r"(?:([a-z0-9][a-z0-9-]{0,62}) {2,})?(\d[\dydhms]{1,30}|<unknown>|<invalid>)(?: \(x(\d{1,9}) over (\S{1,40})\))? +"
    r"(Normal|Warning) +(\S{1,100}) +([A-Za-z.]{1,100}/\S{1,260}) +(\S.{0,20000})"
)
_DESCRIBED = re.compile(
    r" +(Normal|Warning) +(\S{1,100}) +(\d[\dydhms]{1,30}|<unknown>|<invalid>)"
    r"(?: \(x(\d{1,9}) over (\S{1,40})\))? {2,}(?:(\S.{0,120}?) {2,})?(\S.{0,20000})"
)
_IN_CONTAINER = re.compile(r"(?:container:?|Container) \"?([a-z0-9][a-z0-9-]{0,62})\"?(?: in pod| failed|,|$)")
PLACE = re.compile(r"spec\.\w{1,40}\{[\w.-]{1,253}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event. Ages are in seconds before the command; None is not known."""

    kind: Kind
    namespace: str
    object: str
    type: str
    reason: str
    message: str
    count: int = 1
    last: int | None = None
    first: int | None = None
    component: str = ""
    field_path: str = ""
    name: str = ""
    own: bool = False
    """It is known to be about this very object, and not about an earlier one of the same name."""

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what makes two printed lines the same event."""
        return (self.kind.key, self.namespace, self.object, self.reason, self.message[:120].rstrip("…."))

    def raw(self) -> dict[str, Any]:
        """Return the event as the API serves it, its times still ages."""
        digest = hashlib.sha256("\0".join(self.identity).encode("utf-8", "replace")).hexdigest()[:16]
        about: dict[str, Any] = {"kind": self.kind.kind, "name": self.object}
        about["apiVersion"] = f"{self.kind.group}/{self.kind.version}" if self.kind.group else self.kind.version
        if self.kind.namespaced:
            about["namespace"] = self.namespace
        place = self.field_path
        if not place and (box := container_of(self)):
            place = f"spec.containers{{{box}}}"
        if place:
            about["fieldPath"] = place
        return {
            "metadata": {"name": self.name or f"{self.object}.{digest}", "namespace": self.namespace or "default"},
            "involvedObject": about,
            "type": self.type,
            "reason": self.reason,
            "message": self.message,
            "count": self.count,
            "source": {"component": self.component} if self.component else {},
        }


def container_of(event: Happening) -> str:
    """Return the container that an event of a pod is about, empty where neither its place nor its message names one."""
    if event.kind.kind != "Pod":
        return ""
    if event.field_path:
        return event.field_path.partition("{")[2].rstrip("}")
    match = _IN_CONTAINER.search(event.message)
    return match[1] if match else ""


def from_table(table: Table, namespace: str) -> Iterator[Happening]:
    """Read the rows of an events table, plain or wide."""
    for row in table.rows:
        if found := _row(row, row.get("NAMESPACE") or namespace):
            yield found


def _row(row: Row, namespace: str) -> Happening | None:
    word, slash, about = row.get("OBJECT", "").partition("/")
    kind = spoken(word)
    if not slash or kind is None or not about or not row.get("REASON"):
        return None
    seen = _SEEN.fullmatch(row.get("LAST SEEN", ""))
    count = row.get("COUNT", "")
    first = (seen[3] if seen else None) or row.get("FIRST SEEN", "")
    sub = row.get("SUBOBJECT", "")
    return Happening(
        kind=kind,
        namespace=namespace,
        object=about,
        type=row.get("TYPE", "Normal"),
        reason=row["REASON"],
        message=row.get("MESSAGE", ""),
        count=int((seen[2] if seen else None) or (count if count.isdecimal() and len(count) < 10 else "1")),
        last=age(seen[1]) if seen else None,
        first=age(first),
        component=row.get("SOURCE", "").partition(",")[0],
        field_path=sub if PLACE.fullmatch(sub) else "",
        name=row.get("NAME", ""),
    )


def headless_events(lines: Iterable[str], namespace: str, *, everywhere: bool) -> Iterator[Happening]:
    """Read lines of an events table whose header was cut away."""
    for line in lines:
        match = _ROW.match(line) if line and not line[0].isspace() else None
        if match is None or bool(match[1]) is not everywhere:
            continue
        word, _, about = match[7].partition("/")
        if (kind := spoken(word)) is None:
            continue
        yield Happening(
            kind=kind,
            namespace=match[1] or namespace,
            object=about,
            type=match[5],
            reason=match[6],
            message=match[8].strip(),
            count=int(match[3] or 1),
            last=age(match[2]),
            first=age(match[4] or ""),
        )


def described(lines: Iterable[str], kind: Kind, namespace: str, name: str) -> Iterator[Happening]:
    """Read the ``Events:`` table at the end of a description."""
    for line in lines:
        if match := _DESCRIBED.match(line):
            yield Happening(
                kind=kind,
                namespace=namespace,
                object=name,
                type=match[1],
                reason=match[2],
                message=match[7].strip(),
                count=int(match[4] or 1),
                last=age(match[3]),
                first=age(match[5] or ""),
                component=(match[6] or "").partition(",")[0],
                own=True,
            )
