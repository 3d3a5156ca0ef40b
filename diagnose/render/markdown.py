"""A diagnosis as Markdown: for tickets, chats and documents."""

from collections.abc import Iterator

from core.phrase import Language
from diagnose.findings import Diagnosis, Finding, Remedy
from diagnose.render.document import timestamp
from diagnose.render.words import (
    RISKS,
    SEVERITIES,
    VERDICTS,
    certainty,
    one_line,
    printable,
    spoken_dry_run,
    spoken_evidence,
    spoken_trigger,
    title,
)

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|!"})


def markdown(diagnosis: Diagnosis, language: Language = "en") -> str:
    """Write a diagnosis as Markdown, ending with a newline. Text from the cluster cannot become markup."""
    return "\n".join(_lines(diagnosis, language)) + "\n"


def _lines(diagnosis: Diagnosis, language: Language) -> Iterator[str]:
    yield f"# {VERDICTS[diagnosis.verdict].in_language(language)}: {_safe(diagnosis.target.in_language(language))}"
    yield ""
    yield _safe(diagnosis.summary.in_language(language))
    yield ""
    yield f"*{title('as_of', language)} {timestamp(diagnosis.now)} · {_safe(diagnosis.origin)}*"
    for finding in diagnosis.findings:
        yield from _finding(finding, language)
        symptoms = [entry.finding for entry in diagnosis.folded if entry.explained_by == finding.id]
        if symptoms:
            yield from ("", f"**{title('folded', language)}**", "")
            yield from (f"- {entry.code}: {_safe(entry.summary.in_language(language))}" for entry in symptoms)
    if diagnosis.unexplained:
        yield from ("", f"## {title('unexplained', language)}", "")
        for left in diagnosis.unexplained:
            yield f"- {_safe(str(left.object))}: {_safe(left.state.in_language(language))}"
            yield from ("", *_block(left.next_check.command))
    if diagnosis.ruled_out:
        yield from ("", f"## {title('ruled_out', language)}", "")
        for entry in diagnosis.ruled_out:
            yield f"- {_safe(str(entry.object))}: {_safe(entry.reason.in_language(language))}"
    if diagnosis.checked:
        yield from ("", f"## {title('checked', language)}", "")
        yield from (f"- {phrase.in_language(language)}" for phrase in diagnosis.checked)
    gaps = [f"{entry.kind} {entry.namespace} ({entry.state}: {entry.note})" for entry in diagnosis.coverage.gaps]
    if gaps or diagnosis.coverage.notes:
        yield from ("", f"## {title('unseen', language)}", "")
        yield from (f"- {_safe(gap)}" for gap in (*gaps, *diagnosis.coverage.notes))


def _finding(finding: Finding, language: Language) -> Iterator[str]:
    yield from ("", f"## {finding.code}: {_safe(str(finding.object))}", "")
    yield _safe(finding.summary.in_language(language))
    yield ""
    yield f"{SEVERITIES[finding.severity].in_language(language)} · {_safe(certainty(finding.confidence, language))}"
    if finding.expected or finding.actual:
        yield ""
        yield f"- {title('expected', language)}: {_safe(finding.expected)}"
        yield f"- {title('actual', language)}: {_safe(finding.actual)}"
    if finding.near:
        yield f"- {title('near', language)}: {_safe(', '.join(finding.near))}"
    if finding.trigger:
        yield from ("", f"**{title('trigger', language)}**: {_safe(spoken_trigger(finding.trigger, language))}")
    yield from ("", f"**{title('evidence', language)}**", "")
    yield from (f"- {_safe(spoken_evidence(entry, language))}" for entry in finding.evidence)
    for index, remedy in enumerate(finding.remedies):
        yield from _remedy(remedy, title("fix" if index == 0 else "or", language), language)
    for check in finding.next_checks:
        yield from ("", f"**{title('next', language)}**: {_safe(check.why.in_language(language))}", "")
        yield from _block(check.command)


def _remedy(remedy: Remedy, head: str, language: Language) -> Iterator[str]:
    yield from ("", f"**{head}**: {_safe(remedy.summary.in_language(language))}")
    if remedy.command:
        yield ""
        yield from _block(remedy.command)
        yield f"{title('risk', language)}: {RISKS[remedy.risk].in_language(language)}"
    if remedy.dry_run:
        said = spoken_dry_run(remedy.dry_run, language)
        yield from ("", f"**{title('dry_run', language)}**: {_safe(said)}")
        if remedy.dry_run.diff:
            yield from ("", *_block("\n".join(remedy.dry_run.diff)))
    if remedy.verify:
        yield from ("", f"**{title('verify', language)}**", "")
        yield from _block(remedy.verify)
    if remedy.undo:
        yield from ("", f"**{title('undo', language)}**", "")
        yield from _block(remedy.undo)


def _block(command: str) -> Iterator[str]:
    yield "````sh"
    yield printable(command).replace("````", "`` ``")
    yield "````"


def _safe(foreign: str) -> str:
    return one_line(foreign, 900).translate(_MARKUP)
