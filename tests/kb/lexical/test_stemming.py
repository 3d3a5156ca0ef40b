"""Forms of one word meet, different words stay apart."""

import pytest

from kb.lexical.stemming import stem

FAMILIES = (
    "evict evicts evicted evicting eviction evictions",
    "schedule schedules scheduled scheduling scheduler",
    "terminate terminates terminated terminating termination",
    "policy policies",
    "probe probes probing probed",
    "stop stops stopped stopping",
    "address addresses",
    "configure configured configuring",
    "replicate replicated replication",
    "create creates created creating",
)
APART = ("pod port", "node note", "image imagine", "status state", "service serve", "mount amount", "class claim")


@pytest.mark.parametrize("family", FAMILIES)
def test_forms_of_a_word_have_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize("pair", APART)
def test_different_words_have_different_stems(pair: str) -> None:
    assert len({stem(word) for word in pair.split()}) == 2


@pytest.mark.parametrize("word", ["", "v1", "k8s", "os", "pod123", "日志", "état", "etcd", "kubelet", "status"])
def test_what_is_no_plain_word_or_has_no_suffix_stays(word: str) -> None:
    assert stem(word) == word
