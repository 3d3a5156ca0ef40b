"""Kubernetes quantities: ``500m``, ``0.5``, ``1Gi``, ``1G``, ``1e3``."""

import re
from fractions import Fraction
from typing import Any

_SHAPE = re.compile(r"([+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40}))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?")
_FACTORS = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "k": Fraction(1000),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "P": Fraction(10**15),
    "E": Fraction(10**18),
    "Ki": Fraction(2**10),
    "Mi": Fraction(2**20),
    "Gi": Fraction(2**30),
    "Ti": Fraction(2**40),
    "Pi": Fraction(2**50),
    "Ei": Fraction(2**60),
}


def quantity(value: Any) -> Fraction | None:
    """Parse a quantity as the API server does; None where it is none.

    Source of the grammar: ``k8s.io/apimachinery/pkg/api/resource`` (quantity.go).
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, float):
        return Fraction(str(value)) if value == value and abs(value) < 1e30 else None
    if not isinstance(value, str) or not (match := _SHAPE.fullmatch(value)):
        return None
    number, suffix, exponent = match.groups()
    result = Fraction(number if not number.endswith(".") else number[:-1])
    if suffix:
        return result * _FACTORS[suffix]
    return result * Fraction(10) ** int(exponent) if exponent else result


def readable_bytes(amount: Fraction) -> str:
    """Write a number of bytes in the largest binary unit that leaves at most three digits: ``1.5Gi``."""
    size = float(amount)
    for unit in ("", "Ki", "Mi", "Gi", "Ti", "Pi"):
        if abs(size) < 1024:
            return f"{size:.4g}{unit}"
        size /= 1024
    return f"{size:.4g}Ei"


def readable_cpu(amount: Fraction) -> str:
    """Write a number of CPUs: ``250m`` below one CPU, else ``1.5``."""
    return f"{round(amount * 1000)}m" if abs(amount) < 1 else f"{float(amount):.4g}"


def readable(resource: str, amount: Fraction) -> str:
    """Write an amount of ``resource`` (``cpu``, ``requests.memory``, ``pods``, …) as people do."""
    kind = resource.rpartition(".")[2] if resource.startswith(("requests.", "limits.")) else resource
    if kind == "cpu":
        return readable_cpu(amount)
    if kind in {"memory", "storage", "ephemeral-storage"} or kind.startswith("hugepages-"):
        return readable_bytes(amount)
    return f"{float(amount):.6g}"
