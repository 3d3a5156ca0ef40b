"""Split a document into passages along its structure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from uuid import NAMESPACE_URL, uuid5

from kb.documents.document import Document, Span
from kb.passages.packing import Pack, packed
from kb.passages.passage import Passage, PassageKind
from kb.passages.pieces import Piece, TokenCounter, pieces_of
from kb.passages.sections import PARENT_CHARACTERS, Section, parents, sections, windows

CONTEXT_SHARE = 4  # title and headings may take a quarter of a passage
RECENT_COUNTS = 256  # a heading, a table's header, a piece that was moved are counted again soon after
SURE_SHARE = 0.75  # below this share of the limit the sum of the pieces' tokens is taken; above it all is counted again


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large passages are, in tokens of the embedding model.

    ``limit`` is what the model takes; ``reserve`` keeps room for its prefix and special tokens. Passages grow to
    about ``target``; sections smaller than ``small`` join the next one.
    """

    limit: int = 512
    target: int = 256
    reserve: int = 8
    small: int = 64

    @property
    def most(self) -> int:
        """Return how many tokens context and text may have together."""
        return self.limit - self.reserve


@dataclass(slots=True, kw_only=True)
class _Group:
    """One section, or several small ones that share a passage. ``parent`` is the wider stretch to read."""

    path: tuple[str, ...]
    title: str
    cost: int
    start: int
    end: int
    parent: Span
    pieces: list[Piece] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        return sum(piece.tokens for piece in self.pieces)


def split(document: Document, count: TokenCounter, *, sizes: Sizes = Sizes()) -> tuple[Passage, ...]:
    """Return the passages of ``document`` in order.

    ``count`` returns the number of the model's tokens in a text. Every block is in a passage or, for headings, in a
    heading path; no passage has more than ``sizes.limit`` tokens. The same document gives the same ids.
    """
    return tuple(_Splitter(document, count, sizes).passages())


