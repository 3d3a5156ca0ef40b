"""A diagnosis as terminal text: the answer first, then what carries it."""

from collections.abc import Callable, Iterator
from itertools import islice

from cluster.snapshot import KindCoverage
from core.phrase import Language
from diagnose.findings import Diagnosis, Finding, Remedy, Verdict
from diagnose.render.document import timestamp
from diagnose.render.words import (
    RISKS,
    SEVERITIES,
    VERDICTS,
    WHO,
    certainty,
    heading,
    one_line,
    printable,
    spoken_dry_run,
    spoken_evidence,
    spoken_trigger,
    title,
)

Paint = Callable[[str, str], str]
"""``paint(style, text)`` with styles ``failing``, ``degraded``, …, ``title``, ``command``, ``dim``."""

MAX_EVIDENCE = 4
MAX_LISTED = 6
MAX_DIFF = 16
MAX_WORKLOADS = 40


def unpainted(_style: str, text: str) -> str:
    """Return the text as it is."""
    return text


def text(diagnosis: Diagnosis, language: Language = "en", paint: Paint = unpainted) -> str:
    """Write a diagnosis for a terminal, ending with a newline."""
    return "\n".join(_lines(diagnosis, language, paint)) + "\n"


def _lines(diagnosis: Diagnosis, language: Language, paint: Paint) -> Iterator[str]:
    word = VERDICTS[diagnosis.verdict].in_language(language)
    many = len(diagnosis.roots) > 1
    # One cause stands in full below: saying it in the first line too would only push it down.
    said = _counted(diagnosis, language) if len(diagnosis.roots) == 1 else diagnosis.summary.in_language(language)
    yield f"{paint(diagnosis.verdict.value, word)}  {one_line(said, 900)}"
    yield paint("dim", f"{title('as_of', language)} {timestamp(diagnosis.now)} · {printable(diagnosis.origin)}")
    yield from _workloads(diagnosis, language, paint)
    for number, finding in enumerate(diagnosis.findings, start=1):
        yield ""
        yield from _finding(diagnosis, finding, f"{number}. " if many else "", language, paint)
    yield from _progress(diagnosis, language, paint)
    yield from _unexplained(diagnosis, language, paint)
    yield from _rest(diagnosis, language, paint)


def _counted(diagnosis: Diagnosis, language: Language) -> str:
    """Write the target and, for a single workload, how many of its pods are ready."""
    label = diagnosis.target.in_language(language)
    if len(diagnosis.workloads) != 1 or not diagnosis.workloads[0].wanted:
        return label
    state = diagnosis.workloads[0]
    if language == "zh":
        return f"{label} · {state.wanted} 个 Pod 中 {state.ready} 个就绪"
    return f"{label} · {state.ready} of {state.wanted} pods ready"


def _workloads(diagnosis: Diagnosis, language: Language, paint: Paint) -> Iterator[str]:
    """List the workloads that are not healthy, each with the number of its cause."""
    ill = [state for state in diagnosis.workloads if state.verdict is not Verdict.HEALTHY]
    if len(diagnosis.workloads) < 2 or not ill:
        return
    numbers = {finding.id: number for number, finding in enumerate(diagnosis.findings, start=1)}
    places = len({state.object.namespace for state in diagnosis.workloads}) > 1
    yield ""
    for state in ill[:MAX_WORKLOADS]:
        word = VERDICTS[state.verdict].in_language(language)
        name = f"{state.object.namespace}/{state.object.slug}" if places else state.object.slug
        cause = f"  → {numbers[state.cause]}" if state.cause in numbers else ""
        yield f"  {paint(state.verdict.value, word)}  {printable(name)}  {state.ready}/{state.wanted}{cause}"
    if len(ill) > MAX_WORKLOADS:
        yield f"  … {len(ill) - MAX_WORKLOADS} {title('more', language)}"


def _finding(diagnosis: Diagnosis, finding: Finding, number: str, language: Language, paint: Paint) -> Iterator[str]:
    head = heading(finding, language)
    variant = f" ({finding.variant})" if finding.variant else ""
    yield f"{paint('title', number + head)}  {one_line(finding.summary.in_language(language), 900)}"
    severity = SEVERITIES[finding.severity].in_language(language)
    yield paint(
        "dim", f"  {finding.code}{variant} · {finding.object} · {severity} · {certainty(finding.confidence, language)}"
    )
    if finding.expected or finding.actual:
        yield f"  {title('expected', language)}: {one_line(finding.expected)}"
        yield f"  {title('actual', language)}:   {one_line(finding.actual)}"
    if finding.near:
        yield f"  {title('near', language)}: {one_line(', '.join(finding.near))}"
    if finding.trigger:
        yield f"{paint('title', title('trigger', language))}  {spoken_trigger(finding.trigger, language)}"
    yield paint("title", title("evidence", language))
    for entry in islice(finding.evidence, MAX_EVIDENCE):
        yield f"  - {spoken_evidence(entry, language)}"
    for index, remedy in enumerate(finding.remedies):
        yield from _remedy(remedy, title("fix" if index == 0 else "or", language), language, paint)
    for check in finding.next_checks:
        yield f"{paint('title', title('next', language))}  {one_line(check.why.in_language(language))}"
        yield f"  {paint('command', '$ ' + printable(check.command))}"
    symptoms = [entry.finding for entry in diagnosis.folded if entry.explained_by == finding.id]
    if symptoms:
        yield paint("title", title("folded", language))
        for symptom in symptoms[:MAX_LISTED]:
            yield f"  - {symptom.code}: {one_line(symptom.summary.in_language(language))}"
        yield from _more(len(symptoms), language)


