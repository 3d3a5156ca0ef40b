"""YAML: manifests as code under a heading for each object, CRDs as their fields, OpenAPI as its operations."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken, DocumentTooLarge
from kb.documents.limits import Budget
from kb.documents.readers.openapi import is_openapi, openapi_drafts
from kb.documents.readers.schemas import field_lines

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_COMMENTS = re.compile(r"\A(?:[ \t]*(?:#.*)?\n)*")
_TEMPLATE = re.compile(r"\{\{|\{%")
MAX_NESTING = 400  # of flow brackets; a parser of YAML in C recurses
MAX_DOCUMENTS = 5_000


def read_yaml(text: str, budget: Budget) -> Read:
    """Return a block for each document. Text that is no YAML is refused, save templates, which are kept as code."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    check_brackets(text)
    read = Read(drafts=(), media_type="application/yaml")
    read.drafts = list(_drafts(text, budget, read))
    return read


def check_brackets(text: str) -> None:
    """Raise DocumentTooLarge for brackets nested deeper than any real file's."""
    depth = 0
    for mark in re.finditer(r"[\[{\]}]", text):
        depth = max(depth + (1 if mark[0] in "[{" else -1), 0)
        if depth > MAX_NESTING:
            raise DocumentTooLarge(
                f"The document is nested more than {MAX_NESTING} levels deep.", next_step="Flatten the document."
            )


def _drafts(text: str, budget: Budget, read: Read) -> Iterator[Draft]:
    parts = [part for part in _SEPARATOR.split(text) if part.strip()]
    budget.check_pages(len(parts), "YAML documents")
    for part in parts:
        budget.check_time()
        try:
            value = yaml.load(part, Loader=_LOADER)  # noqa: S506 - a safe loader, in C
        except (yaml.YAMLError, ValueError, RecursionError) as exc:
            if not _TEMPLATE.search(part):
                raise DocumentBroken(f"The YAML cannot be parsed: {_where(exc)}.") from exc
            read.notes.append("A template that is not YAML by itself was kept as it is.")
            value = None
        yield from _one(part, value, budget, read)


def _one(part: str, value: Any, budget: Budget, read: Read) -> Iterator[Draft]:
    if not isinstance(value, Mapping):
        yield Draft("code", part)
        return
    if is_openapi(value):
        yield from openapi_drafts(value, budget, read)
        return
    metadata = value.get("metadata")
    name = str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""
    kind = str(value.get("kind", ""))
    if kind == "CustomResourceDefinition" and isinstance(value.get("spec"), Mapping):
        yield from crd_drafts(value, budget, read)
        return
    if kind:
        yield Draft("heading", f"{kind} {name}".strip(), 2)
    comments = _COMMENTS.match(part)
    spoken = " ".join(line.strip().lstrip("#").strip() for line in (comments[0] if comments else "").split("\n"))
    if spoken.strip():
        yield Draft("text", spoken.strip())
        part = part[comments.end() :] if comments else part
    yield Draft("code", part)


def crd_drafts(value: Mapping[str, Any], budget: Budget, read: Read) -> Iterator[Draft]:
    """Yield a heading for each version of a custom resource and its fields beneath."""
    spec = value["spec"]
    names = spec.get("names") if isinstance(spec.get("names"), Mapping) else {}
    kind, group = str(names.get("kind", "")), str(spec.get("group", ""))
    read.title = read.title or f"{kind} ({group})"
    versions = spec.get("versions")
    for version in versions if isinstance(versions, list) else []:
        if not isinstance(version, Mapping):
            continue
        yield Draft("heading", f"{kind} {group}/{version.get('name', '')}", 2)
        facts = [f"scope {spec.get('scope', '')}", f"plural {names.get('plural', '')}"]
        short = names.get("shortNames")
        if isinstance(short, list) and short:
            facts.append("short names " + ", ".join(map(str, short)))
        schema = version.get("schema")
        schema = schema.get("openAPIV3Schema") if isinstance(schema, Mapping) else None
        if isinstance(schema, Mapping) and schema.get("description"):
            yield Draft("text", str(schema["description"]))
        yield Draft("text", f"{kind}: {'; '.join(facts)}.")
        yield from _grouped(field_lines(schema, budget.limits))


def _grouped(lines: Iterator[str]) -> Iterator[Draft]:
    """Yield the fields as lists, a heading for each field of the second level (``spec.template``)."""
    held: list[str] = []
    group = ""
    for line in lines:
        path = line[1:].partition("`")[0]
        head = ".".join(path.replace("[]", "").split(".")[:2])
        if head != group:
            if held:
                yield Draft("list", "\n".join(held))
                held = []
            if "." in head:
                yield Draft("heading", head, 3)
            group = head
        held.append(f"- {line}")
    if held:
        yield Draft("list", "\n".join(held))


def _where(exc: Exception) -> str:
    if isinstance(exc, yaml.MarkedYAMLError) and exc.problem_mark is not None:
        return f"line {exc.problem_mark.line + 1}: {exc.problem or exc.context}"
    return str(exc) or "it is nested too deeply"
