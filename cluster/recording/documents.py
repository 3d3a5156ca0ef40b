"""Read text of strangers as Kubernetes objects: JSON, JSON lines, YAML, lists of them, whole or cut off.

What can be read is kept, what cannot is named with its line. Nothing here raises on any text.
"""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cluster.fields import dig, text
from cluster.kinds import Kind
from cluster.recording.intake import printable
from cluster.recording.yamltext import YamlProblem, load, parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Objects that were written as one document. ``listed``: as a list, of ``kind`` where the list is typed.

    ``whole`` is False when the list was cut off or is one page of several.
    """

    objects: tuple[dict[str, Any], ...]
    listed: bool = False
    kind: str = ""
    api_version: str = ""
    whole: bool = True
    server_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What one text holds, and what of it could not be read."""

    documents: tuple[Document, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def recognised(self) -> bool:
        """Say whether anything of Kubernetes was found."""
        return bool(self.documents)


def read_text(content: str, expected: Kind | None = None) -> Text:
    """Read every document of a text. Values that are no Kubernetes objects are left out.

    ``expected`` is the kind of the items of a bare list, where the recording says it in another way.
    """
    start = content.lstrip("\ufeff \t\r\n")
    if not start:
        return Text()
    if start[0] in "{[":
        found = _json(content, expected)
        if found.recognised or not re.search(r"^(?:kind|items): ", content, re.MULTILINE):
            return found
    return _yaml(content, expected)


def looks_like_objects(content: str) -> bool:
    """Say from its beginning whether a text may hold Kubernetes objects, whatever its file is called."""
    head = content[:8192].lstrip("\ufeff \t\r\n")
    if head.startswith(("{", "[")):
        return '"kind"' in head or '"items"' in head or '"serverVersion"' in head
    return _YAML_HEAD.search(head) is not None


_YAML_HEAD = re.compile(r"^(?:apiVersion|kind|items|serverVersion): *", re.MULTILINE)

# -- JSON


def _json(content: str, expected: Kind | None = None) -> Text:
    """Read JSON values that follow one another with nothing but space between them."""
    documents: list[Document] = []
    problems: list[str] = []
    escapes = "\\ud" in content or "\\uD" in content
    at = _space(content, 0)
    while at < len(content):
        try:
            value, end = _DECODER.raw_decode(content, at)
        except (ValueError, RecursionError) as error:
            try:
                value, end = _LENIENT.raw_decode(content, at)
            except (ValueError, RecursionError):
                line = content.count("\n", 0, getattr(error, "pos", at)) + 1
                problems.append(f"line {line}: {_reason(error)}")
                documents.extend(_salvaged(content, at))
                break
        documents.extend(_documents(_typed(printable(value) if escapes else value, expected)))
        at = _space(content, end)
    return Text(documents=tuple(documents), problems=tuple(problems))


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else float(digits)


_DECODER = json.JSONDecoder()
_LENIENT = json.JSONDecoder(parse_int=_whole_number)
_SPACE = re.compile(r"[\s\ufeff]*")
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_COMMA = re.compile(r"\s*,?\s*")
_HEAD_KIND = re.compile(r'"kind"\s*:\s*"(\w+)"')
_HEAD_VERSION = re.compile(r'"apiVersion"\s*:\s*"([\w./-]+)"')


def _space(content: str, at: int) -> int:
    match = _SPACE.match(content, at)
    return match.end() if match else at


def _salvaged(content: str, at: int) -> Iterator[Document]:
    """Keep the whole items of a list that breaks off."""
    opening = _ITEMS.search(content, at)
    if opening is None:
        return
    head = content[at : opening.start()]
    kind, version = _HEAD_KIND.search(head), _HEAD_VERSION.search(head)
    items: list[Any] = []
    at = opening.end()
    while True:
        match = _COMMA.match(content, at)
        at = match.end() if match else at
        try:
            item, at = _LENIENT.raw_decode(content, at)
        except (ValueError, RecursionError):
            break
        items.append(printable(item))
    value = {"kind": kind[1] if kind else "List", "apiVersion": version[1] if version else "v1", "items": items}
    yield from _documents(value, whole=False)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg}"
    return "a number that is too long"


