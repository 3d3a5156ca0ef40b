"""Fetch a Git repository at one ref into a folder of ours, by the same guarded copy that the knowledge base uses.

Nothing is checked out: git writes an archive of the commit, and that is unpacked like any other. No hook, filter,
submodule or option of the repository takes part.
"""

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from builder.source.archive import unpack
from builder.source.errors import TreeMissing, TreeRefused
from builder.source.limits import DEFAULT, SourceLimits
from kb.sources.git_mirror import Mirror
from kb.sources.git_places import checked_ref, checked_subpath, place
from kb.sources.git_runs import GitLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository, a ref of it (empty: what it calls HEAD) and a path inside (empty: all of it)."""

    url: str
    ref: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The folder of the source, and the commit that it is."""

    folder: Path
    commit: str


def shown(url: str) -> str:
    """Return an address without what may be a credential in it: fit for messages."""
    return re.sub(r"^([A-Za-z0-9+.-]+://).*@", r"\1", url)


async def fetch(
    repository: Repository,
    into: Path,
    *,
    limits: SourceLimits = DEFAULT,
    allow_private: bool = False,
    allow_local: bool = False,
) -> Fetched:
    """Fetch one commit into the new folder ``into``.

    Raises ``TreeRefused`` for an address or ref that is none, ``TreeMissing``, what ``unpack`` raises, and
    ``SourceError`` for what git or the network refuse. ``allow_local`` lets repositories of this machine be read.
    """
    try:
        where, ref, path = place(repository.url), checked_ref(repository.ref), checked_subpath(repository.path)
    except ValueError as exc:
        raise TreeRefused(
            f"{shown(repository.url)!r} cannot be fetched: {exc}.", next_step="Give https://HOST/PATH or git@HOST:PATH."
        ) from exc
    if where.protocol == "file" and not allow_local:
        raise TreeRefused(
            "Repositories of the service's own machine are not read.", next_step="Give an address that it can reach."
        )
    await asyncio.to_thread(into.mkdir, parents=True, mode=0o700)
    copy, packed = into / "copy", into / "source.tar"
    mirror = Mirror(
        where,
        ref,
        copy,
        limits=GitLimits(max_repository_bytes=limits.max_bytes),
        allow_private=allow_private,
    )
    await mirror.update()
    if path and not await mirror.tree(path):
        raise TreeMissing(f"{shown(repository.url)} has no files below {path!r}.", next_step="Check the path.")
    commit = await mirror.export(path, packed)
    folder = await asyncio.to_thread(unpack, packed, into / "source", limits, whole=True)
    await asyncio.to_thread(shutil.rmtree, copy, ignore_errors=True)
    await asyncio.to_thread(packed.unlink)
    return Fetched(folder=folder, commit=commit)
