"""Versions of built-in kinds that Kubernetes no longer serves, from its deprecation guide."""

from dataclasses import dataclass

from core.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """``gone``: the release that removed it; ``use``: what is served instead, if any; ``changed``: what to rewrite."""

    gone: str
    use: str
    changed: Phrase


_SAME = Phrase(en="The fields are the same", zh="字段相同")
_SELECTOR = Phrase(
    en="spec.selector is required and cannot be changed later; it must match the template's labels",
    zh="spec.selector 为必填且之后不可修改，必须与模板标签一致",
)
_INGRESS = Phrase(
    en="Each path needs pathType; serviceName and servicePort become service.name and service.port.number; the class "
    "annotation becomes spec.ingressClassName",
    zh="每个 path 必须有 pathType；serviceName 和 servicePort 改为 service.name 和 service.port.number；"
    "类注解改为 spec.ingressClassName",
)
_BUDGET = Phrase(
    en="An empty selector now selects all pods of the namespace", zh="空的 selector 现在会选中命名空间的所有 Pod"
)
_METRICS = Phrase(
    en="Metrics are a list: targetCPUUtilizationPercentage becomes an entry of spec.metrics with target.type "
    "Utilization",
    zh="指标改为列表：targetCPUUtilizationPercentage 改为 spec.metrics 中 target.type 为 Utilization 的条目",
)
_WEBHOOK = Phrase(
    en="sideEffects and admissionReviewVersions are required, and failurePolicy is Fail unless written",
    zh="sideEffects 和 admissionReviewVersions 为必填，failurePolicy 默认为 Fail",
)
_DEFINITION = Phrase(
    en="Each version needs its own schema (openAPIV3Schema)", zh="每个版本都需要自己的 schema（openAPIV3Schema）"
)
_REPLACED = Phrase(
    en="Nothing replaces it; label the namespace for Pod Security instead",
    zh="没有直接替代，请改为给命名空间设置 Pod Security 标签",
)
_SLICE = Phrase(en="The topology of an endpoint becomes nodeName and zone", zh="端点的 topology 改为 nodeName 和 zone")

_ROWS: tuple[tuple[str, tuple[str, ...], str, str, Phrase], ...] = (
    ("Deployment", ("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"), "1.16", "apps/v1", _SELECTOR),
    ("DaemonSet", ("extensions/v1beta1", "apps/v1beta2"), "1.16", "apps/v1", _SELECTOR),
    ("StatefulSet", ("apps/v1beta1", "apps/v1beta2"), "1.16", "apps/v1", _SELECTOR),
    ("ReplicaSet", ("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"), "1.16", "apps/v1", _SELECTOR),
    ("NetworkPolicy", ("extensions/v1beta1",), "1.16", "networking.k8s.io/v1", _SAME),
    ("PodSecurityPolicy", ("extensions/v1beta1", "policy/v1beta1"), "1.25", "", _REPLACED),
    ("Ingress", ("extensions/v1beta1", "networking.k8s.io/v1beta1"), "1.22", "networking.k8s.io/v1", _INGRESS),
    ("IngressClass", ("networking.k8s.io/v1beta1",), "1.22", "networking.k8s.io/v1", _SAME),
    (
        "ValidatingWebhookConfiguration",
        ("admissionregistration.k8s.io/v1beta1",),
        "1.22",
        "admissionregistration.k8s.io/v1",
        _WEBHOOK,
    ),
    (
        "MutatingWebhookConfiguration",
        ("admissionregistration.k8s.io/v1beta1",),
        "1.22",
        "admissionregistration.k8s.io/v1",
        _WEBHOOK,
    ),
    ("CustomResourceDefinition", ("apiextensions.k8s.io/v1beta1",), "1.22", "apiextensions.k8s.io/v1", _DEFINITION),
    ("APIService", ("apiregistration.k8s.io/v1beta1",), "1.22", "apiregistration.k8s.io/v1", _SAME),
    ("CertificateSigningRequest", ("certificates.k8s.io/v1beta1",), "1.22", "certificates.k8s.io/v1", _SAME),
    ("Lease", ("coordination.k8s.io/v1beta1",), "1.22", "coordination.k8s.io/v1", _SAME),
    ("Role", ("rbac.authorization.k8s.io/v1beta1",), "1.22", "rbac.authorization.k8s.io/v1", _SAME),
    ("RoleBinding", ("rbac.authorization.k8s.io/v1beta1",), "1.22", "rbac.authorization.k8s.io/v1", _SAME),
    ("ClusterRole", ("rbac.authorization.k8s.io/v1beta1",), "1.22", "rbac.authorization.k8s.io/v1", _SAME),
    ("ClusterRoleBinding", ("rbac.authorization.k8s.io/v1beta1",), "1.22", "rbac.authorization.k8s.io/v1", _SAME),
    ("PriorityClass", ("scheduling.k8s.io/v1beta1",), "1.22", "scheduling.k8s.io/v1", _SAME),
    ("StorageClass", ("storage.k8s.io/v1beta1",), "1.22", "storage.k8s.io/v1", _SAME),
    ("CSIDriver", ("storage.k8s.io/v1beta1",), "1.22", "storage.k8s.io/v1", _SAME),
    ("CSINode", ("storage.k8s.io/v1beta1",), "1.22", "storage.k8s.io/v1", _SAME),
    ("VolumeAttachment", ("storage.k8s.io/v1beta1",), "1.22", "storage.k8s.io/v1", _SAME),
    ("CronJob", ("batch/v1beta1",), "1.25", "batch/v1", _SAME),
    ("CronJob", ("batch/v2alpha1",), "1.21", "batch/v1", _SAME),
    ("EndpointSlice", ("discovery.k8s.io/v1beta1",), "1.25", "discovery.k8s.io/v1", _SLICE),
    ("PodDisruptionBudget", ("policy/v1beta1",), "1.25", "policy/v1", _BUDGET),
    ("RuntimeClass", ("node.k8s.io/v1beta1",), "1.25", "node.k8s.io/v1", _SAME),
    ("HorizontalPodAutoscaler", ("autoscaling/v2beta1",), "1.25", "autoscaling/v2", _METRICS),
    ("HorizontalPodAutoscaler", ("autoscaling/v2beta2",), "1.26", "autoscaling/v2", _SAME),
    ("CSIStorageCapacity", ("storage.k8s.io/v1beta1",), "1.27", "storage.k8s.io/v1", _SAME),
    *(
        (
            kind,
            (f"flowcontrol.apiserver.k8s.io/{version}",),
            gone,
            "flowcontrol.apiserver.k8s.io/v1",
            _SAME,
        )
        for kind in ("FlowSchema", "PriorityLevelConfiguration")
        for version, gone in (("v1beta1", "1.26"), ("v1beta2", "1.29"), ("v1beta3", "1.32"))
    ),
)

_BY_NAME = {
    (kind, version): Removed(gone=gone, use=use, changed=changed)
    for kind, versions, gone, use, changed in _ROWS
    for version in versions
}


def removed_version(kind: str, group: str, version: str) -> Removed | None:
    """Return what became of a version of a built-in kind; None when it was never removed.

    Without a group the versions of all groups that ever held the kind count, if they met one end.
    """
    if group:
        return _BY_NAME.get((kind, f"{group}/{version}"))
    found = {entry for (known, served), entry in _BY_NAME.items() if known == kind and served.endswith(f"/{version}")}
    return found.pop() if len(found) == 1 else None
