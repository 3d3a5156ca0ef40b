"""Plans beside the truth, and the sums."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest

from builder.detect.planning import plan
from builder.plan import Kind
from builder.tree import Tree
from evals.builder.monorepo import Measured
from evals.builder.peers import Peer
from evals.builder.report import Circumstances, report
from evals.builder.scoring import Outcome, Share, judged, same_language, same_version, shares, shortfalls
from evals.builder.truths import Case, Truth

SERVICE = {
    "package.json": '{"name": "a", "engines": {"node": "20"}, "dependencies": {"express": "4"},'
    ' "scripts": {"start": "node web.js"}}',
    "package-lock.json": '{"lockfileVersion": 3}',
    "web.js": 'const app = require("express")();\napp.listen(4100);\n',
}
TRUTH = Truth(
    language="javascript", kind=Kind.WEB, package_manager="npm", runtime="20.11", start="node web.js", port=4100
)


def scored(truth: Truth, *, blind: bool | None = None, name: str = "service") -> Outcome:
    case = Case(name=name, group="node", truth=truth, files=SERVICE, blind=blind)
    return judged(case, plan(Tree.of(SERVICE)), seconds=0.01, files=3)


def test_a_plan_that_agrees_is_right_in_every_field_that_the_truth_has() -> None:
    outcome = scored(TRUTH)
    assert {one.field for one in outcome.verdicts if one.right} == {
        "language", "language, exact", "refusal", "kind", "package manager", "runtime", "start", "port",
    }  # fmt: skip
    assert all(one.right for one in outcome.verdicts)


def test_how_something_runs_is_not_counted_where_nobody_runs_it() -> None:
    outcome = scored(Truth(language="typescript", kind=Kind.LIBRARY, start="node web.js", port=1))
    verdicts = {one.field: one.right for one in outcome.verdicts}
    assert verdicts == {"language": True, "language, exact": False, "refusal": False, "kind": False}


def test_without_a_plan_every_field_is_wrong() -> None:
    outcome = judged(Case(name="a", group="node", truth=TRUTH, files=SERVICE), None, crash="ValueError()")
    assert len(outcome.verdicts) == 8
    assert not any(one.right for one in outcome.verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    id: str
    wanted: str
    found: str
    language: str = "python"
    same: bool = True


VERSIONS = (
    Versions(id="equal", wanted="3.12", found="3.12"),
    Versions(id="patch", wanted="3.12.4", found="3.12"),
    Versions(id="other minor", wanted="3.12", found="3.11", same=False),
    Versions(id="major alone is not enough", wanted="3.12", found="3", same=False),
    Versions(id="truth of a major", wanted="1", found="1.83", language="rust"),
    Versions(id="node by major", wanted="20.11", found="20", language="typescript"),
    Versions(id="java of old", wanted="1.8", found="8", language="java"),
    Versions(id="ten is not one", wanted="1", found="10", language="java", same=False),
    Versions(id="nothing", wanted="20", found="", language="javascript", same=False),
)


@pytest.mark.parametrize("case", VERSIONS, ids=lambda case: case.id)
def test_versions_are_the_same_when_they_name_the_same_image(case: Versions) -> None:
    assert same_version(case.wanted, case.found, case.language) is case.same


def test_only_languages_of_one_toolchain_count_as_one() -> None:
    assert same_language("typescript", "javascript")
    assert same_language("c", "cpp")
    assert not same_language("javascript", "java")
    assert not same_language("python", "")


def test_the_interval_of_wilson_stays_within_0_and_1() -> None:
    low, high = Share(right=10, of=10).interval
    assert (round(low, 4), round(high, 4)) == (0.7225, 1.0)
    low, high = Share(right=0, of=10).interval
    assert (round(low, 4), round(high, 4)) == (0.0, 0.2775)
    low, high = Share(right=50, of=100).interval
    assert (round(low, 4), round(high, 4)) == (0.4038, 0.5962)
    assert Share(right=0, of=0).interval == (0.0, 1.0)


def test_targets_that_are_missed_are_named() -> None:
    outcomes = [scored(TRUTH), scored(Truth(language="go", kind=Kind.WEB, port=9))]
    assert shares(outcomes)["port"] == Share(right=1, of=2)
    assert shortfalls(outcomes) == ["language: 50.0%, wanted 99%", "port: 50.0%, wanted 92%"]


def test_the_report_tells_blind_from_seen_and_what_was_missed() -> None:
    outcomes = [
        scored(TRUTH, blind=True),
        scored(Truth(language="go", kind=Kind.CLI), blind=False, name="tool"),
        judged(Case(name="broken", group="go", truth=TRUTH, files=SERVICE), None, crash="ValueError('x')"),
    ]
    run = Circumstances(
        today=date(2026, 1, 2),
        command="make it",
        cores=2,
        listed=5,
        skipped=Counter({"`mvn` is not installed": 2}),
        monorepo=Measured(files=50_000, seconds=1.5, components=7),
        peers=(Peer(name="other", languages={("node", "service"): "javascript"}),),
    )
    page = report(outcomes, run)
    assert "Printed by `make it` on 2026-01-02; 2 cores." in page
    assert "Left out: 2, `mvn` is not installed." in page
    assert "| field | wanted | all (3) | blind (1) | seen (1) | not told (1) | met |" in page
    assert "33.3% (6.1% to 79.2%), 1 of 3 | 100.0%, 1 of 1 | 0.0%, 0 of 1 | 0.0%, 0 of 1 | **no** |" in page
    assert "- `node/tool`: language: `javascript`, not `go`; refusal: `no`, not `yes`; kind: `web`, not `cli`" in page
    assert "- `go/broken`: no plan: ValueError('x')" in page
    assert "50,000 files: 1.50 s" in page
    assert "| all | 1 | 100.0%, 1 of 1 | 100.0%, 1 of 1 |" in page
