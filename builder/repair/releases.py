"""Which release of a runtime fits what a tool asked for in its own words."""

import re

from builder.versions import RELEASES, Numbers, chosen, numbers

_CLAUSE = re.compile(r"(>=|<=|>|<|==|!=|~>|~=|=|\^|~)?\s*v?(\d+(?:\.\d+)*)")


def fitting(runtime: str, wanted: str) -> str:
    """Return a known release that ``wanted`` (``>=20``, ``>=3.9,<3.12``, ``^18 || ^20``) allows, or nothing."""
    if runtime not in RELEASES or not _CLAUSE.search(wanted):
        return ""
    return chosen(runtime, lambda release: any(_fits(release, part) for part in wanted.split("||"))) or ""


def _fits(release: str, part: str) -> bool:
    have = numbers(release)
    clauses = _CLAUSE.findall(part)
    return bool(clauses) and all(_holds(have, sign, numbers(version)) for sign, version in clauses)


def _holds(have: Numbers, sign: str, asked: Numbers) -> bool:
    """Say whether some patch of a release meets a clause: both are compared as exactly as the release is written."""
    size = len(have)
    cut = asked[:size] + (0,) * (size - len(asked))
    match sign:
        case ">=":
            return have >= cut
        case ">":
            return have > cut or (have == cut and len(asked) > size)
        case "<":
            return have < cut or (have == cut and any(asked[size:]))
        case "<=":
            return have <= cut
        case "!=":
            return have != cut or len(asked) > size
        case "^":
            return have >= cut and have[0] == cut[0]
        case "~" | "~>" | "~=":
            kept = max(1, min(len(asked), size) - 1)
            return have >= cut and have[:kept] == cut[:kept]
    return have[: min(size, len(asked))] == asked[:size]
