"""Read and split a folder of documents and print passages per second, without embedding.

Run by hand: ``python -m benchmarks.passages FOLDER TOKENIZER.json [--processes N]``.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from kb.documents.errors import DocumentError
from kb.documents.reading import read_path
from kb.passages.splitting import split

BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one batch of files came to; ``reading`` and ``splitting`` are seconds of processor time."""

    documents: int
    characters: int
    tokens: tuple[int, ...]
    reading: float
    splitting: float
    errors: tuple[str, ...]


def measure(paths: list[Path], tokenizer_file: str) -> Tally:
    """Read and split ``paths`` in this process."""
    tokenizer = Tokenizer.from_file(tokenizer_file)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    documents = characters = 0
    reading = splitting = 0.0
    tokens: list[int] = []
    errors: list[str] = []
    for path in paths:
        begun = time.process_time()
        try:
            document = read_path(path)
        except DocumentError as problem:
            errors.append(f"{path.name}: {problem.message}")
            continue
        read_at = time.process_time()
        passages = split(document, lambda text: len(tokenizer.encode(text, add_special_tokens=False)))
        splitting += time.process_time() - read_at
        reading += read_at - begun
        documents += 1
        characters += len(document.text)
        tokens += [passage.tokens for passage in passages]
    return Tally(
        documents=documents, characters=characters, tokens=tuple(tokens), reading=reading, splitting=splitting,
        errors=tuple(errors),
    )  # fmt: skip


def batches(paths: list[Path]) -> Iterator[list[Path]]:
    for at in range(0, len(paths), BATCH):
        yield paths[at : at + BATCH]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tokenizer")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*") if path.is_file())
    begun = time.perf_counter()
    if options.processes == 1:
        tallies = [measure(paths, options.tokenizer)]
    else:
        with ProcessPoolExecutor(options.processes) as pool:
            groups = list(batches(paths))
            tallies = list(pool.map(measure, groups, [options.tokenizer] * len(groups)))
    seconds = time.perf_counter() - begun
    tokens = [count for tally in tallies for count in tally.tokens]
    errors = [error for tally in tallies for error in tally.errors]
    print(f"{sum(tally.documents for tally in tallies):,} documents, {len(errors)} not read, {len(tokens):,} passages")
    print(f"{len(tokens) / seconds:,.0f} passages/s, {seconds:.1f} s with {options.processes} processes")
    reading, splitting = sum(tally.reading for tally in tallies), sum(tally.splitting for tally in tallies)
    print(f"{len(tokens) / (reading + splitting):,.0f} passages per second of one processor's time")
    print(f"processor time: reading {reading:.1f} s, splitting {splitting:.1f} s")
    print(f"tokens: median {statistics.median(tokens):.0f}, mean {statistics.mean(tokens):.0f}, most {max(tokens)}")
    for error in errors[:5]:
        print(error)


if __name__ == "__main__":
    main()
