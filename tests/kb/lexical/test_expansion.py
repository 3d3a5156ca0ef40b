"""What the tables add to a question, and that the tables themselves are sound."""

from collections import Counter
from dataclasses import dataclass

import pytest

from kb.lexical import expand
from kb.lexical.expansion import Table, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    question: str
    adds: tuple[str, ...]
    never: tuple[str, ...] = ()


CASES = (
    Case(id="exit code", question="container exited with exit code 137", adds=("OOMKilled",)),
    Case(id="exit code in chinese", question="容器退出码137怎么办", adds=("OOMKilled", "container", "exit code")),
    Case(id="another exit code", question="退出码 1", adds=("CrashLoopBackOff",), never=("OOMKilled",)),
    Case(id="pull in chinese", question="镜像拉取失败", adds=("ImagePullBackOff", "image pull")),
    Case(id="plain words", question="My app keeps restarting", adds=("CrashLoopBackOff",)),
    Case(id="english to chinese", question="taint and toleration", adds=("污点", "容忍度")),
    Case(id="the longer term hides the shorter", question="存储类", adds=("StorageClass",), never=("storage",)),
    Case(id="plural", question="How do config maps and PersistentVolumeClaims work", adds=("持久卷声明",)),
    Case(id="already there", question="镜像 image", adds=(), never=("image",)),
    Case(id="inside a word", question="support reports", adds=(), never=("端口",)),
    Case(id="upper case", question="CRASHLOOPBACKOFF", adds=("反复重启",)),
    Case(id="nothing", question="hello", adds=()),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_question_is_expanded(case: Case) -> None:
    expansion = expand(case.question)
    added = [addition.text for addition in expansion.additions]
    assert set(case.adds) <= set(added)
    assert not set(case.never) & set(added)
    assert len(added) == len({text.casefold() for text in added})
    assert all(addition.because in case.question.casefold() for addition in expansion.additions)
    assert all(0 < weight < 1 for _, weight in expansion.weighted)


@pytest.mark.parametrize(("table", "least"), [("terms", 200), ("symptoms", 60)])
def test_a_table_is_large_enough_and_sound(table: Table, least: int) -> None:
    found = rows(table)
    assert len(found) >= least
    assert all(cell for row in found for cell in (*row.phrases, *row.texts))
    repeated = [
        phrase for phrase, times in Counter(phrase for row in found for phrase in row.phrases).items() if times > 1
    ]
    assert repeated == []


def test_every_term_pairs_chinese_with_english() -> None:
    for row in rows("terms"):
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in phrase) for phrase in row.phrases)
        assert all(text.isascii() for text in row.texts)


def test_an_expansion_is_bounded() -> None:
    everything = " ".join(phrase for table in ("terms", "symptoms") for row in rows(table) for phrase in row.phrases)
    assert len(expand(everything).additions) < 2_000
