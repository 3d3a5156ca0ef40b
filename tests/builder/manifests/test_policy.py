"""Who may talk to whom."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from builder.manifests.policy import SERVICE_PORTS, policy
from builder.plan import SERVICES, Kind, Service
from tests.builder.manifests.subjects import ready, subject

HTTP = [{"protocol": "TCP", "port": 8000}]


def rules(direction: str, prepared: Any = None, **options: object) -> list[dict[str, Any]]:
    about = subject(prepared, **options)  # type: ignore[arg-type]
    found: list[dict[str, Any]] = policy(about).body["spec"][direction]
    return found


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    senders: list[Any]
    options: dict[str, object] = field(default_factory=dict)


CASES = (
    Case(id="no public name: the namespace", senders=[[{"podSelector": {}}]]),
    Case(id="a public name: everyone", options={"host": "shop.test"}, senders=[None]),
    Case(
        id="a router that is known",
        options={"host": "shop.test", "router_namespace": "edge"},
        senders=[
            [{"podSelector": {}}],
            [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}}],
        ],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_only_its_port_is_reached(case: Case) -> None:
    found = rules("ingress", **case.options)
    assert [one.get("from") for one in found] == case.senders
    assert all(one["ports"] == HTTP for one in found)


def test_what_does_not_listen_is_reached_by_nobody() -> None:
    spec = policy(subject(ready(Kind.WORKER))).body["spec"]
    assert spec["ingress"] == []
    assert spec["policyTypes"] == ["Ingress", "Egress"]


def test_a_second_port_for_health_is_open_too() -> None:
    assert rules("ingress", ready(probe_port=8081))[0]["ports"] == [*HTTP, {"protocol": "TCP", "port": 8081}]


def test_it_reaches_names_and_its_services_only() -> None:
    dns, *others = rules("egress", ready(services=(Service(name="postgresql"),)))
    assert {one["port"] for one in dns["ports"]} == {53}
    assert others == [{"ports": [{"protocol": "TCP", "port": 5432}, {"protocol": "TCP", "port": 6432}]}]


def test_more_is_opened_when_it_is_asked_for() -> None:
    _, same, more = rules("egress", application="store", egress_ports=(443,))
    assert same == {"to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "store"}}}]}
    assert more == {"ports": [{"protocol": "TCP", "port": 443}]}


def test_the_ports_of_every_service_are_known() -> None:
    assert set(SERVICE_PORTS) == set(SERVICES)
