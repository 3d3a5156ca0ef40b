"""Lines of logs that speak of saturation and still count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cluster.fields import Obj
from core.evidence import Evidence
from diagnose.containers import Container, containers
from diagnose.logs.ending import LOST, NOT_STARTED, readings_of_end
from diagnose.logs.matching import match_item
from diagnose.logs.reading import MAX_LINES, LogItem, LogReading, read_log
from diagnose.logs.signature import Signature
from diagnose.scene import Scene
from diagnose.state import pod_ready, termination_current

WINDOW_SECONDS = 600
"""Lines older than this before now say nothing of the present."""
NEAR_END = 20
"""Lines without a time count only among the last so many."""
MIN_LINES = 3
"""So many equal lines of a program that serves are a pattern; fewer may be chance."""
LAST_ITEMS = 12
"""What ended a run stands among its last so many items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The newest of ``count`` lines alike. ``fatal`` says that the run ended with it."""

    scene: Scene
    container: Container
    signature: Signature
    captures: dict[str, str]
    item: LogItem
    previous: bool
    count: int
    fatal: bool

    @property
    def pod(self) -> Obj:
        """The pod that says it."""
        return self.container.pod

    @property
    def line(self) -> Evidence:
        """The line as evidence."""
        return self.scene.line(self.pod, self.container.name, self.item.number, previous=self.previous)

    @property
    def since(self) -> datetime | None:
        """When it began, as far as is known."""
        return self.container.ended_at if self.fatal else self.item.time or self.container.started_at


class Logs:
    """The logs of the pods that count. Only those that hold one of the words asked for are read line by line."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @cached_property
    def _texts(self) -> tuple[tuple[Container, bool, str], ...]:
        """The raw text of each log, lower case."""
        found: list[tuple[Container, bool, str]] = []
        if not self.scene.snapshot.logs:
            return ()
        for pod in self.scene.live_pods:
            for container in containers(pod):
                for previous in (False, True):
                    excerpt = self.scene.snapshot.log(pod, container.name, previous=previous)
                    if excerpt is not None and excerpt.lines:
                        found.append((container, previous, "\n".join(excerpt.lines[-MAX_LINES:]).lower()))
        return tuple(found)

    def speaking(self, words: Sequence[str]) -> Iterator[Container]:
        """Yield each container once whose logs hold one of the words (lower case)."""
        seen: set[int] = set()
        for container, _, said in self._texts:
            if id(container) not in seen and any(word in said for word in words):
                seen.add(id(container))
                yield container

    def said(self, signatures: Sequence[Signature]) -> Iterator[Said]:
        """Yield what containers say now that bears one of these rows, the newest of each row."""
        words = sorted({word for row in signatures for word in row.words})
        for container in self.speaking(words):
            if container.role == "ephemeral":
                continue
            if container.ended and termination_current(self.scene, container):
                yield from _at_the_end(self.scene, container, tuple(signatures))
            if container.running:
                yield from _while_running(self.scene, container, tuple(signatures))


def _at_the_end(scene: Scene, container: Container, rows: tuple[Signature, ...]) -> Iterator[Said]:
    reason = container.ended.get("reason")
    if reason == "OOMKilled" or reason in NOT_STARTED | LOST:
        return
    reading = next(readings_of_end(scene, container), None)
    for item in reversed(reading.items[-LAST_ITEMS:] if reading else ()):
        if reading is not None and (found := match_item(item, only=rows)):
            yield Said(
                scene=scene,
                container=container,
                signature=found[0],
                captures=dict(found[1]),
                item=item,
                previous=reading.previous,
                count=1,
                fatal=True,
            )
            return


def _while_running(scene: Scene, container: Container, rows: tuple[Signature, ...]) -> Iterator[Said]:
    reading = read_log(scene, container.pod, container.name, previous=False)
    if reading is None or not reading.items:
        return
    groups: dict[int, list[tuple[LogItem, dict[str, str]]]] = {}
    for item in recent(scene, reading):
        if found := match_item(item, only=rows):
            groups.setdefault(rows.index(found[0]), []).append((item, dict(found[1])))
    needed = MIN_LINES if container.ready and pod_ready(container.pod) else 1
    for index, items in groups.items():
        if len(items) >= needed:
            yield Said(
                scene=scene,
                container=container,
                signature=rows[index],
                captures=items[-1][1],
                item=items[-1][0],
                previous=False,
                count=len(items),
                fatal=False,
            )


def recent(scene: Scene, reading: LogReading) -> Iterator[LogItem]:
    """Yield the items that speak of now: young, or without a time and among the last."""
    last = {item.number for item in reading.items[-NEAR_END:]}
    for item in reading.items:
        if scene.age(item.time) <= WINDOW_SECONDS if item.time else item.number in last:
            yield item
