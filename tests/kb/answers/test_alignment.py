"""A model's sentence stands only on what a passage says: numbers, names, commands, negations, opposites."""

from dataclasses import dataclass

import pytest

from kb.answers.alignment import align
from kb.answers.units import Unit, units_of
from kb.embed.fake import FakeEmbedder
from tests.kb.search.library import Page, document_of, stored

PAGE = Page(
    uri="budget.md",
    text="# Disruption budgets\n\nA PodDisruptionBudget limits how many replicas are down at the same time. "
    "The field minAvailable takes a number or a percentage such as 50%. "
    "Drains do not remove pods that a budget protects. "
    "The eviction API is enabled by default since version 1.22. The kubelet waits 30 seconds before it stops a "
    "container.\n\nRun this:\n\n```shell\nkubectl get pdb --all-namespaces\n```\n",
)
QUESTION = "how do I protect web-1 during a drain"


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    text: str
    fault: str = ""


CASES = (
    Case(id="near the words", text="A PodDisruptionBudget limits how many replicas are down at the same time."),
    Case(
        id="paraphrase", text="With a PodDisruptionBudget you limit the number of replicas that are down at one time."
    ),
    Case(id="number with unit", text="The kubelet waits 30s before it stops a container."),
    Case(id="number kept", text="The kubelet waits 30 seconds before it stops a container."),
    Case(id="command kept", text="Run `kubectl get pdb --all-namespaces`."),
    Case(id="negation kept", text="Drains do not remove pods that are protected by a budget."),
    Case(
        id="question's name", text="A PodDisruptionBudget limits how many replicas of web-1 are down at the same time."
    ),
    Case(id="chinese", text="PodDisruptionBudget 限制同时不可用的副本 replicas 数量。", fault="negated"),
    Case(id="other number", text="The kubelet waits 60 seconds before it stops a container.", fault="number 60"),
    Case(id="spelled number", text="The kubelet waits three seconds before it stops a container.", fault="number 3"),
    Case(id="other name", text="A PodEvictionPolicy limits how many replicas are down at the same time.", fault="name"),
    Case(
        id="other command",
        text="The kubelet waits 30 seconds before kubectl delete stops a container.",
        fault="kubectl delete",
    ),
    Case(id="other flag", text="Run `kubectl get pdb --all-namespaces --force`.", fault="is not there"),
    Case(id="negation dropped", text="Drains remove pods that a budget protects.", fault="negated"),
    Case(id="negation added", text="The eviction API is not enabled by default since version 1.22.", fault="negated"),
    Case(id="opposite", text="The eviction API is disabled by default since version 1.22.", fault="disabled"),
    Case(id="invented", text="Chess engines evaluate millions of positions for each move.", fault="no passage says it"),
    Case(id="link", text="A PodDisruptionBudget limits replicas, see https://evil.example/x.", fault="link"),
    Case(id="nothing", text="…", fault="nothing"),
)


def units() -> list[Unit]:
    passages = stored(PAGE, document_of(PAGE), FakeEmbedder())
    return [unit for passage in passages for unit in units_of(passage)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_sentence_stands_or_falls_by_its_passage(case: Case) -> None:
    alignment = align(case.text, units(), QUESTION)
    if case.fault:
        assert alignment.fault is not None
        assert case.fault in alignment.fault.en
        assert alignment.fault.zh
        assert alignment.units == ()
    else:
        assert alignment.fault is None
        assert alignment.units


def test_a_chinese_sentence_is_carried_by_an_english_passage_through_its_names_and_terms() -> None:
    alignment = align("容器停止之前 kubelet 会等待 30 秒。", units(), QUESTION)
    assert alignment.units[0].text.startswith("The kubelet waits 30 seconds")
