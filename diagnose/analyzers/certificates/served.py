"""Certificates in TLS Secrets that routes serve: run out, not valid yet, or for other names than the route's hosts."""

from collections.abc import Iterator
from dataclasses import dataclass

from cluster.certificates import PUBLIC, tls_secrets_of
from cluster.fields import Obj, mapping, moment, name, namespace, numbered, strings, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.certificates.hosts import covers
from diagnose.analyzers.certificates.issued import CERTIFICATE
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Risk, proved
from diagnose.remedies import command
from diagnose.scene import Scene

GATEWAY = "Gateway.gateway.networking.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A host that a route serves with a Secret; ``path`` leads to where the route says so."""

    route: Obj
    host: str
    secret: Obj
    path: tuple[str | int, ...]


def judge_served(scene: Scene) -> Iterator[Finding]:
    """Report the certificates of TLS Secrets that routes serve. What cert-manager writes is judged by its resource."""
    ordered = {(namespace(c), text(c, "spec", "secretName")) for c in scene.snapshot.all(CERTIFICATE)}
    routes = [
        route
        for kind in ("Ingress", GATEWAY)
        for route in scene.snapshot.all(kind)
        if not text(route, "metadata", "deletionTimestamp")
    ]
    users: dict[tuple[str, str], list[Obj]] = {}
    for route in routes:
        for key in tls_secrets_of(route):
            users.setdefault(key, []).append(route)
    for key in sorted(users):
        secret = scene.snapshot.get("Secret", *key)
        if secret is not None and key not in ordered and mapping(secret, PUBLIC):
            yield from _dates(scene, secret, users[key])
    for route in routes:
        yield from _names(scene, route, ordered)


def _dates(scene: Scene, secret: Obj, routes: list[Obj]) -> Iterator[Finding]:
    ended, begins = moment(secret, PUBLIC, "notAfter"), moment(secret, PUBLIC, "notBefore")
    ref = ref_of(secret)
    used = ", ".join(sorted({f"{ref_of(route).kind} {name(route)}" for route in routes})[:3])
    if ended is not None and ended < scene.now:
        age = scene.age(ended)
        said = Phrase(
            en=f"The certificate in Secret {ref.name}, which {used} serves, ran out {spoken_time(age)} ago",
            zh=f"{used} 使用的 Secret {ref.name} 中的证书已过期 {spoken_time_zh(age)}",
        )
        which, wanted = "notAfter", "in the future"
    elif begins is not None and begins > scene.now:
        wait = (begins - scene.now).total_seconds()
        said = Phrase(
            en=f"The certificate in Secret {ref.name}, which {used} serves, is valid only in {spoken_time(wait)}",
            zh=f"{used} 使用的 Secret {ref.name} 中的证书还要 {spoken_time_zh(wait)}才生效",
        )
        which, wanted = "notBefore", "in the past"
    else:
        return
    yield Finding(
        code="CertificateExpired",
        confidence=proved("the certificate's own dates were read", "读取了证书自身的日期"),
        object=ref,
        affected=tuple(Reach(ref=ref_of(route), edge=Edge.ROUTE) for route in routes),
        summary=said,
        expected=f"{PUBLIC}.{which}: {wanted}",
        actual=f"{PUBLIC}.{which}: {text(secret, PUBLIC, which)}",
        evidence=(scene.field(secret, PUBLIC, which), _subject(scene, secret)),
        remedies=(_replace(secret),),
        next_checks=(_check(secret),),
        since=ended if which == "notAfter" else None,
    )


def _names(scene: Scene, route: Obj, ordered: set[tuple[str, str]]) -> Iterator[Finding]:
    """Report hosts that no certificate of the route covers, where all of them are known."""
    keys = tls_secrets_of(route)
    held = [scene.snapshot.get("Secret", *key) for key in keys]
    known = [secret for secret in held if secret is not None and mapping(secret, PUBLIC)]
    if not known or len(known) < len(keys):
        return
    patterns = [pattern for secret in known for pattern in strings(secret, PUBLIC, "dnsNames")]
    for served in _served(scene, route):
        own = strings(served.secret, PUBLIC, "dnsNames")
        if not own or any(covers(pattern, served.host) for pattern in patterns):
            continue
        if (namespace(served.secret), name(served.secret)) in ordered:
            continue
        yield _mismatch(scene, served, own)


