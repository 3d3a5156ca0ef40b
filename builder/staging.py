"""Put a build's folder together: the component's context as it is, and the files that the build adds."""

import asyncio
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

from builder.recipe import Generated
from builder.source.directory import LEFT_OUT


class Stopped(Exception):
    """The copying was stopped."""


async def put_together(source: Path, context: str, added: Iterable[Generated], into: Path) -> Path:
    """Do ``staged`` beside the event loop. When cancelled, it ends after the file that it is at."""
    stop = threading.Event()
    copying = asyncio.ensure_future(asyncio.to_thread(staged, source, context, added, into, stop))
    try:
        return await asyncio.shield(copying)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({copying})  # whoever removes the folder finds nobody at work in it
        if not copying.cancelled():
            copying.exception()
        raise


def staged(
    source: Path, context: str, added: Iterable[Generated], into: Path, stop: threading.Event | None = None
) -> Path:
    """Copy the context into a folder below ``into`` and add the files; return the folder. Blocks: call it in a thread.

    What tools make is left out; links are copied as links. ``source`` itself is never written to.
    Raises ``Stopped`` as soon as ``stop`` is set.
    """
    folder = into / "context"

    def copied(one: str, target: str) -> str:
        if stop is not None and stop.is_set():
            raise Stopped
        return shutil.copy2(one, target)

    shutil.copytree(source / context, folder, symlinks=True, ignore=_left_out, copy_function=copied)
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
