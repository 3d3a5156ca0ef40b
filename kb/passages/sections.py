"""Sections: the stretches between headings, with the path of headings above them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.documents.document import Block, Document, Span

MAX_HEADING = 120  # characters of a heading that go into a path; a longer heading is kept as text, too
PARENT_CHARACTERS = 8_000  # about what a person, or a model's context, takes in at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Blocks under one heading. ``start`` is where the section begins in the text, its own heading included.

    ``body`` numbers the blocks that passages must hold: everything but the headings that the paths repeat.
    ``depth`` is the level of the heading; 0 before the first one.
    """

    path: tuple[str, ...]
    depth: int
    start: int
    end: int
    body: tuple[int, ...]


def sections(document: Document) -> tuple[Section, ...]:
    """Return the sections that have a body, in order."""
    return tuple(section for section in _all(document) if section.body)


def parents(found: tuple[Section, ...]) -> list[Span]:
    """Return for each section the widest enclosing stretch of at most ``PARENT_CHARACTERS``, or the section itself."""
    spans: list[Span] = []
    for index, section in enumerate(found):
        best = (section.start, section.end)
        for keep in range(len(section.path) - 1, -1, -1):
            wider = _covering(found, index, section.path[:keep])
            if wider[1] - wider[0] > PARENT_CHARACTERS:
                break
            best = wider
        spans.append(best)
    return spans


def windows(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield for each span the stretch of its neighbours that fits ``PARENT_CHARACTERS``, as even as can be."""
    for index, (start, end) in enumerate(spans):
        before, after = index - 1, index + 1
        grown = True
        while grown:
            grown = False
            if before >= 0 and end - spans[before][0] <= PARENT_CHARACTERS:
                start, before, grown = spans[before][0], before - 1, True
            if after < len(spans) and spans[after][1] - start <= PARENT_CHARACTERS:
                end, after, grown = max(end, spans[after][1]), after + 1, True
        yield start, end


def _covering(found: tuple[Section, ...], index: int, path: tuple[str, ...]) -> Span:
    start = stop = index
    limit = PARENT_CHARACTERS * 2
    while start > 0 and found[start - 1].path[: len(path)] == path:
        start -= 1
        if found[stop].end - found[start].start > limit:
            break
    while stop + 1 < len(found) and found[stop + 1].path[: len(path)] == path:
        stop += 1
        if found[stop].end - found[start].start > limit:
            break
    return found[start].start, found[stop].end


def _all(document: Document) -> Iterator[Section]:
    stack: list[Block] = []
    body: list[int] = []
    start = 0
    blocks = document.blocks
    for index, block in enumerate(blocks):
        if block.kind != "heading":
            body.append(index)
            continue
        # Headings that follow each other downwards begin one section together.
        above = blocks[index - 1] if index > 0 else None
        chained = above is not None and above.kind == "heading" and above.level < block.level and not body
        if not chained or stack[-1].text == document.title:
            yield _section(document, stack, body, start, block.span[0])
            start = block.span[0]
        while stack and stack[-1].level >= block.level:
            stack.pop()
        # A heading that nothing stands under, or that is too long for a path, would be lost: it is text.
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        bare = following is None or (following.kind == "heading" and following.level <= block.level)
        body = [index] if bare or len(block.text) > MAX_HEADING else []
        if bare:
            yield _section(document, stack, body, start, block.span[1])
            body, start = [], block.span[1]
        stack.append(block)
    yield _section(document, stack, body, start, len(document.text))


def _section(document: Document, stack: list[Block], body: list[int], start: int, end: int) -> Section:
    path = tuple(_short(heading.text) for heading in stack if heading.text != document.title)
    return Section(path=path, depth=stack[-1].level if stack else 0, start=start, end=end, body=tuple(body))


def _short(heading: str) -> str:
    return heading if len(heading) <= MAX_HEADING else heading[: MAX_HEADING - 1].rstrip() + "…"
