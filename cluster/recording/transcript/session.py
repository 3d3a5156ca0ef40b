"""Read the commands of a transcript one by one, and gather what each tells."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from cluster.fields import Obj, namespace, text
from cluster.kinds import BY_KEY, Kind, spoken
from cluster.recording.documents import read_text
from cluster.recording.material import is_wish
from cluster.recording.transcript.descriptions import read_descriptions
from cluster.recording.transcript.frame import Command, Target
from cluster.recording.transcript.happenings import Happening, from_table, headless_events
from cluster.recording.transcript.log_outputs import LogOutput, log_outputs
from cluster.recording.transcript.pod_rows import pod_fragment
from cluster.recording.transcript.refusals import Refusal, refusals
from cluster.recording.transcript.rows import ROWS, common
from cluster.recording.transcript.sightings import MENTIONED, NEAT, TABLE, WRITTEN, Sightings, merge
from cluster.recording.transcript.tables import Row, Table, headless, tables

State = Literal["complete", "partial", "refused", "failed", "absent"]
_STRENGTH: tuple[State, ...] = ("partial", "failed", "refused", "absent", "complete")
_NAMESPACE = re.compile(
    r"(?:Namespace: {1,40}|  namespace: |No resources found in )([a-z0-9][a-z0-9-]{0,62})(?: namespace\.?)?"
)
_TEXTS = frozenset({"yaml", "json"})
_TABLES = frozenset({"", "wide"})


@dataclass(slots=True, kw_only=True)
class Session:
    """What all commands together told."""

    here: str = "default"
    """The namespace of commands that name none."""
    sightings: Sightings = field(default_factory=Sightings)
    events: dict[tuple[str, ...], Happening] = field(default_factory=dict)
    logs: list[LogOutput] = field(default_factory=list)
    coverage: dict[tuple[str, str], tuple[State, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    server_version: str = ""

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
                )
            self.events[event.identity] = event

    def take(self, command: Command) -> None:
        """Read one command's output by its verb."""
        if command.verb == "get":
            self._get(command)
        elif command.verb == "describe":
            self._describe(command)
        elif command.verb in {"logs", "log"}:
            self.logs.extend(log_outputs(command, self._where(command)))
        elif command.verb in {"events", "event"}:
            self._events(command)
        elif command.verb == "version":
            self._version(command)

    def _where(self, command: Command) -> str:
        return command.namespace or self.here

    def _version(self, command: Command) -> None:
        for line in command.output:
            if line.startswith("Server Version: v") and len(line) < 100:
                self.server_version = line.removeprefix("Server Version: ").strip()

    # -- what was not answered

    def _refused(self, command: Command) -> list[Refusal]:
        """Record refusals, and return them."""
        found = refusals(command.output)
        for said in found:
            kind = spoken(said.word) if said.word else None
            where = "" if command.everywhere else said.namespace or self._where(command)
            if said.sort == "forbidden" and kind:
                self.cover(kind.key, where if kind.namespaced else "", "refused", said.sentence[:300])
            elif said.sort == "no-kind":
                self.cover(said.word, "", "absent", said.sentence[:300])
            elif said.sort == "not-found":
                self.notes.append(f"{said.sentence[:300]} (in namespace {where})")
            elif said.sort in {"failed", "forbidden"}:
                self.notes.append(f"{command.line[2:120]}: {said.sentence[:300]}")
                for target in command.targets:
                    if target.kind:
                        place = where if target.kind.namespaced else ""
                        self.cover(target.kind.key, place, "failed", said.sentence[:300])
        return found

    def _listed(self, command: Command, targets: Iterable[Target], *, whole: bool, said: list[Refusal]) -> None:
        """Record how complete the lists of a command are."""
        bad = any(r.sort in {"forbidden", "failed", "no-kind"} for r in said)
        for target in targets:
            if target.kind is None:
                continue
            named = bool(target.name)
            where = "" if command.everywhere or not target.kind.namespaced else self._where(command)
            if whole and not named and not command.filtered and not bad:
                self.cover(target.kind.key, where, "complete")
            elif not bad:
                note = "" if named else f"only a part was listed: {command.line[2:200]}"
                self.cover(target.kind.key, where, "partial", note)

    # -- get

    def _get(self, command: Command) -> None:
        said = self._refused(command)
        targets = command.targets
        if command.form in _TEXTS:
            self._written(command, said)
        elif command.form in _TABLES and command.readable:
            if any(target.kind and target.kind.kind == "Event" for target in targets) and len(targets) == 1:
                self._events(command)
                return
            whole = self._tables(command, targets) or any(r.sort == "empty" for r in said)
            self._listed(command, targets, whole=whole, said=said)

    def _written(self, command: Command, said: list[Refusal]) -> None:
        found = read_text("\n".join(command.output))
        self.notes.extend(f"{command.line[2:120]}: {problem}" for problem in found.problems[:3])
        for document in found.documents:
            for obj in document.objects:
                rank = WRITTEN if not is_wish(obj) else NEAT
                where = self._namespace_of(obj, command)
                self.sightings.see_written(
                    dict(obj), where, text(obj, "metadata", "name"), rank=rank, order=command.number
                )
        whole = all(document.whole for document in found.documents) and not found.problems
        whole = whole and (any(document.listed for document in found.documents) or any(r.sort == "empty" for r in said))
        self._listed(command, command.targets, whole=whole, said=said)

    def _namespace_of(self, obj: Obj, command: Command) -> str:
        kind = spoken(text(obj, "kind"))
        if kind is not None and not kind.namespaced:
            return ""
        return namespace(obj) or self._where(command)

    def _tables(self, command: Command, targets: tuple[Target, ...]) -> bool:
        """Read the tables of a command; say whether one was there, with its header and undamaged."""
        found = list(tables(command.output))
        single = {target.kind for target in targets}
        kind = next(iter(single)) if len(single) == 1 else None
        whole = bool(found)
        for table in found:
            whole = whole and not table.damaged
            for row in table.rows:
                self._row(row, _kind_of(row, table, kind), command)
        if not found and kind is not None:
            labelled = "show-labels" in command.flags
            wide = command.form == "wide"
            rows = headless(command.output, kind.kind, wide=wide, everywhere=command.everywhere, labelled=labelled)
            for row in rows:
                self._row(row, kind, command)
                whole = "no-headers" in command.flags
        return whole

    def _row(self, row: Row, kind: Kind | None, command: Command) -> None:
        name = row.get("NAME", "").rpartition("/")[2]
        if kind is None or not name:
            return
        if kind.kind == "StorageClass":
            name = name.removesuffix(" (default)")
        where = row.get("NAMESPACE") or self._where(command)
        fragment = pod_fragment(row, command.number) if kind.kind == "Pod" else {}
        if kind.key in ROWS:
            fragment = ROWS[kind.key](row)
        self.sightings.see(kind, where, name, merge(common(row), fragment), rank=TABLE, order=command.number)

    # -- events

    def _events(self, command: Command) -> None:
        said = refusals(command.output) if command.verb == "get" else self._refused(command)
        if command.form in _TEXTS:
            self._written(command, said)
            return
        if not command.readable:
            return
        where = self._where(command)
        found = list(tables(command.output))
        for table in found:
            self.happened(from_table(table, where))
        if not found:
            self.happened(headless_events(command.output, where, everywhere=command.everywhere))
        empty = any(r.sort == "empty" for r in said)
        if any(r.sort in {"forbidden", "failed"} for r in said):
            return
        whole = (bool(found) or empty) and not command.filtered and not any(table.damaged for table in found)
        self.cover("Event", "" if command.everywhere else where, "complete" if whole else "partial")

    # -- describe

    def _describe(self, command: Command) -> None:
        said = self._refused(command)
        targets = command.targets
        kinds = [target.kind for target in targets if target.kind]
        count = 0
        for told in read_descriptions(command.output, kinds, self._where(command)):
            count += 1
            self.happened(told.events)
            if "_endpoints" in told.fragment:
                found = {"subsets": told.fragment["_endpoints"]}
                self.sightings.see(
                    BY_KEY["Endpoints"], told.namespace, told.name, found, rank=MENTIONED, order=command.number
                )
            self.sightings.see(
                told.kind, told.namespace, told.name, told.fragment, rank=told.rank, order=command.number
            )
        whole = (count > 0 and command.readable) or any(r.sort == "empty" for r in said)
        self._listed(command, targets, whole=whole, said=said)
        if count:
            self.cover("Event", self._where(command), "partial", "events of described objects only")


def _kind_of(row: Row, table: Table, asked: Kind | None) -> Kind | None:
    """Return the kind of a row: as its name is prefixed, else as the command asked."""
    prefix, slash, _ = row.get("NAME", "").partition("/")
    if slash and (kind := spoken(prefix)):
        return kind
    return asked if "NAME" in table.headers else None


def namespace_of_session(commands: Iterable[Command]) -> str:
    """Guess the namespace of commands that name none: the one that most of their answers name."""
    found: Counter[str] = Counter()
    for command in commands:
        if command.namespace or command.everywhere or command.verb not in {"get", "describe"}:
            continue
        for line in command.output:
            if line.startswith(("Namespace:", "  namespace:", "No resources")) and (
                m := _NAMESPACE.fullmatch(line.rstrip())
            ):
                found[m[1]] += 1
    return found.most_common(1)[0][0] if found else "default"
