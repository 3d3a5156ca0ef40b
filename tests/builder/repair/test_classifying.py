"""Every class by a line that proves it, and by healthy logs that do not."""

from dataclasses import dataclass

import pytest

from builder.build.executor import Line
from builder.check.report import Checked, Report
from builder.repair.classes import CLASSES
from builder.repair.classifying import class_of, of_build, of_report, of_start
from builder.repair.model import Match
from core.phrase import Phrase
from tests.builder.repair.documented import DOCUMENTED
from tests.builder.repair.healthy import HEALTHY
from tests.builder.repair.seen import SEEN


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    where: str
    lines: tuple[str, ...]
    seen: bool
    """Whether a tool printed the lines when it was made to fail here; else they are its documented message."""


CASES = tuple(
    Case(id=code, where=where, lines=lines, seen=seen)
    for table, seen in ((SEEN, True), (DOCUMENTED, False))
    for code, where, lines in table
)


def matches(where: str, lines: tuple[str, ...]) -> tuple[Match, ...]:
    """Classify lines as what printed them would be."""
    if where == "build":
        return of_build(tuple(Line(text=text, step="RUN it") for text in lines), "RUN it")
    if where == "start":
        return of_start(lines)
    check, _, text = lines[0].partition(": ")
    phrase = Phrase(en=text, zh=text)
    return of_report(
        Report(checks=(Checked(check=check, outcome="failed", text=phrase),), log=(), seconds=1.0)  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_line_of_the_tool_proves_the_class(case: Case) -> None:
    found = {match.code: match for match in matches(case.where, case.lines)}
    assert case.id in found
    proof = found[case.id].evidence[-1]
    assert case.where == "check" or case.lines[proof.number - 1] == proof.text


def test_every_class_has_a_case_and_a_code_of_its_own() -> None:
    codes = [one.code for one in CLASSES]
    assert len(codes) == len(set(codes))
    assert {case.id for case in CASES} == set(codes)
    assert len(codes) >= 120
    assert sum(case.seen for case in CASES) >= 120


@pytest.mark.parametrize(("name", "lines"), HEALTHY, ids=[name for name, _ in HEALTHY])
def test_healthy_logs_match_nothing(name: str, lines: tuple[str, ...]) -> None:
    for where in ("build", "start"):
        assert [match.code for match in matches(where, lines)] == []


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.code)
def test_a_class_says_what_it_means_and_what_to_do(one: object) -> None:
    known = class_of(getattr(one, "code"))  # noqa: B009 - typed as object by the table
    for phrase in (known.means, known.next_step):
        assert phrase.en.endswith((".", ")"))
        assert phrase.zh.endswith("。")
        assert any("\u4e00" <= char <= "\u9fff" for char in phrase.zh)
    assert not (known.transient and known.repair)


def test_lines_of_steps_that_went_well_prove_nothing() -> None:
    log = (
        Line(text="sh: 1: vite: not found", step="RUN npm ci"),
        Line(text='npm error Missing script: "build"', step="RUN npm run build"),
    )
    assert [match.code for match in of_build(log, "RUN npm run build")] == ["npm.script-missing"]


def test_causes_come_before_symptoms_and_name_what_they_are_about() -> None:
    log = (
        Line(text="m.c:1:10: fatal error: libpq-fe.h: No such file or directory", step="RUN pip install ."),
        Line(text="  ERROR: Failed building wheel for p", step="RUN pip install ."),
    )
    first, *rest = of_build(log, "RUN pip install .")
    assert (first.code, first.value("header"), first.evidence[0].number) == ("c.header-missing", "libpq-fe.h", 1)
    assert "pip.wheel-failed" in [match.code for match in rest]


def test_colours_and_numbers_of_build_steps_are_not_part_of_a_line() -> None:
    log = (Line(text='#12 3.456 \x1b[31mnpm error Missing script: "build"\x1b[0m', step="RUN npm run build"),)
    assert of_build(log, "RUN npm run build")[0].code == "npm.script-missing"


def test_a_build_that_took_too_long_is_told_by_its_message() -> None:
    message = "The build of shop:1 was stopped after 1500 s, in: RUN npm run watch"
    assert of_build((), "RUN npm run watch", message)[0].code == "resources.time"


def test_a_message_of_several_lines_counts_by_its_head() -> None:
    body = '  Could not find a package configuration file provided by "Fmt" with'
    for head, expected in (("CMake Error at CMakeLists.txt:3:", True), ("CMake Warning at CMakeLists.txt:3:", False)):
        found = of_build((Line(text=head), Line(text=body)), "")
        assert any(match.code == "cmake.package-missing" for match in found) is expected


@pytest.mark.timeout(5)
def test_long_hostile_lines_are_read_in_bounded_time() -> None:
    log = tuple(Line(text=text * 4_000) for text in ("a/", "npm error ", "-", " (", "error: ", "Cannot find '")) * 20
    of_build(log, "")
