"""Tell which kind a support bundle lists in a file from the folder that the file is in.

Support bundles keep lists as ``cluster-resources/KINDS/NAMESPACE.json`` or ``cluster-resources/KINDS.json``. Older
ones write the items alone, so that only the path names their kind.
"""

from dataclasses import dataclass

from cluster.kinds import BY_KEY, Kind, spoken

ROOT = "cluster-resources"
ERRORS = "-errors.json"
_SPELLED = {
    "pvs": "PersistentVolume",
    "pvcs": "PersistentVolumeClaim",
    "storage": "StorageClass",
    "crds": "CustomResourceDefinition",
    "poddisruptionbudgetsinfo": "PodDisruptionBudget",
    "resourcequotas": "ResourceQuota",
}
_NO_LISTS = frozenset({"auth-cani-list", "image-pull-secrets", "custom-resources", "groups", "resources"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a path of a support bundle lists: a word for a kind, the kind where it is known, and the namespace."""

    word: str
    kind: Kind | None
    namespace: str = ""


def listed(path: str) -> Listed | None:
    """Read a path below ``cluster-resources``; None for any other, for logs, and for what holds no list."""
    parts = path.split("/")
    if ROOT not in parts[:-1]:
        return None
    rest = parts[parts.index(ROOT) + 1 :]
    stem, dot, ending = rest[-1].rpartition(".")
    if not dot or ending not in {"json", "yaml", "yml"} or rest[-1].endswith(ERRORS):
        return None
    if len(rest) == 1 and stem not in _NO_LISTS:
        return Listed(word=stem, kind=kind_called(stem))
    if len(rest) == 2 and rest[0] not in _NO_LISTS:
        return Listed(word=rest[0], kind=kind_called(rest[0]), namespace=stem)
    if rest[0] == "custom-resources" and len(rest) in {2, 3}:
        return Listed(word=rest[1] if len(rest) == 3 else stem, kind=None, namespace=stem if len(rest) == 3 else "")
    return None


def kind_called(word: str) -> Kind | None:
    """Return the kind that a folder or file is called after: ``pvcs``, ``network-policy``, ``clusterRoleBindings``."""
    bare = word.replace("-", "").lower()
    if bare in _SPELLED:
        return BY_KEY[_SPELLED[bare]]
    return spoken(bare) if "." not in bare else None
