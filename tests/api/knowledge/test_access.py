"""Who may read and change what: in a shared service the API server decides, and no body widens it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.knowledge import narrowed, readable, require_location, require_place
from core.errors import Forbidden
from core.identity import Caller
from core.settings import KnowledgeSettings
from kb.records.model import SourceKind
from kb.stores import PLATFORM, Access, namespace_label, namespace_of
from tests.api.harness import Service, cluster_mode, identity_at, running
from tests.api.knowledge.harness import (
    ADMIN,
    ALICE,
    BOB,
    VIEWER,
    add,
    cluster,
    handbook,
    knowing,
    knowing_context,
    shared,
    upload,
)

SHOP = {"kind": "upload", "name": "files", "access": "namespace:shop"}
BANK = {"kind": "upload", "name": "files", "access": "namespace:bank"}
ALL = {"kind": "upload", "name": "shared"}

spaces = st.sets(st.sampled_from(["shop", "bank", "ops", "data", "web-1", "a"]))


@given(existing=spaces, granted=spaces, everywhere=st.booleans())
def test_what_may_be_read_is_what_exists_and_is_granted(
    existing: set[str], granted: set[str], everywhere: bool
) -> None:
    asked: list[str] = []

    async def may_read(space: str) -> bool:
        asked.append(space)
        return everywhere if space == "" else space in granted

    labels = frozenset(map(namespace_label, existing)) | {PLATFORM}
    found = asyncio.run(readable(labels, may_read))
    allowed = existing if everywhere else existing & granted
    assert found == {PLATFORM, *map(namespace_label, allowed)}
    assert set(asked) <= {"", *existing}
    if existing:
        assert asked[0] == ""


@given(labels=spaces, namespace=st.sampled_from(["", "shop", "bank", "nowhere"]))
def test_a_namespace_in_a_body_only_ever_narrows(labels: set[str], namespace: str) -> None:
    access = Access.of(labels)
    found = narrowed(access, namespace).labels
    assert found <= access.labels
    if namespace:
        assert found <= {PLATFORM, namespace_label(namespace)}
    else:
        assert found == access.labels


@given(label=st.sampled_from(["platform", "namespace:shop", "namespace:a-b"]))
def test_a_label_names_its_namespace(label: str) -> None:
    assert namespace_of(label) in {"", "shop", "a-b"}
    assert (namespace_of(label) == "") == (label == PLATFORM)


@dataclass(frozen=True, kw_only=True)
class Place:
    id: str
    kind: SourceKind
    allowed: bool
    options: dict[str, Any] = field(default_factory=dict)


PLACES = (
    Place(id="folder", kind="directory", options={"path": "/etc"}, allowed=False),
    Place(id="bundled", kind="seed", allowed=False),
    Place(id="web site", kind="web", options={"url": "https://docs.example.com"}, allowed=True),
    Place(id="repository over https", kind="git", options={"url": "https://h/x.git", "path": "docs"}, allowed=True),
    Place(id="repository of this machine", kind="git", options={"url": "file:///srv/x.git"}, allowed=False),
    Place(id="repository with our key", kind="git", options={"url": "ssh://git@h/x.git"}, allowed=False),
    Place(id="description over https", kind="openapi", options={"location": "HTTPS://h/openapi.json"}, allowed=True),
    Place(id="description in a file", kind="openapi", options={"location": "/etc/openapi.json"}, allowed=False),
    Place(id="uploads", kind="upload", allowed=True),
    Place(id="events", kind="events", allowed=True),
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.id)
def test_a_caller_of_a_shared_service_adds_no_place_of_the_server(place: Place) -> None:
    require_place(Caller(name="me", kind="local"), place.kind, place.options)
    caller = Caller(name="alice", kind="cluster", token="t")
    if place.allowed:
        require_place(caller, place.kind, place.options)
    else:
        with pytest.raises(Forbidden):
            require_place(caller, place.kind, place.options)


@pytest.mark.parametrize("typed", ["/etc", "./x", "~", "etc", "C:\\x", "git@h:x", "file:///x", "ssh://h/x", "seed"])
def test_what_could_be_a_path_is_not_even_looked_at(typed: str) -> None:
    require_location(Caller(name="me", kind="local"), typed)
    with pytest.raises(Forbidden):
        require_location(Caller(name="alice", kind="cluster"), typed)


@pytest.mark.parametrize("typed", ["https://h", "HTTP://h/x", "events", "crds", ""])
def test_addresses_and_words_pass(typed: str) -> None:
    require_location(Caller(name="alice", kind="cluster"), typed)


@dataclass(frozen=True, kw_only=True)
class Adding:
    id: str
    body: dict[str, Any]
    headers: dict[str, str]
    status: int


ADDING = (
    Adding(id="own namespace", body=SHOP, headers=ALICE, status=202),
    Adding(id="another's namespace", body=BANK, headers=ALICE, status=403),
    Adding(id="for everybody", body=ALL, headers=ALICE, status=403),
    Adding(id="for everybody, who may", body=ALL, headers=ADMIN, status=202),
    Adding(id="own namespace without the right", body=SHOP, headers=VIEWER, status=403),
    Adding(id="a folder of the server", body={"location": "/etc"}, headers=ADMIN, status=403),
    Adding(id="a folder as a kind", body={"kind": "directory", "options": {"path": "/etc"}}, headers=ADMIN, status=403),
)


@pytest.mark.parametrize("adding", ADDING, ids=lambda adding: adding.id)
async def test_sources_are_added_where_the_api_server_lets_their_callers(adding: Adding, tmp_path: Path) -> None:
    async with shared(tmp_path) as service:
        said = await service.client.post("/v1/sources", json=adding.body, headers=adding.headers)
    assert said.status_code == adding.status, said.text


async def test_private_addresses_are_not_read_for_callers_even_where_a_person_may(tmp_path: Path) -> None:
    knowledge = KnowledgeSettings(seed=False, allow_private_addresses=True)
    async with shared(tmp_path, knowledge=knowledge) as service:
        said = await service.client.post("/v1/sources", json={"location": "http://127.0.0.1:9/"}, headers=ADMIN)
        assert service.context.knowledge is not None
        source = said.json()["source"]["id"]
        await service.context.knowledge.parts.ingest.wait_idle(20, source_id=source)
        told = (await service.client.get(f"/v1/sources/{source}", headers=ADMIN)).json()
    assert told["state"] == "failed"
    assert told["error_code"] == "source_refused"


async def seeded(service: Service) -> dict[str, dict[str, Any]]:
    """Add one document for everybody and one for each namespace; return them by who may read them."""
    found: dict[str, dict[str, Any]] = {}
    for name, body, headers in (("all", ALL, ADMIN), ("shop", SHOP, ALICE), ("bank", BANK, BOB)):
        source = await add(service, body, headers)
        text = f"# Restarting {name}\n\nThe checkout of {name} restarts when its memory is used up.\n"
        found[name] = await upload(service, source["id"], f"{name}.md", text, headers)
    return found


async def test_everybody_finds_what_is_theirs_and_nothing_else(tmp_path: Path) -> None:
    async with shared(tmp_path) as service:
        documents = await seeded(service)
        seen = {}
        for name, headers in (("alice", ALICE), ("bob", BOB), ("viewer", VIEWER), ("admin", ADMIN)):
            asked = {"text": "checkout restarts memory"}
            hits = (await service.client.post("/v1/search", json=asked, headers=headers)).json()["found"]
            sources = (await service.client.get("/v1/sources", headers=headers)).json()["sources"]
            listed = (await service.client.get("/v1/documents", headers=headers)).json()["documents"]
            totals = (await service.client.get("/v1/knowledge", headers=headers)).json()
            seen[name] = (
                {hit["passage"]["document"] for hit in hits},
                {source["access"] for source in sources},
                {document["id"] for document in listed},
                totals["progress"]["documents"],
            )
    ids = {name: document["id"] for name, document in documents.items()}
    shop, bank = {ids["all"], ids["shop"]}, {ids["all"], ids["bank"]}
    assert seen["alice"] == (shop, {"platform", "namespace:shop"}, shop, 2)
    assert seen["viewer"] == seen["alice"]
    assert seen["bob"] == (bank, {"platform", "namespace:bank"}, bank, 2)
    assert seen["admin"] == (shop | bank, {"platform", "namespace:shop", "namespace:bank"}, shop | bank, 3)


async def test_what_is_not_yours_does_not_exist_for_you(tmp_path: Path) -> None:
    async with shared(tmp_path) as service:
        documents = await seeded(service)
        bank = documents["bank"]
        hits = (await service.client.post("/v1/search", json={"text": "memory"}, headers=BOB)).json()["found"]
        passage = next(hit["passage"]["id"] for hit in hits if hit["passage"]["document"] == bank["id"])
        tries = [
            ("GET", f"/v1/sources/{bank['source']}", None),
            ("PATCH", f"/v1/sources/{bank['source']}", {"access": "namespace:shop"}),
            ("DELETE", f"/v1/sources/{bank['source']}", None),
            ("POST", f"/v1/sources/{bank['source']}/sync", None),
            ("POST", f"/v1/sources/{bank['source']}/retry", None),
            ("POST", f"/v1/sources/{bank['source']}/cancel", None),
            ("POST", f"/v1/sources/{bank['source']}/documents?name=x.md", None),
            ("GET", f"/v1/documents?source={bank['source']}", None),
            ("GET", f"/v1/documents/{bank['id']}", None),
            ("GET", f"/v1/documents/{bank['id']}/text", None),
            ("POST", f"/v1/documents/{bank['id']}/retry", None),
            ("POST", f"/v1/documents/{bank['id']}/cancel", None),
            ("DELETE", f"/v1/documents/{bank['id']}", None),
            ("GET", f"/v1/passages/{passage}", None),
            ("POST", "/v1/search", {"text": "memory", "filters": {"sources": [bank["source"]]}}),
            (
                "POST",
                "/v1/retrieval",
                {"knowledge_id": bank["source"], "query": "memory", "retrieval_setting": {"top_k": 5}},
            ),
        ]
        said = {
            (method, path): (await service.client.request(method, path, json=body, headers=ALICE)).status_code
            for method, path, body in tries
        }
        narrowed_to = await service.client.post(
            "/v1/search", json={"text": "memory", "namespace": "bank"}, headers=ALICE
        )
        there = await service.client.get(f"/v1/documents/{bank['id']}", headers=BOB)
    assert set(said.values()) == {404}, said
    assert {hit["passage"]["access"] for hit in narrowed_to.json()["found"]} == {"platform"}
    assert there.status_code == 200


async def test_who_may_read_but_not_change_is_told_so(tmp_path: Path) -> None:
    async with shared(tmp_path) as service:
        documents = await seeded(service)
        shop = documents["shop"]
        tries = [
            ("PATCH", f"/v1/sources/{shop['source']}", {"weight": 2.0}, VIEWER),
            ("DELETE", f"/v1/sources/{shop['source']}", None, VIEWER),
            ("DELETE", f"/v1/documents/{shop['id']}", None, VIEWER),
            ("POST", "/v1/knowledge/reindex", None, ALICE),
            ("GET", "/v1/knowledge/backup", None, ALICE),
            ("POST", "/v1/knowledge/restore", None, ALICE),
            ("PATCH", f"/v1/sources/{shop['source']}", {"access": "platform"}, ALICE),
            ("PATCH", f"/v1/sources/{shop['source']}", {"access": "namespace:bank"}, ALICE),
            ("DELETE", f"/v1/sources/{documents['all']['source']}", None, ALICE),
        ]
        said = [
            (await service.client.request(method, path, json=body, headers=headers)).status_code
            for method, path, body, headers in tries
        ]
        own = await service.client.patch(f"/v1/sources/{shop['source']}", json={"weight": 2.0}, headers=ALICE)
        wider = await service.client.patch(f"/v1/sources/{shop['source']}", json={"access": "platform"}, headers=ADMIN)
        bob = await service.client.get(f"/v1/documents/{shop['id']}", headers=BOB)
    assert said == [403] * len(tries)
    assert own.status_code == 200
    assert wider.json()["access"] == "platform"
    assert bob.status_code == 200


async def test_that_another_tenant_has_the_same_page_is_not_told(tmp_path: Path) -> None:
    text = "# Quotas\n\n" + "A quota limits how much memory and how many pods a namespace may use. " * 20
    async with shared(tmp_path) as service:
        told = {}
        for body, headers in ((SHOP, ALICE), (BANK, BOB)):
            source = await add(service, body, headers)
            document = await upload(service, source["id"], "quota.md", text, headers)
            hits = (await service.client.post("/v1/search", json={"text": "quota"}, headers=headers)).json()["found"]
            told[body["access"]] = (document["duplicate_of"], {hit["passage"]["document"] for hit in hits}, document)
        listed = (await service.client.get("/v1/documents", headers=ADMIN)).json()["documents"]
    for duplicate_of, found, document in told.values():
        assert duplicate_of is None
        assert found == {document["id"]}
    assert len(listed) == 2


async def test_the_person_at_this_machine_reads_every_namespace(tmp_path: Path) -> None:
    async with knowing(tmp_path) as service:
        await add(service, {"location": str(handbook(tmp_path / "docs")), "access": "namespace:shop"})
        found = (await service.client.post("/v1/search", json={"text": "exit code 137"})).json()["found"]
        elsewhere = (
            await service.client.post("/v1/search", json={"text": "exit code 137", "namespace": "bank"})
        ).json()["found"]
    assert found
    assert elsewhere == []


async def test_rights_are_asked_once_and_kept(tmp_path: Path) -> None:
    fake = cluster()
    async with fake.serve() as endpoint:
        context = knowing_context(tmp_path, server=cluster_mode(), identity=identity_at(endpoint))
        async with running(context) as service:
            await seeded(service)
            before = fake.requests[("create", "selfsubjectaccessreviews")]
            for _ in range(3):
                await service.client.post("/v1/search", json={"text": "memory"}, headers=BOB)
            after = fake.requests[("create", "selfsubjectaccessreviews")]
    assert after - before <= 3


async def test_events_stay_with_those_who_may_read_their_namespace(tmp_path: Path) -> None:
    async with shared(tmp_path) as service:
        source = await add(service, {"location": "events", "access": "namespace:shop"}, ALICE)
        moved = [
            await service.client.patch(f"/v1/sources/{source['id']}", json={"access": access}, headers=ADMIN)
            for access in ("platform", "namespace:bank")
        ]
        renamed = await service.client.patch(f"/v1/sources/{source['id']}", json={"name": "ours"}, headers=ALICE)
        hidden = await service.client.get(f"/v1/sources/{source['id']}", headers=BOB)
    assert [said.status_code for said in moved] == [422, 422]
    assert moved[0].json()["code"] == "source_invalid"
    assert renamed.json()["access"] == "namespace:shop"
    assert renamed.json()["watch"]["namespace"] == "shop"
    assert hidden.status_code == 404