def _served(scene: Scene, route: Obj) -> Iterator[Served]:
    for index, tls in numbered(route, "spec", "tls"):
        secret = scene.snapshot.get("Secret", namespace(route), text(tls, "secretName"))
        if secret is None:
            continue
        for host in strings(tls, "hosts"):
            yield Served(route=route, host=host, secret=secret, path=("spec", "tls", index, "hosts"))
    for index, listener in numbered(route, "spec", "listeners"):
        for _, reference in numbered(listener, "tls", "certificateRefs"):
            space = text(reference, "namespace") or namespace(route)
            secret = scene.snapshot.get("Secret", space, text(reference, "name"))
            if secret is not None and (host := text(listener, "hostname")):
                yield Served(route=route, host=host, secret=secret, path=("spec", "listeners", index, "hostname"))
                break


def _mismatch(scene: Scene, served: Served, own: list[str]) -> Finding:
    route, ref, shown = ref_of(served.route), ref_of(served.secret), ", ".join(own[:5])
    return Finding(
        code="CertificateHostMismatch",
        confidence=proved("both sides are read from the objects", "双方均从对象中读取", twice=True),
        object=ref,
        part=served.host,
        affected=(Reach(ref=route, edge=Edge.ROUTE),),
        summary=Phrase(
            en=f"{route.kind} {route.name} serves {served.host} with the certificate in Secret {ref.name}, which is "
            f"only for {shown}",
            zh=f"{route.kind} {route.name} 用 Secret {ref.name} 中的证书服务 {served.host}，而该证书只适用于 {shown}",
        ),
        expected=f"{PUBLIC}.dnsNames: {served.host}",
        actual=f"{PUBLIC}.dnsNames: {shown}",
        near=tuple(closest(served.host, own)),
        evidence=(scene.field(served.secret, PUBLIC, "dnsNames"), scene.field(served.route, *served.path)),
        remedies=(_replace(served.secret, served.host),),
        next_checks=(_check(served.secret),),
    )


def _subject(scene: Scene, secret: Obj) -> Evidence:
    which = "dnsNames" if strings(secret, PUBLIC, "dnsNames") else "subject"
    return scene.field(secret, PUBLIC, which)


def _replace(secret: Obj, host: str = "") -> Remedy:
    ref = ref_of(secret)
    for_host, for_host_zh = (f" for {host}", f"（适用于 {host}）") if host else ("", "")
    return command(
        f"kubectl -n {ref.namespace} create secret tls {ref.name} --cert='<file of the new certificate>' "
        "--key='<file of its key>' --dry-run=client -o yaml | kubectl apply -f -",
        summary=Phrase(
            en=f"Put a new certificate{for_host} into the Secret", zh=f"在该 Secret 中放入新的证书{for_host_zh}"
        ),
        verify=f"kubectl -n {ref.namespace} get secret {ref.name} -o jsonpath='{{.data.tls\\.crt}}' | base64 -d "
        "| openssl x509 -noout -dates -ext subjectAltName",
        expect=Phrase(
            en="notAfter lies in the future and the host is among the names", zh="notAfter 在未来，且主机名在列"
        ),
        risk=Risk.NONE,
        reversible=False,
    )


def _check(secret: Obj) -> NextCheck:
    ref = ref_of(secret)
    return NextCheck(
        command=f"kubectl -n {ref.namespace} get secret {ref.name} -o yaml --show-managed-fields",
        why=Phrase(en="It says who writes it, and should have renewed it", zh="可看出由谁写入、本应由谁续期"),
    )
