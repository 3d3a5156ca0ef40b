"""Which probes fail now, with what the kubelet says of them.

Effect decides what is current: an unready container for readiness, a kill or a start that overran its time for the
others. Events alone never do.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cluster.fields import condition, moment, text, whole
from cluster.recording.forms import hides
from cluster.snapshot import Event
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.probes.output import missing_program
from diagnose.containers import Container, container_named, containers
from diagnose.findings import InProgress, RuledOut
from diagnose.probing import Probe, probes_of
from diagnose.scene import Scene
from diagnose.state import pod_ready, termination_current

_UNHEALTHY = re.compile(r"(Liveness|Readiness|Startup) probe (failed|errored)(?: and resulted in unknown state)?: ?")
_KILLING = re.compile(r"Container (\S{1,253}) failed (liveness|startup) probe")
_STOPPING = re.compile(
    r"container is stopping|CONTAINER_EXITED|context canceled|container (?:not|is not) running|stopped container|"
    r"container not created or running|is in CONTAINER_|exec in a (?:paused|stopped)",
    re.IGNORECASE,
)
_KILL_CODES = frozenset({137, 143})
_CLOCK_SLACK = timedelta(seconds=2)

ZH = {"liveness": "存活检查", "readiness": "就绪检查", "startup": "启动检查"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFailure:
    """A probe that fails now. ``output`` is the kubelet's text after the colon; ``event`` is None when it is gone.

    ``kills`` says that the failure restarts the container, ``errored`` that the probe itself could not be run.
    """

    scene: Scene
    probe: Probe
    event: Event | None
    killing: Event | None = None
    output: str = ""
    errored: bool = False
    kills: bool = False

    @property
    def container(self) -> Container:
        """The container that is probed."""
        return self.probe.container

    @property
    def holder(self) -> ObjectRef:
        """What must be edited to change the probe."""
        return self.scene.holder_ref(self.container.pod)

    @property
    def since(self) -> datetime | None:
        """When it began, as far as is known."""
        return (self.event.first if self.event else None) or self.container.started_at

    @property
    def shown(self) -> bool:
        """Whether the probe's settings are known, and not only what the kubelet says of its failure."""
        return not hides(self.container.pod, *self.probe.path, "failureThreshold")

    @property
    def ready_once(self) -> bool:
        """Whether the container was ready earlier in its current run, so that it did start."""
        started = self.container.started_at
        lost = moment(condition(self.container.pod, "ContainersReady"), "lastTransitionTime")
        return bool(started and lost and lost > started + _CLOCK_SLACK)

    def proofs(self, *more: Evidence) -> tuple[Evidence, ...]:
        """Return what the kubelet says, then the evidence given, then the effect: at most four."""
        said = (self.scene.event(self.event),) if self.event else ()
        return (*said, *more, self.effect())[:4]

    def effect(self) -> Evidence:
        """Quote what the failure does: a kill, or a container that is not ready."""
        if self.killing:
            return self.scene.event(self.killing)
        path = (*self.container.status_path, "started" if self.probe.kind == "startup" else "ready")
        return self.scene.field(self.container.pod, *path)

    def field(self, *path: str) -> Evidence:
        """Quote a field of the probe."""
        return self.scene.field(self.container.pod, *self.probe.path, *path)


def passes_elsewhere(failure: ProbeFailure) -> bool:
    """Say whether another pod made from the same template passes the very same check now: then it asks rightly."""
    scene, mine = failure.scene, failure.container
    for pod in scene.graph.siblings(mine.pod):
        peer = container_named(pod, mine.name) if pod is not mine.pod and pod_ready(pod) else None
        if peer is None or peer.image != mine.image or peer.spec.get("ports") != mine.spec.get("ports"):
            continue
        same = peer.spec.get(failure.probe.key) == mine.spec.get(failure.probe.key)
        settled = scene.age(peer.started_at) > failure.probe.budget_seconds and not termination_current(scene, peer)
        if same and settled and peer.running and peer.spec.get("command") == mine.spec.get("command"):
            return True
    return False


