"""Variables in values: ``$NAME``, ``${NAME:-default}``, ``${NAME:?why}``, ``${NAME:+other}``, ``$$``."""

import re
from collections.abc import Mapping
from typing import Final

from builder.compose.reading import Held

MAX_VALUE: Final = 65_536
"""Characters of a value after all variables are in: ``A=$A$A`` doubles with every line."""

MAX_DEPTH: Final = 12
"""Defaults within defaults."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class NotGiven(ValueError):
    """A text that cannot be filled: a required variable, a brace without end."""


def filled(text: str, known: Mapping[str, str], *, escaped: bool = False, depth: int = 0) -> str:
    """Put variables into a text; unknown ones are empty. ``escaped``: ``\\$`` is a sign too, as in files of variables.

    Raises ``NotGiven``.
    """
    if "$" not in text:
        return text
    if depth > MAX_DEPTH:
        raise NotGiven("Defaults are nested too deeply.")
    parts: list[str] = []
    at = size = 0
    while at < len(text):
        sign = text[at]
        if text.startswith("$$", at) or (escaped and text.startswith("\\$", at)):
            parts.append("$")
            at += 2
        elif sign == "$" and text.startswith("${", at):
            end = _closing(text, at + 2)
            parts.append(_expanded(text[at + 2 : end], known, escaped=escaped, depth=depth))
            at = end + 1
        elif sign == "$" and (found := _NAME.match(text, at + 1)):
            parts.append(known.get(found[0], ""))
            at = found.end()
        elif sign == "$" and not escaped:
            raise NotGiven(f"{text[at : at + 12]!r} is no variable. A sign $ is written $$.")
        else:
            parts.append(sign)
            at += 1
        size += len(parts[-1])
        if size > MAX_VALUE:
            raise NotGiven(f"The value is longer than {MAX_VALUE:,} characters.")
    return "".join(parts)


def _expanded(inner: str, known: Mapping[str, str], *, escaped: bool, depth: int) -> str:
    found = _NAME.match(inner)
    if not found:
        raise NotGiven(f"${{{inner}}} names no variable.")
    name, rest = found[0], inner[found.end() :]
    value = known.get(name)
    strict = rest.startswith(":")
    sign, other = rest.removeprefix(":")[:1], rest.removeprefix(":")[1:]
    there = bool(value) if strict else value is not None
    if not rest:
        return value or ""
    match sign:
        case "-":
            return (value or "") if there else filled(other, known, escaped=escaped, depth=depth + 1)
        case "+":
            return filled(other, known, escaped=escaped, depth=depth + 1) if there else ""
        case "?":
            if there:
                return value or ""
            why = filled(other, known, escaped=escaped, depth=depth + 1) if other else "it has no value"
            raise NotGiven(f"The variable {name} is required: {why}")
        case _:
            raise NotGiven(f"${{{inner}}} is no form of a variable.")


def _closing(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
            at += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise NotGiven("${ has no end.")


def interpolated(value: Held, known: Mapping[str, str], missing: dict[str, Held]) -> Held:
    """Return a value with its variables put in. ``missing`` gets the names that have neither value nor default.

    Raises ``ComposeBroken``.
    """
    match value.data:
        case str() as text:
            if "$" not in text:
                return value
            for name in _bare(text):
                if name not in known:
                    missing.setdefault(name, value)
            try:
                return value.with_data(filled(text, known))
            except NotGiven as exc:
                raise value.broken(str(exc), "Give it in .env, or to this command.") from exc
        case list() as each:
            return value.with_data([interpolated(one, known, missing) for one in each])
        case dict() as held:
            return value.with_data({name: interpolated(one, known, missing) for name, one in held.items()})
        case _:
            return value


def _bare(text: str) -> list[str]:
    plain = text.replace("$$", "")
    return re.findall(r"\$\{([A-Za-z_]\w*)\}", plain) + re.findall(r"\$([A-Za-z_]\w*)", plain)
