"""What kind of answer a question wants, and its parts."""

import pytest

from kb.answers.asking import Wanted, parts_of, wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("how do I drain a node", "goal"),
        ("如何排空节点", "goal"),
        ("how do I fix a Pending pod", "steps"),
        ("how can I see why pulls fail", "reason"),
        ("Pod 起不来怎么办", "steps"),
        ("如何解决 502 错误", "steps"),
        ("容器无法启动如何查看日志", "steps"),
        ("what is a readiness probe", "definition"),
        ("就绪探针是什么", "definition"),
        ("what is the default grace period", "value"),
        ("Pod 最多等待多久", "value"),
        ("why is my pod Pending", "reason"),
        ("Pod 为什么被驱逐", "reason"),
        ("node pressure", "any"),
    ],
)
def test_the_kind_of_answer_is_read_from_the_question(question: str, kind: Wanted) -> None:
    assert wanted(question) == kind


def test_a_question_that_asks_two_things_has_two_parts() -> None:
    assert parts_of("what is a readiness probe and how do I tune it for java") == (
        "what is a readiness probe",
        "how do I tune it for java",
    )
    assert parts_of("什么是就绪探针？如何调整它的周期？") == ("什么是就绪探针", "如何调整它的周期")


@pytest.mark.parametrize("question", ["how do I drain a node", "limit cpu and memory", "为什么 Pod 反复重启？"])
def test_a_question_that_asks_one_thing_is_one_part(question: str) -> None:
    assert parts_of(question) == (question,)
