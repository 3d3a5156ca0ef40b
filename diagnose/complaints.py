"""What programs say of their peers, and whether it still counts: names, connections, logins, stores.

The line of a run that ended decides why it ended. A program that runs counts as complaining while the same line keeps
coming: what it said before it became ready was start-up.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, condition, moment, text
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.containers import Container
from diagnose.fault import named
from diagnose.findings import Confidence, Finding, NextCheck, Reach, Remedy, Role, Severity, matched
from diagnose.logs.clock import line_time
from diagnose.logs.ending import LOST, NOT_STARTED, killed_by_node, readings_of_end
from diagnose.logs.groups import stores
from diagnose.logs.matching import Match, all_matches, best_match, last_words, match_item
from diagnose.logs.reading import LogItem, LogReading, read_log
from diagnose.scene import Scene
from diagnose.state import pod_ready, termination_current

CODES = frozenset(
    {
        *("NameNotResolved", "DependencyUnreachable", "DatastoreAuthFailed", "DatastoreConnectionsExhausted"),
        *("DatastoreReadOnly", "DatastoreObjectMissing"),
        *(row.code for row in stores.SIGNATURES),
    }
)
WINDOW_SECONDS = 600
"""Lines older than this before now say nothing of the present."""
MIN_LINES = 3
"""So many equal lines of a program that serves are a pattern; fewer may be chance."""
FIRST_SECONDS = 30
"""A program that has run for less than this may still wait for its peers."""
NEAR_END = 20
"""Lines without a time count on a serving program only among the last so many."""
LAST_WORDS = 3
"""So many of the last lines of a run may hold its reason."""
_BEFORE_FAREWELL = frozenset({"DatastoreLockContention", "DatastoreVersionIncompatible"})
"""What ends a run even where a farewell follows it."""
_START_UP = frozenset({"DependencyUnreachable", "NameNotResolved"})
"""What a program says while it waits for its peers: without a time nobody can tell that from a fault of now."""

_IN_TOUCH = re.compile(
    r"^(?!.{0,200}(?:\bnot\b|fail|unable|cannot)).{0,200}(?:\b(?:re)?connected\b|connection (?:re)?established|"
    r"\bauthenticated\b|log(?:ged |in )(?:in|succeeded)\b|\brecovered\b|连接成功|已连接)",
    re.IGNORECASE,
)
"""Words of a program that its peer took in; an answered request of its own callers says nothing of that."""
_OVER = re.compile(r"alarm (?:is |was )?cleared|partition (?:healed|ended)|rejoined", re.IGNORECASE)

_IN_STEP = ("host", "port", "user", "database", "kind", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A line about a peer, the newest of ``count`` alike. ``fatal`` says that the run ended with it."""

    scene: Scene
    container: Container
    code: str
    variant: str
    item: LogItem
    previous: bool
    captures: Mapping[str, str]
    count: int = 1
    fatal: bool = False

    @property
    def pod(self) -> Obj:
        """The pod that complains."""
        return self.container.pod

    @property
    def line(self) -> Evidence:
        """The line as evidence."""
        return self.scene.line(self.pod, self.container.name, self.item.number, previous=self.previous)

    @property
    def host(self) -> str:
        """The host that the line names, lower case, or an empty string."""
        return self.captures.get("host", "").lower().rstrip(".").strip("[]")

    @property
    def port(self) -> int:
        """The port that the line names, or 0."""
        value = self.captures.get("port", "")
        return int(value) if value.isascii() and value.isdigit() else 0

    @property
    def lasting(self) -> bool:
        """Whether the line opens a state that holds until the program says otherwise, such as an alarm."""
        return _lasts(self.code, self.variant)

    @property
    def serving(self) -> bool:
        """Whether the pod is ready all the same."""
        return not self.fatal and pod_ready(self.pod)

    @property
    def since(self) -> datetime | None:
        """When it began, as far as is known."""
        return self.container.ended_at if self.fatal else self.item.time or self.container.started_at

    @property
    def who(self) -> Phrase:
        """Name the container as the subject of a sentence."""
        return named(self.container)

    @property
    def consequence(self) -> Phrase:
        """Say what follows, as the end of a sentence."""
        code = self.container.exit_code
        if self.fatal:
            if code is None:
                return Phrase(en=", so it ends", zh="，因此退出")
            return Phrase(en=f", so it ends with exit code {code}", zh=f"，因此以退出码 {code} 退出")
        if self.container.role == "init":
            return Phrase(en=", so the pod does not get past its start", zh="，因此 Pod 停在启动阶段")
        if not self.serving:
            return Phrase(en=", and it is not ready", zh="，且尚未就绪")
        return Phrase(en=f" ({self.count} times of late)", zh=f"（最近 {self.count} 次）")

    def log_check(self) -> NextCheck:
        """Name the command that shows the whole log."""
        ref = self.scene.holder_ref(self.pod)
        several = ref.kind in {"Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet"}
        slug = ref.slug if several else f"pod/{text(self.pod, 'metadata', 'name')}"
        flag = " --previous" if self.previous else ""
        return NextCheck(
            command=f"kubectl -n {ref.namespace} logs {slug} -c {self.container.name}{flag}",
            why=Phrase(en="the whole log around this line", zh="这一行前后的完整日志"),
        )

    def report(
        self,
        code: str,
        summary: Phrase,
        *,
        variant: str = "",
        role: Role = Role.ROOT,
        about: ObjectRef | None = None,
        part: str = "",
        affected: Sequence[Reach] = (),
        absent: bool = False,
        expected: str = "",
        actual: str = "",
        near: Sequence[str] = (),
        evidence: Sequence[Evidence] = (),
        confidence: Confidence | None = None,
        remedies: Sequence[Remedy] = (),
        next_checks: Sequence[NextCheck] = (),
        chain: Sequence[Reach] = (),
    ) -> Finding:
        """Make a finding of this line: it comes first among the evidence, and the pod among the affected."""
        return Finding(
            code=code,
            variant=variant,
            role=role,
            severity=Severity.MEDIUM if self.serving or role is not Role.ROOT else Severity.HIGH,
            confidence=confidence or matched("the log names it", "日志指明了它", value=0.75 if self.host else 0.7),
            object=about or self.scene.holder_ref(self.pod),
            part=part or self.container.name,
            affected=(*self.scene.reach_pods([self.pod]), *affected),
            absent=absent,
            summary=summary,
            expected=expected,
            actual=actual,
            near=tuple(near)[:3],
            evidence=tuple(dict.fromkeys((self.line, *evidence)))[:4],
            remedies=tuple(remedies),
            next_checks=(*next_checks, self.log_check()),
            chain=tuple(chain),
            since=self.since,
        )


