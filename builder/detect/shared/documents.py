"""Commands in documents: code in fences, code that is indented, code within a line."""

import re
from collections.abc import Iterator

DOCUMENTS = re.compile(
    r"^(readme|install|installation|getting[-_]?started|quick[-_]?start|running|usage)[\w.-]*$", re.IGNORECASE
)
"""Names of documents that say how a project is started."""

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*\{?\.?(?P<language>[\w+-]*)")
_SPAN = re.compile(r"`{1,2}([^`\n]{4,160})`{1,2}")
_SHELLS = frozenset(
    {"", "bash", "sh", "shell", "console", "zsh", "text", "cmd", "powershell", "bat", "terminal", "ps1"}
)
_NO_SHELL = re.compile(r"^\s*(\.\.|[{}\[\]<]|//|import |from |def |class |const |let |var )")

MAX_LINES = 3_000
"""Of one document."""


def lines_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Tell the lines of code with the number of their block and of their line. Code of other languages is left out."""
    block, fence, shell, indented = 0, "", True, False
    held, begun = "", 0
    for number, line in enumerate(text.splitlines()[:MAX_LINES], start=1):
        if found := _FENCE.match(line):
            closes = bool(fence) and found[1].startswith(fence)
            fence = "" if closes else fence or found[1]
            shell = found["language"].lower() in _SHELLS
            block += 1
            continue
        code = bool(fence) or line.startswith(("    ", "\t"))
        if code and not fence and not indented:
            block, shell = block + 1, True
        indented = code and not fence
        if code and shell and line.strip() and not _NO_SHELL.match(line):
            begun = begun or number
            held += line.strip().removesuffix("\\")
            if not line.rstrip().endswith("\\"):
                yield block, begun, held
                held, begun = "", 0
        elif not code:
            for span in _SPAN.finditer(line):
                block += 1
                yield block, number, span[1]
