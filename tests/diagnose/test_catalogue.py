"""The catalogue is closed, complete for the first release, and speaks both languages."""

import re
from collections import Counter

import pytest

from core.phrase import Phrase
from diagnose.catalogue import BY_CODE, BY_ID, CODES, Code
from diagnose.findings import Role, Severity, kebab

CLASSES = {
    "image_pull": "image",
    "container_start": "startup",
    "sandbox": "startup",
    "crash": "runtime",
    "memory": "runtime",
    "probes": "health",
    "scheduling": "scheduling",
    "claims": "storage",
    "services": "network",
    "clients": "dependency",
    "datastores": "dependency",
    "network_policies": "network",
    "access": "access",
    "termination": "lifecycle",
    "drift": "delivery",
    "extensions": "delivery",
    "dns": "network",
    "routes": "network",
    "certificates": "network",
    "autoscaling": "rollout",
    "volumes": "storage",
    "evictions": "lifecycle",
    "nodes": "node",
    "rollouts": "rollout",
    "admission": "admission",
    "jobs": "batch",
    "saturation": "performance",
    "platform": "platform",
}

FIRST_RELEASE = {
    "image_pull": "ImageTagNotFound ImageRepositoryNotFound ImageRegistryUnauthorized ImagePullSecretMissing "
    "ImageRegistryNameUnresolved ImageRegistryUnreachable ImageRegistryTLSFailed ImageRateLimited "
    "ImageArchitectureMismatch ImageReferenceInvalid ImageNeverPulled ImagePullSlow ImagePullFailed",
    "container_start": "ConfigMapMissing SecretMissing ConfigKeyMissing RunAsNonRootViolated CommandNotFound "
    "CommandNotExecutable MountTargetInvalid PostStartHookFailed InitContainerHanging ContainerStartFailed",
    "sandbox": "SandboxCreationFailed PodAddressesExhausted RuntimeClassMissing",
    "crash": "AppCrashed AppErrorsInLog EnvVarMissing AppConfigInvalid CommandInvalid AppModuleMissing "
    "ProcessExitedZero ProcessKilledBySignal AppPermissionDenied FilesystemReadOnly RootUserRefused PortConflict "
    "RestartsIncreasing",
    "memory": "OOMKilled OOMKilledByNode RuntimeHeapExhausted SharedMemoryExhausted",
    "probes": "ProbeWrongPort ProbeWrongPath ProbeWrongProtocol ProbeTimingTooTight ProbeCommandMissing ProbeFailing "
    "ReadinessGateUnsatisfied AppListensOnLoopback",
    "scheduling": "InsufficientResources NodePodLimitReached NodeSelectorMismatch NodeAffinityMismatch "
    "TaintNotTolerated NodesCordoned PodAffinityUnsatisfied PodAntiAffinityConflict TopologySpreadUnsatisfied "
    "HostPortConflict VolumeZoneConflict SchedulerUnavailable SchedulerNameUnknown SchedulingGated "
    "AssignedNodeMissing Unschedulable",
    "claims": "ClaimMissing StorageClassMissing DefaultStorageClassMissing ClaimVolumeMismatch ClaimVolumeTaken "
    "ClaimLost ClaimProvisioningFailed ClaimResizeFailed",
    "services": "ServiceSelectorMismatch ServiceTargetPortMismatch ServiceProtocolMismatch ServiceSelectsWrongPods "
    "ServiceHasNoReadyEndpoints ServiceLocalTrafficPolicy LoadBalancerPending",
    "rollouts": "RolloutStuck RolloutStrategyUnsafe WorkloadScaledToZero WorkloadSuspended "
    "StatefulSetOrdinalBlocked StatefulSetServiceMissing DaemonSetNodesUncovered",
    "admission": "QuotaExceeded QuotaRequiresResources LimitRangeViolated PodSecurityViolated AdmissionPolicyDenied "
    "AdmissionWebhookDenied AdmissionWebhookUnavailable AdmissionWebhookCertificateInvalid AdmissionMutatedSpec "
    "ServiceAccountMissing PodSpecRejected",
    "jobs": "JobBackoffLimitExceeded JobDeadlineExceeded JobSidecarBlocksCompletion CronJobMissedRuns "
    "CronJobConcurrencyBlocked",
}

