"""Try weights on the tuning half with the exact index: one scoring of each question, any number of fusions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.retrieval.exact import ExactIndex, Scores
from evals.retrieval.measures import Outcome, hit
from evals.retrieval.questions import Question
from kb.embed.embedder import Embedder
from kb.lexical import expand, query_vector
from kb.stores import Fusion

DEPTH = 5
TRIALS = (
    Fusion(lexical=0.0),
    Fusion(dense=0.0),
    *(Fusion(method="rrf", k=k, lexical=weight) for k in (10, 60) for weight in (0.3, 0.5, 1.0)),
    *(Fusion(method="scores", lexical=weight) for weight in (0.3, 0.5, 0.7, 0.8, 1.0, 1.5)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A question with the scores of every passage in both legs."""

    question: Question
    dense: Scores
    lexical: Scores


async def scored(index: ExactIndex, questions: Sequence[Question], embedder: Embedder) -> list[Scored]:
    """Score questions against everything that they may find, with all that the tables add to them."""
    found = []
    for question in questions:
        within = index.within(question.pages)
        terms = query_vector(question.text, additions=expand(question.text).weighted)
        dense = index.dense(await embedder.query(question.text), within)
        found.append(Scored(question=question, dense=dense, lexical=index.lexical(terms, within)))
    return found


def outcomes(index: ExactIndex, asked: Sequence[Scored], fusion: Fusion) -> list[Outcome]:
    """Rank by one fusion."""
    return [
        Outcome(
            question=one.question,
            pages=tuple((index.pages[row],) for row, _ in index.fused(one.dense, one.lexical, fusion)),
        )
        for one in asked
    ]


def sweep(index: ExactIndex, asked: Sequence[Scored]) -> Iterator[str]:
    """Yield the lines of a table: one fusion a row, recall@5 of each group and language."""
    groups = sorted({(one.question.group, one.question.language) for one in asked})
    yield f"{'fusion':24s} " + " ".join(f"{f'{group[:9]}/{language}':>12s}" for group, language in groups)
    for fusion in TRIALS:
        ranked = outcomes(index, asked, fusion)
        cells = []
        for group in groups:
            hits = [hit(one, DEPTH) for one in ranked if (one.question.group, one.question.language) == group]
            cells.append(f"{sum(hits) / len(hits):12.3f}")
        yield f"{_name(fusion):24s} " + " ".join(cells)


def _name(fusion: Fusion) -> str:
    method = f"rrf k={fusion.k}" if fusion.method == "rrf" else "scores"
    return f"{method} {fusion.dense:g}:{fusion.lexical:g}"
