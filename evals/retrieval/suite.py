"""Run the suite: ``python -m evals retrieval``, or one of its commands by ``python -m evals.retrieval COMMAND``."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from core.errors import SextantError
from evals.retrieval.corpus import CorpusMissing, cache_folder
from evals.retrieval.loading import load
from evals.retrieval.measures import Outcome, once
from evals.retrieval.peers import Peer, compare, peer
from evals.retrieval.product import indexed
from evals.retrieval.report import Circumstances, report, shortfalls
from evals.retrieval.setting import DATA, ROOT, Setting, setting
from evals.retrieval.tuning import scored, sweep
from evals.retrieval.vectors import CachingEmbedder
from kb.answers.extracting import extract
from kb.answers.model import Answer
from kb.embed.bundled import BundledEmbedder, cores
from kb.records.model import Progress
from kb.search.model import SearchRequest, SearchResult

RESULTS = ROOT / "evals" / "results"
COMMAND = "make eval SUITE=retrieval"
FAILED_BEYOND = 5
"""A question whose page is not among the first five counts as failed in the list of failures."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when every target is met, 1 when not, 2 when there is nothing to measure on."""
    wanted = _parser().parse_args(arguments)
    try:
        prepared = setting(wanted.corpus, data=wanted.questions)
        match wanted.command:
            case "tune":
                return asyncio.run(_tune(prepared))
            case "peers":
                return _peers(prepared, wanted.python, tuple(wanted.part))
            case "questions":
                return _questions(prepared)
            case _:
                if wanted.state:
                    wanted.state.mkdir(parents=True, exist_ok=True)
                return asyncio.run(_run(prepared, wanted.state, write=not wanted.dry))
    except CorpusMissing as exc:
        sys.stderr.write(f"{exc.message} {exc.next_step}\n")
        return 2
    except SextantError as exc:
        sys.stderr.write(f"{exc.message} {exc.next_step}\n".rstrip() + "\n")
        return exc.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals retrieval", description=__doc__)
    parser.add_argument("command", nargs="?", default="run", choices=("run", "tune", "peers", "questions"))
    parser.add_argument("--corpus", type=Path, help="folder with the archives, or with Markdown pages")
    parser.add_argument("--questions", type=Path, default=DATA, help="folder with the questions and their pages")
    parser.add_argument(
        "--python", default=sys.executable, help="peers: an interpreter that LlamaIndex is installed for"
    )
    parser.add_argument("--part", nargs="+", default=(), help="peers: compare on the pages below these paths alone")
    parser.add_argument(
        "--state", type=Path, help="run: a folder that keeps the index; what it was made with is not checked"
    )
    parser.add_argument("--dry", action="store_true", help="print the report instead of writing it")
    return parser


def embedder() -> CachingEmbedder:
    """Return the bundled model with its vectors kept between runs."""
    return CachingEmbedder(BundledEmbedder(), cache_folder())


async def _run(prepared: Setting, kept: Path | None, *, write: bool) -> int:
    model = embedder()
    try:
        with tempfile.TemporaryDirectory() as state:
            async with indexed(prepared.folder, kept or Path(state), model) as knowledge:
                said = f"{knowledge.progress.passages:,} passages in {knowledge.seconds:.0f} s"
                sys.stderr.write(f"Indexed {said}, {model.computed:,} of them embedded now.\n")
                outcomes = await knowledge.outcomes(prepared.questions, answered)
                progress = knowledge.progress
    finally:
        await model.close()
    peers, compared = comparison_from(prepared)
    page = report(outcomes, _circumstances(prepared, progress, compared), peers)
    if write:
        RESULTS.joinpath("retrieval.md").write_text(page, encoding="utf-8")
        RESULTS.joinpath("retrieval.failures.jsonl").write_text(failures(outcomes), encoding="utf-8")
    sys.stdout.write(page)
    return 1 if shortfalls(outcomes) else 0


async def answered(request: SearchRequest, result: SearchResult) -> Answer:
    """Answer out of passages, without a language model."""
    return extract(request.text, result)


