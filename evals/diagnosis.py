"""Score the diagnosis: ``python -m evals diagnose`` over recorded clusters and written situations in all their forms.

Right cause: the expected code, variant, object and part come first. False findings: causes beside the expected ones.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from core.settings import DiagnoseSettings
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis, Severity, Verdict
from evals.cases import CaseFile, Expected, cause_misses, read_cases
from evals.report import report
from evals.scenarios import Root, read_scenarios
from evals.scores import Score, Sum, missed, summed, table
from evals.variations import Trial, trials

GOAL = 0.98
"""Share of right causes and of right verdicts below which the suite fails."""


def scores_of_recordings() -> Iterator[Score]:
    """Score the cases that were made on a real cluster."""
    for entry in read_cases():
        if entry.recording.is_file():
            yield score(entry)


def scores_of_sessions() -> Iterator[Score]:
    """Score what kubectl printed of the cases that it can tell. A text need not prove that all is well."""
    for entry in read_cases():
        if entry.session.is_file() and entry.case.session:
            expect = entry.case.expect
            accepted = {expect.verdict, *({Verdict.UNKNOWN} if not expect.code else ())}
            diagnosis = _diagnosed(entry, open_recording(entry.session))
            yield _scored(diagnosis, expect, accepted, case=entry.id, family="", form="real terminal")


def score(entry: CaseFile) -> Score:
    """Diagnose the recording of a case and hold it against what is expected."""
    expect = entry.case.expect
    diagnosis = _diagnosed(entry, open_recording(entry.recording))
    return _scored(diagnosis, expect, {expect.verdict}, case=entry.id, family="", form="real cluster")


def _diagnosed(entry: CaseFile, snapshot: Snapshot) -> Diagnosis:
    numbers = DiagnoseSettings(**dict(entry.case.numbers))
    return diagnose(snapshot, target=entry.case.target, namespace=entry.id, numbers=numbers)


def score_trial(trial: Trial) -> Score:
    """Diagnose one form of a written situation."""
    situation = trial.situation
    numbers = DiagnoseSettings(**dict(situation.numbers))
    diagnosis = diagnose(trial.snapshot, target=situation.target, namespace=situation.namespace, numbers=numbers)
    if situation.also:
        return _scored_set(diagnosis, trial)
    scored = _scored(diagnosis, situation.expect, trial.verdicts, case=trial.id, family=trial.family, form=trial.form)
    lacking = [root for root in situation.beside if not any(_is(entry, root) for entry in diagnosis.findings)]
    return replace(scored, said=(*scored.said, *(f"{root.code} is not listed" for root in lacking)))


def _wrong(diagnosis: Diagnosis, verdicts: Iterable[Verdict]) -> str:
    """Say how the verdict differs from the right ones, or nothing."""
    right = sorted(verdict.value for verdict in verdicts)
    return "" if diagnosis.verdict.value in right else f"{diagnosis.verdict.value}, expected {' or '.join(right)}"


def _scored(
    diagnosis: Diagnosis,
    expect: Expected,
    verdicts: Iterable[Verdict],
    *,
    case: str,
    family: str,
    form: str,
) -> Score:
    first = diagnosis.findings[0].id if diagnosis.findings else ""
    others = [root for root in diagnosis.roots if root.severity is not Severity.LOW]
    return Score(
        id=case,
        family=family,
        form=form,
        fault=bool(expect.code),
        said=tuple(cause_misses(expect, diagnosis)),
        verdict=_wrong(diagnosis, verdicts),
        extra=tuple(f"{root.code} on {root.object}" for root in others if not expect.code or root.id != first),
    )


def _scored_set(diagnosis: Diagnosis, trial: Trial) -> Score:
    """Hold the causes against several expected ones: each must be named, and one of them first."""
    expect = trial.situation.expect
    wanted = (Root(code=expect.code, object=expect.object), *trial.situation.also)
    roots = diagnosis.roots
    said = [f"{root.code} on {root.object} is not named" for root in wanted if not any(_is(r, root) for r in roots)]
    if roots and not any(_is(roots[0], root) for root in wanted):
        said.append(f"{roots[0].code} comes first")
    extra = [
        f"{root.code} on {root.object}"
        for root in roots
        if root.severity is not Severity.LOW and not any(_is(root, entry) for entry in wanted)
    ]
    return Score(
        id=trial.id,
        family=trial.family,
        form=trial.form,
        fault=True,
        said=tuple(said),
        verdict=_wrong(diagnosis, trial.verdicts),
        extra=tuple(extra),
    )


def _is(found: object, wanted: Root) -> bool:
    code, ref = getattr(found, "code", ""), getattr(found, "object", None)
    return code == wanted.code and (not wanted.object or f"{ref.kind}/{ref.name}" == wanted.object if ref else False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what misses, and the sums. Return 1 where a share is below ``GOAL``."""
    parser = argparse.ArgumentParser(prog="python -m evals diagnose", description=__doc__)
    parser.add_argument("--only", default="", help="score the cases whose family/id holds this text")
    parser.add_argument("--form", default="", help="one form only: objects, noisy, transcript, two faults, real …")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    parser.add_argument("--report", type=Path, help="also write the report as a Markdown page")
    wanted = parser.parse_args(arguments)
    scores = [] if wanted.only else [*scores_of_recordings(), *scores_of_sessions()]
    try:
        known = [entry for entry in read_scenarios() if wanted.only in f"{entry.family}/{entry.id}"]
    except ValueError as exc:
        sys.stderr.write(f"A situation cannot be read: {exc}\nIts form is described in datasets/diagnose/README.md.\n")
        return 2
    scores += [score_trial(trial) for trial in trials(known)]
    scores = [entry for entry in scores if wanted.form in {"", entry.form}]
    sums = summed(scores)
    if wanted.output == "json":
        json.dump({"sums": [asdict(entry) for entry in sums], "cases": [asdict(entry) for entry in scores]}, sys.stdout)
    else:
        sys.stdout.writelines(f"{line}\n" for line in (*missed(scores), *table(sums)))
    if wanted.report:
        page = report(scores, today=datetime.now(UTC).date(), command="make eval SUITE=diagnose")
        wanted.report.write_text(page, encoding="utf-8")
    return 0 if scores and _met(sums[-1]) else 1


def _met(total: Sum) -> bool:
    right = total.faults_right >= GOAL * total.faults
    return right and total.silent == total.no_fault and total.verdicts_right >= GOAL * total.cases


if __name__ == "__main__":
    sys.exit(main())
