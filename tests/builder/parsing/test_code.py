"""Source code as syntax trees."""

from dataclasses import dataclass

import pytest

from builder.parsing import code
from builder.parsing.code import Grammar


@dataclass(frozen=True, kw_only=True)
class Case:
    id: Grammar
    source: str
    strings: tuple[str | None, ...]


CASES = (
    Case(id="bash", source='exec gunicorn "app:app" "$MORE"', strings=("app:app", None)),
    Case(id="c_sharp", source='app.Run("http://0.0.0.0:5000");', strings=("http://0.0.0.0:5000",)),
    Case(id="elixir", source='port = System.get_env("PORT")', strings=("PORT",)),
    Case(id="go", source='package main\nvar a = ":8080"', strings=(":8080",)),
    Case(id="groovy", source="a = '1.0'; b = \"x${y}\"; c = 'x$y'", strings=("1.0", None, "x$y")),
    Case(id="java", source='class A { String a = "x"; }', strings=("x",)),
    Case(id="javascript", source="listen('a', `b`, `c${d}`)", strings=("a", "b", None)),
    Case(id="kotlin", source='val a = "x"', strings=("x",)),
    Case(id="php", source="<?php $a = 'x'; $b = \"y$a\";", strings=("x", None)),
    Case(id="ruby", source="gem 'rails', \"~> #{v}\"", strings=("rails", None)),
    Case(id="rust", source='fn main() { bind("0.0.0.0:80"); }', strings=("0.0.0.0:80",)),
    Case(id="scala", source='val a = "x"', strings=("x",)),
    Case(id="typescript", source="const a: string = 'x'", strings=("x",)),
    Case(id="tsx", source="const a = <b>{'x'}</b>", strings=("x",)),
)
LITERALS = (
    "string", "interpreted_string_literal", "string_literal", "template_string", "encapsed_string", "character_literal"
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_strings_are_read_in_every_language(case: Case) -> None:
    root = code.syntax(case.source, case.id)
    assert root is not None
    assert tuple(code.string_of(one) for one in code.of_type(root, *LITERALS) if one.is_named) == case.strings


def test_broken_and_huge_sources_do_no_harm() -> None:
    root = code.syntax("app.listen(3000; }}}} const x = ", "javascript")
    assert root is not None
    assert [code.written(one) for one in code.of_type(root, "number")] == ["3000"]
    assert code.syntax("a" * (code.MAX_CODE_BYTES + 1), "go") is None
    assert code.python("print 'two'") is None
    assert code.python("x = '\\d'") is not None
    assert code.python("(" * 5_000) is None


def test_walking_is_in_the_order_of_the_source_and_deep_code_is_no_danger() -> None:
    root = code.syntax("f(" * 3_000 + "1" + ")" * 3_000, "javascript")
    assert root is not None
    calls = list(code.of_type(root, "call_expression"))
    assert len(calls) == 3_000
    assert code.line_of(calls[0]) == 1
