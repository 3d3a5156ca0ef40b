"""What is worth reading only when something gives a reason: kinds that explain particular faults.

A healthy cluster is read with the usual kinds alone. Refused calls are a reason to read roles, failed mounts to read
attachments, unresolved names to read the cluster's DNS, and so on, so that the number of requests follows the number
of troubles. Every rule here is a row of ``RULES``: the kinds, and what in the snapshot so far asks for them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, condition, dig, mapping, name, namespace, objects, text, truth, whole
from cluster.kinds import BY_KEY, Kind
from cluster.snapshot import SnapshotBuilder

SYSTEM = "kube-system"
"""Where a cluster's own services run. Distributions that run them elsewhere are read there only when asked about."""

NODE_LEASES = "kube-node-lease"
MAX_NEIGHBOURS = 3
"""Namespaces beside the one asked about whose Services are read because clients here name them."""

POD_METRICS = Kind(kind="PodMetrics", group="metrics.k8s.io", version="v1beta1", plural="pods")
NODE_METRICS = Kind(kind="NodeMetrics", group="metrics.k8s.io", version="v1beta1", plural="nodes", namespaced=False)

_FORBIDDEN = re.compile(r"forbidden|cannot (?:get|list|watch|create|update|patch|delete|deletecollection) resource")
_UNKNOWN_KIND = re.compile(r"no matches for kind|could not find the requested resource|no kind \S{1,80} is registered")
_AGGREGATION = re.compile(r"currently unable to handle the request|complete list of server apis|metrics api")
_STORAGE = re.compile(
    r"persistentvolume|storageclass|multi-attach|failedattachvolume|failedmount|volumeattachment"
    r"|max volume count|\bcsi\b"
)
_NAMES = re.compile(
    r"no such host|enotfound|eai_again|getaddrinfo|name or service not known|name resolution|unknownhost"
    r"|could not translate host|could not resolve|nodename nor servname|lookup \S{1,253} on|:53: "
)
_ADMISSION = re.compile(r"webhook|failedcreate|replicafailure")
_BUDGET = re.compile(r"disruption budget|evict|drain")
_TIMEOUT = re.compile(r"timeout|timed out|deadline exceeded|unreachable|no route to host|etimedout|context canceled")
_PREEMPTION = re.compile(r"preempt|priorityclass")

