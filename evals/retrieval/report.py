"""The report of the retrieval suite as a Markdown page: figures with intervals, targets, what falls short."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import wrap

import numpy as np

from evals.retrieval.measures import Abstention, Figure, Outcome, Row, abstention, figure, hit, row
from evals.retrieval.peers import Peer

GROUPS = (
    ("operators", "en", "operators, English"),
    ("operators", "zh", "operators, Chinese"),
    ("crossing", "zh", "operators, Chinese → English page"),
    ("alerts", "en", "alert name, English"),
    ("alerts", "zh", "alert name in a Chinese question"),
    ("glossary", "en", "definition, English"),
    ("glossary", "zh", "definition, Chinese"),
    ("paragraphs", "en", "withheld paragraph, English"),
    ("paragraphs", "zh", "withheld paragraph, Chinese"),
    ("titles", "zh", "Chinese title → English page"),
    ("titles", "en", "English title → Chinese page"),
)
REFUSED, FALSELY = 0.80, 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure that must be reached by all questions of a group."""

    name: str
    least: float
    measured: Callable[[Sequence[Outcome]], Figure]


def _hits(group: str, depth: int, *languages: str) -> Callable[[Sequence[Outcome]], Figure]:
    def measured(outcomes: Sequence[Outcome]) -> Figure:
        wanted = [o for o in outcomes if o.question.group == group and o.question.language in languages]
        return figure(hit(outcome, depth) for outcome in wanted)

    return measured


