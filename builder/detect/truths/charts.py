"""Templates of Helm charts as YAML: values put in where a template only names them, all other template code left out.

No template runs. A file that is no YAML without its code says nothing.
"""

import re
from collections.abc import Mapping
from posixpath import dirname, join
from typing import Any, Final

from builder.detect.truths.values import mapping
from builder.look import Look
from builder.parsing.data import yaml_documents

MAX_BYTES: Final = 128 * 1024
"""Of a template."""

_VALUE = re.compile(r"\{\{-?\s*(?:toYaml\s+|quote\s+)?\.Values\.(?P<path>[\w.]+)(?P<pipe>[^{}]*)\}\}")
_DEFAULT = re.compile(r"\|\s*default\s+(?:\"(?P<text>[^\"]*)\"|(?P<number>\d+))")
_CODE_LINE = re.compile(r"^\s*\{\{[^{}]*\}\}\s*$")
_CODE = re.compile(r"\{\{[^{}]*\}\}")


def documents(look: Look, path: str) -> list[Any]:
    """Return the documents of a YAML file, or of a template of the chart that it stands in."""
    if look.tree.sizes.get(path, MAX_BYTES) >= MAX_BYTES:
        return []
    text = look.tree.text(path) or ""
    if "{{" not in text:
        return look.yaml_documents(path)
    folder = dirname(path)
    while folder and join(folder, "Chart.yaml") not in look.tree:
        folder = dirname(folder)
    values = mapping(look.yaml(join(folder, "values.yaml")))
    return yaml_documents(_plain(text, values))


def _plain(text: str, values: Mapping[str, Any]) -> str:
    lines = []
    for line in text.splitlines():
        filled = _VALUE.sub(lambda found: _value(found, values), line)
        if not _CODE_LINE.match(filled):
            lines.append(_CODE.sub("template", filled))
    return "\n".join(lines)


def _value(found: re.Match[str], values: Mapping[str, Any]) -> str:
    """Return a value as one word; a structure cannot be put into a line, and is left out."""
    held: Any = values
    for name in found["path"].split("."):
        held = mapping(held).get(name)
    if held is None and (given := _DEFAULT.search(found["pipe"])):
        return given["text"] if given["text"] is not None else given["number"]
    if isinstance(held, bool):
        return "true" if held else "false"
    plain = str(held) if isinstance(held, str | int | float) else ""
    return plain if re.fullmatch(r"[\w./:@-]*", plain) else "template"
