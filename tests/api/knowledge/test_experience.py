"""A fix that a person confirmed is offered with the next diagnosis of the same cause, to those who may know of it."""

from pathlib import Path
from typing import Any

import httpx

from tests.api.harness import Service
from tests.api.knowledge.harness import ADMIN, ALICE, BOB, knowing, shared

DEMO = {"source": {"type": "demo"}}


async def diagnosed(service: Service, headers: dict[str, str] | None = None) -> httpx.Response:
    said = await service.client.post("/v1/diagnoses", json=DEMO, headers=headers)
    assert said.status_code == 200, said.text
    return said


def fixed(finding: dict[str, Any], outcome: str, fix: str = "gave it [more](x) memory") -> dict[str, Any]:
    code, workload = finding["code"], f"{finding['object']['kind']}/{finding['object']['name']}"
    return {"namespace": "shop", "workload": workload, "code": code, "fix": fix, "outcome": outcome}


async def test_what_worked_is_offered_with_the_same_cause(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        first = (await diagnosed(service)).json()
        assert first.get("worked_before") is None
        root = first["findings"][0]
        for outcome in ("worked", "worked"):
            said = await service.client.post("/v1/events/incidents", json=fixed(root, outcome))
            assert said.status_code == 201, said.text
        again = (await diagnosed(service)).json()
        text = (await diagnosed(service, {"Accept": "text/plain", "Accept-Language": "zh"})).text
        page = (await diagnosed(service, {"Accept": "text/markdown"})).text
    [one] = again["worked_before"]
    assert one["finding"] == root["id"]
    assert (one["fixes"][0]["worked"], one["fixes"][0]["failed"]) == (2, 0)
    assert "以前有效的做法\n  - " in text
    assert "## Worked before\n\n- " in page
    assert "[more](x)" not in page


async def test_nobody_is_offered_what_belongs_to_a_namespace_they_may_not_read(tmp_path: Path) -> None:
    async with shared(tmp_path) as service:
        root = (await diagnosed(service, ALICE)).json()["findings"][0]
        said = await service.client.post("/v1/events/incidents", json=fixed(root, "worked"), headers=ALICE)
        assert said.status_code == 201, said.text
        seen = {
            name: "worked_before" in (await diagnosed(service, headers)).text
            for name, headers in (("alice", ALICE), ("bob", BOB), ("admin", ADMIN))
        }
    assert seen == {"alice": True, "bob": False, "admin": True}
