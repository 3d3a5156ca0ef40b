"""Written situations: what the short form becomes, and that every file of the project is of the described form."""

from pathlib import Path

import pytest

from cluster.fields import text
from diagnose.catalogue import BY_CODE
from evals.cases import cases_folder, read_cases
from evals.scenarios import NOW, read_scenario, read_scenarios
from evals.scores import Score, summed, table
from evals.variations import noisy, pairs, transcript
from evals.workloads import expanded

FILES = sorted((cases_folder() / "written").glob("*/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_situation_is_of_the_described_form(path: Path) -> None:
    scenario = read_scenario(path)
    expect = scenario.situation.expect
    assert not expect.code or expect.code in BY_CODE
    assert bool(expect.code) == (scenario.situation.shape in {"positive", "noisy", "two-faults"})
    assert scenario.snapshot().objects


def test_ids_are_given_once() -> None:
    names = [path.stem for path in FILES]
    assert len(names) == len(set(names))


def test_a_deployment_brings_its_replica_set_and_its_pods() -> None:
    short = {"workload": "Deployment/web", "pods": [{}, {"containers": {"web": {"waiting": {"reason": "X"}}}}]}
    objects, logs = expanded(short, namespace="shop", now=NOW, number=0)
    assert [entry["kind"] for entry in objects] == ["Deployment", "ReplicaSet", "Pod", "Pod"]
    assert objects[0]["status"]["readyReplicas"] == 1
    assert [text(entry, "metadata", "ownerReferences", 0, "kind") for entry in objects] == [
        "",
        "Deployment",
        "ReplicaSet",
        "ReplicaSet",
    ]
    assert not logs


def test_a_cron_job_brings_its_job_and_a_log_is_filed_under_its_pod() -> None:
    short = {"workload": "CronJob/tidy", "pods": [{"logs": {"tidy": "a\nb\n", "tidy/previous": "c"}}]}
    objects, logs = expanded(short, namespace="shop", now=NOW, number=0)
    assert [entry["kind"] for entry in objects] == ["CronJob", "Job", "Pod"]
    assert sorted((key[2:], lines) for key, lines in logs.items()) == [
        (("tidy", False), ("a", "b")),
        (("tidy", True), ("c",)),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("case: {title: x, shape: odd, expect: {verdict: failing}}\n", "shape"),
        ("case: {title: x, shape: positive, expect: {verdict: failing, colour: red}}\n", "colour"),
        ("case: {title: x, shape: healthy, expect: {verdict: healthy}}\n---\nfoo: bar\n", "neither an object"),
        (
            "case: {title: x, shape: healthy, expect: {verdict: healthy}}\n---\nworkload: Deployment/a\nimages: 3\n",
            "has no images",
        ),
        ("case: {title: x, shape: healthy, expect: {verdict: healthy}}\n---\nworkload: Thing/a\n", "KIND/NAME"),
        ("case: [", "expected"),
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "family").mkdir()
    (tmp_path / "family" / "broken.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.yaml") as caught:
        list(read_scenarios(tmp_path))
    assert said in str(caught.value)


def test_every_form_of_a_situation_holds_its_objects() -> None:
    known = list(read_scenarios())
    first = next(entry for entry in known if entry.family == "crash")
    assert set(map(id, first.objects)) <= set(map(id, noisy(first).objects))
    pasted = transcript(first)
    assert pasted is not None
    assert len(pasted.objects["Pod"]) == len(first.snapshot().objects["Pod"])
    for one, two in pairs(known):
        assert one.family != two.family


def test_figures_are_added_up_by_form() -> None:
    scores = [
        Score(id="a", family="f", form="objects", fault=True),
        Score(id="b", family="f", form="objects", fault=True, said=("found nothing",), verdict="healthy"),
        Score(id="c", family="f", form="noisy", fault=False, extra=("OOMKilled on Pod shop/x",)),
    ]
    objects, mixed, total = summed(scores)
    assert (objects.faults_right, objects.faults, objects.verdicts_right) == (1, 2, 1)
    assert (mixed.silent, mixed.no_fault, mixed.false_findings) == (0, 1, 1)
    assert (total.cases, total.faults_right, total.silent) == (3, 1, 0)
    assert "| 1 of 2 |" in "\n".join(table(summed(scores)))


BESIDE = {"RestartsIncreasing", "RetryStorm", "StatefulSetOrdinalBlocked"}
"""Codes that stand below or beside another cause wherever they appear; tables of their families' tests hold them."""


def test_every_code_is_expected_somewhere() -> None:
    said = {case.case.expect.code for case in read_cases()}
    for scenario in read_scenarios():
        situation = scenario.situation
        said |= {situation.expect.code, *(root.code for root in (*situation.also, *situation.beside))}
    assert set(BY_CODE) - said <= BESIDE


def test_every_family_has_what_only_looks_like_its_fault() -> None:
    families = {scenario.family for scenario in read_scenarios() if not scenario.situation.expect.code}
    assert {entry.family for entry in BY_CODE.values()} <= families


def test_there_are_at_least_as_many_cases_as_asked() -> None:
    known = list(read_scenarios())
    assert len(known) >= 400
    assert sum(not scenario.situation.expect.code for scenario in known) >= 60
    assert len(list(read_cases())) >= 45
