"""Web sites: which pages are told, when, and what is refused."""

import asyncio
import gzip
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from kb.sources import SourceEmpty, SourceError, SourceGone, SourceRefused, SourceTooLarge, SourceUnavailable
from kb.sources.fetching import HttpLimits
from kb.sources.options import parse
from kb.sources.source import Item
from kb.sources.web import WebSource
from kb.sources.web_options import WebOptions
from tests.kb.sources.serving import HERE, Net, Reply, Site, listed, names, network, page, serving, stamps

SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
INDEX = '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'


def source(net: Net, url: str = f"{HERE}/docs/", **options: Any) -> WebSource:
    return WebSource(parse(WebOptions, "web", {"url": url, **options}), net.reader, pause=net.pauses)


def paths(told: dict[str, Any]) -> set[str]:
    assert all(uri.startswith(HERE) for uri in told)
    return {uri.removeprefix(HERE) for uri in told}


def sitemap(*urls: str) -> Reply:
    return Reply(text=SITEMAP.format("".join(f"<url><loc>{url}</loc></url>" for url in urls)), media="application/xml")


async def test_pages_of_the_sitemap_below_the_start_page_are_told() -> None:
    urls = [f"{HERE}/docs/a", f"{HERE}/docs/b#part", f"{HERE}/blog/c", "http://other.test/docs/d", f"{HERE}/docs/a"]
    pages = {"/docs/": page("/docs/unlisted"), "/docs/a": page(), "/docs/b": page(), "/sitemap.xml": sitemap(*urls)}
    async with network(Site(pages)) as net:
        items, troubles = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a", "/docs/b"}
        assert not troubles
        assert all(item.content for item in items.values())
        assert net.site.seen["/docs/a"] == 1
        assert set(net.aimed) == {"93.184.215.14"}
        assert set(net.site.hosts) == {"docs.test"}


async def test_an_index_of_packed_sitemaps_is_followed() -> None:
    inner = gzip.compress(SITEMAP.format(f"<url><loc>{HERE}/docs/a</loc></url>").encode())
    pages = {
        "/robots.txt": Reply(text=f"Sitemap: {HERE}/maps.xml", media="text/plain"),
        "/maps.xml": Reply(text=INDEX.format(f"<sitemap><loc>{HERE}/en.xml.gz</loc></sitemap>"), media="text/xml"),
        "/en.xml.gz": Reply(text=inner, media="application/gzip"),
        "/docs/": page(),
        "/docs/a": page(),
    }
    async with network(Site(pages)) as net:
        items, _ = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a"}


async def test_a_sitemap_can_be_the_start_itself() -> None:
    pages = {"/map.xml": sitemap(f"{HERE}/x", f"{HERE}/deep/y"), "/x": page(), "/deep/y": page()}
    async with network(Site(pages)) as net:
        items, _ = await listed(source(net, f"{HERE}/map.xml"))
        assert paths(items) == {"/x", "/deep/y"}


async def test_links_are_followed_where_there_is_no_sitemap() -> None:
    pages = {
        "/docs/": page("a", "b/", "/blog/", "http://elsewhere.test/docs/", "mailto:x@docs.test", "pic.png"),
        "/docs/a": page("../docs/./c?utm_source=x&b=2&a=1#top", "/docs/a#self", "javascript:void(0)"),
        "/docs/b/": page("../a", "gone"),
        "/docs/c": page("/docs/"),
        "/blog/": page(),
    }
    async with network(Site(pages)) as net:
        items, troubles = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a", "/docs/b/", "/docs/c?a=1&b=2"}
        assert not troubles
        assert net.site.seen["/blog/"] == 0
        assert net.site.seen["/docs/pic.png"] == 0


async def test_an_unchanged_page_is_not_read_again_and_its_neighbours_stay() -> None:
    pages: dict[str, Any] = {
        "/docs/": Reply(text=page("a"), headers={"ETag": '"1"'}),
        "/docs/a": Reply(text=page("b"), headers={"ETag": '"2"'}),
        "/docs/b": Reply(text=page()),
    }
    async with network(Site(pages)) as net:
        first, _ = await listed(source(net))
        second, _ = await listed(source(net), stamps(first))
        assert stamps(second) == stamps(first)
        assert len(second) == 3
        assert not [item for item in second.values() if item.content]
        net.site.pages["/docs/a"] = Reply(text=page("b", body="new"), headers={"ETag": '"3"'})
        del net.site.pages["/docs/b"]
        third, _ = await listed(source(net), stamps(second))
        assert paths(third) == {"/docs/", "/docs/a"}
        assert third[f"{HERE}/docs/a"].content is not None
        assert third[f"{HERE}/docs/a"].stamp != first[f"{HERE}/docs/a"].stamp


