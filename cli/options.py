"""Options that several commands share, named as kubectl names them."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Output(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"
    MARKDOWN = "md"


class Lang(StrEnum):
    """The language of sentences; facts, names and commands are the same in both."""

    EN = "en"
    ZH = "zh"


def preferred_language() -> Lang:
    """Return the language that the environment asks for, English unless it says Chinese."""
    wanted = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return Lang.ZH if wanted.lower().startswith("zh") else Lang.EN


Namespace = Annotated[str, typer.Option("--namespace", "-n", help="Namespace to look at.", metavar="NS")]
AllNamespaces = Annotated[bool, typer.Option("--all-namespaces", "-A", help="Look at all namespaces.")]
Kubeconfig = Annotated[
    Path | None, typer.Option("--kubeconfig", help="Path of the kubeconfig file.", metavar="FILE", dir_okay=False)
]
Context = Annotated[str, typer.Option("--context", help="Context of the kubeconfig to use.", metavar="NAME")]
AsUser = Annotated[str, typer.Option("--as", help="User to impersonate.", metavar="USER")]
AsGroup = Annotated[
    list[str] | None, typer.Option("--as-group", help="Group to impersonate; may be repeated.", metavar="GROUP")
]
OutputFormat = Annotated[Output, typer.Option("--output", "-o", help="How to write the result.")]
Language = Annotated[
    Lang,
    typer.Option(
        "--lang", help="Language of the sentences.", default_factory=preferred_language, show_default="from LANG"
    ),
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).", metavar="FILE", dir_okay=False)]
