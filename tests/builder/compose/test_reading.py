"""YAML with lines: scalars of YAML 1.2, merge keys, and what is refused with its line."""

from dataclasses import dataclass
from typing import Any

import pytest

from builder.compose.errors import ComposeBroken
from builder.compose.reading import MAX_NODES, Held, read


def plain(value: Held) -> Any:
    """Return a value without its places."""
    if isinstance(value.data, dict):
        return {name: plain(one) for name, one in value.data.items()}
    return [plain(one) for one in value.data] if isinstance(value.data, list) else value.data


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    text: str
    value: object


CASES = (
    Case(
        id="numbers that are none", text="a: 22:22\nb: 1_000\nc: 1e3\n", value={"a": "22:22", "b": "1_000", "c": 1000.0}
    ),
    Case(
        id="words of YAML 1.1",
        text="a: yes\nb: on\nc: No\nd: true\n",
        value={"a": "yes", "b": "on", "c": "No", "d": True},
    ),
    Case(id="nothing", text="a:\nb: ~\nc: ''\n", value={"a": None, "b": None, "c": ""}),
    Case(id="modes", text="a: 0440\nb: 0o644\nc: '0440'\n", value={"a": 288, "b": 420, "c": "0440"}),
    Case(id="tags", text="a: !!str 5\nb: !custom 5\n", value={"a": "5", "b": 5}),
    Case(
        id="merged",
        text="x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n",
        value={"x": {"a": 1, "b": 2}, "y": {"b": 3, "a": 1}},
    ),
    Case(
        id="merged from several",
        text="- &x {a: 1}\n- &y {a: 2, b: 2}\n- {<<: [*x, *y]}\n",
        value=[{"a": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}],
    ),
    Case(id="a date stays text", text="a: 2026-11-24\n", value={"a": "2026-11-24"}),
    Case(id="keys that are numbers", text="80: a\n", value={"80": "a"}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_values_are_read_as_the_specification_says(case: Case) -> None:
    assert plain(read(case.text, "c.yaml")) == case.value


def test_a_value_knows_its_line_also_through_an_alias() -> None:
    held = read("x: &x\n  a: 1\ny:\n  <<: *x\n  b:\n    - c\n", "c.yaml")
    y = held.get("y")
    assert y is not None
    b, a = y.get("b"), y.get("a")
    assert a is not None
    assert b is not None
    assert isinstance(b.data, list)
    assert (a.line, b.line, b.data[0].line) == (2, 5, 6)


@dataclass(frozen=True, kw_only=True)
class Broken:
    id: str
    text: str
    says: str
    line: int


BILLION = "a0: &a0 [x, x]\n" + "".join(f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]\n" for at in range(1, 40))
BROKEN = (
    Broken(id="no YAML", text="a: [1\nb: 2\n", says="no YAML", line=2),
    Broken(id="a tab", text="a:\n\tb: 1\n", says="no YAML", line=2),
    Broken(id="empty", text="# nothing\n", says="empty", line=0),
    Broken(id="twice", text="a: 1\nb: 2\na: 3\n", says="The key a stands twice", line=3),
    Broken(id="a billion laughs", text=BILLION, says=f"more than {MAX_NODES:,} values", line=1),
    Broken(id="itself", text="a: &a [*a]\n", says="holds it", line=1),
    Broken(id="deep", text="[" * 200 + "]" * 200, says="nested too deeply", line=1),
    Broken(id="merged with no mapping", text="a: {<<: 5}\n", says="<< takes a mapping", line=1),
    Broken(id="a key that is no text", text="? [a]\n: b\n", says="must be a text", line=1),
    Broken(id="two documents", text="a: 1\n---\nb: 2\n", says="no YAML", line=2),
)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.id)
def test_what_is_broken_is_said_with_its_line(case: Broken) -> None:
    with pytest.raises(ComposeBroken) as caught:
        read(case.text, "c.yaml")
    assert case.says in caught.value.message
    assert (caught.value.path, caught.value.line) == ("c.yaml", case.line)
