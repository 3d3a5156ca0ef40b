"""Objects that the API server refuses to create: quotas, limits, security levels, policies, webhooks, bad fields.

A refusal is read where its controller writes it, and counts only while the controller is short of what it wants.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.admission import (
    certificates,
    limits,
    mutated,
    policies,
    quota,
    requirements,
    security,
    spec,
    unrecorded,
    webhooks,
)
from diagnose.analyzers.admission.refusals import NO_RUNTIME_CLASS, RETRY_SECONDS, Refusal, made_since, refusals
from diagnose.analyzers.admission.usage import Usage
from diagnose.findings import InProgress, Observation, RuledOut
from diagnose.scene import Scene

Rule = Callable[[Scene, Refusal], Iterator[Observation]]


def _rules(usage: Usage) -> tuple[tuple[str, Callable[[Refusal], bool], Rule], ...]:
    """Return code, whether a text is of that code, and the rule that reads it: the first that fits wins."""
    return (
        ("QuotaExceeded", quota.exceeds, partial(quota.quota_exceeded, usage=usage)),
        (
            "QuotaRequiresResources",
            requirements.demands,
            partial(requirements.quota_requires_resources, usage=usage),
        ),
        ("PodSecurityViolated", security.violates, security.pod_security_violated),
        ("ServiceAccountMissing", spec.lacks_account, spec.service_account_missing),
        ("AdmissionWebhookCertificateInvalid", certificates.distrusts, certificates.certificate_invalid),
        ("AdmissionWebhookUnavailable", webhooks.gets_no_answer, webhooks.webhook_unavailable),
        ("AdmissionWebhookDenied", policies.denied_by_webhook, policies.webhook_denied),
        ("AdmissionPolicyDenied", policies.denied_by_policy, policies.policy_denied),
        ("LimitRangeViolated", limits.outside, limits.limit_range_violated),
        ("RuntimeClassMissing", lambda refusal: bool(NO_RUNTIME_CLASS.search(refusal.message)), _told_by_sandbox),
        ("PodSpecRejected", lambda _refusal: True, spec.pod_spec_rejected),
    )


def _told_by_sandbox(_scene: Scene, _refusal: Refusal) -> Iterator[Observation]:
    """Say nothing: the family of sandboxes reports a RuntimeClass that does not exist."""
    yield from ()


@analyzer(kinds=("ReplicaSet", "Event"))
def admission(scene: Scene) -> Iterator[Observation]:
    """Yield one finding for each controller that may not create what it wants, under the name of what forbids it."""
    rules = _rules(Usage(scene))
    for refusal in refusals(scene):
        code, rule = next((code, rule) for code, fits, rule in rules if fits(refusal))
        if not refusal.short:
            yield _over(scene, refusal, code)
        elif refusal.namespace_ends:
            yield InProgress(
                object=ref_of(refusal.workload),
                reason=Phrase(
                    en="the namespace is being deleted, so nothing new is created in it",
                    zh="命名空间正在删除，因此不会再创建新对象",
                ),
                until=scene.now + timedelta(seconds=RETRY_SECONDS),
            )
        else:
            yield from rule(scene, refusal)
    yield from unrecorded.silently_exceeded(scene)
    yield from mutated.mutated(scene)


def _over(scene: Scene, refusal: Refusal, code: str) -> RuledOut:
    """Say that a refusal is history: the controller has all it wants by now."""
    return RuledOut(
        code=code,
        object=ref_of(refusal.workload),
        reason=Phrase(
            en=f"{refusal.label} was refused new pods earlier and has all that it wants by now",
            zh=f"{refusal.label} 之前创建 Pod 被拒绝，现在数量已满足",
        ),
        evidence=tuple(refusal.evidence[:1]),
        healed=True,
        ended=made_since(scene, refusal) or refusal.last,
    )
