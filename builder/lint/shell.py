"""The programs that a shell line calls, by its syntax tree, each word with its place in the file."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename

from tree_sitter import Node

from builder.parsing.code import syntax, walk

_PREFIXES = frozenset({"command", "eatmydata", "env", "exec", "nice", "nohup", "time"})
_VALUED_OF_SUDO = frozenset({"-u", "-g", "--user", "--group", "-C", "-h", "-p"})
NOWHERE = -1
"""The place of a word of the JSON form: it is not edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word without its quotes. ``plain``: nothing is put into it when it runs."""

    text: str
    begin: int = NOWHERE
    end: int = NOWHERE
    plain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One program with its words; what only wraps it (``sudo``, ``env``, assignments) is taken off.

    ``into`` are the programs that its output is piped into, ``alone`` says that it stands in no pipe.
    """

    words: tuple[Word, ...]
    line: int
    begin: int = NOWHERE
    end: int = NOWHERE
    sudo: Word | None = None
    into: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    """Names of the variables that are set for it."""

    @property
    def name(self) -> str:
        """The program without its folder."""
        return basename(self.words[0].text)

    @property
    def arguments(self) -> tuple[Word, ...]:
        """The words after the program."""
        return self.words[1:]

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the words after the program."""
        return tuple(one.text for one in self.words[1:])

    def does(self, program: str, *first: str) -> bool:
        """Say whether it is this program with one of these as its first word that is no option."""
        if self.name != program:
            return False
        return not first or next((one for one in self.texts if not one.startswith("-")), "") in first

    def has(self, *options: str) -> bool:
        """Say whether an option is given: ``-y`` also within ``-qy``, ``--yes`` also as ``--yes=true``."""
        for one in self.texts:
            for option in options:
                if one == option or one.startswith(f"{option}="):
                    return True
                short = len(option) == 2 and option[0] == "-" != option[1]
                if short and one.startswith("-") and not one.startswith("--") and option[1] in one[1:]:
                    return True
        return False

    def named(self, after: str, valued: frozenset[str] = frozenset()) -> tuple[Word, ...]:
        """Return the words after a subcommand that are no options; ``valued`` options take the next word."""
        found: list[Word] = []
        begun = skip = False
        for one in self.arguments:
            if skip:
                skip = False
            elif one.text in valued:
                skip = True
            elif not begun:
                begun = one.text == after
            elif not one.text.startswith("-"):
                found.append(one)
        return tuple(found)

    def word(self, text: str) -> Word | None:
        """Return the first argument with this text."""
        return next((one for one in self.arguments if one.text == text), None)


def calls(code: str, at: int, starts: Sequence[int]) -> tuple[Call, ...]:
    """Return the programs of a shell text that stands at ``at``; ``starts`` are where the file's lines begin."""
    plain = "".join(sign if sign.isascii() else "x" for sign in code)  # bytes are characters then
    root = syntax(plain, "bash")
    if root is None:
        return ()
    return tuple(_found(root, code, at, starts))


def spelled(words: Sequence[str], line: int) -> tuple[Call, ...]:
    """Return the program of a JSON form; what it gives a shell is read as the shell's."""
    if len(words) >= 3 and basename(words[0]) in {"sh", "bash", "ash"} and words[1].endswith("c"):
        inner = calls(words[2], 0, (0,))
        return tuple(
            Call(words=tuple(Word(text=word.text, plain=word.plain) for word in one.words), line=line, into=one.into)
            for one in inner
        )
    return _unwrapped(tuple(Word(text=one) for one in words), line, NOWHERE, NOWHERE, (), ()) if words else ()


def _found(root: Node, code: str, at: int, starts: Sequence[int]) -> Iterator[Call]:
    commands: list[Node] = []
    behind: dict[int, tuple[str, ...]] = {}
    for node in walk(root):  # once, and without asking a node for its parent: that is a search from the top
        if node.type == "command":
            commands.append(node)
        elif node.type == "pipeline":
            firsts = [first for one in node.named_children if (first := _first(one)) is not None]
            names = [_program(one, code) for one in firsts]
            for index, one in enumerate(firsts):
                behind.setdefault(one.start_byte, tuple(names[index + 1 :]))
    for node in commands:
        words = tuple(_words(node, code, at))
        if words:
            line = bisect_right(starts, at + node.start_byte)
            assigned = tuple(
                code[one.start_byte : one.end_byte].partition("=")[0]
                for one in node.named_children
                if one.type == "variable_assignment"
            )
            begin, end = at + node.start_byte, at + node.end_byte
            yield from _unwrapped(words, line, begin, end, behind.get(node.start_byte, ()), assigned)


def _first(node: Node) -> Node | None:
    """Return the first command of a part of a pipe."""
    return next((one for one in walk(node) if one.type == "command"), None)


def _program(node: Node, code: str) -> str:
    """Return the name of the program of a command, past what only wraps it."""
    plain = [word.text for word in _words(node, code, 0)]
    while plain and (plain[0] in _PREFIXES | {"sudo"} or plain[0].startswith("-")):
        plain = plain[1:]
    return basename(plain[0]) if plain else ""


def _words(node: Node, code: str, at: int) -> Iterator[Word]:
    for one in node.named_children:
        if one.type in {"variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect", "comment"}:
            continue
        raw = code[one.start_byte : one.end_byte]
        moved = any("expansion" in inner.type or "substitution" in inner.type for inner in walk(one))
        yield Word(text=_unquoted(raw), begin=at + one.start_byte, end=at + one.end_byte, plain=not moved)


def _unquoted(raw: str) -> str:
    if len(raw) >= 2 and raw[0] == raw[-1] and raw[0] in "\"'":
        return raw[1:-1]
    return raw.replace('"', "").replace("'", "")


def _unwrapped(
    words: tuple[Word, ...], line: int, begin: int, end: int, into: tuple[str, ...], assigned: tuple[str, ...]
) -> tuple[Call, ...]:
    sudo: Word | None = None
    while words and (words[0].text == "sudo" or basename(words[0].text) in _PREFIXES):
        if words[0].text == "sudo":
            sudo = words[0]
        words = words[1:]
        while words and (words[0].text.startswith("-") or "=" in words[0].text):
            words = words[2:] if words[0].text in _VALUED_OF_SUDO else words[1:]
    if not words:
        if sudo is None:
            return ()
        words = (sudo,)
    return (Call(words=words, line=line, begin=begin, end=end, sudo=sudo, into=into, assigned=assigned),)
