"""Certificate resources: not issued, run out, or without a host that is served with them."""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, labels, mapping, moment, name, namespace, numbered, objects, strings, text
from cluster.names import closest
from cluster.recording.forms import hides
from cluster.snapshot import ref_of
from core.evidence import ABSENT, AbsenceSource, Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Remedy, Role, matched, proved
from diagnose.graph import references
from diagnose.remedies import command, in_application, object_patch
from diagnose.scene import Scene

GROUP = "cert-manager.io"
CERTIFICATE = f"Certificate.{GROUP}"
_CHAIN = (f"CertificateRequest.{GROUP}", f"Order.acme.{GROUP}", f"Challenge.acme.{GROUP}")
_OF = f"{GROUP}/certificate-name"
_BAD_STATES = frozenset({"invalid", "errored", "expired"})
MAX_USERS = 10
"""Users of one certificate that a finding names."""


def judge_certificates(scene: Scene) -> Iterator[Observation]:
    """Report each Certificate that is not issued or has run out while it is used."""
    for certificate in scene.snapshot.all(CERTIFICATE):
        marks = labels(certificate, "metadata", "annotations")
        if text(certificate, "metadata", "deletionTimestamp") or any("disable-reissue" in key for key in marks):
            continue
        issued = list(_not_issued(scene, certificate))
        yield from issued
        ended = moment(certificate, "status", "notAfter")
        if ended is not None and ended < scene.now and (users := users_of(scene, certificate)):
            yield _expired(scene, certificate, users, folded=any(isinstance(entry, Finding) for entry in issued))


def users_of(scene: Scene, certificate: Obj) -> tuple[Reach, ...]:
    """Point at the routes and pods that use the Secret of a Certificate."""
    space, secret = namespace(certificate), text(certificate, "spec", "secretName")
    found = [
        Reach(ref=ref_of(ingress), edge=Edge.ROUTE)
        for ingress in scene.snapshot.all("Ingress", space)
        if any(text(tls, "secretName") == secret for tls in objects(ingress, "spec", "tls"))
    ]
    for gateway in scene.snapshot.all("Gateway.gateway.networking.k8s.io"):
        listeners = objects(gateway, "spec", "listeners")
        listed = [used for entry in listeners for used in objects(entry, "tls", "certificateRefs")]
        if any(
            (text(used, "namespace") or namespace(gateway), text(used, "name")) == (space, secret) for used in listed
        ):
            found.append(Reach(ref=ref_of(gateway), edge=Edge.ROUTE))
    for pod in scene.live_pods_in(space):
        used_here = references(mapping(pod, "spec"))
        if any((entry.kind, entry.name) == ("Secret", secret) for entry in used_here):
            found.append(Reach(ref=ref_of(pod), edge=Edge.MOUNT))
    return tuple(dict.fromkeys(found))[:MAX_USERS] if secret else ()


def _state(obj: Obj, kind: str) -> tuple[int, Obj] | None:
    return next(((i, entry) for i, entry in numbered(obj, "status", "conditions") if text(entry, "type") == kind), None)


def _not_issued(scene: Scene, certificate: Obj) -> Iterator[Observation]:
    ready = _state(certificate, "Ready")
    if ready is not None and text(ready[1], "status") == "True":
        return
    failed = moment(certificate, "status", "lastFailureTime")
    since = (moment(ready[1], "lastTransitionTime") if ready else None) or moment(
        certificate, "metadata", "creationTimestamp"
    )
    grace = scene.numbers.cert_issue_grace_seconds
    if failed is None and since is not None and scene.age(since) < grace:
        yield InProgress(
            object=ref_of(certificate),
            reason=Phrase(en="the certificate is being issued", zh="证书正在签发"),
            until=since + timedelta(seconds=grace),
        )
        return
    deeper = _issuer(scene, certificate) or _deepest(scene, certificate)
    if deeper is None and failed is None and ready is not None and text(ready[1], "reason") == "Expired":
        return  # it was issued and has run out; nothing says why it was not renewed
    why, evidence, near, remedy = deeper or _own(scene, certificate)
    ref, secret = ref_of(certificate), text(certificate, "spec", "secretName")
    hosts = "" if hides(certificate, "spec", "dnsNames") else _hosts(certificate)
    yield Finding(
        code="CertificateNotIssued",
        confidence=proved("the resources of the chain say so", "签发链上的资源如此说明", twice=len(evidence) > 1)
        if ready or len(evidence) > 1
        else matched("it has been waiting without any answer", "一直在等待，没有任何答复"),
        object=ref,
        affected=users_of(scene, certificate),
        summary=Phrase(
            en=f"The certificate {ref.name}{hosts and ' for '}{hosts} is not issued: {why.en}",
            zh=f"{hosts}{hosts and ' 的'}证书 {ref.name} 没有签发：{why.zh}",
        ),
        expected="status.conditions[Ready]: True",
        actual=f"status.conditions[Ready]: {text(ready[1], 'status') if ready else '<unset>'}",
        near=near,
        evidence=evidence,
        remedies=(remedy,),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} get certificaterequest,order,challenge",
                why=Phrase(en=f"The chain that is to fill Secret {secret}", zh=f"负责写入 Secret {secret} 的签发链"),
            ),
        ),
        since=failed or since,
    )


