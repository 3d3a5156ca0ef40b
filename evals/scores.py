"""How cases went, and the sums over many."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one case went. ``said`` lists how the cause differs from what was expected, ``extra`` false causes."""

    id: str
    family: str
    form: str
    fault: bool
    said: tuple[str, ...] = ()
    verdict: str = ""
    extra: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the cause is right, or rightly none."""
        return not self.said and (self.fault or not self.extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The figures of one group of cases."""

    name: str
    cases: int
    faults: int
    faults_right: int
    no_fault: int
    silent: int
    verdicts_right: int
    false_findings: int


def summed(scores: Iterable[Score], *, by: Literal["form", "family"] = "form") -> tuple[Sum, ...]:
    """Add up by form or family, and over all of them last."""
    listed = list(scores)
    groups: dict[str, list[Score]] = {}
    for entry in listed:
        groups.setdefault(getattr(entry, by) or "real cluster", []).append(entry)
    return (*(_sum(name, members) for name, members in groups.items()), _sum("all", listed))


def _sum(name: str, scores: Sequence[Score]) -> Sum:
    faults = [entry for entry in scores if entry.fault]
    clean = [entry for entry in scores if not entry.fault]
    return Sum(
        name=name,
        cases=len(scores),
        faults=len(faults),
        faults_right=sum(entry.right for entry in faults),
        no_fault=len(clean),
        silent=sum(entry.right for entry in clean),
        verdicts_right=sum(not entry.verdict for entry in scores),
        false_findings=sum(len(entry.extra) for entry in scores),
    )


HEADS = ("cases of", "cases", "faults right", "no fault: silent", "verdict right", "false findings")


def table(sums: Iterable[Sum]) -> Iterator[str]:
    """Write the figures as the rows of a Markdown table."""
    yield f"| {' | '.join(HEADS)} |"
    yield f"|{'---|' * len(HEADS)}"
    for entry in sums:
        cells = (
            entry.name,
            entry.cases,
            f"{entry.faults_right} of {entry.faults}",
            f"{entry.silent} of {entry.no_fault}",
            f"{entry.verdicts_right} of {entry.cases}",
            entry.false_findings,
        )
        yield f"| {' | '.join(map(str, cells))} |"


def missed(scores: Iterable[Score]) -> Iterator[str]:
    """Say of each case that is not right in everything what differs."""
    for entry in scores:
        if entry.said or entry.verdict or entry.extra:
            extra = [f"also {', '.join(entry.extra)}"] if entry.extra else []
            words = [*entry.said, *([f"verdict {entry.verdict}"] if entry.verdict else []), *extra]
            name = f"{entry.family}/{entry.id}" if entry.family else entry.id
            yield f"{name} [{entry.form}]: {'; '.join(words)}"
