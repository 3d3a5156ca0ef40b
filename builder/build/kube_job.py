"""The objects of one build in a cluster: a Job with one pod, and a Secret that ends with it.

What the pod may: it runs as user 1000 on a read-only root, without a token, host folder or host network. Of
capabilities it keeps SETUID and SETGID alone, which ``newuidmap`` needs to make a user namespace for buildah, in which
the root of a build is that user 1000. That is within Pod Security ``baseline``. It is not ``restricted``: that forbids
privilege escalation, so ``newuidmap`` does nothing, and its seccomp profile forbids user namespaces; then a build has
one user only, and any step that changes an owner fails.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from cluster.quantities import quantity
from core.errors import SettingInvalid

USER: Final = 1000
"""The user of the usual images with buildah; their /etc/subuid gives it subordinate ids."""

CONTAINER: Final = "build"
WORK: Final = "/work"
SECRETS: Final = "/run/sextant/secrets"
AUTH: Final = "/run/sextant/auth"
KEPT_SECONDS: Final = 300
"""For which a Job stays that nobody took away, since the one who made it died: long enough to look at it."""

SPARE_SECONDS: Final = 120
"""Over the time of the build after which the cluster ends the Job, for pull and context. We end it sooner."""

GRACE_SECONDS: Final = 2
"""Between being asked to end and being ended: nothing in the pod is worth keeping."""

MAX_SECRET_BYTES: Final = 1024 * 1024
"""What a Secret may hold, by the API server."""

LABEL: Final = "app.kubernetes.io/managed-by"
OURS: Final = "sextant"

WAIT: Final = """\
at=0
until [ -e /work/ready ]; do
  at=$((at + 1))
  if [ "$at" -gt 1200 ]; then printf context > /dev/termination-log; exit 91; fi
  sleep 0.1
done
printf storage > /dev/termination-log
exec unshare --user --map-root-user --map-auto --setuid 0 --setgid 0 --mount /bin/sh /work/in/run.sh 2>&1
"""
"""What the container runs, the same for every build: wait for the files, then run what came with them as the root of a
user namespace. buildah could make that itself, but 1.28 then fails at its first RUN in chroot isolation."""

RECEIVE: Final = """\
mkdir /work/in && chmod g-s /work/in && head -c "$1" | tar -xz -p --no-same-owner -f - -C /work/in && : > /work/ready
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesBuilds:
    """How builds run in a cluster. ``registry`` is where they push, as pods reach it, with its path.

    ``pull_registry`` is the same as nodes reach it, empty where that is alike. ``seccomp`` and ``apparmor`` are
    profiles: empty for the node's default, ``Unconfined``, ``RuntimeDefault``, else a Localhost profile's path.
    """

    image: str
    registry: str
    namespace: str = ""
    pull_registry: str = ""
    registry_secret: str = ""
    service_account: str = ""
    cpu: str = "2"
    memory: str = "4Gi"
    scratch: str = "20Gi"
    start_seconds: float = 120.0
    seccomp: str = ""
    apparmor: str = ""
    cached: bool = True
    max_context_bytes: int = 512 * 1024 * 1024


def fresh_name(purpose: str) -> str:
    """Return a name that nothing else has."""
    return f"sextant-{purpose}-{secrets.token_hex(5)}"


def job(name: str, builds: KubernetesBuilds, *, image: str, seconds: float, with_secret: bool) -> dict[str, Any]:
    """Return the Job. ``image`` is what is built, for those who look at it; nothing else of a request stands in it."""
    labels = {LABEL: OURS, "app.kubernetes.io/component": "build"}
    noted = {"sextant.dev/image": image}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels, "annotations": noted},
        "spec": {
            "backoffLimit": 0,
            "completions": 1,
            "parallelism": 1,
            "activeDeadlineSeconds": int(seconds + builds.start_seconds) + SPARE_SECONDS,
            "ttlSecondsAfterFinished": KEPT_SECONDS,
            "template": {
                "metadata": {"labels": labels, "annotations": noted},
                "spec": _pod(name, builds, with_secret=with_secret),
            },
        },
    }


def secret(name: str, owner: Mapping[str, Any], values: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the Secret of a Job, which the cluster deletes with it; ``values`` by the name of the file."""
    reference = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": {LABEL: OURS}, "ownerReferences": [reference]},
        "immutable": True,
        "type": "Opaque",
        "data": {key: base64.b64encode(value).decode("ascii") for key, value in values.items()},
    }


def _pod(name: str, builds: KubernetesBuilds, *, with_secret: bool) -> dict[str, Any]:
    volumes: list[dict[str, Any]] = [{"name": "work", "emptyDir": {"sizeLimit": builds.scratch}}]
    mounts: list[dict[str, Any]] = [{"name": "work", "mountPath": WORK}]
    if with_secret:
        volumes.append({"name": "secrets", "secret": {"secretName": name, "defaultMode": 0o400}})
        mounts.append({"name": "secrets", "mountPath": SECRETS, "readOnly": True})
    if builds.registry_secret:
        items = [{"key": ".dockerconfigjson", "path": "config.json"}]
        source = {"secretName": builds.registry_secret, "defaultMode": 0o400, "items": items}
        volumes.append({"name": "auth", "secret": source})
        mounts.append({"name": "auth", "mountPath": AUTH, "readOnly": True})
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "runAsNonRoot": True,
            **_profiles(builds),
        },
        "containers": [
            {
                "name": CONTAINER,
                "image": builds.image,
                "command": ["/bin/sh", "-c", WAIT],
                "workingDir": WORK,
                "resources": _resources(builds),
                "securityContext": {
                    "privileged": False,
                    "allowPrivilegeEscalation": True,  # for newuidmap, which gets no more than these two
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"], "add": ["SETUID", "SETGID"]},
                },
                "volumeMounts": mounts,
            }
        ],
        "volumes": volumes,
    }
    if builds.service_account:
        spec["serviceAccountName"] = builds.service_account
    if builds.registry_secret:
        spec["imagePullSecrets"] = [{"name": builds.registry_secret}]
    return spec


def _profiles(builds: KubernetesBuilds) -> dict[str, Any]:
    named = (("seccompProfile", builds.seccomp), ("appArmorProfile", builds.apparmor))
    return {
        field: {"type": value}
        if value in {"Unconfined", "RuntimeDefault"}
        else {"type": "Localhost", "localhostProfile": value}
        for field, value in named
        if value
    }


def _resources(builds: KubernetesBuilds) -> dict[str, Any]:
    """Return limits, and requests of a quarter of them: a build waits for the network between its busy minutes."""
    limits = {"cpu": builds.cpu, "memory": builds.memory}
    cpu, memory = (_amount(name, value) for name, value in limits.items())
    return {"limits": limits, "requests": {"cpu": f"{int(cpu * 250)}m", "memory": f"{int(memory / 4 / 1024)}Ki"}}


def _amount(name: str, value: str) -> Fraction:
    amount = quantity(value)
    if amount is None or amount <= 0:
        raise SettingInvalid(
            f"build.kubernetes_{name} {value!r} is no quantity of Kubernetes.", next_step="Write for example 2 or 4Gi."
        )
    return amount
