"""What is said of a place in which nothing can be read: what was looked at, why nothing was taken, what to do."""

from collections import Counter
from collections.abc import Iterable

from kb.documents.formats import SUFFIXES
from kb.sources.errors import SourceEmpty

NAMED = 5
"""Kinds of files that are named. More would be a directory listing."""


def nothing_readable(place: str, names: Iterable[str], *, narrowed: bool) -> SourceEmpty:
    """Return the error of a folder or repository none of whose files was taken.

    ``names`` are those of the files that were looked at; ``narrowed`` says whether patterns chose among them.
    """
    kinds = Counter(_kind(name) for name in names)
    looked = sum(kinds.values())
    skipped = "Hidden folders and those that programs fill, such as node_modules, are not entered."
    if not looked:
        return SourceEmpty(
            f"{place} holds no files that could be read. {skipped}",
            next_step="Put documents there, or add another place.",
        )
    ordered = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    most = ", ".join(f"{count:,} {kind}" for kind, count in ordered[:NAMED])
    more = ", and others" if len(kinds) > NAMED else ""
    files = f"{looked:,} file{'' if looked == 1 else 's'}"
    if narrowed:
        return SourceEmpty(
            f"Nothing in {place} fits the patterns of the source: {files} looked at ({most}{more}). {skipped}",
            next_step="Change or leave out `include` and `exclude`.",
        )
    return SourceEmpty(
        f"Nothing in {place} is of a format that is read: {files} looked at ({most}{more}). {skipped}",
        next_step=f"Formats are told by suffix: {', '.join(sorted(SUFFIXES))}. Text files with other names are read "
        "where `include` names them, such as --include '*.conf'.",
    )


def _kind(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()[:12]}" if dot and stem and suffix else "without a suffix"
