"""The pull secrets of a pod: which there are, and why they do not help."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cluster.fields import Obj, name, namespace, numbered, text
from core.evidence import Evidence
from diagnose.analyzers.image_pull.case import Pull
from diagnose.containers import FieldPath

TYPES = {"kubernetes.io/dockerconfigjson": ".dockerconfigjson", "kubernetes.io/dockercfg": ".dockercfg"}
"""The types that the kubelet reads; others it ignores in silence."""

_HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A pull secret that the pod or its ServiceAccount names. ``secret`` is None when the snapshot has none."""

    name: str
    holder: Obj
    path: FieldPath
    secret: Obj | None

    def hosts(self) -> list[str] | None:
        """Return the hosts that it has entries for; None when its content cannot be read (the usual case)."""
        key = TYPES.get(text(self.secret, "type"), "")
        raw = text(self.secret, "data", key)
        try:
            value = json.loads(base64.b64decode(raw, validate=True))
        except (ValueError, binascii.Error):
            return None
        auths = value.get("auths", value) if isinstance(value, Mapping) else {}
        return [str(host) for host in auths] if isinstance(auths, Mapping) else None

    def evidence(self, pull: Pull) -> Evidence:
        """Quote where it is named."""
        return pull.scene.field(self.holder, *self.path)


def pull_secrets(pull: Pull) -> Iterator[Named]:
    """Yield the pull secrets that the kubelet would use: the pod's, and those of its ServiceAccount."""
    space = namespace(pull.pod)
    seen: set[str] = set()
    for index, entry in numbered(pull.pod, "spec", "imagePullSecrets"):
        if wanted := text(entry, "name"):
            seen.add(wanted)
            path: FieldPath = ("spec", "imagePullSecrets", index, "name")
            yield Named(
                name=wanted, holder=pull.pod, path=path, secret=pull.scene.snapshot.get("Secret", space, wanted)
            )
    account = pull.scene.snapshot.get(
        "ServiceAccount", space, text(pull.pod, "spec", "serviceAccountName") or "default"
    )
    for index, entry in numbered(account, "imagePullSecrets"):
        wanted = text(entry, "name")
        if account is not None and wanted and wanted not in seen:
            yield Named(
                name=wanted,
                holder=account,
                path=("imagePullSecrets", index, "name"),
                secret=pull.scene.snapshot.get("Secret", space, wanted),
            )


def missing(pull: Pull) -> Named | None:
    """Return the first pull secret that is known not to exist."""
    space = namespace(pull.pod)
    return next(
        (entry for entry in pull_secrets(pull) if pull.scene.snapshot.absent("Secret", space, entry.name)), None
    )


def covers(host: str, entry: str) -> bool:
    """Say whether an ``auths`` entry is for a registry host; docker.io is written in several ways."""
    bare = entry.removeprefix("https://").removeprefix("http://").partition("/")[0]
    if host in _HUB:
        return bare in _HUB
    if bare.startswith("*."):
        return host.endswith(bare[1:])
    return bare == host


def copies(pull: Pull, wanted: str) -> list[str]:
    """Return the namespaces that have a Secret of this name."""
    space = namespace(pull.pod)
    return [
        namespace(entry)
        for entry in pull.scene.snapshot.all("Secret")
        if name(entry) == wanted and namespace(entry) != space
    ]


def pulled_without(pull: Pull) -> bool:
    """Say whether a pod without pull secrets runs an image of the same host and owner: such images are public."""
    reference = pull.reference
    return "/" in reference.repository and (reference.host, reference.owner) in pull.known.public
