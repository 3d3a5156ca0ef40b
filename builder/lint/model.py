"""What a review says: findings with their line, and what an edit would change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from posixpath import join, normpath
from typing import TYPE_CHECKING

from builder.tree import Tree
from core.evidence import Evidence, FileSource
from core.phrase import Phrase

if TYPE_CHECKING:
    from builder.lint.source import Source


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """It does not build, does not do what stands there, or gives something away."""
    WARNING = "warning"
    """It works today; it is unsafe, or breaks when something outside changes."""
    ADVICE = "advice"
    """It could be smaller, faster or easier to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace the characters from ``begin`` to ``end`` by ``text``; both count from the begin of the file.

    ``sure``: nothing changes that the program does, or the file did not build before. Else a trial must prove it.
    """

    begin: int
    end: int
    text: str
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule has found on a line."""

    line: int
    text: Phrase
    edit: Edit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known beside the Dockerfile. ``port`` is the plan's; ``context`` the folder of ``tree`` that is sent."""

    port: int | None = None
    tree: Tree | None = None
    context: str = ""

    def holds(self, name: str) -> bool | None:
        """Say whether the context holds a file or folder; None where nobody knows. Patterns are not followed."""
        if self.tree is None or any(sign in name for sign in "*?[$"):
            return None
        path = normpath(join(self.context, name.lstrip("/")))
        return path in {".", ""} or path in self.tree or self.tree.has_folder(path)

    def is_folder(self, name: str) -> bool:
        """Say whether a name is known to be a folder of the context."""
        path = normpath(join(self.context, name.lstrip("/")))
        return path == "." or (self.tree is not None and self.tree.has_folder(path))

    def text(self, name: str) -> str | None:
        """Return the text of a file of the context."""
        return None if self.tree is None else self.tree.text(normpath(join(self.context, name.lstrip("/"))))


Look = Callable[["Source", Surroundings], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that is looked for. ``code`` is stable; ``hadolint`` and ``check`` are what others call it.

    ``docs`` is the page that says why.
    """

    code: str
    severity: Severity
    look: Look
    docs: str
    hadolint: tuple[str, ...] = ()
    check: str = ""

    @property
    def title(self) -> str:
        """What is looked for, in one line."""
        return (self.look.__doc__ or "").partition("\n")[0]

    @property
    def names(self) -> frozenset[str]:
        """All names by which a comment may silence it."""
        return frozenset((self.code, self.check, *self.hadolint)) - {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. ``hadolint`` are the codes of the same rule there."""

    code: str
    severity: Severity
    text: Phrase
    evidence: Evidence
    edit: Edit | None = None
    hadolint: tuple[str, ...] = field(default=())

    @property
    def line(self) -> int:
        """The line that it is about, counted from 1."""
        return self.evidence.source.line if isinstance(self.evidence.source, FileSource) else 0


def rule(
    code: str, severity: Severity, docs: str, *, hadolint: tuple[str, ...] = (), check: str = ""
) -> Callable[[Look], Rule]:
    """Make a rule of the function that looks."""
    return lambda look: Rule(code=code, severity=severity, look=look, docs=docs, hadolint=hadolint, check=check)


def hit(line: int, en: str, zh: str, edit: Edit | None = None) -> Hit:
    """Return a hit in both languages."""
    return Hit(line=line, text=Phrase(en=en, zh=zh), edit=edit)
