"""Near-misses of names."""

from dataclasses import dataclass

import pytest

from cluster.names import closest, distance


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    wanted: str
    names: tuple[str, ...]
    expected: list[str]


CASES = (
    Case(id="a letter is wrong", wanted="chekcout", names=("checkout", "cart"), expected=["checkout"]),
    Case(id="case and separators differ", wanted="DB_Config", names=("db-config", "db-conf"), expected=["db-config"]),
    Case(id="plural s", wanted="secrets-app", names=("secret-app",), expected=["secret-app"]),
    Case(id="words in another order", wanted="config-db", names=("db-config", "cache"), expected=["db-config"]),
    Case(id="a release prefix is missing", wanted="redis", names=("prod-redis", "postgres"), expected=["prod-redis"]),
    Case(id="a release suffix is extra", wanted="redis-v2", names=("redis",), expected=["redis"]),
    Case(
        id="three letters of a long name",
        wanted="recommendations",
        names=("recomendatons",),
        expected=["recomendatons"],
    ),
    Case(id="three letters of a short name are too many", wanted="orders", names=("odrsxx",), expected=[]),
    Case(id="two letters of three are too many", wanted="web", names=("api", "wab"), expected=["wab"]),
    Case(id="the same name is no near-miss", wanted="web", names=("web",), expected=[]),
    Case(id="nothing alike", wanted="checkout", names=("billing", "kube-system"), expected=[]),
    Case(
        id="best first, then by name",
        wanted="shop",
        names=("shoq", "shap", "shops", "sho"),
        expected=["shops", "shap", "sho"],
    ),
    Case(id="empty names", wanted="", names=("", "a"), expected=[]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_names_that_were_probably_meant_are_offered(case: Case) -> None:
    assert closest(case.wanted, case.names) == case.expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("ab", "ba", 1), ("abc", "abc", 0), ("kitten", "sitting", 3), ("", "ab", 2), ("abcdef", "uvwxyz", 4)],
)
def test_distance_counts_swapped_neighbours_once_and_stops_at_the_bound(left: str, right: str, expected: int) -> None:
    assert distance(left, right, 3) == expected
