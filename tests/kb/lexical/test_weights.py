"""Sparse vectors: stable ids, saturating weights, questions that prefer whole identifiers."""

from kb.lexical import TermVector, document_vector, query_vector, term_id
from kb.lexical.weights import K1


def weight(vector: TermVector, term: str) -> float:
    return dict(zip(vector.ids, vector.weights, strict=True)).get(term_id(term), 0.0)


def test_ids_are_stable_32_bit_numbers() -> None:
    assert (term_id("pod"), term_id("容器")) == (1768727952, 2448750694)
    assert all(0 <= term_id(str(number)) < 2**32 for number in range(1_000))


def test_ids_ascend_without_repetition() -> None:
    vector = document_vector("the pods of a pod and its containers 容器 容器", context="Pods")
    assert list(vector.ids) == sorted(set(vector.ids))
    assert len(vector.ids) == len(vector.weights)


def test_repetition_saturates() -> None:
    filler = " ".join(f"word{number}" for number in range(100))
    once, twice, often = (weight(document_vector(filler + " pod" * times), "pod") for times in (1, 2, 50))
    assert once < twice < often < 1 + K1
    assert twice - once > (often - twice) / 48


def test_a_term_counts_less_in_a_long_passage_and_more_in_a_heading() -> None:
    filler = " ".join(f"word{number}" for number in range(400))
    assert weight(document_vector("pod"), "pod") > weight(document_vector("pod " + filler), "pod")
    assert weight(document_vector(filler, context="pod"), "pod") > weight(document_vector("pod " + filler), "pod")


def test_a_question_prefers_the_whole_identifier_and_counts_a_term_once() -> None:
    vector = query_vector("kube-system kube-system", additions=[("system outage", 0.7)])
    assert weight(vector, "kube-system") == 1.0
    assert weight(vector, "kube") == 0.5
    assert weight(vector, "system") == 0.7
    assert weight(vector, "outag") == 0.7


def test_a_text_without_terms_gives_an_empty_vector() -> None:
    assert not document_vector("…")
    assert not query_vector("why is it?")
