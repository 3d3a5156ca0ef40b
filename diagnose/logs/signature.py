"""The shape of one row of the table of log signatures."""

import re
from dataclasses import dataclass

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A text that programs write, and the code that it speaks for.

    ``id`` is the row of the catalogue. One of ``words`` (lower case) must occur before any of ``patterns`` is tried;
    named groups become captures; what matches one of ``not_patterns`` is something else. ``any_level`` lets
    information lines match. A ``connection`` is over when a later line reports success. ``released`` is false for
    codes of a later release: the line then only explains another finding. A ``fallback`` yields to any other row.
    ``around``: what some line of the stack trace must hold, where there is one and the words alone may mean anything.
    """

    id: str
    code: str
    variant: str = ""
    words: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    not_patterns: tuple[Pattern, ...] = ()
    any_level: bool = False
    connection: bool = False
    released: bool = True
    fallback: bool = False
    around: Pattern | None = None


def patterns(*sources: str) -> tuple[Pattern, ...]:
    """Compile sketches; case does not matter in them, except inside ``(?-i:…)``."""
    return tuple(re.compile(source, re.IGNORECASE) for source in sources)


NAME = r"(?-i:(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]{2,80})"
"""The name of an environment variable as people write it."""

HOST = r"(?P<host>\[[0-9a-f:.]{2,45}\]|(?<![a-z0-9._-])[a-z0-9_](?:[a-z0-9._-]{0,250}[a-z0-9_])?)\.?"
"""A host name or address. It begins where a word begins, so that a search tries each word once."""

PORT = r"(?P<port>\d{1,5})"
PATH = r"(?P<path>(?:/|[A-Za-z]:\\|\./|\.\./)[^\s'\"`,;:)\]：，；。）]{0,300}|/)"