async def test_last_modified_is_asked_for_and_becomes_the_time_of_the_page() -> None:
    when = "Wed, 21 Oct 2015 07:28:00 GMT"

    async def dated(request: web.Request) -> web.Response:
        status = 304 if request.headers.get("If-Modified-Since") == when else 200
        return web.Response(status=status, text=page(), content_type="text/html", headers={"Last-Modified": when})

    async with network(Site({"/docs/": page("a"), "/docs/a": dated})) as net:
        first, _ = await listed(source(net))
        content = first[f"{HERE}/docs/a"].content
        assert content is not None
        assert content.updated_at is not None
        assert content.updated_at.year == 2015
        second, _ = await listed(source(net), stamps(first))
        assert second[f"{HERE}/docs/a"] == Item(uri=f"{HERE}/docs/a", stamp=first[f"{HERE}/docs/a"].stamp)


async def test_redirects_and_canonical_addresses_make_one_document() -> None:
    canonical = '<link rel="canonical" href="/docs/new">'
    pages = {
        "/docs/": page("old", "copy", "new", "index.html", "alias"),
        "/docs/old": Reply(status=301, headers={"Location": "/docs/new"}),
        "/docs/copy": page(head=canonical, body="the same"),
        "/docs/new": page(head=canonical, body="the same"),
        "/docs/index.html": page(head='<link rel="canonical" href="/docs/">'),
        "/docs/alias": page(head='<meta http-equiv="refresh" content="0; url=/docs/new">'),
    }
    async with network(Site(pages)) as net:
        items, troubles = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/new"}
        assert not troubles
        assert net.site.seen["/docs/new"] == 1


async def test_a_template_that_calls_every_page_the_start_page_is_not_believed() -> None:
    head = '<link rel="canonical" href="/docs/">'
    async with network(Site({"/docs/": page("a", head=head), "/docs/a": page(head=head)})) as net:
        items, _ = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a"}


async def test_robots_and_noindex_are_respected() -> None:
    pages = {
        "/robots.txt": Reply(
            text="User-agent: *\nDisallow: /docs/secret\nDisallow: /*.pdf$\nAllow: /docs/secret/open\nCrawl-delay: 99",
            media="text/plain",
        ),
        "/docs/": page("secret/a", "secret/open", "x.pdf", "quiet", "next"),
        "/docs/secret/a": page(),
        "/docs/secret/open": page(),
        "/docs/quiet": page("behind", head='<meta name="robots" content="noindex, nofollow">'),
        "/docs/behind": page(),
        "/docs/next": page(),
    }
    async with network(Site(pages)) as net:
        items, _ = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/secret/open", "/docs/next"}
        assert net.site.seen["/docs/secret/a"] == 0
        assert net.site.seen["/docs/behind"] == 0
        assert net.pauses
        assert set(net.pauses) == {10.0}


async def test_a_start_page_that_robots_closes_is_refused() -> None:
    robots = Reply(text="User-agent: sextant-kb\nDisallow: /", media="text/plain")
    async with network(Site({"/robots.txt": robots, "/docs/": page()})) as net:
        with pytest.raises(SourceRefused, match=r"robots\.txt"):
            await listed(source(net))
        assert net.site.seen["/docs/"] == 0


async def test_where_robots_cannot_be_had_nothing_is_read() -> None:
    async with network(Site({"/robots.txt": Reply(status=503), "/docs/": page()})) as net:
        with pytest.raises(SourceUnavailable):
            await listed(source(net))
        assert net.site.seen["/docs/"] == 0


async def test_a_broken_page_is_a_trouble_and_the_others_are_told() -> None:
    pages = {
        "/docs/": page("a", "b", "c"),
        "/docs/a": Reply(status=500),
        "/docs/b": Reply(status=403),
        "/docs/c": page(),
    }
    async with network(Site(pages)) as net:
        items, troubles = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/c"}
        assert paths(troubles) == {"/docs/a", "/docs/b"}
        assert troubles[f"{HERE}/docs/a"].error.retryable
        assert net.site.seen["/docs/a"] == 3


