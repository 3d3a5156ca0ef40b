"""Follow an ingestion to its end: a bar on a terminal, lines of state elsewhere."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import Any

from cli.knowledge_client import Refused, Service
from cli.knowledge_words import clean, counted, length, moment, shortened
from core.errors import SextantError

LOOK_SECONDS = 0.3
"""How often the state is asked for: a bar that moves in smaller steps is not seen to."""
LINE_SECONDS = 10.0
"""How often a line is written where there is no terminal: often enough to see that it goes on."""
WATCHED_SECONDS = 15.0
"""How long the first list of a namespace's events is waited for: one of 10,000 events takes some seconds."""
BAR = 24


class Ended(SextantError):
    """What was followed did not end well."""

    code, title = "ingestion_failed", "The ingestion did not end well"


class Bar:
    """One line on standard error while something goes on, and only where that is a terminal."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, text: str) -> None:
        """Show a text in place of the one before."""
        if self.shown:
            room = max(20, shutil.get_terminal_size().columns - 1)
            sys.stderr.write(f"\r\x1b[K{shortened(text, room)}")
            sys.stderr.flush()

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def bar_text(name: str, state: str, progress: dict[str, Any]) -> str:
    """Return the bar: how much is done, how fast, how long it will take, what failed."""
    total, open_ = progress["documents"], unsettled(progress)
    if not total or (state in {"new", "syncing"} and not progress["ready"] and open_ == total):
        return f"{clean(name)}: reading the list of documents, {total:,} so far"
    done = total - open_
    filled = round(BAR * done / total)
    parts = [f"[{'#' * filled}{'.' * (BAR - filled)}] {done:,}/{total:,} documents"]
    if open_ and progress["rate"]:
        parts.append(f"{progress['rate']:.1f}/s")
    if open_ and progress["remaining_seconds"] is not None:
        parts.append(f"about {length(max(1, progress['remaining_seconds']))} left")
    if progress["failed"]:
        parts.append(f"{progress['failed']:,} will be tried again")
    if progress["dead"]:
        parts.append(f"{progress['dead']:,} given up")
    return f"{clean(name)} " + "  ".join(parts)


def unsettled(progress: dict[str, Any]) -> int:
    """Count the documents to which something will still happen by itself."""
    return int(progress["pending"] + progress["indexing"] + progress["failed"])


async def follow(service: Service, started: dict[str, Any], *, say: Callable[[str], None]) -> dict[str, Any]:
    """Follow a run that was started until it ends and return the source as it is then.

    Raises ``Ended`` when the source could not be read, or none of its documents could be indexed.
    """
    source: dict[str, Any] = started["source"]
    run: dict[str, Any] = started["run"]
    told_at, told_text = time.monotonic(), ""
    with Bar() as bar:
        while run["state"] in {"queued", "running"}:
            text = bar_text(source["name"], source["state"], source["progress"])
            bar(text)
            now = time.monotonic()
            if not bar.shown and text != told_text and (not told_text or now - told_at >= LINE_SECONDS):
                say(plain(source))
                told_at, told_text = now, text
            await asyncio.sleep(LOOK_SECONDS)
            run = await service.get(f"/v1/runs/{run['id']}")
            source = await service.get(f"/v1/sources/{source['id']}")
    error = run["error"] or {}
    if run["state"] == "failed":
        raise Ended(str(error.get("message", "")), next_step=str(error.get("next_step", "")))
    if run["state"] == "cancelled":
        raise Ended(
            f"reading {source['name']} was cancelled",
            next_step=f"What is indexed stays searchable. Go on with `sextant kb retry {source['name']}`.",
        )
    progress = source["progress"]
    if progress["dead"] and not progress["ready"]:
        raise Ended(
            f"none of the documents of {source['name']} could be indexed",
            next_step=f"See why with `sextant kb status {source['name']}`.",
        )
    return source


async def watched(service: Service, source: dict[str, Any]) -> dict[str, Any]:
    """Wait until the events of a source are watched, or it is known why not; return the source as it is then."""
    began = time.monotonic()
    with Bar() as bar:
        while time.monotonic() - began < WATCHED_SECONDS:
            watch = source["watch"]
            if watch is None or watch["error"] or (watch["live"] and source["state"] == "ready"):
                break
            bar(f"{clean(source['name'])}: opening the watch of namespace {watch['namespace']}")
            await asyncio.sleep(LOOK_SECONDS)
            source = await service.get(f"/v1/sources/{source['id']}")
    return source


def watch_text(source: dict[str, Any]) -> str:
    """Return what is watched, since when, and how much there is by now."""
    watch, name = source["watch"], clean(source["name"])
    text = f"source/{name} {clean(source['status']['en'])}: events of namespace {watch['namespace']}"
    if watch["since"]:
        text += f", since {moment(watch['since'])}"
    if watch["live"]:
        text += f"\nWhat happens can be found within minutes; see how much with `sextant kb show {name}`"
    return text


async def follow_run(service: Service, run: dict[str, Any], what: str) -> dict[str, Any]:
    """Follow any run until it ends and return it. Raises ``Ended`` when it did not succeed."""
    with Bar() as bar:
        while run["state"] in {"queued", "running"}:
            filled = round(BAR * run["progress"])
            bar(f"{what} [{'#' * filled}{'.' * (BAR - filled)}] {run['progress']:.0%}")
            await asyncio.sleep(LOOK_SECONDS)
            run = await service.get(f"/v1/runs/{run['id']}")
    if run["state"] != "succeeded":
        error = run["error"] or {}
        message = str(error.get("message") or f"{what} was cancelled")
        raise Ended(message, next_step=str(error.get("next_step", "")))
    return run


async def prepared(service: Service) -> None:
    """Wait while the bundled knowledge is indexed for the first time, so that the first question has an answer."""
    with Bar() as bar:
        while True:
            try:
                seed = await service.get("/v1/sources/seed")
            except Refused:  # there is none, or no knowledge base: the question itself will say which
                return
            if not beginning(seed):
                return
            bar(bar_text("bundled knowledge, once", seed["state"], seed["progress"]))
            await asyncio.sleep(LOOK_SECONDS)


def beginning(source: dict[str, Any]) -> bool:
    """Say whether a source is read for the first time and will go on by itself."""
    progress = source["progress"]
    return bool(source["state"] in {"new", "syncing"} or progress["pending"] + progress["indexing"]) and (
        not source["synced_at"] or progress["ready"] + progress["dead"] + progress["skipped"] < progress["documents"]
    )


def plain(source: dict[str, Any]) -> str:
    """Return one line on how a source stands, for logs."""
    progress = source["progress"]
    done = progress["documents"] - unsettled(progress)
    text = f"{clean(source['name'])}  {clean(source['status']['en'])}  {done:,}/{progress['documents']:,} documents"
    if progress["rate"] and unsettled(progress):
        text += f"  {progress['rate']:.1f}/s"
    return text


def summary(source: dict[str, Any]) -> str:
    """Return the last line: what there is now."""
    progress = source["progress"]
    if source["watch"] is not None:
        return watch_text(source)
    text = f"source/{clean(source['name'])} {source['state']}: {counted(progress['ready'], 'document')}, "
    text += counted(progress["passages"], "passage")
    if progress["skipped"]:
        text += f"; {progress['skipped']:,} skipped"
    if progress["dead"]:
        text += f"; {progress['dead']:,} given up, see `sextant kb status {clean(source['name'])} --state dead`"
    return text
