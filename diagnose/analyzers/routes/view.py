"""What the rules for routes share: the paths of an Ingress and where they lead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, dig, labels, mapping, moment, namespace, numbered, objects, text
from cluster.snapshot import ref_of
from core.evidence import ABSENT, AbsenceSource, Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.containers import FieldPath
from diagnose.findings import NextCheck
from diagnose.scene import Scene

GATEWAY = "gateway.networking.k8s.io"
ROUTE_KINDS = tuple(f"{kind}.{GATEWAY}" for kind in ("HTTPRoute", "GRPCRoute", "TLSRoute"))
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_SOLVER = "acme.cert-manager.io/http01-solver"
STOPPED = frozenset({"pause", "disable"})
"""Classes that nobody serves on purpose."""


def kept(ingress: Obj) -> bool:
    """Say whether an Ingress is meant to last: not being deleted, not made for one certificate challenge."""
    return not text(ingress, "metadata", "deletionTimestamp") and _SOLVER not in labels(ingress, "metadata", "labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One path of an Ingress and the Service behind it. ``at`` leads to the backend's ``service``."""

    host: str
    path: str
    path_type: str
    service: str
    port: int | str
    at: FieldPath

    @property
    def where(self) -> str:
        """``shop.example.com/cart``, or ``*`` for the default backend."""
        return f"{self.host or '*'}{self.path}"

    @property
    def target(self) -> str:
        """``cart:80``."""
        return f"{self.service}:{self.port}"


@dataclass(frozen=True)
class Entry:
    """One Ingress as the rules see it."""

    scene: Scene
    obj: Obj

    @property
    def ref(self) -> ObjectRef:
        """Point at the Ingress."""
        return ref_of(self.obj)

    @property
    def annotations(self) -> dict[str, str]:
        """Its annotations."""
        return labels(self.obj, "metadata", "annotations")

    @property
    def class_name(self) -> str:
        """The class that it names in either way, or nothing."""
        return text(self.obj, "spec", "ingressClassName") or self.annotations.get(CLASS_ANNOTATION, "")

    @property
    def served(self) -> bool:
        """Whether some controller has taken it up."""
        return bool(objects(self.obj, "status", "loadBalancer", "ingress"))

    @property
    def born(self) -> datetime | None:
        """When it was made."""
        return moment(self.obj, "metadata", "creationTimestamp")

    def backends(self) -> Iterator[Backend]:
        """Yield where each path leads."""
        yield from self._backend("", "", "", mapping(self.obj, "spec", "defaultBackend"), ("spec", "defaultBackend"))
        for index, rule in numbered(self.obj, "spec", "rules"):
            for number, path in numbered(rule, "http", "paths"):
                at = ("spec", "rules", index, "http", "paths", number, "backend")
                yield from self._backend(
                    text(rule, "host"), text(path, "path") or "/", text(path, "pathType"), mapping(path, "backend"), at
                )

    def _backend(self, host: str, path: str, path_type: str, backend: Obj, at: FieldPath) -> Iterator[Backend]:
        service = text(backend, "service", "name")
        if not service:
            return
        number = dig(backend, "service", "port", "number")
        port = number if isinstance(number, int) else text(backend, "service", "port", "name")
        if port != "use-annotation":
            yield Backend(host=host, path=path, path_type=path_type, service=service, port=port, at=(*at, "service"))

    def look(self) -> NextCheck:
        """Return the next thing to read."""
        return NextCheck(
            command=f"kubectl -n {self.ref.namespace} describe ingress {self.ref.name}",
            why=Phrase(en="It shows every path with what stands behind it", zh="它会列出每条路径及其后端"),
        )


def no_such(scene: Scene, ref: ObjectRef) -> Evidence:
    """Quote that an object of any kind is not in the complete list of its kind."""
    return Evidence(source=AbsenceSource(object=ref), quote=ABSENT, observed_at=scene.now)


def pointer(path: FieldPath) -> str:
    """Write a field path as JSON patches do."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path)


def of_gateway(kind: str, space: str, wanted: str) -> ObjectRef:
    """Point at an object of the Gateway API."""
    return ObjectRef(kind=kind, group=GATEWAY, namespace=space, name=wanted)


def stale(scene: Scene, obj: Obj, entry: Obj) -> bool:
    """Say whether a condition is too young, or older than the spec, to count."""
    generation, seen = dig(obj, "metadata", "generation"), dig(entry, "observedGeneration")
    behind = isinstance(generation, int) and isinstance(seen, int) and seen < generation
    changed = moment(entry, "lastTransitionTime")
    return behind or (changed is not None and scene.age(changed) < scene.numbers.observed_lag_seconds)


def service_ports(service: Obj) -> list[tuple[str, int, int | str]]:
    """Return name, port and target port of each port of a Service."""
    found: list[tuple[str, int, int | str]] = []
    for entry in objects(service, "spec", "ports"):
        port, target = dig(entry, "port"), dig(entry, "targetPort")
        if isinstance(port, int):
            found.append((text(entry, "name"), port, target if isinstance(target, int | str) else port))
    return found


def space_of(backend: Obj, route: Obj) -> str:
    """Return the namespace that a reference of a route means."""
    return text(backend, "namespace") or namespace(route)
