"""The report of the builder suite as a Markdown page: shares with intervals, targets, times, what was missed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from textwrap import wrap

from evals.builder import apps_report
from evals.builder.monorepo import WITHIN_SECONDS, Measured
from evals.builder.peers import Peer
from evals.builder.running import Ran
from evals.builder.scoring import FIELDS, TARGETS, Outcome, Share, shares

MISSES = 400
"""Lines of misses; beyond them a person looks at single trees anyway."""
TYPICAL_MS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a report says of the run."""

    today: date
    command: str
    cores: int
    listed: int
    skipped: Counter[str] = field(default_factory=Counter)
    monorepo: Measured | None = None
    peers: tuple[Peer, ...] = ()
    apps: tuple[Ran, ...] = ()
    apps_unbuilt: str = ""
    """Why no app was built, empty where they were."""


def report(outcomes: Sequence[Outcome], run: Circumstances) -> str:
    """Write the page."""
    return "".join(f"{line}\n" for line in _lines(outcomes, run))


def _lines(outcomes: Sequence[Outcome], run: Circumstances) -> Iterator[str]:
    written = sum(outcome.case.written for outcome in outcomes)
    yield "# How well build plans hit the truth"
    yield ""
    yield f"Printed by `{run.command}` on {run.today.isoformat()}; {run.cores} cores."
    yield ""
    yield from _paragraph(
        f"{len(outcomes)} of {run.listed} trees were planned: {len(outcomes) - written} that generators and registries "
        f"make by the recipes in `datasets/builder/trees`, {written} that were written here "
        "(`datasets/builder/written`). Their truths were judged from the files and the tools' documentation; who "
        "made them was asked to do so before looking at a plan."
    )
    for reason, count in sorted(run.skipped.items()):
        yield f"Left out: {count}, {reason}."
    if run.skipped:
        yield ""
    yield from _paragraph(
        "A field that the truth leaves open is not counted, nor are runtime, start command, port and output of what "
        "nobody runs. Languages that one toolchain builds (JavaScript and TypeScript, C and C++, Java and Kotlin) "
        "count as one; the row `exact` tells them apart. Runtime: the same major and minor, for Node, JVM, Rust and "
        "Gleam the same major. Start commands: the same program and, in order, the words that matter; the rule is "
        "written down in `evals/builder/commands.py`. Static files without a port are served on 8080. Intervals: 95 %, "
        "Wilson."
    )
    yield "## In total"
    yield ""
    yield from _totals(outcomes)
    yield from _paragraph(
        "`blind`: no plan of the tree was seen before the rules were finished. `seen`: rules were mended after "
        "looking at its plan. `not told`: nobody wrote down which; count it as seen."
    )
    yield "## By language"
    yield ""
    yield from _groups(outcomes)
    yield ""
    yield "## Time"
    yield ""
    yield from _times(outcomes, run.monorepo)
    for peer in run.peers:
        yield from _compared(outcomes, peer)
    if run.apps:
        yield from apps_report.lines(run.apps, run.apps_unbuilt)
    yield "## Misses"
    yield ""
    yield from _misses(outcomes)


def _totals(outcomes: Sequence[Outcome]) -> Iterator[str]:
    parts = {
        "all": list(outcomes),
        "blind": [one for one in outcomes if one.case.blind],
        "seen": [one for one in outcomes if one.case.blind is False],
        "not told": [one for one in outcomes if one.case.blind is None],
    }
    added = {name: shares(members) for name, members in parts.items()}
    yield f"| field | wanted | {' | '.join(f'{name} ({len(parts[name])})' for name in parts)} | met |"
    yield f"|{'---|' * (len(parts) + 3)}"
    for name in FIELDS:
        least = TARGETS.get(name)
        cells = [_share(added["all"][name], interval=True), *(_share(added[part][name]) for part in list(parts)[1:])]
        met = "" if least is None else ("yes" if added["all"][name].value >= least else "**no**")
        yield f"| {name} | {f'≥ {least:.0%}' if least else ''} | {' | '.join(cells)} | {met} |"
    yield ""


def _groups(outcomes: Sequence[Outcome]) -> Iterator[str]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.group, []).append(outcome)
    yield f"| truths of | trees | {' | '.join(FIELDS)} |"
    yield f"|{'---|' * (len(FIELDS) + 2)}"
    for name, members in sorted(groups.items()):
        added = shares(members)
        cells = [f"{added[one].right} of {added[one].of}" if added[one].of else "" for one in FIELDS]
        yield f"| {name} | {len(members)} | {' | '.join(cells)} |"


def _share(share: Share, *, interval: bool = False) -> str:
    if not share.of:
        return ""
    low, high = share.interval
    around = f" ({low:.1%} to {high:.1%})" if interval else ""
    return f"{share.value:.1%}{around}, {share.right} of {share.of}"


def _times(outcomes: Sequence[Outcome], measured: Measured | None) -> Iterator[str]:
    slowest = max(outcomes, key=lambda one: one.seconds)
    middle = median(one.seconds for one in outcomes) * 1000
    name = f"{slowest.case.group}/{slowest.case.name}"
    yield f"- Listing and planning a tree: half within {middle:.0f} ms (wanted: ≤ {TYPICAL_MS} ms)."
    yield f"- The slowest: {slowest.seconds * 1000:,.0f} ms (`{name}`, {slowest.files:,} files)."
    if measured:
        yield (
            f"- A generated monorepo of {measured.files:,} files: {measured.seconds:.2f} s (wanted: ≤ "
            f"{WITHIN_SECONDS:.0f} s), {measured.cpu_seconds:.2f} s of them computing; "
            f"{measured.components} components."
        )
    yield ""


def _compared(outcomes: Sequence[Outcome], peer: Peer) -> Iterator[str]:
    """Show how another detector names the languages of the same trees, by the same rule."""
    yield f"## Language, beside {peer.name}"
    yield ""
    yield f"| truths of | trees | here | {peer.name} |"
    yield "|---|---|---|---|"
    both = [one for one in outcomes if (one.case.group, one.case.name) in peer.languages]
    names = sorted({one.case.group for one in both})
    for name in [*names, "all"]:
        members = [one for one in both if name in ("all", one.case.group)]
        there = Share(right=sum(peer.right(one.case) for one in members), of=len(members))
        yield f"| {name} | {len(members)} | {_share(shares(members)['language'])} | {_share(there)} |"
    yield ""


def _misses(outcomes: Sequence[Outcome]) -> Iterator[str]:
    lines = list(missed(outcomes))
    yield from lines[:MISSES]
    if len(lines) > MISSES:
        yield f"- … and {len(lines) - MISSES} more."
    if not lines:
        yield "None."


def missed(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Say of each tree what went wrong."""
    for outcome in outcomes:
        name = f"`{outcome.case.group}/{outcome.case.name}`"
        if outcome.crash:
            yield f"- {name}: no plan: {outcome.crash}"
            continue
        exact = (
            {"language, exact"} if any(one.field == "language" and not one.right for one in outcome.verdicts) else set()
        )
        wrong = [one for one in outcome.verdicts if not one.right and one.field not in exact]
        if wrong:
            said = "; ".join(f"{one.field}: `{one.found or '(nothing)'}`, not `{one.wanted}`" for one in wrong)
            yield f"- {name}: {said}"


def _paragraph(text: str) -> Iterator[str]:
    yield from wrap(text, 118, break_long_words=False, break_on_hyphens=False)
    yield ""
