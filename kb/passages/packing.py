"""Pieces into passages: near the target size, code with what introduces it, no crumbs."""

from collections.abc import Callable, Iterator, Sequence

from kb.passages.pieces import Piece

OVERLAP_TOKENS = 40  # a longer sentence is not said twice
CRUMB_TOKENS = 48  # a shorter rest joins the passage before it, where that has room

Pack = list[Piece]


def packed(pieces: Sequence[Piece], *, text: str, target: int, most: int, head: Callable[[str], int]) -> list[Pack]:
    """Return the pieces in groups of about ``target`` and at most ``most`` tokens.

    ``head`` counts the tokens of a table's repeated header. A group may begin with the last sentence of the one
    before, when both lie in the same paragraph.
    """
    packs: list[Pack] = []
    current: Pack = []
    total = 0
    for piece in pieces:
        room = most if piece.whole and piece.kind in ("code", "table", "list") and total <= target // 2 else target
        if current and total + piece.tokens > room:
            if _introduces(current, piece, text, most):
                packs.append(current[:-1])
                current = current[-1:]
            else:
                packs.append(current)
                current = _overlap(current, piece, target)
            total = sum(kept.tokens for kept in current) or head(piece.repeated)
        elif not current:
            total = head(piece.repeated)
        current.append(piece)
        total += piece.tokens
    if current:
        packs.append(current)
    return list(_without_crumbs(packs, most))


def _introduces(current: Pack, piece: Piece, text: str, most: int) -> bool:
    """Return whether the last piece is the sentence, or the heading, that announces the next."""
    last = current[-1]
    if len(current) < 2 or last.tokens + piece.tokens > most or not last.whole:
        return False
    announces = last.kind == "text" and text[last.span[1] - 1] in ":："
    return last.kind == "heading" or (announces and piece.kind in ("code", "table", "list"))


def _overlap(current: Pack, piece: Piece, target: int) -> Pack:
    last = current[-1]
    same = last.kind == piece.kind == "text" and last.block == piece.block and not last.whole
    small = last.tokens <= OVERLAP_TOKENS and last.tokens + piece.tokens <= target
    return [last] if same and small and len(current) > 1 else []


def _without_crumbs(packs: list[Pack], most: int) -> Iterator[Pack]:
    held: Pack = []
    for pack in packs:
        new = [piece for piece in pack if not held or piece is not held[-1]]
        size = sum(piece.tokens for piece in new)
        if held and size < CRUMB_TOKENS and size + sum(piece.tokens for piece in held) <= most:
            held = [*held, *new]
            continue
        if held:
            yield held
        held = pack
    if held:
        yield held