def failures(outcomes: Sequence[Outcome]) -> str:
    """Return a line of JSON for each question that went wrong. Texts stay out: many are sentences of the corpus."""
    lines = []
    for outcome in outcomes:
        question, rank = outcome.question, outcome.rank
        missed = bool(question.gold) and (rank is None or rank > FAILED_BEYOND)
        judged = outcome.refused is not None and outcome.refused == bool(question.gold)
        if missed or judged:
            first = [page[0] for page in once(outcome.pages)[:FAILED_BEYOND]]
            line = {"id": question.id, "group": question.group, "language": question.language, "half": question.half,
                    "gold": question.gold, "rank": rank, "first": first, "refused": outcome.refused,
                    "confidence": outcome.confidence}  # fmt: skip
            lines.append(json.dumps(line, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


async def _tune(prepared: Setting) -> int:
    model = embedder()
    try:
        index = await load(prepared.folder, model)
        asked = [question for question in prepared.of(half="tune") if question.gold]
        for line in sweep(index, await scored(index, asked, model)):
            sys.stdout.write(f"{line}\n")
    finally:
        await model.close()
    return 0


def _questions(prepared: Setting) -> int:
    for question in prepared.questions:
        line = asdict(question) | {"half": question.half}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


def _peers(prepared: Setting, python: str, part: tuple[str, ...]) -> int:
    there = {page for page in prepared.corpus.pages if page.startswith(part or ("",))}
    asked = [question for question in prepared.questions if question.gold and there.issuperset(question.gold)]
    with tempfile.TemporaryDirectory() as folder:
        peers = compare(part_of(prepared.folder, Path(folder), there), asked, python)
    comparison_to(prepared, peers, datetime.now(UTC).date(), part)
    for one in peers:
        said = f"{one.chunks:,} passages, {one.index_seconds:.0f} s, {one.peak_mib:.0f} MiB"
        sys.stdout.write(f"{one.name}: {said}\n")
    sys.stdout.write(f"The next `{COMMAND}` puts the comparison into its report.\n")
    return 0


def part_of(folder: Path, into: Path, pages: Collection[str]) -> Path:
    """Copy those of the pages that are indexed; return where they are."""
    for page in pages:
        if (folder / page).is_file():
            (into / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / page, into / page)
    return into.resolve()


def comparison_to(prepared: Setting, peers: Sequence[Peer], day: date, part: Sequence[str] = ()) -> None:
    """Keep a comparison for the next report."""
    plain = [
        {"name": one.name, "steps": {"chunks": one.chunks, "index": one.index_seconds},
         "question_seconds": one.question_seconds, "peak_mib": one.peak_mib, "cpu_seconds": one.cpu_seconds,
         "said": one.versions, "found": {outcome.question.id: outcome.pages for outcome in one.outcomes}}
        for one in peers
    ]  # fmt: skip
    told = day.isoformat() + (f" over the pages below {', '.join(part)} alone" if part else "")
    kept = {"told": told, "peers": plain}
    _comparison(prepared).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def comparison_from(prepared: Setting) -> tuple[list[Peer], str]:
    """Return the last comparison over the same corpus, its day, and over which part where it was one."""
    try:
        kept = json.loads(_comparison(prepared).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [], ""
    known = set(kept["peers"][0]["found"])
    asked = [question for question in prepared.questions if question.id in known]
    return [peer(one["name"], one, asked, versions=one["said"]) for one in kept["peers"]], kept["told"]


def _comparison(prepared: Setting) -> Path:
    return cache_folder() / f"peers-{prepared.folder.name}.json"


def _circumstances(prepared: Setting, progress: Progress, compared: str) -> Circumstances:
    return Circumstances(
        today=datetime.now(UTC).date(),
        command=COMMAND,
        cores=cores(),
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        documents=progress.ready,
        passages=progress.passages,
        corpus_pages=len(prepared.corpus.pages),
        withheld=len(prepared.built.without),
        cut=len(prepared.built.cuts),
        compared=compared,
    )
