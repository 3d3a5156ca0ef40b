"""Admission webhooks that give no answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, labels, name, namespace, numbered, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import Refusal, clipped, reach_of
from diagnose.findings import Edge, Finding, NextCheck, Observation, Reach, Remedy, Risk, Who, proved
from diagnose.graph import selects, template_of
from diagnose.remedies import ROLLOUT_SECONDS, command, outside
from diagnose.scene import Scene
from diagnose.state import pod_ready

_FAILED = re.compile(
    r"failed calling webhook \"([^\"]{1,253})\": (?:failed to call webhook: )?(.{1,4000})", re.IGNORECASE | re.DOTALL
)
_POST = re.compile(r"(?:Post|Get) \"?(https?://[^\s\"]{1,500})\"?: (.{1,2000})", re.IGNORECASE | re.DOTALL)
_SERVICE_URL = re.compile(
    r"https?://([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc(?:\.[a-z0-9.-]{1,100})?(?::([0-9]{1,5}))?", re.IGNORECASE
)
_TIMEOUT = re.compile(r"[?&]timeout=([0-9]{1,4}(?:ms|s|m)?)")
_NO_SERVICE = re.compile(r"service \"[^\"]{1,253}\" not found|no such host", re.IGNORECASE)
_TIMED_OUT = re.compile(
    r"context deadline exceeded|i/o timeout|Client\.Timeout|timed out|timeout awaiting", re.IGNORECASE
)
_CONFIGURATIONS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_GROUP = "admissionregistration.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a webhook that failed: which, at what address, with what error."""

    webhook: str
    address: str
    error: str
    service: str = ""
    service_space: str = ""
    timeout: str = ""

    @property
    def variant(self) -> str:
        """Why no answer came: no Service, no program behind it, or no answer in time."""
        if _NO_SERVICE.search(self.error):
            return "no_service"
        return "timeout" if _TIMED_OUT.search(self.error) else "no_endpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The entry of a webhook configuration that holds the webhook."""

    holder: Obj
    index: int
    entry: Obj


def call_of(message: str) -> Call | None:
    """Read the failed call from the server's message."""
    found = _FAILED.search(message)
    if not found:
        return None
    post = _POST.search(found[2])
    address, error = (post[1], post[2]) if post else ("", found[2])
    where = _SERVICE_URL.match(address)
    timeout = _TIMEOUT.search(address)
    return Call(
        webhook=found[1],
        address=address.partition("?")[0],
        error=" ".join(error.split()),
        service=where[1] if where else "",
        service_space=where[2] if where else "",
        timeout=timeout[1] if timeout else "",
    )


def gets_no_answer(refusal: Refusal) -> bool:
    """Say whether a webhook was asked and gave no usable answer."""
    return call_of(refusal.message) is not None


def configuration_of(scene: Scene, webhook: str) -> Configuration | None:
    """Find the configuration that holds a webhook by its name."""
    for kind in _CONFIGURATIONS:
        for holder in scene.snapshot.all(kind):
            for index, entry in numbered(holder, "webhooks"):
                if text(entry, "name") == webhook:
                    return Configuration(holder=holder, index=index, entry=entry)
    return None


def configuration_ref(found: Configuration | None, webhook: str) -> ObjectRef:
    """Point at the configuration, or at one of the webhook's name where none was read."""
    if found is not None:
        return ref_of(found.holder)
    return ObjectRef(kind="ValidatingWebhookConfiguration", group=_GROUP, name=webhook)


