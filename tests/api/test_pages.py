import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cluster.snapshot import Snapshot
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis, Remedy, Verdict, WorkloadState
from tests.api.harness import deployment, make_context, namespace, running, snapshot_of

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x1b[31m\u202e"


class Tags(HTMLParser):
    """The tags of a page, and everything that would be fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.add(name)
            if name in {"href", "src", "action"}:
                self.addresses.add(value or "")


def tags_of(page: str) -> Tags:
    parser = Tags()
    parser.feed(page)
    return parser


async def test_the_first_page_says_what_this_is_and_lists_workloads_worst_first(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        page = await service.client.get("/", headers=HTML)
    assert page.status_code == 200
    assert "explains why workloads on Kubernetes fail" in page.text
    assert "No cluster is configured" in page.text
    assert "registry registry.example has no tag 1 of checkout" in page.text
    assert page.text.index("deployment/checkout") < page.text.index("deployment/cart")
    assert 'href="/view?target=deployment%2Fcheckout&amp;namespace=shop&amp;source=demo&amp;lang=en"' in page.text


async def test_a_link_of_the_list_leads_to_the_whole_diagnosis(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        home = await service.client.get("/", headers=HTML)
        link = next(address for address in tags_of(home.text).addresses if "checkout" in address)
        page = await service.client.get(link, headers=HTML)
    assert page.status_code == 200
    for part in ("FAILING", "Cause", "Evidence", "registry.example/checkout:1", "Fix", "Also checked"):
        assert part in page.text


@pytest.mark.parametrize("path", ["/", "/view?target=deploy/checkout&namespace=shop", "/docs"])
async def test_pages_have_no_scripts_and_fetch_nothing(path: str, tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        page = await service.client.get(path, headers=HTML)
    found = tags_of(page.text)
    policy = page.headers["Content-Security-Policy"]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not found.tags & {"script", "iframe", "img", "object", "embed"}
    assert all(address.startswith(("/", "data:,")) and not address.startswith("//") for address in found.addresses)
    assert "unsafe" not in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "path", ["/", "/view?target=deploy/checkout&namespace=shop", "/view?target=deploy/nothing", "/nope"]
)
async def test_pages_speak_chinese(path: str, tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        joined = "&" if "?" in path else "?"
        asked = await service.client.get(f"{path}{joined}lang=zh", headers=HTML)
        browser = await service.client.get(path, headers={**HTML, "Accept-Language": "zh-CN,zh;q=0.9"})
        english = await service.client.get(path, headers={**HTML, "Accept-Language": "en-GB"})
    assert '<html lang="zh-CN">' in asked.text
    assert '<html lang="zh-CN">' in browser.text
    assert '<html lang="en">' in english.text
    assert re.search("[\u4e00-\u9fff]", asked.text)


def hostile(snapshot: Snapshot, **asked: Any) -> Diagnosis:
    """Put markup wherever a cluster could put text."""
    diagnosis = diagnose(snapshot, **asked)
    phrase = Phrase(en=HOSTILE, zh=HOSTILE)
    ref = ObjectRef(kind="Deployment", namespace=HOSTILE, name=HOSTILE, group="apps")
    findings = tuple(
        replace(
            finding,
            object=ref,
            summary=phrase,
            expected=HOSTILE,
            actual=HOSTILE,
            near=(HOSTILE,),
            evidence=tuple(replace(entry, quote=HOSTILE) for entry in finding.evidence),
            remedies=(Remedy(summary=phrase, command=HOSTILE, verify=HOSTILE, undo=HOSTILE, expect=phrase),),
        )
        for finding in diagnosis.findings
    )
    return replace(
        diagnosis,
        target=Phrase(en=HOSTILE, zh=HOSTILE),
        summary=phrase,
        origin=HOSTILE,
        findings=findings,
        workloads=(WorkloadState(object=ref, verdict=Verdict.FAILING, ready=0, wanted=1),),
        checked=(phrase,),
        notes=(phrase,),
        coverage=replace(diagnosis.coverage, notes=(HOSTILE,)),
    )


@pytest.mark.parametrize("path", ["/", "/view"])
async def test_markup_from_a_cluster_stays_text(path: str, tmp_path: Path) -> None:
    async with running(make_context(tmp_path, diagnose=hostile)) as service:
        page = await service.client.get(path, headers=HTML)
    found = tags_of(page.text)
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text
    assert not found.tags & {"script", "img"}
    assert not found.handlers
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


async def test_markup_from_a_request_stays_text(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        pages = [
            await service.client.get("/view", params={"target": "<script>alert(1)</script>"}, headers=HTML),
            await service.client.get("/<script>alert(1)</script>", headers=HTML),
            await service.client.get("/", params={"namespace": "<script>"}, headers=HTML),
        ]
    assert [page.status_code for page in pages] == [422, 404, 422]
    for page in pages:
        assert page.headers["Content-Type"].startswith("text/html")
        assert "script" not in tags_of(page.text).tags


@dataclass(frozen=True, kw_only=True)
class Wrong:
    id: str
    path: str
    status: int
    says: str


WRONG = (
    Wrong(
        id="unknown target", path="/view?target=deploy/chekout&namespace=shop", status=404, says="Did you mean checkout"
    ),
    Wrong(id="unknown namespace", path="/view?namespace=shpo", status=404, says="Did you mean shop"),
    Wrong(id="no cluster", path="/?source=live", status=503, says="cluster_not_configured"),
    Wrong(id="unknown page", path="/nope", status=404, says="There is nothing at /nope."),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.id)
async def test_what_does_not_work_is_a_page_in_plain_words(wrong: Wrong, tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        page = await service.client.get(wrong.path, headers=HTML)
    assert page.status_code == wrong.status
    assert wrong.says in page.text
    assert 'role="alert"' in page.text


async def test_without_the_token_a_browser_gets_a_page(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service, service.anonymous() as client:
        page = await client.get("/", headers=HTML)
    assert page.status_code == 401
    assert "Open the address that the terminal printed" in page.text


async def test_an_empty_recording_says_what_to_do(tmp_path: Path) -> None:
    async with running(make_context(tmp_path, open_demo=lambda: snapshot_of(namespace("shop")))) as service:
        page = await service.client.get("/", headers=HTML)
    assert page.status_code == 200
    assert "There are no workloads here." in page.text


async def test_names_that_need_escaping_in_addresses_lead_to_the_right_object(tmp_path: Path) -> None:
    objects = [namespace("shop"), *deployment("web.v1")]
    async with running(make_context(tmp_path, open_demo=lambda: snapshot_of(*objects))) as service:
        home = await service.client.get("/", headers=HTML)
        link = next(address for address in tags_of(home.text).addresses if "web.v1" in address)
        page = await service.client.get(link, headers=HTML)
    assert page.status_code == 200
    assert "deployment/web.v1 in shop" in page.text
