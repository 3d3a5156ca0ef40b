"""meson.build: a small reader of its calls. Meson has no functions of one's own: calls are all there is."""

import re
from collections.abc import Iterator
from posixpath import join, normpath

from builder.detect.languages.cpp.build import Build, Need, Target
from builder.detect.languages.cpp.lexer import Token
from builder.look import ASIDE, Place

_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)|(?P<string>f?'''.*?'''|f?'(?:\\.|[^'\\\n])*')|(?P<word>[A-Za-z_]\w*)|(?P<number>\d+)"
    r"|(?P<sign>\+=|[^\s\w])|(?P<space>\s+)",
    re.DOTALL,
)
MAX_FOLDERS = 80
"""meson.build files of one project that are read."""
_SOURCES = (".c", ".cc", ".cpp", ".cxx")


class _Reader:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.build = Build(tool="meson", file="meson.build")
        self.values: dict[str, list[str]] = {}
        self.read: set[str] = set()

    def file(self, folder: str) -> None:
        name = join(folder, "meson.build")
        if name in self.read or len(self.read) >= MAX_FOLDERS or not self.place.has(name):
            return
        self.read.add(name)
        tokens = _tokens(self.place.text(name))
        at = 0
        while at < len(tokens):
            one = tokens[at]
            follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
            if one.kind == "word" and follows == "(":
                end = _closing(tokens, at + 1)
                self.called(folder, one, tokens[at + 2 : end])
                at += 2
                continue
            if one.kind == "word" and follows in {"=", "+="} and (at == 0 or tokens[at - 1].text not in {"(", ","}):
                self.assigned(folder, one, follows, tokens[at + 2 :])
            at += 1

    def assigned(self, folder: str, name: Token, sign: str, rest: list[Token]) -> None:
        if not rest:
            return
        start = next((at for at, one in enumerate(rest[:2]) if one.text in {"[", "("}), None)
        if start is None:
            words = [rest[0].text] if rest[0].kind == "string" else []
        else:
            words = list(self.words(folder, rest[start + 1 : _closing(rest, start)]))
        self.values[name.text] = [*(self.values.get(name.text, []) if sign == "+=" else []), *words]

    def words(self, folder: str, tokens: list[Token]) -> Iterator[str]:
        for one in tokens:
            if one.kind == "string":
                yield _inside(folder, one.text) if one.text.endswith(_SOURCES) else one.text
            elif one.kind == "word":
                yield from self.values.get(one.text, ())

    def called(self, folder: str, name: Token, tokens: list[Token]) -> None:
        texts = [one.text for one in tokens if one.kind == "string"]
        cited = self.place.cite(join(folder, "meson.build"), name.line)
        match name.text:
            case "project" if texts:
                self.build.name = self.build.name or texts[0]
                self.build.languages.update({"c": "C", "cpp": "CXX"}[one] for one in texts if one in {"c", "cpp"})
            case "subdir" if texts and not _is_aside(texts[0]):
                self.file(_inside(folder, texts[0]))
            case "dependency" if texts:
                self.build.needs.append(Need(name=texts[0], form="pkg-config", evidence=cited))
            case "find_library" if texts:
                self.build.needs.append(Need(name=texts[0], form="library", evidence=cited))
            case "executable" | "library" | "static_library" | "shared_library" | "both_libraries":
                first = next(iter(self.words(folder, tokens[:1])), "") or "program"
                words = [one for one in self.words(folder, tokens[1:]) if one.endswith(_SOURCES)]
                links = [one.text for one in tokens if one.kind == "word"]
                self.build.targets.append(
                    Target(
                        name=first,
                        program=name.text == "executable",
                        sources=tuple(one for one in words if self.place.has(one)),
                        links=tuple(links),
                        output=join("build", folder, first),
                        aside=_is_aside(folder) or _is_aside(first),
                        evidence=cited,
                    )
                )


def read(place: Place) -> Build:
    """Read the project of a folder."""
    reader = _Reader(place)
    reader.file("")
    return reader.build


def _tokens(text: str) -> list[Token]:
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "string":
            found.append(Token("string", match[0].removeprefix("f").strip("'"), line))
        elif kind in {"word", "sign", "number"}:
            found.append(Token(kind, match[0], line))
        line += match[0].count("\n")
    return found


def _closing(tokens: list[Token], at: int) -> int:
    depth = 0
    for place in range(at, len(tokens)):
        if tokens[place].kind == "sign":
            depth += (tokens[place].text in "([{") - (tokens[place].text in ")]}")
            if depth == 0:
                return place
    return len(tokens)


def _is_aside(name: str) -> bool:
    return any(part in ASIDE for part in re.split(r"[/_\-.]", name.lower()))


def _inside(folder: str, name: str) -> str:
    path = normpath(join(folder, name))
    return "" if path == "." else path