def _hosts(certificate: Obj) -> str:
    return ", ".join(strings(certificate, "spec", "dnsNames")[:3]) or text(certificate, "spec", "commonName") or "?"


Why = tuple[Phrase, tuple[Evidence, ...], tuple[str, ...], Remedy]


def _issuer(scene: Scene, certificate: Obj) -> Why | None:
    """Find an issuer that is absent, of the other kind, or not ready."""
    reference = mapping(certificate, "spec", "issuerRef")
    if text(reference, "group") not in {"", GROUP} or not text(reference, "name"):
        return None
    kind, wanted = text(reference, "kind") or "Issuer", text(reference, "name")
    space = "" if kind == "ClusterIssuer" else namespace(certificate)
    named = scene.field(certificate, "spec", "issuerRef", "name")
    known = scene.snapshot.get(f"{kind}.{GROUP}", space, wanted)
    if known is not None:
        ready = _state(known, "Ready")
        if ready is None or text(ready[1], "status") != "False":
            return None
        which = "message" if text(ready[1], "message") else "reason"
        said = scene.field(known, "status", "conditions", ready[0], which)
        return (
            Phrase(en=f"its {kind} {wanted} is not ready", zh=f"其 {kind} {wanted} 未就绪"),
            (said, named),
            (),
            in_application(
                Phrase(en=f"Put right what {kind} {wanted} says in its status", zh=f"按 {kind} {wanted} 的状态说明修正")
            ),
        )
    if not scene.snapshot.absent(f"{kind}.{GROUP}", space, wanted):
        return None
    other = "Issuer" if kind == "ClusterIssuer" else "ClusterIssuer"
    sibling = scene.snapshot.get(f"{other}.{GROUP}", "" if other == "ClusterIssuer" else namespace(certificate), wanted)
    near = tuple(closest(wanted, (name(entry) for entry in scene.snapshot.all(f"{kind}.{GROUP}", space))))
    gone = ObjectRef(kind=kind, group=GROUP, namespace=space, name=wanted)
    absence = Evidence(source=AbsenceSource(object=gone), quote=ABSENT, observed_at=scene.now)
    change = {"kind": other} if sibling is not None else {"name": near[0]} if near else None
    former = {"kind": kind, "name": wanted}
    offered = f"{other} {wanted}" if sibling is not None else f"{kind} {near[0]}" if near else ""
    hint, hint_zh = (f"; there is {offered}", f"；存在的是 {offered}") if offered else ("", "")
    remedy = (
        object_patch(
            certificate,
            {"spec": {"issuerRef": change}},
            summary=Phrase(en=f"Let {offered} issue it", zh=f"改由 {offered} 签发"),
            undo=object_patch(
                ref_of(certificate), {"spec": {"issuerRef": former}}, summary=Phrase(en="", zh="")
            ).command,
        )
        if change
        else in_application(
            Phrase(en=f"Create the {kind} {wanted}, or name another", zh=f"创建 {kind} {wanted}，或改用另一个")
        )
    )
    return (
        Phrase(en=f"the {kind} {wanted} does not exist{hint}", zh=f"{kind} {wanted} 不存在{hint_zh}"),
        (named, absence),
        (offered,) if offered else (),
        remedy,
    )


def _deepest(scene: Scene, certificate: Obj) -> Why | None:
    """Descend from request to order to challenge; return the last one that says why it stands still."""
    parents, found = [certificate], None
    for kind in _CHAIN:
        below = [entry for entry in scene.snapshot.all(kind, namespace(certificate)) if _belongs(entry, parents)]
        if not below:
            break
        newest = max(below, key=lambda entry: text(entry, "metadata", "creationTimestamp"))
        said = _complaint(scene, newest)
        found = (newest, said) if said is not None else found
        parents = [newest]
    if found is None:
        return None
    obj, said = found
    quoted = said.quote[:160].rstrip(".")
    return (
        Phrase(en=f'its {text(obj, "kind")} says "{quoted}"', zh=f"其 {text(obj, 'kind')} 报告“{quoted}”"),
        (said, scene.field(certificate, "spec", "secretName")),
        (),
        _mending(certificate, obj, said.quote),
    )


