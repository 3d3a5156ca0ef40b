"""The corpus: documentation in two languages and runbooks, unpacked outside the repository, and what is withheld.

Paths: ``content/LANGUAGE/docs/…`` is documentation; everything else is a runbook. The index is built from a copy of
the folder in which withheld pages and paragraphs are missing, so that the product reads it as any other folder.
"""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.errors import UsageError

DOCS = {"en": "content/en/docs", "zh": "content/zh-cn/docs"}
ARCHIVES = ("kubernetes-docs-*.tar.xz", "runbooks-*.tar.xz")
BESIDE = Path("..") / "shared" / "data"
"""Where the archives lie, from the root of the repository."""


class CorpusMissing(UsageError):
    """There is no corpus to measure on."""


class CorpusUnfit(UsageError):
    """The corpus is not the one that the questions were written for."""


def cache_folder() -> Path:
    """Return where what was unpacked or computed is kept between runs."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "sextant" / "evals"


@dataclass(frozen=True)
class Corpus:
    """A folder of pages."""

    folder: Path

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The paths of all pages, in order."""
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.md")))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.pages)

    def page(self, path: str, language: str) -> str:
        """Return the whole path of a page as the data writes it. English stands in where a language lacks the page.

        Raises ``CorpusUnfit`` when the corpus does not hold it.
        """
        for candidate in (f"{DOCS[language]}/{path}", f"{DOCS['en']}/{path}", path):
            if candidate in self._known:
                return candidate
        message = f"The corpus in {self.folder} has no page {path}, which a question asks for."
        raise CorpusUnfit(message, next_step="Name the corpus that the questions were written for.")

    def every(self, path: str) -> tuple[str, ...]:
        """Return the page in every language."""
        return tuple(c for c in (*(f"{docs}/{path}" for docs in DOCS.values()), path) if c in self._known)

    def text(self, page: str) -> str:
        """Return a page as it is written."""
        return (self.folder / page).read_text(encoding="utf-8")


def find(asked: Path | None, *, root: Path) -> Corpus:
    """Unpack the archives of a folder, or take the folder as it is. Raises ``CorpusMissing``."""
    folder = asked or root / BESIDE
    archives = sorted(path for pattern in ARCHIVES for path in folder.glob(pattern))
    if archives:
        return Corpus(_unpacked(archives))
    if asked and any(folder.glob("**/*.md")):
        return Corpus(folder)
    message = f"There is no corpus in {folder}: neither archives ({', '.join(ARCHIVES)}) nor Markdown pages."
    raise CorpusMissing(message, next_step="Name a folder with --corpus PATH.")


def _unpacked(archives: Iterable[Path]) -> Path:
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in archives)).hexdigest()[:16]
    target = cache_folder() / f"corpus-{digest}"
    if not target.is_dir():
        partial = target.with_suffix(f".{os.getpid()}")
        for path in archives:
            with tarfile.open(path) as archive:
                archive.extractall(partial, filter="data")
        partial.replace(target)
    return target


def prepare(corpus: Corpus, *, without: Iterable[str], cuts: Mapping[str, str]) -> Path:
    """Copy the pages to a cache folder, without those of ``without``, the text of ``cuts`` taken out of its page."""
    left_out = frozenset(without)
    state = hashlib.sha256(repr((str(corpus.folder), sorted(left_out), sorted(cuts.items()))).encode()).hexdigest()[:16]
    target = cache_folder() / f"index-{state}"
    if target.is_dir():
        return target
    partial = target.with_suffix(f".{os.getpid()}")
    for page in corpus.pages:
        if page in left_out:
            continue
        path = partial / page
        path.parent.mkdir(parents=True, exist_ok=True)
        if page in cuts:
            path.write_text(corpus.text(page).replace(cuts[page], "", 1), encoding="utf-8")
        else:
            shutil.copyfile(corpus.folder / page, path)
    partial.replace(target)
    return target