def read_probe(scene: Scene, probe: Probe) -> ProbeFailure | RuledOut | InProgress | None:
    """Judge one probe: failing now, over, inside its grace, or nothing to say."""
    event = _newest_unhealthy(scene, probe)
    if probe.kind == "readiness":
        return _read_readiness(scene, probe, event)
    killing = _newest_killing(scene, probe)
    container = probe.container
    if killed_last_run(scene, probe, killing, event):
        if _kill_counts(scene, container, killing):
            return _failure(scene, probe, event, killing, kills=True)
        if killing:
            return RuledOut(
                code="ProbeFailing",
                object=scene.holder_ref(container.pod),
                reason=Phrase(
                    en=f"the {probe.kind} check restarted container {container.name} earlier; it has run since",
                    zh=f"容器 {container.name} 曾被{ZH[probe.kind]}重启，此后一直正常运行",
                ),
                evidence=(scene.event(killing, current=False),),
                healed=True,
                ended=container.started_at or killing.last,
            )
    if probe.kind == "startup" and container.running and container.status.get("started") is not True:
        return _unstarted(scene, probe, event)
    return _pending_kill(scene, probe, event)


def _kill_counts(scene: Scene, container: Container, killing: Event | None) -> bool:
    """Say whether the kill is current; where the status has forgotten the end, the time of the kill decides."""
    if container.ended or killing is None or not container.running:
        return not container.ended or termination_current(scene, container)
    return scene.age(killing.last) <= scene.numbers.restart_window_seconds


def _read_readiness(scene: Scene, probe: Probe, event: Event | None) -> ProbeFailure | RuledOut | InProgress | None:
    container = probe.container
    if not container.running:
        return None
    if container.ready:
        return _early_failure(scene, probe, event)
    if termination_current(scene, container):
        return None  # it has just come back: what ended it decides
    waits_for_startup = any(other.kind == "startup" for other in probes_of(container))
    if waits_for_startup and container.status.get("started") is not True:
        return None  # readiness is not asked before the startup probe has passed
    fresh = event if event and _within_run(event, container) else None
    until = _budget_end(probe, fresh)
    if until and scene.now < until and not _hopeless(probe, fresh):
        return InProgress(
            object=scene.holder_ref(container.pod),
            reason=Phrase(
                en=f"container {container.name} is starting: its readiness check still has time",
                zh=f"容器 {container.name} 正在启动，仍在就绪检查允许的时间内",
            ),
            until=until,
        )
    return _failure(scene, probe, fresh, None, kills=False)


def _early_failure(scene: Scene, probe: Probe, event: Event | None) -> RuledOut | None:
    """Say that readiness failures of a container that is ready now do not count."""
    container, started = probe.container, probe.container.started_at
    if event is None or event.last is None or not _within_run(event, container):
        return None
    start_up = bool(started and event.first and _is_start_up(scene, probe, started, event.first, event.last))
    return RuledOut(
        code="ProbeFailing",
        object=scene.holder_ref(container.pod),
        reason=Phrase(
            en=f"the readiness check of container {container.name} failed while it started and passes now",
            zh=f"容器 {container.name} 启动期间就绪检查失败过，现在已通过",
        )
        if start_up
        else Phrase(
            en=f"the readiness check of container {container.name} failed for a time and passes now",
            zh=f"容器 {container.name} 的就绪检查曾一度失败，现在已通过",
        ),
        evidence=(scene.event(event, current=False),),
        healed=not start_up,
        ended=event.last,
    )


def _is_start_up(scene: Scene, probe: Probe, started: datetime, first: datetime, last: datetime) -> bool:
    """Say whether failures belong to the start: they began with it and ended before anybody would call it stuck."""
    seconds = (last - started).total_seconds()
    began = (first - started).total_seconds() <= _start_seconds(probe)
    return seconds <= _start_seconds(probe) or (began and seconds <= scene.numbers.create_grace_seconds)


def _unstarted(scene: Scene, probe: Probe, event: Event | None) -> ProbeFailure | InProgress | None:
    """Judge a container whose startup probe has not passed and has not killed it either."""
    container = probe.container
    fresh = event if event and _within_run(event, container) else None
    started = container.started_at
    until = started + timedelta(seconds=probe.budget_seconds) if started else None
    if until and scene.now < until and not _hopeless(probe, fresh):
        return InProgress(
            object=scene.holder_ref(container.pod),
            reason=Phrase(
                en=f"container {container.name} is starting: its startup check still has time",
                zh=f"容器 {container.name} 正在启动，仍在启动检查允许的时间内",
            ),
            until=until,
        )
    return _failure(scene, probe, fresh, None, kills=False)


def _hopeless(probe: Probe, event: Event | None) -> bool:
    """Say whether no further attempt can succeed: a port name that does not exist, a program that is not there."""
    if isinstance(probe.asked, str) and probe.port is None:
        return True
    return probe.handler == "exec" and event is not None and missing_program(event.message) is not None


