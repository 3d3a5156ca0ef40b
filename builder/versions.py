"""Releases of runtimes that base images exist for, and the choice among them.

Facts of the projects' release pages as of November 2026. A version that is not listed (newer than this table, or long
out of support) is taken as the project writes it.
"""

from collections.abc import Callable
from dataclasses import dataclass

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """``known`` from old to new, as exact as image tags are; ``usual`` is taken where a project leaves it open."""

    known: tuple[str, ...]
    usual: str
    ended: tuple[str, ...] = ()
    """Of the known ones those without security fixes: still taken where a project insists, with a note."""


RELEASES: dict[str, Releases] = {
    "python": Releases(
        known=("2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"),
        usual="3.13",
        ended=("2.7", "3.6", "3.7", "3.8", "3.9", "3.10"),
    ),
    "node": Releases(
        known=("12", "14", "16", "18", "20", "22", "24", "26"), usual="24", ended=("12", "14", "16", "18", "20")
    ),
    "deno": Releases(known=("1", "2"), usual="2", ended=("1",)),
    "bun": Releases(known=("1",), usual="1"),
    "go": Releases(
        known=("1.16", "1.17", "1.18", "1.19", "1.20", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26"),
        usual="1.26",
        ended=("1.16", "1.17", "1.18", "1.19", "1.20", "1.21", "1.22", "1.23", "1.24"),
    ),
    "rust": Releases(known=("1",), usual="1"),
    "java": Releases(known=("8", "11", "17", "21", "25"), usual="21"),
    "dotnet": Releases(
        known=("3.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0", "11.0"),
        usual="10.0",
        ended=("3.1", "5.0", "6.0", "7.0", "8.0", "9.0"),
    ),
    "php": Releases(known=("7.4", "8.0", "8.1", "8.2", "8.3", "8.4", "8.5"), usual="8.4", ended=("7.4", "8.0", "8.1")),
    "ruby": Releases(
        known=("2.7", "3.0", "3.1", "3.2", "3.3", "3.4", "4.0"), usual="3.4", ended=("2.7", "3.0", "3.1", "3.2")
    ),
    "elixir": Releases(known=("1.14", "1.15", "1.16", "1.17", "1.18", "1.19"), usual="1.18"),
    "gleam": Releases(known=("1",), usual="1"),
}


def numbers(version: str) -> Numbers:
    """Return ``3.12`` as (3, 12)."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def chosen(runtime: str, fits: Callable[[str], bool]) -> str | None:
    """Return the usual release if it fits, else the newest that does, None where none does.

    ``fits`` is asked about releases as the table writes them (``3.12``): say what any patch of it would satisfy.
    """
    table = RELEASES[runtime]
    if fits(table.usual):
        return table.usual
    return next((one for one in reversed(table.known) if fits(one)), None)


def release_of(runtime: str, exact: str) -> str:
    """Return the release that an exact version belongs to: ``3.12`` of ``3.12.4``, for Node and Java the major."""
    depth = len(numbers(RELEASES[runtime].usual))
    return ".".join(str(part) for part in numbers(exact)[:depth])
