"""What pods may do: as little as Pod Security ``restricted`` asks for, and no writing into the image."""

from typing import Any

from builder.dockerfile.writing import USER
from builder.manifests.subject import Subject

PRIVILEGED_PORTS = 1024
"""Below it a port belongs to root, unless the pod's network says otherwise."""


def of_pod(subject: Subject) -> dict[str, Any]:
    """Return the securityContext of a pod."""
    context: dict[str, Any] = {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if subject.kept:
        context |= {"fsGroup": USER, "fsGroupChangePolicy": "OnRootMismatch"}
    if subject.port is not None and subject.port < PRIVILEGED_PORTS:
        context["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    return context


def of_container() -> dict[str, Any]:
    """Return the securityContext of a container."""
    return {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "runAsUser": USER,
        "capabilities": {"drop": ["ALL"]},
    }
