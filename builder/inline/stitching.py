"""Put the parts of a wrapper together into one file that reads as if it were written so."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from builder.inline.handler import Setting

_OWN = re.compile(r"^from builder\.inline\.wrappers\.python\.(\w+) import .*$", re.MULTILINE)
_IMPORT = re.compile(r"^(?:import|from) .*$\n", re.MULTILINE)
_MARKS = re.compile(r"\s*# (?:noqa|type: ignore|fmt: )[^\n]*")
_DOCSTRING = re.compile(r'\A"""(.*?)"""\n', re.DOTALL)

_FOOT = '\n\nif __name__ == "__main__":\n    run(serve)\n'

_ABOVE = """\
import sys

sys.path[:1] = []  # a function's file that is called json.py must not take the place of Python's own module

"""


def python_wrapper(part: str, settings: Mapping[str, Setting]) -> str:
    """Return the wrapper of a Python function; ``settings`` are constants of its parts."""
    server, *others = [_text("python", f"{one}.py") for one in _python_parts(part)]
    title = (found[1] if (found := _DOCSTRING.match(server)) else "").rstrip()
    whole = [_DOCSTRING.sub("", text) for text in (server, *others)]
    statements = {line for text in whole for line in _IMPORT.findall(_OWN.sub("", text)) if "__future__" not in line}
    statements.discard("import sys\n")
    bodies = [_IMPORT.sub("", _OWN.sub("", text)).strip("\n") for text in whole]
    said = [_DOCSTRING.match(text) for text in (server, *others)]
    bodies[1:] = [f"# {one[1]}\n\n{body}" if one else body for one, body in zip(said[1:], bodies[1:], strict=True)]
    head = f'"""{title}\n"""\n\nfrom __future__ import annotations\n\n{_ABOVE}'
    text = _MARKS.sub("", head + "".join(sorted(statements, key=_order)) + "\n" + "\n\n\n".join(bodies) + _FOOT)
    return _with(text, settings, repr)


def _python_parts(part: str) -> tuple[str, ...]:
    """Return a part after those that it takes names from, the server first."""
    found = ["server", part]
    for one in found:
        for name in _OWN.findall(_text("python", f"{one}.py")):
            if name not in found:
                found.insert(1, name)
    return tuple(found)


def _order(line: str) -> tuple[bool, str]:
    return (line.startswith("from"), line)


def node_wrapper(part: str, settings: Mapping[str, Setting]) -> str:
    """Return the wrapper of a JavaScript or TypeScript function."""
    server, own = _text("node", "server.mjs"), _text("node", f"{part}.mjs")
    title, _, rest = server.partition("\n\n")
    lines = [line for line in _IMPORT.findall(rest + own) if "./server.mjs" not in line]
    about, _, adapter = own.partition("\n")
    adapter = re.sub(r"\nexport \{ serve \};\n", "", _IMPORT.sub("", adapter))
    bodies = (_IMPORT.sub("", rest).strip("\n"), f"{about}\n\n{adapter.strip()}", "await run(serve, process.argv[2]);")
    statements = sorted(set(lines), key=lambda line: line.rpartition("from")[2])
    text = f"{title}\n\n{''.join(statements)}\n" + "\n\n".join(bodies) + "\n"
    return _with(text, settings, lambda value: json.dumps(value, ensure_ascii=True))


def go_part(name: str) -> str:
    """Return a file of the wrapper of Go functions."""
    return _text("go", f"{name}.go")


Shown = Callable[[Setting], str]


def _with(text: str, settings: Mapping[str, Setting], shown: Shown) -> str:
    """Give constants their values: ``NAME = …`` at the beginning of a line."""
    for name, value in settings.items():
        line = re.compile(rf"^((?:const )?{name}(?:: [^=]+)? = )[^;#\n/]*?(?=;|  #|$)", re.MULTILINE)
        found = line.search(text)
        if found is None:
            raise KeyError(name)
        text = text[: found.start()] + found[1] + shown(value) + text[found.end() :]
    return text


@cache
def _text(language: str, name: str) -> str:
    return files("builder.inline.wrappers").joinpath(language, name).read_text(encoding="utf-8")
