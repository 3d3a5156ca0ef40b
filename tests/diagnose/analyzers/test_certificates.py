"""Certificates that ran out, name another host, are not issued, or are not trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.certificates import certificates
from diagnose.analyzers.certificates.hosts import covers
from diagnose.codes.certificates import CODES
from diagnose.findings import Role
from tests.diagnose.analyzers.build_routing import custom, routed, state
from tests.diagnose.build import Logs, Obj, ago, deployed, findings, in_progress, obj, owned_by, pod, running, status

API = "cert-manager.io/v1"
ACME = "acme.cert-manager.io/v1"
READY = (state("Ready", "True", "Ready"),)
WAITS = (state("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist"),)
ISSUERS = ("Issuer.cert-manager.io",)


def certificate(
    *,
    conditions: Sequence[Obj] = WAITS,
    hosts: Sequence[str] = ("shop.example.com",),
    issuer: Obj | None = None,
    ends: float | None = None,
    **fields: Any,
) -> Obj:
    return custom(
        API,
        "Certificate",
        "web",
        spec={"secretName": "web-tls", "dnsNames": list(hosts), "issuerRef": issuer or {"name": "acme"}},
        status={"conditions": list(conditions), **({"notAfter": ago(ends)} if ends is not None else {})},
        **fields,
    )


def issuer(name: str = "acme", *conditions: Obj) -> Obj:
    return custom(API, "Issuer", name, status={"conditions": list(conditions)})


def ingress(*hosts: str, secret: str = "web-tls") -> Obj:
    return obj("Ingress", "web", spec={"tls": [{"hosts": list(hosts) or ["shop.example.com"], "secretName": secret}]})


def chain(reason: str = "wrong status code '404', expected '200'") -> list[Obj]:
    request = custom(
        API,
        "CertificateRequest",
        "web-1",
        metadata={"ownerReferences": owned_by(certificate())},
        status={"conditions": [state("Ready", "False", "Pending", "Waiting on certificate issuance")]},
    )
    order = custom(
        ACME, "Order", "web-1-7", metadata={"ownerReferences": owned_by(request)}, status={"state": "pending"}
    )
    challenge = custom(
        ACME,
        "Challenge",
        "web-1-7-2",
        metadata={"ownerReferences": owned_by(order)},
        status={"state": "pending", "reason": reason},
    )
    return [request, order, challenge]


def client() -> list[Obj]:
    return deployed(pod("app-1", statuses=[status(state=running(), ready=True)], ready=True))


def said(*lines: str) -> Logs:
    return {("app-1", "app", False): lines}


GO = 'ERROR call failed: Get "https://pay.example.com/v1": tls: failed to verify certificate: x509: '


@dataclass(frozen=True, kw_only=True)
class Case:
    """Objects and logs and what must be said of them."""

    id: str
    objects: list[Obj]
    logs: Logs | None = None
    code: str
    on: str = "Certificate web"
    part: str = ""
    says: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    command: str = ""
    listed: tuple[str, ...] = ()


CASES = (
    Case(
        id="run out and used",
        objects=[certificate(conditions=READY, ends=86400), ingress()],
        code="CertificateExpired",
        says=("shop.example.com", "ran out", "Ingress web"),
        command="cmctl renew -n shop web",
    ),
    Case(
        id="peer's certificate ran out",
        objects=client(),
        logs=said(GO + "certificate has expired or is not yet valid: current time is after 2026-03-01"),
        code="CertificateExpired",
        on="Deployment app",
        part="app",
        says=("pay.example.com", "run out"),
    ),
    Case(
        id="peer's certificate begins later",
        objects=client(),
        logs=said(GO + "certificate has expired or is not yet valid: current time 2026-03-10T11:59:01Z is before x"),
        code="CertificateExpired",
        on="Deployment app",
        part="app",
        says=("not valid yet",),
    ),
    Case(
        id="ran out and nothing says why",
        objects=[
            certificate(conditions=[{"type": "Ready", "status": "False", "reason": "Expired"}], ends=86400),
            ingress(),
        ],
        code="CertificateExpired",
        says=("ran out",),
    ),
    Case(
        id="host that a Node client asked for",
        objects=client(),
        logs=said(
            "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: "
            "Host: pay.example.com. is not in the cert's altnames: DNS:a.example.com"
        ),
        code="CertificateHostMismatch",
        on="Deployment app",
        part="app",
        says=("pay.example.com", "only for a.example.com"),
    ),
    Case(
        id="host that the certificate lacks",
        objects=[certificate(conditions=READY), ingress("shop.example.com", "api.example.com")],
        code="CertificateHostMismatch",
        part="api.example.com",
        says=("api.example.com", "only for shop.example.com"),
        command="/spec/dnsNames/-",
    ),
    Case(
        id="peer of another name",
        objects=client(),
        logs=said(GO + "certificate is valid for a.example.com, not pay.example.com"),
        code="CertificateHostMismatch",
        on="Deployment app",
        part="app",
        says=("pay.example.com", "only for a.example.com"),
    ),
    Case(
        id="issuer with a typing error",
        objects=[certificate(issuer={"name": "amce"}), issuer(), ingress()],
        code="CertificateNotIssued",
        says=("Issuer amce does not exist", "Issuer acme"),
        near=("Issuer acme",),
        command='"name":"acme"',
    ),
    Case(
        id="issuer of the other kind",
        objects=[certificate(), custom(API, "ClusterIssuer", "acme", namespace="")],
        listed=ISSUERS,
        code="CertificateNotIssued",
        near=("ClusterIssuer acme",),
        command='"kind":"ClusterIssuer"',
    ),
    Case(
        id="issuer not ready",
        objects=[certificate(), issuer("acme", state("Ready", "False", "ErrRegister", "account key refused"))],
        code="CertificateNotIssued",
        says=("Issuer acme is not ready",),
    ),
    Case(
        id="challenge that does not come through",
        objects=[certificate(), issuer("acme", *READY), *chain()],
        code="CertificateNotIssued",
        says=("Challenge", "wrong status code '404'"),
    ),
    Case(
        id="nothing but its own status",
        objects=[certificate()],
        code="CertificateNotIssued",
        says=("Secret does not exist",),
    ),
    Case(
        id="nothing has taken it up",
        objects=[certificate(conditions=())],
        code="CertificateNotIssued",
        says=("nothing has taken it up",),
    ),
    *(
        Case(
            id=f"authority not trusted, {label}",
            objects=client(),
            logs=said(line),
            code="PeerCertificateRejected",
            on="Deployment app",
            part="app",
            says=("does not trust who signed it",),
        )
        for label, line in (
            ("Go", GO + "certificate signed by unknown authority"),
            ("Node", "Error: request to https://pay.example.com failed, reason: SELF_SIGNED_CERT_IN_CHAIN"),
            ("Java", "ERROR javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find path"),
            ("Python", "ERROR [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer"),
        )
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_certificate_that_does_not_serve_is_named_with_its_cause(case: Case) -> None:
    (found,) = findings(certificates, routed(*case.objects, listed=case.listed, logs=case.logs))

    assert (found.code, f"{found.object.kind} {found.object.name}", found.part) == (case.code, case.on, case.part)
    for word in case.says:
        assert word in found.summary.en
    assert found.near == case.near or not case.near
    assert case.command in "".join(remedy.command for remedy in found.remedies)
    assert found.remedies


@dataclass(frozen=True, kw_only=True)
class Fine:
    """Objects and logs of which nothing may be found."""

    id: str
    objects: list[Obj]
    logs: Logs | None = None


FINE = (
    Fine(id="run out and unused", objects=[certificate(conditions=READY, ends=86400)]),
    Fine(id="renewed in time", objects=[certificate(conditions=READY, ends=-86400), ingress()]),
    Fine(
        id="ready while it is renewed",
        objects=[certificate(conditions=[*READY, state("Issuing", "True", "Renewing")], ends=-86400), ingress()],
    ),
    Fine(
        id="reissue switched off",
        objects=[certificate(metadata={"annotations": {"example.com/disable-reissue": "true"}})],
    ),
    Fine(
        id="wildcard covers the host",
        objects=[certificate(conditions=READY, hosts=["*.example.com"]), ingress("api.example.com")],
    ),
    Fine(id="Secret of unknown names", objects=[ingress("api.example.com", secret="own")]),
    Fine(
        id="image pull",
        objects=client(),
        logs=said("ERROR ErrImagePull: x509: certificate signed by unknown authority"),
    ),
    Fine(
        id="webhook",
        objects=client(),
        logs=said("ERROR failed calling webhook: x509: certificate signed by unknown authority"),
    ),
    Fine(
        id="a client of this server",
        objects=client(),
        logs=said("http: TLS handshake error from 10.1.1.1:4: remote error: tls: bad certificate"),
    ),
    Fine(id="notice of a date", objects=client(), logs=said("WARN certificate has expired soon: expires in 5 days")),
    Fine(
        id="connected since",
        objects=client(),
        logs=said(GO + "certificate signed by unknown authority", "connected to pay.example.com"),
    ),
    Fine(
        id="long ago",
        objects=client(),
        logs=said(f"{ago(2000)} {GO}certificate signed by unknown authority"),
    ),
)


@pytest.mark.parametrize("case", FINE, ids=lambda case: case.id)
def test_what_only_looks_like_it_stays_silent(case: Fine) -> None:
    assert findings(certificates, routed(*case.objects, logs=case.logs)) == []


def test_a_new_certificate_is_being_issued() -> None:
    given = routed(certificate(conditions=[state("Ready", "False", "DoesNotExist", age=30)], created=40))

    assert findings(certificates, given) == []
    assert len(in_progress(certificates, given)) == 1


def test_a_certificate_that_ran_out_because_it_is_not_issued_is_a_symptom() -> None:
    found = findings(certificates, routed(certificate(ends=60), ingress()))

    assert {(entry.code, entry.role) for entry in found} == {
        ("CertificateNotIssued", Role.ROOT),
        ("CertificateExpired", Role.SYMPTOM),
    }


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "example.com", False),
        ("A.example.com", "a.Example.com", True),
    ],
)
def test_a_wildcard_covers_exactly_one_label(pattern: str, host: str, expected: bool) -> None:
    assert covers(pattern, host) is expected


@pytest.mark.parametrize("damage", [None, 7, "x", [], {}, [None], {"dnsNames": 3, "tls": [1], "conditions": {}}])
def test_damaged_objects_raise_nothing(damage: Any) -> None:
    broken = [{**entry, "spec": damage, "status": damage} for entry in (certificate(), ingress(), issuer(), *chain())]

    list(certificates(routed(*broken, *client())))


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES} == {entry.code for entry in CODES}
