"""Admission webhooks whose certificate the API server refuses: its date, its names or its issuer."""

import re
from collections.abc import Iterator

from cluster.fields import labels, namespace, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import Refusal, clipped, reach_of
from diagnose.analyzers.admission.webhooks import (
    Call,
    Configuration,
    backend_workload,
    call_of,
    configuration_of,
    configuration_ref,
    let_pass,
    look,
)
from diagnose.findings import Finding, NextCheck, Observation, Remedy, Risk, Who, proved
from diagnose.remedies import command, outside
from diagnose.scene import Scene

_CERTIFICATE = re.compile(r"x509:|tls:|certificate (?:signed by|has expired|is valid)|unknown authority", re.IGNORECASE)
_EXPIRED = re.compile(r"certificate has expired or is not yet valid(?:: ([^,;]{1,160}))?", re.IGNORECASE)
_NAMES = re.compile(
    r"certificate is (?:valid for (.{1,300}?), not ([^\s,]{1,253})|not valid for any names)", re.IGNORECASE
)
_LEGACY = re.compile(r"relies on legacy Common Name", re.IGNORECASE)


def distrusts(refusal: Refusal) -> bool:
    """Say whether the certificate of a webhook was refused."""
    call = call_of(refusal.message)
    return call is not None and bool(_CERTIFICATE.search(call.error))


def certificate_invalid(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Say what is wrong with the webhook's certificate: its date, its names or its issuer."""
    call = call_of(refusal.message)
    if call is None:
        return
    found = configuration_of(scene, call.webhook)
    bundle = text(found.entry, "clientConfig", "caBundle") if found else ""
    wanted = f"{call.service}.{call.service_space}.svc" if call.service else call.address
    fault, fault_zh = _fault(call.error, wanted, empty=found is not None and not bundle)
    evidence: list[Evidence] = list(refusal.evidence[:1])
    if found is not None and not bundle:
        evidence.append(scene.field(found.holder, "webhooks", found.index, "clientConfig"))
    yield Finding(
        code="AdmissionWebhookCertificateInvalid",
        confidence=proved("the API server quotes the certificate error", "API server 引用了证书错误"),
        object=configuration_ref(found, call.webhook),
        part=call.webhook,
        affected=reach_of(scene, refusal),
        summary=Phrase(
            en=f"Pods of {refusal.label} are refused because the API server does not accept the certificate of "
            f"admission webhook {call.webhook}: {fault}",
            zh=f"{refusal.label} 的 Pod 被拒绝创建：API server 不接受准入 webhook {call.webhook} 的证书：{fault_zh}",
        ),
        expected=f"a valid certificate for {wanted}, signed by the webhook's caBundle",
        actual=clipped(call.error),
        evidence=tuple(evidence),
        remedies=tuple(_renew(scene, refusal, call, found)),
        next_checks=(
            NextCheck(
                command=_authority(found),
                why=Phrase(
                    en="shows which authority the API server trusts and until when",
                    zh="查看 API server 信任的 CA 及其有效期",
                ),
            ),
        )
        if found is not None
        else look(call),
        since=refusal.since,
    )


def _fault(error: str, wanted: str, *, empty: bool) -> tuple[str, str]:
    if expired := _EXPIRED.search(error):
        more = f" ({expired[1].strip()})" if expired[1] else ""
        return f"it has expired or is not valid yet{more}", f"已过期或尚未生效{more}"
    if names := _NAMES.search(error):
        held = names[1] or "no name at all"
        return f"it is made out for {held}, not for {wanted}", f"证书签发给 {names[1] or '空名称'}，而不是 {wanted}"
    if _LEGACY.search(error):
        return f"it does not list {wanted} among its names", f"证书的名称列表中没有 {wanted}"
    if empty:
        return "the configuration holds no caBundle to check it against", "配置中没有用于校验的 caBundle"
    return "it is not signed by the authority in the configuration's caBundle", "签发者不是配置 caBundle 中的 CA"


def _renew(scene: Scene, refusal: Refusal, call: Call, found: Configuration | None) -> Iterator[Remedy]:
    workload = refusal.workload
    verify = f"kubectl -n {namespace(workload)} get {ref_of(workload).slug}"
    expect = Phrase(en="its pods are created", zh="Pod 能够创建")
    service = scene.snapshot.get("Service", call.service_space, call.service) if call.service else None
    pods = scene.graph.pods_of_service(service) if service is not None else ()
    marks = labels(found.holder, "metadata", "annotations") if found else {}
    source = marks.get("cert-manager.io/inject-ca-from", "")
    if source.count("/") == 1:
        space, certificate = source.split("/")
        yield command(
            f"kubectl -n {space} get certificate {certificate}",
            summary=Phrase(
                en=f"Have cert-manager renew Certificate {source}: it fills in this webhook's authority",
                zh=f"让 cert-manager 续签证书 {source}：该 webhook 的 CA 由它填写",
            ),
            verify=verify,
            expect=expect,
            who=Who.CLUSTER_ADMIN,
        )
    backend = backend_workload(scene, service, pods)
    if backend is not None:
        slug, space = ref_of(backend).slug, namespace(backend)
        yield command(
            f"kubectl -n {space} rollout restart {slug}",
            summary=Phrase(
                en=f"Restart {slug} in namespace {space}: many webhooks renew certificate and caBundle when they start",
                zh=f"重启命名空间 {space} 的 {slug}：许多 webhook 启动时会更新证书与 caBundle",
            ),
            verify=verify,
            expect=expect,
            risk=Risk.RESTART,
            reversible=False,
            who=Who.CLUSTER_ADMIN,
        )
    if backend is None:
        where = f"Service {call.service_space}/{call.service}" if call.service else call.address or call.webhook
        yield outside(
            Phrase(
                en=f"Have whoever runs admission webhook {call.webhook} renew the certificate that {where} presents, "
                "and put the authority that signed it into caBundle",
                zh=f"请准入 webhook {call.webhook} 的维护者更新 {where} 出示的证书，并把其签发机构写入 caBundle",
            )
        )
    if found is not None:
        yield let_pass(found, verify, expect)


def _authority(found: Configuration) -> str:
    """Write the command that shows the authority which the API server trusts for a webhook."""
    field = f"{{.webhooks[{found.index}].clientConfig.caBundle}}"
    shown = "base64 -d | openssl x509 -noout -subject -dates"
    return f"kubectl get {ref_of(found.holder).slug} -o jsonpath='{field}' | {shown}"
