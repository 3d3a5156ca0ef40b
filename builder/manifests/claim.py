"""Volumes of what runs once or at times: claims of their own, or those of the component's StatefulSet."""

from typing import Any

from builder.manifests.manifest import Manifest
from builder.manifests.subject import Subject


def claims(subject: Subject) -> tuple[Manifest, ...]:
    """Return a PersistentVolumeClaim for each volume, none where a StatefulSet makes them."""
    if subject.stateful:
        return ()
    return tuple(
        Manifest(
            body={
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": subject.metadata(name, subject.main),
                "spec": claim_spec(subject),
            }
        )
        for name in claimed(subject).values()
    )


def claimed(subject: Subject) -> dict[str, str]:
    """Return the name of the claim of each volume, by the volume's name."""
    if subject.stateful:
        return {one.name: f"{one.name}-{subject.name}-0" for one in subject.kept}
    return {one.name: f"{subject.name}-{one.name}" for one in subject.kept}


def claim_spec(subject: Subject) -> dict[str, Any]:
    """Return what a volume must be: for one node, of the cluster's default class."""
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": subject.options.storage}}}
