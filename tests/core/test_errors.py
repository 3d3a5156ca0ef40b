"""The error tree: complete in its docstring, stable codes, sane statuses."""

from collections.abc import Iterator

import pytest

from core import errors
from core.errors import SextantError


def _tree(root: type[SextantError]) -> Iterator[type[SextantError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


ALL = [entry for entry in _tree(SextantError) if entry.__module__ == "core.errors"]


@pytest.mark.parametrize("error", ALL, ids=lambda entry: entry.__name__)
def test_every_error_stands_in_the_drawn_tree_and_has_a_title(error: type[SextantError]) -> None:
    assert errors.__doc__ is not None
    assert error.__name__ in errors.__doc__
    assert error.title
    assert 400 <= error.status <= 504
    assert error.exit_code in {1, 2}


def test_codes_are_unique() -> None:
    codes = [entry.code for entry in ALL]
    assert sorted(codes) == sorted(set(codes))
