"""Environment variables: which hold secrets, what example files say of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from builder.draft import Draft
from builder.grounds import CODE, DECLARED
from builder.look import Place
from builder.plan import Variable
from core.evidence import Evidence
from core.phrase import Phrase

EXAMPLES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
    "example.env",
    ".env.local.example",
)
"""Files that list variables without their secret values. ``.env`` itself is never read: it holds the real ones."""

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_SECRET = re.compile(
    r"(^|_)(PASS(WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|CREDENTIALS?|PRIVATE_KEY|API_?KEY|ACCESS_KEY|SECRET_KEY|APP_KEY|"
    r"ENCRYPTION_KEY|SIGNING_KEY|SALT|DSN|MASTER_KEY|KEY_BASE)(_|$)"
)
_ADDRESS = re.compile(
    r"(^|_)(DATABASE|DB|REDIS|MONGO(DB)?|POSTGRES(QL)?|MYSQL|AMQP|RABBITMQ|BROKER|CELERY_BROKER)_UR[IL]$"
)
_PLACEHOLDER = re.compile(r"^$|^<.*>$|^(your|change|replace|xxx|todo|insert|my)[-_ ]?|^\*+$", re.IGNORECASE)

OWN = frozenset(
    {"PORT", "HOST", "HOSTNAME", "PATH", "HOME", "USER", "PWD", "TZ", "LANG", "CI", "NODE_ENV", "TERM", "SHELL"}
)
"""Variables that the platform or the image sets: they are not asked for."""


def is_secret(name: str) -> bool:
    """Say whether a variable's value is a credential, by its name. An address of a database holds a password."""
    upper = name.upper()
    return bool(_SECRET.search(upper) or _ADDRESS.search(upper))


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One line of an example file. ``value`` is empty where it is a placeholder or the variable is a secret."""

    name: str
    value: str
    evidence: Evidence | None


def examples(place: Place) -> Iterator[Example]:
    """Tell what the example files of a folder list."""
    for file in EXAMPLES:
        for number, line in enumerate(place.text(file).splitlines(), start=1):
            if found := _LINE.match(line):
                name, value = found[1], found[2].split(" #")[0].strip().strip("\"'")
                shown = "" if is_secret(name) or _PLACEHOLDER.match(value) else value
                yield Example(name=name, value=shown, evidence=place.cite(file, number))


def add_examples(place: Place, draft: Draft) -> None:
    """Add the variables of example files to a draft, unless the code has named them already."""
    known = {one.name for one in draft.variables}
    for one in examples(place):
        if one.name not in known | OWN:
            known.add(one.name)
            draft.variables.add(
                Variable(name=one.name, secret=is_secret(one.name), default=one.value),
                DECLARED,
                "env.example",
                Phrase(en=f"An example file lists {one.name}.", zh=f"示例文件列出了 {one.name}。"),
                one.evidence,
            )


def add_read(
    draft: Draft, name: str, evidence: Evidence | None, *, default: str | None, required: bool | None = None
) -> None:
    """Add a variable that the code reads. Without a default it is required, unless ``required`` says otherwise."""
    if name in OWN or any(one.name == name for one in draft.variables):
        return
    needed = default is None if required is None else required
    draft.variables.add(
        Variable(name=name, required=needed, secret=is_secret(name), default="" if is_secret(name) else default or ""),
        CODE,
        "env.read",
        Phrase(en=f"The code reads {name}.", zh=f"代码读取了 {name}。"),
        evidence,
    )
