"""What every command of the suite begins with: the corpus, the questions, the folder that is indexed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evals.retrieval.built import Built, build
from evals.retrieval.corpus import Corpus, find, prepare
from evals.retrieval.questions import Question, withheld_pages, written

ROOT = Path(__file__).parents[2]
DATA = ROOT / "datasets" / "retrieval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """``folder`` holds the corpus without what is withheld."""

    corpus: Corpus
    questions: tuple[Question, ...]
    folder: Path
    built: Built

    def of(self, *groups: str, half: str = "", language: str = "") -> tuple[Question, ...]:
        """Return the questions of some groups, of one half, of one language; all where nothing is named."""
        return tuple(
            question
            for question in self.questions
            if (not groups or question.group in groups)
            and half in ("", question.half)
            and language in ("", question.language)
        )


def setting(corpus: Path | None, *, data: Path = DATA) -> Setting:
    """Prepare everything. Raises ``CorpusMissing``."""
    return made(find(corpus, root=ROOT), data)


def made(corpus: Corpus, data: Path) -> Setting:
    """Build the questions of a corpus and the folder that is indexed."""
    built = build(corpus, withheld_pages(data))
    questions = tuple(_unique((*written(data, corpus), *built.questions)))
    return Setting(
        corpus=corpus,
        questions=questions,
        folder=prepare(corpus, without=built.without, cuts=built.cuts),
        built=built,
    )


def _unique(questions: Iterable[Question]) -> Iterable[Question]:
    """Yield questions. Raises ``ValueError`` when an id repeats, or when nothing can answer one that has an answer."""
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            message = f"two questions have the id {question.id}"
            raise ValueError(message)
        seen.add(question.id)
        yield question
