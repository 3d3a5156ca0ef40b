"""Which codes absorb which: the folding order of the catalogue (2.4) as data, and the exceptions to it.

Allowing is half of it only: ``diagnose.causes`` also asks that both stand on one path of the object graph.
"""

from diagnose.findings import Finding, Role

LAST_RESORT = frozenset(
    {
        "DependencyUnreachable",
        "InitContainerHanging",
        "NameNotResolved",
        "JobBackoffLimitExceeded",
        "ProbeFailing",
        "RolloutStuck",
        "ServiceHasNoReadyEndpoints",
        "StatefulSetOrdinalBlocked",
        "Unschedulable",
    }
)
"""Symptoms by nature: they become a root only when nothing explains them."""

_ADMISSION = frozenset(
    {
        "AdmissionPolicyDenied",
        "AdmissionWebhookCertificateInvalid",
        "AdmissionWebhookDenied",
        "AdmissionWebhookUnavailable",
        "LimitRangeViolated",
        "PodSecurityViolated",
        "PodSpecRejected",
        "QuotaExceeded",
        "QuotaRequiresResources",
        "ServiceAccountMissing",
    }
)
_CLAIMS = frozenset(
    {
        "ClaimLost",
        "ClaimMissing",
        "ClaimProvisioningFailed",
        "ClaimResizeFailed",
        "ClaimVolumeMismatch",
        "ClaimVolumeTaken",
        "DefaultStorageClassMissing",
        "StorageClassMissing",
    }
)
_SCHEDULING = frozenset(
    {
        "AssignedNodeMissing",
        "HostPortConflict",
        "InsufficientResources",
        "NodeAffinityMismatch",
        "NodePodLimitReached",
        "NodeSelectorMismatch",
        "NodesCordoned",
        "PodAffinityUnsatisfied",
        "PodAntiAffinityConflict",
        "SchedulerNameUnknown",
        "SchedulerUnavailable",
        "SchedulingGated",
        "TaintNotTolerated",
        "TopologySpreadUnsatisfied",
        "VolumeZoneConflict",
    }
)
_START = frozenset(
    {
        "CommandNotExecutable",
        "CommandNotFound",
        "ConfigKeyMissing",
        "ConfigMapMissing",
        "ContainerStartFailed",
        "ImageArchitectureMismatch",
        "ImageNeverPulled",
        "ImagePullFailed",
        "ImagePullSecretMissing",
        "ImageRateLimited",
        "ImageReferenceInvalid",
        "ImageRegistryNameUnresolved",
        "ImageRegistryTLSFailed",
        "ImageRegistryUnauthorized",
        "ImageRegistryUnreachable",
        "ImageRepositoryNotFound",
        "ImageTagNotFound",
        "MountTargetInvalid",
        "PodAddressesExhausted",
        "PostStartHookFailed",
        "RunAsNonRootViolated",
        "RuntimeClassMissing",
        "SandboxCreationFailed",
        "SecretMissing",
    }
)
_MEMORY = frozenset({"OOMKilled", "OOMKilledByNode", "RuntimeHeapExhausted", "SharedMemoryExhausted"})
_PROBE_SETTINGS = frozenset(
    {
        "AppListensOnLoopback",
        "ProbeCommandMissing",
        "ProbeTimingTooTight",
        "ProbeWrongPath",
        "ProbeWrongPort",
        "ProbeWrongProtocol",
    }
)
_CRASH = frozenset(
    {
        "AppConfigInvalid",
        "AppCrashed",
        "AppModuleMissing",
        "AppPermissionDenied",
        "CommandInvalid",
        "EnvVarMissing",
        "FilesystemReadOnly",
        "PortConflict",
        "ProcessExitedZero",
        "ProcessKilledBySignal",
        "RootUserRefused",
    }
)
_CRASH_EFFECTS = frozenset({"AppErrorsInLog", "ProbeFailing", "RestartsIncreasing"})
_PROBE_EFFECTS = frozenset(
    {"AppCrashed", "ProbeFailing", "ProcessExitedZero", "ProcessKilledBySignal", "RestartsIncreasing"}
)
_SERVICE = frozenset(
    {"ServiceProtocolMismatch", "ServiceSelectorMismatch", "ServiceSelectsWrongPods", "ServiceTargetPortMismatch"}
)
_WORKLOAD_SYMPTOMS = frozenset(
    {
        "DaemonSetNodesUncovered",
        "JobBackoffLimitExceeded",
        "JobDeadlineExceeded",
        "RolloutStuck",
        "ServiceHasNoReadyEndpoints",
        "StatefulSetOrdinalBlocked",
    }
)

