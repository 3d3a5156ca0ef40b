"""The judgement of the loop: which patch next, again, or stop."""

from dataclasses import dataclass, replace

import pytest

from builder.build.executor import Line
from builder.check.report import Check, Checked, Report
from builder.plan import Runtime
from builder.recipe import Base, Run
from builder.repair.classifying import of_build, of_report, of_start
from builder.repair.model import Match
from builder.repair.patches import (
    AddPackages,
    AddWritable,
    BindAll,
    ChangePort,
    ChangeRuntime,
    KeepDevelopment,
    LoosenInstall,
    MakeExecutable,
    Patch,
    SetVariable,
    StopWith,
    UseInit,
)
from builder.repair.repairing import MAX_ATTEMPTS, Attempt, Mend, Retry, Stop, in_force, judged, with_model
from builder.repair.subject import Subject, apply
from core.phrase import Phrase
from tests.builder.components import component, field, recipe


def subject(line: str = "npm ci", runtime: Runtime | None = None, base: Base | None = None) -> Subject:
    """Return a component that runs one line while it is built."""
    made = recipe() if base is None else recipe(base)
    made = replace(made, stages=(replace(made.stages[0], steps=(Run(line=line),)),))
    given = component(runtime=field(runtime or Runtime(name="node", version="18")))
    return Subject(component=given, recipe=made, files=frozenset({"gradlew", "package.json"}))


def failed(line: str, *log: str) -> tuple[Match, ...]:
    """Return what a step that printed these lines matches."""
    step = f"RUN --mount=type=cache,target=/root/.cache {line}"
    return of_build(tuple(Line(text=text, step=step) for text in log), step)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    line: str
    log: tuple[str, ...]
    patch: Patch
    runtime: Runtime | None = None
    base: Base | None = None


