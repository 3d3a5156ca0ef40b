"""Read the commands of a transcript one by one, and gather what each tells."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cluster.fields import text
from cluster.kinds import BY_KEY, Kind, spoken
from cluster.recording.documents import read_text
from cluster.recording.material import is_wish
from cluster.recording.transcript.descriptions import read_descriptions
from cluster.recording.transcript.extras import take_files, take_rights, take_rollout, take_usage
from cluster.recording.transcript.frame import Command, Target
from cluster.recording.transcript.gathered import Gathered
from cluster.recording.transcript.happenings import described, from_table, headless_events
from cluster.recording.transcript.log_outputs import log_outputs
from cluster.recording.transcript.moments import clock_time
from cluster.recording.transcript.pod_rows import pod_fragment
from cluster.recording.transcript.refusals import Refusal, refusals
from cluster.recording.transcript.rows import ROWS, common
from cluster.recording.transcript.sightings import MENTIONED, NEAT, TABLE, WRITTEN, merge
from cluster.recording.transcript.tables import Row, Table, headless, tables
from cluster.recording.transcript.traffic_rows import custom_kind, custom_row

_NAMESPACE = re.compile(
    r"(?:Namespace: {1,40}|  namespace: |No resources found in )([a-z0-9][a-z0-9-]{0,62})(?: namespace\.?)?"
)
_TEXTS = frozenset({"yaml", "json"})
_TABLES = frozenset({"", "wide"})


@dataclass(slots=True, kw_only=True)
class Session(Gathered):
    """What all commands together told, and how each is read."""

    def take(self, command: Command) -> None:
        """Read one command's output by its verb."""
        if command.verb == "get":
            self._get(command)
        elif command.verb == "describe":
            self._describe(command)
        elif command.verb in {"logs", "log"}:
            found = log_outputs(command, self.where(command))
            self.logs.extend(found)
            if any(log.failed for log in found):
                self.denied(refusals(log.failed for log in found), command)
        elif command.verb in {"events", "event"}:
            self._events(command)
        elif command.verb == "version":
            self._version(command)
        elif command.verb == "date":
            self.times.extend(time for line in command.output[:3] if (time := clock_time(line)))
        elif command.verb == "cat" or (command.verb == "create" and "dry-run" in command.flags):
            take_files(self, command)
        elif command.verb == "top":
            take_usage(self, command)
        elif command.verb == "rollout":
            take_rollout(self, command)
        elif command.verb == "auth":
            take_rights(self, command)

    def _version(self, command: Command) -> None:
        for line in command.output:
            if line.startswith("Server Version: v") and len(line) < 100:
                self.server_version = line.removeprefix("Server Version: ").strip()

    def _listed(self, command: Command, targets: Iterable[Target], *, whole: bool, said: list[Refusal]) -> None:
        """Record how complete the lists of a command are."""
        bad = any(r.sort in {"forbidden", "failed", "no-kind"} for r in said)
        for target in targets:
            kind = target.kind or custom_kind(target.word)
            if kind is None:
                continue
            named = bool(target.name)
            where = "" if command.everywhere or not kind.namespaced else self.where(command)
            if whole and not named and not command.filtered and not bad:
                self.cover(kind.key, where, "complete")
            elif not bad:
                note = "" if named else f"only a part was listed: {command.line[2:200]}"
                self.cover(kind.key, where, "partial", note)

    # -- get

    def _get(self, command: Command) -> None:
        said = self.refused(command)
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
                where = self.namespace_of(obj, command)
                self.sightings.see_written(
                    dict(obj), where, text(obj, "metadata", "name"), rank=rank, order=command.number
                )
        whole = all(document.whole for document in found.documents) and not found.problems
        whole = whole and (any(document.listed for document in found.documents) or any(r.sort == "empty" for r in said))
        self._listed(command, command.targets, whole=whole, said=said)

    def _tables(self, command: Command, targets: tuple[Target, ...]) -> bool:
        """Read the tables of a command; say whether one was there, with its header and undamaged."""
        found = list(tables(command.output))
        single = {target.kind or custom_kind(target.word) for target in targets}
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
        where = row.get("NAMESPACE") or self.where(command)
        fragment = pod_fragment(row, command.number) if kind.kind == "Pod" else {}
        if kind.key in ROWS:
            fragment = ROWS[kind.key](row)
        elif "." in kind.key:
            fragment = custom_row(row)
        self.sightings.see(kind, where, name, merge(common(row), fragment), rank=TABLE, order=command.number)

    # -- events

    def _events(self, command: Command) -> None:
        said = refusals(command.output) if command.verb == "get" else self.refused(command)
        if command.form in _TEXTS:
            self._written(command, said)
            return
        if not command.readable:
            return
        where = self.where(command)
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
        said = self.refused(command)
        targets = command.targets
        kinds = [target.kind for target in targets if target.kind]
        count = 0
        for told in read_descriptions(command.output, kinds, self.where(command)):
            count += 1
            self.happened(told.events)
            if "_endpoints" in told.fragment:
                found = {"subsets": told.fragment["_endpoints"]}
                self.sightings.see(
                    BY_KEY["Endpoints"], told.namespace, told.name, found, rank=MENTIONED, order=command.number
                )
            for where, pod, known in told.fragment.pop("_pods", ()):
                self.sightings.see(BY_KEY["Pod"], where, pod, known, rank=MENTIONED, order=command.number)
            for name, known in told.fragment.pop("_sets", ()):
                self.sightings.see(
                    BY_KEY["ReplicaSet"], told.namespace, name, known, rank=MENTIONED, order=command.number
                )
            self.sightings.see(
                told.kind, told.namespace, told.name, told.fragment, rank=told.rank, order=command.number
            )
        if not count and command.readable and len(targets) == 1 and targets[0].kind and targets[0].name:
            # The head was filtered away; whose events remain, the command says.
            kind, where = targets[0].kind, self.where(command)
            self.happened(described(command.output, kind, where if kind.namespaced else "default", targets[0].name))
        whole = (count > 0 and command.readable) or any(r.sort == "empty" for r in said)
        self._listed(command, targets, whole=whole, said=said)
        if count:
            self.cover("Event", self.where(command), "partial", "events of described objects only")


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
