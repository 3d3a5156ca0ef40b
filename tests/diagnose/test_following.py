"""The difference between diagnoses: new, changed and healed roots, flapping, what cannot be seen any more."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.snapshot import Coverage, KindCoverage, LogCoverage
from core.evidence import Evidence, FieldSource, LogSource, ObjectRef
from core.phrase import Phrase
from diagnose.findings import Diagnosis, Finding, Folded, InProgress, Role, Severity, Verdict, proved
from diagnose.following import Change, Followed, Settling, Step, begun, follow, resumed
from diagnose.render.following import step_documents, step_text

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
WEB = ObjectRef(kind="Deployment", namespace="shop", name="web", group="apps")
API = ObjectRef(kind="Deployment", namespace="shop", name="api", group="apps")
POD = ObjectRef(kind="Pod", namespace="shop", name="web-1")
SEEN = Coverage(
    kinds=tuple(KindCoverage(kind=kind, namespace="shop", state="complete") for kind in ("Deployment", "Pod"))
)
QUICK = Settling(worse_seconds=0, better_seconds=60)
CALM = Settling(worse_seconds=60, better_seconds=60)


def root(ref: ObjectRef = WEB, *, severity: Severity = Severity.HIGH, log: bool = False) -> Finding:
    source = (
        LogSource(pod=POD, container="app", previous=False, line=3)
        if log
        else FieldSource(object=ref, path=("spec", "replicas"))
    )
    return Finding(
        code="ImageNotFound",
        severity=severity,
        confidence=proved("read", "已读取"),
        object=ref,
        summary=Phrase(en=f"{ref.name} has no image", zh=f"{ref.name} 没有镜像"),
        evidence=(Evidence(source=source, quote="1", observed_at=START),),
    )


def said(
    seconds: float, *roots: Finding, verdict: Verdict | None = None, coverage: Coverage = SEEN, **more: object
) -> Diagnosis:
    made = Diagnosis(
        target=Phrase(en="namespace shop", zh="shop"),
        verdict=verdict or (Verdict.FAILING if roots else Verdict.HEALTHY),
        summary=Phrase(en="what there is", zh="概况"),
        now=START + timedelta(seconds=seconds),
        origin="test",
        findings=roots,
        coverage=coverage,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields of a diagnosis by name


def run(steps: Iterable[Diagnosis], settling: Settling, start: Followed | None = None) -> list[Step]:
    followed = start or Followed()
    found = []
    for diagnosis in steps:
        followed, step = follow(followed, diagnosis, settling)
        found.append(step)
    return found


def told(steps: Iterable[Step]) -> list[tuple[float, str, str]]:
    return [
        ((step.at - START).total_seconds(), change.kind, change.root.object.name)
        for step in steps
        for change in step.changes
    ]


def nightly(run: int) -> ObjectRef:
    return ObjectRef(kind="Job", namespace="shop", name=f"nightly-{29_300_000 + run}", group="batch")


LOW, HIGH, CRITICAL = Severity.LOW, Severity.HIGH, Severity.CRITICAL
BLIND = Coverage(kinds=(KindCoverage(kind="Deployment", namespace="shop", state="refused"), *SEEN.kinds[1:]))
NO_LOG = replace(SEEN, logs=(LogCoverage(pod=POD, container="app", previous=False, state="missing"),))


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    steps: tuple[Diagnosis, ...]
    told: list[tuple[float, str, str]]
    settling: Settling = QUICK


CASES = (
    Case(id="a new root is told at once", steps=(said(0, root()),), told=[(0, "new", "web")]),
    Case(id="and only once", steps=(said(0, root()), said(5, root()), said(500, root())), told=[(0, "new", "web")]),
    Case(
        id="a new root that must settle is told later",
        steps=(said(0, root()), said(30, root()), said(61, root())),
        told=[(61, "new", "web")],
        settling=CALM,
    ),
    Case(
        id="what came and went meanwhile is not told",
        steps=(said(0, root()), said(30), said(100), said(200)),
        told=[],
        settling=CALM,
    ),
    Case(
        id="what flaps all the time is told once",
        steps=tuple(said(at, *([root()] if at % 40 == 0 else [])) for at in range(0, 400, 20)),
        told=[(80, "new", "web")],
        settling=CALM,
    ),
    Case(
        id="a root that stays away is healed after the settling time",
        steps=(said(0, root()), said(10), said(69), said(70), said(200)),
        told=[(0, "new", "web"), (70, "healed", "web")],
    ),
    Case(
        id="one that comes back never went",
        steps=(said(0, root()), said(10), said(50, root()), said(100), said(159)),
        told=[(0, "new", "web")],
    ),
    Case(
        id="worse is told at once, better when it lasts",
        steps=(
            said(0, root()),
            said(1, root(severity=CRITICAL)),
            said(2, root()),
            said(10, root(severity=CRITICAL)),
            said(20, root()),
            said(80, root()),
        ),
        told=[(0, "new", "web"), (1, "changed", "web"), (80, "changed", "web")],
    ),
    Case(
        id="what cannot be read any more has not healed",
        steps=(said(0, root()), said(10, coverage=BLIND), said(500, coverage=BLIND), said(510), said(570)),
        told=[(0, "new", "web"), (570, "healed", "web")],
    ),
    Case(
        id="nor one whose log is missing",
        steps=(said(0, root(log=True)), said(10, coverage=NO_LOG), said(500, coverage=NO_LOG)),
        told=[(0, "new", "web")],
    ),
    Case(
        id="a kind that was never read does not keep it",
        steps=(said(0, root(), coverage=BLIND), said(10, coverage=BLIND), said(70, coverage=BLIND)),
        told=[(0, "new", "web"), (70, "healed", "web")],
    ),
    Case(
        id="what another cause explains now has not healed",
        steps=(
            said(0, root()),
            said(10, root(API), folded=(Folded(finding=root(), explained_by=root(API).id),)),
            said(900, root(API), folded=(Folded(finding=root(), explained_by=root(API).id),)),
        ),
        told=[(0, "new", "web"), (10, "new", "api")],
    ),
    Case(
        id="contributing findings are no roots",
        steps=(said(0, replace(root(), role=Role.CONTRIBUTING)), said(900)),
        told=[],
    ),
    Case(
        id="the next run of a CronJob that fails alike is the same cause",
        steps=(said(0, root(nightly(1))), said(60, root(nightly(1)), root(nightly(2))), said(300, root(nightly(2)))),
        told=[(0, "new", nightly(1).name)],
    ),
    Case(
        id="the worst comes first",
        steps=(said(0, root(WEB, severity=LOW), root(API, severity=CRITICAL)),),
        told=[(0, "new", "api"), (0, "new", "web")],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_is_told(case: Case) -> None:
    assert told(run(case.steps, case.settling)) == case.told


def test_roots_of_a_diagnosis_that_was_shown_are_not_told_again() -> None:
    steps = run([said(5, root()), said(10), said(70)], QUICK, begun(said(0, root())))
    assert told(steps) == [(70, "healed", "web")]


def test_after_a_restart_only_what_changed_meanwhile_is_told() -> None:
    followed = Followed()
    for diagnosis in (said(0, root(severity=CRITICAL), root(API)), said(61, root(severity=HIGH), root(API))):
        followed, _ = follow(followed, diagnosis, Settling(better_seconds=0))
    again = resumed(followed.told, START)
    steps = run([said(100, root(severity=HIGH)), said(160, root(severity=HIGH))], QUICK, again)
    assert told(steps) == [(160, "healed", "api")]
    steps = run([said(100), said(160)], QUICK, again)
    worst = {change.root.object.name: change.worst for change in steps[-1].changes}
    assert worst == {"web": CRITICAL, "api": HIGH}


def test_a_step_says_when_it_is_worth_looking_again() -> None:
    waiting = InProgress(object=WEB, reason=Phrase(en="pulls", zh="拉取"), until=START + timedelta(seconds=90))
    first, gone, back = run(
        [said(0, root(), in_progress=(waiting,)), said(10, in_progress=(waiting,)), said(20)], QUICK
    )
    assert first.again == START + timedelta(seconds=90)
    assert gone.again == START + timedelta(seconds=70)
    assert back.again == START + timedelta(seconds=70)


def test_a_better_verdict_is_told_when_it_lasts_and_a_worse_one_at_once() -> None:
    steps = run([said(0, root()), said(10), said(20, root()), said(30), said(90), said(91, root())], QUICK)
    assert [((step.at - START).seconds, step.verdict) for step in steps if step.verdict] == [
        (90, (Verdict.FAILING, Verdict.HEALTHY)),
        (91, (Verdict.HEALTHY, Verdict.FAILING)),
    ]
    assert [step.quiet for step in steps] == [False, True, True, True, False, False]


def test_changes_are_written_with_their_time_and_escaped() -> None:
    hostile = replace(root(), summary=Phrase(en="bad \x1b[31m name", zh="坏"))
    (step,) = run([said(3, hostile)], QUICK)
    assert step_text(step, said(3, hostile)).splitlines()[0] == "10:00:03Z  NEW  bad \\x1b[31m name"
    assert step_text(step, said(3, hostile), "zh").startswith("10:00:03Z  新增  坏")
    (document,) = step_documents(step, said(3, hostile))
    assert (document["type"], document["at"], document["id"]) == ("new", "2026-03-01T10:00:03Z", hostile.id)
    assert document["finding"]["code"] == "ImageNotFound"


def test_a_changed_severity_names_both() -> None:
    _, step = run([said(0, root()), said(1, root(severity=CRITICAL))], QUICK)
    change: Change = step.changes[0]
    assert (change.before, change.root.severity, change.worst) == (HIGH, CRITICAL, CRITICAL)
    assert "high → critical" in step_text(step, said(1, root(severity=CRITICAL)))


SHOWN = st.sampled_from([None, Severity.MEDIUM, HIGH, CRITICAL])


@given(
    looks=st.lists(st.tuples(st.integers(min_value=1, max_value=90), SHOWN), max_size=40),
    worse=st.sampled_from([0, 30, 120]),
    better=st.sampled_from([0, 60]),
)
def test_what_is_told_of_a_root_always_makes_one_story(
    looks: list[tuple[int, Severity | None]], worse: int, better: int
) -> None:
    at, told, before = 0, Followed(), None
    for seconds, severity in looks:
        at += seconds
        diagnosis = said(at, *([root(severity=severity)] if severity else []))
        told, step = follow(told, diagnosis, Settling(worse_seconds=worse, better_seconds=better))
        for change in step.changes:
            assert change.before is before
            assert (change.kind == "new") is (before is None)
            assert change.kind == "healed" or change.root.severity is severity
            before = None if change.kind == "healed" else change.root.severity
        assert [entry.root.severity for entry in told.told] == ([before] if before else [])
        assert step.again is None or step.again > diagnosis.now
