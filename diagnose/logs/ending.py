"""How the last run of a container ended: the log that tells it, and whether the container ended by itself at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from cluster.fields import moment, text, whole
from cluster.snapshot import Event
from core.evidence import Evidence
from diagnose.containers import Container
from diagnose.logs.matching import Match, best_match, last_words
from diagnose.logs.reading import LogItem, LogReading, read_log
from diagnose.scene import Scene

START_SECONDS = 60
"""A run shorter than this ended in its start: what the shell or the argument parser said then is about the command."""

NOT_STARTED = frozenset({"StartError", "ContainerCannotRun", "CreateContainerError", "CreateContainerConfigError"})
"""Reasons of a termination that no run came before."""

LOST = frozenset({"Unknown", "ContainerStatusUnknown"})
"""Reasons that the kubelet writes when it no longer knows how a container ended: a reboot, a new runtime."""

_SLACK = timedelta(seconds=10)
_KILL_MEMORY = timedelta(hours=1)
_PROBE_KILL = re.compile(r"failed (?:liveness|startup) probe")
_NODE_MEMORY = frozenset({"SystemOOM", "OOMKilling"})
_AROUND = timedelta(seconds=90)
_COMMAND_CODES = frozenset({"CommandNotFound", "CommandNotExecutable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the log says about the end of the last run. ``read`` is false when no log of that run is here."""

    scene: Scene
    container: Container
    match: Match | None = None
    words: LogItem | None = None
    reading: LogReading | None = None

    @property
    def read(self) -> bool:
        """Whether a log of the run that ended was read."""
        return self.reading is not None

    @property
    def previous(self) -> bool:
        """Whether that log is the previous one."""
        return self.reading is not None and self.reading.previous

    def line(self, item: LogItem) -> Evidence:
        """Quote an item's deciding line."""
        return self.scene.line(self.container.pod, self.container.name, item.number, previous=self.previous)

    @property
    def line_evidence(self) -> tuple[Evidence, ...]:
        """The line that counts, as evidence; empty where nothing was read or said."""
        item = self.match.item if self.match else self.words
        return (self.line(item),) if item is not None else ()


def read_ending(scene: Scene, container: Container, *codes: str) -> Ending:
    """Read the log of the run that ended last; ``codes`` narrows what is looked for."""
    fallback: Ending | None = None
    for reading in readings_of_end(scene, container):
        match, words = best_match(reading, *codes), last_words(reading)
        ending = Ending(scene=scene, container=container, match=match, words=words, reading=reading)
        if match is not None:
            return ending
        fallback = fallback or ending
    return fallback or Ending(scene=scene, container=container)


def readings_of_end(scene: Scene, container: Container) -> Iterator[LogReading]:
    """Yield the logs that may belong to the run that ended last, the surest first.

    While the next run is up, that is the previous log. While the container waits, ``kubectl logs`` with and without
    ``--previous`` show the same run. After an end without a restart it is the current log.
    """
    if container.running:
        order: tuple[bool, ...] = (True,)
    elif text(container.status, "state", "terminated", "finishedAt") or not container.restarts:
        order = (False, True)
    else:
        order = (True, False)
    for previous in order:
        reading = read_log(scene, container.pod, container.name, previous=previous)
        if reading is not None and reading.items:
            yield reading


def killed_by_probe(scene: Scene, container: Container) -> Event | None:
    """Return the event by which a liveness or startup probe ended the last run, or None.

    The kubelet drops events of a pod that makes too many, so a ``Killing`` of an earlier run also counts when the last
    run left no ``Started`` event either. Without any, failures of such a probe during a run that a signal ended say
    the same.
    """
    ended = container.ended_at
    if ended is None:
        return None
    started = moment(container.ended, "startedAt") or ended
    grace = timedelta(seconds=whole(container.pod, "spec", "terminationGracePeriodSeconds", default=30))
    events = [event for event in scene.snapshot.events(container.pod) if _about(event, container)]
    dropped = not any(event.reason == "Started" and event.last and event.last >= started - _SLACK for event in events)
    oldest = ended - _KILL_MEMORY if dropped else started - _SLACK
    hint: Event | None = None
    for event in reversed(events):
        if event.last is None or event.first is None or event.last < oldest or event.first > ended + _SLACK:
            continue
        if event.reason == "Killing" and _PROBE_KILL.search(event.message):
            return event
        failing = event.reason == "Unhealthy" and event.message.startswith(("Liveness", "Startup"))
        if failing and event.last >= ended - grace - _SLACK and container.exit_code in {137, 143}:
            hint = hint or event
    return hint


def _about(event: Event, container: Container) -> bool:
    return event.container in {"", container.name}


def hook_failed(scene: Scene, container: Container) -> Event | None:
    """Return the event by which a failed postStart hook ended the last run, or None."""
    ended = container.ended_at
    for event in reversed(scene.snapshot.events(container.pod)):
        if event.reason != "FailedPostStartHook" or not _about(event, container):
            continue
        started = moment(container.ended, "startedAt")
        if ended is None or started is None or event.last is None or event.last >= started - _SLACK:
            return event
    return None


def killed_by_node(scene: Scene, container: Container) -> Event | None:
    """Return the event by which the node reports that it ran out of memory when the container was killed, or None."""
    node = scene.snapshot.get("Node", "", text(container.pod, "spec", "nodeName"))
    ended = container.ended_at
    if node is None or ended is None or container.exit_code != 137:
        return None
    for event in reversed(scene.snapshot.events(node)):
        if event.reason not in _NODE_MEMORY or "Memory cgroup" in event.message or event.last is None:
            continue
        if (event.first or event.last) - _AROUND <= ended <= event.last + _AROUND:
            return event
    return None


def ended_in_command(ending: Ending) -> bool:
    """Say whether the run ended because its command could not be run: that is no crash of the program."""
    container = ending.container
    short = container.run_seconds is None or container.run_seconds <= START_SECONDS
    if not short:
        return False
    if ending.match is not None and ending.match.code == "AppModuleMissing":
        return False  # the loader ends with 127 as well when a library of a program that exists is missing
    if container.exit_code in {126, 127}:
        return True
    return ending.match is not None and ending.match.code in _COMMAND_CODES and container.exit_code not in {0, None}
