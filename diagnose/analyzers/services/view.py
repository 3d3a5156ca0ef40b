"""What the rules for Services share: each Service with its pods and endpoints, the templates and users around it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from cluster.fields import Obj, dig, labels, mapping, name, namespace, numbered, objects, strings, text
from cluster.snapshot import controller_of, ref_of
from core.evidence import Evidence, ObjectRef
from diagnose.calls import failed_call
from diagnose.findings import Edge, Reach
from diagnose.graph import template_of
from diagnose.scene import Scene
from diagnose.state import pod_ready, pod_satisfied

SERVICE_NAME = "kubernetes.io/service-name"
_TEMPLATE_KINDS = (
    *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"),
    "Rollout.argoproj.io",
)
_ADDRESS_KEYS = frozenset(
    {
        *("HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER", "SERVERS", "ENDPOINT", "ENDPOINTS", "URL", "URI", "DSN"),
        *("BROKERS", "UPSTREAM", "TARGET", "SERVICE"),
    }
)
_IN_TEXT = re.compile(
    r"(?:://(?:[^@/\s\"']{0,80}@)?|(?:^|[\s,=\"'@(])(?=[a-z0-9.-]{1,120}:\d{2,5}\b)|(?:^|\s)(?:-h|--host|nslookup)[ =])"
    r"([a-z0-9](?:[a-z0-9.-]{0,120}[a-z0-9])?)"
)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,120}[a-z0-9])?")
MAX_USERS = 5
"""Users of one Service that a finding names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A workload (or bare pod) with the labels of its pods. ``path`` leads to these labels within ``source``."""

    holder: Obj
    source: Obj
    path: tuple[str | int, ...]
    labels: Mapping[str, str]

    @property
    def who(self) -> str:
        """``Deployment orders``."""
        above = controller_of(self.holder)
        kind, own = (text(above, "kind"), text(above, "name")) if above else ("", "")
        return f"{kind or text(self.holder, 'kind')} {own or name(self.holder)}"


@dataclass(frozen=True)
class Surroundings:
    """Indices over one snapshot that the rules ask; each is made when it is first needed."""

    scene: Scene

    # -- endpoints

    @cached_property
    def _slices(self) -> Mapping[tuple[str, str], tuple[Obj, ...]]:
        found: dict[tuple[str, str], list[Obj]] = {}
        for entry in self.scene.snapshot.all("EndpointSlice"):
            if service := labels(entry, "metadata", "labels").get(SERVICE_NAME):
                found.setdefault((namespace(entry), service), []).append(entry)
        return {key: tuple(value) for key, value in found.items()}

    def slices(self, service: Obj) -> tuple[Obj, ...]:
        """Return the EndpointSlices of a Service."""
        return self._slices.get((namespace(service), name(service)), ())

    def has_endpoints(self, service: Obj) -> bool:
        """Say whether a Service has any endpoint, ready or not. ``Endpoints`` count where no slice was read."""
        slices = self.slices(service)
        if slices or self.scene.snapshot.coverage.complete("EndpointSlice", namespace(service)):
            return any(objects(entry, "endpoints") for entry in slices)
        legacy = self.scene.snapshot.get("Endpoints", namespace(service), name(service))
        return any(
            objects(subset, which)
            for subset in objects(legacy, "subsets")
            for which in ("addresses", "notReadyAddresses")
        )

    def ready_elsewhere(self, service: Obj) -> bool:
        """Say whether an endpoint that is no pod of this snapshot is ready: hand-made or foreign ones."""
        pods = {name(pod) for pod in self.scene.graph.pods_of_service(service)}
        return any(
            dig(endpoint, "conditions", "ready") is not False and text(endpoint, "targetRef", "name") not in pods
            for entry in self.slices(service)
            for endpoint in objects(entry, "endpoints")
        )

    # -- labels of workloads

    @cached_property
    def _labelled(self) -> Mapping[str, tuple[Labelled, ...]]:
        found: dict[str, list[Labelled]] = {}
        graph = self.scene.graph
        for kind in _TEMPLATE_KINDS:
            for holder in self.scene.snapshot.all(kind):
                template = template_of(holder)
                owner = graph.owner(holder)
                if template is None or (owner is not None and template_of(owner) is not None):
                    continue  # its owner's template is the one to edit; an operator's object has none
                retired = controller_of(holder) and dig(holder, "spec", "replicas") == 0
                if retired and text(holder, "kind") == "ReplicaSet":
                    continue  # a former revision of an owner that was not read
                found.setdefault(namespace(holder), []).append(
                    Labelled(
                        holder=holder,
                        source=holder,
                        path=(*template.path, "metadata", "labels"),
                        labels=template.labels,
                    )
                )
        shown: set[ObjectRef] = set()
        for pod in self.scene.live_pods:
            holder = graph.holder(pod)
            unseen = holder is not pod and template_of(holder) is None and ref_of(holder) not in shown
            if graph.owner(pod) is None or unseen:  # a text may show pods, and not the template they were made from
                shown.add(ref_of(holder))
                found.setdefault(namespace(pod), []).append(
                    Labelled(
                        holder=holder,
                        source=pod,
                        path=("metadata", "labels"),
                        labels=labels(pod, "metadata", "labels"),
                    )
                )
        return {space: tuple(entries) for space, entries in found.items()}

    def labelled(self, space: str) -> tuple[Labelled, ...]:
        """Return the workloads and bare pods of a namespace with the labels of their pods."""
        return self._labelled.get(space, ())

    def all_labelled(self) -> Iterator[tuple[str, Labelled]]:
        """Yield every workload and bare pod with its namespace."""
        for space, entries in self._labelled.items():
            for entry in entries:
                yield space, entry

    # -- users

    @cached_property
    def _users(self) -> Mapping[tuple[str, str], tuple[Reach, ...]]:
        found: dict[tuple[str, str], dict[Reach, None]] = {}
        for target, reach in (*self._routes(), *self._callers(), *self._hooks()):
            found.setdefault(target, {})[reach] = None
        return {key: tuple(sorted(value, key=lambda entry: entry.ref)) for key, value in found.items()}

    def users(self, service: Obj) -> tuple[Reach, ...]:
        """Return who uses a Service: routes, webhooks, and workloads whose environment or arguments name it."""
        own = {ref_of(self.scene.graph.holder(pod)) for pod in self.scene.graph.pods_of_service(service)}
        found = self._users.get((namespace(service), name(service)), ())
        return tuple(entry for entry in found if entry.ref not in own)

    def hit(self, service: Obj) -> tuple[Reach, ...]:
        """Return the users of a Service and those of their pods that are not as they should be."""
        found: list[Reach] = []
        for user in self.users(service)[:MAX_USERS]:
            found.append(user)
            holder = self.scene.snapshot.find(user.ref) if user.edge is Edge.ENV else None
            pods = self.scene.graph.pods_of(holder) if holder else ()
            found += self.scene.reach_pods((pod for pod in pods if not pod_satisfied(self.scene, pod)), Edge.ENV)
        return tuple(dict.fromkeys(found))

    def refused_call(self, service: Obj) -> Evidence | None:
        """Quote a user of a Service that says in its log that it cannot reach it."""
        for user in self.users(service)[:MAX_USERS]:
            holder = self.scene.snapshot.find(user.ref) if user.edge is Edge.ENV else None
            for pod in self.scene.graph.pods_of(holder) if holder else ():
                if said := failed_call(self.scene, pod, service):
                    return said
        return None

    def _routes(self) -> Iterator[tuple[tuple[str, str], Reach]]:
        snapshot = self.scene.snapshot
        for ingress in snapshot.all("Ingress"):
            for reach in self.scene.graph.depends_on(ingress):
                yield (reach.ref.namespace, reach.ref.name), Reach(ref=ref_of(ingress), edge=Edge.ROUTE)
        for kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"):
            for route in snapshot.all(f"{kind}.gateway.networking.k8s.io"):
                for rule in objects(route, "spec", "rules"):
                    for backend in objects(rule, "backendRefs"):
                        if text(backend, "kind") in {"", "Service"} and text(backend, "name"):
                            space = text(backend, "namespace") or namespace(route)
                            yield (space, text(backend, "name")), Reach(ref=ref_of(route), edge=Edge.ROUTE)

    def _hooks(self) -> Iterator[tuple[tuple[str, str], Reach]]:
        snapshot = self.scene.snapshot
        for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
            for hooks in snapshot.all(kind):
                for hook in objects(hooks, "webhooks"):
                    used = mapping(hook, "clientConfig", "service")
                    yield (text(used, "namespace"), text(used, "name")), Reach(ref=ref_of(hooks), edge=Edge.POLICY)
        for served in snapshot.all("APIService"):
            used = mapping(served, "spec", "service")
            yield (text(used, "namespace"), text(used, "name")), Reach(ref=ref_of(served), edge=Edge.ROUTE)

    def _callers(self) -> Iterator[tuple[tuple[str, str], Reach]]:
        spaces = {namespace(entry) for entry in self.scene.snapshot.all("Service")}
        for space, entry in self.all_labelled():
            template = template_of(entry.holder)
            hosts = set(named_hosts(template.spec)) if template else set()
            for host in hosts:
                service, _, rest = host.partition(".")
                where = rest.partition(".")[0] or space
                if where in spaces:
                    yield (where, service), Reach(ref=ref_of(entry.holder), edge=Edge.ENV)


def named_hosts(spec: Obj) -> Iterator[str]:
    """Yield the host names that a pod spec's environment, commands and arguments name."""
    for which in ("initContainers", "containers"):
        for container in objects(spec, which):
            for entry in objects(container, "env"):
                yield from hosts_in(text(entry, "name"), text(entry, "value"))
            for key in ("command", "args"):
                for word in strings(container, key):
                    yield from (match[1] for match in _IN_TEXT.finditer(word[:4000]))
            words = [*strings(container, "command"), *strings(container, "args")]
            for flag, word in pairwise(words):
                if flag in {"-h", "--host", "nslookup"} and _NAME.fullmatch(word):
                    yield word