_HOST = re.compile(
    r"(?<![\w.-])[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)"
    r"(?:\.svc(?:\.[a-z0-9.-]{1,100})?|(?=[:/]|$))"
)
"""``name.namespace`` as a client writes it: followed by ``.svc``, a port, a path, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What was read so far, as the rules ask about it. ``namespace`` is empty for the whole cluster."""

    builder: SnapshotBuilder
    namespace: str = ""
    asked: bool = False
    thorough: bool = False

    @cached_property
    def pods(self) -> tuple[Obj, ...]:
        """Return the pods."""
        return tuple(self.builder.objects("Pod"))

    @cached_property
    def words(self) -> str:
        """Return all warnings and log lines in lower case, one a line."""
        found = [f"{text(event, 'reason')} {text(event, 'message') or text(event, 'note')}" for event in self._warnings]
        found += [line for excerpt in self.builder.excerpts() for line in excerpt.lines]
        for kind in ("Deployment", "ReplicaSet", "StatefulSet", "Job"):
            found += [
                f"{text(entry, 'reason')} {text(entry, 'message')}"
                for obj in self.builder.objects(kind)
                for entry in objects(obj, "status", "conditions")
            ]
        return "\n".join(found).lower()

    @property
    def _warnings(self) -> Iterator[Obj]:
        return (event for event in self.builder.objects("Event") if text(event, "type") != "Normal")

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Say whether a warning or a log line holds the pattern (lower case)."""
        return pattern.search(self.words) is not None

    @cached_property
    def trouble(self) -> bool:
        """Say whether any pod is not as it should be, or one was asked about."""
        return self.asked or any(_troubled(pod) for pod in self.pods)

    @property
    def local_trouble(self) -> bool:
        """Say whether there is trouble in one namespace: a LIST there is cheap, and every pod of it is of interest."""
        return bool(self.namespace) and self.trouble

    def has(self, kind: str) -> bool:
        """Say whether at least one object of a kind is here."""
        return next(iter(self.builder.objects(kind)), None) is not None


def _troubled(pod: Obj) -> bool:
    if text(pod, "status", "phase") == "Succeeded":
        return False
    if text(pod, "metadata", "deletionTimestamp"):
        return True
    statuses = objects(pod, "status", "containerStatuses")
    return not statuses or any(not truth(status, "ready") or mapping(status, "lastState") for status in statuses)


def _cordoned(signs: Signs) -> bool:
    return any(truth(node, "spec", "unschedulable") for node in signs.builder.objects("Node"))


def _leaving(signs: Signs) -> bool:
    return any(text(space, "metadata", "deletionTimestamp") for space in signs.builder.objects("Namespace"))


def _autoscaler_blind(signs: Signs) -> bool:
    return any(
        text(condition(scaler, "ScalingActive"), "status") == "False"
        for scaler in signs.builder.objects("HorizontalPodAutoscaler")
    )


def _waits_for_volumes(signs: Signs) -> bool:
    """Say whether a pod has its node, mounts a claim, and none of its containers has started."""
    return any(
        text(pod, "status", "phase") == "Pending"
        and text(pod, "spec", "nodeName")
        and any(mapping(volume, "persistentVolumeClaim") for volume in objects(pod, "spec", "volumes"))
        for pod in signs.pods
    )


def _node_lost(signs: Signs) -> bool:
    return any(
        text(condition(node, "Ready"), "status") in {"False", "Unknown"} for node in signs.builder.objects("Node")
    )


def _control_plane_lags(signs: Signs) -> bool:
    """Say whether something waits as if nobody had seen it: a pod unscheduled, a spec unobserved."""
    if any(text(pod, "status", "phase") == "Pending" and not condition(pod, "PodScheduled") for pod in signs.pods):
        return True
    kinds: Iterable[str] = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    return any(
        whole(obj, "metadata", "generation") > whole(obj, "status", "observedGeneration")
        for kind in kinds
        for obj in signs.builder.objects(kind)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Kinds to read, and the question that says whether there is a reason. ``space`` overrides the namespace."""

    kinds: tuple[str, ...]
    when: Callable[[Signs], bool]
    space: str = ""


