"""What a model is shown of a diagnosis: proved findings, numbered evidence, passages of runbooks, things to read next.

Findings that are matched or inferred are not shown, only what was read for them: that much is proved. Text is redacted
again and made one line, so that nothing of it can act.
"""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from core.evidence import Evidence, LogSource, ObjectRef
from core.phrase import Language, Phrase
from core.redaction import redact
from diagnose.findings import Diagnosis, Finding, Remedy, Verdict
from diagnose.render.words import one_line, spoken_evidence, spoken_trigger
from diagnose.runbooks import Part, runbook

Certainty = Literal["proved", "matched", "inferred"]
PASSAGES = (Part.MEANING, Part.CAUSES, Part.ACTIONS)
PASSAGE_CHARS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much may be shown: findings, pieces of evidence for each, and codes whose runbook comes along."""

    findings: int
    evidence: int
    runbooks: int


ROOMS = (
    Room(findings=8, evidence=6, runbooks=4),
    Room(findings=4, evidence=5, runbooks=2),
    Room(findings=2, evidence=4, runbooks=1),
    Room(findings=1, evidence=3, runbooks=0),
)
"""From generous to narrow: the first whose prompt fits is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """One piece of evidence under its number. ``certainty`` is that of the finding which it was read for.

    ``object`` is the workload or other object that it is about, which may be another than the one it stands in.
    """

    number: int
    text: str
    object: str
    log: bool
    finding: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A proved finding. ``facts`` is what the rules say of it, ``advice`` the product's own words on what to do."""

    id: str
    code: str
    severity: str
    object: str
    summary: str
    expected: str
    actual: str
    changed: str
    remedies: tuple[str, ...]
    commands: tuple[str, ...]
    facts: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something to read next, written by the product. It changes nothing."""

    number: int
    command: str
    why: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of a runbook."""

    finding: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything that a model is shown, and against which its answer is checked."""

    language: Language
    verdict: Verdict
    target: str
    findings: tuple[Told, ...]
    evidence: tuple[Numbered, ...]
    checks: tuple[Check, ...]
    passages: tuple[Passage, ...]


def material(diagnosis: Diagnosis, language: Language, room: Room = ROOMS[0]) -> Material:
    """Choose what is shown: causes first, then what they explain, as far as there is room."""
    causes = diagnosis.findings[: room.findings]
    chosen = {finding.id for finding in causes}
    symptoms = [entry.finding for entry in diagnosis.folded if entry.explained_by in chosen]
    findings = (*causes, *symptoms[: room.findings])
    sure = [finding for finding in findings if finding.confidence.word == "proved"]
    return Material(
        language=language,
        verdict=diagnosis.verdict,
        target=_line(diagnosis.target.in_language(language)),
        findings=tuple(_told(finding, language) for finding in sure),
        evidence=tuple(_numbered(findings, room.evidence)),
        checks=tuple(_checks(diagnosis, causes)),
        passages=tuple(_passages(sure, language, room.runbooks)),
    )


def _numbered(findings: Iterable[Finding], each: int) -> Iterator[Numbered]:
    number = 0
    seen: set[str] = set()
    for finding in findings:
        for entry in finding.evidence[:each]:
            text = _spoken(entry)
            if text in seen:
                continue
            seen.add(text)
            number += 1
            yield Numbered(
                number=number,
                text=text,
                object=_line(f"{finding.object} {finding.part}".rstrip()),
                log=isinstance(entry.source, LogSource),
                finding=finding.id,
                certainty=finding.confidence.word,
            )


def _spoken(evidence: Evidence) -> str:
    return spoken_evidence(replace(evidence, quote=redact(evidence.quote)), "en")


def _told(finding: Finding, language: Language) -> Told:
    changed = spoken_trigger(finding.trigger, language) if finding.trigger else ""
    both = [finding.summary.en, finding.summary.zh, finding.expected, finding.actual, finding.code, finding.variant]
    both += [spoken_trigger(finding.trigger, "en")] if finding.trigger else []
    both += [str(finding.object), finding.object.slug, finding.part, *finding.near]
    both += [str(reach.ref) for reach in (*finding.affected[:20], *finding.chain[:20])]
    return Told(
        id=finding.id,
        code=finding.code,
        severity=finding.severity.value,
        object=_line(str(finding.object)),
        summary=_line(finding.summary.in_language(language), 900),
        expected=_line(finding.expected),
        actual=_line(finding.actual),
        changed=_line(changed, 600),
        remedies=tuple(_line(remedy.summary.in_language(language), 600) for remedy in finding.remedies),
        commands=tuple(redact(line) for remedy in finding.remedies for line in _commands(remedy)),
        facts=redact(" \n ".join(filter(None, both))),
        advice=redact(" \n ".join(f"{remedy.summary.en} \n {remedy.summary.zh}" for remedy in finding.remedies)),
    )


def _commands(remedy: Remedy) -> Iterator[str]:
    yield from filter(None, (remedy.command, remedy.verify, remedy.undo))


def _checks(diagnosis: Diagnosis, findings: Iterable[Finding]) -> Iterator[Check]:
    """Offer what the rules would read next, and each cause's object itself."""
    offered: dict[str, Phrase] = {}
    for finding in findings:
        for check in finding.next_checks:
            offered.setdefault(check.command, check.why)
        if not finding.absent:
            why = Phrase(en=f"what the cluster says of {finding.object}", zh=f"集群对 {finding.object} 的描述")
            offered.setdefault(_described(finding.object), why)
    for entry in diagnosis.unexplained[:6]:
        offered.setdefault(entry.next_check.command, entry.next_check.why)
    for number, (command, why) in enumerate(offered.items(), start=1):
        yield Check(number=number, command=redact(command), why=why)


def _described(ref: ObjectRef) -> str:
    space = f"-n {shlex.quote(ref.namespace)} " if ref.namespace else ""
    return f"kubectl {space}describe {shlex.quote(ref.slug)}"


def _passages(findings: Iterable[Finding], language: Language, codes: int) -> Iterator[Passage]:
    first: dict[str, str] = {}
    for finding in findings:
        first.setdefault(finding.code, finding.id)
    for code, finding_id in list(first.items())[:codes]:
        book = runbook(code, language)
        if book is None:
            continue
        for part in PASSAGES:
            if text := book.sections.get(part):
                yield Passage(finding=finding_id, heading=part.value, text=text[:PASSAGE_CHARS])


def _line(text: str, limit: int = 300) -> str:
    return one_line(redact(text), limit)
