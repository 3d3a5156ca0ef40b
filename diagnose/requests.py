"""What a pod asks of a node: effective requests as the scheduler adds them up.

Source of the rule: KEP-753 (sidecar containers) and KEP-2837 (pod-level resources).
"""

from collections.abc import Mapping
from fractions import Fraction

from cluster.fields import Obj, dig, mapping, objects, text
from cluster.quantities import quantity
from diagnose.containers import Container, FieldPath, containers

Amounts = Mapping[str, Fraction]

_POD_LEVEL = ("cpu", "memory")


def amounts(entry: Obj, *path: str) -> dict[str, Fraction]:
    """Return the quantities of a resource list, unreadable ones left out."""
    parsed = {key: quantity(value) for key, value in mapping(entry, *path).items()}
    return {key: value for key, value in parsed.items() if value is not None}


def container_requests(spec: Obj) -> dict[str, Fraction]:
    """Return what one container requests; where only a limit is set, the limit is the request."""
    return {**amounts(spec, "resources", "limits"), **amounts(spec, "resources", "requests")}


def effective_requests(spec: Obj) -> dict[str, Fraction]:
    """Return what a pod spec asks of a node.

    The larger of all that runs for the pod's life (containers and sidecars) and of the largest step of its
    initialisation (a plain init container beside the sidecars started before it), plus the overhead of its runtime.
    Requests at the level of the pod replace these sums.
    """
    running: dict[str, Fraction] = {}
    for container in objects(spec, "containers"):
        _add(running, container_requests(container))
    sidecars: dict[str, Fraction] = {}
    peak: dict[str, Fraction] = {}
    for container in objects(spec, "initContainers"):
        wanted = container_requests(container)
        if text(container, "restartPolicy") == "Always":
            _add(sidecars, wanted)
            step = dict(sidecars)
        else:
            step = dict(sidecars)
            _add(step, wanted)
        _raise(peak, step)
    _add(running, sidecars)
    _raise(running, peak)
    whole = amounts(spec, "resources", "requests")
    running |= {key: value for key, value in whole.items() if key in _POD_LEVEL or key.startswith("hugepages-")}
    _add(running, amounts(spec, "overhead"))
    return {key: value for key, value in running.items() if value > 0}


def effective_limits(container: Container) -> dict[str, Fraction]:
    """Return the limits in force: those of the status, which an in-place resize changes first, else the spec's."""
    live = amounts(container.status, "resources", "limits")
    return live or amounts(container.spec, "resources", "limits")


def largest_request(pod: Obj, resource: str) -> tuple[Container, FieldPath] | None:
    """Return the container that requests most of a resource, with the path of that request within the pod."""
    found: list[tuple[Fraction, Container]] = [
        (container_requests(container.spec).get(resource, Fraction(0)), container)
        for container in containers(pod)
        if container.role != "ephemeral"
    ]
    best = max(found, key=lambda entry: entry[0], default=None)
    if best is None or best[0] <= 0:
        return None
    which = "requests" if dig(best[1].spec, "resources", "requests", resource) is not None else "limits"
    return best[1], (*best[1].spec_path, "resources", which, resource)


def _add(total: dict[str, Fraction], more: Amounts) -> None:
    for key, value in more.items():
        total[key] = total.get(key, Fraction(0)) + value


def _raise(total: dict[str, Fraction], other: Amounts) -> None:
    for key, value in other.items():
        total[key] = max(total.get(key, Fraction(0)), value)