LOCK = "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync."
CASES = (
    Case(id="lock-file", line="npm ci", log=(LOCK,), patch=LoosenInstall(tool="npm")),
    Case(
        id="header",
        line="pip install .",
        log=("m.c:1:10: fatal error: libpq-fe.h: No such file or directory", "ERROR: Failed building wheel for m"),
        patch=AddPackages(build=("libpq-dev",), run=("libpq5",), before="pip install ."),
    ),
    Case(
        id="header-on-alpine",
        line="pip install .",
        log=("m.c:1:10: fatal error: libpq-fe.h: No such file or directory",),
        base=Base(image="docker.io/library/python", tag="3.12-alpine"),
        patch=AddPackages(build=("postgresql-dev",), run=("libpq",), before="pip install ."),
    ),
    Case(
        id="command-of-a-package",
        line="make shop",
        log=("/bin/sh: 1: git: not found",),
        patch=AddPackages(build=("git",), before="make shop"),
    ),
    Case(
        id="command-of-development",
        line="npm prune --omit=dev && vite build",
        log=("sh: 1: vite: not found",),
        patch=KeepDevelopment(),
    ),
    Case(
        id="engine",
        line="npm ci",
        log=("npm error code EBADENGINE", 'npm error notsup Required: {"node":">=22"}'),
        patch=ChangeRuntime(version="24"),
    ),
    Case(
        id="peers",
        line="npm ci",
        log=("npm error code ERESOLVE",),
        patch=SetVariable(place="build", name="NPM_CONFIG_LEGACY_PEER_DEPS", value="true"),
    ),
    Case(
        id="python-release",
        line="pip install .",
        log=("ModuleNotFoundError: No module named 'imp'",),
        runtime=Runtime(name="python", version="3.13"),
        patch=ChangeRuntime(version="3.11"),
    ),
    Case(
        id="go-release",
        line="go build .",
        log=("go: go.mod requires go >= 1.25 (running go 1.22.1; GOTOOLCHAIN=local)",),
        runtime=Runtime(name="go", version="1.22"),
        patch=ChangeRuntime(version="1.26"),
    ),
    Case(
        id="executable",
        line="./gradlew build",
        log=("/bin/sh: 1: ./gradlew: Permission denied",),
        patch=MakeExecutable(path="gradlew", before="./gradlew build"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_known_failure_gets_its_patch(case: Case) -> None:
    given = subject(case.line, case.runtime, case.base)
    decision = judged((), failed(case.line, *case.log), given).decision
    assert isinstance(decision, Mend)
    assert (decision.patch, decision.by) == (case.patch, "rule")
    assert apply(given, decision.patch) != given


CHECKS: tuple[tuple[Check, str, Patch], ...] = (
    ("listens", "It listens on port 8000 of its own loopback only: nobody else reaches it.", BindAll()),
    ("listens", "It listens on 5000, not on 8000.", ChangePort(port=5000)),
    ("stops", "It does not end within 10 s of SIGTERM: it would be killed at its work.", UseInit()),
)


@pytest.mark.parametrize(("check", "text", "patch"), CHECKS, ids=[one[2].kind for one in CHECKS])
def test_a_failed_check_gets_its_patch(check: Check, text: str, patch: Patch) -> None:
    checked = Checked(check=check, outcome="failed", text=Phrase(en=text, zh=text))
    decision = judged((), of_report(Report(checks=(checked,), log=(), seconds=1.0)), subject()).decision
    assert isinstance(decision, Mend)
    assert decision.patch == patch


def test_an_init_that_is_there_makes_way_for_another_signal() -> None:
    text = "It does not end within 10 s of SIGTERM: it would be killed at its work."
    report = Report(
        checks=(Checked(check="stops", outcome="failed", text=Phrase(en=text, zh=text)),), log=(), seconds=1.0
    )
    given = apply(subject(), UseInit())
    decision = judged((), of_report(report), given).decision
    assert isinstance(decision, Mend)
    assert decision.patch == StopWith(signal="SIGINT")


def test_a_read_only_folder_becomes_writable_but_none_of_the_system() -> None:
    own = of_start(("OSError: [Errno 30] Read-only file system: '/app/data/cache.json'",))
    decision = judged((), own, subject()).decision
    assert isinstance(decision, Mend)
    assert decision.patch == AddWritable(path="/app/data")
    system = of_start(("OSError: [Errno 30] Read-only file system: '/usr/lib/cache.json'",))
    assert isinstance(judged((), system, subject()).decision, Stop)


def test_what_passes_by_itself_is_tried_again_twice_and_never_patched() -> None:
    matches = failed("npm ci", "npm error code ETIMEDOUT")
    history: list[Attempt] = []
    for _ in range(3):
        history.append(judged(history, matches, subject()))
    first, second, third = (one.decision for one in history)
    assert isinstance(first, Retry)
    assert isinstance(second, Retry)
    assert first.seconds < second.seconds
    assert isinstance(third, Stop)
    assert (third.reason, third.model_may, third.code) == ("unreachable", False, "network.timeout")
    assert in_force(history) == ()


def test_a_patch_is_never_tried_twice() -> None:
    matches = failed("npm ci", LOCK)
    first = judged((), matches, subject())
    assert isinstance(first.decision, Mend)
    second = judged((first,), matches, subject())
    assert second.patches == (first.decision.patch,)
    assert isinstance(second.decision, Stop)
    assert second.decision.reason == "exhausted"


def test_after_five_attempts_it_stops() -> None:
    logs = (
        LOCK,
        "/bin/sh: 1: git: not found",
        "npm error code ERESOLVE",
        "m.c:1:10: fatal error: zlib.h: No such file or directory",
        "/bin/sh: 1: make: not found",
    )
    history: list[Attempt] = []
    for log in logs:
        history.append(judged(history, failed("npm ci", log), subject()))
    assert [type(one.decision) for one in history] == [Mend] * 4 + [Stop]
    assert len(history) == MAX_ATTEMPTS
    assert len(set(in_force(history))) == 4
    assert [one.number for one in history] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("log", "reason", "model_may"),
    [
        ("something that no tool says", "unknown", True),
        ('npm error Missing script: "build"', "no_repair", True),
        ("m.c:1:10: fatal error: nobody-knows.h: No such file or directory", "exhausted", True),
    ],
)
def test_what_rules_leave_is_said_with_its_reason(log: str, reason: str, model_may: bool) -> None:
    decision = judged((), failed("npm ci", log), subject()).decision
    assert isinstance(decision, Stop)
    assert (decision.reason, decision.model_may) == (reason, model_may)
    assert decision.text.zh
    assert decision.next_step.en


def test_a_cause_without_a_rule_is_not_covered_up_by_a_patch_for_its_consequence() -> None:
    log = ('npm error Missing script: "build"', "Gem::Ext::BuildError: ERROR: Failed to build gem native extension.")
    assert isinstance(judged((), failed("npm ci", *log), subject()).decision, Stop)


def test_a_patch_of_a_model_is_on_record_as_such() -> None:
    stopped = judged((), failed("npm ci", "unknown words"), subject())
    mended = with_model(stopped, UseInit())
    assert isinstance(mended.decision, Mend)
    assert (mended.decision.by, in_force((mended,))) == ("model", (UseInit(),))