def complaints(scene: Scene, container: Container) -> tuple[Complaint, ...]:
    """Return what a container complains of now, the newest first; nothing where its log was not read."""
    key = ("complaints", id(container.pod), container.name)
    if key not in scene.worked_out:
        scene.worked_out[key] = tuple(_complaints(scene, container))
    found: tuple[Complaint, ...] = scene.worked_out[key]
    return found


def _complaints(scene: Scene, container: Container) -> Iterator[Complaint]:
    if container.role == "ephemeral":
        return
    if container.ended and termination_current(scene, container):
        yield from _at_the_end(scene, container)
    elif container.running:
        yield from _while_running(scene, container)


def words_read(scene: Scene, container: Container) -> bool:
    """Say whether a log of the run that counts was read and holds a line that speaks of something."""
    readings = [read_log(scene, container.pod, container.name, previous=previous) for previous in (False, True)]
    return any(reading is not None and best_match(reading) is not None for reading in readings)


def _at_the_end(scene: Scene, container: Container) -> Iterator[Complaint]:
    reason = text(container.ended, "reason")
    if reason == "OOMKilled" or reason in NOT_STARTED | LOST or killed_by_node(scene, container) is not None:
        return
    for reading in readings_of_end(scene, container):
        found = _deciding(reading)
        if found is not None:
            if found.code in CODES:
                yield _made(scene, container, found, fatal=True)
            return


