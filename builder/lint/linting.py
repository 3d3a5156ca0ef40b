"""Run all rules over a Dockerfile, without what its author has silenced."""

import re
from collections.abc import Iterator

from builder.lint.model import Finding, Hit, Rule, Severity, Surroundings
from builder.lint.rules import RULES
from builder.lint.source import Source, source_of
from core.evidence import Evidence, FileSource
from core.phrase import Phrase
from core.redaction import redact

_IGNORED = re.compile(
    r"^(?:hadolint|sextant)\s+(?P<all>global\s+)?ignore\s*=\s*(?P<names>[\w.,\s-]+?)(?:\s+#.*|\s*:.*)?$"
)
_SKIPPED = re.compile(r"^check\s*=\s*(?:.*;)?skip=(?P<names>[\w,\s]+)")
MAX_QUOTE = 200
"""Characters of a line that are quoted."""

BROKEN = "file.broken"


def linted(text: str, path: str = "Dockerfile", around: Surroundings = Surroundings()) -> tuple[Finding, ...]:  # noqa: B008 - frozen
    """Return what is wrong with a Dockerfile, in the order of its lines."""
    source = source_of(text, path)
    if source is None:
        why = Phrase(en="No instruction FROM: this is no Dockerfile.", zh="没有 FROM 指令：这不是 Dockerfile。")
        evidence = Evidence(source=FileSource(path=path, line=0), quote=path)
        return (Finding(code=BROKEN, severity=Severity.ERROR, text=why, evidence=evidence),)
    everywhere = frozenset(_named(source))
    found: dict[tuple[str, int, str], Finding] = {}
    for one in RULES:
        if one.names & everywhere:
            continue
        for hit in one.look(source, around):
            if not one.names & _silenced(source, hit.line):
                found.setdefault((one.code, hit.line, hit.text.en), _finding(source, one, hit))
    return tuple(sorted(found.values(), key=lambda each: (each.line, _ORDER[each.severity], each.code)))


_ORDER = {severity: at for at, severity in enumerate(Severity)}


def _finding(source: Source, one: Rule, hit: Hit) -> Finding:
    raw = source.lines[hit.line - 1].strip() if 0 < hit.line <= len(source.lines) else ""
    quote = _safe(raw)[:MAX_QUOTE].rstrip()
    where = FileSource(path=source.path, line=hit.line if quote else 0)
    return Finding(
        code=one.code,
        severity=one.severity,
        text=hit.text,
        evidence=Evidence(source=FileSource(path=source.path, line=hit.line) if raw else where, quote=quote or raw[:3]),
        edit=hit.edit,
        hadolint=one.hadolint,
    )


def _safe(line: str) -> str:
    """Return the part of a line before its first secret."""
    masked = redact(line)
    same = next((at for at, (left, right) in enumerate(zip(line, masked, strict=False)) if left != right), len(line))
    return line[:same].rstrip()


def _named(source: Source) -> Iterator[str]:
    """Tell what is silenced in the whole file."""
    for line in source.lines:
        plain = line.strip()
        if not plain.startswith("#"):
            continue
        told = plain.lstrip("# ").strip()
        if (found := _SKIPPED.match(told)) or ((found := _IGNORED.match(told)) and found["all"]):
            yield from _split(found["names"])


def _silenced(source: Source, line: int) -> frozenset[str]:
    """Return what is silenced for the instruction that holds a line: by comments directly above it."""
    part = next((one for one in source.each if one.line <= line <= one.last), None)
    told = [found for one in (part.above if part is not None else ()) if (found := _IGNORED.match(one))]
    return frozenset(name for one in told for name in _split(one["names"]))


def _split(names: str) -> list[str]:
    return [one for one in re.split(r"[,\s]+", names) if one]
