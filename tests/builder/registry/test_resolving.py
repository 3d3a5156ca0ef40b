"""Digests from registries that behave, and from such as do not."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from builder.build.registries import Registries
from builder.registry import Credentials, Limits, Resolved, digests
from builder.registry.credentials import Login
from tests.builder.registry.serving import DIGEST, GOOD, IMAGE, INDEX, MANIFEST, PASSWORD, USER, certified, served
from tests.kb.sources.serving import Reply, Site

PATH = "/v2/team/shop/manifests/1"
OTHER = "sha256:" + "0" * 64
SMALL = Limits(manifest_bytes=10_000, token_bytes=1_000)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def asked(address: str, image: str = "team/shop:1", **given: object) -> Resolved:
    insecure = Registries(insecure=frozenset({address}))
    return await digests([f"{address}/{image}"], registries=insecure, **given)  # type: ignore[arg-type]


async def without_head(request: web.Request) -> web.StreamResponse:
    if request.method == "HEAD":
        return web.Response(status=405)
    return web.Response(body=MANIFEST, headers={"Content-Type": INDEX})


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": INDEX})
    await response.prepare(request)
    if request.method == "GET":
        while True:
            await response.write(b" " * 10_000)
    return response


async def dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": INDEX})
    await response.prepare(request)
    if request.method == "GET":
        await response.write(b"{")
        await asyncio.Event().wait()
    return response


async def never(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


def lying(header: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(status=501)
        return web.Response(body=MANIFEST, headers={"Content-Type": INDEX, "Docker-Content-Digest": header})

    return answer


def moved(to: str, status: int = 307) -> Reply:
    return Reply(status=status, headers={"Location": to})


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is served, and the digest or a part of the reason. ``{here}`` is the address."""

    id: str
    pages: dict[str, Reply | Answer]
    digest: str = ""
    why: str = ""
    seen: dict[str, int] = field(default_factory=dict)


