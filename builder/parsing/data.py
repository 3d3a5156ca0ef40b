"""TOML, JSON (with comments too), YAML, XML and INI files as plain values."""

import configparser
import json
import tomllib
from collections.abc import Hashable
from typing import Any

import json5
import yaml
from lxml import etree

MAX_JSON5_BYTES = 256 * 1024
"""Its parser is slow (about 1 MB a minute): only small configuration files have comments."""

MAX_NODES = 200_000
"""Values of one YAML file, aliases counted each time: beyond, it is made to exhaust memory."""


def toml(text: str) -> dict[str, Any] | None:
    """Read TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def json_value(text: str) -> Any:
    """Read JSON; where it has comments, trailing commas or single quotes, as JSON5."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if len(text) > MAX_JSON5_BYTES:
        return None
    try:
        return json5.loads(text)
    except (ValueError, RecursionError):
        return None


def yaml_documents(text: str) -> list[Any]:
    """Read all documents of a YAML file; those before a broken one are kept. Unknown tags are read as plain values."""
    found: list[Any] = []
    loader = _Loader(text)
    try:
        while loader.check_data():  # type: ignore[no-untyped-call]
            found.append(loader.get_data())
    except (yaml.YAMLError, ValueError, RecursionError, _TooMuch):
        pass
    finally:
        loader.dispose()
    return found


def yaml_value(text: str) -> Any:
    """Read the first document of a YAML file."""
    found = yaml_documents(text)
    return found[0] if found else None


def xml(text: str) -> etree._Element | None:
    """Read XML without entities, DTDs or network."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def ini(text: str) -> dict[str, dict[str, str]] | None:
    """Read an INI file (``setup.cfg``, ``tox.ini``)."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True, delimiters=("=", ":"))
    try:
        parser.read_string(text)
    except (configparser.Error, ValueError):
        return None
    return {name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()}


class _TooMuch(Exception):
    """A YAML file that unfolds to more than ``MAX_NODES``."""


class _Loader(yaml.CSafeLoader):
    """Reads what safe YAML holds; each document is weighed before anything is built of it."""

    def construct_document(self, node: yaml.Node) -> Any:
        """Refuse a document whose aliases unfold to too much."""
        if _weight(node, {}) > MAX_NODES:
            raise _TooMuch
        return super().construct_document(node)


def _weight(node: yaml.Node, known: dict[int, int]) -> int:
    """Count the values below a node, those behind an alias each time that it is used."""
    if id(node) not in known:
        known[id(node)] = MAX_NODES  # an alias to what it stands in has no end
        inner: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            inner = [one for pair in node.value for one in pair]
        elif isinstance(node, yaml.SequenceNode):
            inner = node.value
        known[id(node)] = min(1 + sum(_weight(one, known) for one in inner), 2 * MAX_NODES)
    return known[id(node)]


def _plain(loader: yaml.CSafeLoader, _suffix: str, node: yaml.Node) -> Any:
    """Read ``!Sub``, ``!reference`` and whatever tools invent as the value that they mark."""
    if isinstance(node, yaml.MappingNode):
        pairs = loader.construct_pairs(node, deep=True)
        return {key if isinstance(key, Hashable) else str(key): value for key, value in pairs}
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _plain)
