"""Files that came as text, by their paths: written into a folder of ours, after the same checks as an archive."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname

from builder.source.directory import open_directory
from builder.source.errors import TreeHostile, TreeTooLarge
from builder.source.limits import DEFAULT, MIB, SourceLimits
from builder.tree import Tree

MAX_NAME_BYTES = 255
"""Of one part of a path: what file systems take."""
MAX_PATH_BYTES = 1_024
"""Of a whole path. File systems take four times that, and our folder's own path comes before it."""

_CLEAN = "Give paths below the program's folder, such as src/main.py, with / between the parts."


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfolded:
    """The folder that the files were written to, and its tree."""

    folder: Path
    tree: Tree


def unfold(files: Mapping[str, str], into: Path, limits: SourceLimits = DEFAULT) -> Unfolded:
    """Write files into the new folder ``into``. What begins with ``#!`` may be executed: text carries no mode.

    Raises ``TreeHostile``, ``TreeTooLarge`` before anything is written. Blocks: call it in a thread.
    """
    written = _judged(files, limits)
    into.mkdir(parents=True, mode=0o700)
    for path, data in written.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(0o755 if data.startswith(b"#!") else 0o644)
    return Unfolded(folder=into, tree=open_directory(into, limits))


def _judged(files: Mapping[str, str], limits: SourceLimits) -> dict[str, bytes]:
    """Return the bytes of each file that is taken; those of ``.git`` are for nobody."""
    if len(files) > limits.max_files:
        raise TreeTooLarge(f"There are more than {limits.max_files:,} files.", next_step="Send an archive or less.")
    found: dict[str, bytes] = {}
    left = limits.max_bytes
    for path, text in files.items():
        _require_clean(path, limits)
        data = text.encode("utf-8", "replace")  # half a surrogate pair, which JSON may hold, becomes a question mark
        left -= len(data)
        if left < 0:
            raise TreeTooLarge(
                f"The files have more than {limits.max_bytes / MIB:,.0f} MiB.", next_step="Send an archive or less."
            )
        if ".git" not in path.lower().split("/"):
            found[path] = data
    folders = {folder for path in found for folder in _above(path)}
    if both := sorted(folders & found.keys()):
        raise TreeHostile(f"{both[0]!r} is both a file and a folder.", next_step=_CLEAN)
    return found


def _require_clean(path: str, limits: SourceLimits) -> None:
    parts = path.split("/")
    if {"", ".", ".."} & set(parts):
        raise TreeHostile(f"The path {path[:200]!r} is empty in a part, or leads out of the folder.", next_step=_CLEAN)
    try:
        longest = max(len(part.encode()) for part in parts)
    except UnicodeEncodeError:
        longest = MAX_NAME_BYTES + 1
    if longest > MAX_NAME_BYTES or len(path) > MAX_PATH_BYTES or not path.isprintable() or "\\" in path:
        raise TreeHostile(f"The path {path[:200]!r} cannot be written everywhere.", next_step=_CLEAN)
    if len(parts) > limits.max_depth:
        raise TreeHostile(f"The path {path[:200]!r} is {len(parts)} folders deep.", next_step=_CLEAN)


def _above(path: str) -> set[str]:
    found = set()
    while path := dirname(path):
        found.add(path)
    return found
