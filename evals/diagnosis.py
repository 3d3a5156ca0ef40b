"""Score the diagnosis: ``python -m evals diagnose`` over recorded clusters and written situations in all their forms.

Right cause: the expected code, variant, object and part come first. False findings: causes beside the expected ones.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from core.settings import DiagnoseSettings
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis, Severity, Verdict
from evals.cases import CaseFile, Expected, cause_misses, read_cases
from evals.scenarios import Root, read_scenarios
from evals.variations import Trial, trials

GOAL = 0.98
"""Share of right causes and of right verdicts below which the suite fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one case went. ``said`` lists how the cause differs from what was expected, ``extra`` false causes."""

    id: str
    family: str
    form: str
    fault: bool
    said: tuple[str, ...] = ()
    verdict: str = ""
    extra: tuple[str, ...] = field(default=())

    @property
    def right(self) -> bool:
        """Whether the cause is right, or rightly none."""
        return not self.said and (self.fault or not self.extra)


def scores_of_recordings() -> Iterator[Score]:
    """Score the cases that were made on a real cluster."""
    for entry in read_cases():
        if entry.recording.is_file():
            yield score(entry)


def scores_of_sessions() -> Iterator[Score]:
    """Score what kubectl printed of these cases. A text need not prove that all is well."""
    for entry in read_cases():
        if entry.session.is_file():
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
    return _scored(diagnosis, situation.expect, trial.verdicts, case=trial.id, family=trial.family, form=trial.form)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The figures of one form of cases."""

    form: str
    cases: int
    faults: int
    faults_right: int
    no_fault: int
    silent: int
    verdicts_right: int
    false_findings: int


def summed(scores: Iterable[Score]) -> tuple[Sum, ...]:
    """Add up by form, and over all of them last."""
    listed = list(scores)
    forms = list(dict.fromkeys(entry.form for entry in listed))
    return tuple(_sum(form, [entry for entry in listed if form in {entry.form, "all"}]) for form in (*forms, "all"))


def _sum(form: str, scores: Sequence[Score]) -> Sum:
    faults = [entry for entry in scores if entry.fault]
    clean = [entry for entry in scores if not entry.fault]
    return Sum(
        form=form,
        cases=len(scores),
        faults=len(faults),
        faults_right=sum(entry.right for entry in faults),
        no_fault=len(clean),
        silent=sum(entry.right for entry in clean),
        verdicts_right=sum(not entry.verdict for entry in scores),
        false_findings=sum(len(entry.extra) for entry in scores),
    )


HEADS = ("form", "cases", "faults right", "no fault: silent", "verdict right", "false findings")


def table(sums: Iterable[Sum]) -> Iterator[str]:
    """Write the figures as the rows of a Markdown table."""
    yield f"| {' | '.join(HEADS)} |"
    yield f"|{'---|' * len(HEADS)}"
    for entry in sums:
        cells = (
            entry.form,
            entry.cases,
            f"{entry.faults_right} of {entry.faults}",
            f"{entry.silent} of {entry.no_fault}",
            f"{entry.verdicts_right} of {entry.cases}",
            entry.false_findings,
        )
        yield f"| {' | '.join(map(str, cells))} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what misses, and the sums. Return 1 where a share is below ``GOAL``."""
    parser = argparse.ArgumentParser(prog="python -m evals diagnose", description=__doc__)
    parser.add_argument("--only", default="", help="score the cases whose family/id holds this text")
    parser.add_argument("--form", default="", help="one form only: objects, noisy, transcript, two faults, real …")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    wanted = parser.parse_args(arguments)
    scores = [] if wanted.only else [*scores_of_recordings(), *scores_of_sessions()]
    try:
        known = [entry for entry in read_scenarios() if wanted.only in f"{entry.family}/{entry.id}"]
    except ValueError as exc:
        sys.stderr.write(f"A situation cannot be read: {exc}\nIts form is described in datasets/diagnosis/README.md.\n")
        return 2
    scores += [score_trial(trial) for trial in trials(known)]
    scores = [entry for entry in scores if wanted.form in {"", entry.form}]
    sums = summed(scores)
    if wanted.output == "json":
        json.dump({"sums": [asdict(entry) for entry in sums], "cases": [asdict(entry) for entry in scores]}, sys.stdout)
    else:
        sys.stdout.writelines(f"{line}\n" for line in (*_missed(scores), *table(sums)))
    return 0 if scores and _met(sums[-1]) else 1


def _missed(scores: Iterable[Score]) -> Iterator[str]:
    for entry in scores:
        if entry.said or entry.verdict or entry.extra:
            extra = [f"also {', '.join(entry.extra)}"] if entry.extra else []
            words = [*entry.said, *([f"verdict {entry.verdict}"] if entry.verdict else []), *extra]
            yield f"{entry.family}/{entry.id} [{entry.form}]: {'; '.join(words)}"


def _met(total: Sum) -> bool:
    right = total.faults_right >= GOAL * total.faults
    return right and total.silent == total.no_fault and total.verdicts_right >= GOAL * total.cases


if __name__ == "__main__":
    sys.exit(main())
