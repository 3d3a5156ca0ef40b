"""Score the diagnosis over recorded cases: ``python -m evals.diagnosis``.

Right cause: the expected code, variant, object and part come first. Exits with 1 when a case misses.
"""

import sys
from dataclasses import dataclass

from cluster.recording import open_recording
from core.settings import DiagnoseSettings
from diagnose.engine import diagnose
from evals.cases import CaseFile, misses, read_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one case went: ``said`` lists what differs from what was expected."""

    case: CaseFile
    said: tuple[str, ...]


def score(entry: CaseFile) -> Score:
    """Diagnose the recording of a case and hold it against what is expected."""
    snapshot = open_recording(entry.recording)
    numbers = DiagnoseSettings(**dict(entry.case.numbers))
    diagnosis = diagnose(snapshot, target=entry.case.target, namespace=snapshot.namespace, numbers=numbers)
    return Score(case=entry, said=tuple(misses(entry.case.expect, diagnosis)))


def main() -> int:
    """Print a line for each case and the sums."""
    scores = [score(entry) for entry in read_cases() if entry.recording.is_file()]
    for result in scores:
        sys.stdout.write(f"{'miss' if result.said else 'ok':<5} {result.case.id:<24} {'; '.join(result.said)}\n")
    faults = [result for result in scores if result.case.case.expect.code]
    clean = [result for result in scores if not result.case.case.expect.code]
    sys.stdout.write(
        f"faults: {sum(not result.said for result in faults)} of {len(faults)} right; "
        f"no fault: {sum(not result.said for result in clean)} of {len(clean)} right\n"
    )
    return 1 if any(result.said for result in scores) or not scores else 0


if __name__ == "__main__":
    sys.exit(main())
