"""The knowledge commands in this process: a fake model, a store of its own, no bundled knowledge."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from core.settings import KnowledgeSettings
from core.telemetry import configure_logging
from kb.embed import Embedder
from kb.embed.fake import FakeEmbedder
from tests.cli.running import Ran, sextant

Sextant = Callable[..., Ran]

PAGES = {
    "restart.md": "# Restarts\n\n## Exit code 137\n\nThe container was killed because it used more memory than its "
    "limit. Raise the memory limit of the container.\n\n```yaml\nresources:\n  limits:\n    memory: 512Mi\n```\n",
    "images.md": "# Images\n\n## ImagePullBackOff\n\nThe image cannot be pulled from the registry.\n",
    "chinese.md": "# 镜像\n\n## 镜像拉取失败\n\n无法拉取镜像时，请检查镜像名称、标签以及镜像仓库的凭据。\n",
}


def pages(folder: Path, **more: str) -> Path:
    """Write a small handbook."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**PAGES, **{name.replace("_", "."): text for name, text in more.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the knowledge base of this process small, and put back the logging that it sets up."""

    def make(_: KnowledgeSettings) -> Embedder:
        return FakeEmbedder()

    monkeypatch.setattr("kb.knowledge.make_embedder", make)
    monkeypatch.setattr("kb.opening.make_embedder", make)
    monkeypatch.setattr("api.knowledge_runs.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("cli.knowledge_follow.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("cli.knowledge_client.HELLOS", 1)
    monkeypatch.setenv("SEXTANT_KNOWLEDGE__SEED", "false")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging("error")  # for servers of these tests; commands do so themselves
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def run(quiet: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sextant:
    """Give a function that runs ``sextant`` with some words."""
    return lambda *words, stdin=b"": sextant(monkeypatch, capsys, *words, stdin=stdin)
