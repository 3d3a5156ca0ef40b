"""What came of ``sextant build run``, for people and for programs."""

import sys
from collections.abc import Iterator
from typing import Any

from builder.check.report import Report
from builder.render.attempts import attempts_data, in_words
from builder.repair.repairing import Attempt, Stop
from cli.building_following import printable
from cli.building_running import Ran
from cli.terminal import painter
from core.phrase import Language

MIB = 1024 * 1024
PROOFS = 2
"""Lines that are shown of what proves a class: all of them stand in the form for programs."""


def show(ran: Ran, language: Language) -> None:
    """Write what one component came to."""
    one, paint = ran.done, painter(sys.stdout)
    image, report = one.outcome.image, one.outcome.report
    sys.stdout.write(
        f"{paint('title', image.name)}  {image.size / MIB:.0f} MiB  {image.steps_cached}/{image.steps} steps cached  "
        f"{image.seconds:.1f} s\n  {image.id}\n"
    )
    for attempt in one.attempts:
        if not isinstance(attempt.decision, Stop):
            sys.stdout.writelines(f"  {paint('warn', '~')} {line}\n" for line in attempt_lines(attempt, language))
    for check in report.checks if report else ():
        mark = {"passed": paint("ok", "✓"), "failed": paint("fail", "✗"), "skipped": paint("warn", "-")}[check.outcome]
        sys.stdout.write(f"  {mark} {printable(check.text.in_language(language))}\n")
        if check.outcome == "failed":
            sys.stdout.writelines(f"      {printable(line)}\n" for line in check.proof)
    if one.outcome.untried is not None:
        untried = one.outcome.untried
        sys.stdout.write(f"  {paint('warn', '-')} {printable(untried.message)}\n    {printable(untried.next_step)}\n")
    if one.stop is not None:
        sys.stdout.write(f"  {one.stop.text.in_language(language)}\n  {one.stop.next_step.in_language(language)}\n")
    if ran.handed is not None:
        if ran.handed.pushed:
            sys.stdout.write(f"  pushed {ran.handed.pushed}@{ran.handed.digest}\n")
        sys.stdout.writelines(f"  {what}: {path}\n" for what, path in ran.handed.files)


def attempt_lines(attempt: Attempt, language: Language) -> Iterator[str]:
    """Say what was repaired, and the lines that prove that it had to be."""
    yield printable(in_words(attempt).in_language(language))
    for match in attempt.matches[:1]:
        for proof in match.evidence[-PROOFS:]:
            yield f"    {proof.number}: {printable(proof.text)}"


def data(ran: Ran, language: Language) -> dict[str, Any]:
    """Return what one component came to, as plain values."""
    one = ran.done
    image, report = one.outcome.image, one.outcome.report
    return {
        "component": one.prepared.component.name,
        "image": image.name,
        "id": image.id,
        "bytes": image.size,
        "seconds": round(image.seconds, 3),
        "works": one.outcome.works,
        "untried": one.outcome.untried.message if one.outcome.untried else "",
        "attempts": attempts_data(one.attempts, language),
        "checks": [] if report is None else _checks(report, language),
        "log": [] if report is None else list(report.log),
        "pushed": ran.handed.pushed if ran.handed else "",
        "digest": ran.handed.digest if ran.handed else "",
        "files": dict(ran.handed.files) if ran.handed else {},
    }


def _checks(report: Report, language: Language) -> list[dict[str, Any]]:
    return [
        {"check": one.check, "outcome": one.outcome, "text": one.text.in_language(language), "proof": list(one.proof)}
        for one in report.checks
    ]
