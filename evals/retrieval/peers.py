"""Side by side with LlamaIndex's stock pipeline: each in its own process, on the same pages and questions."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UsageError
from evals.retrieval.measures import Outcome
from evals.retrieval.questions import Question
from evals.retrieval.setting import ROOT

OWN, STOCK = "evals.retrieval.own", "evals.retrieval.stock"
NEEDED = ("llama-index-core", "llama-index-readers-file", "llama-index-vector-stores-qdrant")


class PeerMissing(UsageError):
    """The other pipeline is not installed where it was looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """How one pipeline did. Seconds and memory are those of its process, ``cpu_seconds`` of all that it did."""

    name: str
    outcomes: tuple[Outcome, ...]
    chunks: int
    index_seconds: float
    question_seconds: float
    peak_mib: float
    cpu_seconds: float
    versions: str = ""


def compare(folder: Path, questions: Sequence[Question], python: str) -> tuple[Peer, Peer]:
    """Run both, one after the other. ``python`` is the interpreter that LlamaIndex is installed for.

    Raises ``PeerMissing``. Neither takes vectors from an earlier run.
    """
    probe = [python, "-c", "import llama_index.core, llama_index.readers.file, llama_index.vector_stores.qdrant"]
    if subprocess.run(probe, capture_output=True, check=False, cwd=ROOT).returncode:  # noqa: S603 - the user names it
        message = f"{python} has no LlamaIndex ({', '.join(NEEDED)})."
        step = "Install it in an environment of its own, with the packages that the product embeds with; name its "
        raise PeerMissing(message, next_step=f"{step}interpreter with --python PATH.")
    stock = peer("LlamaIndex, stock", run(STOCK, folder, questions, python), questions)
    return peer("Sextant", run(OWN, folder, questions, sys.executable), questions), stock


def run(module: str, folder: Path, questions: Sequence[Question], python: str) -> dict[str, Any]:
    """Run one pipeline as a process and return what it wrote."""
    asked = [
        {"id": one.id, "group": one.group, "language": one.language, "text": one.text, "pages": one.pages}
        for one in questions
    ]
    with tempfile.TemporaryDirectory() as scratch:
        given, out = Path(scratch, "questions.json"), Path(scratch, "found.json")
        given.write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
        command = [python, "-m", module, str(folder), str(given), str(out)]
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})  # noqa: S603
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return found


def peer(name: str, result: dict[str, Any], questions: Sequence[Question], *, versions: str = "") -> Peer:
    """Read what a pipeline wrote: pages are names, or names with their near-duplicates."""
    outcomes = [
        Outcome(
            question=question,
            pages=tuple((page,) if isinstance(page, str) else tuple(page) for page in result["found"][question.id]),
        )
        for question in questions
    ]
    told: dict[str, str] = result.get("versions", {})
    return Peer(
        name=name,
        outcomes=tuple(outcomes),
        chunks=int(result["steps"]["chunks"]),
        index_seconds=sum(result["steps"].get(step, 0.0) for step in ("read", "split", "index")),
        question_seconds=float(result["question_seconds"]),
        peak_mib=float(result["peak_mib"]),
        cpu_seconds=float(result["cpu_seconds"]),
        versions=versions or ", ".join(f"{package} {version}" for package, version in told.items()),
    )
