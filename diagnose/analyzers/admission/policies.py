"""Admission policies and webhooks that answered "no"."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, text
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import Refusal, clipped, reach_of
from diagnose.findings import Finding, NextCheck, Observation, proved
from diagnose.remedies import in_application
from diagnose.scene import Scene

_WEBHOOK = re.compile(
    r"admission webhook \"([^\"]{1,253})\" denied the request(?:: ?(.{0,4000})| without explanation)?",
    re.IGNORECASE | re.DOTALL,
)
_POLICY = re.compile(
    r"Admission ?Policy '([^']{1,253})' with binding '([^']{1,253})'.{0,300}? denied request:? ?(.{0,4000})",
    re.IGNORECASE | re.DOTALL,
)
_POLICY_SHORT = re.compile(r"policy '([^']{1,253})'.{0,300}? denied request:? ?(.{0,4000})", re.IGNORECASE | re.DOTALL)
_RULE = re.compile(r"^\[([A-Za-z0-9.-]{1,120})\]|(?:policy|constraint|rule)[ /:]{1,3}['\"]?([A-Za-z0-9./-]{1,120})")

_PREAMBLE = re.compile(
    r"^(?:policy )?[Rr]esource \S{1,400} (?:was blocked|for resource violations?)(?: due to the following policies)?:? "
)
"""What policy engines say first: the object, whose name is generated, before the rule."""


def denied_by_webhook(refusal: Refusal) -> bool:
    """Say whether a webhook denied it."""
    return bool(_WEBHOOK.search(refusal.message))


def denied_by_policy(refusal: Refusal) -> bool:
    """Say whether a ValidatingAdmissionPolicy denied it."""
    return bool(_policy(refusal.message))


def _policy(message: str) -> tuple[str, str, str] | None:
    """Read policy, binding and what was said."""
    if found := _POLICY.search(message):
        return found[1], found[2], found[3].strip()
    if found := _POLICY_SHORT.search(message):
        return found[1], "", found[2].strip()
    return None


def webhook_denied(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Name the webhook and what it said; the workload must satisfy it."""
    found = _WEBHOOK.search(refusal.message)
    if not found:
        return
    webhook, said = found[1], _PREAMBLE.sub("", " ".join((found[2] or "without giving a reason").split()))
    rule = _RULE.search(said)
    named = next((group for group in rule.groups() if group), "") if rule else ""
    yield Finding(
        code="AdmissionWebhookDenied",
        confidence=proved("the API server quotes the webhook's answer", "API server 引用了 webhook 的答复"),
        object=ref_of(refusal.workload),
        part=webhook,
        affected=reach_of(scene, refusal),
        summary=Phrase(
            en=f"Pods of {refusal.label} are refused by admission webhook {webhook}: {clipped(said)}",
            zh=f"{refusal.label} 的 Pod 被准入 webhook {webhook} 拒绝：{clipped(said)}",
        ),
        expected=f"webhook {webhook} allows the pod" + (f" (rule {named})" if named else ""),
        actual=clipped(said),
        evidence=refusal.evidence[:2],
        remedies=(
            in_application(
                Phrase(
                    en=f"Change the pod template of {refusal.label} so that it satisfies what the webhook says; its "
                    f"rule belongs to whoever runs {webhook}",
                    zh=f"修改 {refusal.label} 的 Pod 模板，满足 webhook 的要求；规则由 {webhook} 的维护者负责",
                )
            ),
        ),
        next_checks=_try(refusal),
        since=refusal.since,
    )


def policy_denied(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Name the policy, its binding and what it said."""
    found = _policy(refusal.message)
    if not found:
        return
    policy, binding, said = found
    held = _find(scene, "ValidatingAdmissionPolicy", policy)
    evidence = list(refusal.evidence[:2])
    if held is not None:
        evidence.append(scene.field(held, "spec", "validations"))
    bound = f" (binding {binding})" if binding else ""
    yield Finding(
        code="AdmissionPolicyDenied",
        confidence=proved(
            "the API server quotes the policy's message", "API server 引用了策略给出的信息", twice=held is not None
        ),
        object=ObjectRef(kind="ValidatingAdmissionPolicy", group="admissionregistration.k8s.io", name=policy),
        part=binding,
        affected=reach_of(scene, refusal),
        summary=Phrase(
            en=f"Pods of {refusal.label} are refused by admission policy {policy}{bound}: {clipped(said)}",
            zh=f"{refusal.label} 的 Pod 被准入策略 {policy}{bound} 拒绝：{clipped(said)}",
        ),
        expected=f"policy {policy} allows the pod",
        actual=clipped(said),
        evidence=tuple(evidence),
        remedies=(
            in_application(
                Phrase(
                    en=f"Change the pod template of {refusal.label} so that it satisfies the policy: {clipped(said)}",
                    zh=f"修改 {refusal.label} 的 Pod 模板以满足策略：{clipped(said)}",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl get validatingadmissionpolicy {policy} -o yaml",
                why=Phrase(en="its expressions say what is allowed", zh="其中的表达式写明允许什么"),
            ),
            *_try(refusal),
        ),
        since=refusal.since,
    )


def _find(scene: Scene, kind: str, wanted: str) -> Obj | None:
    return scene.snapshot.get(kind, "", wanted)


def _try(refusal: Refusal) -> tuple[NextCheck, ...]:
    """Ask the server for its answer again without creating anything."""
    ref = ref_of(refusal.creator)
    if text(refusal.creator, "kind") == "CronJob":
        return ()
    return (
        NextCheck(
            command=f"kubectl -n {ref.namespace} describe {ref.slug}",
            why=Phrase(en="its events hold the whole text of the refusal", zh="其事件中有完整的拒绝信息"),
        ),
    )