class _Splitter:
    def __init__(self, document: Document, count: TokenCounter, sizes: Sizes) -> None:
        self._document, self._count, self._sizes = document, lru_cache(RECENT_COUNTS)(count), sizes
        self._contexts: dict[tuple[str, ...], tuple[str, tuple[str, ...], int]] = {}
        self._made = 0

    def passages(self) -> Iterator[Passage]:
        for group in self._groups():
            most = self._sizes.most - group.cost
            target = min(self._sizes.target, most)
            packs = packed(group.pieces, text=self._document.text, target=target, most=most, head=self._head)
            made = [passage for pack in packs for passage in self._made_of(pack, group)]
            if group.parent[1] - group.parent[0] <= PARENT_CHARACTERS:
                yield from made
            else:
                for passage, window in zip(made, windows([passage.span for passage in made]), strict=True):
                    yield replace(passage, parent=window)

    def _groups(self) -> Iterator[_Group]:
        """Yield the sections with their pieces, small ones joined with the sections after them."""
        open_: _Group | None = None
        found = sections(self._document)
        for section, parent in zip(found, parents(found), strict=True):
            group = self._group(section, parent)
            if open_ is not None:
                joined = self._joined(open_, group)
                if joined is not None:
                    open_ = joined
                    continue
                yield open_
            open_ = group
        if open_ is not None:
            yield open_

    def _group(self, section: Section, parent: Span) -> _Group:
        title, path, cost = self._context(section.path)
        group = _Group(path=path, title=title, cost=cost, start=section.start, end=section.end, parent=parent)
        whole = self._sizes.most - cost
        part = min(self._sizes.target, whole)
        for number in section.body:
            block = self._document.blocks[number]
            group.pieces += pieces_of(block, number, self._document.text, self._count, whole=whole, part=part)
        # A heading that the context has no room for is said in the text.
        if path != section.path and (heading := self._heading_at(group)):
            group.pieces.insert(0, heading)
        return group

    def _joined(self, first: _Group, second: _Group) -> _Group | None:
        """Return both as one group under what their paths share; None where they are too large or too far apart."""
        if min(first.tokens, second.tokens) >= self._sizes.small:
            return None
        shared = _shared(first.path, second.path)
        if len(shared) < len(first.path) - 1 or len(second.path) > len(shared) + 1:
            return None
        title, path, cost = self._context(shared)
        pieces: list[Piece] = []
        for group in (first, second):
            heading = self._heading_at(group)
            if heading is not None and len(group.path) > len(shared):
                pieces.append(heading)
            pieces += group.pieces
        both = _Group(
            path=path, title=title, cost=cost, start=first.start, end=second.end,
            parent=(min(first.parent[0], second.parent[0]), max(first.parent[1], second.parent[1])), pieces=pieces,
        )  # fmt: skip
        small = both.tokens <= self._sizes.target and both.parent[1] - both.parent[0] <= PARENT_CHARACTERS
        return both if small else None

    def _heading_at(self, group: _Group) -> Piece | None:
        """Return the headings before the group's first piece as a piece of their own."""
        start, end = group.start, group.pieces[0].span[0]
        headings = self._document.text[start:end].rstrip()
        if not headings:
            return None
        return Piece("heading", (start, start + len(headings)), self._count(headings), -1)

    def _context(self, path: tuple[str, ...]) -> tuple[str, tuple[str, ...], int]:
        """Return title and path, without middle headings where they take too much room, and their tokens."""
        known = self._contexts.get(path)
        if known is not None:
            return known
        title, kept = self._document.title, list(path)
        most = self._sizes.limit // CONTEXT_SHARE
        while (cost := self._count(" > ".join([title, *kept]) + "\n")) > most and (kept or title):
            if len(kept) > 1:
                kept.pop(len(kept) // 2 - 1)
            elif len(title) > 16:
                title = title[: len(title) // 2].rstrip()
            elif kept and len(kept[0]) > 16:
                kept[0] = kept[0][: len(kept[0]) // 2].rstrip()
            else:
                break
        self._contexts[path] = (title, tuple(kept), cost)
        return self._contexts[path]

    def _head(self, repeated: str) -> int:
        return self._count(repeated) if repeated else 0

    def _made_of(self, pack: Pack, group: _Group) -> Iterator[Passage]:
        """Yield the pack as a passage; as two where the whole counts more tokens than its pieces did."""
        text, repeated = self._document.text, pack[0].repeated
        span = (pack[0].span[0], pack[-1].span[1])
        body = repeated + text[slice(*span)]
        tokens = group.cost + sum(piece.tokens for piece in pack) + self._head(repeated)
        if tokens > self._sizes.limit * SURE_SHARE:
            context = " > ".join(part for part in (group.title, *group.path) if part)
            tokens = self._count(f"{context}\n{body}" if context else body)
        if tokens > self._sizes.most and (halves := self._halves(pack)):
            for half in halves:
                yield from self._made_of(half, group)
            return
        yield Passage(
            id=str(uuid5(NAMESPACE_URL, f"{self._document.uri}\n{self._document.content_hash}\n{self._made}")),
            document=self._document.uri,
            ordinal=self._made,
            title=group.title,
            heading_path=group.path,
            text=body,
            span=span,
            kind=_kind(pack),
            language=self._document.language,
            tokens=tokens,
            parent=group.parent,
            repeated=repeated,
        )
        self._made += 1

    def _halves(self, pack: Pack) -> list[Pack]:
        if len(pack) > 1:
            middle = len(pack) // 2
            return [pack[:middle], pack[middle:]]
        piece = pack[0]
        start, end = piece.span
        if end - start < 2:
            return []
        middle = (start + end) // 2
        make = partial(Piece, piece.kind, block=piece.block, whole=False)
        return [
            [make(span=span, tokens=self._count(self._document.text[slice(*span)]))]
            for span in ((start, middle), (middle, end))
        ]


def _shared(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    kept = []
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        kept.append(one)
    return tuple(kept)


def _kind(pack: Pack) -> PassageKind:
    kinds = {piece.kind for piece in pack}
    return "code" if kinds == {"code"} else "table" if kinds == {"table"} else "text"
