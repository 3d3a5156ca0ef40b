"""Offer the names that somebody probably meant: near-misses of what was written.

The rule is the one of the catalogue of findings (numbers, "near-miss names"), so that the CLI, the collector and
the analyzers offer the same names for the same mistake.
"""

import re
from collections.abc import Iterable

_SEPARATORS = re.compile(r"[-_./\s]+")
_LONG_NAME = 12
_TOO_FAR = 100
_SAME, _REORDERED, _AFFIX = 0, 1, 3


def closest(wanted: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """Return at most ``limit`` near-misses of ``wanted`` among ``names``, best first, ties by name.

    A near-miss is a name within a Damerau-Levenshtein distance of 2 (3 for names of more than 12 characters), one
    that is equal without case, ``-``, ``_``, ``.`` and a plural s, one with the same words in another order, or one
    with a word or more before or after (a release prefix or suffix). ``wanted`` itself is never offered.
    """
    scored = ((near_miss(wanted, name), name) for name in set(names) if name and name != wanted)
    return [name for score, name in sorted(pair for pair in scored if pair[0] < _TOO_FAR)][:limit]


def near_miss(wanted: str, name: str) -> int:
    """Score how far ``name`` is from ``wanted``: 0 is the same but for spelling, 100 and more is no near-miss."""
    if not wanted or not name:
        return _TOO_FAR
    if _bare(wanted) == _bare(name):
        return _SAME
    ours, theirs = _words(wanted), _words(name)
    if sorted(ours) == sorted(theirs):
        return _REORDERED
    allowed = 3 if max(len(wanted), len(name)) > _LONG_NAME else 2
    # A short name is not "near" one that shares no more than half of its letters.
    allowed = min(allowed, max(1, min(len(wanted), len(name)) // 2))
    scores = [_TOO_FAR]
    if abs(len(wanted) - len(name)) <= allowed:
        away = distance(wanted.lower(), name.lower(), allowed)
        if away <= allowed:
            scores.append(away * 2)
    if _extends(ours, theirs) or _extends(theirs, ours):
        scores.append(_AFFIX + abs(len(ours) - len(theirs)))
    return min(scores)


def distance(left: str, right: str, bound: int) -> int:
    """Return the Damerau-Levenshtein distance (adjacent transpositions), or ``bound + 1`` when it is more."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        fresh = [i, *[0] * len(right)]
        for j, b in enumerate(right, start=1):
            fresh[j] = min(row[j] + 1, fresh[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                fresh[j] = min(fresh[j], before[j - 2] + 1)
        if min(fresh) > bound:
            return bound + 1
        before, row = row, fresh
    return min(row[-1], bound + 1)


def _bare(name: str) -> str:
    return "".join(word.removesuffix("s") for word in _words(name))


def _words(name: str) -> list[str]:
    return [word for word in _SEPARATORS.split(name.lower()) if word]


def _extends(shorter: list[str], longer: list[str]) -> bool:
    """Say whether ``longer`` is ``shorter`` with words added before or after it."""
    size = len(shorter)
    return 0 < size < len(longer) and (longer[:size] == shorter or longer[-size:] == shorter)
