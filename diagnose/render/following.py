"""What changed since the diagnosis before, as lines of a terminal or as plain data."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from core.phrase import Language, Phrase
from diagnose.findings import Diagnosis, Finding
from diagnose.following import Change, ChangeKind, Step, by_lasting_id
from diagnose.render.document import plain
from diagnose.render.text import Paint, unpainted
from diagnose.render.words import SEVERITIES, VERDICTS, one_line, printable, spoken_dry_run, title

SCHEMA = "sextant.dev/watch/v1"

_WORDS: dict[ChangeKind, Phrase] = {
    "new": Phrase(en="NEW", zh="新增"),
    "changed": Phrase(en="CHANGED", zh="变化"),
    "healed": Phrase(en="HEALED", zh="已恢复"),
}
_STYLES: dict[ChangeKind, str] = {"new": "failing", "changed": "degraded", "healed": "healthy"}
_SINCE = Phrase(en="since", zh="始于")


def step_text(step: Step, diagnosis: Diagnosis, language: Language = "en", paint: Paint = unpainted) -> str:
    """Write what a step tells: one entry for each change, each with its time; empty where there is nothing to tell."""
    return "".join(f"{line}\n" for line in _lines(step, diagnosis, language, paint))


def _lines(step: Step, diagnosis: Diagnosis, language: Language, paint: Paint) -> Iterator[str]:
    found = by_lasting_id(diagnosis.findings)
    for change in step.changes:
        yield from _change(change, found.get(change.root.id), language, paint)
    if step.verdict is not None:
        before, after = (VERDICTS[verdict].in_language(language) for verdict in step.verdict)
        said = one_line(diagnosis.summary.in_language(language), 600)
        yield f"{clock(step.at)}  {before} → {paint(step.verdict[1].value, after)}  {said}"


def _change(change: Change, finding: Finding | None, language: Language, paint: Paint) -> Iterator[str]:
    root = change.root
    word = paint(_STYLES[change.kind], _WORDS[change.kind].in_language(language))
    level = SEVERITIES[root.severity].in_language(language)
    if change.kind == "changed" and change.before is not None:
        level = f"{SEVERITIES[change.before].in_language(language)} → {level}"
    yield f"{clock(change.at)}  {word}  {one_line(root.summary.in_language(language), 900)}"
    since = f"{_SINCE.in_language(language)} {change.since:%Y-%m-%dT%H:%M:%SZ}"
    yield paint("dim", f"          {root.code} · {printable(str(root.object))} · {level} · {since}")
    if change.kind == "healed" or finding is None or not finding.remedies:
        return
    remedy = finding.remedies[0]
    yield f"          {paint('title', title('fix', language))}  {one_line(remedy.summary.in_language(language), 600)}"
    if remedy.command:
        yield from (f"          {paint('command', line)}" for line in f"$ {printable(remedy.command)}".split("\n"))
    if remedy.dry_run:
        yield f"          {paint('title', title('dry_run', language))}  {spoken_dry_run(remedy.dry_run, language)}"


def clock(at: datetime) -> str:
    """Write the time of day in UTC."""
    return f"{at:%H:%M:%SZ}"


def step_documents(step: Step, diagnosis: Diagnosis) -> Iterator[dict[str, Any]]:
    """Yield one document for each change, the causes that stand with the whole finding."""
    found = by_lasting_id(diagnosis.findings)
    for change in step.changes:
        finding = found.get(change.root.id)
        yield entry(
            change.kind,
            change.at,
            {
                "id": change.root.id,
                "severity": change.root.severity,
                "before": change.before,
                "since": change.since,
                "root": change.root,
                **({"finding": finding} if finding and change.kind != "healed" else {}),
            },
        )
    if step.verdict is not None:
        before, after = step.verdict
        yield entry("verdict", step.at, {"before": before, "verdict": after, "summary": diagnosis.summary})


def entry(kind: str, at: datetime, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return one document of the stream: what it is, when it was, and its own fields."""
    return {"schema": SCHEMA, "type": kind, "at": plain(at), **{key: plain(value) for key, value in fields.items()}}
