"""What the rules for policies share: ends of flows, the policies that count, whether anything enforces them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, dig, labels, name, namespace, numbered, objects, strings, text, truth, whole
from diagnose.analyzers.dns.view import Names
from diagnose.places import locate
from diagnose.policies.flow import NAME_LABEL, Carried, End, Flow
from diagnose.policies.judging import Judgement, judge
from diagnose.ports import pod_ports
from diagnose.scene import Scene

_FOREIGN = (
    "CiliumNetworkPolicy.cilium.io",
    "CiliumClusterwideNetworkPolicy.cilium.io",
    "NetworkPolicy.crd.projectcalico.org",
    "NetworkPolicy.projectcalico.org",
    "GlobalNetworkPolicy.crd.projectcalico.org",
    "GlobalNetworkPolicy.projectcalico.org",
    "AdminNetworkPolicy.policy.networking.k8s.io",
    "BaselineAdminNetworkPolicy.policy.networking.k8s.io",
)
"""Policies of other makers, which may admit or refuse beside those that are judged here."""

_ENFORCES = re.compile(
    r"calico|cilium|canal|weave|kube-router|antrea|ovn|kindnet|romana|azure-npm|network-polic|anetd|kube-ovn|terway"
)
_AGENT = re.compile(r"network-?policy|nodeagent|policy-agent")
_PLAIN = re.compile(r"flannel")
_GIVEN = re.compile(
    r"pod-template-hash|controller-revision-hash|pod-template-generation|controller-uid|job-name|"
    r"(?:statefulset|batch|apps)\.kubernetes\.io/.{1,60}"
)
"""Labels that controllers put on each pod: no rule names pods by them."""
MAX_BACKENDS = 50

Enforced = bool | None


@dataclass(frozen=True)
class Flows:
    """The policies of one snapshot and what they say of flows."""

    scene: Scene

    @cached_property
    def policies(self) -> Mapping[str, tuple[Obj, ...]]:
        """The policies by namespace."""
        found: dict[str, list[Obj]] = {}
        for policy in self.scene.snapshot.all("NetworkPolicy"):
            found.setdefault(namespace(policy), []).append(policy)
        return {key: tuple(value) for key, value in found.items()}

    @cached_property
    def names(self) -> Names:
        """The cluster's DNS."""
        return Names(self.scene)

    def of(self, space: str) -> tuple[Obj, ...] | None:
        """Return the policies of a namespace, None where they were not all read or others count beside them."""
        snapshot = self.scene.snapshot
        if not snapshot.coverage.complete("NetworkPolicy", space):
            return None
        if any(namespace(entry) in {"", space} for kind in _FOREIGN for entry in snapshot.all(kind)):
            return None
        return self.policies.get(space, ())

    @cached_property
    def enforced(self) -> Enforced:
        """Whether a network plugin enforces policies: known to, known not to (False), or not known (None)."""
        snapshot = self.scene.snapshot
        plain = False
        for agent in snapshot.all("DaemonSet"):
            if _ENFORCES.search(name(agent)):
                return True
            parts = objects(agent, "spec", "template", "spec", "containers")
            if any(_AGENT.search(text(part, "name")) for part in parts):
                return True
            plain = plain or bool(_PLAIN.search(name(agent)))
        if any("+k3s" in text(n, "status", "nodeInfo", "kubeletVersion") for n in snapshot.all("Node")):
            return True
        return False if plain and snapshot.coverage.complete("DaemonSet", "") else None

    # -- ends

    def end(self, pod: Obj, *, virtual: str = "") -> End:
        """Describe a pod as one end of a flow."""
        return End(
            name=name(pod),
            namespace=namespace(pod),
            labels=Carried(pairs=labels(pod, "metadata", "labels")),
            space=self.space(namespace(pod)),
            address=text(pod, "status", "podIP"),
            virtual=virtual,
            ports=pod_ports(pod),
            on_host=truth(pod, "spec", "hostNetwork"),
            node=text(pod, "status", "hostIP"),
            identity=self.identity(pod),
        )

    def space(self, wanted: str) -> Carried:
        """Return the labels of a namespace; of one that was not read only its name."""
        found = self.scene.snapshot.get("Namespace", "", wanted)
        pairs = labels(found, "metadata", "labels") if found is not None else {}
        return Carried(pairs={NAME_LABEL: wanted, **pairs}, complete=found is not None)

    def identity(self, pod: Obj) -> dict[str, str]:
        """Return the labels by which a rule names the pods of a workload."""
        own = labels(pod, "metadata", "labels")
        chosen = labels(self.scene.graph.holder(pod), "spec", "selector", "matchLabels")
        if chosen and all(own.get(key) == value for key, value in chosen.items()):
            return chosen
        return {key: value for key, value in own.items() if not _GIVEN.fullmatch(key)}

    @cached_property
    def _by_address(self) -> Mapping[str, Obj]:
        return {
            text(pod, "status", "podIP"): pod
            for pod in self.scene.snapshot.all("Pod")
            if text(pod, "status", "podIP") and not truth(pod, "spec", "hostNetwork")
        }

    # -- flows

    def flows(self, pod: Obj, host: str, port: int, protocol: str = "TCP") -> tuple[Flow, ...]:
        """Return the flows that a call of ``host`` by a pod may become: one for each pod behind it."""
        source = self.end(pod)
        direct = self._by_address.get(host)
        if direct is not None:
            return (Flow(source=source, target=self.end(direct), port=port, protocol=protocol),)
        place = locate(self.scene, pod, host)
        if place.kind == "service" and place.obj is not None:
            return self.to_service(source, place.obj, port, protocol)
        if place.kind != "external":
            return ()
        address = host if re.fullmatch(r"[\d.]{7,15}|[0-9a-f:]*:[0-9a-f:]+", host) else ""
        return (Flow(source=source, target=End(address=address), port=port, protocol=protocol),)

    def to_service(self, source: End, service: Obj, port: int, protocol: str) -> tuple[Flow, ...]:
        """Return the flows from a pod to what stands behind a Service."""
        headless = text(service, "spec", "clusterIP") == "None"
        virtual = "" if headless else text(service, "spec", "clusterIP")
        entry = _port_entry(service, port, protocol)
        if entry is None and not headless:
            return ()
        if not labels(service, "spec", "selector"):
            return self._to_slices(source, service, entry, virtual, port, protocol)
        found: list[Flow] = []
        for pod in self.scene.graph.pods_of_service(service)[:MAX_BACKENDS]:
            number = port if headless and entry is None else _target(entry or {}, pod, protocol)
            found.append(
                Flow(
                    source=source,
                    target=self.end(pod, virtual=virtual),
                    port=port if headless and port else number,
                    protocol=protocol,
                    service_port=port,
                )
            )
        return tuple(found)

    def _to_slices(
        self, source: End, service: Obj, entry: Obj | None, virtual: str, port: int, protocol: str
    ) -> tuple[Flow, ...]:
        """Return the flows to a Service without selector, such as that of the API server."""
        found: list[Flow] = []
        for part in self.scene.snapshot.all("EndpointSlice", namespace(service)):
            if labels(part, "metadata", "labels").get("kubernetes.io/service-name") != name(service):
                continue
            wanted = text(entry, "name")
            numbers = [whole(p, "port") for p in objects(part, "ports") if text(p, "name") == wanted] or [0]
            for address in (a for point in objects(part, "endpoints") for a in strings(point, "addresses")):
                pod = self._by_address.get(address)
                target = self.end(pod, virtual=virtual) if pod else End(address=address, virtual=virtual)
                found.append(Flow(source=source, target=target, port=numbers[0], protocol=protocol, service_port=port))
        return tuple(found[:MAX_BACKENDS])

    def judged(self, flow: Flow) -> Judgement:
        """Judge one flow."""
        target = flow.target.namespace if flow.target.is_pod else flow.source.namespace
        return judge(flow, egress=self.of(flow.source.namespace), ingress=self.of(target))

    def denied(self, flows: tuple[Flow, ...]) -> Judgement | None:
        """Return the judgement of the first flow when every one of them is denied."""
        found = [self.judged(flow) for flow in flows]
        return found[0] if found and all(entry.outcome == "denied" for entry in found) else None


def _port_entry(service: Obj, port: int, protocol: str) -> Obj | None:
    entries = [
        entry
        for _, entry in numbered(service, "spec", "ports")
        if (text(entry, "protocol") or "TCP") == protocol and whole(entry, "port")
    ]
    if not port:
        return entries[0] if len(entries) == 1 else None
    return next((entry for entry in entries if whole(entry, "port") == port), None)


def _target(entry: Obj, pod: Obj, protocol: str) -> int:
    asked = dig(entry, "targetPort")
    if isinstance(asked, str) and asked:
        named = [port.number for port in pod_ports(pod) if (port.name, port.protocol) == (asked, protocol)]
        return named[0] if named else 0
    return whole(entry, "targetPort") or whole(entry, "port")
