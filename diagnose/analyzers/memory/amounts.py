"""How much memory a container may have, and how much its language runtime was told to take."""

import re
from dataclasses import dataclass
from fractions import Fraction

from cluster.fields import dig, numbered, strings, text
from cluster.quantities import quantity, readable_bytes
from diagnose.containers import Container, FieldPath

MI = 2**20

_HEAP = (
    re.compile(r"-Xmx(?P<size>\d{1,9})(?P<unit>[kKmMgG]?)"),
    re.compile(r"--max[-_]old[-_]space[-_]size[= ](?P<size>\d{1,9})(?P<unit>)"),
    re.compile(r"memory_limit[= ](?P<size>\d{1,9})(?P<unit>[kKmMgG])"),
    re.compile(r"GOMEMLIMIT=(?P<size>\d{1,9})(?P<unit>[KMG])i?B"),
)
_FACTORS = {"k": 2**10, "m": 2**20, "g": 2**30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A memory limit as written, in bytes, and where it stands in the pod."""

    written: str
    amount: Fraction
    path: FieldPath


def limit_of(container: Container) -> Limit | None:
    """Return the limit that holds: what the kubelet reports, else the spec's, else that of the whole pod."""
    for path in (
        (*container.status_path, "resources", "limits", "memory") if container.status_path else (),
        (*container.spec_path, "resources", "limits", "memory"),
        ("spec", "resources", "limits", "memory"),
    ):
        written = dig(container.pod, *path) if path else None
        amount = quantity(written)
        if amount is not None and amount > 0:
            return Limit(written=str(written), amount=amount, path=path)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """A heap size that the spec sets: the flag as written, in bytes, and where."""

    flag: str
    amount: int
    path: tuple[str | int, ...]
    variable: str = ""


def heap_of(container: Container) -> Heap | None:
    """Return the heap size that arguments or variables set, or None."""
    for key in ("command", "args"):
        for index, word in enumerate(strings(container.spec, key)):
            if found := _heap(word, (key, index), ""):
                return found
    for index, entry in numbered(container.spec, "env"):
        name, value = text(entry, "name"), text(entry, "value")
        joined = f"{name}={value}" if name == "GOMEMLIMIT" else value
        if found := _heap(joined, ("env", index, "value"), name):
            return found
    return None


def _heap(word: str, path: tuple[str | int, ...], variable: str) -> Heap | None:
    for pattern in _HEAP:
        if match := pattern.search(word[:4000]):
            unit = match["unit"].lower()
            default = MI if "old" in match[0] else 1
            return Heap(
                flag=match[0], amount=int(match["size"]) * _FACTORS.get(unit, default), path=path, variable=variable
            )
    return None


def raised(limit: Fraction, heap: Heap | None, *, least: int = 0) -> str:
    """Return 1.5 times the limit, at least the heap and a quarter more and ``least``, in whole Mi or Gi."""
    wanted = max(limit * 3 / 2, Fraction(heap.amount * 5, 4) if heap else Fraction(0), Fraction(least))
    steps = -(-wanted // MI)
    return f"{steps // 1024}Gi" if steps >= 1024 and steps % 1024 == 0 else f"{steps}Mi"


def shown(limit: Limit) -> str:
    """Write a limit as the user did, with a readable form where that differs."""
    readable = readable_bytes(limit.amount)
    return limit.written if readable == limit.written else f"{limit.written} ({readable})"