_NODES = frozenset({"NodeContainerRuntimeDown", "NodeKubeletDown", "NodeNetworkNotReady", "NodeUnreachable"})
_NODE_AGENTS = frozenset({"CSIDriverUnregistered", "ControlPlaneComponentDown", "KubeProxyDown"})
_VOLUMES = frozenset(
    {
        "CSIDriverUnregistered",
        "VolumeAttachFailed",
        "VolumeFull",
        "VolumeMountFailed",
        "VolumeMultiAttach",
        "VolumePermissionDenied",
    }
)
_EVICTIONS = frozenset(
    {
        "EphemeralStorageLimitExceeded",
        "EvictedByNodePressure",
        "EvictedByTaint",
        "NodeAdmissionRejected",
        "PodPreempted",
    }
)
_HELD_UP = frozenset({"ContainerStartFailed", "InitContainerHanging"})

_POLICIES = frozenset({"MeshPolicyDenied", "NetworkPolicyBlocksDNS", "NetworkPolicyBlocksTraffic"})
_NAMES = frozenset({"ClientAddressUnknown", "ClusterDNSConfigInvalid", "ClusterDNSDown", "PodDNSPolicyWrong"})
_PEERS = frozenset({"BrokerUnavailable", "ClientPortMismatch", "DependencyUnreachable", "EnvVarShadowed"})
_STORES = frozenset(
    {
        "DatastoreAuthFailed",
        "DatastoreConnectionsExhausted",
        "DatastoreLockContention",
        "DatastoreObjectMissing",
        "DatastoreReadOnly",
        "DatastoreVersionIncompatible",
        "UpstreamRateLimited",
    }
)
_PEER_EFFECTS = (
    frozenset({"AppCrashed", "AppErrorsInLog", "InitContainerHanging", "ProbeFailing", "RestartsIncreasing"})
    | _WORKLOAD_SYMPTOMS
)

_SLOWED = frozenset(
    {"AppErrorsInLog", "DependencyUnreachable", "ProbeFailing", "ProbeTimingTooTight", "RestartsIncreasing"}
)
_DELIVERIES = frozenset({"CustomResourceNotReconciled", "GitOpsSyncFailed", "HelmReleaseFailed"})
_BROKEN_API = frozenset({"APIServiceUnavailable", "APIVersionRemoved", "CustomResourceKindMissing"})
_APP_EFFECTS = frozenset({"AppBuildFailed", "AppDependencyNotReady", "AppRolledBack"})

