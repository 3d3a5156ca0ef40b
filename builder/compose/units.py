"""Durations and sizes as the specification writes them: ``1m30s``, ``512m``."""

import math
import re

from builder.compose.reading import Held
from builder.compose.values import text

_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s|d)")
_SECONDS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|k|kb|m|mb|g|gb|t|tb|ki|kib|mi|mib|gi|gib)?", re.IGNORECASE)
_BYTES = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4}
MIB = 1 << 20


def seconds(value: Held | None, what: str) -> float | None:
    """Return a duration in seconds, None for nothing. A number alone is seconds."""
    if value is None or value.data is None:
        return None
    plain = text(value, what).strip()
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return float(plain)
    if not plain or _PART.sub("", plain):
        raise value.broken(f"{what} must be a duration such as 1m30s, not {plain!r}.")
    return sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(plain))


def size(value: Held | None, what: str) -> int | None:
    """Return a size in bytes, None for nothing."""
    if value is None or value.data is None:
        return None
    plain = text(value, what).strip()
    found = _SIZE.fullmatch(plain)
    if not found:
        raise value.broken(f"{what} must be a size such as 512m, not {plain!r}.")
    factor: int = 1024 ** _BYTES[(found[2] or "").lower()[:1]]
    return math.ceil(float(found[1]) * factor)


def quantity(count: int) -> str:
    """Return bytes as Kubernetes writes them."""
    for unit, power in (("Gi", 30), ("Mi", 20), ("Ki", 10)):
        if count >= 1 << power and count % (1 << power) == 0:
            return f"{count >> power}{unit}"
    return f"{max(1, math.ceil(count / MIB))}Mi" if count >= MIB else str(count)


def cores(count: float) -> str:
    """Return processors as Kubernetes writes them."""
    return str(int(count)) if count == int(count) else f"{max(1, round(count * 1000))}m"
