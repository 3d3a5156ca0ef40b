"""A directory of this machine as a tree: listed once, read as it is asked for."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from posixpath import join

from pathspec import GitIgnoreSpec

from builder.source.errors import TreeMissing, TreeRefused, TreeTooLarge
from builder.source.limits import DEFAULT, SourceLimits
from builder.tree import MAX_TEXT_BYTES, Tree

LEFT_OUT = frozenset(
    {
        ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "bower_components", "__pycache__", ".tox", ".nox",
        ".mypy_cache", ".pytest_cache", ".ruff_cache", ".gradle", ".terraform", ".next", ".nuxt", ".svelte-kit",
        ".turbo", ".yarn/cache", ".pnpm-store", ".idea", ".vs", ".cache", ".direnv", ".bundle", ".dart_tool", "_build",
        ".elixir_ls",
    }
)  # fmt: skip
"""Folders of tools: what they hold is installed or built anew."""


def open_directory(folder: Path, limits: SourceLimits = DEFAULT) -> Tree:
    """Return the tree of a folder. Links are not followed; folders that Git ignores are left out.

    Raises ``TreeMissing``, ``TreeRefused`` (no right to read it), ``TreeTooLarge``.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise TreeMissing(f"{folder} {what}.", next_step="Give the folder that holds the program's source code.")
    left_out: list[str] = []
    sizes: dict[str, int] = {}
    executable: set[str] = set()
    total = 0
    try:
        for path, state in _files(folder, limits, left_out):
            total += state.st_size
            sizes[path] = state.st_size
            if state.st_mode & stat.S_IXUSR:
                executable.add(path)
            if len(sizes) > limits.max_files or total > limits.max_bytes:
                raise TreeTooLarge(
                    f"{folder} holds more than {limits.max_files:,} files or {limits.max_bytes >> 20:,} MiB.",
                    next_step="Give the folder of one program, or list what does not belong to it in .gitignore.",
                )
    except PermissionError as exc:
        raise TreeRefused(
            f"{exc.filename} cannot be read: {exc.strerror}.", next_step="Check the folder's rights."
        ) from exc
    return Tree(
        sizes=dict(sorted(sizes.items())),
        read=lambda path: _read(folder, path),
        executable=frozenset(executable),
        left_out=tuple(sorted(left_out)),
    )


def _files(folder: Path, limits: SourceLimits, left_out: list[str]) -> Iterator[tuple[str, os.stat_result]]:
    ignored = _ignored(folder)
    todo = [("", 0)]
    while todo:
        place, depth = todo.pop()
        with os.scandir(folder / place) as entries:
            for entry in entries:
                path = join(place, entry.name)
                if entry.is_dir(follow_symlinks=False):
                    if (
                        entry.name in LEFT_OUT
                        or (ignored and ignored.match_file(f"{path}/"))
                        or depth >= limits.max_depth
                    ):
                        left_out.append(path)
                    else:
                        todo.append((path, depth + 1))
                elif entry.is_file(follow_symlinks=False) and _is_text(path):
                    yield path, entry.stat(follow_symlinks=False)


def _ignored(folder: Path) -> GitIgnoreSpec | None:
    """Return what the top .gitignore leaves out; lower ones are about single files, which do not matter here."""
    lines = (_read(folder, ".gitignore") or b"").decode("utf-8", "replace").splitlines()
    return GitIgnoreSpec.from_lines(lines) if lines else None


def _is_text(path: str) -> bool:
    """Say whether a name can be written: names that are not UTF-8 cannot be told, cited or copied."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read(folder: Path, path: str) -> bytes | None:
    try:
        # A link may have taken the file's place since it was listed.
        number = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(number, "rb") as file:
        return file.read(MAX_TEXT_BYTES)
