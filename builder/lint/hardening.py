"""A hardened form of a Dockerfile, as a proposal: its text, the difference, what was changed and what was not.

Edits are made one round after the other, and the result is reviewed again until nothing is left to edit: so hardening
twice is hardening once. Everything that no edit touches stays as it was, comments and blanks too.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder.lint.linting import linted
from builder.lint.model import Edit, Finding, Surroundings
from builder.lint.source import source_of
from core.phrase import Phrase

MAX_ROUNDS = 20
"""Edits that bring others forth are a few; more would be two rules that undo each other."""

_TRIAL = Phrase(
    en="It may change what the program finds or may do: it needs a build and a trial.",
    zh="可能改变程序的环境或权限：需要构建并试运行。",
)
_PERSON = Phrase(
    en="What is meant, only a person can say.",
    zh="只有人能决定该怎么改。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edit that was made, by the finding that it answers. Its line is that of the text of its round."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A finding that stays, and why."""

    finding: Finding
    why: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the file could be. ``diff`` is empty where nothing would change."""

    text: str
    diff: str
    made: tuple[Change, ...]
    left: tuple[Left, ...]


def hardened(
    text: str,
    path: str = "Dockerfile",
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
    *,
    tried: bool = False,
) -> Proposal:
    """Return the hardened form. ``tried``: with the edits too that a build and a trial must prove."""
    now, made = text, []
    for _ in range(MAX_ROUNDS):
        chosen = list(_chosen(linted(now, path, around), tried=tried))
        changed = _edited(now, [one.edit for one in chosen if one.edit is not None])
        if changed == now or source_of(changed, path) is None:
            break
        made += [Change(finding=one) for one in chosen]
        now = changed
    return Proposal(
        text=now,
        diff=_difference(text, now, path),
        made=tuple(made),
        left=tuple(
            Left(finding=one, why=_TRIAL if one.edit is not None else _PERSON) for one in linted(now, path, around)
        ),
    )


def _chosen(findings: Sequence[Finding], *, tried: bool) -> Iterator[Finding]:
    """Tell the findings whose edits may be made at once: those that touch the same place wait for the next round."""
    end = -1
    edits = [one for one in findings if one.edit is not None and (one.edit.sure or tried)]
    for one in sorted(edits, key=_place):
        if one.edit is not None and one.edit.begin > end:
            end = max(one.edit.end, one.edit.begin)
            yield one


def _place(finding: Finding) -> tuple[int, int]:
    edit = finding.edit
    return (edit.begin, edit.end) if edit is not None else (0, 0)


def _edited(text: str, edits: Sequence[Edit]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    parts: list[str] = []
    at = 0
    for one in edits:
        parts += [text[at : one.begin], one.text.replace("\n", end)]
        at = one.end
    return "".join([*parts, text[at:]])


def _difference(before: str, after: str, path: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
