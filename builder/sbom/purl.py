"""Package URLs, written by the purl specification (ECMA-427) and its definitions of types."""

import re
from collections.abc import Mapping
from urllib.parse import quote

_LOWERED = frozenset({"apk", "composer", "deb", "golang", "hex", "npm", "oci", "otp", "pypi"})
"""Types whose names have no case."""


def purl(
    kind: str, name: str, version: str = "", *, namespace: str = "", qualifiers: Mapping[str, str] | None = None
) -> str:
    """Return the package URL. ``namespace`` may have several parts; empty qualifiers are left out."""
    if kind in _LOWERED:
        name, namespace = name.lower(), namespace.lower()
    if kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name)
    parts = [quoted(part) for part in namespace.split("/") if part]
    text = "/".join([f"pkg:{kind}", *parts, quoted(name)])
    text += f"@{quoted(version)}" if version else ""
    pairs = sorted(f"{key}={quoted(value)}" for key, value in (qualifiers or {}).items() if value)
    return text + (f"?{'&'.join(pairs)}" if pairs else "")


def quoted(text: str) -> str:
    """Encode all but letters, digits, ``.-_~`` and the colon, which is never encoded."""
    return quote(text, safe=":", errors="replace")
