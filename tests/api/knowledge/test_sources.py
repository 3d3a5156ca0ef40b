"""``/v1/sources`` and ``/v1/documents`` for the person at this machine."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cluster.fake import FakeCluster
from core.settings import KnowledgeSettings
from tests.api.harness import Service, events_of, identity_at
from tests.api.knowledge.harness import HANDBOOK, add, ended, handbook, knowing, upload
from tests.kb.events.made import event

UPLOAD: dict[str, Any] = {"kind": "upload", "name": "files"}


async def test_a_folder_is_added_followed_and_searchable(tmp_path: Path) -> None:
    folder = handbook(tmp_path / "handbook")
    async with knowing(tmp_path) as service:
        said = await service.client.post("/v1/sources", json={"location": str(folder)})
        started = said.json()
        run = await ended(service, started["run"])
        stream = events_of((await service.client.get(f"/v1/runs/{run['id']}/events")).text)
        source = (await service.client.get(f"/v1/sources/{started['source']['id']}")).json()
        found = (await service.client.post("/v1/search", json={"text": "exit code 137"})).json()["found"]
    assert said.status_code == 202
    assert said.headers["Location"] == f"/v1/runs/{run['id']}"
    assert (run["kind"], run["state"], [step["name"] for step in run["steps"]]) == (
        "ingestion",
        "succeeded",
        ["list", "index"],
    )
    assert any(event["event"] == "progress" for event in stream)
    assert (source["name"], source["kind"], source["state"]) == ("handbook", "directory", "ready")
    assert source["location"] == str(folder)
    assert source["progress"]["ready"] == len(HANDBOOK)
    assert found[0]["passage"]["heading_path"][-1] == "Exit code 137"


async def test_the_same_place_again_is_read_again_and_not_added_twice(tmp_path: Path) -> None:
    folder = handbook(tmp_path / "handbook")
    async with knowing(tmp_path) as service:
        first = await add(service, {"location": str(folder)})
        handbook(folder, {"new.md": "# Quotas\n\nA quota limits what a namespace may use.\n"})
        second = await add(service, {"location": str(folder)})
        listed = (await service.client.get("/v1/sources")).json()["sources"]
    assert first["id"] == second["id"]
    assert second["progress"]["ready"] == len(HANDBOOK) + 1
    assert len(listed) == 1


async def test_two_places_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        names = [
            (await add(service, {"location": str(handbook(tmp_path / part / "docs"))}))["name"] for part in ("a", "b")
        ]
        taken = await service.client.post(
            "/v1/sources", json={"location": str(handbook(tmp_path / "c" / "docs")), "name": "docs"}
        )
    assert names == ["docs", "docs-2"]
    assert (taken.status_code, taken.json()["code"]) == (409, "source_exists")


async def test_a_key_gives_the_run_that_was_begun_and_is_not_used_twice(tmp_path: Path) -> None:
    folder, other = handbook(tmp_path / "handbook"), handbook(tmp_path / "other")
    key = {"Idempotency-Key": "k"}
    async with knowing(tmp_path) as service:
        first = await service.client.post("/v1/sources", json={"location": str(folder)}, headers=key)
        again = await service.client.post("/v1/sources", json={"location": str(folder)}, headers=key)
        clash = await service.client.post("/v1/sources", json={"location": str(other)}, headers=key)
        listed = (await service.client.get("/v1/sources")).json()["sources"]
        await ended(service, first.json()["run"])
    assert first.json()["run"]["id"] == again.json()["run"]["id"]
    assert first.json()["source"]["id"] == again.json()["source"]["id"]
    assert (clash.status_code, clash.json()["code"]) == (409, "conflict")
    assert [source["name"] for source in listed] == ["handbook"]


async def test_a_place_that_cannot_be_read_fails_the_run_with_the_reason(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        said = (await service.client.post("/v1/sources", json={"location": str(tmp_path / "missing")})).json()
        run = await ended(service, said["run"])
        source = (await service.client.get(f"/v1/sources/{said['source']['id']}")).json()
    assert run["state"] == "failed"
    assert run["error"]["code"] == "ingestion_failed"
    assert "missing" in run["error"]["message"]
    assert source["state"] == "failed"
    assert "missing" in source["last_error"]


async def test_a_source_is_changed_and_removed(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        source = await add(service, {"location": str(handbook(tmp_path / "handbook"))})
        here = f"/v1/sources/{source['id']}"
        changed = await service.client.patch(
            here, json={"name": "book", "weight": 2.5, "schedule_seconds": 3600, "access": "namespace:shop"}
        )
        by_hand = await service.client.patch(here, json={"schedule_seconds": None})
        nothing = await service.client.patch(here, json={})
        removed = await service.client.delete(here)
        found = (await service.client.post("/v1/search", json={"text": "exit code 137"})).json()["found"]
    told = changed.json()
    assert (told["name"], told["weight"], told["schedule_seconds"], told["access"]) == (
        "book",
        2.5,
        3600,
        "namespace:shop",
    )
    assert by_hand.json()["schedule_seconds"] is None
    assert by_hand.json()["weight"] == 2.5
    assert nothing.status_code == 422
    assert removed.status_code == 204
    assert found == []


async def test_cancelling_the_run_cancels_the_ingestion(tmp_path: Path) -> None:
    folder = handbook(tmp_path / "many", {f"{number}.md": f"# {number}\n\nText {number}.\n" for number in range(120)})
    async with knowing(tmp_path, knowledge=KnowledgeSettings(seed=False, workers=1)) as service:
        started = (await service.client.post("/v1/sources", json={"location": str(folder)})).json()
        await service.client.post(f"/v1/runs/{started['run']['id']}/cancel")
        run = await ended(service, started["run"])
        here = f"/v1/sources/{started['source']['id']}"
        assert service.context.knowledge is not None
        idle = await service.context.knowledge.parts.ingest.wait_idle(20, source_id=started["source"]["id"])
        source = (await service.client.get(here)).json()
        for what in ("sync", "retry"):
            after = await ended(service, (await service.client.post(f"{here}/{what}")).json()["run"])
        complete = (await service.client.get(here)).json()
    assert run["state"] == "cancelled"
    assert idle
    assert source["progress"]["ready"] < 120
    assert after["state"] == "succeeded"
    assert complete["progress"]["ready"] == 120


async def test_documents_are_uploaded_replaced_opened_and_removed(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        source = await add(service, UPLOAD)
        document = await upload(service, source["id"], "restart.md", HANDBOOK["restart.md"])
        raw = await service.client.post(
            f"/v1/sources/{source['id']}/documents",
            params={"name": "restart.md"},
            content="# Restarts\n\nWatch the memory of the container.\n",
            headers={"Content-Type": "text/markdown"},
        )
        await ended(service, raw.json()["run"])
        here = f"/v1/documents/{document['id']}"
        whole = (await service.client.get(f"{here}/text")).json()
        part = (await service.client.get(f"{here}/text", params={"start": 2, "end": 9})).json()
        beyond = (await service.client.get(f"{here}/text", params={"start": 10**6})).json()
        backwards = await service.client.get(f"{here}/text", params={"start": 9, "end": 2})
        listed = (await service.client.get("/v1/documents", params={"source": source["id"]})).json()["documents"]
        one = (await service.client.get("/v1/documents", params={"uri": document["uri"]})).json()["documents"]
        found = (await service.client.post("/v1/search", json={"text": "memory of the container"})).json()["found"]
        passage = (await service.client.get(f"/v1/passages/{found[0]['passage']['id']}")).json()
        gone = await service.client.delete(here)
        missing = await service.client.get(here)
    assert (document["state"], document["searchable"], document["source_name"]) == ("ready", True, "files")
    assert raw.json()["documents"] == [document["id"]]
    assert "Watch the memory" in whole["text"]
    assert whole["total"] == len(whole["text"])
    assert part["text"] == whole["text"][2:9]
    assert beyond["text"] == ""
    assert backwards.status_code == 400
    assert [entry["id"] for entry in listed] == [entry["id"] for entry in one] == [document["id"]]
    assert passage["text"] in passage["parent_text"]
    assert gone.status_code == 204
    assert (missing.status_code, missing.json()["code"]) == (404, "document_not_found")


async def test_a_broken_document_says_why_and_is_tried_again(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        source = await add(service, UPLOAD)
        document = await upload(service, source["id"], "broken.pdf", "%PDF-1.7 and then nothing of one")
        good = await upload(service, source["id"], "images.md", HANDBOOK["images.md"])
        dead = (await service.client.get("/v1/documents", params={"state": document["state"]})).json()["documents"]
        retried = await service.client.post(f"/v1/documents/{document['id']}/retry")
        cancelled = await service.client.post(f"/v1/documents/{document['id']}/cancel")
    assert document["state"] == "dead"
    assert document["last_error"]
    assert good["state"] == "ready"
    assert [entry["id"] for entry in dead] == [document["id"]]
    assert retried.status_code == cancelled.status_code == 200
    assert retried.json()["state"] in {"pending", "indexing", "dead"}


async def test_lists_come_page_by_page(tmp_path: Path) -> None:
    folder = handbook(tmp_path / "many", {f"{number:02}.md": f"# {number}\n\nText {number}.\n" for number in range(7)})
    async with knowing(tmp_path) as service:
        await add(service, {"location": str(folder)})
        for name in ("b", "a", "c"):
            await add(service, {"kind": "upload", "name": name})
        documents = await pages(service, "/v1/documents", "documents", 3)
        sources = await pages(service, "/v1/sources", "sources", 2)
        foreign = await service.client.get("/v1/sources", params={"cursor": "nonsense"})
    assert len({document["id"] for document in documents}) == len(documents) == 7
    assert [source["name"] for source in sources] == ["a", "b", "c", "many"]
    assert foreign.status_code == 400


async def pages(service: Service, path: str, key: str, limit: int) -> list[dict[str, Any]]:
    """Read a list to its end."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params: dict[str, Any] = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = (await service.client.get(path, params=params)).json()
        assert len(page[key]) <= limit
        found += page[key]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@dataclass(frozen=True, kw_only=True)
