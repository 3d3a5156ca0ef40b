"""The public part of TLS Secrets: dates and names are kept, the key never is."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.certificates import PUBLIC, public_certificate, tls_secrets_of
from cluster.fake import FakeCluster
from cluster.live import CollectLimits, collect
from cluster.redaction import redact_object
from tests.cluster.asking import asking, obj
from tests.cluster.making_certificates import encoded

UNTIL = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
KEY = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\nnobody may see this\n").decode()


def secret(certificate: str, *, kind: str = "kubernetes.io/tls") -> dict[str, Any]:
    fields = [{"manager": "kubectl", "fieldsV1": {"f:data": {"f:tls.crt": {}, "f:tls.key": {}}}}]
    return obj(
        "Secret",
        "web-tls",
        type=kind,
        data={"tls.crt": certificate, "tls.key": KEY},
        metadata={"managedFields": fields},
    )


def test_dates_and_names_are_kept_and_the_data_masked() -> None:
    kept = redact_object(secret(encoded("shop.example.com", "*.example.org", until=UNTIL)))
    assert kept[PUBLIC] == {
        "subject": "shop.example.com",
        "issuer": "shop.example.com",
        "notBefore": "2024-02-01T12:00:00Z",
        "notAfter": "2024-05-01T12:00:00Z",
        "dnsNames": ["shop.example.com", "*.example.org"],
        "ipAddresses": [],
    }
    assert set(kept["data"]) == {"tls.crt", "tls.key"}
    assert KEY not in json.dumps(kept)
    assert redact_object(kept) == kept


def test_a_certificate_without_alternative_names_has_none() -> None:
    assert (public_certificate(secret(encoded(until=UNTIL))) or {})["dnsNames"] == []


@pytest.mark.parametrize(
    "broken",
    [
        secret("***"),
        secret(base64.b64encode(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").decode()),
        secret(KEY),
        secret("A" * 1_000_000),
        secret(encoded("a.test", until=UNTIL), kind="Opaque"),
        {"kind": "Secret", "type": "kubernetes.io/tls", "data": None},
    ],
)
def test_what_is_no_certificate_says_nothing(broken: dict[str, Any]) -> None:
    assert public_certificate(broken) is None


@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    wrapped = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(data) + b"\n-----END CERTIFICATE-----\n"
    assert public_certificate(secret(base64.b64encode(wrapped).decode())) is None


def ingress() -> dict[str, Any]:
    return obj("Ingress", "web", api="networking.k8s.io/v1", spec={"tls": [{"secretName": "web-tls"}, {"hosts": []}]})


async def test_a_live_secret_of_a_route_is_opened_and_its_key_is_not_kept() -> None:
    made = secret(encoded("shop.example.com", until=UNTIL))
    fake = FakeCluster(
        [
            obj("Namespace", "shop", namespace=""),
            made,
            ingress(),
            {**made, "metadata": {"name": "other", "namespace": "shop"}},
        ]
    )
    async with asking(fake) as client:
        snapshot = await collect(client, namespace="shop")
    assert (snapshot.get("Secret", "shop", "web-tls") or {})[PUBLIC]["notAfter"] == "2024-05-01T12:00:00Z"
    assert PUBLIC not in (snapshot.get("Secret", "shop", "other") or {})
    assert KEY not in json.dumps({kind: list(table.values()) for kind, table in snapshot.objects.items()})
    assert fake.requests[("get", "secrets")] == 1


async def test_no_secret_is_opened_where_the_setting_says_so() -> None:
    fake = FakeCluster([obj("Namespace", "shop", namespace=""), secret(encoded("a.test", until=UNTIL)), ingress()])
    async with asking(fake) as client:
        await collect(client, namespace="shop", limits=CollectLimits(certificates=0))
    assert fake.requests[("get", "secrets")] == 0


def test_a_gateway_names_secrets_of_other_namespaces() -> None:
    listeners = [
        {"tls": {"certificateRefs": [{"name": "a"}, {"name": "b", "namespace": "infra"}, {"kind": "X", "name": "c"}]}}
    ]
    assert tls_secrets_of(obj("Gateway", "edge", spec={"listeners": listeners})) == [("shop", "a"), ("infra", "b")]
