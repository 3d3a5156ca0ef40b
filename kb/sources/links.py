"""Addresses of pages in one form each, and what an HTML page says about itself: links, canonical address, robots."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from lxml import etree

MAX_LINKS = 5_000
"""Links taken from one page; the largest index pages have fewer."""
MAX_URL = 2_048
MAX_FIELDS = 50
"""Fields of a query; more is no address of a page."""
CHUNK = 64 * 1024
_TRACKING = re.compile(r"utm_\w+|gclid|fbclid|msclkid|mc_cid|mc_eid|ref_src|_ga|yclid", re.IGNORECASE)
_KEPT = re.compile(r"(%2[Ff]|%25|%3[Ff]|%23)")
_SAFE = "/:@!$&'()*+,;=~-._"
_INDEX = re.compile(r"/index\.x?html?$", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|ico|webp|avif|bmp|css|m?js|map|woff2?|ttf|eot|zip|t?gz|bz2|xz|zst|rar|7z|tar|jar|exe|dmg|"
    r"deb|rpm|iso|mp[34]|m4[av]|webm|ogg|wav|avi|mov|wasm|xml|rss|atom)$",
    re.IGNORECASE,
)


def normal(url: str, base: str = "") -> str:
    """Return the one form of an http(s) address: no fragment, no tracking, sorted query; empty for anything else.

    An ``index.html`` stays what it is: not every server answers the same without it.
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        return ""
    if ":" in host:
        host = f"[{host}]"
    default = 443 if parts.scheme == "https" else 80
    netloc = host if port in (None, default) else f"{host}:{port}"
    path = _path(parts.path)
    pairs = [(name, value) for name, value in query if not _TRACKING.fullmatch(name)]
    found = urlunsplit((parts.scheme, netloc, path, urlencode(sorted(pairs)), ""))
    return found if len(found) <= MAX_URL else ""


def origin(url: str) -> str:
    """Return scheme, host and port of a normal address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def path_and_query(url: str) -> str:
    """Return what robots.txt speaks about."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def folder(url: str) -> str:
    """Return the path below which the pages of a start page are: its own folder."""
    path = urlsplit(url).path or "/"
    last = path.rpartition("/")[2]
    return path.rpartition("/")[0] + "/" if not last or "." in last else path + "/"


def may_be_page(url: str) -> bool:
    """Return whether an address may be a document, by its suffix."""
    return not _NO_PAGE.search(urlsplit(url).path)


def same_page(left: str, right: str) -> bool:
    """Return whether two addresses differ in no more than ``index.html`` or a slash at the end."""
    return _bare(left) == _bare(right)


def _bare(url: str) -> str:
    return _INDEX.sub("/", url).rstrip("/")


def _path(path: str) -> str:
    """Return a path without dot segments, percent-encoded in one way."""
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    if parts and parts[-1] in (".", ".."):
        kept.append("")
    # An encoded slash, percent sign, question mark or hash is not the plain one; everything else has one form.
    pieces = _KEPT.split("/" + "/".join(kept))
    return "".join(piece.upper() if at % 2 else _quoted(piece) for at, piece in enumerate(pieces))


def _quoted(piece: str) -> str:
    return quote(unquote(piece, errors="surrogateescape"), safe=_SAFE, errors="surrogateescape")


@dataclass(slots=True, kw_only=True)
class PageFacts:
    """What a page says: ``links`` as written, with ``base`` to resolve them; ``noindex`` and ``nofollow``."""

    links: list[str] = field(default_factory=list)
    base: str = ""
    canonical: str = ""
    refresh: str = ""
    noindex: bool = False
    nofollow: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take note of an opening tag."""
        if tag in ("a", "area"):
            href = attributes.get("href", "")
            if 0 < len(href) <= MAX_URL and len(self.links) < MAX_LINKS and "nofollow" not in attributes.get("rel", ""):
                self.links.append(href)
        elif tag == "base":
            self.base = self.base or attributes.get("href", "")[:MAX_URL]
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self.canonical = self.canonical or attributes.get("href", "")[:MAX_URL]
        elif tag == "meta":
            self._meta(attributes)

    def end(self, tag: str) -> None:
        """Take no note of closing tags."""

    def data(self, text: str) -> None:
        """Take no note of text."""

    def close(self) -> None:
        """Finish."""

    def robots(self, said: str) -> None:
        """Take note of what a robots tag or header says."""
        words = set(re.split(r"[\s,:]+", said.lower()))
        self.noindex = self.noindex or bool(words & {"noindex", "none"})
        self.nofollow = self.nofollow or bool(words & {"nofollow", "none"})

    def _meta(self, attributes: dict[str, str]) -> None:
        content = attributes.get("content", "")[:MAX_URL]
        if attributes.get("name", "").lower() == "robots":
            self.robots(content)
        elif attributes.get("http-equiv", "").lower() == "refresh":
            target = re.search(r"url\s*=\s*['\"]?([^'\">]+)", content, re.IGNORECASE)
            self.refresh = target[1].strip() if target else ""


def page_facts(data: bytes) -> PageFacts:
    """Read what an HTML page says about itself. Blocks for some milliseconds a megabyte; never raises."""
    facts = PageFacts()
    # Events, not a tree: memory stays at what is kept, and depth costs nothing.
    parser = etree.HTMLParser(target=facts, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        for at in range(0, len(data), CHUNK):
            parser.feed(data[at : at + CHUNK])
        parser.close()
    except (etree.LxmlError, UnicodeError):
        return facts  # what stood before the damage counts
    return facts
