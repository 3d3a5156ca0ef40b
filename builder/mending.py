"""Build, try out, and repair what fails: the loop around the pipeline. Every attempt is on record."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import join
from time import monotonic

from builder.build.errors import BuildFailed, BuildTooLong
from builder.files import Prepared, written_out
from builder.following import Following, Note
from builder.machines import Machine
from builder.order import Order, Outcome
from builder.pipeline import carried_out
from builder.provider import Provider
from builder.render.attempts import in_words
from builder.repair.asking import Asked, propose
from builder.repair.classifying import of_build, of_report
from builder.repair.model import Match
from builder.repair.repairing import Attempt, Retry, Stop, in_force, judged, with_model
from builder.repair.subject import Subject, repaired
from builder.tree import Tree
from core.phrase import Phrase

ASK_SECONDS = 30.0
"""For one question to a model: its settings may allow less, and the build that it is about took longer."""

_TIME = Phrase(en="The time for builds is used up.", zh="构建时间已用完。")
_TIME_STEP = Phrase(
    en="Look at the attempts: mend what the last one shows, or allow more time (`build.seconds`).",
    zh="请查看各次尝试：修正最后一次显示的问题，或增加时间（`build.seconds`）。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """How it ended: the image with its trial, what it was built from, and the attempts that failed before."""

    outcome: Outcome
    prepared: Prepared
    attempts: tuple[Attempt, ...] = ()

    @property
    def stop(self) -> Stop | None:
        """Why it was not repaired further, None where it works."""
        last = self.attempts[-1].decision if self.attempts else None
        return last if isinstance(last, Stop) else None


class NotMended(BuildFailed):
    """A build failed and nothing mends it. ``attempts`` are all of them."""

    def __init__(self, failure: BuildFailed, attempts: tuple[Attempt, ...]) -> None:
        decision = attempts[-1].decision
        said = decision if isinstance(decision, Stop) else None
        message = f"{failure.message}. {said.text.en}" if said and said.code else failure.message
        step = said.next_step.en if said and said.next_step.en else failure.next_step
        super().__init__(message, next_step=step, step=failure.step, log=failure.log)
        self.attempts = attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the loop works with. ``model`` is asked where rules leave something; None: nobody is."""

    machine: Machine
    provider: Provider
    tree: Tree
    model: Asked | None = None
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


async def mended(order: Order, means: Means, following: Following, work: Path) -> Mended:
    """Build and try the image; while there is a repair, build again.

    Raises ``NotMended``, ``BuildTooLong`` and what an executor raises. A component that is built by its own Dockerfile
    is not repaired: that file is its author's.
    """
    if not order.prepared.ours:
        return Mended(outcome=await carried_out(order, means.machine, following, work), prepared=order.prepared)
    began = monotonic()
    history: list[Attempt] = []
    while True:
        subject = _subject(order.prepared, history, means)
        one = order.prepared
        if history:
            one = written_out(subject.component, subject.recipe, means.tree, one.dockerfile, digests=order.digests)
        failure: BuildFailed | None = None
        outcome: Outcome | None = None
        try:
            outcome = await carried_out(replace(order, prepared=one), means.machine, following, work)
        except BuildFailed as failed:
            failure = failed
        if outcome is not None and outcome.works is not False:
            return Mended(outcome=outcome, prepared=one, attempts=tuple(history))
        async with following.step("repair", f"{one.component.name}: attempt {len(history) + 1} failed") as note:
            attempt = await _judged(history, failure, outcome, subject, means, note)
            if monotonic() - began >= order.seconds and not isinstance(attempt.decision, Stop):
                code = attempt.decision.code
                attempt = replace(
                    attempt, decision=Stop(reason="attempts", text=_TIME, next_step=_TIME_STEP, code=code)
                )
            history.append(attempt)
            await following.attempted(attempt)
            if isinstance(attempt.decision, Retry):
                await means.pause(attempt.decision.seconds)
        if isinstance(attempt.decision, Stop):
            if isinstance(failure, BuildTooLong):
                raise failure
            if failure is not None:
                raise NotMended(failure, tuple(history)) from failure
            assert outcome is not None  # noqa: S101 - it was built, or it failed
            return Mended(outcome=outcome, prepared=one, attempts=tuple(history))


async def _judged(
    history: Sequence[Attempt],
    failure: BuildFailed | None,
    outcome: Outcome | None,
    subject: Subject,
    means: Means,
    note: Note,
) -> Attempt:
    """Return what rules say of an attempt that failed, and where they leave it open, a model."""
    matches = _matches(failure, outcome)
    attempt = judged(history, matches, subject)
    unasked = ""
    if isinstance(attempt.decision, Stop) and attempt.decision.model_may and means.model is not None:
        log = _log(failure, outcome)
        proposed = await propose(means.model, log, matches, subject, history, seconds=ASK_SECONDS)
        if proposed.patch is not None:
            attempt = with_model(attempt, proposed.patch)
        unasked = f" The model was asked: {proposed.dropped}." if proposed.dropped else ""
    note.text = f"{in_words(attempt).en}{unasked}"
    return attempt


def _subject(one: Prepared, history: Sequence[Attempt], means: Means) -> Subject:
    prefix = join(one.component.context, "") if one.component.context else ""
    files = frozenset(path.removeprefix(prefix) for path in means.tree.sizes if path.startswith(prefix))
    return repaired(
        one.component, in_force(history), lambda component: means.provider.recipe(component, means.tree), files
    )


def _matches(failure: BuildFailed | None, outcome: Outcome | None) -> tuple[Match, ...]:
    if failure is not None:
        return of_build(failure.log, failure.step, failure.message)
    return of_report(outcome.report) if outcome is not None and outcome.report is not None else ()


def _log(failure: BuildFailed | None, outcome: Outcome | None) -> tuple[str, ...]:
    """Return the lines that a model is shown."""
    if failure is not None:
        return tuple(line.text for line in failure.log)
    if outcome is None or outcome.report is None:
        return ()
    failed = [one for one in outcome.report.checks if one.outcome == "failed"]
    found = [f"{one.check}: {text}" for one in failed for text in (one.text.en, *one.proof)]
    return (*outcome.report.log, *found)
