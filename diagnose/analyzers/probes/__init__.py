"""Containers that run and fail the checks of the kubelet.

One file per group of codes; each holds rules, functions from a probe failure to what is to be said or None. The rules
are tried in the order of the catalogue and the first that speaks wins.
"""

from collections.abc import Callable, Iterator

from cluster.fields import Obj, text, truth
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.probes.command import runs_missing_command
from diagnose.analyzers.probes.failing import fails, unmet_gates
from diagnose.analyzers.probes.reading import ProbeFailure, passes_elsewhere, read_probe
from diagnose.analyzers.probes.shape import Told, to_finding
from diagnose.analyzers.probes.timing import allows_too_little_time
from diagnose.analyzers.probes.wrong_path import asks_wrong_path
from diagnose.analyzers.probes.wrong_port import (
    asks_wrong_port,
    bind_everywhere,
    listens_on_loopback,
    named_port_unknown,
)
from diagnose.analyzers.probes.wrong_protocol import speaks_wrong_protocol
from diagnose.containers import Container
from diagnose.findings import Finding, Observation, matched
from diagnose.logs.listen import listening
from diagnose.ports import long_running
from diagnose.probing import probes_of
from diagnose.scene import Scene
from diagnose.served import service_targets

_RULES: tuple[Callable[[ProbeFailure], Told | None], ...] = (
    runs_missing_command,
    named_port_unknown,
    listens_on_loopback,
    speaks_wrong_protocol,
    asks_wrong_port,
    asks_wrong_path,
    allows_too_little_time,
)


@analyzer(kinds=("Pod",))
def probes(scene: Scene) -> Iterator[Observation]:
    """Yield a finding for each probe that fails now; probes of one container with the same fault count once."""
    for pod in scene.live_pods:
        for container in long_running(pod):
            found: list[Finding] = []
            for probe in probes_of(container):
                read = read_probe(scene, probe)
                if isinstance(read, ProbeFailure):
                    found.append(_explain(read))
                elif read is not None:
                    yield read
            yield from _sharpest(found)
            if not any(finding.code == "AppListensOnLoopback" for finding in found):
                yield from _unreachable_for_service(scene, container)
        yield from unmet_gates(scene, pod)


def _explain(failure: ProbeFailure) -> Finding:
    rules = (allows_too_little_time,) if passes_elsewhere(failure) else _RULES
    if not failure.shown:
        rules = (runs_missing_command,)
    told = next((told for rule in rules if (told := rule(failure)) is not None), None)
    return to_finding(failure, told or fails(failure))


def _sharpest(found: list[Finding]) -> Iterator[Finding]:
    """Leave out what another finding of the same container says better, or says already."""
    sharp = [finding for finding in found if finding.code != "ProbeFailing"]
    seen: set[tuple[str, str]] = set()
    for finding in sharp or found:
        same = (finding.code, finding.actual.partition(".")[2])
        if same not in seen:
            seen.add(same)
            yield finding


def _answered(container: Container) -> Iterator[int]:
    """Yield the ports on which a check of the kubelet, which comes from outside the pod, passes now."""
    for probe in probes_of(container):
        passes = container.ready if probe.kind == "readiness" else truth(container.status, "started")
        if passes and probe.kind != "liveness" and probe.port and not text(probe.spec, probe.handler, "host"):
            yield probe.port


def _unreachable_for_service(scene: Scene, container: Container) -> Iterator[Finding]:
    """Report a running program whose Service sends traffic to a port that it opens for its own pod only."""
    pod: Obj = container.pod
    if not container.running or sum(1 for _ in long_running(pod)) != 1:
        return  # beside a proxy the loopback address is where the program belongs
    heard = listening(scene, pod, container.name)
    inner = {entry.port: entry for entry in heard if entry.loopback}
    for entry in heard:
        if not entry.loopback:
            inner.pop(entry.port, None)
    for port in _answered(container):
        inner.pop(port, None)
    for number, proof in service_targets(scene, container) if inner else ():
        if number not in inner:
            continue
        yield Finding(
            code="AppListensOnLoopback",
            confidence=matched(
                "the log names the loopback address and a Service sends traffic to the same port",
                "日志显示监听回环地址，而 Service 把流量发往同一端口",
            ),
            object=scene.holder_ref(pod),
            part=container.name,
            affected=scene.reach_pods([pod]),
            summary=Phrase(
                en=f"Container {container.name} listens on port {number} only for itself (127.0.0.1), "
                "so its Service reaches nothing",
                zh=f"容器 {container.name} 只在回环地址 127.0.0.1 上监听端口 {number}，因此 Service 无法访问它",
            ),
            expected=f"listen 0.0.0.0:{number}",
            actual=f"listen 127.0.0.1:{number}",
            evidence=(inner[number].evidence, proof),
            remedies=(bind_everywhere(number),),
            since=container.started_at,
        )
        return
