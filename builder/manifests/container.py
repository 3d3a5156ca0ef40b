"""One container: the image with its variables, folders and limits."""

from collections.abc import Sequence
from typing import Any

from builder.manifests.probes import probes
from builder.manifests.resources import resources
from builder.manifests.security import of_container
from builder.manifests.subject import Folder, Subject

PORT_NAME = "http"


def container(
    subject: Subject, name: str, *, words: Sequence[str] = (), kept: Sequence[Folder] = (), listens: bool = False
) -> dict[str, Any]:
    """Return a container. ``words`` take the place of the image's command; its init, if it has one, stays before."""
    made: dict[str, Any] = {
        "name": name,
        "image": subject.image,
        "imagePullPolicy": "IfNotPresent" if subject.pinned else "Always",
    }
    if words:
        made["args"] = list(words)
    if listens and subject.port is not None:
        made["ports"] = [{"name": PORT_NAME, "containerPort": subject.port, "protocol": "TCP"}]
    made |= _environment(subject)
    if listens:
        made |= probes(subject)
    made["resources"] = resources(subject)
    made["securityContext"] = of_container()
    mounts = [{"name": one.name, "mountPath": one.path} for one in (*kept, *subject.scratch)]
    if mounts:
        made["volumeMounts"] = mounts
    return made


def _environment(subject: Subject) -> dict[str, Any]:
    """Refer to ConfigMap and Secret. A pod whose required key is missing there does not start, and says which."""
    given = subject.environment
    env = [
        {"name": name, "valueFrom": {"configMapKeyRef": {"name": subject.name, "key": name}}} for name in given.missing
    ]
    for name, required in given.secrets:
        reference: dict[str, Any] = {"name": subject.name, "key": name}
        if not required:
            reference["optional"] = True
        env.append({"name": name, "valueFrom": {"secretKeyRef": reference}})
    made: dict[str, Any] = {}
    if given.plain:
        made["envFrom"] = [{"configMapRef": {"name": subject.name}}]
    if env:
        made["env"] = env
    return made
