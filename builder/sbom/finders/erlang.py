"""Erlang and Elixir applications: the ``.app`` file of each, an Erlang term with name and version.

What belongs to Erlang/OTP and Elixir themselves, and the release's own application, do not come from Hex. All others
are taken to: a release does not keep where they came from.
"""

import re
from collections.abc import Iterable
from posixpath import dirname

from builder.sbom.finder import Broken, Finder
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import HEAD_BYTES
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean

_APPLICATION = re.compile(r"(?:.*/)?ebin/[a-zA-Z][\w@]*\.app")
_TOKEN = re.compile(
    r"%[^\n]*|\"(?P<text>(?:[^\"\\]|\\.)*)\"|<<\"(?P<binary>(?:[^\"\\]|\\.)*)\"(?:/utf8)?>>|'(?P<quoted>(?:[^'\\]|\\.)*)'"
    r"|(?P<atom>[a-z][\w@]*)|(?P<sign>[{}\[\],.])|[^\s]"
)
OTP = frozenset(
    {
        "asn1", "common_test", "compiler", "crypto", "debugger", "dialyzer", "diameter", "edoc", "eldap", "erl_docgen",
        "erl_interface", "erts", "et", "eunit", "ftp", "inets", "jinterface", "kernel", "megaco", "mnesia", "observer",
        "odbc", "os_mon", "parsetools", "public_key", "reltool", "runtime_tools", "sasl", "snmp", "ssh", "ssl",
        "stdlib", "syntax_tools", "tftp", "tools", "wx", "xmerl", "eex", "elixir", "ex_unit", "iex", "logger", "mix",
    }
)  # fmt: skip
"""The applications of Erlang/OTP and of Elixir."""


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    name, version = application(files.read(file.path, HEAD_BYTES).decode("utf-8", "replace"))
    name, version = clean(name), clean(version)
    if not name or not version:
        raise Broken("no name or version")
    top = dirname(dirname(dirname(dirname(file.path))))  # of lib/NAME-VERSION/ebin/NAME.app
    own = files.holds(f"{top}/releases/{version}/{name}.rel".lstrip("/")) if "/" not in version else False
    kind = "otp" if own or name in OTP else "hex"
    yield Component(ecosystem=kind, name=name, version=version, purl=purl(kind, name, version))


def application(text: str) -> tuple[str, str]:
    """Return name and version of ``{application, NAME, [{vsn, "1.0"}, …]}``, empty ones where it is not that."""
    words = [one for one in _TOKEN.finditer(text) if not one[0].startswith("%")]
    plain = [
        one["atom"] or one["quoted"] or one["text"] or one["binary"] or one["sign"] or ""  # the sign or the word
        for one in words
    ]
    if plain[:3] != ["{", "application", ","] or len(plain) < 5:
        return "", ""
    depth = 0
    for at, one in enumerate(words):
        sign = one["sign"]
        if sign in {"}", "]"}:
            depth -= 1
        if sign in {"{", "["}:
            depth += 1
            if depth == 3 and plain[at : at + 3] == ["{", "vsn", ","] and at + 3 < len(plain):  # not one further inside
                return plain[3], plain[at + 3]
    return plain[3], ""


FINDER = Finder(name="hex", wants=lambda file: bool(_APPLICATION.fullmatch(file.path)), find=_find)
