"""Know of Secrets what a diagnosis needs, name, type and keys, without ever fetching what they hide.

Secrets are listed as a Table with metadata: the API server prints type and number of keys, and ``managedFields``
name the keys. Only when the two agree are the keys known.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cluster.fields import dig, mapping, objects, text

MASKED = "***"
KEYS_UNKNOWN = "dataKeysUnknown"
"""Set to true on a Secret whose keys could not be told."""


def secrets_of(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a Secret for each row of a Table: its keys with masked values, or ``dataKeysUnknown``."""
    columns = [text(column, "name").lower() for column in objects(table, "columnDefinitions")]
    for row in objects(table, "rows"):
        cells = dig(row, "cells")
        by_name = dict(zip(columns, cells, strict=False)) if isinstance(cells, list) else {}
        metadata = mapping(row, "object", "metadata")
        if text(metadata, "name"):
            yield _secret(metadata, by_name)


def _secret(metadata: Mapping[str, Any], cells: Mapping[str, Any]) -> dict[str, Any]:
    # An annotation may hold the whole manifest as it was applied, values included.
    kept = {key: value for key, value in metadata.items() if key != "annotations"}
    secret: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": kept, "type": text(cells, "type")}
    keys = _keys(metadata)
    if str(cells.get("data", "")) == str(len(keys)):
        secret["data"] = dict.fromkeys(sorted(keys), MASKED)
    else:
        secret[KEYS_UNKNOWN] = True
    return secret


def _keys(metadata: Mapping[str, Any]) -> set[str]:
    return {
        field.removeprefix("f:")
        for entry in objects(metadata, "managedFields")
        for part in ("f:data", "f:stringData")
        for field in mapping(entry, "fieldsV1", part)
        if field.startswith("f:")
    }