async def test_retry_after_is_waited_for() -> None:
    answers = [web.Response(status=429, headers={"Retry-After": "7"}), web.Response(text="# fine")]

    async def busy(request: web.Request) -> web.Response:
        return answers.pop(0)

    async with network(Site({"/docs/": page("a"), "/docs/a": busy})) as net:
        items, _ = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a"}
        assert 7.0 in net.pauses


async def test_a_site_that_stops_to_answer_ends_the_listing() -> None:
    pages: dict[str, Any] = {"/docs/": page(*(f"p{number}" for number in range(60)))}
    pages |= {f"/docs/p{number}": Reply(status=503) for number in range(60)}
    async with network(Site(pages)) as net:
        with pytest.raises(SourceUnavailable, match="in a row"):
            await listed(source(net))


async def test_pages_over_the_limit_are_left_out_with_a_word() -> None:
    pages: dict[str, Any] = {"/docs/": page(*(f"p{number}" for number in range(9)))}
    pages |= {f"/docs/p{number}": page() for number in range(9)}
    async with network(Site(pages)) as net:
        items, troubles = await listed(source(net, max_pages=4))
        assert paths(items) == {"/docs/", "/docs/p0", "/docs/p1", "/docs/p2"}
        assert paths(troubles) == {"/docs/p3"}
        assert "5 others" in troubles[f"{HERE}/docs/p3"].error.message


async def test_depth_and_prefixes_bound_a_crawl() -> None:
    pages = {
        "/docs/": page("1"),
        "/docs/1": page("2", "no/x"),
        "/docs/2": page("3"),
        "/docs/3": page(),
        "/docs/no/x": page(),
    }
    async with network(Site(pages)) as net:
        items, _ = await listed(source(net, max_depth=2, exclude=["/docs/no/"]))
        assert paths(items) == {"/docs/", "/docs/1", "/docs/2"}


async def test_a_calendar_without_end_is_cut() -> None:
    async def month(request: web.Request) -> web.Response:
        number = int(request.query.get("month", "0"))
        return web.Response(text=page(f"?month={number + 1}"), content_type="text/html")

    async with network(Site({"/docs/": month})) as net:
        items, _ = await listed(source(net, max_depth=50))
        assert len(items) <= 32


@dataclass(frozen=True, kw_only=True)
class Hop:
    id: str
    target: str


HOPS = (
    Hop(id="loopback", target="http://127.0.0.1/x"),
    Hop(id="other-port", target="http://127.0.0.1:2379/v2/keys"),
    Hop(id="metadata", target="http://169.254.169.254/latest/meta-data/"),
    Hop(id="ipv6-loopback", target="http://[::1]/x"),
    Hop(id="mapped", target="http://[::ffff:127.0.0.1]/x"),
    Hop(id="mapped-metadata", target="http://[::ffff:a9fe:a9fe]/x"),
    Hop(id="nat64", target="http://[64:ff9b::7f00:1]/x"),
    Hop(id="6to4", target="http://[2002:7f00:1::]/x"),
    Hop(id="unspecified", target="http://0.0.0.0/x"),
    Hop(id="private", target="http://10.0.0.1/x"),
    Hop(id="carrier", target="http://100.64.0.1/x"),
    Hop(id="unique-local", target="http://[fd00:ec2::254]/x"),
    Hop(id="name", target="http://inside.test/x"),
    Hop(id="one-of-two", target="http://both.test/x"),
    Hop(id="file", target="file:///etc/passwd"),
    Hop(id="gopher", target="gopher://docs.test/x"),
    Hop(id="password", target="http://user:word@docs.test/x"),
)
PRIVATE_NAMES = names(inside_test="192.168.1.1", both_test="93.184.215.14,127.0.0.1")


