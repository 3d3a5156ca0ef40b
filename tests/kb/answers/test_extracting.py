"""Answers without a model: cited word for word, in order, refused where the passages do not answer."""

from dataclasses import replace

import pytest

from kb.answers import extract, verify
from kb.answers.confidence import CALIBRATED
from kb.answers.extracting import refusal
from kb.search import SearchRequest, SearchResult
from kb.search.model import Found
from kb.stores import Access
from tests.kb.answers.asked import SURE, UNSURE, asked
from tests.kb.answers.test_units import GUIDE
from tests.kb.search.library import Page, library

PROBES = Page(
    uri="probes.md",
    text="# Probes\n\nA liveness probe tells the kubelet when to restart a container. "
    "A readiness probe tells when a container may get traffic. The period is 10 seconds by default.\n",
)
PROBES_ZH = Page(
    uri="probes-zh.md", text="# 探针\n\n存活探针决定何时重启容器。就绪探针决定容器何时接收流量。默认周期是 10 秒。\n"
)
QUOTA = Page(uri="quota.md", text="# Quotas\n\nA resource quota bounds the cpu and memory of a namespace.\n")
PAGES = (PROBES, PROBES_ZH, GUIDE, QUOTA)


async def test_every_sentence_is_cited_and_stands_in_its_document() -> None:
    result, base = await asked(PAGES, "what is a readiness probe")
    answer = extract("what is a readiness probe", result)

    assert answer.verdict == "answered"
    assert "A readiness probe tells when a container may get traffic." in [one.text for one in answer.sentences]
    assert answer.by == "passages"
    assert verify(answer, base.text_of)
    citation = answer.citations[0]
    assert (citation.uri, citation.title, citation.number) == ("probes.md", "Probes", 1)


async def test_steps_stay_in_order_with_their_code_whole() -> None:
    question = "how do I drain a node, mark it and move the pods away"
    result, base = await asked(PAGES, question)
    answer = extract(question, result)
    texts = [one.text for one in answer.sentences]
    steps = [texts.index("Mark the node so that nothing new comes."), texts.index("Move the pods away:")]
    assert steps == sorted(steps)
    code = texts[steps[1] + 1]
    assert code == "kubectl drain web-1 --ignore-daemonsets\n\nkubectl get pods -o wide"
    assert {one.kind for one in answer.sentences if one.text == code} == {"code"}
    assert verify(answer, base.text_of)


async def test_a_chinese_question_is_answered_in_chinese() -> None:
    result, base = await asked((PROBES_ZH, GUIDE, QUOTA), "就绪探针是什么")
    answer = extract("就绪探针是什么", result)
    assert (answer.language, answer.verdict) == ("zh", "answered")
    assert answer.sentences[0].text.startswith(("就绪探针", "存活探针"))
    assert verify(answer, base.text_of)


async def test_sources_in_another_language_are_said() -> None:
    result, _ = await asked((PROBES, QUOTA), "就绪探针是什么")
    answer = extract("就绪探针是什么", result)
    assert any("another language (en)" in note.en for note in answer.notes)


async def test_what_the_passages_do_not_answer_is_refused_and_the_nearest_pages_are_named() -> None:
    result, _ = await asked(PAGES, "who won the chess tournament", cosine=UNSURE)
    answer = extract("who won the chess tournament", result)
    assert (answer.verdict, answer.sentences, answer.citations) == ("not_in_knowledge_base", (), ())
    assert answer.confidence < 0.02
    assert answer.notes == ()  # pages about something else altogether are no help
    near = refusal("how long does a probe take", result, 0.3)
    assert near.notes[-1].en.startswith("The nearest pages: ")
    assert near.notes[-1].zh.startswith("最接近的页面：")


def test_a_search_that_found_nothing_is_refused() -> None:
    answer = extract("what", SearchResult(found=(), asked="what", language="en"))
    assert (answer.verdict, answer.confidence) == ("not_in_knowledge_base", 0.0)


async def test_a_part_without_support_makes_the_answer_partial_and_is_named() -> None:
    question = "what is a readiness probe and how do I tune the chess engine opening book"
    result, _ = await asked(PAGES, question)
    answer = extract(question, result)
    assert answer.verdict == "partial"
    assert any("chess engine" in note.en for note in answer.notes)


async def test_the_same_sentence_on_two_pages_is_said_once() -> None:
    copy = replace(PROBES, uri="copy.md")
    result, _ = await asked((PROBES, copy), "what is a readiness probe")
    texts = [one.text for one in extract("what is a readiness probe", result).sentences]
    assert len(texts) == len(set(texts))


