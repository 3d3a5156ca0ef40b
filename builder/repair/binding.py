"""Listening on all addresses: the variables that servers read, and addresses in the words of a start command."""

import re
from dataclasses import replace

from builder.plan import Command
from builder.recipe import Final

ALL = "0.0.0.0"  # noqa: S104 - in the image, behind its own network

_OWN = re.compile(r"(?<![\w.])(?:127\.0\.0\.1|localhost|\[::1\])(?=$|:\d|:\$)")
_VARIABLES = (
    ("HOST", ALL), ("HOSTNAME", ALL), ("BIND", ALL), ("LISTEN_ADDRESS", ALL), ("SERVER_ADDRESS", ALL),
    ("STREAMLIT_SERVER_ADDRESS", ALL), ("GRADIO_SERVER_NAME", ALL), ("QUARKUS_HTTP_HOST", ALL),
    ("MICRONAUT_SERVER_HOST", ALL), ("ROCKET_ADDRESS", ALL), ("FLASK_RUN_HOST", ALL), ("UVICORN_HOST", ALL),
    ("NITRO_HOST", ALL), ("BINDING", ALL),
)  # fmt: skip
"""What servers and frameworks document as the address that they listen on."""

_FLAGS = {
    "uvicorn": "--host", "hypercorn": "", "flask": "--host", "next": "--hostname", "vite": "--host",
    "rails": "--binding",
    "puma": "", "streamlit": "--server.address", "fastapi": "--host", "mkdocs": "--dev-addr", "serve": "",
    "rackup": "--host", "jekyll": "--host", "hugo": "--bind", "sanic": "--host", "litestar": "--host",
    "datasette": "--host", "chainlit": "--host", "panel": "--address", "bokeh": "--address", "nuxt": "--host",
}  # fmt: skip
"""The option of a server's command line for its address; empty: it needs no option or has another form."""


def bound(final: Final) -> Final:
    """Return the image with a program that can be reached."""
    given = dict(final.environment)
    for name, value in _VARIABLES:
        given.setdefault(name, value)
    for name, value in final.environment:
        if _OWN.fullmatch(value):
            given[name] = ALL
    return replace(final, environment=tuple(given.items()), command=_command(final.command))


def _command(command: Command) -> Command:
    if not command.argv:
        return Command(line=_OWN.sub(ALL, command.line))
    words = tuple(_OWN.sub(ALL, word) for word in command.argv)
    if words == command.argv:
        words = _flagged(words)
    return Command(argv=words)


def _flagged(words: tuple[str, ...]) -> tuple[str, ...]:
    """Add the option where the program is one that has it and does not carry it yet."""
    for at, word in enumerate(words[:4]):
        flag = _FLAGS.get(word.rpartition("/")[2], "")
        if flag and not any(one == flag or one.startswith(f"{flag}=") for one in words):
            end = len(words) if at + 1 < len(words) or word == "uvicorn" else at + 1
            return (*words[:end], flag, ALL, *words[end:])
    return words
