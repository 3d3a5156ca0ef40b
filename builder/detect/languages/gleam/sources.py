"""What Gleam sources say. The language is small: words, strings and numbers are enough to see imports and calls."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from builder.look import Place

_TOKEN = re.compile(
    r'(?P<comment>//[^\n]*)|"(?P<string>(?:\\.|[^"\\])*)"|(?P<number>\d[\d_]*)|(?P<word>[A-Za-z_][\w]*)|'
    r"(?P<line>\n)|(?P<sign>\|>|->|<-|[^\s\w])",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A part of the source: its form (``word``, ``string``, ``number``, ``sign``), text and line."""

    form: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Tell the tokens of a source, without comments."""
    line = 1
    for found in _TOKEN.finditer(text):
        form = found.lastgroup or ""
        if form not in {"line", "comment"}:
            yield Token(form=form, text=found[form], line=line)
        line += found[0].count("\n")


def imports(place: Place, file: str) -> set[str]:
    """Return the modules that a file imports."""
    found: set[str] = set()
    parts = list(tokens(place.text(file)))
    for at, one in enumerate(parts):
        if one.text != "import" or one.form != "word" or (at and parts[at - 1].text in {".", "@"}):
            continue
        words = []
        for part in parts[at + 1 :]:
            if part.line != one.line or part.text == "as" or (part.form != "word" and part.text != "/"):
                break
            words.append(part.text)
        found.add("".join(words))
    return found


def has_main(place: Place, file: str) -> int:
    """Return the line of ``pub fn main``, 0 where a file has none."""
    parts = list(tokens(place.text(file)))
    for at in range(len(parts) - 2):
        if [one.text for one in parts[at : at + 3]] == ["pub", "fn", "main"]:
            return parts[at].line
    return 0


def port(place: Place, file: str) -> tuple[int, int] | None:
    """Return the port that a file listens on: ``mist.port(3000)``, a default behind ``PORT``; with its line."""
    parts = list(tokens(place.text(file)))
    otherwise: tuple[int, int] | None = None
    for at, one in enumerate(parts):
        later = parts[at + 1 : at + 40]
        signs = [part.text for part in later[:2]]
        if one.form == "word" and one.text == "port" and signs[:1] == ["("]:
            if len(later) > 1 and (number := _number(later[1])):
                return number, later[1].line
        elif (one.form == "string" and one.text in {"PORT", "HTTP_PORT"}) or (
            one.text == "port" and signs[:1] in (["="], [":"])
        ):
            near = later if one.form == "string" else later[1:2]
            found = next(((number, part.line) for part in near if (number := _number(part))), None)
            otherwise = otherwise or found
    return otherwise


def reads(place: Place, file: str) -> Iterator[tuple[str, int]]:
    """Tell the variables that a file reads: ``envoy.get("X")``, ``os.get_env("X")``, ``env.get_string("X")``."""
    parts = list(tokens(place.text(file)))
    for at, one in enumerate(parts):
        if one.form != "string" or not re.fullmatch(r"[A-Z][A-Z0-9_]+", one.text) or at < 4:
            continue
        owner, dot, method, bracket = (part.text for part in parts[at - 4 : at])
        called = dot == "." and bracket == "(" and (owner in {"envoy", "env", "os", "dot_env", "glenvy", "environment"})
        if called and re.match(r"get|require|read|load", method):
            yield one.text, one.line


def _number(token: Token) -> int | None:
    digits = token.text.replace("_", "")
    plain = token.form in {"number", "string"} and digits.isdigit()
    return int(digits) if plain and 80 <= int(digits) <= 65535 else None
