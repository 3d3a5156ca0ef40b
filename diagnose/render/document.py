"""The full structure of a diagnosis as plain data: what ``-o json``, ``-o yaml`` and the HTTP API return.

Both languages of every sentence are there; times are RFC 3339 in UTC; keys keep a fixed order, so equal diagnoses
serialise to equal bytes.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from core.evidence import EventSource, Evidence, FieldSource, FileSource, LogSource, ObjectRef, Source, render_path
from diagnose.findings import Diagnosis, Finding

SCHEMA = "sextant.dev/diagnosis/v1"


def document(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the diagnosis as dictionaries, lists, strings, numbers and booleans."""
    return {"schema": SCHEMA, **plain(diagnosis)}


def plain(value: Any) -> Any:
    """Turn frozen data into plain data, field by field."""
    match value:
        case Evidence():
            return _evidence(value)
        case ObjectRef():
            return _reference(value)
        case Finding():
            return {"id": value.id, **_fields(value), "runbook": value.runbook}
        case Enum():
            return value.value
        case datetime():
            return timestamp(value)
        case Mapping():
            return {key: plain(value[key]) for key in sorted(value)}
        case tuple() | list():
            return [plain(entry) for entry in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _fields(value)
        case _:
            return value


def _fields(value: Any) -> dict[str, Any]:
    return {entry.name: plain(getattr(value, entry.name)) for entry in fields(value)}


def timestamp(value: datetime) -> str:
    """Write a time as RFC 3339 in UTC, to the second."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _reference(ref: ObjectRef) -> dict[str, str]:
    found = {"kind": ref.kind, "group": ref.group, "namespace": ref.namespace, "name": ref.name, "uid": ref.uid}
    return {key: value for key, value in found.items() if value}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "source": _source(evidence.source),
        "quote": evidence.quote,
        "observed_at": plain(evidence.observed_at),
        "still_current": evidence.still_current,
    }


def _source(source: Source) -> dict[str, Any]:
    match source:
        case FieldSource():
            return {"type": "field", "object": _reference(source.object), "path": render_path(source.path)}
        case EventSource():
            return {
                "type": "event",
                "object": _reference(source.object),
                "event": source.event,
                "reason": source.reason,
            }
        case LogSource():
            return {
                "type": "log",
                "pod": _reference(source.pod),
                "container": source.container,
                "previous": source.previous,
                "line": source.line,
            }
        case FileSource():
            return {"type": "file", "path": source.path, "line": source.line}
        case _:
            return {"type": "absence", "object": _reference(source.object)}