@pytest.mark.parametrize("hop", HOPS, ids=lambda hop: hop.id)
async def test_a_redirect_that_leads_inside_is_refused(hop: Hop) -> None:
    moved = Reply(status=302, headers={"Location": hop.target})
    async with network(Site({"/docs/": moved}), resolve=PRIVATE_NAMES) as net:
        with pytest.raises(SourceRefused):
            await listed(source(net))
        assert set(net.aimed) <= {"93.184.215.14"}
    async with network(
        Site({"/docs/": page("a", "b"), "/docs/a": moved, "/docs/b": page()}), resolve=PRIVATE_NAMES
    ) as net:
        items, troubles = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/b"}
        assert isinstance(troubles[f"{HERE}/docs/a"].error, SourceRefused)
        assert set(net.aimed) <= {"93.184.215.14"}


@pytest.mark.parametrize("hop", [hop for hop in HOPS if hop.target.startswith("http:")], ids=lambda hop: hop.id)
async def test_a_private_start_page_is_refused(hop: Hop) -> None:
    async with network(Site({"/x": page()}), resolve=PRIVATE_NAMES) as net:
        if hop.id != "password":
            with pytest.raises(SourceRefused):
                await listed(source(net, hop.target))
        assert net.aimed == []


async def test_a_name_that_changes_its_address_after_the_check_is_not_followed() -> None:
    answers = ["93.184.215.14", "127.0.0.1"]

    async def rebinding(host: str, port: int) -> tuple[str, ...]:
        return (answers.pop(0) if len(answers) > 1 else answers[0],)

    async with network(Site({"/docs/": page("a"), "/docs/a": page()}), resolve=rebinding) as net:
        items, _ = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a"}
        assert set(net.aimed) == {"93.184.215.14"}


async def test_private_addresses_can_be_allowed() -> None:
    site = Site({"/docs/": page("a"), "/docs/a": page()})
    async with network(site, allow_private=True, resolve=names(docs_test="10.1.2.3")) as net:
        items, _ = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a"}


@pytest.mark.parametrize("where", ["/docs/", "/docs/a"])
async def test_endless_redirects_end(where: str) -> None:
    async def onwards(request: web.Request) -> web.Response:
        number = int(request.query.get("n", "0")) + 1
        return web.Response(status=302, headers={"Location": f"{request.path}?n={number}"})

    pages: dict[str, Any] = {"/docs/": page("a"), where: onwards}
    async with network(Site(pages)) as net:
        if where == "/docs/":
            with pytest.raises(SourceError, match="redirects more than"):
                await listed(source(net))
        else:
            items, troubles = await listed(source(net))
            assert paths(items) == {"/docs/"}
            assert len(troubles) == 1


async def test_a_circle_of_redirects_ends() -> None:
    circle = {
        "/docs/": Reply(status=302, headers={"Location": "/docs/b"}),
        "/docs/b": Reply(status=302, headers={"Location": "/docs/"}),
    }
    async with network(Site(circle)) as net:
        with pytest.raises(SourceError, match="circle"):
            await listed(source(net))


