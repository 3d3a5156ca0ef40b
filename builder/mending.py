"""Build, try out, and repair what fails: the loop around the pipeline. Every attempt is on record."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import join

from builder.build.buildah import Buildah
from builder.build.errors import BuildFailed
from builder.build.executor import Line
from builder.files import Prepared, written_out
from builder.pipeline import Order, Outcome, Tell, carried_out
from builder.provider import Provider
from builder.repair.classifying import of_build, of_report
from builder.repair.model import Match
from builder.repair.repairing import Attempt, Mend, Retry, Stop, in_force, judged
from builder.repair.subject import Subject, described, repaired
from builder.tree import Tree


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
    """A build failed and rules do not mend it. ``attempts`` are all of them."""

    code = "build_not_mended"

    def __init__(self, failure: BuildFailed, attempts: tuple[Attempt, ...]) -> None:
        decision = attempts[-1].decision
        said = decision if isinstance(decision, Stop) else None
        message = f"{failure.message}. {said.text.en}" if said and said.code else failure.message
        step = said.next_step.en if said else failure.next_step
        super().__init__(message, next_step=step, step=failure.step, log=failure.log)
        self.attempts = attempts


async def mended(order: Order, executor: Buildah, tell: Tell, work: Path, *, provider: Provider, tree: Tree) -> Mended:
    """Build and try the image; while rules know a repair, build again. Raises ``NotMended`` and what a build raises.

    A component that is built by its own Dockerfile is not repaired: that file is its author's.
    """
    if not order.prepared.ours:
        return Mended(outcome=await carried_out(order, executor, tell, work), prepared=order.prepared)
    history: list[Attempt] = []
    while True:
        subject = _subject(order.prepared, history, provider, tree)
        one = order.prepared
        if history:
            one = written_out(subject.component, subject.recipe, tree, one.dockerfile)
        failure: BuildFailed | None = None
        outcome: Outcome | None = None
        try:
            outcome = await carried_out(replace(order, prepared=one), executor, tell, work)
        except BuildFailed as failed:
            failure = failed
        if outcome is not None and (outcome.report is None or outcome.report.works):
            return Mended(outcome=outcome, prepared=one, attempts=tuple(history))
        history.append(judged(history, _matches(failure, outcome), subject))
        match history[-1].decision:
            case Mend() as decision:
                tell("repair", Line(text=f"{decision.code}: {described(decision.patch).en}"))
            case Retry() as decision:
                tell("repair", Line(text=f"{decision.code}: it may pass by itself; again in {decision.seconds:g} s"))
                await asyncio.sleep(decision.seconds)
            case Stop():
                if failure is not None:
                    raise NotMended(failure, tuple(history)) from failure
                if outcome is not None:
                    return Mended(outcome=outcome, prepared=one, attempts=tuple(history))


def _subject(one: Prepared, history: list[Attempt], provider: Provider, tree: Tree) -> Subject:
    prefix = join(one.component.context, "") if one.component.context else ""
    files = frozenset(path.removeprefix(prefix) for path in tree.sizes if path.startswith(prefix))
    return repaired(one.component, in_force(history), lambda component: provider.recipe(component, tree), files)


def _matches(failure: BuildFailed | None, outcome: Outcome | None) -> tuple[Match, ...]:
    if failure is not None:
        return of_build(failure.log, failure.step, failure.message)
    return of_report(outcome.report) if outcome is not None and outcome.report is not None else ()
