"""The report of the diagnosis suite as a Markdown page: figures by form and by family, and every miss in words."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from evals.scores import Score, missed, summed, table


def report(scores: Sequence[Score], *, today: date, command: str) -> str:
    """Write the page. ``command`` is what made it."""
    return "".join(f"{line}\n" for line in _lines(scores, today, command))


def _lines(scores: Sequence[Score], today: date, command: str) -> Iterator[str]:
    yield "# How good the diagnosis is on the cases of this repository"
    yield ""
    yield f"Printed by `{command}` on {today.isoformat()}. The cases were written here, so they catch steps backward;"
    yield "how good the diagnosis is on clusters that nobody here has seen, they cannot tell."
    yield ""
    yield "*Right*: the expected code, variant, object and part come first; of two faults, both are named as causes and"
    yield "one of them comes first. *False findings*: causes beside the expected ones."
    yield ""
    yield from table(summed(scores))
    yield ""
    yield "## By family"
    yield ""
    yield from table(summed(scores, by="family"))
    yield ""
    yield "## What misses"
    yield ""
    yield from _misses(scores)


def _misses(scores: Iterable[Score]) -> Iterator[str]:
    listed = list(missed(scores))
    yield from (f"- {line}" for line in listed)
    if not listed:
        yield "Nothing."
