"""Options of ``sextant build``, and what is read from them."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import UsageError

if TYPE_CHECKING:
    from cli.building_sources import Wanted

MAX_SECRET_BYTES = 512 * 1024
"""Of one secret: a certificate with its chain, a settings file."""

Source = Annotated[
    str,
    typer.Argument(
        help="Folder, archive (tar, tar.gz, zip), single file, or address of a Git repository (https, ssh).",
        metavar="SOURCE",
    ),
]
Ref = Annotated[str, typer.Option("--ref", help="Branch, tag or commit of the repository.", metavar="REF")]
Subfolder = Annotated[str, typer.Option("--subfolder", help="Only this folder of the source.", metavar="PATH")]
Only = Annotated[str, typer.Option("--component", help="Only this component of several, by its name.", metavar="NAME")]
Reading = Annotated[
    str,
    typer.Option("--language", help="Read the source as written in this language, and in no other.", metavar="NAME"),
]
KindSaid = Annotated[
    str | None, typer.Option("--kind", help="What it is: web, static, worker, scheduled, job.", metavar="KIND")
]
Start = Annotated[str | None, typer.Option("--start", help="Start command, as you would type it.", metavar="COMMAND")]
Port = Annotated[str | None, typer.Option("--port", help="Port that it listens on.", metavar="PORT")]
Build = Annotated[str | None, typer.Option("--build", help="Build command; '' for none.", metavar="COMMAND")]
Release = Annotated[
    str | None, typer.Option("--runtime", help="Version of the runtime, such as 3.12.", metavar="VERSION")
]
Answer = Annotated[
    list[str] | None,
    typer.Option(
        "--answer",
        help="Decide any field of any component, such as web.port=3000 or health=/healthz; may be repeated.",
        metavar="[NAME.]FIELD=VALUE",
    ),
]
AskModel = Annotated[
    bool, typer.Option("--model/--no-model", help="Let the model of the settings choose what rules leave open.")
]


Digests = Annotated[
    bool, typer.Option("--digests/--no-digests", help="Ask registries which digests the base images have now.")
]


def wanted_of(
    source: str,
    *,
    ref: str,
    subfolder: str,
    language: str,
    said: Mapping[str, str | None],
    answers: Sequence[str] | None,
    model: bool,
    config: Path | None,
    component: str = "",
) -> "Wanted":
    """Return what is built, with what the flags ``said`` about the primary component and the answers about any.

    Raises ``UsageError`` for what cannot be read, and where a flag and an answer contradict each other.
    """
    from builder.deciding import Decision, answered, merged, read
    from cli.building_sources import Wanted

    decisions = answered(answers or ())
    for field, text in said.items():
        if text is not None:
            decisions[""] = merged(decisions.get("", Decision()), read(field, text))
    return Wanted(
        source=source,
        ref=ref,
        subfolder=subfolder,
        component=component,
        decisions=decisions,
        language=language,
        model=model,
        config=config,
    )


def pairs(flag: str, words: Sequence[str] | None) -> dict[str, str]:
    """Return NAME=VALUE, given several times. Raises ``UsageError``, which tells no value."""
    found: dict[str, str] = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier() or not name.isascii():
            shown = name[:60] if equals else word[:60]
            raise UsageError(
                f"{flag} {shown!r} is not NAME=VALUE.", next_step=f"Write for example {flag} LOG_LEVEL=debug."
            )
        found[name] = value
    return found


def secrets_of(words: Sequence[str] | None) -> dict[str, bytes]:
    """Return secrets of ``ID=FILE`` or ``ID=env:NAME``: values are never words of a command line."""
    found: dict[str, bytes] = {}
    for word in words or ():
        name, equals, where = word.partition("=")
        if not equals or not where or not name.replace("-", "_").isidentifier() or not name.isascii():
            raise UsageError(
                f"--secret {name[:60]!r} is not ID=FILE or ID=env:NAME.",
                next_step="Write for example --secret npmrc=~/.npmrc.",
            )
        found[name] = _secret(name, where)
    return found


def _secret(name: str, where: str) -> bytes:
    if where.startswith("env:"):
        variable = where.removeprefix("env:")
        value = os.environ.get(variable)
        if value is None:
            raise UsageError(
                f"The variable {variable[:60]} for the secret {name} is not set.", next_step="Export it first."
            )
        return value.encode("utf-8", "surrogateescape")
    path = Path(where).expanduser()
    try:
        if path.stat().st_size > MAX_SECRET_BYTES:
            raise UsageError(
                f"{where} is larger than a secret is.", next_step=f"Give at most {MAX_SECRET_BYTES} bytes."
            )
        return path.read_bytes()
    except OSError as exc:
        raise UsageError(
            f"The file {where} for the secret {name} cannot be read: {exc.strerror}.", next_step="Check its path."
        ) from exc
