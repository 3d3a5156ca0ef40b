"""A model that needs no files and no time."""

import pytest

from core.settings import KnowledgeSettings
from kb.embed import Embedder
from kb.embed.fake import FakeEmbedder


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every knowledge base of these tests use the fake embedder: what it means is tested elsewhere."""

    def make(_: KnowledgeSettings) -> Embedder:
        return FakeEmbedder()

    monkeypatch.setattr("kb.knowledge.make_embedder", make)
    monkeypatch.setattr("api.knowledge_runs.LOOK_SECONDS", 0.02)
