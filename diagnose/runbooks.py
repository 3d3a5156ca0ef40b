"""The runbook of a code: what it means and what to do, in English and Chinese.

This is the one place of ``diagnose`` that opens files. Runbooks are written as Markdown, so that people can read and
correct them and the knowledge base can index the same text; they belong to the installation, not to what is diagnosed,
so the same input still gives the same diagnosis.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from core.data import data_file
from core.phrase import Language
from diagnose.catalogue import BY_CODE, BY_ID


class Part(StrEnum):
    """The sections of a runbook, in their order. The value is stable; ``HEADINGS`` gives what a reader sees."""

    MEANING = "meaning"
    SIGNS = "signs"
    CAUSES = "causes"
    ACTIONS = "actions"
    CHECK = "check"
    UNDO = "undo"
    RIVALS = "rivals"


HEADINGS: Mapping[Language, Mapping[Part, str]] = {
    "en": {
        Part.MEANING: "What it means",
        Part.SIGNS: "How it shows",
        Part.CAUSES: "Why it happens",
        Part.ACTIONS: "What to do",
        Part.CHECK: "Check that it worked",
        Part.UNDO: "Undo",
        Part.RIVALS: "Not to be confused with",
    },
    "zh": {
        Part.MEANING: "这是什么意思",
        Part.SIGNS: "有哪些表现",
        Part.CAUSES: "为什么会发生",
        Part.ACTIONS: "怎么处理",
        Part.CHECK: "确认已恢复",
        Part.UNDO: "如何撤销",
        Part.RIVALS: "不要与这些混淆",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """One runbook in one language. ``text`` is Markdown without the front matter; ``sections`` its parts, in order.

    ``meta`` is the front matter, keys and values as written. Links lead to the files of other runbooks:
    ``oom-killed.en.md``.
    """

    id: str
    code: str
    title: str
    language: Language
    text: str
    sections: Mapping[Part, str]
    meta: Mapping[str, str]


@cache
def runbook(code_or_id: str, language: Language) -> Runbook | None:
    """Return the runbook of a code (``OOMKilled``) or an id (``oom-killed``), or None for an unknown one.

    Raises ``FileNotFoundError`` when the code is known and this installation lacks its file.
    """
    entry = BY_CODE.get(code_or_id) or BY_ID.get(code_or_id)
    if entry is None:
        return None
    source = data_file(f"knowledge/runbooks/{entry.id}.{language}.md").read_text(encoding="utf-8")
    meta, text = _front_matter(source)
    return Runbook(
        id=entry.id,
        code=entry.code,
        title=entry.title.in_language(language),
        language=language,
        text=text,
        sections=_sections(text, language),
        meta=meta,
    )


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    """Split the lines between the two ``---`` from the text. They hold one ``key: value`` each."""
    _, head, text = re.split(r"^---\n", source, maxsplit=2, flags=re.MULTILINE)
    pairs = (line.partition(": ") for line in head.splitlines() if line)
    return {key: value for key, _, value in pairs}, text.strip() + "\n"


def _sections(text: str, language: Language) -> dict[Part, str]:
    """Cut the text at its known headings."""
    parts = {heading: part for part, heading in HEADINGS[language].items()}
    chunks = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {parts[heading]: body.strip() for heading, body in zip(chunks[::2], chunks[1::2], strict=True)}
