"""What is there and overloaded: CPU, network, limits of the operating system, callers that repeat without end.

Without metrics nothing is said of use: what was not measured is unknown, not well.
"""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.saturation.chaos import disturbed
from diagnose.analyzers.saturation.cpu import overloaded, throttled
from diagnose.analyzers.saturation.exhausted import exhausted
from diagnose.analyzers.saturation.network import degraded
from diagnose.analyzers.saturation.said import Logs
from diagnose.analyzers.saturation.storm import storms
from diagnose.analyzers.saturation.usage import Usage
from diagnose.findings import Finding, Observation
from diagnose.scene import Scene


@analyzer(kinds=("Pod",))
def saturation(scene: Scene) -> Iterator[Observation]:
    """Yield what is overloaded. A disturbance that somebody made on purpose explains the time-outs that it causes."""
    logs, usage = Logs(scene), Usage(scene)
    yield from exhausted(logs)
    hot = list(overloaded(usage))
    yield from throttled(logs, usage, hot)
    yield from hot
    made: list[Finding] = list(disturbed(scene))
    yield from made
    if not made:
        yield from degraded(logs, {finding.object.name for finding in hot})
    yield from storms(logs)
