"""Routes from outside to a Service: Ingresses, Gateways and the routes of the Gateway API."""

from collections.abc import Iterator

from cluster.fields import text
from diagnose.analyzers import analyzer
from diagnose.analyzers.routes.backends import judge_backends
from diagnose.analyzers.routes.classes import judge_class
from diagnose.analyzers.routes.gateways import judge_gateways
from diagnose.analyzers.routes.misdirected import judge_directions
from diagnose.analyzers.routes.parents import judge_parents
from diagnose.analyzers.routes.references import judge_references
from diagnose.analyzers.routes.secrets import judge_secrets
from diagnose.analyzers.routes.view import ROUTE_KINDS, Entry, kept
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Ingress", "Service"))
def routes(scene: Scene) -> Iterator[Observation]:
    """Yield why a route does not lead where it should."""
    for ingress in scene.snapshot.all("Ingress"):
        if kept(ingress):
            entry = Entry(scene, ingress)
            yield from judge_class(entry)
            yield from judge_backends(entry)
            yield from judge_secrets(entry)
    yield from judge_directions(scene)
    broken = set()
    for found in judge_gateways(scene):
        broken.add(found.object)
        yield found
    for kind in ROUTE_KINDS:
        for route in scene.snapshot.all(kind):
            if not text(route, "metadata", "deletionTimestamp"):
                yield from judge_parents(scene, route, broken)
                yield from judge_references(scene, route)
