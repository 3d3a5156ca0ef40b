"""Volumes that do not come to their pod, or refuse what the program does with them."""

from collections.abc import Iterator

from cluster.fields import text
from diagnose.analyzers import analyzer
from diagnose.analyzers.claims.view import Storage
from diagnose.analyzers.volumes.attach import attach_failed, driver_missing, multi_attach
from diagnose.analyzers.volumes.contents import contents
from diagnose.analyzers.volumes.mount import mount_failed, refresh_failed
from diagnose.analyzers.volumes.sharing import unplaced
from diagnose.analyzers.volumes.view import Waiting, started
from diagnose.findings import Observation
from diagnose.scene import Scene

RULES = (multi_attach, driver_missing, attach_failed, mount_failed)
"""In the order of the catalogue: the first that knows one of a pod's failures judges it."""


@analyzer(kinds=("Pod",))
def volumes(scene: Scene) -> Iterator[Observation]:
    """Yield volumes that are held elsewhere, cannot be attached or mounted, are full, or deny access."""
    storage = Storage(scene)
    for pod in scene.live_pods:
        waiting = Waiting(storage, pod)
        if not waiting.node:
            judged: Observation | None = unplaced(waiting)
        elif started(pod):
            judged = refresh_failed(waiting)
        elif text(pod, "status", "phase") == "Failed":
            continue
        else:
            judged = _judge(waiting)
        if judged is not None:
            yield judged
    yield from contents(storage)


def _judge(waiting: Waiting) -> Observation | None:
    for rule in RULES:
        for event in waiting.said:
            judged = rule(waiting, event)
            if judged is not None:
                return judged
    return None