def _remedy(remedy: Remedy, head: str, language: Language, paint: Paint) -> Iterator[str]:
    yield f"{paint('title', head)}  {one_line(remedy.summary.in_language(language), 600)}"
    if remedy.command:
        first, *others = printable(remedy.command).split("\n")
        yield f"  {paint('command', '$ ' + first)}"
        yield from (f"  {paint('command', line)}" for line in others)
        risk, who = RISKS[remedy.risk].in_language(language), WHO[remedy.who].in_language(language)
        yield paint("dim", f"  {title('risk', language)}: {risk} · {title('who', language)}: {who}")
    if remedy.dry_run:
        yield f"{paint('title', title('dry_run', language))}  {spoken_dry_run(remedy.dry_run, language)}"
        yield from (f"  {paint('dim', printable(line))}" for line in remedy.dry_run.diff[:MAX_DIFF])
    if remedy.estimate:
        yield paint("dim", f"  {title('estimate', language)}: {one_line(remedy.estimate.in_language(language))}")
    if remedy.verify:
        expect = f"  → {one_line(remedy.expect.in_language(language))}" if remedy.expect else ""
        yield f"{paint('title', title('verify', language))}"
        yield f"  {paint('command', '$ ' + printable(remedy.verify))}{expect}"
    if remedy.undo:
        yield f"{paint('title', title('undo', language))}"
        yield f"  {paint('command', '$ ' + printable(remedy.undo))}"


def _progress(diagnosis: Diagnosis, language: Language, paint: Paint) -> Iterator[str]:
    if not diagnosis.in_progress:
        return
    yield ""
    yield paint("title", title("progress", language))
    for entry in diagnosis.in_progress[:MAX_LISTED]:
        again = f"{title('again', language)} {timestamp(entry.until)}"
        yield f"  - {entry.object}: {one_line(entry.reason.in_language(language))} ({again})"
    yield from _more(len(diagnosis.in_progress), language)


def _unexplained(diagnosis: Diagnosis, language: Language, paint: Paint) -> Iterator[str]:
    if not diagnosis.unexplained:
        return
    yield ""
    yield paint("title", title("unexplained", language))
    for entry in diagnosis.unexplained[:MAX_LISTED]:
        yield f"  - {entry.object}: {one_line(entry.state.in_language(language))}"
        yield f"    {paint('command', '$ ' + printable(entry.next_check.command))}"
    yield from _more(len(diagnosis.unexplained), language)


def _rest(diagnosis: Diagnosis, language: Language, paint: Paint) -> Iterator[str]:
    colon = ": " if language == "en" else "："
    comma = ", " if language == "en" else "、"
    yield ""
    if diagnosis.ruled_out:
        yield paint("title", title("ruled_out", language))
        for entry in diagnosis.ruled_out[:MAX_LISTED]:
            yield f"  - {entry.object}: {one_line(entry.reason.in_language(language))}"
        yield from _more(len(diagnosis.ruled_out), language)
    if diagnosis.checked:
        listed = comma.join(phrase.in_language(language) for phrase in diagnosis.checked)
        yield f"{paint('title', title('checked', language))}{colon}{listed}"
    gaps = [_gap(entry) for entry in diagnosis.coverage.gaps]
    gaps += [printable(note) for note in diagnosis.coverage.notes]
    if gaps:
        yield paint("title", title("unseen", language))
        yield from (f"  - {one_line(gap)}" for gap in gaps[:MAX_LISTED])
        yield from _more(len(gaps), language)
    for note in diagnosis.notes:
        yield f"{title('notes', language)}{colon}{one_line(note.in_language(language))}"
    runbooks = sorted({finding.runbook for finding in diagnosis.roots})
    if runbooks:
        yield paint("dim", f"{title('runbook', language)}{colon}{', '.join(runbooks)}")


def _gap(entry: KindCoverage) -> str:
    why = ": ".join(filter(None, (entry.state, entry.note)))
    return f"{entry.kind}{_place(entry.namespace)} ({why})"


def _place(namespace: str) -> str:
    return f" in {namespace}" if namespace else ""


def _more(count: int, language: Language) -> Iterator[str]:
    if count > MAX_LISTED:
        yield f"  … {count - MAX_LISTED} {title('more', language)}"