async def test_a_body_that_comes_drop_by_drop_is_given_up() -> None:
    async def drops(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        await response.write(b"x")
        await asyncio.Event().wait()  # until the client goes away
        return response

    limits = HttpLimits(request_seconds=0.2, tries=1)
    async with network(Site({"/docs/": page("a"), "/docs/a": drops}), limits=limits) as net:
        items, troubles = await listed(source(net))
        assert paths(items) == {"/docs/"}
        assert isinstance(troubles[f"{HERE}/docs/a"].error, SourceUnavailable)


async def test_bodies_over_the_limit_are_not_taken_in() -> None:
    async def huge(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html", "Content-Length": str(500 * 1024 * 1024)})
        await response.prepare(request)
        return response

    async def unsaid(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(64):
            await response.write(b"x" * 65536)
        return response

    bomb = Reply(text=gzip.compress(bytes(80 * 1024 * 1024)), headers={"Content-Encoding": "gzip"})
    pages: dict[str, Any] = {"/docs/": page("a", "b", "c", "d"), "/docs/a": huge, "/docs/b": unsaid, "/docs/c": bomb}
    pages["/docs/d"] = Reply(text=b"\x1f\x8bno gzip", headers={"Content-Encoding": "gzip"})
    async with network(Site(pages), limits=HttpLimits(max_bytes=1024 * 1024)) as net:
        items, troubles = await listed(source(net))
        assert paths(items) == {"/docs/"}
        for name in "abc":
            assert isinstance(troubles[f"{HERE}/docs/{name}"].error, SourceTooLarge)
        assert paths(troubles) == {"/docs/a", "/docs/b", "/docs/c", "/docs/d"}


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "http://docs.test/docs/x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><urlset><url><loc>&c;</loc></url></urlset>'
)
OUTSIDE = '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, "<urlset><url>", gzip.compress(bytes(60 * 1024 * 1024))])
async def test_a_hostile_sitemap_is_passed_over(text: str | bytes) -> None:
    pages = {"/docs/": page("a"), "/docs/a": page(), "/sitemap.xml": Reply(text=text, media="application/xml")}
    async with network(Site(pages)) as net:
        items, _ = await listed(source(net))
        assert paths(items) == {"/docs/", "/docs/a"}
        with pytest.raises(SourceGone, match="sitemap"):
            await listed(source(net, sitemap="only"))


async def test_a_sitemap_that_is_down_does_not_remove_pages() -> None:
    pages = {"/docs/": page("a"), "/docs/a": page(), "/sitemap.xml": Reply(status=502)}
    async with network(Site(pages)) as net:
        with pytest.raises(SourceUnavailable):
            await listed(source(net))


async def test_time_over_ends_the_listing_with_an_error() -> None:
    times = iter(range(0, 100_000, 100))
    pages = {"/docs/": page("a"), "/docs/a": page()}
    async with network(Site(pages)) as net:
        options = parse(WebOptions, "web", {"url": f"{HERE}/docs/", "max_minutes": 1})
        late = WebSource(options, net.reader, clock=lambda: float(next(times)), pause=net.pauses)
        with pytest.raises(SourceUnavailable, match="in the time"):
            await listed(late)


async def test_a_missing_start_page_is_an_error() -> None:
    async with network(Site({})) as net:
        with pytest.raises(SourceGone):
            await listed(source(net))


async def test_nothing_is_sent_that_identifies_the_reader() -> None:
    cookie = Reply(text=page("a"), headers={"Set-Cookie": "a=b"})
    async with network(Site({"/docs/": cookie, "/docs/a": page()})) as net:
        await listed(source(net))
        for request in net.site.requests:
            assert "Cookie" not in request.headers
            assert "Authorization" not in request.headers
            assert "sextant-kb" in request.headers["User-Agent"]


async def test_one_page_is_fetched_anew() -> None:
    async with network(
        Site({"/docs/a": page(body="now"), "/docs/b": Reply(status=302, headers={"Location": "http://o.test/"})})
    ) as net:
        fetched = await source(net).fetch(f"{HERE}/docs/a")
        assert b"now" in fetched.data
        assert fetched.name == "/docs/a"
        with pytest.raises(SourceGone, match="moved"):
            await source(net).fetch(f"{HERE}/docs/b")


async def test_a_real_server_on_the_loopback_is_read_when_allowed_and_refused_when_not() -> None:
    from kb.sources.fetching import HttpReader
    from kb.sources.pinning import PinnedTransport

    site = Site({"/": page("a"), "/a": page()})
    async with serving(site) as port:
        for host in ("127.0.0.1", "localhost"):
            reader = HttpReader(PinnedTransport(allow_private=True))
            found = WebSource(parse(WebOptions, "web", {"url": f"http://{host}:{port}/"}), reader)
            items, _ = await listed(found)
            assert set(items) == {f"http://{host}:{port}/", f"http://{host}:{port}/a"}
            await found.close()
            refusing = HttpReader(PinnedTransport(allow_private=False))
            with pytest.raises(SourceRefused, match="not public"):
                await refusing.get(f"http://{host}:{port}/")
            await refusing.close()


async def test_a_site_that_lets_no_page_be_taken_says_so() -> None:
    closed = Reply(text="<html><head><meta name='robots' content='noindex'></head><body>Text.</body></html>")
    async with network(Site({"/docs/": closed})) as net:
        with pytest.raises(SourceEmpty, match="ask not to be indexed") as raised:
            await listed(source(net))
    assert "/docs/" in raised.value.next_step
    async with network(Site({"/map.xml": sitemap(f"{HERE}/gone", f"{HERE}/lost")})) as net:
        with pytest.raises(SourceEmpty, match="of 2 that its sitemap lists"):
            await listed(source(net, f"{HERE}/map.xml"))
