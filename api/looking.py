"""Answer at once, without a run: for pages and lists. What was read live is kept for a few seconds."""

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from api.context import Services, owner_of
from api.work import Question, from_cluster, from_demo, in_thread, judged, live_namespace
from core.errors import DeadlineExceeded
from core.identity import Caller
from diagnose.findings import Diagnosis

SEEN_SECONDS = 15.0
"""How long a live answer is kept: somebody who clicks through a list should not make the cluster be read each time."""

Where = Literal["live", "demo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A diagnosis and the namespace that was looked at (empty: all)."""

    diagnosis: Diagnosis
    namespace: str


async def look(
    services: Services, caller: Caller, *, source: Where, namespace: str, everywhere: bool = False, target: str = ""
) -> Seen:
    """Diagnose within the time of one request. Raises what the parts raise, and ``DeadlineExceeded``."""
    question = Question(target=target, namespace=namespace)
    if source == "live":
        space = await live_namespace(services, caller, namespace, everywhere=everywhere)
        question = replace(question, namespace=space)
    key = (owner_of(caller), source, question.target, question.namespace)

    async def ask() -> tuple[Seen, float]:
        return await _look(services, caller, source, question), SEEN_SECONDS

    seen = await services.seen.get(key, ask)
    assert isinstance(seen, Seen)  # noqa: S101 - this function alone writes here
    return seen


async def _look(services: Services, caller: Caller, source: Where, question: Question) -> Seen:
    seconds = services.context.settings.server.request_seconds
    taking = from_demo(services) if source == "demo" else from_cluster(services, caller, question, seconds)
    try:
        async with asyncio.timeout(seconds):
            snapshot = await taking.take(lambda _what, _fraction: None)
            diagnosis = await in_thread(services, lambda: judged(services, snapshot, question))
    except TimeoutError as exc:
        raise DeadlineExceeded(
            f"The answer was not ready within {seconds:g} s.",
            next_step="Ask about one namespace or one workload, or POST to /v1/diagnoses, which may take longer.",
        ) from exc
    return Seen(diagnosis=diagnosis, namespace=question.namespace)
