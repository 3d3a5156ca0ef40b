"""What a person decides about the manifests; everything else follows from the plan."""

import re
from dataclasses import dataclass
from typing import Literal

from builder.manifests.errors import ManifestRefused

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_STORAGE = re.compile(r"[1-9][0-9]*(Mi|Gi|Ti)")
MOST_REPLICAS = 1000
"""More is a slip of the finger."""

MOST_PORT = 65535
MOST_HOST = 253
"""Characters of a DNS name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Autoscaling:
    """Between how many pods a web component may grow: from ``Options.replicas`` to ``maximum``."""

    maximum: int
    cpu_percent: int = 70
    """Of what is requested. What is left is for the load that comes while a new pod starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where and how it is to run. Raises ``ManifestRefused`` for a value that Kubernetes would not take."""

    namespace: str = "apps"
    """Not ``default``: rules for a namespace would hold for strangers in it."""
    create_namespace: bool = True
    application: str = ""
    """What the components are together; those of one application may talk to each other. Empty: each is alone."""
    host: str = ""
    """The public name. Empty: it is reached inside the cluster only."""
    route: Literal["ingress", "httproute"] = "ingress"
    ingress_class: str = ""
    """Empty: the cluster's default class."""
    tls: bool = True
    """Whether the Ingress ends TLS, with the certificate in Secret ``NAME-tls``. A Gateway decides that itself."""
    gateway: str = ""
    """``NAME`` or ``NAMESPACE/NAME`` of the Gateway that an HTTPRoute belongs to."""
    router_namespace: str = ""
    """The namespace of the ingress controller or Gateway. Empty: with a host the port is open to every sender."""
    replicas: int = 2
    """Two, so that neither an update nor the loss of a node interrupts it."""
    autoscaling: Autoscaling | None = None
    storage: str = "1Gi"
    """Of each volume."""
    egress_ports: tuple[int, ...] = ()
    """TCP ports that it may connect to beyond those of the services that were found: 443 for interfaces of others."""

    def __post_init__(self) -> None:
        names = {
            "namespace": self.namespace,
            "application": self.application or "none",
            "ingress class": self.ingress_class.replace(".", "-") or "none",
            "router namespace": self.router_namespace or "none",
            "gateway": self.gateway.rpartition("/")[2] or "none",
            "gateway's namespace": self.gateway.rpartition("/")[0] or "none",
        }
        for what, name in names.items():
            _must(bool(_LABEL.fullmatch(name)), what, name, "Use lower case letters, digits and dashes, at most 63.")
        _must(
            len(self.host) <= MOST_HOST and bool(_HOST.fullmatch(self.host or "none")),
            "host",
            self.host,
            "Use a DNS name.",
        )
        _must(bool(_STORAGE.fullmatch(self.storage)), "storage", self.storage, "Write for example 1Gi.")
        _must(1 <= self.replicas <= MOST_REPLICAS, "replicas", self.replicas, f"Use 1 to {MOST_REPLICAS}.")
        ports = all(1 <= one <= MOST_PORT for one in self.egress_ports)
        _must(ports, "egress ports", self.egress_ports, f"Use 1 to {MOST_PORT}.")
        routed = self.route != "httproute" or not self.host or bool(self.gateway)
        _must(routed, "gateway", self.gateway, "An HTTPRoute belongs to a Gateway: name it.")
        if self.autoscaling:
            most, percent = self.autoscaling.maximum, self.autoscaling.cpu_percent
            _must(self.replicas <= most <= MOST_REPLICAS, "maximum", most, "Use at least the number of replicas.")
            _must(1 <= percent <= 100, "cpu percent", percent, "Use 1 to 100.")


def _must(holds: bool, what: str, value: object, advice: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise ManifestRefused(f"{what} {value!r} is not possible.", next_step=advice)