ABSORBS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (
        frozenset({"NamespaceSuspendedForArrears"}),
        _ADMISSION
        | _CLAIMS
        | _SCHEDULING
        | _START
        | _SERVICE
        | _NAMES
        | _PEERS
        | _STORES
        | _PEER_EFFECTS
        | _PROBE_EFFECTS
        | _APP_EFFECTS
        | {
            *("AppAsleep", "CertificateNotIssued", "IngressClassMissing", "IngressHostDenied", "NameNotResolved"),
            *("Unschedulable", "WorkloadScaledToZero", "WorkloadSuspended"),
        },
    ),
    (_NODES, frozenset({"PodTerminatingStuck"})),
    (
        frozenset({"APIVersionRemoved", "CustomResourceKindMissing"}),
        frozenset({"AppCrashed"}) | _DELIVERIES | _CRASH_EFFECTS | _WORKLOAD_SYMPTOMS,
    ),
    (frozenset({"IngressHostDenied"}), frozenset({"AdmissionWebhookDenied", "CertificateNotIssued"}) | _DELIVERIES),
    (frozenset({"AppAsleep"}), frozenset({"WorkloadScaledToZero", "WorkloadSuspended"}) | _WORKLOAD_SYMPTOMS),
    (
        frozenset({"ProcessLimitExhausted"}),
        _PROBE_EFFECTS | _CRASH_EFFECTS | _WORKLOAD_SYMPTOMS | {"DependencyUnreachable", "RuntimeHeapExhausted"},
    ),
    (
        frozenset({"AdmissionMutatedSpec"}),
        _START
        | _CRASH
        | _MEMORY
        | _SCHEDULING
        | _PROBE_EFFECTS
        | _CRASH_EFFECTS
        | _WORKLOAD_SYMPTOMS
        | {"Unschedulable"},
    ),
    (
        _NODES,
        frozenset({"EvictedByTaint", "SandboxCreationFailed", "TaintNotTolerated", "Unschedulable"})
        | _VOLUMES - {"VolumeFull", "VolumePermissionDenied"}
        | _HELD_UP
        | _PROBE_EFFECTS
        | _CRASH_EFFECTS
        | _WORKLOAD_SYMPTOMS
        | {"ControlPlaneComponentDown", "KubeProxyDown"},
    ),
    (
        frozenset({"NodeUnderPressure"}),
        frozenset({"EvictedByNodePressure", "TaintNotTolerated", "Unschedulable"}) | _WORKLOAD_SYMPTOMS,
    ),
    (_ADMISSION, _WORKLOAD_SYMPTOMS),
    (_CLAIMS, _SCHEDULING | {"Unschedulable", "ReadinessGateUnsatisfied"} | _WORKLOAD_SYMPTOMS),
    (_CLAIMS, _VOLUMES),
    (frozenset({"CSIDriverUnregistered"}), frozenset({"VolumeAttachFailed", "VolumeMountFailed"})),
    (
        frozenset({"VolumeMultiAttach"}),
        frozenset({"PodAntiAffinityConflict", "Unschedulable", "VolumeZoneConflict"}),
    ),
    (_VOLUMES, _HELD_UP | _WORKLOAD_SYMPTOMS),
    (
        frozenset({"VolumeFull", "VolumePermissionDenied"}),
        frozenset({"AppCrashed", "AppPermissionDenied"}) | _CRASH_EFFECTS | _PROBE_EFFECTS,
    ),
    (_EVICTIONS, _WORKLOAD_SYMPTOMS),
    (frozenset({"PodPreempted"}), frozenset({"InsufficientResources", "Unschedulable"})),
    (frozenset({"VolumeFull"}), frozenset({"DatastoreReadOnly"})),
    (frozenset({"SecretMissing"}), frozenset({"DatastoreAuthFailed"})),
    (frozenset({"KubeProxyDown"}), frozenset({"DependencyUnreachable", "NameNotResolved"})),
    (_SCHEDULING, frozenset({"Unschedulable"}) | _WORKLOAD_SYMPTOMS),
    (frozenset({"Unschedulable"}), _WORKLOAD_SYMPTOMS),
    (frozenset({"AssignedNodeMissing"}), frozenset({"ContainerStartFailed", "InitContainerHanging"})),
    (frozenset({"DaemonSetNodesUncovered"}), frozenset({"CSIDriverUnregistered", "SandboxCreationFailed"})),
    (_START, _MEMORY | _PROBE_SETTINGS | _PROBE_EFFECTS | _CRASH | _CRASH_EFFECTS | _WORKLOAD_SYMPTOMS),
    (_POLICIES, frozenset({"NameNotResolved", "DependencyUnreachable", "BrokerUnavailable"}) | _PEER_EFFECTS),
    (frozenset({"RoleBindingDangling"}), frozenset({"AccessForbidden"}) | _PEER_EFFECTS),
    (
        frozenset({"AccessForbidden", "ServiceAccountTokenMissing"}),
        frozenset({"AutoscalerMetricsUnavailable", "CertificateNotIssued", "ScaledObjectNotReady"}) | _PEER_EFFECTS,
    ),
    (frozenset({"QuotaExceeded"}), frozenset({"ClientAddressUnknown"})),
    (
        frozenset({"ClusterDNSConfigInvalid"}) | _NODES | _ADMISSION | _SCHEDULING | _START | _MEMORY | _PROBE_SETTINGS,
        frozenset({"ClusterDNSDown"}),
    ),
    (
        frozenset({"EnvVarShadowed"}),
        frozenset({"AppConfigInvalid", "ClientAddressUnknown", "ClientPortMismatch", "EnvVarMissing"}),
    ),
    (_NAMES, frozenset({"NameNotResolved", "DependencyUnreachable"}) | _PEER_EFFECTS),
    (frozenset({"NameNotResolved"}), frozenset({"DependencyUnreachable"}) | _PEER_EFFECTS),
    (frozenset({"DatastoreVersionIncompatible"}), frozenset({"BrokerUnavailable", "DependencyUnreachable"})),
    (_STORES | _PEERS, _PEER_EFFECTS),
    (_MEMORY, _PROBE_SETTINGS | _PROBE_EFFECTS | _CRASH_EFFECTS | _WORKLOAD_SYMPTOMS),
    (frozenset({"PortConflict"}), _PROBE_SETTINGS | _PROBE_EFFECTS | _CRASH_EFFECTS),
    (_PROBE_SETTINGS | {"ReadinessGateUnsatisfied"}, _PROBE_EFFECTS | _CRASH_EFFECTS | _WORKLOAD_SYMPTOMS),
    (_CRASH, _CRASH_EFFECTS | _WORKLOAD_SYMPTOMS),
    ((_START - _HELD_UP) | _CRASH | _MEMORY | _PROBE_SETTINGS, _NODE_AGENTS),
    (frozenset({"ContainerStartFailed"}), _NODE_AGENTS - {"CSIDriverUnregistered"}),
    (frozenset({"ControlPlaneComponentDown"}), frozenset({"TaintNotTolerated", "Unschedulable"})),
    (frozenset({"ControlPlaneComponentDown", "RestartsIncreasing", "ProbeFailing"}), _WORKLOAD_SYMPTOMS),
    (frozenset({"InitContainerHanging"}), _WORKLOAD_SYMPTOMS),
    (
        frozenset({"CertificateNotIssued"}),
        frozenset({"CertificateExpired", "IngressTLSSecretMissing", "SecretMissing"}),
    ),
    (
        frozenset({"CertificateExpired", "CertificateHostMismatch", "PeerCertificateRejected"}),
        frozenset({"AppCrashed", "ProbeFailing"}) | _CRASH_EFFECTS | _WORKLOAD_SYMPTOMS,
    ),
    (frozenset({"GatewayNotProgrammed"}), frozenset({"RouteBackendInvalid", "RouteNotAccepted"})),
    (frozenset({"AutoscalerRequestsMissing", "ScaledObjectNotReady"}), frozenset({"AutoscalerMetricsUnavailable"})),
    (_SERVICE, frozenset({"ServiceHasNoReadyEndpoints", "InitContainerHanging"})),
    (frozenset({"WorkloadScaledToZero", "WorkloadSuspended"}), _WORKLOAD_SYMPTOMS),
    (frozenset({"JobSidecarBlocksCompletion"}), frozenset({"JobDeadlineExceeded", "CronJobConcurrencyBlocked"})),
    (
        _START | _CRASH | _MEMORY | {"JobBackoffLimitExceeded", "JobDeadlineExceeded"},
        frozenset({"CronJobConcurrencyBlocked"}),
    ),
    (
        frozenset({"StatefulSetServiceMissing"}),
        frozenset({"AppCrashed", "NameNotResolved", "ProbeFailing"}) | _WORKLOAD_SYMPTOMS,
    ),
    (frozenset({"CPUSaturated"}), _SLOWED | _WORKLOAD_SYMPTOMS),
    (frozenset({"NetworkDegraded"}), _SLOWED | _WORKLOAD_SYMPTOMS | {"NameNotResolved"}),
    (
        frozenset({"RolloutStrategyUnsafe"}),
        frozenset({"HostPortConflict", "PodAntiAffinityConflict", "RolloutStuck", "Unschedulable"}),
    ),
    (frozenset({"ImagePullSlow"}), _WORKLOAD_SYMPTOMS),
    (_START | _CRASH | _MEMORY | _CLAIMS | _SCHEDULING | _PROBE_SETTINGS | _VOLUMES | _ADMISSION, _APP_EFFECTS),
    (frozenset({"RolloutStuck", "StatefulSetOrdinalBlocked"}), frozenset({"ServiceHasNoReadyEndpoints"})),
    (frozenset({"FinalizerBlocked"}), frozenset({"PodTerminatingStuck"})),
    (frozenset({"PodTerminatingStuck"}), _WORKLOAD_SYMPTOMS | {"VolumeMultiAttach"}),
    (
        _NODES
        | _ADMISSION
        | _CLAIMS
        | _SCHEDULING
        | _START
        | _MEMORY
        | _CRASH
        | _PROBE_SETTINGS
        | _VOLUMES
        | _NAMES
        | _PEERS
        | _STORES
        | _SERVICE
        | _WORKLOAD_SYMPTOMS
        | {"AccessForbidden", "ProbeFailing", "Unschedulable", "WorkloadScaledToZero"},
        _DELIVERIES | {"APIServiceUnavailable", "FinalizerBlocked"},
    ),
    (
        frozenset({"ConfigNewerThanPods"}),
        frozenset({"ClientAddressUnknown", "DatastoreAuthFailed", "DependencyUnreachable", "NameNotResolved"})
        | _PEER_EFFECTS,
    ),
    (
        frozenset({"APIServiceUnavailable"}),
        frozenset({"AutoscalerMetricsUnavailable", "FinalizerBlocked", "ScaledObjectNotReady"}),
    ),
    (frozenset({"GitOpsSyncFailed"}), frozenset({"GitOpsSyncFailed", "HelmReleaseFailed"})),
    (
        frozenset({"CustomResourceNotReconciled"}),
        frozenset({"CustomResourceNotReconciled", "SecretMissing"}),
    ),
)
"""Left absorbs right on one path; earlier rows stand deeper and win."""

