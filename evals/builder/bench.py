"""Run apps on this machine's bench: base images made of packages, Buildah, trials; several apps at the same time."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from evals.builder.apps import App
from evals.builder.running import Bench, Ran, forget, ran

AT_ONCE: Final = 2
"""Apps that are built at the same time: each waits for registries about as long as it computes."""


def run(listed: Sequence[App], tell: Callable[[Ran], None]) -> tuple[tuple[Ran, ...], str]:
    """Run the apps in order, telling each as it ends; return all, and why none was built, empty where they were."""
    opened, reason = _opened()
    if opened is None:
        return asyncio.run(_all(listed, None, tell)), reason
    with opened as bench:
        return asyncio.run(_all(listed, bench, tell)), ""


async def _all(listed: Sequence[App], bench: Bench | None, tell: Callable[[Ran], None]) -> tuple[Ran, ...]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(app: App) -> Ran:
        async with places:
            done = await ran(app, bench, Path(work))
        tell(done)
        return done

    with tempfile.TemporaryDirectory(prefix="sextant-apps-") as work:
        all_ran = tuple(await asyncio.gather(*(one(app) for app in listed)))
    if bench is not None:
        await forget(bench, all_ran)
    return all_ran


def _opened() -> tuple[AbstractContextManager[Bench] | None, str]:
    """Return the bench that tests use, None with the reason where it cannot be had."""
    try:
        from tests.images import missing, serve  # base images are made by the tests, which are not always installed
    except ImportError:
        return None, "the tests, which make base images, are not here"
    if absent := missing():
        return None, f"{', '.join(absent)} missing"
    return serve(), ""
