"""What helped the last time: the fixes that people confirmed, beside the causes of a diagnosis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from api.context import Services
from core.errors import SextantError
from core.evidence import ObjectRef
from core.identity import Caller
from core.phrase import Language, Phrase
from diagnose.findings import Diagnosis, Finding
from diagnose.render.words import one_line
from kb.events import Remedy, Subject
from kb.stores import namespace_label

log = structlog.get_logger("sextant.http")

CAUSES = 5
"""Causes that are looked up: those after the fifth are seldom read, and each is a question to the database."""
OFFERED = 3
"""Fixes for one cause. A person tries one or two."""

TITLE = Phrase(en="Worked before", zh="以前有效的做法")
MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|!"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What was tried before against one cause, the best first."""

    finding: str
    remedies: tuple[Remedy, ...]


async def experience(services: Services, caller: Caller, diagnosis: Diagnosis) -> tuple[Experience, ...]:
    """Return what the caller may know of earlier fixes of these causes; nothing where no memory is open.

    A diagnosis is complete without it, so that a fault of the memory is logged and costs nothing.
    """
    knowledge = services.context.knowledge
    if knowledge is None or knowledge.trouble is not None:
        return ()
    roots = [root for root in diagnosis.roots[:CAUSES] if root.object.namespace]
    try:
        access = await services.rights.access(caller, {namespace_label(root.object.namespace) for root in roots})
        found = [
            Experience(
                finding=root.id,
                remedies=await knowledge.parts.events.worked_before(access, subject_of(root), limit=OFFERED),
            )
            for root in roots
        ]
    except SextantError as exc:
        log.warning("what worked before could not be looked up", reason=exc.message)
        return ()
    return tuple(one for one in found if one.remedies)


def subject_of(finding: Finding) -> Subject:
    """Return what a cause is compared by: its code, what it says, and whose it is."""
    return Subject(
        code=finding.code,
        variant=finding.variant,
        message=finding.actual,
        workload=workload(finding.object),
        namespace=finding.object.namespace,
    )


def workload(ref: ObjectRef) -> str:
    """Return the object as incidents name it: ``Deployment/checkout``."""
    return f"{ref.kind}/{ref.name}"


def document(found: Sequence[Experience]) -> list[dict[str, Any]]:
    """Return it as plain data."""
    return [
        {
            "finding": one.finding,
            "fixes": [
                {
                    "fix": remedy.fix,
                    "worked": remedy.worked,
                    "failed": remedy.failed,
                    "last_at": remedy.last_at.isoformat(),
                    "author": remedy.author,
                    "says": {"en": remedy.says.en, "zh": remedy.says.zh},
                }
                for remedy in one.remedies
            ],
        }
        for one in found
    ]


def text(found: Sequence[Experience], language: Language) -> str:
    """Return it for a terminal, empty where there is nothing to say."""
    return "".join(f"{line}\n" for line in _lines(found, language, TITLE.in_language(language), "  - "))


def markdown(found: Sequence[Experience], language: Language) -> str:
    """Return it as Markdown, empty where there is nothing to say. What people wrote cannot become markup."""
    lines = [line.translate(MARKUP) for line in _lines(found, language, "", "")][1:]
    return f"\n## {TITLE.in_language(language)}\n\n" + "".join(f"- {line}\n" for line in lines) if lines else ""


def _lines(found: Sequence[Experience], language: Language, title: str, mark: str) -> Iterator[str]:
    said = dict.fromkeys(remedy.says.in_language(language) for one in found for remedy in one.remedies)
    if said:
        yield title
        yield from (f"{mark}{one_line(sentence)}" for sentence in said)