async def test_an_answer_is_short() -> None:
    long = Page(
        uri="long.md", text="# Probes\n\n" + " ".join(f"Probe number {n} checks the container." for n in range(99))
    )
    result, base = await asked((long,), "probe container")
    answer = extract("probe container", result)
    assert 1 <= len(answer.sentences) <= 8
    assert verify(answer, base.text_of)


@pytest.mark.parametrize("version", ["", "1.36"])
async def test_versions_that_differ_are_conflicting_and_each_is_said(version: str) -> None:
    old = Page(
        uri="old.md", text="# Probes\n\nThe `periodSeconds` of a probe is 10 by default, so default is 10 seconds.\n"
    )
    text = "# Probe period\n\nThe `periodSeconds` field of a probe has a default of {} and is counted in seconds.\n"
    first = Page(uri="a.md", text=text.format(10), version=version and "1.35")
    second = Page(uri="b.md", text=text.format(5), version=version)
    result, base = await asked((first, second, old), "what is the default of periodSeconds")
    answer = extract("what is the default of periodSeconds", result)
    assert answer.verdict == "conflicting"
    note = next(note.en for note in answer.notes if "Sources differ on periodSeconds" in note.en)
    assert "says 10" in note
    assert "says 5" in note
    assert verify(answer, base.text_of)


async def test_the_same_value_in_two_versions_is_no_conflict() -> None:
    text = "# Probe period\n\nThe `periodSeconds` field of a probe has a default of 10 and is counted in seconds.\n"
    pages = [Page(uri=f"{version}.md", text=text, version=version) for version in ("1.35", "1.36")]
    result, _ = await asked(pages, "what is the default of periodSeconds")
    assert extract("what is the default of periodSeconds", result).verdict == "answered"


async def test_whoever_asks_by_the_name_of_a_page_gets_that_page() -> None:
    page = Page(uri="alert.md", text="# KubeProbeStuck\n\nThe probe has not run for an hour. Restart the kubelet.\n")
    result, _ = await asked((page, *PAGES), "KubeProbeStuck", cosine=UNSURE)
    answer = extract("KubeProbeStuck", result)
    assert answer.verdict == "answered"
    assert answer.citations[0].uri == "alert.md"


async def test_a_citation_that_does_not_stand_is_not_verified() -> None:
    result, base = await asked(PAGES, "what is a readiness probe")
    answer = extract("what is a readiness probe", result)
    first = answer.citations[0]
    moved = replace(
        answer, citations=(replace(first, span=(first.span[0] + 1, first.span[1] + 1)), *answer.citations[1:])
    )
    assert not verify(moved, base.text_of)
    assert not verify(answer, lambda document, revision: None)
    assert not verify(replace(answer, citations=()), base.text_of)


HOWTO = Page(
    uri="howto.md",
    text="# How to empty a node\n\n## When you need this\n\nA node needs a repair. Its pods must leave the node.\n\n"
    "## Steps\n\n1. List what runs on the node.\n   ```sh\n   kubectl get pods -A -o wide\n   ```\n"
    "2. Drain.\n   ```sh\n   kubectl drain node-1\n   ```\n3. Read what the drain says:\n   ```sh\n"
    "   kubectl get events -A\n   ```\n\n## What can go wrong\n\n- A budget stops the drain of a node for good.\n"
    "- How do I know that the node is empty?\n- An empty node still runs pods of a DaemonSet.\n",
)


def sure(one: Found) -> Found:
    return replace(one, parts=replace(one.parts, dense_score=SURE))


async def test_a_how_to_is_answered_by_all_its_steps_from_the_first_one_on() -> None:
    base = await library((HOWTO, *PAGES))
    request = SearchRequest(text="how do I empty a node", access=Access.of(()), beside=8)
    found = await base.search.search(request)
    result = replace(found, model=CALIBRATED, found=tuple(sure(one) for one in found.found))
    answer = extract(request.text, result)
    assert [one.text for one in answer.sentences if one.kind == "text"] == [
        "List what runs on the node.",
        "Drain.",
        "Read what the drain says:",
    ]
    assert [one.text.strip() for one in answer.sentences if one.kind == "code"] == [
        "kubectl get pods -A -o wide",
        "kubectl drain node-1",
        "kubectl get events -A",
    ]
    assert verify(answer, base.text_of)


