"""Which nodes a pod may run on by its own wish."""

from typing import Any

import pytest

from diagnose.placement import Taint, holds, meets_terms, tolerates, written

GPU = Taint(key="gpu", value="a100", effect="NoSchedule", index=0)


@pytest.mark.parametrize(
    ("toleration", "expected"),
    [
        ({"key": "gpu", "operator": "Exists"}, True),
        ({"key": "gpu", "operator": "Equal", "value": "a100", "effect": "NoSchedule"}, True),
        ({"key": "gpu", "value": "a100"}, True),
        ({"key": "gpu", "value": "v100"}, False),
        ({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}, False),
        ({"operator": "Exists"}, True),
        ({"value": "a100"}, False),
    ],
)
def test_a_toleration_must_agree_in_key_value_and_effect(toleration: dict[str, Any], expected: bool) -> None:
    assert tolerates({"tolerations": [toleration]}, GPU) is expected


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("In", ["a", "b"], True),
        ("In", ["c"], False),
        ("NotIn", ["a"], False),
        ("Exists", [], True),
        ("DoesNotExist", [], False),
        ("Gt", ["5"], False),
        ("Nonsense", ["a"], False),
    ],
)
def test_an_expression_holds_as_the_api_says(operator: str, values: list[str], expected: bool) -> None:
    assert holds({"key": "zone", "operator": operator, "values": values}, {"zone": "a"}) is expected


def test_numbers_are_compared_as_numbers() -> None:
    assert holds({"key": "cores", "operator": "Gt", "values": ["9"]}, {"cores": "10"})
    assert not holds({"key": "cores", "operator": "Lt", "values": ["9"]}, {"cores": "10"})


def test_one_of_several_terms_is_enough_and_an_empty_term_matches_nothing() -> None:
    node = {"metadata": {"name": "n", "labels": {"zone": "a"}}}
    fits = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
    assert meets_terms([{}, fits], node)
    assert not meets_terms([{}], node)
    assert meets_terms([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}], node)


def test_expressions_are_written_for_people() -> None:
    assert written({"key": "zone", "operator": "In", "values": ["a", "b"]}) == "zone in (a, b)"
    assert written({"key": "spot", "operator": "DoesNotExist"}) == "!spot"
