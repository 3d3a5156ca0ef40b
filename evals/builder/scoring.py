"""Compare plans with the truth, field by field, and add up with intervals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from builder.plan import BuildPlan, Component, Kind
from evals.builder.commands import equivalent
from evals.builder.truths import Case, Truth

FIELDS: Final = (
    "language", "language, exact", "refusal", "kind", "package manager", "runtime", "start", "port", "output",
)  # fmt: skip
TARGETS: Final = {"language": 0.99, "package manager": 0.97, "runtime": 0.92, "start": 0.92, "port": 0.92}

FAMILIES: Final = ({"javascript", "typescript"}, {"c", "cpp"}, {"java", "kotlin"})
"""Languages that one toolchain builds; most trees of one hold files of the other."""

BY_MAJOR: Final = frozenset({"typescript", "javascript", "java", "kotlin", "scala", "clojure", "rust", "gleam"})
"""Languages whose base images are told apart by the first number."""

STATIC_PORT: Final = 8080
"""Where the server that is put before static files listens."""

Z: Final = 1.959964
"""Quantile of the normal distribution for 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one field went."""

    field: str
    wanted: str
    found: str
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one tree went. ``crash`` says that there is no plan at all; then every field is wrong."""

    case: Case
    verdicts: tuple[Verdict, ...]
    seconds: float = 0.0
    files: int = 0
    crash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many were right."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 of nothing."""
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval after Wilson: it stays within 0 and 1 and holds where all are right."""
        if not self.of:
            return 0.0, 1.0
        middle = (self.value + Z * Z / (2 * self.of)) / (1 + Z * Z / self.of)
        half = Z * sqrt(self.value * (1 - self.value) / self.of + Z * Z / (4 * self.of**2)) / (1 + Z * Z / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)


def judged(case: Case, plan: BuildPlan | None, *, seconds: float = 0.0, files: int = 0, crash: str = "") -> Outcome:
    """Compare a plan with the truth of its tree. What the truth leaves open is not counted."""
    verdicts = tuple(_verdicts(case.truth, primary(plan) if plan else None, plan))
    return Outcome(case=case, verdicts=verdicts, seconds=seconds, files=files, crash=crash)


def primary(plan: BuildPlan) -> Component | None:
    """Return the component that stands for the tree."""
    named = (one for one in plan.components if one.name == plan.primary)
    return next(named, plan.components[0] if plan.components else None)


def _verdicts(truth: Truth, found: Component | None, plan: BuildPlan | None) -> Iterable[Verdict]:
    language = (found and found.language.value) or ""
    yield _verdict("language", truth.language, language, same_language(truth.language, language))
    yield _verdict("language, exact", truth.language, language, truth.language == language)
    if truth.kind:
        kind = (found and found.kind.value) or ""
        refused = "" if plan is None else ("no" if plan.deployable else "yes")
        wanted = "no" if truth.kind.deployable else "yes"
        yield _verdict("refusal", wanted, refused, wanted == refused)
        yield _verdict("kind", truth.kind, kind, truth.kind == kind)
    if truth.package_manager:
        manager = (found and found.package_manager.value) or ""
        yield _verdict("package manager", truth.package_manager, manager, truth.package_manager == manager)
    if truth.kind and not truth.kind.deployable:
        return
    if truth.runtime:
        version = found.runtime.value.version if found and found.runtime.value else ""
        right = same_version(truth.runtime, version, truth.language)
        yield _verdict("runtime", truth.runtime, version, right)
    if truth.start:
        start = found.start.value.text if found and found.start.value else ""
        yield _verdict("start", truth.start, start, equivalent(truth.start, start))
    if truth.port:
        port = _port(found)
        yield _verdict("port", str(truth.port), str(port or ""), truth.port == port)
    if truth.output:
        output = (found and found.output.value) or ""
        yield _verdict("output", truth.output, output, _folder(truth.output) == _folder(output))


def _verdict(field: str, wanted: str, found: str, right: bool) -> Verdict:  # noqa: FBT001 - the verdict itself
    return Verdict(field=field, wanted=str(wanted), found=str(found), right=right)


def _port(found: Component | None) -> int | None:
    if found is None:
        return None
    return found.port.value or (STATIC_PORT if found.kind.value is Kind.STATIC else None)


def _folder(path: str) -> str:
    return path.removeprefix("./").removeprefix("/").rstrip("/")


def same_language(wanted: str, found: str) -> bool:
    """Say whether two languages are the same or built by one toolchain."""
    return wanted == found or any({wanted, found} <= family for family in FAMILIES)


def same_version(wanted: str, found: str, language: str = "") -> bool:
    """Say whether a version means the same release: major and minor, or the major alone where images are so named.

    A truth that names the major only is met by every release of it.
    """
    least, given = _numbers(wanted), _numbers(found)
    if not given:
        return False
    count = min(len(least), 1 if language in BY_MAJOR else 2)
    return least[:count] == given[:count]


def _numbers(version: str) -> list[str]:
    parts = version.split(".")
    return [part for part in (parts[1:] if parts[0] == "1" and parts[1:] == ["8"] else parts) if part]


def shares(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """Add up the fields."""
    found: dict[str, list[bool]] = {field: [] for field in FIELDS}
    for outcome in outcomes:
        for verdict in outcome.verdicts:
            found[verdict.field].append(verdict.right)
    return {field: Share(right=sum(rights), of=len(rights)) for field, rights in found.items()}


def shortfalls(outcomes: Sequence[Outcome]) -> list[str]:
    """Say which targets are missed."""
    added = shares(outcomes)
    return [
        f"{field}: {added[field].value:.1%}, wanted {least:.0%}"
        for field, least in TARGETS.items()
        if added[field].of and added[field].value < least
    ]
