"""No test of a model reaches one that is not scripted."""

import pytest

from core.llm.live import SWITCH


@pytest.fixture(autouse=True)
def no_live_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")
