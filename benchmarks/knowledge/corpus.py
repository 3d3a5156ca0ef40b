"""The pages that are ingested: a folder, or the archives of documentation, unpacked for the time of a run."""

import shutil
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ARCHIVES = Path("..") / "shared" / "data"
"""Where the archives lie, from the root of the repository."""


@contextmanager
def corpus(given: Path | None) -> Iterator[Path | None]:
    """Give a folder of pages: ``given``, or one with what its archives hold. None where there is neither."""
    folder = given or ARCHIVES
    archives = sorted(folder.glob("*-docs-*.tar.xz")) if folder.is_dir() else []
    if not archives:
        yield folder if given else None
        return
    with TemporaryDirectory(prefix="sextant-corpus-") as made:
        for archive in archives:
            with tarfile.open(archive) as packed:
                packed.extractall(made, filter="data")
        yield Path(made)


def pages(folder: Path) -> tuple[Path, ...]:
    """Return the pages of a folder, in order."""
    return tuple(sorted(path for path in folder.rglob("*.md") if path.is_file()))


def spread(folder: Path, most: int) -> tuple[Path, ...]:
    """Return at most so many pages, evenly over the whole folder, so that sizes and languages are those of all."""
    found = pages(folder)
    if len(found) <= most:
        return found
    return tuple(found[at * len(found) // most] for at in range(most))


def copied(wanted: Sequence[Path], root: Path, target: Path) -> Path:
    """Copy pages into a folder of their own, each under its path, and return that folder."""
    for page in wanted:
        path = target / page.relative_to(root)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, path)
    return target
