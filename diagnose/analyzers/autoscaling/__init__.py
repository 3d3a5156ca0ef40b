"""Autoscalers that scale nothing, cannot measure, stand at their limit, or fight each other.

Each autoscaler is judged in the order of the catalogue: its target, who else scales it, its measurements, its limit.
"""

from collections.abc import Iterator

from cluster.fields import text
from diagnose.analyzers import analyzer
from diagnose.analyzers.autoscaling.conflict import judge_rivals
from diagnose.analyzers.autoscaling.keda import judge_keda
from diagnose.analyzers.autoscaling.limit import judge_limit
from diagnose.analyzers.autoscaling.measuring import judge_measuring
from diagnose.analyzers.autoscaling.requests import judge_requests
from diagnose.analyzers.autoscaling.target import judge_target
from diagnose.analyzers.autoscaling.view import Scaler, Surroundings
from diagnose.findings import Finding, Observation
from diagnose.scene import Scene


@analyzer(kinds=("HorizontalPodAutoscaler",))
def autoscaling(scene: Scene) -> Iterator[Observation]:
    """Yield what keeps each autoscaler from doing its work."""
    around = Surroundings(scene)
    told = set()
    for observation in judge_keda(around):
        if isinstance(observation, Finding):
            told.add(observation.object)
        yield observation
    for obj in scene.snapshot.all("HorizontalPodAutoscaler"):
        if text(obj, "metadata", "deletionTimestamp"):
            continue
        scaler = Scaler(around, obj)
        if scaler.keeper is None or scaler.keeper not in told:
            yield from _judge(scaler)


def _judge(scaler: Scaler) -> Iterator[Observation]:
    for rule in (judge_target, judge_rivals, judge_requests, judge_measuring, judge_limit):
        found = list(rule(scaler))
        yield from found
        if found:
            return
