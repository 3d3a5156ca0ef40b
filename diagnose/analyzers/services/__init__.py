"""Services that lead to no pod, to the wrong port or to the wrong pods.

Each Service is judged in the order of the catalogue: its selector, then its ports, then who stands behind it. A fault
of selector or port is the reason why no endpoint is ready, so that nothing more is said of endpoints then.
"""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.services.balancer import judge_balancer
from diagnose.analyzers.services.locality import judge_locality
from diagnose.analyzers.services.ports import judge_ports
from diagnose.analyzers.services.reach import judge_readiness, judge_slices, judge_strangers
from diagnose.analyzers.services.selector import judge_selector
from diagnose.analyzers.services.view import Surroundings, View, judged
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Service", "Pod"))
def services(scene: Scene) -> Iterator[Observation]:
    """Yield what is wrong with each Service that selects pods."""
    around = Surroundings(scene)
    for service in scene.snapshot.all("Service"):
        view = View(around, service)
        if judged(service):
            yield from _judge(view)
        yield from judge_balancer(view)


def _judge(view: View) -> Iterator[Observation]:
    if not view.scene.graph.pods_of_service(view.service):
        yield from judge_selector(view)
        yield from judge_slices(view)
        return
    if not view.pods:
        return  # the last pods are leaving: their owner says why
    found = list(judge_ports(view))
    yield from found
    if not found:
        yield from judge_strangers(view)
        yield from judge_readiness(view)
        yield from judge_locality(view)
