"""Visit the pages of one site, a few at a time, and tell them in the order in which they were found."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kb.documents.formats import MEDIA_TYPES
from kb.sources.errors import SourceError, SourceGone, SourceTooLarge, SourceUnavailable
from kb.sources.fetching import MAX_REDIRECTS, HttpReader, Page
from kb.sources.frontier import Frontier, Visit
from kb.sources.links import PageFacts, page_facts, same_page
from kb.sources.source import Fetched, Item, Trouble
from kb.sources.stamps import parse_stamp, stamp

CONCURRENCY = 4
"""Pages asked for at once from one site: what a browser with some tabs does."""
MAX_DELAY_SECONDS = 10.0
"""A Crawl-delay above this would make a site of 1,000 pages take more than three hours."""
MAX_FAILURES = 20
"""Pages in a row that gave no answer: the site is down, and going on would call every page broken."""
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How far a crawl goes. ``links`` False: only what was offered. ``ends_at`` is a moment of ``clock``."""

    links: bool
    max_pages: int
    max_depth: int
    delay_seconds: float
    ends_at: float
    clock: Callable[[], float]
    pause: Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """What a visit gave: a page with what it says about itself, or why there is none."""

    visit: Visit
    page: Page | None = None
    facts: PageFacts | None = None
    error: SourceError | None = None


