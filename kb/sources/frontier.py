"""Which pages are still to be visited, each once, nearest to the start first."""

from collections import Counter, deque
from dataclasses import dataclass

from kb.sources.links import normal, path_and_query
from kb.sources.robots import Robots
from kb.sources.web_options import Scope

MAX_QUERIES = 30
"""Variants of one path that differ in their query only: calendars and filters have no end."""
MAX_WAITING = 500_000
"""Addresses kept in memory, about 100 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One page to visit. ``depth`` counts links from the start, ``hops`` the redirects that led here."""

    url: str
    depth: int = 0
    hops: int = 0


class Frontier:
    """Takes addresses, drops those out of scope, refused by robots or seen before."""

    def __init__(self, scope: Scope, robots: Robots) -> None:
        self._scope, self._robots = scope, robots
        self._waiting: deque[Visit] = deque()
        self._seen: set[str] = set()
        self._queries: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._waiting)

    def holds(self, url: str) -> bool:
        """Return whether an address belongs to the site and may be read."""
        return self._scope.holds(url) and self._robots.allows(path_and_query(url))

    def adjust(self, url: str, base: str = "") -> str:
        """Return an address in its normal form, on https where the site is; empty for what is no page."""
        found = normal(url, base)
        if found.startswith("http://") and (secure := "https" + found[4:]) and self._scope.holds(secure):
            return secure
        return found

    def offer(self, visit: Visit) -> bool:
        """Take a page that is wanted and new, and say whether it was."""
        url = visit.url
        if not url or url in self._seen or not self.holds(url):
            return False
        path, _, query = url.partition("?")
        if len(self._seen) >= MAX_WAITING or (query and self._queries[path] >= MAX_QUERIES):
            return False
        self._queries[path] += bool(query)
        self._seen.add(url)
        self._waiting.append(visit)
        return True

    def claim(self, url: str) -> bool:
        """Mark an address as seen without visiting it, and say whether it was new."""
        new = url not in self._seen
        self._seen.add(url)
        return new

    def next(self) -> Visit:
        """Take the page that waited longest."""
        return self._waiting.popleft()