def _deciding(reading: LogReading) -> Match | None:
    """Return the line that ended a run; the extended rows are asked where no other says more than "uncaught"."""
    match = best_match(reading)
    if match is not None and not match.signature.fallback:
        return match
    ends = [match.item] if match else []
    ends += [words for words in (last_words(reading),) if words]
    for item in (*ends, *reversed(reading.items[-LAST_WORDS:])):
        found = match_item(item, only=stores.SIGNATURES)
        if found and (item in ends or found[0].code in _BEFORE_FAREWELL):
            return Match(signature=found[0], item=item, previous=reading.previous, captures=found[1])
    return match


def _while_running(scene: Scene, container: Container) -> Iterator[Complaint]:
    reading = read_log(scene, container.pod, container.name, previous=False)
    if reading is None or not reading.items or scene.age(container.started_at) < FIRST_SECONDS:
        return
    groups: dict[tuple[str, ...], list[Match]] = {}
    for match in _all(reading):
        if match.code in CODES and _recent(scene, container, reading, match):
            key = (match.code, match.signature.variant, *(match.captured(part) for part in _IN_STEP))
            groups.setdefault(key, []).append(match)
    serving = container.ready and pod_ready(container.pod)
    needed = MIN_LINES if serving else 1
    kept = [
        found
        for found in groups.values()
        if len(found) >= (1 if _lasts(found[-1].code, found[-1].signature.variant) else needed)
    ]
    for found in sorted(kept, key=lambda entry: -entry[-1].item.number):
        yield _made(scene, container, found[-1], count=len(found))


def _all(reading: LogReading) -> Iterator[Match]:
    known = {match.item.number: match for match in all_matches(reading)}
    for item in reading.items[-400:]:
        match = known.get(item.number)
        if match is not None and not match.signature.fallback:
            yield match
        elif (match or match_item(item) is None) and (found := match_item(item, only=stores.SIGNATURES)):
            yield Match(signature=found[0], item=item, previous=reading.previous, captures=found[1])


def _recent(scene: Scene, container: Container, reading: LogReading, match: Match) -> bool:
    """Say whether a line speaks of now: young, and on a serving pod later than the moment it became ready."""
    item = match.item
    if _lasts(match.code, match.signature.variant):
        return not any(_OVER.search(entry.text) for entry in reading.items if entry.number > item.number)
    serving = container.ready and pod_ready(container.pod)
    if item.time is None:
        near_end = item.number >= reading.items[-min(NEAR_END, len(reading.items))].number
        if not near_end or not serving:
            return near_end
        young = scene.age(container.started_at) <= WINDOW_SECONDS or _dated_now(scene, container, item)
        return not _went_on(reading, item) and (young or not _of_a_start(match))
    if scene.age(item.time) > WINDOW_SECONDS:
        return False
    if serving and _in_touch(reading, item):
        return False
    became = moment(condition(container.pod, "Ready"), "lastTransitionTime")
    return not serving or became is None or item.time > became


def _dated_now(scene: Scene, container: Container, item: LogItem) -> bool:
    """Say whether a date in the line, whose zone is taken on trust, puts it behind the start and near the present."""
    written = line_time(scene, container, item)
    became = moment(condition(container.pod, "Ready"), "lastTransitionTime")
    return written is not None and scene.age(written) <= WINDOW_SECONDS and (became is None or written > became)


def _of_a_start(match: Match) -> bool:
    """Say whether a line is what programs say while they wait for peers; a broker with a number answered before."""
    if match.code == "BrokerUnavailable":
        return not match.captured("node").isdigit()
    return match.code in _START_UP


def _lasts(code: str, variant: str) -> bool:
    return (code, variant) == ("BrokerUnavailable", "partition")


def _went_on(reading: LogReading, item: LogItem) -> bool:
    """Say whether the program got in touch after a line, or spoke of more than a few other things."""
    later = [entry for entry in reading.items if entry.number > item.number]
    return len(later) > NEAR_END or _in_touch(reading, item)


def _in_touch(reading: LogReading, item: LogItem) -> bool:
    return any(_IN_TOUCH.search(entry.text) for entry in reading.items if entry.number > item.number)


def _made(scene: Scene, container: Container, match: Match, *, count: int = 1, fatal: bool = False) -> Complaint:
    return Complaint(
        scene=scene,
        container=container,
        code=match.code,
        variant=match.signature.variant,
        item=match.item,
        previous=match.previous,
        captures=match.captures,
        count=max(count, match.count),
        fatal=fatal,
    )
