"""The tiny corpus, and a cache folder of the test's own."""

from pathlib import Path

import pytest

from evals.retrieval.corpus import Corpus
from evals.retrieval.setting import DATA, Setting, made

TINY = DATA / "tiny"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def tiny(cache: Path) -> Setting:
    return made(Corpus(TINY), TINY / "questions")
