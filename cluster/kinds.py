"""The kinds that Kubernetes itself serves: names, paths, scope, and what people call them.

A kind key is the bare kind for built-in kinds (``Deployment``) and ``Kind.group`` for all others
(``Rollout.argoproj.io``), so that a custom ``Service`` never passes for the built-in one.
"""

from dataclasses import dataclass

from core.evidence import BUILTIN_GROUPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One resource type as the API serves it. ``plural`` is the path segment."""

    kind: str
    group: str = ""
    version: str = "v1"
    plural: str
    namespaced: bool = True
    short: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the kind key of this module."""
        return kind_key(self.kind, self.group)

    def path(self, namespace: str = "") -> str:
        """Return the URL path of the collection, in one namespace or across all."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        inside = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{inside}/{self.plural}"


def kind_key(kind: str, group: str = "") -> str:
    """Return the key under which a snapshot files objects of this kind."""
    return kind if group in BUILTIN_GROUPS else f"{kind}.{group}"


def group_of(api_version: str) -> str:
    """Return the group of an ``apiVersion`` (``apps/v1`` → ``apps``, ``v1`` → empty)."""
    return api_version.rpartition("/")[0]


BUILTIN: tuple[Kind, ...] = (
    Kind(kind="Pod", plural="pods", short=("po",)),
    Kind(kind="Event", plural="events", short=("ev",)),
    Kind(kind="Service", plural="services", short=("svc",)),
    Kind(kind="Endpoints", plural="endpoints", short=("ep",)),
    Kind(kind="ConfigMap", plural="configmaps", short=("cm",)),
    Kind(kind="Secret", plural="secrets"),
    Kind(kind="ServiceAccount", plural="serviceaccounts", short=("sa",)),
    Kind(kind="PersistentVolumeClaim", plural="persistentvolumeclaims", short=("pvc",)),
    Kind(kind="PersistentVolume", plural="persistentvolumes", namespaced=False, short=("pv",)),
    Kind(kind="ResourceQuota", plural="resourcequotas", short=("quota",)),
    Kind(kind="LimitRange", plural="limitranges", short=("limits",)),
    Kind(kind="Node", plural="nodes", namespaced=False, short=("no",)),
    Kind(kind="Namespace", plural="namespaces", namespaced=False, short=("ns",)),
    Kind(kind="ReplicationController", plural="replicationcontrollers", short=("rc",)),
    Kind(kind="Deployment", group="apps", plural="deployments", short=("deploy",)),
    Kind(kind="ReplicaSet", group="apps", plural="replicasets", short=("rs",)),
    Kind(kind="StatefulSet", group="apps", plural="statefulsets", short=("sts",)),
    Kind(kind="DaemonSet", group="apps", plural="daemonsets", short=("ds",)),
    Kind(kind="ControllerRevision", group="apps", plural="controllerrevisions"),
    Kind(kind="Job", group="batch", plural="jobs"),
    Kind(kind="CronJob", group="batch", plural="cronjobs", short=("cj",)),
    Kind(kind="EndpointSlice", group="discovery.k8s.io", plural="endpointslices"),
    Kind(
        kind="HorizontalPodAutoscaler",
        group="autoscaling",
        version="v2",
        plural="horizontalpodautoscalers",
        short=("hpa",),
    ),
    Kind(kind="Ingress", group="networking.k8s.io", plural="ingresses", short=("ing",)),
    Kind(kind="IngressClass", group="networking.k8s.io", plural="ingressclasses", namespaced=False),
    Kind(kind="NetworkPolicy", group="networking.k8s.io", plural="networkpolicies", short=("netpol",)),
    Kind(kind="PodDisruptionBudget", group="policy", plural="poddisruptionbudgets", short=("pdb",)),
    Kind(kind="StorageClass", group="storage.k8s.io", plural="storageclasses", namespaced=False, short=("sc",)),
    Kind(kind="CSIDriver", group="storage.k8s.io", plural="csidrivers", namespaced=False),
    Kind(kind="CSINode", group="storage.k8s.io", plural="csinodes", namespaced=False),
    Kind(kind="VolumeAttachment", group="storage.k8s.io", plural="volumeattachments", namespaced=False),
    Kind(kind="PriorityClass", group="scheduling.k8s.io", plural="priorityclasses", namespaced=False, short=("pc",)),
    Kind(kind="Lease", group="coordination.k8s.io", plural="leases"),
    Kind(kind="RuntimeClass", group="node.k8s.io", plural="runtimeclasses", namespaced=False),
    Kind(kind="Role", group="rbac.authorization.k8s.io", plural="roles"),
    Kind(kind="RoleBinding", group="rbac.authorization.k8s.io", plural="rolebindings"),
    Kind(kind="ClusterRole", group="rbac.authorization.k8s.io", plural="clusterroles", namespaced=False),
    Kind(kind="ClusterRoleBinding", group="rbac.authorization.k8s.io", plural="clusterrolebindings", namespaced=False),
    Kind(
        kind="ValidatingWebhookConfiguration",
        group="admissionregistration.k8s.io",
        plural="validatingwebhookconfigurations",
        namespaced=False,
    ),
    Kind(
        kind="MutatingWebhookConfiguration",
        group="admissionregistration.k8s.io",
        plural="mutatingwebhookconfigurations",
        namespaced=False,
    ),
    Kind(
        kind="CustomResourceDefinition",
        group="apiextensions.k8s.io",
        plural="customresourcedefinitions",
        namespaced=False,
        short=("crd", "crds"),
    ),
    Kind(kind="APIService", group="apiregistration.k8s.io", plural="apiservices", namespaced=False),
)

BY_KEY: dict[str, Kind] = {kind.key: kind for kind in BUILTIN}

_SPOKEN: dict[str, Kind] = {word: kind for kind in BUILTIN for word in (kind.kind.lower(), kind.plural, *kind.short)}


def spoken(word: str) -> Kind | None:
    """Return the built-in kind that people mean by ``word``: ``deploy``, ``Deployments``, ``deployment.apps``."""
    head, _, group = word.lower().partition(".")
    kind = _SPOKEN.get(head)
    if kind is None or (group and group != kind.group and not kind.group.startswith(group)):
        return None
    return kind


WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet", "Pod")
"""Kinds that run something, owners before what they own."""
