"""What the forms of a bill of materials have in common."""

import json
import uuid
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from builder.sbom.model import Subject

TOOL = "sextant"


def tool_version() -> str:
    """Return our version, empty where we run from a tree that is not installed."""
    try:
        return version("sextant-ops")
    except PackageNotFoundError:
        return ""


def serial(subject: Subject, form: str) -> str:
    """Return a UUID that follows from the image: the same image gives the same document."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{form}:{subject.id}:{subject.digest}"))


def encoded(document: dict[str, Any]) -> bytes:
    """Return the document as JSON."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