RULES: tuple[Rule, ...] = (
    Rule(
        kinds=("PersistentVolume", "StorageClass"),
        when=lambda s: s.has("PersistentVolumeClaim") or s.says(_STORAGE) or _waits_for_volumes(s),
    ),
    Rule(kinds=("IngressClass",), when=lambda s: s.has("Ingress")),
    Rule(kinds=("NetworkPolicy",), when=lambda s: s.says(_TIMEOUT) or s.says(_NAMES) or s.local_trouble),
    Rule(kinds=("PodDisruptionBudget",), when=lambda s: s.local_trouble),
    Rule(kinds=("PodDisruptionBudget",), when=lambda s: s.says(_BUDGET) or _cordoned(s)),
    Rule(
        kinds=("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"),
        when=lambda s: s.says(_FORBIDDEN),
    ),
    Rule(
        kinds=("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
        when=lambda s: s.says(_ADMISSION),
    ),
    Rule(kinds=("CustomResourceDefinition",), when=lambda s: s.says(_UNKNOWN_KIND)),
    Rule(
        kinds=("APIService",),
        when=lambda s: s.says(_AGGREGATION) or s.says(_UNKNOWN_KIND) or _leaving(s) or _autoscaler_blind(s),
    ),
    Rule(kinds=("VolumeAttachment", "CSINode"), when=lambda s: s.says(_STORAGE) or _waits_for_volumes(s)),
    Rule(kinds=("PriorityClass",), when=lambda s: s.says(_PREEMPTION)),
    Rule(kinds=("RuntimeClass",), when=lambda s: any(text(pod, "spec", "runtimeClassName") for pod in s.pods)),
    Rule(
        kinds=("ControllerRevision",), when=lambda s: s.local_trouble and (s.has("StatefulSet") or s.has("DaemonSet"))
    ),
    Rule(kinds=("Lease",), when=_node_lost, space=NODE_LEASES),
    Rule(kinds=("Lease",), when=_control_plane_lags, space=SYSTEM),
)

_OF_SYSTEM = ("Pod", "Service", "EndpointSlice", "DaemonSet", "Deployment", "ConfigMap", "Event")
_OF_NEIGHBOURS = ("Service", "EndpointSlice", "Pod", "NetworkPolicy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followup:
    """A collection that is worth reading: a kind, in a namespace or (empty) everywhere."""

    kind: Kind
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to read next. ``dns`` says that the logs of the cluster's DNS are wanted too."""

    reads: tuple[Followup, ...]
    dns: bool


def plan(signs: Signs) -> Plan:
    """Return what the snapshot so far gives reason to read; nothing twice, in the order of the rules."""
    wanted: dict[tuple[str, str], Followup] = {}

    def want(kind: Kind, space: str) -> None:
        where = space if kind.namespaced else ""
        wanted.setdefault((kind.key, where), Followup(kind=kind, namespace=where))

    for rule in RULES:
        if signs.thorough or rule.when(signs):
            for key in rule.kinds:
                want(BY_KEY[key], rule.space or signs.namespace)
    if signs.thorough or signs.trouble or _autoscaler_blind(signs):
        want(POD_METRICS, signs.namespace)
        want(NODE_METRICS, "")
    dns = signs.says(_NAMES)
    if dns and signs.namespace not in {"", SYSTEM}:
        for key in _OF_SYSTEM:
            want(BY_KEY[key], SYSTEM)
    if signs.namespace and signs.trouble:
        for space in neighbours(signs):
            for key in _OF_NEIGHBOURS:
                want(BY_KEY[key], space)
    return Plan(reads=tuple(wanted.values()), dns=dns)


def neighbours(signs: Signs) -> tuple[str, ...]:
    """Return the namespaces, at most ``MAX_NEIGHBOURS``, whose Services the containers' settings name.

    Whether ``a.b`` means Service ``a`` in namespace ``b`` is not known until ``b`` is read; a name with a well-known
    top-level ending is left out, since it costs a request to find that there is no such namespace.
    """
    found: dict[str, None] = {}
    for value in _settings(signs):
        for match in _HOST.finditer(value):
            space = match.group(1)
            if space not in {signs.namespace, SYSTEM} | _ENDINGS and not space.isdigit():
                found.setdefault(space)
    return tuple(found)[:MAX_NEIGHBOURS]


_ENDINGS = frozenset(
    {"app", "cloud", "cluster", "cn", "co", "com", "dev", "internal", "io", "js", "json", "local", "localhost"}
    | {"net", "org", "py", "sh", "svc", "yaml", "yml"}
)


def _settings(signs: Signs) -> Iterator[str]:
    """Yield what the containers are told: variables, arguments, and the values of ConfigMaps that they use."""
    used: set[str] = set()
    seen: set[str] = set()
    for pod in signs.pods:
        template = text(pod, "metadata", "labels", "pod-template-hash") or name(pod)
        for container in objects(pod, "spec", "containers"):
            for entry in objects(container, "envFrom"):
                used.add(text(entry, "configMapRef", "name"))
            for entry in objects(container, "env"):
                used.add(text(entry, "valueFrom", "configMapKeyRef", "name"))
            if template in seen:
                continue
            yield from (text(entry, "value") for entry in objects(container, "env"))
            for key in ("command", "args"):
                words = container.get(key)
                yield from (word for word in words if isinstance(word, str)) if isinstance(words, list) else ()
        seen.add(template)
    for config in signs.builder.objects("ConfigMap"):
        if name(config) in used:
            yield from (value for value in mapping(config, "data").values() if isinstance(value, str))


def dns_pods(builder: SnapshotBuilder) -> tuple[Obj, ...]:
    """Return the pods behind the cluster's DNS: those that the Service with port 53 in the system namespace selects."""
    selectors = [
        mapping(service, "spec", "selector")
        for service in builder.objects("Service")
        if namespace(service) == SYSTEM and any(dig(port, "port") == 53 for port in objects(service, "spec", "ports"))
    ]
    return tuple(
        pod
        for pod in builder.objects("Pod")
        if namespace(pod) == SYSTEM
        and any(sel and sel.items() <= mapping(pod, "metadata", "labels").items() for sel in selectors)
    )