CONDITION_REASONS = {
    "ImageNotFound",
    "PullSecretMissing",
    "ImagePullBackOff",
    "ConfigMissing",
    "CrashLooping",
    "OOMKilled",
    "ProbeFailing",
    "PortMismatch",
    "Unschedulable",
    "VolumeUnbound",
    "QuotaExceeded",
    "AdmissionDenied",
    "DependencyNotReady",
    "DeadlineExceeded",
    "CertificatePending",
    "DomainNotVerified",
    "ArrearsSuspended",
    "BuildFailed",
    "RolledBack",
    "Asleep",
}

LAST_RESORT = (
    "ProbeFailing",
    "ServiceHasNoReadyEndpoints",
    "RolloutStuck",
    "Unschedulable",
    "JobBackoffLimitExceeded",
    "StatefulSetOrdinalBlocked",
)

each_code = pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.code)


@pytest.mark.parametrize("family", FIRST_RELEASE)
def test_every_code_of_the_first_release_is_present_once_in_its_family(family: str) -> None:
    listed = [entry.code for entry in CODES if entry.family == family]

    assert listed == FIRST_RELEASE[family].split()


def test_codes_are_unique() -> None:
    assert [code for code, count in Counter(entry.code for entry in CODES).items() if count > 1] == []
    assert len(BY_CODE) == len(CODES)


def test_runbook_ids_are_unique_and_kebab() -> None:
    assert len(BY_ID) == len(CODES)
    assert [name for name in BY_ID if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []
    assert all(entry.id == kebab(entry.code) for entry in CODES)


def test_families_stand_in_the_order_of_the_catalogue() -> None:
    known = [family for family in dict.fromkeys(entry.family for entry in CODES) if family in FIRST_RELEASE]

    assert known == list(FIRST_RELEASE)


@each_code
def test_a_code_carries_the_class_of_its_family_and_a_known_condition_reason(entry: Code) -> None:
    assert entry.fault_class == CLASSES[entry.family]
    assert entry.condition_reason in CONDITION_REASONS
    assert re.fullmatch(r"[A-Z][A-Za-z]+", entry.code)
    assert len(set(entry.variants)) == len(entry.variants)


@each_code
def test_every_phrase_is_written_in_both_languages(entry: Code) -> None:
    for phrase in (entry.title, entry.fires_when, entry.not_when):
        assert phrase.en.strip()
        assert not chinese(phrase.en)
        assert chinese(phrase.zh), phrase.zh
    assert_titles_are_noun_phrases(entry.title)
    for sentence in (entry.fires_when, entry.not_when):
        assert sentence.en.endswith(".")
        assert sentence.zh.endswith("。")


def assert_titles_are_noun_phrases(title: Phrase) -> None:
    assert len(title.en.split()) <= 11
    assert not title.en.endswith(".")
    assert not title.zh.endswith("。")


def chinese(text: str) -> bool:
    return re.search(r"[一-鿿]", text) is not None


@pytest.mark.parametrize("code", LAST_RESORT)
def test_a_symptom_by_nature_is_listed_as_one(code: str) -> None:
    assert BY_CODE[code].role is Role.SYMPTOM


def test_base_severity_is_high_but_for_the_listed_codes() -> None:
    lower = {entry.code: entry.severity for entry in CODES if entry.severity is not Severity.HIGH}

    assert lower == {
        "AppErrorsInLog": Severity.MEDIUM,
        "AppAsleep": Severity.LOW,
        "AppRolledBack": Severity.MEDIUM,
        "AutoscalerAtMaximum": Severity.MEDIUM,
        "ConfigNewerThanPods": Severity.MEDIUM,
        "LiveStateDrifted": Severity.MEDIUM,
        "CPUSaturated": Severity.MEDIUM,
        "NetworkDegraded": Severity.MEDIUM,
        "ProcessLimitExhausted": Severity.MEDIUM,
        "RetryStorm": Severity.MEDIUM,
        "EnvVarShadowed": Severity.MEDIUM,
        "ImagePullSlow": Severity.MEDIUM,
        "RolloutStrategyUnsafe": Severity.MEDIUM,
        "RestartsIncreasing": Severity.MEDIUM,
        "ServiceLocalTrafficPolicy": Severity.MEDIUM,
        "RoleBindingDangling": Severity.LOW,
        "SchedulingGated": Severity.LOW,
        "WorkloadSuspended": Severity.LOW,
    }


def test_only_insufficient_resources_takes_further_variants() -> None:
    assert [entry.code for entry in CODES if entry.open_variants] == ["InsufficientResources"]
