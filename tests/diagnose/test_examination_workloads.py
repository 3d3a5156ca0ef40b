"""Faults of scheduling, claims, Services, rollouts, admission and Jobs as real clusters show them.

Written from the catalogue alone, without a look at the rules: the first finding must be the one that a person who knows
the cluster would name.
"""

import pytest

from diagnose.engine import diagnose
from diagnose.findings import Diagnosis, Role
from diagnose.render import text
from tests.diagnose import (
    examination_workloads_admission,
    examination_workloads_claims,
    examination_workloads_jobs,
    examination_workloads_mixed,
    examination_workloads_rollouts,
    examination_workloads_scheduling,
    examination_workloads_services,
)
from tests.diagnose.build import Obj, obj, snapshot
from tests.diagnose.examination_workloads_build import Case

CASES: tuple[Case, ...] = (
    *examination_workloads_scheduling.CASES,
    *examination_workloads_claims.CASES,
    *examination_workloads_services.CASES,
    *examination_workloads_rollouts.CASES,
    *examination_workloads_admission.CASES,
    *examination_workloads_jobs.CASES,
    *examination_workloads_mixed.CASES,
)


def _objects(case: Case) -> list[Obj]:
    world = [
        obj("Namespace", case.namespace, namespace="", status={"phase": "Active"}),
        obj("ServiceAccount", "default", namespace=case.namespace),
    ]
    given = {(entry["kind"], entry["metadata"]["name"]) for entry in case.objects}
    return [*(entry for entry in world if (entry["kind"], entry["metadata"]["name"]) not in given), *case.objects]


def examined(case: Case) -> Diagnosis:
    """Diagnose a case."""
    return diagnose(
        snapshot(*_objects(case), logs=case.logs, unread=case.unread), target=case.target, namespace=case.namespace
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_cause_is_named_first(case: Case) -> None:
    diagnosis = examined(case)
    said = text(diagnosis)
    assert diagnosis.verdict in case.verdicts, said
    roots = [finding.code for finding in diagnosis.findings if finding.role is Role.ROOT]
    assert not set(roots) & set(case.never), said
    assert set(case.also) <= set(roots), said
    if not case.code:
        assert not roots, said
        return
    assert diagnosis.findings, said
    first = diagnosis.findings[0]
    assert (first.code, first.variant) == (case.code, case.variant or first.variant), said
    if case.on:
        assert f"{first.object.kind} {first.object.name}" == case.on, said
    if case.part:
        assert first.part == case.part, said
    for words in case.says:
        assert words in first.summary.en, said
    for words in case.fix:
        assert words in first.remedies[0].command, said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_is_said_reads_well(case: Case) -> None:
    for finding in examined(case).findings:
        for line in (finding.summary.en, finding.summary.zh):
            assert not line.endswith((".", "。")), line
        assert not finding.summary.en[0].islower(), finding.summary.en
        for remedy in finding.remedies:
            assert not remedy.summary.en.startswith("Or "), remedy.summary.en
            assert not remedy.summary.zh.startswith("或"), remedy.summary.zh
            assert not remedy.summary.en.endswith("."), remedy.summary.en
            assert not remedy.summary.zh.endswith("。"), remedy.summary.zh
            assert remedy.summary.zh != remedy.summary.en
