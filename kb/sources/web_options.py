"""The options of a web site, and which pages belong to it."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from kb.sources.links import folder, may_be_page, normal, origin
from kb.sources.options import Line, Options, Patterns


class WebOptions(Options):
    """``url`` is the start page; the pages below its folder belong to the source.

    ``include`` and ``exclude`` are beginnings of paths (``/docs/``); ``include`` replaces the start page's folder.
    ``sitemap``: ``auto`` takes one where there is one, ``only`` demands it, ``never`` always follows links.
    ``max_minutes`` bounds one listing.
    """

    url: Line
    include: Patterns = ()
    exclude: Patterns = ()
    sitemap: Literal["auto", "only", "never"] = "auto"
    max_pages: Annotated[int, Field(ge=1, le=100_000)] = 5_000
    max_depth: Annotated[int, Field(ge=0, le=50)] = 10
    max_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 120
    version: Line = ""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        return checked_url(url)

    @field_validator("include", "exclude")
    @classmethod
    def _paths(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if not pattern.startswith("/") or "*" in pattern:
                raise ValueError(f"{pattern!r} is not the beginning of a path, such as /docs/")
        return patterns


def checked_url(url: str) -> str:
    """Return an address in its normal form. Raises ValueError."""
    if "@" in urlsplit(url).netloc:
        raise ValueError("it holds a user name or password, which would be kept and shown; leave them out")
    if not (found := normal(url)):
        raise ValueError("it is not written as https://HOST/PATH")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which pages belong to a site: those of ``origins`` whose path begins with one of ``include``."""

    origins: frozenset[str]
    start: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]

    def holds(self, url: str) -> bool:
        """Return whether a normal address belongs to the site."""
        if origin(url) not in self.origins or not may_be_page(url):
            return False
        path = urlsplit(url).path or "/"
        inside = any(path.startswith(prefix) or path + "/" == prefix for prefix in self.include)
        return (inside or url == self.start) and not any(path.startswith(prefix) for prefix in self.exclude)


def scope(options: WebOptions, start: str, *, whole: bool = False) -> Scope:
    """Return the scope around the start page as redirects left it; ``whole`` takes in all of its host."""
    include = options.include or (("/",) if whole else (folder(start),))
    return Scope(origins=frozenset({origin(start)}), start=start, include=include, exclude=options.exclude)
