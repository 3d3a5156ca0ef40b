"""Terms: identifiers whole and in parts, English stems, Chinese bigrams, numbers as they are."""

from dataclasses import dataclass

import pytest

from kb.lexical import terms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    text: str
    whole: tuple[str, ...]
    parts: tuple[str, ...] = ()


CASES = (
    Case(id="kebab", text="kube-system", whole=("kube-system",), parts=("kube", "system")),
    Case(id="camel", text="imagePullSecrets", whole=("imagepullsecrets",), parts=("imag", "pull", "secret")),
    Case(id="acronym before a word", text="OOMKilled", whole=("oomkilled",), parts=("oom", "kill")),
    Case(id="snake", text="MAX_RETRY_COUNT", whole=("max_retry_count",), parts=("max", "retri", "count")),
    Case(id="path", text="spec.containers[0].image", whole=("spec.containers", "0", "imag"), parts=("spec", "contain")),
    Case(
        id="group and version",
        text="networking.k8s.io/v1",
        whole=("networking.k8s.io/v1",),
        parts=("networking.k8s.io", "network", "k8s", "io", "v1"),
    ),
    Case(id="release", text="v1.34.2", whole=("v1.34.2",), parts=("1.34",)),
    Case(id="address", text="10.96.0.1", whole=("10.96.0.1",)),
    Case(id="amount", text="100Mi", whole=("100mi",)),
    Case(id="plural of an acronym", text="PVCs", whole=("pvc",)),
    Case(id="exit code", text="exited with code 137", whole=("exit", "code", "137")),
    Case(id="stop words", text="Why is the pod not ready?", whole=("pod", "readi")),
    Case(id="chinese", text="容器不断重启", whole=("容器", "器不", "不断", "断重", "重启")),
    Case(id="one character", text="卷", whole=("卷",)),
    Case(id="particles cut", text="容器的日志", whole=("容器", "日志")),
    Case(id="a particle inside a word", text="了解目的", whole=("了解", "解目", "目的")),
    Case(id="mixed", text="退出码137的Pod", whole=("退出", "出码", "137", "pod")),
    Case(id="full width", text="Ｐｏｄ１２３", whole=("pod123",)),
    Case(id="nothing", text=" …!? ", whole=()),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_text_has_these_terms(case: Case) -> None:
    terms = list(terms_of(case.text))
    assert tuple(term.text for term in terms if not term.part) == case.whole
    assert tuple(term.text for term in terms if term.part) == case.parts


def test_what_is_too_long_for_a_name_keeps_only_some_parts() -> None:
    terms = list(terms_of("/".join(f"segment{number}" for number in range(500))))
    assert len(terms) < 60
    assert all(len(term.text) <= 80 for term in terms)


def test_upper_and_lower_case_meet() -> None:
    assert {term.text for term in terms_of("ImagePullBackOff")} >= {term.text for term in terms_of("imagepullbackoff")}
