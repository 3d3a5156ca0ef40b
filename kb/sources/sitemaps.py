"""Sitemaps: which pages a site says that it has. They come from strangers, so no entities, no network, bounded."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from lxml import etree

from kb.sources.errors import SourceError, SourceTooLarge

MAX_BYTES = 52_428_800
"""50 MiB unpacked, the limit of the sitemap protocol."""
MAX_ENTRIES = 50_000
"""The limit of the sitemap protocol for one file."""
MAX_LOCATION = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One address. ``index`` says that it is another sitemap. ``modified`` is as the site wrote it."""

    url: str
    modified: str = ""
    index: bool = False


def unpacked(data: bytes, url: str) -> bytes:
    """Return a sitemap without its gzip packing. Raises SourceTooLarge for a bomb."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpack = zlib.decompressobj(wbits=31)
    try:
        plain = unpack.decompress(data, MAX_BYTES + 1)
    except zlib.error as exc:
        raise SourceError(f"The sitemap {url} is not packed as it says: {exc}.") from exc
    if len(plain) > MAX_BYTES:
        raise SourceTooLarge(f"The sitemap {url} unpacks to more than {MAX_BYTES // 1024 // 1024} MiB.")
    return plain


def listed_pages(data: bytes, url: str) -> list[Entry]:
    """Return all entries. Blocks: call it in a thread. Raises errors of ``SourceError``."""
    return list(entries(data, url))


def entries(data: bytes, url: str) -> Iterator[Entry]:
    """Yield the entries of a sitemap or of an index of sitemaps, or the lines of a sitemap in plain text."""
    plain = unpacked(data, url)
    if not plain.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = plain.decode("utf-8", "replace").splitlines()
        yield from (Entry(url=line.strip()) for line in lines[:MAX_ENTRIES] if line.strip().startswith("http"))
        return
    try:
        yield from _of_xml(plain, url)
    except etree.XMLSyntaxError as exc:
        raise SourceError(f"The sitemap {url} is no XML: {exc.msg}.") from exc


def _of_xml(plain: bytes, url: str) -> Iterator[Entry]:
    found = 0
    events: Any = etree.iterparse(
        BytesIO(plain),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    root: Any = None
    for event, element in events:
        if root is None:
            root = element
            if element.getroottree().docinfo.doctype:
                raise SourceError(f"The sitemap {url} defines entities, which no sitemap needs; it is not read.")
        if event != "end" or not isinstance(element.tag, str):
            continue
        kind = element.tag.rpartition("}")[2]
        if kind not in ("url", "sitemap"):
            continue
        said = {
            child.tag.rpartition("}")[2]: (child.text or "").strip() for child in element if isinstance(child.tag, str)
        }
        if 0 < len(said.get("loc", "")) <= MAX_LOCATION:
            found += 1
            if found > MAX_ENTRIES:
                return
            yield Entry(url=said["loc"], modified=said.get("lastmod", "")[:40], index=kind == "sitemap")
        root.clear()
