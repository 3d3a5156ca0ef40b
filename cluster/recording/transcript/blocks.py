"""The indented ``Key:  value`` blocks of ``kubectl describe``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_KEY = re.compile(r"( *)([^\s:][^:]{0,200}):(?:$|\s+(.*)$)")
MAX_DEPTH = 12


@dataclass(slots=True, kw_only=True)
class Block:
    """A key, the text behind it, and the lines below that are indented more."""

    key: str
    value: str = ""
    indent: int = 0
    lines: list[str] = field(default_factory=list)

    def inner(self) -> list["Block"]:
        """Return the blocks inside of this one."""
        return blocks(self.lines)


def blocks(lines: Iterable[str]) -> list[Block]:
    """Split lines into blocks by the indentation of the first; lines that are no key belong to the block above."""
    out: list[Block] = []
    base = -1
    for line in lines:
        stripped = line.lstrip(" ")
        indent = len(line) - len(stripped)
        if stripped and base < 0:
            base = indent
        if stripped and indent <= base and len(line) < 20_000 and (match := _KEY.match(line)):
            out.append(Block(key=match[2], value=(match[3] or "").strip(), indent=indent))
        elif out:
            out[-1].lines.append(line)
    return out


def find(found: Iterable[Block], key: str) -> Block:
    """Return the block of a key, or an empty one: what was not printed is not known."""
    return next((block for block in found if block.key == key), Block(key=""))


def has(found: Iterable[Block], key: str) -> bool:
    """Say whether a key was printed."""
    return any(block.key == key for block in found)


def values(block: Block) -> list[str]:
    """Return the value and its continuation lines, those that say "nothing" left out."""
    return [word for line in (block.value, *block.lines) if (word := line.strip()) and not word.startswith("<none>")]


def pair_list(block: Block) -> dict[str, str]:
    """Read ``a=b`` or ``a: b`` lines, as of labels and annotations."""
    out: dict[str, str] = {}
    for line in values(block):
        equals, colon = line.find("="), line.find(": ")
        at = equals if colon < 0 or 0 <= equals < colon else colon
        if at > 0:
            out[line[:at].strip()] = line[at + 1 :].strip()
    return out


def amounts(block: Block) -> dict[str, str]:
    """Read a list of resources, as of limits."""
    return {inner.key: inner.value.split()[0] for inner in block.inner() if inner.value}


def number(value: str) -> int | None:
    """Read a whole number at the beginning of a value."""
    match = re.match(r"-?\d{1,9}(?!\S)", value)
    return int(match[0]) if match else None


def rows(block: Block) -> list[list[str]]:
    """Return the rows of a table inside of a block, without its header and the line below it."""
    found = [re.split(r" {2,}", line.strip()) for line in block.lines if line.strip()]
    return [cells for cells in found[1:] if set(cells[0]) != {"-"}]


def conditions(block: Block) -> list[dict[str, str]]:
    """Read a table of conditions: Type, Status, and where they are printed times, Reason and Message."""
    from cluster.recording.transcript.moments import spoken_time

    lines = [line for line in block.lines if line.strip()]
    if not lines or not lines[0].strip().startswith("Type"):
        return []
    headers = re.split(r" {2,}", lines[0].strip())
    names = {"Type": "type", "Status": "status", "Reason": "reason", "Message": "message"}
    out: list[dict[str, str]] = []
    for cells in rows(block):
        entry: dict[str, str] = {}
        for header, cell in zip(
            headers, [*cells[: len(headers) - 1], "  ".join(cells[len(headers) - 1 :])], strict=False
        ):
            if header in names and cell:
                entry[names[header]] = cell
            elif header in {"LastTransitionTime", "LastHeartbeatTime"} and (time := spoken_time(cell)):
                entry[header[0].lower() + header[1:]] = time
        if entry.get("type") and entry.get("status"):
            out.append(entry)
    return out
