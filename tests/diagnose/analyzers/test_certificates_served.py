"""Certificates in TLS Secrets of routes: run out, not valid yet, for other names; and what only looks like it."""

from dataclasses import dataclass, field

import pytest

from cluster.certificates import PUBLIC
from diagnose.analyzers.certificates import certificates
from tests.diagnose.build import Obj, ago, findings, obj, scene

DAY = 86_400.0


def secret(*names: str, ended: float = -30 * DAY, begun: float = 60 * DAY, called: str = "web-tls") -> Obj:
    """Make a TLS Secret whose certificate ended that many seconds ago (negative: ends in the future)."""
    facts = {"subject": "web", "issuer": "ca", "notBefore": ago(begun), "notAfter": ago(ended), "dnsNames": list(names)}
    return {**obj("Secret", called, type="kubernetes.io/tls", data={"tls.crt": "***"}), PUBLIC: facts}


def ingress(*hosts: str, secrets: tuple[str, ...] = ("web-tls",)) -> Obj:
    return obj("Ingress", "web", spec={"tls": [{"hosts": list(hosts), "secretName": called} for called in secrets]})


def gateway(host: str) -> Obj:
    listeners = [{"hostname": host, "tls": {"certificateRefs": [{"name": "web-tls"}]}}]
    metadata = {"name": "edge", "namespace": "shop", "uid": "g"}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": metadata,
        "spec": {"listeners": listeners},
    }


ORDERED = {
    "apiVersion": "cert-manager.io/v1",
    "kind": "Certificate",
    "metadata": {"name": "web", "namespace": "shop", "uid": "c"},
    "spec": {"secretName": "web-tls", "dnsNames": ["a.test"]},
}


@dataclass(frozen=True)
class Case:
    id: str
    objects: tuple[Obj, ...]
    code: str = ""
    says: tuple[str, ...] = field(default=())


CASES = (
    Case("run out", (secret("a.test", ended=2 * DAY), ingress("a.test")), "CertificateExpired", ("2 d", "Ingress web")),
    Case("not valid yet", (secret("a.test", begun=-DAY), ingress("a.test")), "CertificateExpired", ("valid only in",)),
    Case("valid", (secret("a.test"), ingress("a.test"))),
    Case("run out, used by nobody", (secret("a.test", ended=2 * DAY),)),
    Case("another name", (secret("b.test"), ingress("a.test")), "CertificateHostMismatch", ("a.test", "b.test")),
    Case("a wildcard of one label", (secret("*.test"), ingress("a.test"))),
    Case("a wildcard of two labels", (secret("*.test"), ingress("x.a.test")), "CertificateHostMismatch", ("x.a.test",)),
    Case(
        "served by the other Secret of the route",
        (secret("b.test"), secret("a.test", called="second"), ingress("a.test", secrets=("web-tls", "second"))),
    ),
    Case("the other Secret was not read", (secret("b.test"), ingress("a.test", secrets=("web-tls", "second")))),
    Case("no alternative names", (secret(), ingress("a.test"))),
    Case("a gateway", (secret("b.test"), gateway("a.test")), "CertificateHostMismatch", ("Gateway edge",)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_certificate_of_a_route_is_judged_by_its_dates_and_names(case: Case) -> None:
    found = findings(certificates, scene(*case.objects))
    assert {entry.code for entry in found} == ({case.code} if case.code else set())
    for part in case.says:
        assert part in found[0].summary.en
    if found:
        assert found[0].object.name == "web-tls"
        assert "create secret tls web-tls" in found[0].remedies[0].command


def test_what_cert_manager_writes_is_judged_by_its_resource() -> None:
    found = findings(certificates, scene(secret("a.test", ended=2 * DAY), ingress("a.test"), ORDERED))
    assert not [entry for entry in found if entry.object.kind == "Secret"]
