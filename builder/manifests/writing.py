"""From plain values to YAML text that every reader understands alike, whatever version of YAML it speaks."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from builder.manifests.manifest import Manifest

WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*(@sha256:[0-9a-f]+)?")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What one version of YAML or another takes for something else than text."""


class _Dumper(yaml.SafeDumper):
    """Writes lists indented and never an alias: people edit these files."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - theirs
        """Write everything out."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001 - theirs
        """Indent lists in mappings."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def document(body: Mapping[str, Any]) -> str:
    """Return an object as YAML, fields in the order in which they were set."""
    return str(yaml.dump(dict(body), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH))


def comment(lines: Sequence[str]) -> str:
    """Return lines as a comment. What came from a source tree cannot end it: a line stays one line."""
    return "".join(f"# {_one_line(line)}".rstrip() + "\n" for line in lines)


def file(about: Sequence[str], manifests: Sequence[Manifest], *, after: Sequence[str] = ()) -> str:
    """Return several objects as one file."""
    documents = [comment(one.about) + document(one.body) for one in manifests]
    return comment(about) + "---\n" + "---\n".join(documents) + (f"---\n{comment(after)}" if after else "")


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
