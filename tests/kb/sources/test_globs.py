"""Patterns of paths."""

import time

import pytest

from kb.sources.globs import globs


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.md", "a.md", True),
        ("*.md", "x/y/a.md", True),
        ("/*.md", "x/a.md", False),
        ("./*.md", "a.md", True),
        ("docs/*.md", "docs/a.md", True),
        ("docs/*.md", "docs/x/a.md", False),
        ("docs/*.md", "x/docs/a.md", False),
        ("docs/**", "docs/x/a.md", True),
        ("docs/**", "docsx/a.md", False),
        ("docs/**/*.md", "docs/a.md", True),
        ("docs/**/*.md", "docs/x/y/a.md", True),
        ("**/draft/*", "a/draft/b", True),
        ("draft/", "a/draft/b/c", True),
        ("draft/", "draft", False),
        ("docs", "docs/a/b", True),
        ("a?c", "abc", True),
        ("[ab]*", "b.md", True),
        ("[", "[", True),
        ("", "a", False),
        ("/", "a", False),
        ("A.md", "a.md", False),
    ],
)
def test_a_pattern_fits_what_it_says(pattern: str, path: str, fits: bool) -> None:
    assert globs([pattern]).fits(path) is fits


def test_no_pattern_is_slow() -> None:
    slow = globs(["**/" * 60 + "a*" * 100 + "b", "*a" * 200 + "b"])
    started = time.perf_counter()
    assert not slow.fits("/".join(["a" * 200] * 60))
    assert time.perf_counter() - started < 2.0
