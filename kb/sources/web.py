"""A web site: the pages that its sitemap lists, or those that links lead to from the start page."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from urllib.parse import urljoin, urlsplit

from kb.sources.crawl import Crawl, Rules, Visited, content, facts_of, wanted
from kb.sources.errors import SourceEmpty, SourceError, SourceGone, SourceRefused, SourceUnavailable
from kb.sources.fetching import AGENT, Closed, HttpReader, Page
from kb.sources.frontier import Frontier, Visit
from kb.sources.links import folder, normal, origin, path_and_query
from kb.sources.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from kb.sources.robots import Robots, parse_robots
from kb.sources.sitemaps import MAX_BYTES as MAX_SITEMAP_BYTES
from kb.sources.sitemaps import listed_pages
from kb.sources.source import Fetched, Item, Trouble
from kb.sources.stamps import parse_stamp
from kb.sources.web_options import Scope, WebOptions, scope

MAX_SITEMAPS = 500
"""Files of one index: 500 hold up to 25 million addresses, far more than ``max_pages``."""
MAX_LISTED = 200_000
"""Addresses that are kept of a site's sitemaps."""


class WebSource:
    """Reads one site politely. ``clock`` and ``pause`` are time: tests pass their own."""

    def __init__(
        self,
        options: WebOptions,
        reader: HttpReader,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._options, self._reader = options, reader
        self._clock, self._pause = clock, pause

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every page. Pages of last time are asked for again, so that an unchanged page need not be read.

        Raises where the start page or robots.txt cannot be read, and where the listing would be incomplete.
        """
        options = self._options
        ends_at = self._clock() + options.max_minutes * 60
        page, robots = await self._start()
        start = normal(page.url)
        listed = _listed(page)
        around = scope(options, start, whole=listed)
        frontier = Frontier(around, robots)
        if not listed and not wanted(page.media_type):
            raise SourceError(f"{start} is no document: its type is {page.media_type[:80]}.")
        pages = await self._sitemap(page, around, robots) if listed or options.sitemap != "never" else ()
        if not pages and options.sitemap == "only":
            raise SourceGone(f"{start} has no sitemap that lists pages below {', '.join(around.include)}.")
        crawl = Crawl(
            reader=self._reader,
            frontier=frontier,
            known=known,
            rules=Rules(
                links=not pages,
                max_pages=options.max_pages,
                max_depth=options.max_depth,
                delay_seconds=robots.delay_seconds,
                ends_at=ends_at,
                clock=self._clock,
                pause=self._pause,
            ),
            start=start,
            version=options.version,
        )
        if not listed:
            frontier.claim(start)
            for told in crawl.take(Visited(visit=Visit(url=start), page=page, facts=await facts_of(page))):
                yield told
        for url in pages:
            frontier.offer(Visit(url=frontier.adjust(url)))
        if not pages:
            for uri, stamp in sorted(known.items(), key=lambda one: (parse_stamp(one[1]).depth, one[0])):
                frontier.offer(Visit(url=uri, depth=parse_stamp(stamp).depth))
        async with contextlib.aclosing(crawl.run()) as told_pages:
            async for told in told_pages:
                yield told
        if not crawl.told and not known:
            raise SourceEmpty(
                f"No page of {start} could be taken{f', of {len(pages):,} that its sitemap lists' if pages else ''}. "
                "Pages that are missing, lead elsewhere, ask not to be indexed or are no documents are left out.",
                next_step=f"Give a page below {', '.join(around.include)} that can be read, or the site's Git "
                "repository.",
            )

    async def fetch(self, uri: str) -> Fetched:
        """Return one page as it is now."""
        page = await self._reader.get(uri, follow=lambda url: origin(url) == origin(uri), wanted=wanted)
        if page.elsewhere:
            raise SourceGone(f"{uri} has moved to {page.elsewhere}.", next_step="Synchronise the source again.")
        if not wanted(page.media_type):
            raise SourceError(f"{uri} is no document any more: its type is {page.media_type}.")
        return content(page, self._options.version)

    async def close(self) -> None:
        """Close the connections."""
        await self._reader.close()

    async def _start(self) -> tuple[Page, Robots]:
        """Read the start page, wherever it has moved to, and the rules of the site where it is."""
        asked = self._options.url
        robots = await self._robots(asked)
        _check_allowed(asked, robots)
        page = await self._reader.get(asked, max_bytes=max(self._reader.limits.max_bytes, MAX_SITEMAP_BYTES))
        if origin(page.url) != origin(asked):
            robots = await self._robots(page.url)
        _check_allowed(normal(page.url), robots)
        return page, robots

    async def _robots(self, url: str) -> Robots:
        place = origin(url) + "/robots.txt"
        try:
            page = await self._reader.get(place, max_bytes=2 * MAX_ROBOTS_BYTES)
        except SourceUnavailable as exc:
            # RFC 9309: where the rules cannot be had, nothing is allowed.
            message = f"Whether {url} may be read is not known: {exc.message}"
            raise SourceUnavailable(message, next_step="It is tried again later.") from exc
        except SourceRefused as exc:
            if not isinstance(exc, Closed):
                raise
            return Robots()
        except SourceError:
            return Robots()  # any status of 4xx means that there are no rules, by RFC 9309
        return parse_robots(page.data.decode("utf-8", "replace"), AGENT)

    async def _sitemap(self, start: Page, around: Scope, robots: Robots) -> tuple[str, ...]:
        """Return the pages of the site's sitemaps that belong to the source, in their order."""
        try:
            async with asyncio.timeout(self._options.max_minutes * 60):
                return await self._mapped(start, around, robots)
        except TimeoutError as exc:
            raise SourceUnavailable(f"The sitemaps of {start.url} were not read in time.") from exc

    async def _mapped(self, start: Page, around: Scope, robots: Robots) -> tuple[str, ...]:
        if _listed(start):
            return await self._pages_of((start.url,), around)
        if robots.sitemaps:
            named = tuple(url for line in robots.sitemaps if (url := normal(line, start.url)))
            if pages := await self._pages_of(named, around):
                return pages
        here = origin(start.url)
        for guess in dict.fromkeys((urljoin(here, folder(start.url)) + "sitemap.xml", f"{here}/sitemap.xml")):
            if pages := await self._pages_of((guess,), around):
                return pages
        return ()

    async def _pages_of(self, sitemaps: tuple[str, ...], around: Scope) -> tuple[str, ...]:
        """Follow sitemaps and indexes of them. One that is missing or no sitemap is passed over."""
        waiting, seen = list(sitemaps), set(sitemaps)
        pages: dict[str, None] = {}
        read = 0
        while waiting and read < MAX_SITEMAPS and len(pages) < MAX_LISTED:
            url = waiting.pop(0)
            read += 1
            try:
                answer = await self._reader.get(url, max_bytes=MAX_SITEMAP_BYTES)
                found = await asyncio.to_thread(listed_pages, answer.data, url)
            except SourceUnavailable:
                raise  # an incomplete list would remove pages
            except SourceError:
                continue
            for entry in found:
                page = normal(entry.url, url)
                if entry.index and page and page not in seen:
                    seen.add(page)
                    waiting.append(page)
                elif not entry.index and page and _in_scope(page, around):
                    pages[page] = None
        return tuple(pages)


def _in_scope(url: str, around: Scope) -> bool:
    return around.holds(url) or (url.startswith("http://") and around.holds("https" + url[4:]))


def _listed(page: Page) -> bool:
    """Return whether the start page is itself a sitemap."""
    path = urlsplit(page.url).path
    return path.endswith((".xml", ".xml.gz")) or ("xml" in page.media_type and "html" not in page.media_type)


def _check_allowed(url: str, robots: Robots) -> None:
    if not robots.allows(path_and_query(url)):
        raise SourceRefused(
            f"The robots.txt of {urlsplit(url).netloc} does not allow to read {url}.",
            next_step="Ask the site's owner, or add its Git repository instead.",
        )
