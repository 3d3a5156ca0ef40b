"""Python that this Python cannot parse: newer or older syntax, broken lines. What can be read of it is."""

import ast
import textwrap

from builder.look import Place
from builder.parsing import code


def python2(place: Place, file: str) -> int:
    """Return the line of a print statement or an old ``except``; 0 for what Python 3 reads."""
    if place.python(file) is not None:
        return 0
    for number, line in enumerate(place.text(file).splitlines(), start=1):
        words = line.split("#")[0].split()
        if words and _is_old(words, line):
            return number
    return 0


def _is_old(words: list[str], line: str) -> bool:
    if words[0] == "print" and len(words) > 1 and words[1][0] in "\"'%" + _LETTERS:
        return words[1] not in {"=", "in", "is", "and", "or", "if"}
    return words[0] == "except" and words[-1].endswith(":") and "," in line and "(" not in line


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"


def rest(text: str) -> ast.Module | None:
    """Return the statements that can be parsed of a file that cannot: newer or older Python, broken lines."""
    if len(text) > code.MAX_CODE_BYTES:
        return None
    body: list[ast.stmt] = []
    lines = text.splitlines()
    at, tries = 0, 0
    while at < len(lines) and tries < _MAX_TRIES:
        end, parsed = at + 1, None
        for _ in range(_MAX_JOINED):
            while end < len(lines) and (not lines[end].strip() or lines[end][0] in " \t)]}"):
                end += 1
            tries += 1
            parsed = code.python("\n" * at + "\n".join(lines[at:end]))
            if parsed is not None or end >= len(lines):
                break
            end += 1
        if parsed is None:
            end = _next(lines, at)
            body.extend(_stand_in(lines, at, end))
            at = end
        else:
            body.extend(parsed.body)
            at = end
    return ast.Module(body=body, type_ignores=[]) if body else None


def _stand_in(lines: list[str], at: int, end: int) -> list[ast.stmt]:
    """Return what stands for a statement that cannot be read: its main program as far as that can be, else a call."""
    first = lines[at].strip()
    if first.startswith("if __name__"):
        inner = rest("\n" * (at + 1) + textwrap.dedent("\n".join(lines[at + 1 : end])))
        head = code.python("\n" * at + first.partition(":")[0] + ":\n    pass")
        if inner and head and isinstance(held := head.body[0], ast.If):
            held.body = inner.body
            return [held]
    if first.startswith(
        ("def ", "class ", "@", "import ", "from ", "async ", ")", "#", "else", "elif", "except", "finally")
    ):
        return []
    name = ast.Name(id="print", ctx=ast.Load(), lineno=at + 1, col_offset=0)
    call = ast.Call(func=name, args=[], keywords=[], lineno=at + 1, col_offset=0)
    return [ast.Expr(value=call, lineno=at + 1, col_offset=0)]


_MAX_TRIES = 400
"""Parts of one broken file that are tried: more cost more than they tell."""


_MAX_JOINED = 4
"""Top-level lines that one statement may take up (decorators, strings, ``else``)."""


def _next(lines: list[str], at: int) -> int:
    at += 1
    while at < len(lines) and (not lines[at].strip() or lines[at][0] in " \t"):
        at += 1
    return at
