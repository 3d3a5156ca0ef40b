"""What every reader of recordings keeps to: limits, safe names, and bytes that are counted as they come."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.errors import BundleHostile, BundleTooLarge

MIB = 1024 * 1024
CHUNK = MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingLimits:
    """How much a recording may hold. The defaults fit a cluster of some 20,000 pods; all sizes are in bytes."""

    compressed_bytes: int = 256 * MIB
    """Of the file as it comes: an upload of this size is still read in seconds."""
    expanded_bytes: int = 2048 * MIB
    """Of all members together."""
    members: int = 200_000
    """Files, directories and links of an archive: one log for each container, and lists beside."""
    member_bytes: int = 512 * MIB
    """Of one member, which is held in memory: a list of 20,000 pods as JSON has about 250 MiB."""
    ratio: int = 200
    """Expanded to compressed. Lists of like pods reach 40 to 1; bombs start at 1,000 to 1."""
    ratio_from_bytes: int = 64 * MIB
    """The ratio is asked only beyond this size, because small files may compress to almost nothing."""

    def check_packed(self, count: int) -> None:
        """Raise ``BundleTooLarge`` when more compressed bytes came than allowed."""
        if count > self.compressed_bytes:
            raise BundleTooLarge(f"The recording is larger than {size_text(self.compressed_bytes)}.", next_step=_NARROW)

    def check_expanded(self, count: int, packed: int) -> None:
        """Raise ``BundleTooLarge`` over the limit, ``BundleHostile`` when little data expands to very much."""
        if count > self.expanded_bytes:
            raise BundleTooLarge(
                f"The recording expands to more than {size_text(self.expanded_bytes)}.", next_step=_NARROW
            )
        if count > self.ratio_from_bytes and count > self.ratio * max(packed, 1):
            raise BundleHostile(f"The recording expands to more than {self.ratio} times its size, as only bombs do.")

    def check_member(self, name: str, size: int) -> None:
        """Raise ``BundleTooLarge`` when one member has, or claims to have, too many bytes."""
        if size > self.member_bytes:
            raise BundleTooLarge(
                f"{name} in the recording has {size_text(size)}; at most {size_text(self.member_bytes)} are read.",
                next_step=_NARROW,
            )

    def check_members(self, count: int) -> None:
        """Raise ``BundleTooLarge`` when there are too many members."""
        if count > self.members:
            raise BundleTooLarge(f"The recording has more than {self.members:,} members.", next_step=_NARROW)


_NARROW = "Record fewer namespaces or shorter logs, or raise the limits of recordings in the settings."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of a recording. Links and what was skipped have no content; ``note`` says why."""

    name: str
    data: bytes = b""
    type: Literal["file", "link", "skipped"] = "file"
    note: str = ""


class Feed:
    """Bytes that come from ``read``, counted; ``check`` is told the count and raises when it is too much."""

    def __init__(self, read: Callable[[int], bytes], check: Callable[[int], None]) -> None:
        self._read = read
        self._check = check
        self._held = b""
        self.count = 0

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes, none only at the end."""
        if not self._held:
            self._held = self._next(CHUNK)
        data, self._held = self._held[:size], self._held[size:]
        return data

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes, or all that are left, without taking them."""
        while len(self._held) < size and (more := self._next(CHUNK)):
            self._held += more
        return self._held[:size]

    def exactly(self, size: int) -> bytes:
        """Return ``size`` bytes, fewer only where the data end. Memory grows with what comes, not with ``size``."""
        parts: list[bytes] = []
        missing = size
        while missing > 0 and (data := self.read(missing)):
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    def skip(self, size: int) -> int:
        """Take ``size`` bytes without keeping them and return how many there were."""
        missing = size
        while missing > 0 and (data := self.read(missing)):
            missing -= len(data)
        return size - missing

    def _next(self, size: int) -> bytes:
        data = self._read(size)
        self.count += len(data)
        self._check(self.count)
        return data


_DRIVE = re.compile(r"^[A-Za-z]:")


def safe_name(name: str) -> str:
    """Return a member's name with plain slashes, or raise ``BundleHostile`` when it points outside of the archive."""
    plain = name.replace("\\", "/")
    parts = [part for part in plain.split("/") if part not in {"", "."}]
    if plain.startswith("/") or _DRIVE.match(plain) or ".." in parts or "\0" in plain:
        raise BundleHostile(f"The recording has a member {quoted(name)} that points outside of it.")
    return "/".join(parts)


def printable(value: Any) -> Any:
    """Return a parsed value without halves of surrogate pairs, which JSON can hold and no terminal or file."""
    whole = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.loads(whole)


def quoted(name: str) -> str:
    """Write a stranger's name so that it cannot disturb a terminal or fill it."""
    shown = name if len(name) <= 120 else name[:117] + "..."
    return repr(shown)


def size_text(count: int) -> str:
    """Write a number of bytes as people read it."""
    for unit, size in (("GiB", 1024 * MIB), ("MiB", MIB), ("KiB", 1024)):
        if count >= size:
            return f"{count / size:.0f} {unit}" if count >= 10 * size else f"{count / size:.1f} {unit}"
    return f"{count} bytes"
