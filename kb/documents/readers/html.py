"""HTML pages without what surrounds the text: navigation, headers, footers, scripts, comments, forms."""

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken
from kb.documents.limits import Budget
from kb.documents.readers.front_matter import as_time
from kb.documents.readers.html_events import PageEvents

CHUNK = 64 * 1024
ENOUGH = 200  # characters in <main> or <article> from which on the rest of the page is boilerplate
LOST_SHARE = 0.1  # when less than this share survives, a frame was mistaken: read with tag names only


def read_html(text: str, budget: Budget) -> Read:
    """Return the blocks of a page's main part."""
    page = _parsed(text, budget, strict=True)
    drafts = _main(page)
    kept = sum(len(draft.text) for draft in drafts)
    notes = []
    if kept < page.seen * LOST_SHARE:
        page = _parsed(text, budget, strict=False)
        drafts = _main(page)
    elif kept < page.seen:
        notes.append("Navigation and other page furniture were left out.")
    return Read(
        drafts=drafts,
        title=page.title or page.meta.get("og:title", ""),
        version=page.meta.get("version", ""),
        updated_at=_updated(page),
        media_type="text/html",
        notes=notes,
    )


def html_drafts(text: str, budget: Budget) -> Iterator[Draft]:
    """Yield the blocks of a stretch of HTML, as it stands inside other formats."""
    yield from (draft for draft, _ in _parsed(text, budget, strict=False).drafts)


def _main(page: PageEvents) -> list[Draft]:
    main = [draft for draft, inside in page.drafts if inside]
    if sum(len(draft.text) for draft in main) >= ENOUGH:
        return main
    return [draft for draft, _ in page.drafts]


def _parsed(text: str, budget: Budget, *, strict: bool) -> PageEvents:
    page = PageEvents(budget, strict=strict)
    # Events, not a tree: memory stays at what is kept, and depth costs nothing.
    parser = etree.HTMLParser(target=page, encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = text.encode("utf-8", "replace")
    try:
        for at in range(0, len(data), CHUNK):
            budget.check_time()
            parser.feed(data[at : at + CHUNK])
        parser.close()
    except etree.LxmlError as exc:
        if not page.drafts:
            raise DocumentBroken(f"The HTML cannot be parsed: {exc}.") from exc
    page.finish()
    return page


def _updated(page: PageEvents) -> datetime | None:
    names = ("article:modified_time", "last-modified", "dcterms.modified", "date", "article:published_time")
    return next((when for name in names if (when := as_time(page.meta.get(name)))), None)
