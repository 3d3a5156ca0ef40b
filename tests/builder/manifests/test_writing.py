"""Text that every reader of YAML takes for the same."""

import pytest
import yaml

from builder.manifests.writing import comment, document


@pytest.mark.parametrize(
    "value", ["y", "No", "on", "1e3", "0o7", "1_0", "~", "", " a", "null", "1.0", "a: b", "x\ny", "#"]
)
def test_what_might_be_something_else_is_quoted(value: str) -> None:
    text = document({"key": value})
    assert text.startswith('key: "')
    assert yaml.safe_load(text) == {"key": value}


@pytest.mark.parametrize("value", ["shop", "apps/v1", "registry.test/shop:v1", "/health", "RollingUpdate"])
def test_plain_words_stay_plain(value: str) -> None:
    assert yaml.safe_load(document({"key": value})) == {"key": value}


def test_lists_are_indented_and_nothing_is_an_alias() -> None:
    same = {"a": "b"}
    assert document({"list": [same, same]}) == "list:\n  - a: b\n  - a: b\n"


def test_a_comment_cannot_be_left() -> None:
    assert comment(["a\nkind: Pod\r\u2028b", ""]) == "# a kind: Pod  b\n#\n"
