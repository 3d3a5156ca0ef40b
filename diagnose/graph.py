"""The object graph: who owns, selects, mounts and routes to whom.

Edges point from what depends to what it depends on. A Deployment depends on its pods being ready, a pod on its
claims, ConfigMaps, Secrets and node, a Service on the pods it selects, an Ingress on its Services.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, labels, mapping, name, namespace, numbered, objects, text, uid
from cluster.kinds import WORKLOAD_KINDS, group_of, kind_key
from cluster.recording.forms import hides
from cluster.snapshot import Snapshot, controller_of, ref_of
from core.evidence import ObjectRef
from diagnose.containers import FieldPath
from diagnose.findings import Edge, Reach
from diagnose.needs import NEEDS

MAX_OWNERS = 8
"""Owner chains longer than this are cut: real ones have at most four links, hostile ones may be circles."""

_TEMPLATES: dict[str, FieldPath] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
_TEMPLATE: FieldPath = ("spec", "template")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The pod template of a workload, or the pod itself: ``path`` leads to it, ``spec_path`` to its ``spec``."""

    holder: Obj
    path: FieldPath

    @property
    def spec_path(self) -> FieldPath:
        """Return the path of the pod spec within the holder."""
        return (*self.path, "spec")

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels that pods made from it carry."""
        return labels(self.holder, *self.path, "metadata", "labels")

    @property
    def spec(self) -> Obj:
        """Return the pod spec."""
        return mapping(self.holder, *self.spec_path)


def template_of(obj: Obj) -> Template | None:
    """Return the pod template that an object holds (a pod holds its own), or None."""
    path = _TEMPLATES.get(text(obj, "kind"), _TEMPLATE)
    return Template(holder=obj, path=path) if mapping(obj, *path, "spec") else None


def _unseen(obj: Obj) -> bool:
    """Say whether an object has a template that the form of a recording does not show."""
    return text(obj, "kind") in WORKLOAD_KINDS and hides(obj, "spec", "template")


def selects(selector: Mapping[str, str], carried: Mapping[str, str]) -> bool:
    """Say whether labels satisfy an equality selector. An empty selector selects nothing here (Services)."""
    return bool(selector) and all(carried.get(key) == value for key, value in selector.items())


def selector_matches(selector: Obj, carried: Mapping[str, str]) -> bool:
    """Say whether labels satisfy a ``LabelSelector`` (matchLabels and matchExpressions). Empty matches everything."""
    if any(carried.get(key) != value for key, value in labels(selector, "matchLabels").items()):
        return False
    return all(_expression_matches(expression, carried) for expression in objects(selector, "matchExpressions"))


def _expression_matches(expression: Obj, carried: Mapping[str, str]) -> bool:
    key, operator = text(expression, "key"), text(expression, "operator")
    values = expression.get("values")
    wanted = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    match operator:
        case "In":
            return carried.get(key) in wanted
        case "NotIn":
            return carried.get(key) not in wanted
        case "Exists":
            return key in carried
        case "DoesNotExist":
            return key not in carried
        case _:
            return False


class Graph:
    """Edges over one snapshot, computed when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        # Answers by the id of an object, which is kept beside them, so that the id cannot pass to another one.
        self._owners: dict[int, tuple[Obj, Obj | None]] = {}
        self._behind: dict[int, tuple[Obj, tuple[Obj, ...]]] = {}

    # -- owners

    def owner(self, obj: Obj) -> Obj | None:
        """Return the controlling owner, when it is in the snapshot under the same uid."""
        known = self._owners.get(id(obj))
        if known is None:
            known = self._owners[id(obj)] = (obj, self._owner(obj))
        return known[1]

    def _owner(self, obj: Obj) -> Obj | None:
        reference = controller_of(obj)
        if not reference:
            return None
        key = kind_key(text(reference, "kind"), group_of(text(reference, "apiVersion")))
        found = self.snapshot.get(key, namespace(obj), text(reference, "name"))
        if found is None:
            return None
        wanted = text(reference, "uid")
        return found if not wanted or not uid(found) or uid(found) == wanted else None

    def owners(self, obj: Obj) -> Iterator[Obj]:
        """Return the owner chain, nearest first."""
        current: Obj | None = obj
        for _ in range(MAX_OWNERS):
            current = self.owner(current) if current is not None else None
            if current is None:
                return
            yield current

    def top(self, obj: Obj) -> Obj:
        """Return the topmost owner that is in the snapshot, or the object itself."""
        return next(iter(reversed([obj, *self.owners(obj)])))

    def holder(self, obj: Obj) -> Obj:
        """Return the object whose pod template must change to change ``obj``: its topmost owner that holds one.

        Owners that a recording does not show whole hold one where their kind does.
        """
        chain = [obj, *self.owners(obj)]
        return next((owner for owner in reversed(chain) if template_of(owner) or _unseen(owner)), obj)

    def children(self, obj: Obj) -> tuple[Obj, ...]:
        """Return what the object controls, ordered by kind, namespace and name."""
        return self.snapshot.owned.get(uid(obj), ()) if uid(obj) else ()

    def siblings(self, obj: Obj) -> tuple[Obj, ...]:
        """Return what has the same controlling owner, itself included; the owner need not have been read."""
        owner = text(controller_of(obj), "uid")
        return self.snapshot.owned.get(owner, ()) if owner else ()

    def pods_of(self, obj: Obj) -> tuple[Obj, ...]:
        """Return the pods below a workload through any number of owners; a pod is its own."""
        if text(obj, "kind") == "Pod":
            return (obj,)
        found: list[Obj] = []
        level, depth = list(self.children(obj)), 0
        while level and depth < MAX_OWNERS:
            found += [child for child in level if text(child, "kind") == "Pod"]
            level = [below for child in level if text(child, "kind") != "Pod" for below in self.children(child)]
            depth += 1
        return tuple(sorted(found, key=lambda pod: (namespace(pod), name(pod))))

    # -- selectors

    @cached_property
    def _pods_by_label(self) -> Mapping[tuple[str, str, str], tuple[Obj, ...]]:
        found: dict[tuple[str, str, str], list[Obj]] = {}
        for pod in self.snapshot.all("Pod"):
            for key, value in labels(pod, "metadata", "labels").items():
                found.setdefault((namespace(pod), key, value), []).append(pod)
        return {key: tuple(value) for key, value in found.items()}

    def selected(self, space: str, selector: Mapping[str, str]) -> tuple[Obj, ...]:
        """Return the pods of a namespace whose labels hold all pairs of a non-empty equality selector."""
        if not selector:
            return ()
        key, value = min(selector.items(), key=lambda pair: len(self._pods_by_label.get((space, *pair), ())))
        return tuple(
            pod
            for pod in self._pods_by_label.get((space, key, value), ())
            if selects(selector, labels(pod, "metadata", "labels"))
        )

    def pods_of_service(self, service: Obj) -> tuple[Obj, ...]:
        """Return the pods that a Service selects, finished ones left out."""
        known = self._behind.get(id(service))
        if known is None:
            known = self._behind[id(service)] = (service, self._pods_of_service(service))
        return known[1]

    def _pods_of_service(self, service: Obj) -> tuple[Obj, ...]:
        pods = self.selected(namespace(service), labels(service, "spec", "selector"))
        return tuple(pod for pod in pods if text(pod, "status", "phase") not in {"Succeeded", "Failed"})

    @cached_property
    def _services_by_pod(self) -> Mapping[str, tuple[Obj, ...]]:
        found: dict[str, list[Obj]] = {}
        for service in self.snapshot.all("Service"):
            for pod in self.pods_of_service(service):
                found.setdefault(uid(pod), []).append(service)
        return {key: tuple(value) for key, value in found.items()}

    def services_of(self, pod: Obj) -> tuple[Obj, ...]:
        """Return the Services that select a pod."""
        return self._services_by_pod.get(uid(pod), ())

    # -- what an object depends on

    def depends_on(self, obj: Obj) -> Iterator[Reach]:
        """Yield what the object needs in order to be satisfied, with the edge."""
        kind = text(obj, "kind")
        if kind == "Pod":
            yield from self._pod_needs(obj)
        elif kind == "Service":
            for pod in self.pods_of_service(obj):
                yield Reach(ref=ref_of(pod), edge=Edge.SELECTOR)
        elif kind == "Secret":
            for entry in self._certificates.get((namespace(obj), name(obj)), ()):
                yield Reach(ref=ref_of(entry), edge=Edge.OWNER)
        else:
            needs = NEEDS.get(kind_key(kind, group_of(text(obj, "apiVersion"))))
            if needs is not None:
                yield from needs(obj)
            for child in self.children(obj):
                yield Reach(ref=ref_of(child), edge=Edge.OWNER)

    @cached_property
    def _certificates(self) -> Mapping[tuple[str, str], tuple[Obj, ...]]:
        """Certificates of cert-manager by (namespace, name) of the Secret that each writes."""
        found: dict[tuple[str, str], tuple[Obj, ...]] = {}
        for entry in self.snapshot.all("Certificate.cert-manager.io"):
            key = (namespace(entry), text(entry, "spec", "secretName"))
            found[key] = (*found.get(key, ()), entry)
        return found

    def _pod_needs(self, pod: Obj) -> Iterator[Reach]:
        space = namespace(pod)
        for reference in references(mapping(pod, "spec")):
            yield Reach(
                ref=ObjectRef(kind=reference.kind, namespace=space, name=reference.name),
                edge=reference.edge,
            )
        if node := text(pod, "spec", "nodeName"):
            yield Reach(ref=ObjectRef(kind="Node", name=node), edge=Edge.SCHEDULING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A place in a pod spec that names another object. ``path`` leads to the name's holder within the spec.

    ``key`` is the key asked for, empty when the whole object is meant. ``container`` is empty for volumes.
    """

    kind: str
    name: str
    key: str = ""
    optional: bool = False
    edge: Edge
    path: FieldPath
    container: str = ""


def references(spec: Obj) -> Iterator[Reference]:
    """Yield every ConfigMap, Secret, claim, service account and pull secret that a pod spec names."""
    for list_key in ("initContainers", "containers"):
        value = spec.get(list_key)
        for index, container in enumerate(value if isinstance(value, list) else ()):
            if isinstance(container, Mapping):
                yield from _container_references(container, (list_key, index))
    volumes = spec.get("volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        if isinstance(volume, Mapping):
            yield from _volume_references(volume, ("volumes", index))
    pull = spec.get("imagePullSecrets")
    for index, entry in enumerate(pull if isinstance(pull, list) else ()):
        if secret := text(entry, "name"):
            yield Reference(
                kind="Secret", name=secret, edge=Edge.IMAGE, path=("imagePullSecrets", index), optional=True
            )
    if account := text(spec, "serviceAccountName"):
        yield Reference(kind="ServiceAccount", name=account, edge=Edge.POLICY, path=("serviceAccountName",))


def _container_references(container: Obj, at: FieldPath) -> Iterator[Reference]:
    part = text(container, "name")
    for index, entry in numbered(container, "env"):
        if "valueFrom" not in entry:  # most variables are plain values, and there are many of them
            continue
        for field_name, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            source = mapping(entry, "valueFrom", field_name)
            if source:
                yield from _referred(kind, source, (*at, "env", index, "valueFrom", field_name), part)
    for index, entry in numbered(container, "envFrom"):
        for field_name, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            source = mapping(entry, field_name)
            if source:
                yield from _referred(kind, source, (*at, "envFrom", index, field_name), part)


def _referred(kind: str, source: Obj, path: FieldPath, part: str) -> Iterator[Reference]:
    if wanted := text(source, "name"):
        yield Reference(
            kind=kind,
            name=wanted,
            key=text(source, "key"),
            optional=source.get("optional") is True,
            edge=Edge.ENV,
            path=path,
            container=part,
        )


def _volume_references(volume: Obj, at: FieldPath) -> Iterator[Reference]:
    shapes = (
        ("configMap", "name", "ConfigMap"),
        ("secret", "secretName", "Secret"),
        ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
    )
    sources: list[tuple[Obj, FieldPath]] = [(volume, at)]
    sources += [
        (source, (*at, "projected", "sources", index))
        for index, source in enumerate(objects(volume, "projected", "sources"))
    ]
    for holder, path in sources:
        for field_name, name_key, kind in shapes:
            entry = mapping(holder, field_name)
            wanted = text(entry, name_key) or text(entry, "name")
            if not wanted:
                continue
            whole = Reference(
                kind=kind,
                name=wanted,
                optional=entry.get("optional") is True,
                edge=Edge.MOUNT,
                path=(*path, field_name),
            )
            keys = [text(item, "key") for item in objects(entry, "items")]
            yield whole
            for key in filter(None, keys):
                yield Reference(
                    kind=kind,
                    name=wanted,
                    key=key,
                    optional=whole.optional,
                    edge=Edge.MOUNT,
                    path=(*path, field_name, "items"),
                )
