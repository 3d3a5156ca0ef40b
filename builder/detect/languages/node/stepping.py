"""Commands as steps: what is run in the end, where and with which variables."""

from collections.abc import Sequence
from dataclasses import dataclass
from posixpath import basename

MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command that is run in the end. ``watching``: it was started again on each change, which is for developing.

    ``folder`` is where a ``cd`` before it leads; ``elsewhere`` says that it runs a script of another package.
    """

    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    script: str = ""
    folder: str = ""
    watching: bool = False
    elsewhere: bool = False
    parallel: bool = False

    @property
    def tool(self) -> str:
        """The program's name, without its folder."""
        return basename(self.words[0]).removesuffix(".cmd") if self.words else ""


def positional(words: Sequence[str], valued: frozenset[str] = frozenset()) -> list[str]:
    """Return the words that are no options; ``valued`` options take the word behind them."""
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            skip = word in valued
        else:
            found.append(word)
    return found
