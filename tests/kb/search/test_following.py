"""Which questions lean on the conversation, in both languages."""

import pytest

from kb.search.following import asked, leans

LEANING = (
    "why?",
    "what does it mean?",
    "and how do I fix that?",
    "what about the other one?",
    "how long does it take?",
    "can you give me an example?",
    "and in 1.34?",
    "And for a StatefulSet?",
    "为什么？",
    "那怎么办",
    "这个怎么配置？",
    "它的默认值是多少",
    "还有别的办法吗",
    "具体步骤呢？",
)
STANDING = (
    "how do I drain a node",
    "why does my pod restart when it runs out of memory during the night shift",
    "OOMKilled",
    "what is a PodDisruptionBudget",
    "is there a way to limit cpu and memory of a whole namespace",
    "镜像拉取失败怎么办",
    "如何排空节点",
    "为什么 Pod 一直处于 Pending 状态",
    "持久卷声明没有绑定是什么原因",
)


@pytest.mark.parametrize("question", LEANING)
def test_a_question_that_points_back_leans(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize("question", STANDING)
def test_a_question_that_says_what_it_is_about_stands(question: str) -> None:
    assert not leans(question)


def test_only_the_last_questions_are_added_and_only_where_needed() -> None:
    before = ("what is a node", "how do I drain it", "my pod is Pending")
    assert asked("why?", before, 2) == "how do I drain it\nmy pod is Pending\nwhy?"
    assert asked("how do I drain a node", before, 2) == "how do I drain a node"
    assert asked("why?", (), 2) == "why?"
    assert asked("why?", before, 0) == "why?"