# -- YAML


def _yaml(content: str, expected: Kind | None = None) -> Text:
    """Read YAML documents one by one, so that a broken one does not take the others with it."""
    documents: list[Document] = []
    problems: list[str] = []
    for first_line, part in parts(content):
        try:
            value = load(part)
        except YamlProblem as problem:
            problems.append(f"line {first_line + problem.line}: {problem}")
            documents.extend(_salvaged_yaml(part))
        else:
            cut = isinstance(value, dict) and isinstance(value.get("items"), list) and "kind" not in value
            if cut:
                problems.append(f"line {first_line + part.count(chr(10))}: the list breaks off")
                value = {**value, "items": value["items"][:-1]}
            documents.extend(_documents(_typed(value, expected), whole=not cut))
    return Text(documents=tuple(documents), problems=tuple(problems))


_YAML_ITEMS = re.compile(r"^items:[ \t]*\r?\n", re.MULTILINE)
_YAML_ITEM = re.compile(r"^- ", re.MULTILINE)


def _salvaged_yaml(part: str) -> Iterator[Document]:
    """Keep the items that can be read of a list as kubectl writes it; the last may be half an item and goes."""
    opening = _YAML_ITEMS.search(part)
    if opening is None:
        return
    starts = [match.start() for match in _YAML_ITEM.finditer(part, opening.end())]
    items: list[Any] = []
    for start, end in itertools.pairwise(starts):
        try:
            items.extend(load(part[start:end]))
        except (YamlProblem, TypeError):
            continue
    yield from _documents({"kind": "List", "apiVersion": "v1", "items": items}, whole=False)


# -- objects


def _typed(value: Any, expected: Kind | None) -> Any:
    """Write a bare list, or a list without a kind, as the typed list that it is known to be."""
    if expected is None:
        return value
    version = f"{expected.group}/{expected.version}" if expected.group else expected.version
    if isinstance(value, list) or value is None:
        return {"kind": f"{expected.kind}List", "apiVersion": version, "items": value or []}
    if isinstance(value, dict) and not text(value, "kind"):
        if isinstance(value.get("items"), list):
            return {**value, "kind": f"{expected.kind}List", "apiVersion": version}
        return {**value, "kind": expected.kind, "apiVersion": version}
    return value


def _documents(value: Any, *, whole: bool = True) -> Iterator[Document]:
    """Yield what a parsed value holds: a list of objects, one object, the version of a server, or nothing."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from _documents(item)
        return
    if not isinstance(value, dict):
        return
    kind, version, items = text(value, "kind"), text(value, "apiVersion"), value.get("items")
    if items is None and "items" in value and kind.endswith("List"):
        items = []
    if isinstance(items, list) and (kind.endswith("List") or not kind):
        kind = kind.removesuffix("List")
        pages = text(value, "metadata", "continue") or dig(value, "metadata", "remainingItemCount")
        yield Document(
            objects=tuple(_items(items, kind, version)),
            listed=True,
            kind=kind,
            api_version=version if kind else "",
            whole=whole and not pages,
        )
    elif kind and version and text(value, "metadata", "name"):
        yield Document(objects=(value,))
    elif found := text(value, "serverVersion", "gitVersion"):
        yield Document(objects=(), server_version=found)


def _items(items: list[Any], kind: str, version: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list, those of lists inside of it as well. Items of typed lists do not name their kind."""
    for item in items:
        if not isinstance(item, dict):
            continue
        inner = item.get("items")
        if text(item, "kind").endswith("List") and isinstance(inner, list):
            yield from (i for i in inner if isinstance(i, dict) and _named(i))
            continue
        if kind and not text(item, "kind"):
            item = {**item, "kind": kind, "apiVersion": text(item, "apiVersion") or version}
        if _named(item):
            yield item


def _named(item: dict[str, Any]) -> bool:
    return bool(text(item, "kind") and text(item, "metadata", "name"))