async def test_the_most_direct_sentence_of_a_definition_comes_first() -> None:
    page = Page(
        uri="codes.md",
        text="# Exit codes\n\nPrograms end with exit code 137 by mistake. A process may end with exit code 1.\n"
        "\n## What does exit code 137 mean?\n\nExit code 137 means that the process was killed.\n",
    )
    question = "what does exit code 137 mean"
    result, base = await asked((page, *PAGES), question)
    answer = extract(question, result)
    assert answer.sentences[0].text == "Exit code 137 means that the process was killed."
    assert not any(one.text.endswith("?") for one in answer.sentences)
    assert verify(answer, base.text_of)


async def test_a_page_titled_by_an_abbreviation_answers_what_it_is() -> None:
    page = Page(
        uri="pdb.md",
        text="# PodDisruptionBudget (PDB)\n\nA PodDisruptionBudget says how many pods must stay. It is set by a team.\n"
        "\n## See it\n\nThe list of kubectl get pdb has a column for each PDB.\n",
    )
    result, base = await asked((page, *PAGES), "what is a PDB", cosine=UNSURE)
    answer = extract("what is a PDB", result)
    assert answer.verdict == "answered"
    assert answer.sentences[0].text == "A PodDisruptionBudget says how many pods must stay."
    assert verify(answer, base.text_of)


async def test_a_sentence_that_points_back_brings_what_it_points_at() -> None:
    page = Page(
        uri="grace.md", text="# Grace\n\nThe kubelet waits for a process. It then kills the process with SIGKILL.\n"
    )
    result, _ = await asked((page, QUOTA), "when does SIGKILL kill a process")
    texts = [one.text for one in extract("when does SIGKILL kill a process", result).sentences]
    assert texts[:2] == ["The kubelet waits for a process.", "It then kills the process with SIGKILL."]


async def test_an_answer_keeps_to_one_language() -> None:
    question = "就绪探针 readiness probe 是什么"
    result, _ = await asked(PAGES, question)
    answer = extract(question, result)
    assert {one.language for one in answer.citations} == {"zh"}


SETTING = Page(
    uri="a-setting.md",
    text="# A limit is missing\n\n## What to do\n\n1. Look which limit the worker lacks.\n2. Set the limit of the "
    "worker.\n",
)
HOW_TO = Page(
    uri="how-to.md",
    text="# How to set the limit of a worker\n\n1. Open the manifest of the worker.\n2. Write the limit into it.\n",
)
ELSEWHERE = Page(
    uri="commands.md",
    text="# Commands\n\nThese commands are used often:\n\n```sh\nkubectl -n shop apply -f deploy.yaml\n"
    "kubectl -n shop get deploy\n```\n",
)
WINDOWS = Page(uri="windows.md", text="# Windows\n\nWe deploy the shop on Tuesdays between 10:00 and 12:00.\n")


async def test_who_wants_to_do_something_gets_the_steps_of_a_page_that_leads_there() -> None:
    question = "how do I set the limit of a worker"
    result, base = await asked((SETTING, HOW_TO, QUOTA), question)
    answer = extract(question, result)
    assert [one.text for one in answer.sentences] == [
        "Open the manifest of the worker.",
        "Write the limit into it.",
    ]
    assert verify(answer, base.text_of)


async def test_commands_of_another_page_are_no_part_of_an_answer_that_is_a_sentence() -> None:
    question = "do we deploy the shop on tuesdays"
    result, _ = await asked((WINDOWS, ELSEWHERE, QUOTA), question)
    answer = extract(question, result)
    assert answer.sentences[0].text.startswith("We deploy the shop on Tuesdays")
    assert {one.kind for one in answer.sentences} == {"text"}


async def test_steps_to_something_else_are_no_answer() -> None:
    question = "the worker cannot reach the printer, what do I do"
    elsewhere = Page(
        uri="gate.md",
        text="# How to open the gate\n\n1. Reach for the key.\n2. Turn the worker light on.\n3. Push the bar.\n",
    )
    result, _ = await asked((elsewhere, QUOTA), question)
    answer = extract(question, result)
    assert "Push the bar." not in [one.text for one in answer.sentences]


async def test_a_number_in_words_is_a_value() -> None:
    question = "how long are dumps kept"
    page = Page(
        uri="dumps.md", text="# Dumps\n\nDumps are kept by the platform team. Old dumps are kept for seven days.\n"
    )
    result, _ = await asked((page, QUOTA), question)
    assert "seven days" in " ".join(one.text for one in extract(question, result).sentences)
