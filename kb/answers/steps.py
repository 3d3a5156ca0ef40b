"""Procedures: the numbered steps of a document from the first one on, else the section that holds its commands."""

from collections.abc import Iterator, Sequence

from kb.answers.judging import DOING, Judged

MOST_STEPS = 14
"""Sentences and blocks of a procedure: half of them are commands, and one that ends in the middle is none."""

MOST_CHARACTERS = 3_000
"""Characters of a procedure: commands are long."""

FEWEST_STEPS = 2
"""Numbered steps, or commands, of a procedure."""


def procedure(judged: Sequence[Judged]) -> list[Judged]:
    """Return the steps of one document that fit best, in order; none where it has no steps."""
    units = sorted(judged, key=lambda one: (one.unit.passage.ordinal, one.unit.place))
    found: list[Judged] = max(_chains(units), key=_fitness, default=[]) or max(
        _sections(units), key=_fitness, default=[]
    )
    if not found:
        return []
    best = max(range(len(found)), key=lambda at: found[at].score)
    if best >= MOST_STEPS:  # a long one is entered at the step that was asked for
        found = found[max(at for at in range(best + 1) if found[at].unit.number or at == best) :]
    return _fitting(found)


def _fitting(found: Sequence[Judged]) -> list[Judged]:
    kept: list[Judged] = []
    room = MOST_CHARACTERS
    for one in found[:MOST_STEPS]:
        room -= len(one.unit.text)
        if kept and room < 0:
            break
        kept.append(one)
    while kept and kept[-1].unit.kind == "lead":
        kept.pop()
    return kept


def _chains(units: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Yield the units of each list whose steps count 1, 2, 3, even where passages divide it."""
    starts = [at for at, one in enumerate(units) if one.unit.number]
    at = 0
    while at < len(starts):
        last = at
        while last + 1 < len(starts) and units[starts[last + 1]].unit.number == units[starts[last]].unit.number + 1:
            last += 1
        if units[starts[at]].unit.number == 1 and last - at + 1 >= FEWEST_STEPS:
            yield list(units[starts[at] : _end(units, starts[last])])
        at = last + 1


def _end(units: Sequence[Judged], last: int) -> int:
    """Return where the last step of a list ends: after what stands in its line, and the commands below it."""
    end = last + 1
    while end < len(units):
        before, one = units[end - 1].unit, units[end].unit
        if one.passage.id != before.passage.id:
            break
        shift = one.passage.span[1] - len(one.passage.text)
        between = one.passage.text[before.span[1] - shift : one.span[0] - shift]
        if one.kind != "code" and "\n" in between:
            break
        end += 1
    return end


def _sections(units: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Yield the units of each section with commands, from the sentence before the first command on."""
    of: dict[tuple[str, ...], list[Judged]] = {}
    for one in units:
        of.setdefault(one.unit.passage.heading_path, []).append(one)
    for section in of.values():
        commands = [at for at, one in enumerate(section) if one.unit.kind == "code"]
        if len(commands) >= FEWEST_STEPS and DOING.search(section[0].unit.passage.context):
            yield section[max(commands[0] - 1, 0) :]


def _fitness(units: Sequence[Judged]) -> tuple[bool, float]:
    path = " ".join(units[0].unit.passage.heading_path)
    return bool(DOING.search(path)), max(one.score for one in units)
