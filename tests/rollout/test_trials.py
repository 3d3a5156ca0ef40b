"""Dry runs of remedies on a real API server: accepted with the lines that differ, refused in its words, never done."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cluster.client import connect
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.findings import Diagnosis, DryRun, Finding, Remedy, Verdict, proved
from diagnose.remedies import create_object, object_patch
from diagnose.render import markdown, text
from rollout.trials import MAX_TRIALS, has_blanks, tried
from tests.real_cluster import RealCluster

SPACE = "dry-runs"
WEB = ObjectRef(kind="Service", namespace=SPACE, name="web")
SAID = Phrase(en="Do it", zh="执行")
MANIFEST = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


def diagnosis(*remedies: Remedy) -> Diagnosis:
    finding = Finding(
        code="ServiceSelectorMismatch",
        confidence=proved("x", "x"),
        object=WEB,
        summary=SAID,
        evidence=(),
        remedies=remedies,
    )
    return Diagnosis(
        target=SAID,
        verdict=Verdict.FAILING,
        summary=SAID,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        origin="test",
        findings=(finding,),
    )


def config_map(space: str = SPACE, **data: Any) -> dict[str, Any]:
    metadata = {"name": "settings", "namespace": space}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


@pytest.fixture(scope="module")
def services(real_cluster: RealCluster) -> Iterator[RealCluster]:
    real_cluster.kubectl("create", "namespace", SPACE)
    real_cluster.kubectl("-n", SPACE, "apply", "-f", "-", stdin=MANIFEST)
    real_cluster.kubectl("-n", SPACE, "create", "serviceaccount", "guest")
    yield real_cluster
    real_cluster.kubectl("delete", "namespace", SPACE, "--wait=false")


async def results(cluster: RealCluster, *remedies: Remedy, user: str = "") -> list[DryRun | None]:
    identity = cluster.identity().acting_as(user, ())
    async with connect(identity) as client:
        (finding,) = (await tried(diagnosis(*remedies), client)).findings
    return [remedy.dry_run for remedy in finding.remedies]


@pytest.mark.cluster
async def test_a_change_is_shown_and_not_made(services: RealCluster) -> None:
    before = services.kubectl("-n", SPACE, "get", "service", "web", "-o", "jsonpath={.metadata.resourceVersion}")
    merge = object_patch(WEB, {"spec": {"selector": {"app": "shop"}}}, summary=SAID)
    listed = [{"op": "replace", "path": "/spec/ports/0/port", "value": 81}]
    operations = object_patch(WEB, listed, summary=SAID, patch_type="json")
    new = create_object(config_map(color="red", password="hunter2-hunter2"), summary=SAID)
    one, two, three = await results(services, merge, operations, new)
    assert one
    assert two
    assert three
    assert one.accepted
    assert {"-    app: web", "+    app: shop"} <= set(one.diff)
    assert any(line.startswith("+") and "port: 81" in line for line in two.diff)
    assert any("color: red" in line for line in three.diff)
    assert not any("hunter2" in line for line in three.diff)
    after = services.kubectl("-n", SPACE, "get", "service", "web", "-o", "jsonpath={.metadata.resourceVersion}")
    assert before == after
    assert "settings" not in services.kubectl("-n", SPACE, "get", "configmap", "-o", "name")


@pytest.mark.cluster
async def test_a_refusal_is_an_answer_in_the_servers_words(services: RealCluster) -> None:
    bad = object_patch(WEB, {"spec": {"type": "Moon"}}, summary=SAID)
    gone = object_patch(replace(WEB, name="missing"), {"spec": {"type": "NodePort"}}, summary=SAID)
    one, two = await results(services, bad, gone)
    assert one
    assert two
    assert not one.accepted
    assert "Unsupported value" in one.message
    assert "not found" in two.message
    (refused,) = await results(services, bad, user=f"system:serviceaccount:{SPACE}:guest")
    assert refused
    assert "cannot get" in refused.message or "forbidden" in refused.message


@pytest.mark.cluster
async def test_blanks_and_what_has_no_patch_are_not_tried(services: RealCluster) -> None:
    blank = create_object(config_map(password="<the password>"), summary=SAID)
    assert await results(services, blank, Remedy(summary=SAID)) == [None, None]
    many = [object_patch(WEB, {"spec": {"type": "NodePort"}}, summary=SAID)] * (MAX_TRIALS + 2)
    assert sum(result is not None for result in await results(services, *many)) == MAX_TRIALS


def test_blanks_are_found_at_any_depth() -> None:
    assert has_blanks({"a": [{"b": "<value>"}]})
    assert not has_blanks({"a": [{"b": "x < y > z"}, 3, None]})


def test_a_dry_run_is_printed_with_its_difference() -> None:
    accepted = Remedy(summary=SAID, command="kubectl x", dry_run=DryRun(accepted=True, diff=("-a: 1", "+a: 2")))
    refused = Remedy(summary=SAID, command="kubectl y", dry_run=DryRun(accepted=False, message="no\x1b[31m"))
    for printed in (text(diagnosis(accepted, refused), "en"), markdown(diagnosis(accepted, refused), "en")):
        assert "+a: 2" in printed
        assert "would refuse it: no" in printed
        assert "\x1b" not in printed
