"""Settings that are no secrets, with the values that the source gives them."""

from builder.manifests.manifest import Manifest
from builder.manifests.subject import Subject


def configmap(subject: Subject) -> Manifest | None:
    """Return the ConfigMap, None where no variable is known. What has no value yet is named above it."""
    given = subject.environment
    if not given.plain and not given.missing:
        return None
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": subject.metadata(subject.name, subject.main),
        "data": dict(given.plain),
    }
    about: tuple[str, ...] = ()
    if given.missing:
        about = ("Needed, and nothing in the source says the value: add to data before pods can start:",)
        about += tuple(f"  {name}: …" for name in given.missing)
    return Manifest(body=body, about=about)
