"""What the rules for names share: who fails to resolve what, and the cluster's DNS with its configuration."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, dig, labels, name, namespace, objects, text
from diagnose.addresses import addresses
from diagnose.complaints import Complaint, complaints
from diagnose.containers import containers
from diagnose.findings import Edge, Reach
from diagnose.places import Place, locate
from diagnose.scene import Scene

_SPACE = "kube-system"
_LABEL = "k8s-app"
_TELEMETRY = re.compile(r"otel|opentelemetry|export(?:er|ing)|telemetry|tracing|jaeger|zipkin|sentry", re.IGNORECASE)
MAX_HIT = 20
"""Pods that a finding about the cluster's DNS names."""


@dataclass(frozen=True)
class Names:
    """Name failures of one snapshot."""

    scene: Scene

    @cached_property
    def failing(self) -> tuple[Complaint, ...]:
        """The complaints about names, those left out that name a Service which does not exist."""
        return tuple(self._failing())

    def _failing(self) -> Iterator[Complaint]:
        for pod in self.scene.live_pods:
            for container in containers(pod):
                for complaint in complaints(self.scene, container):
                    if complaint.code != "NameNotResolved":
                        continue
                    if complaint.serving and _TELEMETRY.search(complaint.item.text):
                        continue
                    if self.place(complaint).kind not in {"missing", "own"}:
                        yield complaint

    def place(self, complaint: Complaint) -> Place:
        """Say what the name means; without a name, what the only address without a Service means."""
        if complaint.host:
            return locate(self.scene, complaint.pod, complaint.host)
        places = [locate(self.scene, complaint.pod, entry.host) for entry in addresses(self.scene, complaint.container)]
        missing = [place for place in places if place.kind == "missing"]
        return missing[0] if len(missing) == 1 else Place(kind="external")

    def hit(self) -> tuple[Reach, ...]:
        """Point at the pods that fail to resolve names."""
        pods = {id(entry.pod): entry.pod for entry in self.failing}
        return self.scene.reach_pods(list(pods.values())[:MAX_HIT], Edge.ROUTE)

    @cached_property
    def service(self) -> Obj | None:
        """The Service of the cluster's DNS, when it was read."""
        for entry in self.scene.snapshot.all("Service", _SPACE):
            if labels(entry, "metadata", "labels").get(_LABEL) == "kube-dns" or name(entry) == "kube-dns":
                return entry
        return None

    @cached_property
    def pods(self) -> tuple[Obj, ...]:
        """The pods of the cluster's DNS."""
        return self.scene.graph.pods_of_service(self.service) if self.service is not None else ()

    @cached_property
    def workload(self) -> Obj | None:
        """The workload whose pods would stand behind the DNS Service, when it was read."""
        wanted = labels(self.service, "spec", "selector")
        for kind in ("Deployment", "DaemonSet") if wanted else ():
            for entry in self.scene.snapshot.all(kind, _SPACE):
                carried = labels(entry, "spec", "template", "metadata", "labels")
                if wanted.items() <= carried.items():
                    return entry
        return None

    @property
    def address(self) -> str:
        """The address of the cluster's DNS, or an empty string."""
        return text(self.service, "spec", "clusterIP")

    @cached_property
    def slices(self) -> tuple[Obj, ...]:
        """The EndpointSlices of the DNS Service, made by whomever."""
        wanted = name(self.service)
        return tuple(
            entry
            for entry in self.scene.snapshot.all("EndpointSlice", _SPACE)
            if labels(entry, "metadata", "labels").get("kubernetes.io/service-name") == wanted
        )

    @cached_property
    def ready(self) -> int:
        """How many endpoints of it are ready."""
        return sum(
            dig(endpoint, "conditions", "ready") is not False
            for entry in self.slices
            for endpoint in objects(entry, "endpoints")
        )

    @cached_property
    def cached_by_node(self) -> bool:
        """Whether a cache on the nodes answers beside it."""
        for entry in self.scene.snapshot.all("DaemonSet", _SPACE):
            carried = labels(entry, "metadata", "labels").get(_LABEL, "")
            if carried in {"node-local-dns", "nodelocaldns"} and dig(entry, "status", "numberReady"):
                return True
        return False

    @cached_property
    def config(self) -> Obj | None:
        """The ConfigMap with the Corefile, when it was read."""
        mounted = {text(volume, "configMap", "name") for pod in self.pods for volume in objects(pod, "spec", "volumes")}
        for wanted in sorted(mounted - {""}) or ["coredns"]:
            found = self.scene.snapshot.get("ConfigMap", _SPACE, wanted)
            if found is not None and text(found, "data", "Corefile"):
                return found
        return None

    @property
    def space(self) -> str:
        """The namespace of the cluster's DNS."""
        return namespace(self.service) or _SPACE