def _mending(certificate: Obj, obj: Obj, said: str) -> Remedy:
    """Say what to do by the link of the chain that stands still."""
    if text(obj, "kind") == "CertificateRequest":
        issuer = mapping(certificate, "spec", "issuerRef")
        label = f"{text(issuer, 'kind') or 'Issuer'} {text(issuer, 'name')}"
        if "not found" in said:
            return in_application(
                Phrase(
                    en=f"Create {label}, or name an issuer that exists in spec.issuerRef (Issuer and ClusterIssuer are "
                    "two kinds)",
                    zh=f"创建 {label}，或在 spec.issuerRef 中填写已存在的签发者（Issuer 与 ClusterIssuer 是两种类型）",
                )
            )
        return in_application(Phrase(en=f"Put right what the message names, at {label}", zh=f"按提示在 {label} 处修正"))
    return in_application(
        Phrase(
            en="Make the challenge reachable (DNS record, /.well-known/acme-challenge/), or wait for the limit to end",
            zh="让验证请求可达（DNS 记录、/.well-known/acme-challenge/），或等待频率限制结束",
        )
    )


def _belongs(obj: Obj, parents: list[Obj]) -> bool:
    for parent in parents:
        for owner in objects(obj, "metadata", "ownerReferences"):
            if (text(owner, "kind"), text(owner, "name")) == (text(parent, "kind"), name(parent)):
                return True
        if text(parent, "kind") == "Certificate" and labels(obj, "metadata", "annotations").get(_OF) == name(parent):
            return True
    return False


def _complaint(scene: Scene, obj: Obj) -> Evidence | None:
    state, reason = text(obj, "status", "state"), text(obj, "status", "reason")
    if text(obj, "kind") == "Challenge" and reason and state != "valid":
        return scene.field(obj, "status", "reason")
    if state in _BAD_STATES:
        return scene.field(obj, "status", "reason" if reason else "state")
    for kind, bad in (("Denied", "True"), ("InvalidRequest", "True"), ("Ready", "False")):
        entry = _state(obj, kind)
        if entry and text(entry[1], "status") == bad:
            which = "message" if text(entry[1], "message") else "reason"
            return scene.field(obj, "status", "conditions", entry[0], which)
    return None


def _own(scene: Scene, certificate: Obj) -> Why:
    for kind in ("Issuing", "Ready"):
        entry = _state(certificate, kind)
        if entry and (text(entry[1], "message") or kind == "Ready"):
            which = next((key for key in ("message", "reason") if text(entry[1], key)), "status")
            said = scene.field(certificate, "status", "conditions", entry[0], which)
            quoted = said.quote[:160].rstrip(".")
            why = Phrase(en=f'its status says "{quoted}"', zh=f"其状态报告“{quoted}”")
            break
    else:
        said = scene.field(certificate, "status", "conditions")
        why = Phrase(en="nothing has taken it up", zh="没有程序处理它")
    remedy = in_application(Phrase(en="Put right what its status names", zh="按其状态的说明修正"))
    return why, (said,), (), remedy


def _expired(scene: Scene, certificate: Obj, users: tuple[Reach, ...], *, folded: bool) -> Finding:
    ref, ended = ref_of(certificate), moment(certificate, "status", "notAfter")
    age = scene.age(ended)
    named = ", ".join(f"{entry.ref.kind} {entry.ref.name}" for entry in users[:3] if entry.ref.kind != "Pod")
    by, by_zh = (f"; used by {named}", f"；使用者：{named}") if named else ("", "")
    return Finding(
        code="CertificateExpired",
        role=Role.SYMPTOM if folded else Role.ROOT,
        confidence=proved("its own end date has passed", "其自身的到期时间已过"),
        object=ref,
        affected=users,
        summary=Phrase(
            en=f"The certificate {ref.name} for {_hosts(certificate)} ran out {spoken_time(age)} ago{by}",
            zh=f"{_hosts(certificate)} 的证书 {ref.name} 已过期 {spoken_time_zh(age)}{by_zh}",
        ),
        expected="status.notAfter: in the future",
        actual=f"status.notAfter: {text(certificate, 'status', 'notAfter')}",
        evidence=(scene.field(certificate, "status", "notAfter"), scene.field(certificate, "spec", "secretName")),
        remedies=(
            command(
                f"cmctl renew -n {ref.namespace} {ref.name}",
                summary=Phrase(en="Have cert-manager issue it anew", zh="让 cert-manager 重新签发"),
                verify=f"kubectl -n {ref.namespace} get certificate {ref.name}",
                expect=Phrase(en="READY is True", zh="READY 为 True"),
                reversible=False,
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe certificate {ref.name}",
                why=Phrase(en="It says why it was not renewed in time", zh="它会说明为何没有及时续期"),
            ),
        ),
        since=ended,
    )
