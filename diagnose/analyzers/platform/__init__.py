"""What the platform does to applications: suspends, refuses hosts, fails to build, rolls back, puts to sleep.

A condition of an App points at a cause and never proves it: the objects below it are read by their own families, and
their findings fold those of this family.
"""

from collections.abc import Iterator

from cluster.fields import text
from diagnose.analyzers import analyzer
from diagnose.analyzers.platform.arrears import arrears
from diagnose.analyzers.platform.asleep import asleep
from diagnose.analyzers.platform.builds import builds
from diagnose.analyzers.platform.denials import Denial, denials
from diagnose.analyzers.platform.dependencies import dependencies
from diagnose.analyzers.platform.hosts import host_denied
from diagnose.analyzers.platform.revisions import rolled_back
from diagnose.analyzers.platform.view import APP
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("ResourceQuota",))
def platform(scene: Scene) -> Iterator[Observation]:
    """Yield what the platform did, the suspension of a whole namespace first."""
    refused: tuple[Denial, ...] = tuple(denials(scene))
    yield from arrears(scene, refused)
    yield from host_denied(scene, refused)
    yield from builds(scene)
    for app in scene.snapshot.all(APP):
        if text(app, "metadata", "deletionTimestamp"):
            continue
        yield from rolled_back(scene, app)
        yield from dependencies(scene, app)
        yield from asleep(scene, app)