def webhook_unavailable(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Name the webhook, its Service and pods, and say when it waits for itself."""
    call = call_of(refusal.message)
    if call is None:
        return
    found = configuration_of(scene, call.webhook)
    service = scene.snapshot.get("Service", call.service_space, call.service) if call.service else None
    pods = scene.graph.pods_of_service(service) if service is not None else ()
    ready = sum(pod_ready(pod) for pod in pods)
    gone = bool(call.service) and scene.snapshot.absent("Service", call.service_space, call.service)
    evidence: list[Evidence] = list(refusal.evidence[:1])
    if found is not None:
        evidence.append(scene.field(found.holder, "webhooks", found.index, "failurePolicy"))
    if gone:
        evidence.append(scene.absence("Service", call.service_space, call.service))
    elif service is not None and not pods:
        evidence.append(scene.field(service, "spec", "selector"))
    where = (
        f"Service {call.service} in namespace {call.service_space}" if call.service else call.address or "its address"
    )
    where_zh = f"命名空间 {call.service_space} 的 Service {call.service}" if call.service else where
    why, why_zh = _why(call, gone=gone, pods=len(pods), ready=ready, known=service is not None)
    loop = _waits_for_itself(refusal, service, ready)
    yield Finding(
        code="AdmissionWebhookUnavailable",
        variant="no_service" if gone else call.variant,
        confidence=proved(
            "the API server quotes the failed call",
            "API server 引用了失败的调用",
            twice=gone or (service is not None and not ready),
        ),
        object=configuration_ref(found, call.webhook),
        part=call.webhook,
        affected=(*reach_of(scene, refusal), *_backend(call)),
        summary=Phrase(
            en=f"Pods of {refusal.label} are refused because admission webhook {call.webhook} must be asked first and "
            f"does not answer: {where} {why}" + ("; its own pods wait for it" if loop else ""),
            zh=f"{refusal.label} 的 Pod 被拒绝创建：必须先询问准入 webhook {call.webhook}，而它没有响应："
            f"{where_zh} {why_zh}" + ("；它自己的 Pod 也在等它" if loop else ""),
        ),
        expected=f"{call.address or call.webhook} answers" + (f" within {call.timeout}" if call.timeout else ""),
        actual=clipped(call.error),
        evidence=tuple(evidence[:4]),
        remedies=tuple(_remedies(scene, refusal, call, found, service, pods)),
        next_checks=look(call),
        since=refusal.since,
    )


def _why(call: Call, *, gone: bool, pods: int, ready: int, known: bool) -> tuple[str, str]:
    if gone or call.variant == "no_service":
        return "does not exist", "不存在"
    if known and pods == 0:
        return "has no pods", "没有 Pod"
    if known and ready == 0:
        return f"has no ready pod (0 of {pods})", f"没有就绪的 Pod（0/{pods}）"
    if call.variant == "timeout":
        return f"gives no answer within {call.timeout or 'the time allowed'}", f"在 {call.timeout or '时限'} 内没有响应"
    return "refuses the connection", "拒绝连接"


def _backend(call: Call) -> tuple[Reach, ...]:
    """Point at the webhook's Service as what the webhook depends on; its pods' own findings explain the rest."""
    if not call.service:
        return ()
    ref = ObjectRef(kind="Service", namespace=call.service_space, name=call.service)
    return (Reach(ref=ref, edge=Edge.POLICY),)


def _waits_for_itself(refusal: Refusal, service: Obj | None, ready: int) -> bool:
    """Say whether the refused pods are the webhook's own: then nothing can start them but an exception."""
    template = template_of(refusal.creator)
    if service is None or template is None or ready or namespace(service) != namespace(refusal.creator):
        return False
    return selects(labels(service, "spec", "selector"), template.labels)


def _remedies(
    scene: Scene,
    refusal: Refusal,
    call: Call,
    found: Configuration | None,
    service: Obj | None,
    pods: tuple[Obj, ...],
) -> Iterator[Remedy]:
    workload = refusal.workload
    verify = f"kubectl -n {namespace(workload)} get {ref_of(workload).slug}"
    expect = Phrase(en="its pods are created", zh="Pod 能够创建")
    backend = backend_workload(scene, service, pods)
    if backend is not None:
        slug, space = ref_of(backend).slug, namespace(backend)
        if whole(backend, "spec", "replicas", default=1) == 0:
            yield command(
                f"kubectl -n {space} scale {slug} --replicas=1",
                summary=Phrase(en=f"Start the webhook's {slug} again", zh=f"重新启动 webhook 的 {slug}"),
                verify=verify,
                expect=expect,
                undo=f"kubectl -n {space} scale {slug} --replicas=0",
                who=Who.CLUSTER_ADMIN,
                estimate=Phrase(en="one pod is enough to answer", zh="一个 Pod 即可响应"),
            )
        else:
            yield command(
                f"kubectl -n {space} rollout restart {slug} && "
                f"kubectl -n {space} rollout status {slug} --timeout={ROLLOUT_SECONDS}s",
                summary=Phrase(
                    en=f"Repair what answers for the webhook: {slug} in namespace {space}; a restart helps if it hangs",
                    zh=f"修复 webhook 的后端：命名空间 {space} 的 {slug}；若只是卡住，重启即可",
                ),
                verify=verify,
                expect=expect,
                risk=Risk.RESTART,
                reversible=False,
                who=Who.CLUSTER_ADMIN,
            )
    if backend is None:
        yield unknown_backend(call)
    if found is not None:
        yield let_pass(found, verify, expect)


def backend_workload(scene: Scene, service: Obj | None, pods: tuple[Obj, ...]) -> Obj | None:
    """Return the workload behind the webhook's Service: of its pods, else the one whose template it selects."""
    if service is None:
        return None
    if pods:
        return scene.graph.holder(pods[0])
    selector = labels(service, "spec", "selector")
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        for workload in scene.snapshot.all(kind, namespace(service)):
            template = template_of(workload)
            if template is not None and selects(selector, template.labels):
                return workload
    return None


def let_pass(found: Configuration, verify: str, expect: Phrase) -> Remedy:
    """Let requests pass unchecked while the webhook is down."""
    ref = ref_of(found.holder)
    policy = text(found.entry, "failurePolicy") or "Fail"
    path = f"/webhooks/{found.index}/failurePolicy"
    head = f"kubectl patch {ref.slug} --type=json -p "
    return command(
        f'{head}\'[{{"op":"add","path":"{path}","value":"Ignore"}}]\'',
        summary=Phrase(
            en=f"As a last resort let requests pass unchecked while {name(found.holder)} is down: what it guards is "
            "not checked meanwhile",
            zh=f"万不得已时，在 {name(found.holder)} 恢复前放行请求：期间它负责的检查不会执行",
        ),
        verify=verify,
        expect=expect,
        undo=f'{head}\'[{{"op":"add","path":"{path}","value":"{policy}"}}]\'',
        risk=Risk.ACCESS,
        who=Who.CLUSTER_ADMIN,
    )


def unknown_backend(call: Call) -> Remedy:
    """Send to whoever runs the webhook when nothing that stands behind it was found."""
    where = f"Service {call.service_space}/{call.service}" if call.service else call.address or call.webhook
    return outside(
        Phrase(
            en=f"Have whoever runs admission webhook {call.webhook} repair what answers at {where}",
            zh=f"请准入 webhook {call.webhook} 的维护者修复 {where} 的后端",
        )
    )


def look(call: Call) -> tuple[NextCheck, ...]:
    """Look at what stands behind the webhook's Service."""
    if not call.service:
        return ()
    space = call.service_space
    return (
        NextCheck(
            command=f"kubectl -n {space} get service,endpointslices -l kubernetes.io/service-name={call.service}",
            why=Phrase(
                en="shows whether anything stands behind the webhook's Service",
                zh="查看 webhook 的 Service 后面是否有后端",
            ),
        ),
    )
