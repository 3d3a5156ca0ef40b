"""Names: the cluster's DNS down or misconfigured, pods that do not ask it, names that do not resolve."""

from collections.abc import Iterator

from cluster.fields import name, namespace
from diagnose.analyzers import analyzer
from diagnose.analyzers.dns.down import down
from diagnose.analyzers.dns.names import name_not_resolved, policy_wrong
from diagnose.analyzers.dns.server import config_overrides, config_syntax, config_upstream
from diagnose.analyzers.dns.view import Names
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Pod",))
def dns(scene: Scene) -> Iterator[Observation]:
    """Yield why names do not resolve, the sharpest reason for each container.

    Left to others: names in the form of a Service that does not exist (``clients``).
    """
    names = Names(scene)
    yield from down(names)
    for rule in (config_syntax, config_upstream, config_overrides):
        yield from rule(names)
    seen: set[tuple[str, str, str]] = set()
    for complaint in names.failing:
        key = (namespace(complaint.pod), name(complaint.pod), complaint.container.name)
        if key in seen:
            continue
        seen.add(key)
        yield policy_wrong(names, complaint) or name_not_resolved(names, complaint)
