"""The embedded store: shards of qdrant_edge in one folder, owned by one process, run by a child of it.

``folder/collections/NAME`` is a shard, ``folder/state.json`` holds aliases and sizes and is replaced as a whole.
"""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from kb.stores.edge_collection import EdgeCollection
from kb.stores.engine_process import EngineProcess
from kb.stores.errors import CollectionNotFound, StoreError, StoreFailed, StoreMismatch
from kb.stores.holder import FolderLock
from kb.stores.store import CollectionSpec, Health

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_STATE = "state.json"

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _State:
    sizes: dict[str, int] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


class EdgeStore:
    """Open the store in ``folder``. Raises ``StoreHeld`` while another process has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FolderLock(folder)
        try:
            self._state = _load(folder / _STATE)
        except StoreError:
            self._lock.release()
            raise
        self._open: dict[str, EdgeCollection] = {}
        self._changing = asyncio.Lock()
        self._engine = EngineProcess(folder, (self._lock.shared,))
        self._closed = False

    async def create(self, spec: CollectionSpec) -> EdgeCollection:
        """Make a collection, or open the one that is there."""
        if not _NAME.fullmatch(spec.name):
            raise StoreMismatch(f"{spec.name!r} cannot be the name of a collection")
        async with self._changing:
            known = self._state.sizes.get(spec.name)
            if known is not None and known != spec.dimensions:
                raise StoreMismatch(f"{spec.name} has {known} dimensions, not {spec.dimensions}")
            found = await self._opened(spec.name, spec.dimensions)
            if known is None:
                self._state.sizes[spec.name] = spec.dimensions
                await self._save()
            return found

    async def open(self, name: str) -> EdgeCollection:
        """Open a collection by its name or an alias."""
        async with self._changing:
            real = self._state.aliases.get(name, name)
            return await self._opened(real, self._known(real))

    async def names(self) -> tuple[str, ...]:
        """Return the names of all collections, in order."""
        return tuple(sorted(self._state.sizes))

    async def switch(self, alias: str, name: str) -> None:
        """Let an alias point at a collection."""
        async with self._changing:
            self._known(name)
            self._state.aliases[alias] = name
            await self._save()

    async def target(self, alias: str) -> str | None:
        """Return the name of the collection that an alias points at."""
        return self._state.aliases.get(alias)

    async def drop(self, name: str) -> None:
        """Remove a collection: from the state first, so that a crash leaves no half of it in use."""
        async with self._changing:
            self._known(name)
            if name in self._state.aliases.values():
                raise StoreMismatch(f"{name} is in use: an alias points at it")
            del self._state.sizes[name]
            await self._save()
            if self._open.pop(name, None):
                await self._engine.ask("close", name)
            await self._on_disk(shutil.rmtree, self._path(name))

    async def health(self) -> Health:
        """Count the passages of all open collections."""
        if self._closed:
            return Health(ok=False, detail="closed")
        try:
            points = sum([await found.size() for found in tuple(self._open.values())])
        except StoreError as exc:
            return Health(ok=False, detail=exc.message)
        return Health(ok=True, detail=f"embedded in {self._folder}", points=points)

    async def close(self) -> None:
        """Let running searches end, make everything durable, give the folder back."""
        if self._closed:
            return
        self._closed = True
        async with self._changing:
            try:
                await self._engine.close()
            finally:
                self._open.clear()
                self._lock.release()

    @property
    def engine_pid(self) -> int | None:
        """The number of the engine's process, None while none runs."""
        return self._engine.pid

    @property
    def under_way(self) -> int:
        """How many requests the engine has not answered yet."""
        return self._engine.under_way

    async def _opened(self, name: str, dimensions: int) -> EdgeCollection:
        if self._closed:
            raise StoreFailed("the vector store is closed")
        if name not in self._open:
            path = self._path(name)
            if name not in self._state.sizes and path.exists():
                await self._on_disk(shutil.rmtree, path)  # a process died while making or dropping it
            await self._engine.ask("make", name, dimensions)
            self._open[name] = EdgeCollection(path, dimensions, self._engine)
        return self._open[name]

    def _path(self, name: str) -> Path:
        return self._folder / "collections" / name

    def _known(self, name: str) -> int:
        try:
            return self._state.sizes[name]
        except KeyError:
            raise CollectionNotFound(f"there is no collection {name}") from None

    async def _on_disk(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        except OSError as exc:
            message = f"the vector store in {self._folder} cannot be changed: {exc.strerror}"
            raise StoreFailed(message, next_step="check the folder's owner and the free space") from exc

    async def _save(self) -> None:
        await self._on_disk(_replace, self._folder / _STATE, self._state)


def _load(path: Path) -> _State:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return _State(sizes=dict(told["sizes"]), aliases=dict(told["aliases"]))
    except FileNotFoundError:
        return _State()
    except (ValueError, KeyError, TypeError) as exc:
        message = f"{path} cannot be read: {exc}"
        raise StoreFailed(message, next_step="restore the folder from a backup, or remove it and index again") from exc


def _replace(path: Path, state: _State) -> None:
    """Write the state beside the old one and put it in its place, durably."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump({"sizes": state.sizes, "aliases": state.aliases}, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
