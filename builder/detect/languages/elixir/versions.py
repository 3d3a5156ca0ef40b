"""Which Elixir a project runs on, and which Erlang/OTP belongs to it."""

import re

from builder.detect.languages.elixir.manifest import Mix
from builder.detect.shared.pins import pins
from builder.detect.shared.spans import Span, after, both, numbers_of
from builder.draft import Draft
from builder.grounds import DECLARED, DEFAULT, STATED
from builder.plan import Runtime
from builder.versions import RELEASES, chosen, release_of
from core.evidence import Evidence
from core.phrase import Phrase

_TERM = re.compile(r"(~>|>=|<=|!=|==|>|<)?\s*(\d+(?:\.\d+)*)")

_OTP = ((17, "27"), (15, "26"), (14, "25"), (12, "24"), (0, "22"))
"""By minor version of Elixir 1, the newest first: an OTP that it runs on and that Debian 12 was built for."""


def spans(requirement: str) -> tuple[Span, ...]:
    """Return the versions that a requirement allows, alternatives apart: ``~> 1.14``, ``>= 1.12.0 and < 2.0.0``."""
    found = []
    for part in re.split(r"\bor\b|\|\|", requirement):
        terms = [_span(*one) for one in _TERM.findall(part)]
        if terms:
            found.append(both(terms))
    return tuple(found)


def otp_of(elixir: str) -> str:
    """Return the OTP that is taken for a release of Elixir."""
    minor = (*numbers_of(elixir), 0, 0)[1]
    return next(otp for least, otp in _OTP if minor >= least)


def runtime(mix: Mix, draft: Draft) -> None:
    """Add the version of Elixir, and the OTP that a version file names as a trait."""
    for pin in pins(mix.place, "erlang"):
        if pin.numbers:
            why = Phrase(en=f"A version file names Erlang {pin.text}.", zh=f"版本文件指定了 Erlang {pin.text}。")
            draft.traits.add(f"elixir.otp.{pin.numbers[0]}", STATED, "elixir.otp.pinned", why, pin.evidence)
            break
    for pin in pins(mix.place, "elixir"):
        if len(pin.numbers) > 1:
            why = Phrase(en=f"A version file names {pin.text}.", zh=f"版本文件指定了 {pin.text}。")
            version = release_of("elixir", ".".join(map(str, pin.numbers)))
            _add(draft, version, pin.text, STATED, "elixir.version.pinned", why, pin.evidence)
            break
    if mix.elixir:
        why = Phrase(en=f"mix.exs asks for Elixir {mix.elixir}.", zh=f"mix.exs 要求 Elixir {mix.elixir}。")
        version = _fitting(spans(mix.elixir))
        _add(draft, version, mix.elixir, DECLARED, "elixir.version.mix", why, mix.cite("elixir"))
    if draft.runtime.best is None:
        usual = RELEASES["elixir"].usual
        why = Phrase(en=f"Nothing asks for a version: {usual} is taken.", zh=f"没有指定版本：采用 {usual}。")
        _add(draft, usual, "", DEFAULT, "elixir.version.usual", why, None)


def _fitting(allowed: tuple[Span, ...]) -> str:
    version = chosen("elixir", lambda release: not allowed or any(one.meets(release) for one in allowed))
    low = max((one.low for one in allowed), default=())[:2]
    return version or (".".join(map(str, low)) if len(low) > 1 else RELEASES["elixir"].known[0])


def _span(operator: str, version: str) -> Span:
    parts = numbers_of(version)
    if operator == "~>":
        return Span(low=parts, high=after(parts, max(len(parts) - 1, 1)))
    if operator == ">=":
        return Span(low=parts)
    if operator == ">":
        return Span(low=parts)
    if operator in {"<", "<="}:
        return Span(high=parts if operator == "<" else after(parts))
    return Span() if operator == "!=" else Span(low=parts, high=after(parts))


def _add(
    draft: Draft, version: str, constraint: str, confidence: float, rule: str, why: Phrase, evidence: Evidence | None
) -> None:
    draft.runtime.add(Runtime(name="elixir", version=version, constraint=constraint), confidence, rule, why, evidence)
