"""A diagnosis as HTML: the same parts in the same order as in the terminal."""

from collections.abc import Iterable

from api.pages.layout import safe, tag
from api.pages.words import word
from core.phrase import Language
from diagnose.findings import Diagnosis, Finding, Remedy, Trigger, Verdict
from diagnose.render.document import timestamp
from diagnose.render.words import (
    RISKS,
    SEVERITIES,
    VERDICTS,
    WHO,
    certainty,
    heading,
    one_line,
    spoken_dry_run,
    spoken_evidence,
    spoken_trigger,
    title,
)

MAX_LISTED = 50
"""Entries of one list: more than anybody reads, fewer than a browser minds."""


def diagnosis_html(diagnosis: Diagnosis, language: Language) -> str:
    """Return everything that a diagnosis says."""
    verdict = tag(diagnosis.verdict.value, VERDICTS[diagnosis.verdict].in_language(language))
    parts = [
        f"<h1>{verdict} {safe(diagnosis.target.in_language(language))}</h1>",
        f"<p>{_line(diagnosis.summary.in_language(language))}</p>",
        f'<p class="soft">{title("as_of", language)} {timestamp(diagnosis.now)} · {safe(diagnosis.origin)}</p>',
        *(_finding(diagnosis, finding, language) for finding in diagnosis.findings),
    ]
    if not diagnosis.findings:
        calm = diagnosis.verdict is Verdict.HEALTHY
        parts.append(f"<p>{word('healthy' if calm else 'no_findings', language)}</p>")
    again = title("again", language)
    parts.append(
        _list(
            title("progress", language),
            (
                f"{safe(entry.object)}: {_line(entry.reason.in_language(language))} ({again} {timestamp(entry.until)})"
                for entry in diagnosis.in_progress
            ),
        )
    )
    parts.append(
        _list(
            title("unexplained", language),
            (
                f"{safe(entry.object)}: {_line(entry.state.in_language(language))}{_command(entry.next_check.command)}"
                for entry in diagnosis.unexplained
            ),
        )
    )
    parts.append(
        _list(
            title("ruled_out", language),
            (f"{safe(entry.object)}: {_line(entry.reason.in_language(language))}" for entry in diagnosis.ruled_out),
        )
    )
    parts.append(_list(title("checked", language), (safe(entry.in_language(language)) for entry in diagnosis.checked)))
    parts.append(_list(title("unseen", language), _gaps(diagnosis)))
    parts.append(_list(title("notes", language), (safe(entry.in_language(language)) for entry in diagnosis.notes)))
    return "".join(parts)


def _finding(diagnosis: Diagnosis, finding: Finding, language: Language) -> str:
    head = heading(finding, language)
    sides = [
        f"<li>{title(key, language)}: <code>{_line(value)}</code></li>"
        for key, value in (
            ("expected", finding.expected),
            ("actual", finding.actual),
            ("near", ", ".join(finding.near)),
        )
        if value
    ]
    return (
        f"<section><h2>{head}: {_line(finding.summary.in_language(language))}</h2>"
        f'<p class="soft">{safe(finding.code)} · {safe(finding.object)} · '
        f"{SEVERITIES[finding.severity].in_language(language)} · "
        f"{safe(certainty(finding.confidence, language))}</p>"
        + (f"<ul>{''.join(sides)}</ul>" if sides else "")
        + (_changed(finding.trigger, language) if finding.trigger else "")
        + _list(title("evidence", language), (safe(spoken_evidence(entry, language)) for entry in finding.evidence), 3)
        + "".join(
            _remedy(remedy, title("or" if index else "fix", language), language)
            for index, remedy in enumerate(finding.remedies)
        )
        + "".join(
            f"<h3>{title('next', language)}</h3><p>{_line(check.why.in_language(language))}</p>"
            f"{_command(check.command)}"
            for check in finding.next_checks
        )
        + _list(title("folded", language), _folded(diagnosis, finding, language), 3)
        + "</section>"
    )


def _changed(change: Trigger, language: Language) -> str:
    return f"<h3>{title('trigger', language)}</h3><p>{safe(spoken_trigger(change, language))}</p>"


def _remedy(remedy: Remedy, head: str, language: Language) -> str:
    parts = [f"<h3>{head}</h3><p>{_line(remedy.summary.in_language(language))}</p>"]
    if remedy.command:
        risk, who = RISKS[remedy.risk].in_language(language), WHO[remedy.who].in_language(language)
        parts.append(_command(remedy.command))
        parts.append(f'<p class="soft">{title("risk", language)}: {risk} · {title("who", language)}: {who}</p>')
    if remedy.dry_run:
        said = safe(spoken_dry_run(remedy.dry_run, language))
        diff = f"<pre>{safe(chr(10).join(remedy.dry_run.diff))}</pre>" if remedy.dry_run.diff else ""
        parts.append(f"<h3>{title('dry_run', language)}</h3><p>{said}</p>{diff}")
    if remedy.estimate:
        said = _line(remedy.estimate.in_language(language))
        parts.append(f'<p class="soft">{title("estimate", language)}: {said}</p>')
    if remedy.verify:
        expect = f"<p>→ {_line(remedy.expect.in_language(language))}</p>" if remedy.expect else ""
        parts.append(f"<h3>{title('verify', language)}</h3>{_command(remedy.verify)}{expect}")
    if remedy.undo:
        parts.append(f"<h3>{title('undo', language)}</h3>{_command(remedy.undo)}")
    return "".join(parts)


def _folded(diagnosis: Diagnosis, finding: Finding, language: Language) -> Iterable[str]:
    for entry in diagnosis.folded:
        if entry.explained_by == finding.id:
            yield f"{safe(entry.finding.code)}: {_line(entry.finding.summary.in_language(language))}"


def _gaps(diagnosis: Diagnosis) -> Iterable[str]:
    for gap in diagnosis.coverage.gaps:
        yield _line(f"{gap.kind} {gap.namespace} ({gap.state}: {gap.note})")
    for note in diagnosis.coverage.notes:
        yield _line(note)


def _list(heading: str, entries: Iterable[str], level: int = 2) -> str:
    """Return a heading with a list of HTML entries, or nothing when there are none."""
    shown = list(entries)
    if not shown:
        return ""
    items = "".join(f"<li>{entry}</li>" for entry in shown[:MAX_LISTED])
    more = f"<li>… {len(shown) - MAX_LISTED}</li>" if len(shown) > MAX_LISTED else ""
    return f"<h{level}>{heading}</h{level}><ul>{items}{more}</ul>"


def _command(command: str) -> str:
    return f"<pre>{safe(command)}</pre>" if command else ""


def _line(foreign: str) -> str:
    return safe(one_line(foreign, 900))
