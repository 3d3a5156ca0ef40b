"""Connections and names that network policies keep from a program, and calls that a service mesh refuses.

A policy alone is no fault: only a flow that somebody wants, that the rules deny, and whose caller shows it.
"""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.network_policies.mesh import mesh_denied
from diagnose.analyzers.network_policies.names import dns_blocked
from diagnose.analyzers.network_policies.signs import signs
from diagnose.analyzers.network_policies.traffic import blocked
from diagnose.analyzers.network_policies.view import Flows
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("NetworkPolicy", "Pod"))
def network_policies(scene: Scene) -> Iterator[Observation]:
    """Yield the flows that are wanted, denied and seen to fail, with the smallest rule that would admit each."""
    yield from mesh_denied(scene)
    flows = Flows(scene)
    if not flows.policies or flows.enforced is False:
        return
    told: set[tuple[int, str]] = set()
    for sign in signs(scene):
        key = (id(sign.pod), sign.container.name)
        name_fault = dns_blocked(flows, sign) if key not in told else None
        if name_fault is not None:
            told.add(key)
            yield name_fault
        yield from blocked(flows, sign)