def hosts_in(key: str, value: str) -> Iterator[str]:
    """Yield the host names that an environment variable's value names."""
    if not value or len(value) > 2000:
        return
    yield from (match[1] for match in _IN_TEXT.finditer(value))
    if key.rpartition("_")[2].upper() in _ADDRESS_KEYS:
        for part in value.split(","):
            if _NAME.fullmatch(part.strip()):
                yield part.strip()


@dataclass(frozen=True)
class View:
    """One Service as the rules see it. ``pods`` are those that its selector takes in, terminating ones left out."""

    around: Surroundings
    service: Obj

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.around.scene

    @property
    def ref(self) -> ObjectRef:
        """Point at the Service."""
        return ref_of(self.service)

    @cached_property
    def selector(self) -> Mapping[str, str]:
        """The pairs that a pod must carry."""
        return labels(self.service, "spec", "selector")

    @cached_property
    def pods(self) -> tuple[Obj, ...]:
        """The pods that are selected and stay."""
        selected = self.scene.graph.pods_of_service(self.service)
        return tuple(pod for pod in selected if not text(pod, "metadata", "deletionTimestamp"))

    @cached_property
    def ready(self) -> tuple[Obj, ...]:
        """Those of them that are ready."""
        return tuple(pod for pod in self.pods if pod_ready(pod))

    @property
    def headless(self) -> bool:
        """Whether clients reach the pods directly, so that port numbers of the Service bind nobody."""
        return text(self.service, "spec", "clusterIP") == "None"

    @property
    def endpoints_command(self) -> str:
        """The command that shows what the Service leads to."""
        return f"kubectl -n {self.ref.namespace} get endpointslices -l {SERVICE_NAME}={self.ref.name}"

    def ports(self) -> Iterator[tuple[int, Obj]]:
        """Yield the ports of the Service with their index."""
        yield from numbered(self.service, "spec", "ports")

    def reach(self) -> tuple[Reach, ...]:
        """Point at the pods behind the Service and at its users."""
        return (*self.scene.reach_pods(self.pods, Edge.SELECTOR), *self.around.hit(self.service))


def judged(service: Obj) -> bool:
    """Say whether a Service has a selector and routes by it."""
    if text(service, "spec", "type") == "ExternalName":
        return False
    return bool(labels(service, "spec", "selector"))
