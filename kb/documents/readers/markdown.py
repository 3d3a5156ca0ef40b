"""Markdown as documentation sites write it: CommonMark blocks, tables, front matter, templates, admonitions."""

from collections.abc import Iterator

from kb.documents.drafts import Draft, Read
from kb.documents.limits import Budget
from kb.documents.readers.front_matter import split_front_matter
from kb.documents.readers.markdown_blocks import Scanner
from kb.documents.readers.shortcodes import resolve


def read_markdown(text: str, budget: Budget) -> Read:
    """Return the blocks of a page without comments, link targets, templates and other markup.

    Raises DocumentTooLarge while the drafts are drawn, when reading takes too long.
    """
    matter, body = split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    resolved = resolve(body, budget)
    notes = ["The page's front matter cannot be parsed and was left out."] if matter.broken else []
    if resolved.unresolved:
        notes.append(f"{resolved.unresolved:,} templates that insert content from elsewhere were left out.")
    return Read(
        drafts=_drafts(resolved.text, matter.description, budget),
        title=matter.title,
        version=matter.version,
        updated_at=matter.updated_at,
        media_type="text/markdown",
        notes=notes,
    )


def markdown_drafts(text: str, budget: Budget) -> Iterator[Draft]:
    """Yield the blocks of a stretch of Markdown that has no front matter."""
    return Scanner(resolve(text, budget).text, budget).drafts()


def _drafts(text: str, description: str, budget: Budget) -> Iterator[Draft]:
    if description:
        yield Draft("text", description)
    yield from Scanner(text, budget).drafts()
