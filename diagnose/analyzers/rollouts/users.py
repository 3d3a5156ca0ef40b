"""Who needs a workload: the Services that lead to it, the routes to these, and the pods that name them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, labels, name, namespace, numbered, strings, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from diagnose.calls import failed_call
from diagnose.findings import Edge, Reach
from diagnose.graph import selects, template_of
from diagnose.scene import Scene
from diagnose.state import pod_satisfied

_HOST = re.compile(
    r"(?<![A-Za-z0-9_.-])([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)((?:\.[a-z0-9-]{1,63}){0,5})(:[0-9]{1,5})?"
)
_ADDRESS_NAME = re.compile(r"HOST|URL|URI|ADDR|ENDPOINT|SERVER|SERVICE|DSN|UPSTREAM|BACKEND|BROKER|PEER", re.IGNORECASE)
MAX_VALUE = 2000
"""Characters of a value that are searched for addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that needs a workload. ``failing`` says whether it fails now; a route always counts as needed."""

    user: Obj
    service: Obj
    edge: Edge
    failing: bool
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A pod that names a host in its environment or command line."""

    pod: Obj
    path: tuple[str | int, ...]
    word: str


class Users:
    """Answer who needs a workload. The index of addresses is built when it is first needed."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def services(self, workload: Obj) -> list[Obj]:
        """Return the Services that select the workload's template and have no other ready pods."""
        template = template_of(workload)
        if template is None:
            return []
        return [
            service
            for service in self.scene.snapshot.all("Service", namespace(workload))
            if selects(labels(service, "spec", "selector"), template.labels)
            and not self.scene.graph.pods_of_service(service)
        ]

    def needs(self, workload: Obj) -> list[Need]:
        """Return what needs the workload: routes first, then failing clients, then others."""
        found: list[Need] = []
        for service in self.services(workload):
            found += self._routes(service)
            found += self._clients(service)
        return sorted(found, key=lambda need: (need.edge is not Edge.ROUTE, not need.failing))

    def _routes(self, service: Obj) -> Iterator[Need]:
        wanted = Reach(ref=ObjectRef(kind="Service", namespace=namespace(service), name=name(service)), edge=Edge.ROUTE)
        for ingress in self.scene.snapshot.all("Ingress", namespace(service)):
            if wanted in set(self.scene.graph.depends_on(ingress)):
                yield Need(
                    user=ingress,
                    service=service,
                    edge=Edge.ROUTE,
                    failing=True,
                    evidence=self.scene.field(ingress, *_backend_path(ingress, name(service))),
                )
        for route in self.scene.snapshot.all("HTTPRoute.gateway.networking.k8s.io", namespace(service)):
            for i, rule in numbered(route, "spec", "rules"):
                for j, backend in numbered(rule, "backendRefs"):
                    if text(backend, "name") == name(service) and not text(backend, "namespace"):
                        path = ("spec", "rules", i, "backendRefs", j, "name")
                        evidence = self.scene.field(route, *path)
                        yield Need(user=route, service=service, edge=Edge.ROUTE, failing=True, evidence=evidence)

    def _clients(self, service: Obj) -> Iterator[Need]:
        short, space = name(service), namespace(service)
        seen: set[ObjectRef] = set()
        mentions = [entry for entry in self._mentions.get(short, ()) if namespace(entry.pod) == space]
        mentions += self._mentions.get(f"{short}.{space}", ())
        for mention in mentions:
            holder = ref_of(self.scene.graph.holder(mention.pod))
            if holder in seen:
                continue
            seen.add(holder)
            said = failed_call(self.scene, mention.pod, service)
            yield Need(
                user=mention.pod,
                service=service,
                edge=Edge.ENV,
                failing=said is not None or not pod_satisfied(self.scene, mention.pod),
                evidence=said or self.scene.field(mention.pod, *mention.path, quote=mention.word),
            )

    @cached_property
    def _mentions(self) -> dict[str, list[Mention]]:
        """Pods by the hosts that they name: ``service`` or ``service.namespace``."""
        found: dict[str, list[Mention]] = {}
        for pod in self.scene.live_pods:
            for path, value, address in _values(pod):
                for match in _HOST.finditer(value[:MAX_VALUE]):
                    host, rest, port = match.groups()
                    before = value[: match.start()]
                    if not (address or port or before.endswith(("//", "@"))) and not rest:
                        continue
                    first = rest.split(".")[1] if rest else ""
                    keys = [host] if not rest else [f"{host}.{first}"]
                    for key in keys:
                        found.setdefault(key, []).append(Mention(pod=pod, path=path, word=match.group(0)))
        return found


def _values(pod: Obj) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Yield path, text and "the name says that it is an address" of what a pod's containers are told."""
    for which in ("containers", "initContainers"):
        for index, container in numbered(pod, "spec", which):
            for at, entry in numbered(container, "env"):
                if value := text(entry, "value"):
                    address = bool(_ADDRESS_NAME.search(text(entry, "name")))
                    yield ("spec", which, index, "env", at, "value"), value, address
            for key in ("command", "args"):
                if value := " ".join(strings(container, key)):
                    yield ("spec", which, index, key), value, False


def _backend_path(ingress: Obj, wanted: str) -> tuple[str | int, ...]:
    for i, rule in numbered(ingress, "spec", "rules"):
        for j, path in numbered(rule, "http", "paths"):
            if text(path, "backend", "service", "name") == wanted:
                return ("spec", "rules", i, "http", "paths", j, "backend", "service", "name")
    return ("spec", "defaultBackend", "service", "name")


def autoscaled(scene: Scene, workload: Obj) -> bool:
    """Say whether an autoscaler that may go to zero keeps the workload."""
    for kind in ("ScaledObject.keda.sh", "HTTPScaledObject.http.keda.sh"):
        for scaler in scene.snapshot.all(kind, namespace(workload)):
            if text(scaler, "spec", "scaleTargetRef", "name") == name(workload):
                return True
    return False