TARGETS = (
    Target(name="operators, English: recall@5", least=0.88, measured=_hits("operators", 5, "en")),
    Target(name="operators, Chinese: recall@5", least=0.86, measured=_hits("operators", 5, "zh")),
    Target(name="Chinese question → English page: recall@5", least=0.70, measured=_hits("crossing", 5, "zh")),
    Target(name="runbook by alert name: Hit@3", least=0.98, measured=_hits("alerts", 3, "en", "zh")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a report says of the run. ``compared`` is the day of the comparison that is shown."""

    today: date
    command: str
    cores: int
    memory_gib: float
    documents: int
    passages: int
    corpus_pages: int
    withheld: int
    cut: int
    compared: str = ""


def shortfalls(outcomes: Sequence[Outcome]) -> list[str]:
    """Say which targets all questions together miss."""
    lines = [
        f"{target.name}: {found.mean:.3f}, wanted {target.least:.2f}"
        for target in TARGETS
        if (found := target.measured(outcomes)).count and found.mean < target.least
    ]
    refusals = abstention(outcomes)
    if refusals.refused.count and refusals.refused.mean < REFUSED:
        lines.append(f"unanswerable questions refused: {refusals.refused.mean:.3f}, wanted {REFUSED:.2f}")
    if refusals.falsely.count and refusals.falsely.mean > FALSELY:
        lines.append(f"questions of operators refused: {refusals.falsely.mean:.3f}, at most {FALSELY:.2f} wanted")
    return lines


def report(outcomes: Sequence[Outcome], run: Circumstances, peers: Sequence[Peer] = ()) -> str:
    """Write the page."""
    return "".join(f"{line}\n" for line in _lines(outcomes, run, peers))


def _lines(outcomes: Sequence[Outcome], run: Circumstances, peers: Sequence[Peer]) -> Iterator[str]:
    yield "# How well the knowledge base finds"
    yield ""
    machine = f"{run.cores} cores, {run.memory_gib:.0f} GiB of memory"
    yield f"Printed by `{run.command}` on {run.today.isoformat()}; {machine}."
    yield ""
    yield from _paragraph(
        f"The corpus: Kubernetes documentation in English and Chinese and two sets of runbooks, {run.corpus_pages:,} "
        f"pages. Missing from the index: {run.withheld} pages (definitions that are asked with, pages that "
        f"unanswerable "
        f"questions ask for) and one paragraph each of {run.cut} pages. {run.documents:,} documents were indexed as "
        f"{run.passages:,} passages by the product's own ingestion and searched by its own search."
    )
    yield from _paragraph(
        "A question counts as answered when one of the pages that answer it is found. Pages are counted, not "
        "passages; a "
        "near-duplicate shares the place of the page that stands for it. A question must find a page in its own "
        "language, but for runbooks, which are English. The questions of operators were written here while looking at "
        "the pages; after a first run, pages that answer as well were added to the questions that are named at the top "
        "of each file. Weights were tuned on the half `tune` alone. Intervals: 95 %, bootstrap over questions."
    )
    yield "## Targets"
    yield ""
    yield from _targets(outcomes)
    yield ""
    yield "## Finding"
    yield ""
    for half in ("", "tune", "held"):
        yield f"### {'All questions' if not half else f'Half `{half}`'}"
        yield ""
        yield from table(rows([o for o in outcomes if half in ("", o.question.half)]))
        yield ""
    yield "## Refusing"
    yield ""
    yield from _refusing(outcomes)
    yield ""
    yield from _speed(outcomes)
    if peers:
        yield from _compared(peers, run)


def _paragraph(text: str) -> Iterator[str]:
    yield from wrap(text, width=118, break_on_hyphens=False, break_long_words=False)
    yield ""


def _targets(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "| target | wanted | all | half `tune` | half `held` | met |"
    yield "|---|---|---|---|---|---|"
    halves = [[o for o in outcomes if half in ("", o.question.half)] for half in ("", "tune", "held")]
    for target in TARGETS:
        whole, tune, held = map(target.measured, halves)
        met = "yes" if whole.mean >= target.least else "**no**"
        yield f"| {target.name} | ≥ {target.least:.2f} | {whole} | {tune.mean:.3f} | {held.mean:.3f} | {met} |"
    whole_, tune_, held_ = map(abstention, halves)
    if whole_.refused.count:
        yield _refusal_row("unanswerable refused", f"≥ {REFUSED:.2f}", whole_.refused, tune_.refused, held_.refused,
                           met=whole_.refused.mean >= REFUSED)  # fmt: skip
        yield _refusal_row("questions of operators refused", f"≤ {FALSELY:.2f}", whole_.falsely, tune_.falsely,
                           held_.falsely, met=whole_.falsely.mean <= FALSELY)  # fmt: skip
    yield ""
    lines = shortfalls(outcomes)
    yield f"Short: {'; '.join(lines)}." if lines else "Nothing falls short."


def _refusal_row(name: str, wanted: str, whole: Figure, tune: Figure, held: Figure, *, met: bool) -> str:
    said = "yes" if met else "**no**"
    return f"| {name} | {wanted} | {whole} | {tune.mean:.3f} | {held.mean:.3f} | {said} |"


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """Measure every group of questions that have an answer."""
    found = []
    for group, language, name in GROUPS:
        own = [o for o in outcomes if o.question.group == group and o.question.language == language]
        if own:
            found.append(row(name, own))
    return found


def table(measured: Iterable[Row]) -> Iterator[str]:
    """Write figures as a Markdown table."""
    yield "| questions | count | recall@1 | recall@3 | recall@5 | recall@10 | MRR@10 | nDCG@10 |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in measured:
        hits = " | ".join(str(one.hits[depth]) for depth in (1, 3, 5, 10))
        yield f"| {one.name} | {one.count} | {hits} | {one.reciprocal} | {one.ndcg} |"


def _refusing(outcomes: Sequence[Outcome]) -> Iterator[str]:
    if not any(outcome.refused is not None for outcome in outcomes):
        yield "Not measured in this run."
        return
    yield from _paragraph(
        "`not_in_knowledge_base` is a refusal, without a language model. *other*: other products; *adjacent*: products "
        "around Kubernetes that the corpus does not explain; *withheld*: pages of the corpus that were taken out of "
        "the index. Wrongly refused: questions of operators, and beside them alert names, definitions and paragraphs."
    )
    yield "| questions | unanswerable refused | other | adjacent | withheld | operators wrongly | rest wrongly |"
    yield "|---|---|---|---|---|---|---|"
    for name, language, half in (("all", "", ""), ("English", "en", ""), ("Chinese", "zh", ""),
                                 ("half `tune`", "", "tune"), ("half `held`", "", "held")):  # fmt: skip
        own = [o for o in outcomes if language in ("", o.question.language) and half in ("", o.question.half)]
        whole = abstention(own)
        kinds = [_kind(own, kind).refused.mean for kind in ("other", "adjacent", "withheld")]
        middle = " | ".join(f"{mean:.2f}" for mean in kinds)
        first, *last = (f"{one} of {one.count}" for one in (whole.refused, whole.falsely, whole.others))
        yield f"| {name} | {first} | {middle} | {' | '.join(last)} |"


def _kind(outcomes: Sequence[Outcome], kind: str) -> Abstention:
    return abstention(outcomes, kinds=(kind,))


def _speed(outcomes: Sequence[Outcome]) -> Iterator[str]:
    seconds = np.array([outcome.seconds for outcome in outcomes])
    middle, late = np.percentile(seconds, (50, 95)) * 1000
    yield from _paragraph(
        f"A search with its embedding took {middle:.0f} ms (median), {late:.0f} ms (95th percentile), one at "
        f"a time, on a "
        "machine that may have had other work. Speed is measured by the benchmarks."
    )


def _compared(peers: Sequence[Peer], run: Circumstances) -> Iterator[str]:
    yield "## Beside LlamaIndex's stock pipeline"
    yield ""
    versions = next((peer.versions for peer in peers if peer.versions), "")
    yield from _paragraph(
        f"Measured by `python -m evals.retrieval peers` on {run.compared}, each in a process of its own, no "
        f"vectors kept "
        "from before. Stock: SimpleDirectoryReader, the default SentenceSplitter, VectorStoreIndex over "
        "qdrant-client's "
        "local mode, 20 chunks a question. Both embed with the bundled model, one text a call on all cores (a small "
        "embedding class of ours on that side); both saw the same pages and the same questions. The machine "
        "was shared, "
        f"so times are upper bounds. Versions: {versions}."
    )
    yield f"| | {' | '.join(peer.name for peer in peers)} |"
    yield f"|---|{'---|' * len(peers)}"
    for group, language, name in GROUPS:
        depth = 3 if group == "alerts" else 5
        cells = [
            figure(hit(o, depth) for o in peer.outcomes if (o.question.group, o.question.language) == (group, language))
            for peer in peers
        ]
        if any(cell.count for cell in cells):
            yield f"| {name}: recall@{depth} | {' | '.join(map(str, cells))} |"
    yield f"| passages | {' | '.join(f'{peer.chunks:,}' for peer in peers)} |"
    yield f"| reading, splitting, embedding, storing | {' | '.join(f'{peer.index_seconds:.0f} s' for peer in peers)} |"
    yield f"| processor time of all that | {' | '.join(f'{peer.cpu_seconds:.0f} s' for peer in peers)} |"
    yield f"| one question | {' | '.join(f'{peer.question_seconds * 1000:.0f} ms' for peer in peers)} |"
    yield f"| peak memory | {' | '.join(f'{peer.peak_mib:.0f} MiB' for peer in peers)} |"
