"""What the commands of a transcript told so far, and what is known of how much that is."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from cluster.fields import Obj, namespace, text
from cluster.kinds import spoken
from cluster.recording.known import Missing
from cluster.recording.transcript.frame import Command
from cluster.recording.transcript.happenings import Happening
from cluster.recording.transcript.log_outputs import LogOutput
from cluster.recording.transcript.refusals import Refusal, refusals
from cluster.recording.transcript.sightings import Sightings

State = Literal["complete", "partial", "refused", "failed", "absent"]
_STRENGTH: tuple[State, ...] = ("partial", "failed", "refused", "absent", "complete")


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What all commands together told."""

    here: str = "default"
    """The namespace of commands that name none."""
    sightings: Sightings = field(default_factory=Sightings)
    events: dict[tuple[str, ...], Happening] = field(default_factory=dict)
    logs: list[LogOutput] = field(default_factory=list)
    coverage: dict[tuple[str, str], tuple[State, str]] = field(default_factory=dict)
    missing: set[Missing] = field(default_factory=set)
    """Objects that the server said it does not have."""
    notes: list[str] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    """What ``date`` printed."""
    server_version: str = ""
    commands: int = 0
    """How many were taken so far: what came later is newer."""

    def cover(self, key: str, where: str, state: State, note: str = "") -> None:
        """Record what is known of a kind; what says more stays."""
        old = self.coverage.get((key, where))
        if old is None or _STRENGTH.index(state) >= _STRENGTH.index(old[0]):
            self.coverage[key, where] = (state, note)

    def happened(self, found: Iterable[Happening]) -> None:
        """Keep events; the same one printed again is one event, its count the highest seen."""
        for event in found:
            old = self.events.get(event.identity)
            if old is not None:
                last = [age for age in (event.last, old.last) if age is not None]
                first = [age for age in (event.first, old.first) if age is not None]
                event = replace(
                    event,
                    count=max(event.count, old.count),
                    last=event.last if event.last is not None else min(last, default=None),
                    first=max(first, default=None),
                    component=event.component or old.component,
                    field_path=event.field_path or old.field_path,
                    message=max(event.message, old.message, key=len),
                    name=event.name or old.name,
                    own=event.own or old.own,
                )
            self.events[event.identity] = event

    def where(self, command: Command) -> str:
        """Return the namespace that a command is about where it is about one."""
        return command.namespace or self.here

    def namespace_of(self, obj: Obj, command: Command) -> str:
        """Return the namespace of an object that a command showed."""
        kind = spoken(text(obj, "kind"))
        if kind is not None and not kind.namespaced:
            return ""
        return namespace(obj) or self.where(command)

    # -- what was not answered

    def refused(self, command: Command) -> list[Refusal]:
        """Record refusals, and return them."""
        found = refusals(command.output)
        for said in found:
            kind = spoken(said.word) if said.word else None
            where = "" if command.everywhere else said.namespace or self.where(command)
            if said.sort == "forbidden" and kind:
                self.cover(kind.key, where if kind.namespaced else "", "refused", said.sentence[:300])
            elif said.sort == "no-kind":
                self.cover(said.word, "", "absent", said.sentence[:300])
            elif said.sort == "not-found":
                self.notes.append(f"{said.sentence[:300]} (in namespace {where})")
                self.denied([said], command)
            elif said.sort in {"failed", "forbidden"}:
                self.notes.append(f"{command.line[2:120]}: {said.sentence[:300]}")
                for target in command.targets:
                    if target.kind:
                        place = where if target.kind.namespaced else ""
                        self.cover(target.kind.key, place, "failed", said.sentence[:300])
        return found

    def denied(self, said: Iterable[Refusal], command: Command) -> None:
        """Keep what the server says that it does not have; of which namespace, the command must say or the session."""
        for one in said:
            kind = spoken(one.word) if one.sort == "not-found" else None
            if kind is not None:
                self.missing.add((kind.key, self.where(command) if kind.namespaced else "", one.name))
