"""The product's pipeline in a process of its own, for the comparison: nothing kept from before, memory its own.

``python -m evals.retrieval.own FOLDER QUESTIONS OUT``, like ``evals.retrieval.stock``.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from evals.retrieval.measures import once
from evals.retrieval.product import indexed
from evals.retrieval.questions import Question
from kb.embed.bundled import BundledEmbedder


async def measured(folder: Path, asked: list[dict[str, Any]], state: Path) -> dict[str, Any]:
    """Index, ask, and return what was found and what it took."""
    questions = [
        Question(id=one["id"], group=one["group"], language=one["language"], text=one["text"],
                 pages=tuple(one["pages"])) for one in asked
    ]  # fmt: skip
    embedder = BundledEmbedder()
    try:
        async with indexed(folder, state, embedder) as knowledge:
            began = time.perf_counter()
            outcomes = await knowledge.outcomes(questions)
            seconds = (time.perf_counter() - began) / max(len(questions), 1)
            found = {one.question.id: [list(page) for page in once(one.pages)] for one in outcomes}
            steps = {
                "documents": knowledge.progress.documents,
                "chunks": knowledge.progress.passages,
                "index": knowledge.seconds,
            }
            return {"steps": steps, "question_seconds": seconds, "found": found}
    finally:
        await embedder.close()


def main() -> int:
    """Index, ask, and write what was found."""
    folder, questions, out = map(Path, sys.argv[1:4])
    asked = json.loads(questions.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as state:
        result = asyncio.run(measured(folder.resolve(), asked, Path(state)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    result["peak_mib"], result["cpu_seconds"] = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
    out.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
