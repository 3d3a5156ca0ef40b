"""Files of variables: ``.env`` and what ``env_file`` names."""

import re
from collections.abc import Mapping

from builder.compose.errors import ComposeBroken
from builder.compose.interpolating import NotGiven, filled

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][\w.-]*)\s*(?:(?P<sign>[=:])[ \t]*(?P<rest>.*))?$", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "$": "\\$"}
MAX_LINES = 5_000


def variables(text: str, path: str, known: Mapping[str, str], *, raw: bool = False) -> dict[str, str]:
    """Return the variables of a file; those that stand above, and ``known`` ones, are put in. Raises ``ComposeBroken``.

    ``raw``: values are taken as they stand.
    """
    lines = text.splitlines()[:MAX_LINES]
    found: dict[str, str] = {}
    at = 0
    while at < len(lines):
        line, number = lines[at], at + 1
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        told = _LINE.match(line)
        if told is None:
            raise ComposeBroken("This is no line NAME=VALUE.", path=path, line=number)
        if told["sign"] is None:
            if told["name"] in known:
                found[told["name"]] = known[told["name"]]
            continue
        rest = told["rest"]
        if raw:
            found[told["name"]] = rest
            continue
        if rest[:1] in {"'", '"'}:
            value, at = _quoted(lines, at, rest, path, number)
            literal = rest[0] == "'"
        else:
            value, literal = re.split(r"\s+#", rest, maxsplit=1)[0].strip(), False
            value = "" if value.startswith("#") else value
        try:
            found[told["name"]] = value if literal else filled(value, {**found, **known}, escaped=True)
        except NotGiven as exc:
            raise ComposeBroken(str(exc), path=path, line=number) from exc
    return found


def _quoted(lines: list[str], at: int, rest: str, path: str, number: int) -> tuple[str, int]:
    """Return what stands in quotes, over several lines where it does, and the next line."""
    quote, text = rest[0], rest[1:]
    while True:
        end = _end(text, quote)
        if end >= 0:
            inner = text[:end]
            break
        if at >= len(lines):
            raise ComposeBroken(f"The quote {quote} has no end.", path=path, line=number)
        text += "\n" + lines[at]
        at += 1
    if quote == '"':
        inner = re.sub(r"\\(.)", lambda one: _ESCAPES.get(one[1], one[0]), inner)
    return inner, at


def _end(text: str, quote: str) -> int:
    at = 0
    while at < len(text):
        if quote == '"' and text[at] == "\\":
            at += 1
        elif text[at] == quote:
            return at
        at += 1
    return -1
