"""Search, answers, retrieval for Dify, events, and the knowledge base as a whole."""

from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from core.settings import KnowledgeSettings
from kb.stores.edge import EdgeStore
from tests.api.harness import Service, running
from tests.api.knowledge.harness import (
    ALICE,
    BOB,
    VIEWER,
    add,
    ended,
    handbook,
    knowing,
    knowing_context,
    shared,
    upload,
)


async def filled(service: Service, tmp_path: Path) -> dict[str, Any]:
    """Add the handbook."""
    return await add(service, {"location": str(handbook(tmp_path / "handbook"))})


async def test_a_search_explains_itself_and_keeps_to_its_filters(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        source = await filled(service, tmp_path)
        asked: dict[str, Any] = {"text": "exit code 137", "limit": 2, "explain": True}
        plain = (await service.client.post("/v1/search", json={**asked, "explain": False})).json()
        explained = (await service.client.post("/v1/search", json=asked)).json()
        named = (await service.client.post("/v1/search", json={**asked, "filters": {"sources": ["handbook"]}})).json()
        chinese = (
            await service.client.post("/v1/search", json={"text": "镜像", "filters": {"languages": ["zh"]}})
        ).json()
        later = (
            await service.client.post(
                "/v1/search", json={"text": "image", "filters": {"updated_since": "2999-01-01T00:00:00Z"}}
            )
        ).json()
    assert plain["found"][0]["why"] is None
    why = explained["found"][0]["why"]
    assert {"137", "exit"} & set(why["matched"])
    assert why["lexical_rank"] == 1
    assert explained["language"] == "en"
    assert len(explained["found"]) <= 2
    assert explained["found"][0]["passage"]["source"] == source["id"]
    assert [hit["passage"]["id"] for hit in named["found"]] == [hit["passage"]["id"] for hit in explained["found"]]
    assert {hit["passage"]["language"] for hit in chinese["found"]} == {"zh"}
    assert later["found"] == []


async def test_an_answer_is_cited_and_its_citations_open(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        await filled(service, tmp_path)
        answer = (await service.client.post("/v1/answers", json={"question": "What does exit code 137 mean?"})).json()
        for citation in answer["citations"]:
            span = {"start": citation["span"]["start"], "end": citation["span"]["end"]}
            text = (await service.client.get(f"/v1/documents/{citation['document']}/text", params=span)).json()
            assert citation["quote"] in text["text"]
            assert (await service.client.get(f"/v1/passages/{citation['passage']}")).status_code == 200
    assert answer["verdict"] in {"answered", "partial"}
    assert answer["by"] == "passages"
    numbers = {citation["number"] for citation in answer["citations"]}
    assert numbers
    assert all(set(sentence["citations"]) <= numbers for sentence in answer["sentences"])


async def test_an_empty_knowledge_base_says_that_it_does_not_know(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        answer = (await service.client.post("/v1/answers", json={"question": "Why is the sky blue?"})).json()
        chinese = (await service.client.post("/v1/answers", json={"question": "为什么天空是蓝色的？"})).json()
        found = (await service.client.post("/v1/search", json={"text": "sky"})).json()
    assert (answer["verdict"], answer["language"]) == ("not_in_knowledge_base", "en")
    assert (chinese["verdict"], chinese["language"]) == ("not_in_knowledge_base", "zh")
    assert found["found"] == []


async def test_notes_come_in_the_language_of_the_question_or_the_one_that_was_asked_for(tmp_path: Path) -> None:
    follow_up: dict[str, Any] = {"question": "为什么？", "conversation": ["镜像拉取失败怎么办"]}
    async with knowing(tmp_path) as service:
        await filled(service, tmp_path)
        own = (await service.client.post("/v1/answers", json=follow_up)).json()
        english = (await service.client.post("/v1/answers", json={**follow_up, "language": "en"})).json()
        found = (
            await service.client.post("/v1/search", json={"text": "why?", "conversation": ["image pull fails"]})
        ).json()
    assert any("承接前面的对话" in note for note in own["notes"])
    assert any("leans on the conversation" in note for note in english["notes"])
    assert any("leans on the conversation" in note for note in found["notes"])


async def test_dify_gets_records_in_its_own_form(tmp_path: Path) -> None:
    setting = {"top_k": 2, "score_threshold": 0.0}
    asked = {"knowledge_id": "all", "query": "exit code 137", "retrieval_setting": setting, "metadata_condition": None}
    async with knowing(tmp_path) as service:
        await filled(service, tmp_path)
        all_of_it = (await service.client.post("/v1/retrieval", json=asked)).json()
        named = (await service.client.post("/v1/retrieval", json={**asked, "knowledge_id": "handbook"})).json()
        best = (
            await service.client.post(
                "/v1/retrieval", json={**asked, "retrieval_setting": {**setting, "score_threshold": 1.0}}
            )
        ).json()
        missing = await service.client.post("/v1/retrieval", json={**asked, "knowledge_id": "other"})
    records = all_of_it["records"]
    assert set(records[0]) == {"content", "score", "title", "metadata"}
    assert 1 <= len(records) <= 2
    assert all(0 <= record["score"] <= 1 for record in records)
    assert records == sorted(records, key=lambda record: -record["score"])
    assert all(None not in record["metadata"].values() for record in records)
    assert named == all_of_it
    assert len(best["records"]) == 1
    assert (missing.status_code, missing.json()["code"]) == (404, "source_not_found")


INCIDENT = {
    "id": "i-1",
    "namespace": "shop",
    "workload": "Deployment/checkout",
    "code": "OOM_KILLED",
    "reason": "OOMKilling",
    "fix": "raised the memory limit to 512Mi",
    "outcome": "worked",
}


async def test_what_worked_is_offered_the_next_time_with_its_author(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        made = await service.client.post("/v1/events/incidents", json=INCIDENT)
        listed = (await service.client.get("/v1/events/incidents", params={"namespace": "shop"})).json()
        similar = (
            await service.client.get(
                "/v1/events/similar", params={"code": "OOM_KILLED", "workload": "checkout", "namespace": "shop"}
            )
        ).json()
        nothing = await service.client.get("/v1/events/similar", params={"namespace": "shop"})
        patterns = (await service.client.get("/v1/events/patterns", params={"namespace": "shop", "novel": True})).json()
    assert (made.status_code, made.json()["author"], made.json()["outcome"]) == (201, "local", "worked")
    assert [incident["id"] for incident in listed["incidents"]] == ["i-1"]
    assert similar["similar"][0]["incident"]["fix"] == INCIDENT["fix"]
    remedy = similar["worked_before"][0]
    assert (remedy["fix"], remedy["worked"], remedy["advisable"]) == (INCIDENT["fix"], 1, True)
    assert remedy["says"]["en"]
    assert remedy["says"]["zh"]
    assert nothing.status_code == 400
    assert patterns["patterns"] == []


async def test_incidents_stay_in_their_namespace(tmp_path: Path) -> None:
    here = {"namespace": "shop"}
    async with shared(tmp_path) as service:
        made = await service.client.post("/v1/events/incidents", json=INCIDENT, headers=ALICE)
        refused = [
            (await service.client.post("/v1/events/incidents", json=INCIDENT, headers=headers)).status_code
            for headers in (BOB, VIEWER)
        ]
        seen = {
            name: (await service.client.get("/v1/events/incidents", params=here, headers=headers)).json()["incidents"]
            for name, headers in (("alice", ALICE), ("viewer", VIEWER), ("bob", BOB))
        }
    assert made.json()["author"] == "alice"
    assert refused == [403, 403]
    assert [len(seen[name]) for name in ("alice", "viewer", "bob")] == [1, 1, 0]


async def test_the_knowledge_base_tells_how_it_stands_and_is_built_anew(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        await filled(service, tmp_path)
        state = (await service.client.get("/v1/knowledge")).json()
        run = await ended(service, (await service.client.post("/v1/knowledge/reindex")).json())
        found = (await service.client.post("/v1/search", json={"text": "exit code 137"})).json()["found"]
    assert (state["state"], state["sources"], state["progress"]["ready"]) == ("ready", 1, 3)
    assert (state["store"], state["model"]) == ("edge", "fake")
    assert state["collection"]
    assert (run["kind"], run["state"]) == ("reindex", "succeeded")
    assert found


async def test_a_backup_brings_everything_back(tmp_path: Path) -> None:
    async with knowing(tmp_path / "old") as service:
        source = await add(service, {"kind": "upload", "name": "files"})
        await upload(service, source["id"], "quota.md", "# Quota\n\nA quota limits a namespace.\n")
        saved = await service.client.get("/v1/knowledge/backup")
    async with knowing(tmp_path / "new") as service:
        broken = await service.client.post("/v1/knowledge/restore", content=saved.content[:-20])
        restored = await service.client.post("/v1/knowledge/restore", content=saved.content)
        run = await ended(service, restored.json())
        found = (await service.client.post("/v1/search", json={"text": "quota"})).json()["found"]
    assert saved.headers["Content-Type"] == "application/zstd"
    assert (broken.status_code, broken.json()["code"]) == (422, "backup_broken")
    assert run["state"] == "succeeded"
    assert [hit["passage"]["title"] for hit in found] == ["Quota"]


PATHS = ("/v1/sources", "/v1/documents", "/v1/documents/x", "/v1/passages/x", "/v1/events/patterns")


@pytest.mark.parametrize("path", PATHS)
async def test_a_knowledge_base_that_is_off_says_so(path: str, tmp_path: Path) -> None:
    async with knowing(tmp_path, knowledge=KnowledgeSettings(enabled=False)) as service:
        said = await service.client.get(path)
        state = (await service.client.get("/v1/knowledge")).json()
        ready = await service.client.get("/readyz")
    assert (said.status_code, said.json()["code"]) == (503, "knowledge_off")
    assert said.json()["next_step"]
    assert state["state"] == "off"
    assert ready.status_code == 200


async def test_a_store_that_another_process_holds_is_named_and_stops_nothing_else(tmp_path: Path) -> None:
    context = knowing_context(tmp_path)
    holder = EdgeStore(context.settings.storage.state_dir / "vectors")
    try:
        async with running(context) as service:
            said = await service.client.post("/v1/search", json={"text": "x"})
            state = (await service.client.get("/v1/knowledge")).json()
            demo = await service.client.post("/v1/diagnoses", json={"source": {"type": "demo"}})
    finally:
        await holder.close()
    assert (said.status_code, said.json()["code"]) == (503, "vector_store_held")
    assert "process" in said.json()["detail"]
    assert state["trouble"]["code"] == "vector_store_held"
    assert demo.status_code == 200


async def test_every_path_documents_that_the_knowledge_base_may_be_closed(tmp_path: Path) -> None:
    document = create_app(knowing_context(tmp_path)).openapi()
    paths = [path for path in document["paths"] if "knowledge" in str(document["paths"][path])]
    assert len(paths) > 15
    for path in paths:
        for operation in document["paths"][path].values():
            if "knowledge" in operation.get("tags", ()):
                assert "knowledge_off" in operation["responses"]["503"]["description"], path
