"""How a question is understood: languages of each half, what is added, what is asked across languages."""

from dataclasses import dataclass

import pytest

from kb.search import SearchRequest, SearchSettings
from kb.search.question import Question, understand
from kb.stores import Access


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    text: str
    own: tuple[str, ...]
    across: tuple[str, ...]
    languages: tuple[str, ...] = ()


CASES = (
    Case(id="english", text="drain a node", own=("en", "other"), across=("zh",)),
    Case(id="chinese", text="排空节点", own=("zh", "other"), across=("en",)),
    Case(id="numbers", text="0/5 137", own=("en", "zh", "other"), across=()),
    Case(id="chinese in english pages", text="排空节点", languages=("en",), own=(), across=("en",)),
    Case(id="english in english pages", text="drain a node", languages=("en",), own=("en",), across=()),
)


def understood(text: str, **changes: object) -> Question:
    request = SearchRequest(text=text, access=Access.of(()), **changes)  # type: ignore[arg-type] # fields, by name
    return understand(request, SearchSettings())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_question_is_searched_in_its_own_language_and_across(case: Case) -> None:
    question = understood(case.text, languages=case.languages)
    assert (question.own, question.across) == (case.own, case.across)


def test_only_a_chinese_question_carries_names_and_english_terms_across() -> None:
    chinese, english = understood("KubePodNotReady 节点污点怎么处理"), understood("KubePodNotReady on a tainted node")
    assert chinese.named
    assert chinese.names
    assert "taint" in chinese.translated
    assert not english.names
    assert english.translated == english.text
    assert not understood("Pod 一直重启").named


def test_symptoms_are_named_for_short_questions_only() -> None:
    short = understood("container exits with 137 on exit code 137")
    assert "OOMKilled" in short.named_symptoms
    words = (
        "a definition that speaks about many different things such as clusters networks storage volumes tenants quota "
    )
    long = understood(words + "budgets probes webhooks schedulers and mentions exit code 137")
    assert long.named_symptoms == long.text
    assert not [one for one in long.additions if one.table == "symptoms"]
