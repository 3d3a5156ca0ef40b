"""Nodes and the services that every node or the whole cluster needs.

A node's finding names the pods that its fault harms, those that stopped serving since it began: a pod that was broken
before is not explained by it.
"""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.nodes.control_plane import control_plane
from diagnose.analyzers.nodes.pressure import pressure
from diagnose.analyzers.nodes.proxy import proxy_down
from diagnose.analyzers.nodes.readiness import (
    agent_without_routes,
    came_back,
    network_not_ready,
    runtime_down,
    starting,
)
from diagnose.analyzers.nodes.silent import silent
from diagnose.analyzers.nodes.view import Fleet, Node
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Node",))
def nodes(scene: Scene) -> Iterator[Observation]:
    """Yield nodes that are silent, not ready or under pressure, and services of nodes and cluster that are down."""
    fleet = Fleet(scene)
    yield from silent(node for node in fleet.nodes if node.status == "Unknown")
    for node in fleet.nodes:
        yield from _reported(node)
    yield from proxy_down(fleet)
    yield from control_plane(fleet)


def _reported(node: Node) -> Iterator[Observation]:
    """Judge what a kubelet reports itself; what a silent one reported last is history."""
    if node.status == "Unknown":
        return
    for rule in (runtime_down, network_not_ready, agent_without_routes):
        judged = rule(node)
        if judged is not None:
            early = starting(node)
            yield early if early is not None else judged
            break
    else:
        if (back := came_back(node)) is not None:
            yield back
    yield from pressure(node)
