"""The files that builds generate, kept in the streams of their runs: also of failed ones, and for any server."""

import gzip
import io
import tarfile
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from api.building_errors import BuildFileNotFound, BuildFilesGone
from core.errors import UsageError
from core.runs import Json, Run, RunStore

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of all files of a build: a Dockerfile has some thousand bytes, and a monorepo a hundred of them."""


async def told(store: RunStore, run_id: str, files: Mapping[str, str], fraction: float = 0.2) -> None:
    """Tell the files in the run's stream. Raises ``UsageError`` for more than is kept, ``Conflict`` after its end."""
    if sum(len(text) for text in files.values()) > MAX_BYTES:
        raise UsageError(
            f"The generated files have more than {MAX_BYTES} bytes.", next_step="Choose one component of the source."
        )
    body = {"progress": fraction, "note": f"{len(files)} files", "files": dict(sorted(files.items()))}
    await store.append_event(run_id, "progress", body)


async def kept(store: RunStore, run: Run, keep_seconds: float) -> Mapping[str, str]:
    """Return the files of a build by their paths.

    Raises ``BuildFileNotFound`` before there are any, and ``BuildFilesGone``.
    """
    require_kept(run, keep_seconds)
    found: dict[str, str] = {}
    async for files in _bodies(store, run, "files"):
        found |= files  # what was repaired takes the place of what was written first
    if found:
        return dict(sorted(found.items()))
    raise BuildFileNotFound(
        f"Build {run.id} has made no files{'' if run.ended else ' yet'}.",
        next_step="Look at its steps." if run.ended else "Wait until its step `files` has succeeded.",
    )


def require_kept(run: Run, keep_seconds: float) -> None:
    """Raise ``BuildFilesGone`` after the time for which what a build has made is kept."""
    ended = run.finished_at
    if ended is not None and datetime.now(UTC) > _in_utc(ended) + timedelta(seconds=keep_seconds):
        raise BuildFilesGone(
            f"What build {run.id} has made was kept for {keep_seconds:g} s.", next_step="Start the build again."
        )


async def told_artefact(store: RunStore, run_id: str, name: str, text: str) -> None:
    """Tell a document about an image in the run's stream."""
    body: Json = {"progress": 0.95, "note": name, "artefacts": {name: text}}
    await store.append_event(run_id, "progress", body)


async def artefacts(store: RunStore, run: Run) -> dict[str, str]:
    """Return the documents about images that a build has told."""
    found: dict[str, str] = {}
    async for told_ones in _bodies(store, run, "artefacts"):
        found |= told_ones
    return found


async def attempts(store: RunStore, run: Run) -> list[Any]:
    """Return the attempts of a build that failed, as its stream tells them."""
    return [attempt async for attempt in _bodies(store, run, "attempt")]


async def _bodies(store: RunStore, run: Run, name: str) -> AsyncIterator[Any]:
    """Go through what progress of the run carries under a name."""
    seq = 0
    while events := await store.events_after(run.id, seq):
        for event in events:
            if event.type == "progress" and isinstance(event.body, dict) and name in event.body:
                yield event.body[name]
        seq = events[-1].seq


def packed(files: Mapping[str, str]) -> bytes:
    """Return the files as tar.gz, the same bytes for the same files."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w") as archive,
    ):
        for path, text in sorted(files.items()):
            data = text.encode()
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
