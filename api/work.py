"""What a diagnosis does, as the work of a run: get the snapshot, analyze it, render it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import anyio

from api import experience
from api.context import Services
from api.experience import Experience
from api.uploads import Upload
from cluster.client import ClusterClient
from cluster.discovery import target_of
from cluster.limits import collect_limits, recording_limits
from cluster.live import Progress, collect
from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from cluster.watching import collect_from
from core.errors import UsageError
from core.identity import Caller
from core.phrase import LANGUAGES, Language
from core.runs import Json, RunProgress, Work
from core.telemetry import Metrics
from diagnose import render
from diagnose.explain import Audience, Explanation, explain, rendering
from diagnose.findings import Diagnosis
from rollout.trials import tried

T = TypeVar("T")

RUN_SECONDS = 180.0
"""No run lasts longer: what does not end by then would not end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """For whom a model shall word the diagnosis."""

    language: Language
    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked. ``namespace`` empty means all of them; without ``wording`` no model is asked."""

    target: str = ""
    namespace: str = ""
    hygiene: bool = False
    dry_run: bool = True
    wording: Wording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """How to get the snapshot: the name of the step, and what to do in it.

    ``client`` is set where the snapshot is of a live cluster: its API server can say what it thinks of the remedies.
    """

    step: str
    take: Callable[[Progress], Awaitable[Snapshot]]
    client: ClusterClient | None = None


def diagnosis_work(services: Services, caller: Caller, question: Question, taking: Taking) -> Work:
    """Return the work of a run that answers ``question``. Its result holds the document and its renderings.

    ``caller`` is who is told what worked before: only what they may know of.
    """

    async def work(progress: RunProgress) -> Json:
        with counted(services.context.metrics):
            return await answered(progress)

    async def answered(progress: RunProgress) -> Json:
        async with progress.step(taking.step) as note, _told(progress, upto=0.8) as tell:
            snapshot = await taking.take(tell)
            note.text = f"{sum(map(len, snapshot.objects.values()))} objects, {len(snapshot.logs)} logs"
        await progress.report(0.8)
        async with progress.step("analyze") as note:
            diagnosis = await in_thread(services, lambda: judged(services, snapshot, question))
            note.text = f"{diagnosis.verdict.value}, {len(diagnosis.findings)} findings"
        await progress.report(0.9)
        if question.dry_run and taking.client is not None and diagnosis.findings:
            async with progress.step("try fixes"):
                diagnosis = await tried(diagnosis, taking.client)
        await progress.report(0.95)
        explanation = None
        if question.wording is not None:
            async with progress.step("explain") as note:
                explanation = await worded(services, diagnosis, question.wording)
                note.text = f"{len(explanation.sentences)} sentences" if explanation.sentences else "by rules only"
        known = await experience.experience(services, caller, diagnosis)
        async with progress.step("render"):
            return await in_thread(services, lambda: rendered(diagnosis, explanation, known))

    return work


@contextlib.contextmanager
def counted(metrics: Metrics) -> Iterator[None]:
    """Count a run while it lasts and how it ends."""
    state = "failed"
    try:
        with metrics.runs_open.track_inprogress():
            yield
        state = "succeeded"
    except asyncio.CancelledError:
        state = "cancelled"
        raise
    finally:
        metrics.runs.labels("diagnosis", state).inc()


def judged(services: Services, snapshot: Snapshot, question: Question) -> Diagnosis:
    """Diagnose, and count it."""
    diagnosis = services.context.diagnose(
        snapshot,
        target=question.target,
        namespace=question.namespace,
        numbers=services.context.settings.diagnose,
        hygiene=question.hygiene,
    )
    services.context.metrics.diagnoses.labels(diagnosis.verdict.value).inc()
    return diagnosis


async def worded(services: Services, diagnosis: Diagnosis, wording: Wording) -> Explanation:
    """Let the model word a diagnosis; without one that helps, the explanation says why in a note."""
    return await explain(diagnosis, services.model(), language=wording.language, audience=wording.audience)


def rendered(
    diagnosis: Diagnosis, explanation: Explanation | None = None, known: Sequence[Experience] = ()
) -> dict[str, Any]:
    """Return every form of a diagnosis that can be asked for later. What a model wrote comes last, in one language."""
    forms: dict[str, Any] = {
        "document": render.document(diagnosis),
        "markdown": {language: render.markdown(diagnosis, language) for language in LANGUAGES},
        "text": {language: render.text(diagnosis, language) for language in LANGUAGES},
    }
    if known:
        forms["document"]["worked_before"] = experience.document(known)
        for language in LANGUAGES:
            forms["markdown"][language] += experience.markdown(known, language)
            forms["text"][language] += experience.text(known, language)
    if explanation is not None:
        forms["document"]["explanation"] = rendering.document(explanation)
        for language in LANGUAGES:
            forms["markdown"][language] += rendering.markdown(explanation, language)
            forms["text"][language] += rendering.text(explanation, language)
    return forms


async def in_thread(services: Services, do: Callable[[], T]) -> T:
    """Run ``do`` beside the event loop. When the caller is cancelled, the thread ends by itself, unheard."""
    return await anyio.to_thread.run_sync(do, abandon_on_cancel=True, limiter=services.threads)


# -- snapshots


def from_demo(services: Services) -> Taking:
    """Take the bundled demo."""

    async def take(_tell: Progress) -> Snapshot:
        return await services.demo_snapshot()

    return Taking(step="open", take=take)


def from_upload(services: Services, upload: Upload) -> Taking:
    """Open a recording that was sent; its file is deleted at the end."""
    limits = recording_limits(services.context.settings)

    def opened() -> Snapshot:
        try:
            return open_recording(upload.file, limits=limits, origin=upload.name or "uploaded recording")
        finally:
            upload.close()

    async def take(_tell: Progress) -> Snapshot:
        return await in_thread(services, opened)

    return Taking(step="open", take=take)


def from_cluster(
    services: Services, caller: Caller, question: Question, deadline_seconds: float, *, thorough: bool = False
) -> Taking:
    """Collect from the live cluster with the caller's own rights; from memory where it is watched for them.

    Raises ``ClusterNotConfigured`` at once.

    ``thorough`` reads also what no trouble so far asks for: for recordings, which are looked at later.
    """
    client = services.clusters.client(caller)

    async def take(tell: Progress) -> Snapshot:
        deadline = asyncio.get_running_loop().time() + deadline_seconds
        limits = replace(collect_limits(services.context.settings), thorough=thorough)
        with services.context.metrics.collection_seconds.time():
            target = await target_of(question.target, question.namespace, client.within(deadline))
            async with services.watches.lent(caller, client, question.namespace) as cache:
                taking = partial(collect, client) if cache is None else partial(collect_from, cache, client)
                return await taking(
                    namespace=question.namespace, limits=limits, target=target, progress=tell, deadline=deadline
                )

    return Taking(step="collect", take=take, client=client)


async def live_namespace(services: Services, caller: Caller, namespace: str, *, everywhere: bool) -> str:
    """Return the namespace to read of a live cluster (empty: all) after checking that the caller may.

    Raises ``ClusterNotConfigured``, ``UsageError`` when a namespace must be named, ``Forbidden``.
    """
    client = services.clusters.client(caller)
    if not namespace and not everywhere:
        namespace = client.identity.default_namespace
        if not namespace:
            raise UsageError(
                "The request names no namespace.", next_step="Give `namespace`, or set `all_namespaces` to true."
            )
    await services.clusters.require_pods(caller, namespace)
    return namespace


@contextlib.asynccontextmanager
async def _told(progress: RunProgress, *, upto: float) -> AsyncIterator[Progress]:
    """Give a plain function that tells progress; what it says is written in the background, the newest only."""
    news: asyncio.Queue[tuple[str, float]] = asyncio.Queue(maxsize=1)

    def tell(what: str, fraction: float) -> None:
        if news.full():
            news.get_nowait()
        news.put_nowait((what, fraction))

    async def write() -> None:
        while True:
            what, fraction = await news.get()
            await progress.report(fraction * upto, what)

    writing = asyncio.create_task(write())
    try:
        yield tell
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        if not writing.cancelled():
            writing.exception()  # the run was ended by somebody; the work learns it at its next step