def _pending_kill(scene: Scene, probe: Probe, event: Event | None) -> InProgress | None:
    """Say that a liveness check fails right now but has not failed often enough to act."""
    container = probe.container
    if event is None or event.last is None or not container.running or not _within_run(event, container):
        return None
    if probe.kind != "liveness" or "probe errored" in event.message or _STOPPING.search(event.message):
        return None
    window = timedelta(seconds=probe.period_seconds * probe.threshold + probe.timeout_seconds)
    if scene.now >= event.last + window:
        return None
    return InProgress(
        object=scene.holder_ref(container.pod),
        reason=Phrase(
            en=f"the liveness check of container {container.name} fails, not yet often enough to restart it",
            zh=f"容器 {container.name} 的存活检查正在失败，但次数还不足以重启它",
        ),
        until=event.last + window,
        serving=container.ready,
    )


def _failure(
    scene: Scene, probe: Probe, event: Event | None, killing: Event | None, *, kills: bool
) -> ProbeFailure | None:
    message = event.message if event else ""
    if _STOPPING.search(message):
        return None
    match = _UNHEALTHY.match(message)
    return ProbeFailure(
        scene=scene,
        probe=probe,
        event=event,
        killing=killing,
        output=message[match.end() :].strip() if match else message.strip(),
        errored=bool(match and match[2] == "errored"),
        kills=kills,
    )


def killed_last_run(scene: Scene, probe: Probe, killing: Event | None, event: Event | None) -> bool:
    """Say whether this probe ended the container's last run.

    The kubelet writes at most 25 events in a row for one pod and then one in five minutes, so that a kill in a series
    may be newer than its event. Without a kill event a probe failure right before an end by signal says it too.
    """
    container = probe.container
    began, ended = moment(container.ended, "startedAt"), container.ended_at
    if killing and killing.last and (began is None or killing.last >= began):
        return True
    if killing and killing.last and ended and killing.count > 1 and _ended_by_kill(container):
        return ended - killing.last <= timedelta(seconds=scene.numbers.restart_window_seconds)
    if event is None or event.last is None or ended is None or not _ended_by_kill(container):
        return False
    grace = whole(container.pod, "spec", "terminationGracePeriodSeconds", default=30)
    return (began is None or event.last >= began) and timedelta(0) <= ended - event.last <= timedelta(
        seconds=grace + probe.period_seconds + 2
    )


def _ended_by_kill(container: Container) -> bool:
    return container.exit_code in _KILL_CODES and text(container.ended, "reason") != "OOMKilled"


def _newest_unhealthy(scene: Scene, probe: Probe) -> Event | None:
    for event in reversed(scene.snapshot.events(probe.container.pod)):
        if event.reason not in {"Unhealthy", "ProbeError"} or not _about(event, probe.container):
            continue
        match = _UNHEALTHY.match(event.message)
        if match and match[1].lower() == probe.kind and not _STOPPING.search(event.message):
            return event
    return None


def _newest_killing(scene: Scene, probe: Probe) -> Event | None:
    for event in reversed(scene.snapshot.events(probe.container.pod)):
        if event.reason != "Killing":
            continue
        match = _KILLING.search(event.message)
        if match and match[1] == probe.container.name and match[2] == probe.kind:
            return event
    return None


def _about(event: Event, container: Container) -> bool:
    """Say whether a probe event is about the container; an event that names none counts for the only one probed."""
    if event.container:
        return event.container == container.name
    probed = [entry.name for entry in containers(container.pod) if next(probes_of(entry), None)]
    return probed == [container.name]


def _within_run(event: Event, container: Container) -> bool:
    started = container.started_at
    return started is None or event.last is None or event.last >= started - _CLOCK_SLACK


def _start_seconds(probe: Probe) -> int:
    """Return how long a container may take to become ready: its startup probe's time and this probe's."""
    return probe.budget_seconds + sum(
        other.budget_seconds for other in probes_of(probe.container) if other.kind == "startup"
    )


def _budget_end(probe: Probe, event: Event | None) -> datetime | None:
    """Return when readiness failures begin to count in this run."""
    started = probe.container.started_at
    if started is None:
        return None
    end = started + timedelta(seconds=_start_seconds(probe))
    if event and event.first and event.first >= started - _CLOCK_SLACK:
        end = min(end, event.first + timedelta(seconds=probe.period_seconds * probe.threshold))
    return end