_SAME_CONTAINER = _START | _MEMORY | _PROBE_SETTINGS | _PROBE_EFFECTS | _CRASH | _CRASH_EFFECTS
"""Codes of one container: they explain each other only within it."""


def depth(code: str) -> int:
    """Return how deep a code stands: the index of the first row of ``ABSORBS`` that lets it absorb."""
    return next((index for index, (left, _) in enumerate(ABSORBS) if code in left), len(ABSORBS))


def may_absorb(cause: Finding, symptom: Finding) -> bool:
    """Say whether the catalogue lets one finding fold the other, containers considered."""
    if cause.code in _SAME_CONTAINER and symptom.code in _SAME_CONTAINER and cause.part != symptom.part:
        return False
    if "DaemonSetNodesUncovered" in {cause.code, symptom.code} and not _agent_fits(cause, symptom):
        return False
    if (cause.code, symptom.code) == ("StatefulSetServiceMissing", "AppCrashed"):
        return any(cause.object.name in entry.quote for entry in symptom.evidence)
    if (cause.code, symptom.code) == ("CustomResourceNotReconciled", "SecretMissing") and cause.role is not Role.ROOT:
        return False  # its own pods lack the Secret: it reports what they cannot do
    if symptom.code in _BY_ROLE and symptom.role is Role.ROOT and not _read_from_it(cause, symptom):
        return False
    return any(cause.code in left and symptom.code in right for left, right in ABSORBS)


_BY_ROLE = _DELIVERIES | {"APIServiceUnavailable", "FinalizerBlocked"}
"""Codes whose analyzers tell a root from a sign of something else: what they call a root no other reaches."""


def _read_from_it(cause: Finding, symptom: Finding) -> bool:
    """Say whether a cause is what the message of a delivery says, which its analyzer takes for a root of its own."""
    return cause.code in _BROKEN_API or (cause.code == "IngressHostDenied" and cause.object == symptom.object)


def _agent_fits(cause: Finding, symptom: Finding) -> bool:
    """Say whether the two may be joined: an agent that a node leaves out is a cause, pods that it lacks an effect."""
    by_rule = Role.ROOT
    return cause.role is by_rule if cause.code == "DaemonSetNodesUncovered" else symptom.role is not by_rule
