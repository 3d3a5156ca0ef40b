"""Turn the API server's own description of its kinds into one document for each kind, as ``kubectl explain`` tells it.

A document is an OpenAPI description whose schemas are the paths of the kind: ``pod``, ``pod.spec``,
``pod.spec.containers``. Each says what is meant and lists its fields. A type that several kinds use is told in full
where it is nearest to its kind (the fields of a container under Pod, not again under Deployment).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_PATHS = 3_000
"""Types told in one document; the richest kind of Kubernetes has about 200."""
MAX_DEPTH = 12
"""Levels of types below a kind. Kubernetes' own deepest, CronJob to a probe's headers, has 9."""
MAX_SCHEMA_DEPTH = 60
_REF = "#/components/schemas/"
_NO_OBJECTS = frozenset({"connect", "watch", "watchlist", "proxy"})
_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind as a group document describes it. ``schemas`` are all types of that document."""

    group: str
    version: str
    kind: str
    schema: str
    schemas: Mapping[str, Any]

    @property
    def api(self) -> str:
        """Return the API version as manifests write it."""
        return f"{self.group}/{self.version}" if self.group else self.version


def kinds(document: Mapping[str, Any]) -> Iterator[Kind]:
    """Yield the kinds that one group document has paths for."""
    schemas = _mapping(_mapping(document.get("components")).get("schemas"))
    served = set(_served(_mapping(document.get("paths"))))
    for name, schema in schemas.items():
        for group, version, kind in _gvks(schema):
            if (group, version, kind) in served:
                yield Kind(group=group, version=version, kind=kind, schema=name, schemas=schemas)


def newest(found: Iterable[Kind]) -> tuple[Kind, ...]:
    """Return each kind in its best version only: stable before beta before alpha, then the higher number."""
    best: dict[tuple[str, str], Kind] = {}
    for kind in found:
        key = (kind.group, kind.kind)
        if key not in best or _priority(kind.version) > _priority(best[key].version):
            best[key] = kind
    return tuple(best[key] for key in sorted(best))


def homes(found: Iterable[Kind]) -> dict[str, str]:
    """Return for each type the schema of the kind that tells it in full: the nearest one, by name where several are."""
    nearest: dict[str, tuple[int, str]] = {}
    for kind in found:
        for path, name, _ in _walk(kind, None):
            candidate = (path.count("."), kind.schema)
            if name not in nearest or candidate < nearest[name]:
                nearest[name] = candidate
    return {name: home for name, (_, home) in nearest.items()}


def document(kind: Kind, homes: Mapping[str, str], server_version: str) -> dict[str, Any]:
    """Return the OpenAPI description that tells one kind."""
    told: dict[str, Any] = {}
    for path, _, schema in _walk(kind, homes):
        told[path] = _simple(schema, 0)
        if path == kind.kind.lower():
            meaning = str(told[path].pop("description", ""))
    return {
        "openapi": "3.0.0",
        "info": {
            "title": f"{kind.kind} ({kind.api})",
            "version": server_version,
            "description": f"{meaning}\n\napiVersion: {kind.api}\nkind: {kind.kind}".strip(),
        },
        "paths": {},
        "components": {"schemas": told},
    }


def _walk(kind: Kind, homes: Mapping[str, str] | None) -> Iterator[tuple[str, str, Schema]]:
    """Yield path, name and schema of the types below a kind, nearest first; each type once.

    With ``homes`` only those that are told with this kind.
    """
    queue = [(kind.kind.lower(), kind.schema, 0)]
    seen = {kind.schema}
    for at in range(MAX_PATHS):
        if at >= len(queue):
            return
        path, name, depth = queue[at]
        schema = _mapping(kind.schemas.get(name))
        yield path, name, schema
        for field, target in _references(schema, 0) if depth < MAX_DEPTH else ():
            inner = _mapping(kind.schemas.get(target))
            if target in seen or not inner.get("properties"):
                continue
            if homes is not None and homes.get(target, kind.schema) != kind.schema:
                continue
            seen.add(target)
            queue.append((f"{path}.{field}" if field else path, target, depth + 1))


def _references(schema: Schema, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the fields of a schema that are of a named type, with the type's name."""
    for field, node in _mapping(schema.get("properties")).items():
        for path, target in _targets(_mapping(node), depth):
            yield f"{field}.{path}" if path else str(field), target


def _targets(node: Schema, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_SCHEMA_DEPTH or not node:
        return
    reference = _reference(node)
    if reference:
        yield "", reference
    for inner in (node.get("items"), node.get("additionalProperties")):
        yield from _targets(_mapping(inner), depth + 1)
    if not reference:
        yield from _references(node, depth + 1)


def _simple(node: Schema, depth: int) -> dict[str, Any]:
    """Return a schema as the reader tells it: references by the short name of their type, without extensions."""
    if depth > MAX_SCHEMA_DEPTH:
        return {}
    reference = _reference(node)
    if reference:
        said = {"description": node["description"]} if node.get("description") else {}
        return {"$ref": _REF + reference.rpartition(".")[2], **said}
    kept: dict[str, Any] = {}
    for key in ("type", "format", "description", "enum", "required", "pattern", "minimum", "maximum"):
        if key in node:
            kept[key] = node[key]
    if isinstance(node.get("default"), str | int | float) and node["default"] != "":
        kept["default"] = node["default"]
    if node.get("x-kubernetes-int-or-string") or node.get("format") == "int-or-string":
        kept["x-kubernetes-int-or-string"] = True
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            kept[key] = _simple(node[key], depth + 1)
    properties = {
        str(name): _simple(_mapping(one), depth + 1) for name, one in _mapping(node.get("properties")).items()
    }
    return {**kept, "properties": properties} if properties else kept


def _reference(node: Schema) -> str:
    """Return the full name of the type that a node is of, also where it is wrapped to carry a default."""
    wrapped = node.get("allOf")
    if isinstance(wrapped, list) and len(wrapped) == 1:
        return _reference(_mapping(wrapped[0]))
    reference = node.get("$ref")
    return reference.removeprefix(_REF) if isinstance(reference, str) else ""


def _served(paths: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for operations in paths.values():
        for operation in _mapping(operations).values():
            said = _mapping(operation)
            if said.get("x-kubernetes-action") not in _NO_OBJECTS:
                yield _gvk(_mapping(said.get("x-kubernetes-group-version-kind")))


def _gvks(schema: object) -> Iterator[tuple[str, str, str]]:
    told = _mapping(schema).get("x-kubernetes-group-version-kind")
    for one in told if isinstance(told, list) else ():
        yield _gvk(_mapping(one))


def _gvk(said: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(said.get("group", "")), str(said.get("version", "")), str(said.get("kind", ""))


def _priority(version: str) -> tuple[int, int, int]:
    found = _VERSION.fullmatch(version)
    if found is None:
        return (-1, 0, 0)
    stage = {None: 2, "beta": 1, "alpha": 0}[found[2]]
    return (stage, int(found[1]), int(found[3] or 0))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