@dataclass(slots=True, kw_only=True)
class Crawl:
    """One pass over a site. ``known`` maps addresses to the stamps of last time."""

    reader: HttpReader
    frontier: Frontier
    known: Mapping[str, str]
    rules: Rules
    start: str
    version: str = ""
    _told: int = field(default=0, init=False)
    _failures: int = field(default=0, init=False)

    @property
    def told(self) -> int:
        """How many pages were told, those that cannot be read among them."""
        return self._told

    async def run(self) -> AsyncGenerator[Item | Trouble, None]:
        """Tell every page. Raises SourceUnavailable when the time is over or the site stopped to answer."""
        running: deque[asyncio.Task[Visited]] = deque()
        asked = 0
        width = 1 if self.rules.delay_seconds else CONCURRENCY
        try:
            while self.frontier or running:
                while self.frontier and len(running) < width and self._told + len(running) < self.rules.max_pages:
                    asked += 1
                    running.append(asyncio.create_task(self._visit(self.frontier.next())))
                if not running or asked > 3 * self.rules.max_pages + CONCURRENCY:
                    break
                self._check_time()
                for told in self.take(await running.popleft()):
                    yield told
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        if self.frontier:
            yield self._left_out()

    def take(self, visited: Visited) -> list[Item | Trouble]:
        """Return what a visit tells, and offer what it leads to."""
        visit, page, error = visited.visit, visited.page, visited.error
        if error is not None:
            return self._failed(visit, error)
        self._failures = 0
        if page is None:
            return []
        if page.elsewhere:
            return self._redirected(visit, page)
        if page.unchanged:
            self._told += 1
            return [Item(uri=visit.url, stamp=self.known[visit.url])]
        if not wanted(page.media_type):
            return []
        uri, facts = visit.url, visited.facts
        if facts is not None:
            self._follow(visit, page, facts)
            if facts.noindex or not (uri := self._own_address(visit, page, facts)):
                return []
        self._told += 1
        return [self._item(uri, page, visit.depth)]

    async def _visit(self, visit: Visit) -> Visited:
        if self.rules.delay_seconds:
            await self.rules.pause(min(self.rules.delay_seconds, MAX_DELAY_SECONDS))
        validators = parse_stamp(self.known.get(visit.url, "")).validators
        try:
            page = await self.reader.get(visit.url, validators=validators, follow=lambda _: False, wanted=wanted)
            if page.unchanged and visit.url not in self.known:
                raise SourceError(f"{visit.url} answered that it has not changed, and was not asked that.")
        except SourceError as exc:
            return Visited(visit=visit, error=exc)
        return Visited(visit=visit, page=page, facts=await facts_of(page))

    def _failed(self, visit: Visit, error: SourceError) -> list[Item | Trouble]:
        if isinstance(error, SourceGone):
            return []  # a dead link is no document
        self._failures += isinstance(error, SourceUnavailable)
        if self._failures >= MAX_FAILURES:
            raise SourceUnavailable(
                f"{urlsplit(self.start).netloc} stopped to answer: {self._failures} pages in a row could not be read; "
                f"last: {error.message}",
                next_step="Nothing was removed. It is tried again later.",
            ) from error
        self._told += 1
        return [Trouble(uri=visit.url, error=error)]

    def _redirected(self, visit: Visit, page: Page) -> list[Item | Trouble]:
        if visit.hops >= MAX_REDIRECTS:
            error = SourceError(f"{visit.url} redirects more than {MAX_REDIRECTS} times.")
            return self._failed(visit, error)
        target = self.frontier.adjust(page.elsewhere)
        self.frontier.offer(Visit(url=target, depth=visit.depth, hops=visit.hops + 1))
        return []

    def _follow(self, visit: Visit, page: Page, facts: PageFacts) -> None:
        base = self.frontier.adjust(facts.base, page.url) or page.url
        if facts.refresh:
            self.frontier.offer(
                Visit(url=self.frontier.adjust(facts.refresh, base), depth=visit.depth, hops=visit.hops + 1)
            )
        if not self.rules.links or facts.nofollow or visit.depth >= self.rules.max_depth:
            return
        for link in facts.links:
            self.frontier.offer(Visit(url=self.frontier.adjust(link, base), depth=visit.depth + 1))

    def _own_address(self, visit: Visit, page: Page, facts: PageFacts) -> str:
        """Return the address that the page is told by; empty where another page stands for it."""
        if facts.refresh and self.frontier.holds(self.frontier.adjust(facts.refresh, page.url)):
            return ""
        canonical = self.frontier.adjust(facts.canonical, page.url) if facts.canonical else ""
        if not canonical or canonical == visit.url or not self.frontier.holds(canonical):
            return visit.url
        if same_page(canonical, visit.url):
            return canonical if self.frontier.claim(canonical) else ""
        if same_page(canonical, self.start):
            return visit.url  # a template that names the start page on every page
        self.frontier.offer(Visit(url=canonical, depth=visit.depth, hops=visit.hops + 1))
        return ""

    def _item(self, uri: str, page: Page, depth: int) -> Item:
        found, before = stamp(page, depth), parse_stamp(self.known.get(uri, ""))
        if before.digest == found.digest:
            return Item(uri=uri, stamp=self.known[uri])
        return Item(uri=uri, stamp=str(found), content=content(page, self.version))

    def _check_time(self) -> None:
        if self.rules.clock() > self.rules.ends_at:
            raise SourceUnavailable(
                f"{self.start} was not listed in the time that its source allows; {self._told:,} pages were found.",
                next_step="Narrow it with `include` and `exclude`, or raise `max_minutes`.",
            )

    def _left_out(self) -> Trouble:
        others = len(self.frontier) - 1
        return Trouble(
            uri=self.frontier.next().url,
            error=SourceTooLarge(
                f"This page and {others:,} others were left out: the source takes {self.rules.max_pages:,} pages.",
                next_step="Raise `max_pages`, or narrow it with `include` and `exclude`.",
            ),
        )


async def facts_of(page: Page) -> PageFacts | None:
    """Return what an HTML page says about itself, read in a thread; None for other documents."""
    if page.unchanged or page.elsewhere or not page.data or not _is_html(page.media_type):
        return None
    facts = await asyncio.to_thread(page_facts, page.data)
    facts.robots(page.robots)
    return facts


def wanted(media_type: str) -> bool:
    """Return whether pages of this type are documents. An empty type may be one."""
    bare = media_type.partition(";")[0].strip().lower()
    return bare in MEDIA_TYPES or bare in ("", "text/plain", "text/x-markdown")


def content(page: Page, version: str) -> Fetched:
    """Return a page as a document."""
    name = urlsplit(page.url).path
    return Fetched(data=page.data, name=name, media_type=page.media_type, version=version, updated_at=page.updated_at)


def _is_html(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() in _HTML
