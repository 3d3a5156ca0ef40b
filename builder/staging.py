"""Put a build's folder together: the component's context as it is, and the files that the build adds."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from builder.recipe import Generated
from builder.source.directory import LEFT_OUT


def staged(source: Path, context: str, added: Iterable[Generated], into: Path) -> Path:
    """Copy the context into a folder below ``into`` and add the files; return the folder. Blocks: call it in a thread.

    What tools make is left out; links are copied as links. ``source`` itself is never written to.
    """
    folder = into / "context"
    shutil.copytree(source / context, folder, symlinks=True, ignore=_left_out)
    for one in added:
        path = folder / os.path.relpath(one.path, context or ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(one.text, encoding="utf-8")
    return folder


def _left_out(folder: str, names: list[str]) -> list[str]:
    """Return what is not copied: the folders of tools, and what is neither file, folder nor link."""
    return [name for name in names if name in LEFT_OUT or not _plain(os.path.join(folder, name))]


def _plain(path: str) -> bool:
    return os.path.islink(path) or os.path.isfile(path) or os.path.isdir(path)
