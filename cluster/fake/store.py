"""The objects of the fake server, and the forms in which it hands them out."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cluster.fake.history import History
from cluster.fields import Obj, mapping, name, namespace, text
from cluster.kinds import BUILTIN, Kind, group_of, kind_key

BEFORE_ANY = 1000
"""Resource version of an empty server."""


class Store:
    """Objects by kind and key, in the order in which an API server lists them."""

    def __init__(self, objects: Iterable[Obj], custom_kinds: Iterable[Kind]) -> None:
        self.kinds: dict[tuple[str, str], Kind] = {
            (kind.group, kind.plural): kind for kind in (*BUILTIN, *custom_kinds)
        }
        self._by_key = {kind.key: kind for kind in self.kinds.values()}
        self._objects: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        self.version = BEFORE_ANY
        self.histories: dict[str, History] = {}
        self.listeners: list[Callable[[], None]] = []
        self._removed: dict[tuple[str, str, str], int] = {}
        for obj in objects:
            self._set(obj, {"resourceVersion": str(self.version + 1), **mapping(obj, "metadata")})
        self.began_with = {key: dict(table) for key, table in self._objects.items()}
        self.forget()

    def put(self, obj: Obj) -> None:
        """Add or replace an object. Its ``kind`` and ``apiVersion`` must be those of a kind that is served.

        The resource version is the server's; a uid is kept where the object has one, and made up where it has none.
        """
        self._set(obj, {**mapping(obj, "metadata"), "resourceVersion": str(self.version + 1)})

    def _set(self, obj: Obj, metadata: Mapping[str, Any]) -> None:
        key = kind_key(text(obj, "kind"), group_of(text(obj, "apiVersion")))
        if key not in self._by_key:
            raise LookupError(f"the fake server does not serve {key or 'an object without a kind'}")
        self.version += 1
        where = (namespace(obj), name(obj))
        again = self._removed.get((key, *where), 0)
        made_up = f"uid-{key}-{where[0]}-{where[1]}{f'-{again}' if again else ''}".lower()
        bare = {field: value for field, value in obj.items() if field not in {"kind", "apiVersion"}}
        table = self._objects.setdefault(key, {})
        change = "MODIFIED" if where in table else "ADDED"
        table[where] = {**bare, "metadata": {"uid": made_up, **metadata}}
        self._record(key, change, table[where])

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Remove an object by kind key. One of the same name that comes later gets another uid."""
        self.version += 1
        if gone := self._objects.get(kind, {}).pop((namespace, name), None):
            self._removed[(kind, namespace, name)] = self._removed.get((kind, namespace, name), 1) + 1
            metadata = {**gone["metadata"], "resourceVersion": str(self.version)}
            self._record(kind, "DELETED", {**gone, "metadata": metadata})

    def forget(self) -> None:
        """Forget all changes so far, as a server does after minutes: who watches from before must list again."""
        for key in self._by_key:
            self.history(key).forget(self.version)

    def history(self, kind: str) -> History:
        """Return the changes to objects of a kind key."""
        return self.histories.setdefault(kind, History(BEFORE_ANY))

    def _record(self, kind: str, change: str, obj: dict[str, Any]) -> None:
        served = self._by_key[kind]
        whole = {"kind": served.kind, "apiVersion": api_version(served), **obj}
        self.history(kind).add(self.version, change, whole)
        for wake in self.listeners:
            wake()

    def get(self, kind: Kind, namespace: str, name: str) -> dict[str, Any] | None:
        """Return an object with its kind, as a single GET does."""
        found = self._objects.get(kind.key, {}).get((namespace, name))
        return None if found is None else {"kind": kind.kind, "apiVersion": api_version(kind), **found}

    def select(self, kind: Kind, namespace: str, *, name: str = "", stale: bool = False) -> list[dict[str, Any]]:
        """Return the objects of a kind in a namespace, or (empty) in all; ``stale``: as they were at the start."""
        table = (self.began_with if stale else self._objects).get(kind.key, {})
        return [
            obj
            for key, obj in sorted(table.items())
            if (not namespace or key[0] == namespace) and (not name or key[1] == name)
        ]


def api_version(kind: Kind) -> str:
    """Return the ``apiVersion`` of a kind."""
    return f"{kind.group}/{kind.version}" if kind.group else kind.version


def page_of(
    items: list[dict[str, Any]], limit: int, token: str, version: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return one page and the list metadata that leads to the next. Raises ``ValueError`` for a foreign token."""
    start, at = _read_token(token) if token else (0, version)
    page = items[start : start + limit] if limit else items[start:]
    metadata: dict[str, Any] = {"resourceVersion": str(at)}
    left = len(items) - start - len(page)
    if left > 0:
        metadata |= {"continue": _write_token(start + len(page), at), "remainingItemCount": left}
    return page, metadata


def as_list(kind: Kind, items: list[dict[str, Any]], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a list; its items have neither kind nor apiVersion, except those of custom kinds."""
    if kind.group and "." in kind.group and not kind.group.endswith(".k8s.io"):
        items = [{"apiVersion": api_version(kind), "kind": kind.kind, **item} for item in items]
    return {"kind": f"{kind.kind}List", "apiVersion": api_version(kind), "metadata": metadata, "items": items}


def as_table(kind: Kind, items: list[dict[str, Any]], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Table with the metadata of each object; for Secrets with type and number of keys."""
    columns = ["Name", "Type", "Data", "Age"] if kind.key == "Secret" else ["Name", "Age"]
    rows = []
    for item in items:
        extra = [text(item, "type") or "Opaque", len(mapping(item, "data"))] if kind.key == "Secret" else []
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]}
        rows.append({"cells": [name(item), *extra, "1h"], "object": partial})
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [{"name": column, "type": "string", "priority": 0} for column in columns],
        "rows": rows,
    }


def as_partial(items: list[dict[str, Any]], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a PartialObjectMetadataList."""
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "items": [{"metadata": item["metadata"]} for item in items],
    }


def _write_token(start: int, version: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"v": "fake", "rv": version, "start": start}).encode()).decode()


def _read_token(token: str) -> tuple[int, int]:
    try:
        value = json.loads(base64.urlsafe_b64decode(token))
        return int(value["start"]), int(value["rv"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ValueError("invalid continue token: continue key is not valid") from exc
