"""Read a tar of a stranger, front to back.

The standard library's reader believes what headers claim about extended headers and sparse files, and how it treats
damaged ones depends on its patch level. This one knows regular files, directories, long names in the GNU and in the pax
form, and nothing else; it allocates for bytes that came, not for bytes that were announced.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cluster.recording.intake import MIB, Feed, Member, RecordingLimits, quoted, safe_name, size_text
from core.errors import BundleBroken, BundleHostile

BLOCK = 512
EXTENSION_BYTES = MIB
"""Of one extended header: a path of this length does not exist."""

_FILES = frozenset({b"0", b"7", b"\0"})
_LINKS = frozenset({b"1", b"2"})
_SKIPPED = {
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"S": "a sparse file",
}


def is_tar(head: bytes) -> bool:
    """Say whether data start with the header of a tar: its checksum must agree."""
    return len(head) >= BLOCK and any(head[:BLOCK]) and _checksum_agrees(head[:BLOCK])


def tar_members(feed: Feed, limits: RecordingLimits) -> Iterator[Member]:
    """Yield the members of a tar; see ``cluster.recording.archive.members`` for what is raised."""
    extended = _Extended()
    count = 0
    last = "its start"
    while True:
        block = feed.exactly(BLOCK)
        if not block:
            yield Member(name="", type="skipped", note="the archive has no end mark; it may have been cut off")
            return
        if not any(block) and len(block) == BLOCK:
            return
        header = _header(block, last)
        count += 1
        limits.check_members(count)
        if header.type in {b"x", b"g", b"L", b"K"}:
            content = _content(feed, header, min(EXTENSION_BYTES, limits.member_bytes))
            extended = extended.with_header(header.type, content)
            continue
        name = safe_name(extended.name or header.name)
        size = header.size if extended.size is None else extended.size
        limits.check_member(quoted(name), size)
        entry = _Header(name=name, size=size, type=header.type)
        if header.type in _FILES and not (header.name.endswith("/") and not extended.name) and not extended.sparse:
            yield Member(name=name, data=_content(feed, entry, limits.member_bytes))
        elif header.type in _LINKS:
            yield Member(name=name, type="link", note="a link, not followed")
        else:
            _pass_over(feed, entry)
            if header.type != b"5" and not header.name.endswith("/"):
                what = "a sparse file" if extended.sparse else _SKIPPED.get(header.type, "of an unknown type")
                yield Member(name=name, type="skipped", note=f"{what}, not read")
        last = quoted(name)
        extended = _Extended()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    name: str
    size: int
    type: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extended:
    """What extended headers say about the member that follows."""

    name: str = ""
    size: int | None = None
    sparse: bool = False

    def with_header(self, kind: bytes, content: bytes) -> "_Extended":
        if kind == b"L":
            name = content.rstrip(b"\0").decode("utf-8", "replace")
            return _Extended(name=name, size=self.size, sparse=self.sparse)
        if kind != b"x":
            return self
        records = _pax(content)
        size = self.size
        if "size" in records:
            size = _number(records["size"], 10)
        name = records.get("path", self.name)
        return _Extended(name=name, size=size, sparse=self.sparse or any(k.startswith("GNU.sparse") for k in records))


def _header(block: bytes, last: str) -> _Header:
    if len(block) < BLOCK:
        raise BundleBroken(f"The archive breaks off in a header after {last}.")
    if not _checksum_agrees(block):
        raise BundleBroken(f"The archive is damaged after {last}: the checksum of the next header does not agree.")
    name = _text(block[0:100])
    if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
        name = f"{prefix}/{name}"
    return _Header(name=name, size=_size(block[124:136]), type=block[156:157])


def _checksum_agrees(block: bytes) -> bool:
    try:
        stated = int(block[148:156].strip(b" \0") or b"0", 8)
    except ValueError:
        return False
    return stated == sum(block[:148]) + sum(block[156:]) + 8 * ord(" ")


def _size(data: bytes) -> int:
    if data[0] & 0x80:
        size = int.from_bytes(data, "big", signed=False) - (0x80 << 88)
        if data[0] != 0x80:
            raise BundleHostile("A member of the archive claims an impossible size.")
        return size
    return _number(data.strip(b" \0").decode("ascii", "replace") or "0", 8)


def _number(text: str, base: int) -> int:
    if len(text) > 20 or not text.isascii() or not text.isdigit():
        raise BundleBroken(f"The archive is damaged: {quoted(text)} stands where a size belongs.")
    try:
        return int(text, base)
    except ValueError as error:
        raise BundleBroken(f"The archive is damaged: {quoted(text)} stands where a size belongs.") from error


def _content(feed: Feed, header: _Header, limit: int) -> bytes:
    if header.size > limit:
        raise BundleHostile(f"A header of the archive claims {size_text(header.size)}, far more than a name needs.")
    data = feed.exactly(header.size)
    if len(data) < header.size:
        raise _cut(header, len(data))
    feed.skip(-header.size % BLOCK)
    return data


def _pass_over(feed: Feed, header: _Header) -> None:
    if (came := feed.skip(header.size)) < header.size:
        raise _cut(header, came)
    feed.skip(-header.size % BLOCK)


def _cut(header: _Header, came: int) -> BundleBroken:
    name = quoted(header.name)
    return BundleBroken(f"The archive breaks off in {name}: {came:,} of {header.size:,} bytes are there.")


def _pax(content: bytes) -> dict[str, str]:
    """Read the records of a pax header: ``LENGTH KEY=VALUE`` and a line end, each as long as it says."""
    records: dict[str, str] = {}
    at = 0
    while at < len(content):
        digits, space, _ = content[at : at + 21].partition(b" ")
        length = _number(digits.decode("ascii", "replace"), 10) if space else 0
        record = content[at : at + length]
        key, equals, value = record[len(digits) + 1 :].partition(b"=")
        if length <= len(digits) + 1 or not equals or not value.endswith(b"\n"):
            raise BundleBroken("The archive is damaged: an extended header cannot be read.")
        records[key.decode("utf-8", "replace")] = value[:-1].decode("utf-8", "replace")
        at += length
    return records


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")