class Hostile:
    id: str
    status: int
    body: bytes = b""
    path: str = "/v1/sources"
    media_type: str = "application/json"
    code: str = ""


HOSTILE = (
    Hostile(id="no json", body=b"{", status=400, code="body_broken"),
    Hostile(id="no object", body=b"[]", status=422, code="request_invalid"),
    Hostile(id="nothing said", body=b"{}", status=422, code="request_invalid"),
    Hostile(id="both said", body=b'{"location":"./x","kind":"upload"}', status=422, code="request_invalid"),
    Hostile(id="unknown field", body=b'{"location":"/x","admin":true}', status=422, code="request_invalid"),
    Hostile(id="unknown kind", body=b'{"kind":"database"}', status=422, code="request_invalid"),
    Hostile(id="odd access", body=b'{"location":"/x","access":"namespace:*"}', status=422, code="request_invalid"),
    Hostile(id="access of all", body=b'{"location":"/x","access":""}', status=422, code="request_invalid"),
    Hostile(id="zero byte", body=b'{"location":"/x\\u0000y"}', status=422, code="request_invalid"),
    Hostile(id="weight 0", body=b'{"location":"/x","weight":0}', status=422, code="request_invalid"),
    Hostile(id="weight nan", body=b'{"location":"/x","weight":NaN}', status=422, code="request_invalid"),
    Hostile(id="every second", body=b'{"location":"/x","schedule_seconds":1}', status=422, code="request_invalid"),
    Hostile(id="no source at all", body=b'{"location":"what is this"}', status=422, code="source_invalid"),
    Hostile(id="unknown option", body=b'{"kind":"git","options":{"url":"https://h/x","run":"rm"}}', status=422),
    Hostile(id="helper of git", body=b'{"kind":"git","options":{"url":"ext::sh -c x"}}', status=422),
    Hostile(id="events of everybody", body=b'{"location":"events"}', status=422, code="source_invalid"),
    Hostile(
        id="events without a cluster",
        body=b'{"location":"events","access":"namespace:shop"}',
        status=503,
        code="cluster_not_configured",
    ),
    Hostile(id="too large", body=b'{"location":"' + b"x" * 70_000 + b'"}', status=413, code="body_too_large"),
    Hostile(id="no json type", body=b"x", media_type="text/plain", status=415, code="media_type_unknown"),
    Hostile(id="deep json", body=b"[" * 50_000, status=400, code="body_broken"),
    Hostile(id="empty question", path="/v1/search", body=b'{"text":""}', status=422, code="request_invalid"),
    Hostile(id="no words", path="/v1/search", body=b'{"text":"???"}', status=422, code="question_empty"),
    Hostile(id="access in a search", path="/v1/search", body=b'{"text":"x","access":["platform"]}', status=422),
    Hostile(id="limit of all", path="/v1/search", body=b'{"text":"x","limit":100000}', status=422),
    Hostile(id="unknown source", path="/v1/search", body=b'{"text":"x","filters":{"sources":["no"]}}', status=404),
    Hostile(id="no question", path="/v1/answers", body=b"{}", status=422, code="request_invalid"),
    Hostile(id="retrieval without all", path="/v1/retrieval", body=b'{"query":"x"}', status=422),
    Hostile(id="incident nowhere", path="/v1/events/incidents", body=b'{"fix":"x"}', status=422),
    Hostile(
        id="author given",
        path="/v1/events/incidents",
        status=422,
        body=b'{"namespace":"shop","workload":"deploy/x","fix":"y","author":"root"}',
    ),
)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.id)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(hostile: Hostile, tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        said = await service.client.post(
            hostile.path, content=hostile.body, headers={"Content-Type": hostile.media_type}
        )
        listed = (await service.client.get("/v1/sources")).json()["sources"]
    assert said.status_code == hostile.status, said.text
    assert said.headers["Content-Type"] == "application/problem+json"
    if hostile.code:
        assert said.json()["code"] == hostile.code
    assert listed == []


@dataclass(frozen=True, kw_only=True)
class Sent:
    id: str
    status: int
    sent: dict[str, Any]
    code: str = ""


LARGE = b"x" * 40_000
SENT = (
    Sent(id="raw over the limit", sent={"content": LARGE, "params": {"name": "a.txt"}}, status=413),
    Sent(id="form over the limit", sent={"files": {"file": ("a.txt", LARGE)}}, status=413),
    Sent(id="raw without a name", sent={"content": b"text"}, status=400, code="usage"),
    Sent(id="form without a file", sent={"files": {"other": ("a.txt", b"x")}}, status=400, code="body_broken"),
    Sent(id="form with two files", sent={"files": [("file", ("a.txt", b"x")), ("file", ("b.txt", b"y"))]}, status=400),
    Sent(id="form without a name", sent={"files": {"file": ("/", b"x")}}, status=400),
)


@pytest.mark.parametrize("sent", SENT, ids=lambda sent: sent.id)
async def test_an_upload_that_is_too_large_or_unreadable_is_refused(sent: Sent, tmp_path: Path) -> None:
    async with knowing(tmp_path, knowledge=KnowledgeSettings(seed=False, max_document_bytes=4096)) as service:
        source = await add(service, UPLOAD)
        said = await service.client.post(f"/v1/sources/{source['id']}/documents", **sent.sent)
        listed = (await service.client.get("/v1/documents")).json()["documents"]
    assert said.status_code == sent.status, said.text
    if sent.code:
        assert said.json()["code"] == sent.code
    assert listed == []


async def test_a_path_in_the_name_of_an_upload_is_no_path(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        source = await add(service, UPLOAD)
        document = await upload(service, source["id"], "../../etc/notes.md", HANDBOOK["images.md"])
    assert document["uri"].endswith("notes.md")
    assert ".." not in document["uri"]


async def test_documents_are_not_uploaded_into_a_source_that_is_listed(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        source = await add(service, {"location": str(handbook(tmp_path / "handbook"))})
        said = await service.client.post(f"/v1/sources/{source['id']}/documents", files={"file": ("a.md", b"# A")})
    assert (said.status_code, said.json()["code"]) == (422, "source_invalid")


async def test_a_source_says_how_its_documents_stand(tmp_path: Path) -> None:
    folder = handbook(tmp_path / "handbook", {**HANDBOOK, "broken.pdf": "%PDF-1.7 and nothing more"})
    broken = handbook(tmp_path / "broken", {"broken.pdf": "%PDF-1.7 and nothing more"})
    async with knowing(tmp_path) as service:
        some = await add(service, {"location": str(folder)})
        none = await add(service, {"location": str(broken)})
        files = await add(service, UPLOAD)
        await upload(service, files["id"], "a.md", "# Quotas\n\nA quota limits a namespace.\n")
        filled = (await service.client.get(f"/v1/sources/{files['id']}")).json()
    assert (some["state"], some["status"]["en"]) == ("ready", "ready, 1 given up")
    assert (none["state"], none["status"]["en"]) == ("failed", "none of 1 document could be indexed")
    assert (files["state"], files["status"]["en"]) == ("ready", "ready, no documents yet")
    assert (filled["state"], filled["status"]["en"], filled["status"]["zh"]) == ("ready", "ready", "就绪")
    assert some["watch"] is None


async def test_a_folder_with_nothing_to_read_fails_with_the_reason(tmp_path: Path) -> None:
    folder = handbook(tmp_path / "pictures", {"a.png": "x", "b.png": "y"})
    async with knowing(tmp_path) as service:
        started = (await service.client.post("/v1/sources", json={"location": str(folder)})).json()
        run = await ended(service, started["run"])
        source = (await service.client.get(f"/v1/sources/{started['source']['id']}")).json()
        body = {"location": str(folder), "options": {"include": ["*.png"]}, "name": "taken anyway"}
        taken = await service.client.post("/v1/sources", json=body)
    assert run["state"] == "failed"
    assert "2 files looked at (2 .png)" in run["error"]["message"]
    assert (source["state"], source["error_code"]) == ("failed", "source_empty")
    assert taken.json()["source"]["options"] == {"path": str(folder), "include": ["*.png"]}


async def test_a_source_of_events_says_what_is_watched_and_how_much_there_is(tmp_path: Path) -> None:
    fake = FakeCluster([event(count=3, first=datetime.now(UTC))])
    async with fake.serve() as endpoint, knowing(tmp_path, identity=identity_at(endpoint)) as service:
        source = await add(service, {"location": "events", "access": "namespace:shop"})
        while not (source["watch"]["live"] and source["progress"]["ready"]):
            await asyncio.sleep(0.02)
            source = (await service.client.get(f"/v1/sources/{source['id']}")).json()
    watch = source["watch"]
    assert (watch["namespace"], watch["error"], watch["patterns"], watch["events"]) == ("shop", "", 1, 3)
    assert watch["since"] is not None
    assert (source["state"], source["status"]["en"]) == ("ready", "watching, 1 pattern of warnings, 3 events")