CASES = (
    Case(id="head", pages={PATH: GOOD}, digest=DIGEST, seen={PATH: 1}),
    Case(id="parameters-of-the-type", pages={PATH: Reply(
        text=MANIFEST, media=f"{INDEX}; charset=utf-8", headers={"Docker-Content-Digest": DIGEST}
    )}, digest=DIGEST),
    Case(id="one-platform", pages={PATH: Reply(
        text=MANIFEST, media=IMAGE, headers={"Docker-Content-Digest": DIGEST}
    )}, digest=DIGEST),
    Case(id="no-digest-in-the-header", pages={PATH: Reply(text=MANIFEST, media=INDEX)}, digest=DIGEST, seen={PATH: 2}),
    Case(id="no-head", pages={PATH: without_head}, digest=DIGEST, seen={PATH: 2}),
    Case(id="moved-here", pages={PATH: moved("/elsewhere"), "/elsewhere": GOOD}, digest=DIGEST),
    Case(id="no-such-tag", pages={}, why="has no team/shop with the tag 1"),
    Case(id="denied", pages={PATH: Reply(status=403)}, why="wants credentials for team/shop (HTTP 403)"),
    Case(id="too-often", pages={PATH: Reply(status=429)}, why="allows no more requests"),
    Case(id="broken", pages={PATH: Reply(status=500)}, why="answers HTTP 500"),
    Case(id="a-page", pages={PATH: Reply(text="<html>log in</html>")}, why="answers with 'text/html'"),
    Case(id="a-page-that-says-a-digest", pages={PATH: Reply(
        text="<html>", headers={"Docker-Content-Digest": DIGEST}
    )}, why="answers with 'text/html'"),
    Case(id="no-json", pages={PATH: Reply(text="<html>", media=INDEX)}, why="where an image manifest should be"),
    Case(id="old-schema", pages={PATH: Reply(text='{"schemaVersion": 1}', media=INDEX)}, why="image manifest should"),
    Case(id="deep-json", pages={PATH: Reply(text="[" * 9_000, media=INDEX)}, why="where an image manifest should be"),
    Case(id="digest-that-is-none", pages={PATH: lying("sha256:../../etc")}, why="says a digest for team/shop that"),
    Case(id="digest-of-something-else", pages={PATH: lying(OTHER)}, why="says a digest for team/shop that"),
    Case(id="unasked-packing", pages={PATH: Reply(
        text=MANIFEST, media=INDEX, headers={"Content-Encoding": "gzip"}
    )}, why="packs its answer unasked"),
    Case(id="large", pages={PATH: Reply(text=b" " * 20_000, media=INDEX)}, why="more than 10,000 bytes"),
    Case(id="endless", pages={PATH: endless}, why="more than 10,000 bytes"),
    Case(id="circle", pages={PATH: moved(PATH)}, why="redirects more than 3 times", seen={PATH: 4}),
    Case(id="moved-without-tls", pages={PATH: moved("http://localhost:1/x")}, why="redirects to localhost without TLS"),
    Case(id="moved-to-a-file", pages={PATH: moved("file:///etc/passwd")}, why="leads to what is no http"),
    Case(id="moved-with-a-password", pages={PATH: moved("https://a:b@x.example/")}, why="leads to what is no http"),
    Case(id="moved-to-nonsense", pages={PATH: moved("http://[")}, why="leads to what is no http"),
    Case(id="moved-nowhere", pages={PATH: Reply(status=302)}, why="answers HTTP 302"),
    Case(id="closed", pages={PATH: Reply(status=401)}, why="wants credentials for team/shop (HTTP 401)"),
    Case(id="closed-by-basic", pages={PATH: Reply(
        status=401, headers={"WWW-Authenticate": 'Basic realm="x"'}
    )}, why="wants credentials for team/shop"),
    Case(id="token-from-a-file", pages={PATH: Reply(
        status=401, headers={"WWW-Authenticate": 'Bearer realm="file:///etc/passwd"'}
    )}, why="leads to what is no http"),
    Case(id="token-elsewhere-without-tls", pages={PATH: Reply(
        status=401, headers={"WWW-Authenticate": 'Bearer realm="http://169.254.169.254/token"'}
    )}, why="sends for a token to 169.254.169.254 without TLS"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_a_registry_gives_a_digest_or_a_reason(case: Case) -> None:
    site = Site(case.pages)
    async with served(site) as address:
        found = await asked(address, limits=SMALL)
    if case.digest:
        assert found.digests == {f"{address}/team/shop:1": case.digest}, found.missing
    else:
        (phrase,) = found.missing.values()
        assert case.why in phrase.en
        assert phrase.zh
        assert not found.digests
    assert {path: site.seen[path] for path in case.seen} == case.seen
    assert not any("Authorization" in one.headers for one in site.requests)


async def test_all_kinds_of_manifests_are_asked_for_and_the_index_first() -> None:
    site = Site({PATH: GOOD})
    async with served(site) as address:
        await asked(address)
    (request,) = site.requests
    assert request.method == "HEAD"
    accepted = request.headers["Accept"].split(", ")
    assert accepted[0] == INDEX
    assert len(accepted) == 4


def guarded(expected: str, challenge: str, then: Reply = GOOD) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") == expected:
            text = then.text.encode() if isinstance(then.text, str) else then.text
            return web.Response(status=then.status, body=text, headers={"Content-Type": then.media, **then.headers})
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    return answer


def token(value: str) -> Reply:
    return Reply(text=value, media="application/json")


async def test_a_token_is_asked_for_once_for_a_repository() -> None:
    site = Site({"/token": token('{"token": "abc.def"}')})
    async with served(site) as address:
        challenge = f'Bearer realm="http://{address}/token",service="a b",scope="repository:other:push"'
        for tag in ("1", "2", "3"):
            site.pages[f"/v2/team/shop/manifests/{tag}"] = guarded("Bearer abc.def", challenge)
        images = [f"{address}/team/shop:{tag}" for tag in ("1", "2", "3")]
        found = await digests(images, registries=Registries(insecure=frozenset({address})))
    assert set(found.digests) == set(images)
    (query,) = [path for path in site.seen if path.startswith("/token")]
    assert query == "/token?service=a+b&scope=repository%3Ateam%2Fshop%3Apull"
    assert site.seen[query] == 1


TOKENS = (
    "",
    "[]",
    "{}",
    '{"token": 1}',
    '{"token": "a\\r\\nX: y"}',
    '{"token": ""}',
    '{"token": "' + "x" * 2_000 + '"}',
)


@pytest.mark.parametrize("text", TOKENS, ids=lambda text: text[:20] or "empty")
async def test_a_token_that_is_none_lets_nobody_in(text: str) -> None:
    site = Site({"/token": token(text)})
    async with served(site) as address:
        site.pages[PATH] = guarded("Bearer x", f'Bearer realm="http://{address}/token"')
        found = await asked(address, limits=SMALL)
    (phrase,) = found.missing.values()
    assert "gives no token" in phrase.en or "more than 1,000 bytes" in phrase.en


def logins(*hosts: str) -> Credentials:
    return Credentials(logins={host: Login(user=USER, password=PASSWORD) for host in hosts})


async def test_credentials_open_a_registry_by_basic_and_by_token() -> None:
    basic = Login(user=USER, password=PASSWORD).basic
    for scheme in ("Basic", "Bearer"):
        site = Site()
        async with served(site) as address:
            challenge = f'{scheme} realm="http://{address}/token"'
            expected = basic if scheme == "Basic" else "Bearer t"
            site.pages[PATH] = guarded(expected, challenge)
            site.pages["/token"] = guarded(basic, "Basic", token('{"access_token": "t"}'))
            found = await asked(address, credentials=logins(address))
        assert list(found.digests.values()) == [DIGEST], found.missing


async def test_credentials_that_are_refused_are_said_and_a_keeper_is_named() -> None:
    site = Site({PATH: Reply(status=401, headers={"WWW-Authenticate": "Basic"})})
    async with served(site) as address:
        refused = await asked(address, credentials=logins(address))
        kept = await asked(address, credentials=Credentials(store="docker-credential-desktop"))
    assert "to the user of the credentials" in next(iter(refused.missing.values())).en
    assert "kept by docker-credential-desktop" in next(iter(kept.missing.values())).en
    assert PASSWORD not in repr(refused)


async def test_credentials_do_not_go_along_with_a_redirect(tmp_path: Path) -> None:
    context = certified(tmp_path)
    there, here = Site({"/there": GOOD, "/closed": Reply(status=401, headers={"WWW-Authenticate": "Basic"})}), Site()
    async with served(there, context), served(here, context) as address:
        basic = Login(user=USER, password=PASSWORD).basic
        for tag, path in (("1", "there"), ("2", "closed")):
            answer = moved(f"https://localhost:{there.port}/{path}")
            here.pages[f"/v2/team/shop/manifests/{tag}"] = guarded(basic, "Basic", answer)
        images = [f"{address}/team/shop:1", f"{address}/team/shop:2"]
        known = logins(address, f"localhost:{there.port}", "localhost")
        found = await digests(images, credentials=known, certificates=tmp_path)
    assert found.digests == {images[0]: DIGEST}
    assert "wants credentials" in found.missing[images[1]].en or "to the user" in found.missing[images[1]].en
    assert there.requests
    assert not any("Authorization" in one.headers for one in there.requests)
    assert any("Authorization" in one.headers for one in here.requests)


async def test_a_token_is_fetched_elsewhere_but_without_credentials(tmp_path: Path) -> None:
    context = certified(tmp_path)
    there, here = Site({"/token": token('{"token": "t"}')}), Site()
    async with served(there, context), served(here, context) as address:
        here.pages[PATH] = guarded("Bearer t", f'Bearer realm="https://localhost:{there.port}/token"')
        anonymous = await digests([f"{address}/team/shop:1"], certificates=tmp_path)
        named = await digests([f"{address}/team/shop:1"], credentials=logins(address), certificates=tmp_path)
    assert anonymous.digests
    assert "the credentials are not given there" in next(iter(named.missing.values())).en
    assert not any("Authorization" in one.headers for one in there.requests)
    assert not any(PASSWORD in one.path_qs for one in there.requests)


async def test_a_registry_that_nobody_vouches_for_is_not_asked(tmp_path: Path) -> None:
    context = certified(tmp_path)
    site = Site({PATH: GOOD})
    async with served(site, context) as address:
        found = await digests([f"{address}/team/shop:1"])
    assert "certificate" in next(iter(found.missing.values())).en.lower()
    assert not site.requests


async def test_a_slow_registry_costs_no_more_than_the_time_and_the_others_count() -> None:
    site = Site({PATH: GOOD, "/v2/slow/manifests/1": never, "/v2/dripping/manifests/1": dripping})
    limits = Limits(seconds=0.5)
    async with served(site) as address:
        images = [f"{address}/slow:1", f"{address}/dripping:1", f"{address}/team/shop:1"]
        async with asyncio.timeout(5):
            found = await digests(images, registries=Registries(insecure=frozenset({address})), limits=limits)
    assert found.digests == {images[2]: DIGEST}
    assert set(found.missing) == set(images[:2])
    for phrase in found.missing.values():
        assert "in time" in phrase.en or "within 0.5 s" in phrase.en


async def test_a_registry_that_is_not_there_is_said() -> None:
    found = await asked("127.0.0.1:1")
    assert "127.0.0.1 cannot be asked" in next(iter(found.missing.values())).en


async def test_each_image_is_asked_for_once_and_answered_as_it_was_written() -> None:
    site = Site({"/v2/library/python/manifests/3": GOOD})
    async with served(site) as address:
        registries = Registries(mirrors={"docker.io": address}, insecure=frozenset({address}))
        pinned = f"docker.io/library/python:3@{OTHER}"
        images = ["python:3", "docker.io/library/python:3", "python:3", "scratch", "scratch:", "No Image", pinned]
        found = await digests(images, registries=registries)
    assert found.digests == {"python:3": DIGEST, "docker.io/library/python:3": DIGEST, pinned: OTHER}
    assert set(found.missing) == {"No Image"}
    assert site.seen == {"/v2/library/python/manifests/3": 1}


async def test_nothing_to_ask_opens_no_connection() -> None:
    assert await digests([]) == Resolved(digests={}, missing={})
