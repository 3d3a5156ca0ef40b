"""One flow: who calls whom, at which port of the pod."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from diagnose.ports import DeclaredPort

Side = Literal["egress", "ingress"]
NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that every namespace carries with its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Labels of an object. ``complete`` is false where others may be there that were not read."""

    pairs: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a flow: a pod (``name`` is set), or an address outside of the pod network.

    ``address`` is its IP address, or empty where only a name is known. ``virtual`` is the Service address under which
    it is called. ``identity`` are the labels by which a rule would name it; ``node`` is the address of its node.
    """

    name: str = ""
    namespace: str = ""
    labels: Carried = field(default_factory=Carried)
    space: Carried = field(default_factory=Carried)
    address: str = ""
    virtual: str = ""
    ports: tuple[DeclaredPort, ...] = ()
    on_host: bool = False
    node: str = ""
    identity: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_pod(self) -> bool:
        """Whether this end is a pod."""
        return bool(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A connection from ``source`` to ``target`` at ``port``, that of the pod and not of its Service; 0 is unknown."""

    source: End
    target: End
    port: int
    protocol: str = "TCP"
    service_port: int = 0

    def ends(self, side: Side) -> tuple[End, End]:
        """Return the end whose policies count on a side, and the other one."""
        return (self.source, self.target) if side == "egress" else (self.target, self.source)

    @property
    def within_node(self) -> bool:
        """Whether policies have no say: a pod and itself, or a pod and the node that it runs on."""
        source, target = self.source, self.target
        if source.is_pod and (source.namespace, source.name) == (target.namespace, target.name):
            return True
        if source.on_host or target.on_host or not target.is_pod:
            near = target.node if target.is_pod else target.address
            return bool(source.node) and source.node == near
        return False
