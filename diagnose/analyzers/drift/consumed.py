"""What a container reads only once, when it starts, and when that was last written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, mapping, moment, numbered, objects, text
from diagnose.containers import FieldPath
from diagnose.findings import Edge
from diagnose.graph import references

_DATA = ("f:data", "f:stringData", "f:binaryData")
_NOT_SETTINGS = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt"})
_NOT_SECRETS = ("kubernetes.io/service-account-token", "helm.sh/", "kubernetes.io/dockerc", "bootstrap.kubernetes.io/")
_COPY = "f:kubectl.kubernetes.io/last-applied-configuration"
_LEADER = "control-plane.alpha.kubernetes.io/leader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A place where a container takes settings at its start. ``path`` leads to it in the pod; ``key`` may be empty."""

    container: str
    kind: str
    name: str
    key: str
    path: FieldPath
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """When the data were last written: ``path`` leads to the time. ``sure``: the time is that of nothing else."""

    time: datetime
    path: FieldPath
    sure: bool
    author: str


def uses_of(pod: Obj) -> Iterator[Use]:
    """Yield what each container reads once: variables, and files mounted by ``subPath``."""
    spec = mapping(pod, "spec")
    for reference in references(spec):
        if reference.edge is Edge.ENV and reference.kind in {"ConfigMap", "Secret"} and _counts(reference.name):
            yield Use(
                container=reference.container,
                kind=reference.kind,
                name=reference.name,
                key=reference.key,
                path=("spec", *reference.path, "name"),
                how=_variable(spec, reference.path) or "envFrom",
            )
    for at, container in numbered(spec, "containers"):
        for index, mount in numbered(container, "volumeMounts"):
            if text(mount, "subPath") or text(mount, "subPathExpr"):
                yield from _mounted(spec, container, mount, ("spec", "containers", at, "volumeMounts", index, "name"))


def _variable(spec: Obj, path: FieldPath) -> str:
    """Return the variable's name when a reference stands in ``env``."""
    if len(path) >= 4 and path[2] == "env":
        where, at, _, index = path[:4]
        for number, container in numbered(spec, where):
            if number == at:
                return next((text(entry, "name") for i, entry in numbered(container, "env") if i == index), "")
    return ""


def _mounted(spec: Obj, container: Obj, mount: Obj, path: FieldPath) -> Iterator[Use]:
    for volume in objects(spec, "volumes"):
        if text(volume, "name") != text(mount, "name"):
            continue
        for source in (volume, *objects(volume, "projected", "sources")):
            for field, name_key, kind in (("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret")):
                entry = mapping(source, field)
                wanted = text(entry, name_key) or text(entry, "name")
                if wanted and _counts(wanted):
                    yield Use(
                        container=text(container, "name"),
                        kind=kind,
                        name=wanted,
                        key="",
                        path=path,
                        how=f"{text(mount, 'mountPath')} (subPath)",
                    )


def _counts(name: str) -> bool:
    return name not in _NOT_SETTINGS


def is_setting(obj: Obj) -> bool:
    """Say whether an object holds settings of a program: no token, no release, no lock of a leader."""
    if text(obj, "kind") == "Secret":
        return not text(obj, "type").startswith(_NOT_SECRETS)
    return _LEADER not in mapping(obj, "metadata", "annotations")


def written(obj: Obj, key: str) -> Written | None:
    """Return when the data (or one key) were last written; None where that was not read.

    Without managed fields only the object's own creation is known: what was made anew holds other data.
    """
    newest: Written | None = None
    managed = False
    for index, entry in numbered(obj, "metadata", "managedFields"):
        fields = mapping(entry, "fieldsV1")
        managed = managed or bool(fields)
        time = moment(entry, "time")
        if time is None or not any(_holds(mapping(fields, part), key) for part in _DATA):
            continue
        if newest is None or time > newest.time:
            newest = Written(
                time=time,
                path=("metadata", "managedFields", index, "time"),
                sure=_data_alone(fields) or time == _born(obj),
                author=text(entry, "manager"),
            )
    born = _born(obj)
    if newest is None and not managed and born is not None:
        newest = Written(time=born, path=("metadata", "creationTimestamp"), sure=True, author="")
    return newest


def _data_alone(fields: Obj) -> bool:
    """Say whether an entry owns nothing but data, and the copy of the manifest that changes with them."""
    if not set(fields) <= {*_DATA, "f:type", "f:immutable", "f:metadata"}:
        return False
    about = mapping(fields, "f:metadata")
    return set(about) <= {"f:annotations"} and set(mapping(about, "f:annotations")) <= {".", _COPY}


def _born(obj: Obj) -> datetime | None:
    return moment(obj, "metadata", "creationTimestamp")


def _holds(fields: Obj, key: str) -> bool:
    return f"f:{key}" in fields if key else any(str(name).startswith("f:") for name in fields)
