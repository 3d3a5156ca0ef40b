"""Mask the secrets of one line. What spans lines is in ``blocks``."""

from dataclasses import dataclass

from core.redaction.kinds import KINDS, SecretKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The hints worth looking for, so that text without secrets costs substring searches only.

    A screen narrowed to a whole text makes each of its lines cheap: most texts hold few of the hints.
    """

    exact: tuple[tuple[str, tuple[int, ...]], ...]
    folded: tuple[tuple[str, tuple[int, ...]], ...]

    def narrow(self, text: str) -> "Screen":
        """Keep the hints that occur in ``text``."""
        lower = text.lower()
        return Screen(
            exact=tuple(row for row in self.exact if row[0] in text),
            folded=tuple(row for row in self.folded if row[0] in lower),
        )

    @property
    def empty(self) -> bool:
        """Say that no hint is left: there is nothing to mask."""
        return not self.exact and not self.folded

    def mask(self, line: str) -> str:
        """Mask every secret in ``line`` that stands on this line alone."""
        wanted: set[int] = set()
        for hint, rows in self.exact:
            if hint in line:
                wanted.update(rows)
        if self.folded:
            lower = line.lower()
            for hint, rows in self.folded:
                if hint in lower:
                    wanted.update(rows)
        for row in sorted(wanted):
            line = KINDS[row].mask(line)
        return line


def _hints(kinds: tuple[SecretKind, ...], *, fold: bool) -> tuple[tuple[str, tuple[int, ...]], ...]:
    table: dict[str, tuple[int, ...]] = {}
    for row, kind in enumerate(kinds):
        if kind.fold is fold:
            for hint in kind.hints:
                table[hint] = (*table.get(hint, ()), row)
    return tuple(table.items())


FULL = Screen(exact=_hints(KINDS, fold=False), folded=_hints(KINDS, fold=True))
