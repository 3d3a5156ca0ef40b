"""The template of pods, alike for everything that runs."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal

from builder.manifests.resources import SCRATCH_LIMIT
from builder.manifests.security import of_pod
from builder.manifests.subject import Subject

GRACE_SECONDS = {"web": 30, "worker": 60}
"""A web server ends what it answers; a worker finishes the message that it holds."""

CONFIGURATION = "sextant.dev/configuration"
"""Annotation that changes with the ConfigMap, so that pods are replaced when a setting is."""


def template(
    subject: Subject,
    part: str,
    containers: Sequence[Mapping[str, Any]],
    *,
    before: Sequence[Mapping[str, Any]] = (),
    claims: Mapping[str, str] | None = None,
    restart: Literal["Always", "OnFailure", "Never"] = "Always",
    spread: bool = False,
    beside: bool = False,
) -> dict[str, Any]:
    """Return a pod template.

    ``claims`` are volumes by name that exist as claims. ``spread`` puts its pods on different nodes and zones,
    ``beside`` puts them on the node where the component's own pod with its volumes is.
    """
    metadata: dict[str, Any] = {"labels": subject.labels(part)}
    if subject.environment.plain:
        metadata["annotations"] = {CONFIGURATION: _digest(subject)}
    spec: dict[str, Any] = {
        "serviceAccountName": subject.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": restart,
        "terminationGracePeriodSeconds": GRACE_SECONDS.get(part, GRACE_SECONDS["worker"]),
        "securityContext": of_pod(subject),
    }
    if spread:
        spec["topologySpreadConstraints"] = [
            _spread(subject, part, key) for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
        ]
    if beside:
        spec["affinity"] = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [_beside(subject)]}}
    if before:
        spec["initContainers"] = list(before)
    spec["containers"] = list(containers)
    volumes = [
        *({"name": name, "persistentVolumeClaim": {"claimName": claim}} for name, claim in (claims or {}).items()),
        *({"name": one.name, "emptyDir": {"sizeLimit": SCRATCH_LIMIT}} for one in subject.scratch),
    ]
    if volumes:
        spec["volumes"] = volumes
    return {"metadata": metadata, "spec": spec}


def _spread(subject: Subject, part: str, key: str) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",  # one node is better than none
        "labelSelector": {"matchLabels": subject.selector(part)},
    }


def _beside(subject: Subject) -> dict[str, Any]:
    return {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": subject.selector(subject.main)},
    }


def _digest(subject: Subject) -> str:
    return sha256(json.dumps(subject.environment.plain).encode()).hexdigest()[:16]
