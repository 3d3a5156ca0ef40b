"""Ingresses whose certificate is not there."""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, condition, mapping, name, namespace, numbered, strings, text
from cluster.names import closest
from cluster.secret_metadata import KEYS_UNKNOWN
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.routes.view import Entry, pointer
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Remedy, Role, inferred, proved
from diagnose.remedies import command, object_patch

_MANAGED = (
    "networking.gke.io/managed-certificates",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "alb.ingress.kubernetes.io/certificate-arn",
)
_ISSUED = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme")
_CERTIFICATE = "Certificate.cert-manager.io"
_KEYS = ("tls.crt", "tls.key")


def judge_secrets(entry: Entry) -> Iterator[Observation]:
    """Report each Secret of an Ingress that is absent or holds no certificate."""
    if any(key in entry.annotations for key in _MANAGED):
        return
    for index, tls in numbered(entry.obj, "spec", "tls"):
        wanted = text(tls, "secretName")
        if not wanted:
            continue
        secret = entry.scene.snapshot.get("Secret", entry.ref.namespace, wanted)
        if secret is not None:
            if lacking := _lacking(secret):
                yield _finding(entry, index, tls, wanted, secret, lacking)
        elif entry.scene.snapshot.absent("Secret", entry.ref.namespace, wanted):
            yield from _absent(entry, index, tls, wanted)


def _lacking(secret: Obj) -> list[str]:
    """Return the keys that a Secret lacks, none when its keys are not known."""
    if secret.get(KEYS_UNKNOWN) is True or text(secret, "type") == "kubernetes.io/tls":
        return []
    return [key for key in _KEYS if key not in mapping(secret, "data")]


def _absent(entry: Entry, index: int, tls: Obj, wanted: str) -> Iterator[Observation]:
    certificate = _certificate(entry, wanted)
    made_later = certificate is not None or any(key in entry.annotations for key in _ISSUED)
    grace = entry.scene.numbers.cert_issue_grace_seconds
    if made_later and entry.born and entry.scene.age(entry.born) < grace:
        yield InProgress(
            object=entry.ref,
            reason=Phrase(en="the certificate of the route is being issued", zh="路由的证书正在签发"),
            until=entry.born + timedelta(seconds=grace),
        )
        return
    yield _finding(entry, index, tls, wanted, None, [], certificate=certificate, made_later=made_later)


def _certificate(entry: Entry, wanted: str) -> Obj | None:
    """Return the Certificate that is to write a Secret."""
    for found in entry.scene.snapshot.all(_CERTIFICATE, entry.ref.namespace):
        if text(found, "spec", "secretName") == wanted:
            return found
    return None


def _finding(
    entry: Entry,
    index: int,
    tls: Obj,
    wanted: str,
    secret: Obj | None,
    lacking: list[str],
    *,
    certificate: Obj | None = None,
    made_later: bool = False,
) -> Finding:
    scene, space = entry.scene, entry.ref.namespace
    pairs = [found for found in scene.snapshot.all("Secret", space) if text(found, "type") == "kubernetes.io/tls"]
    near = tuple(closest(wanted, (name(found) for found in pairs))) if secret is None else ()
    elsewhere = sorted(
        namespace(found)
        for found in scene.snapshot.all("Secret")
        if name(found) == wanted and namespace(found) != space
    )
    hosts = ", ".join(strings(tls, "hosts")[:3]) or "its hosts"
    if secret is not None:
        what, what_zh = f"holds no {' and no '.join(lacking)}", f"缺少 {'、'.join(lacking)}"
        proof = scene.field(secret, "type")
    else:
        what, what_zh = f"does not exist in namespace {space}", f"在命名空间 {space} 中不存在"
        proof = scene.absence("Secret", space, wanted)
    hint, hint_zh = "", ""
    if near:
        hint, hint_zh = f"; there is {near[0]}", f"；存在的是 {near[0]}"
    elif elsewhere and secret is None:
        hint, hint_zh = f"; it exists in namespace {elsewhere[0]}", f"；它存在于命名空间 {elsewhere[0]}"
    unready = certificate is not None and condition(certificate, "Ready").get("status") != "True"
    evidence = [scene.field(entry.obj, "spec", "tls", index, "secretName"), proof]
    if certificate is not None:
        evidence.append(scene.field(certificate, "spec", "secretName"))
    return Finding(
        code="IngressTLSSecretMissing",
        role=Role.SYMPTOM if unready else Role.ROOT,
        confidence=inferred(
            "another program is to write the Secret, and what hinders it could not be read",
            "该 Secret 应由其他程序写入，未能读取阻碍它的原因",
            value=0.6,
        )
        if made_later and certificate is None
        else proved("the reference and the complete list of Secrets", "引用与完整的 Secret 列表", twice=True),
        object=entry.ref,
        part=wanted,
        affected=(Reach(ref=ref_of(certificate), edge=Edge.ROUTE),) if certificate is not None else (),
        summary=Phrase(
            en=f"The route {entry.ref.name} has no certificate for {hosts}: the Secret {wanted} {what}{hint}",
            zh=f"路由 {entry.ref.name} 没有 {hosts} 的证书：Secret {wanted} {what_zh}{hint_zh}",
        ),
        expected=f"Secret {space}/{wanted} with tls.crt and tls.key",
        actual="not there" if secret is None else f"type {text(secret, 'type') or 'Opaque'}, no {', '.join(lacking)}",
        near=near or tuple(f"{other}/{wanted}" for other in elsewhere[:3]),
        evidence=tuple(evidence),
        remedies=_remedies(entry, index, wanted, near),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {space} get certificate,certificaterequest",
                why=Phrase(
                    en="Where cert-manager is installed, it says why the certificate is not there yet",
                    zh="如果安装了 cert-manager，它会说明证书尚未就绪的原因",
                ),
            ),
        ),
        since=entry.born,
    )


def _remedies(entry: Entry, index: int, wanted: str, near: tuple[str, ...]) -> tuple[Remedy, ...]:
    at = pointer(("spec", "tls", index, "secretName"))
    found: list[Remedy] = []
    if near:
        blank = Phrase(en="", zh="")
        found.append(
            object_patch(
                entry.obj,
                [{"op": "replace", "path": at, "value": near[0]}],
                patch_type="json",
                summary=Phrase(en=f"Use the Secret {near[0]}, which exists", zh=f"使用已存在的 Secret {near[0]}"),
                undo=object_patch(
                    entry.ref, [{"op": "replace", "path": at, "value": wanted}], patch_type="json", summary=blank
                ).command,
            )
        )
    found.append(
        command(
            f"kubectl -n {entry.ref.namespace} create secret tls {wanted} --cert=<certificate.pem> --key=<key.pem>",
            summary=Phrase(en="Create the Secret from certificate and key", zh="用证书和私钥创建该 Secret"),
            verify=f"kubectl -n {entry.ref.namespace} get secret {wanted}",
            expect=Phrase(en="TYPE is kubernetes.io/tls", zh="TYPE 为 kubernetes.io/tls"),
            undo=f"kubectl -n {entry.ref.namespace} delete secret {wanted}",
        )
    )
    return tuple(found)
