"""A situation without a fault stays one when less is read, clocks differ, or warnings of others pile up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from cluster.fields import text
from cluster.recording import open_recording
from diagnose.engine import diagnose
from diagnose.findings import Verdict
from evals.cases import CaseFile, read_cases
from tests.diagnose import situations_rules
from tests.diagnose.build import NOW, Obj, event, obj, snapshot
from tests.diagnose.situations_build import PROBED, Situation, up, world
from tests.diagnose.situations_world import claim, cron, daemons, deploy, done, ended, job_of, mounts, stateful, volume
from tests.diagnose.test_no_fault_situations import SITUATIONS

DECISIVE = {"Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"}
"""Kinds without which nobody can tell whether something is wrong."""

FAULTLESS = [entry for entry in SITUATIONS if not entry.root and entry not in situations_rules.SITUATIONS]


@pytest.mark.parametrize("situation", FAULTLESS, ids=lambda situation: situation.id)
def test_what_may_not_be_read_is_not_held_to_be_missing(situation: Situation) -> None:
    everything = [*world(situation.namespace), *situation.objects]
    for kind in sorted({entry["kind"] for entry in everything} - DECISIVE):
        if situation.target.startswith(("pvc/", "svc/", "ingress/", "cronjob/")):
            continue
        kept = [entry for entry in everything if entry["kind"] != kind]
        given = snapshot(*kept, logs=situation.logs, unread=(*situation.unread, kind))
        said = diagnose(given, target=situation.target, namespace=situation.namespace)
        assert not said.roots, (kind, [root.summary.en for root in said.roots])
        assert not said.notes, kind


@pytest.mark.parametrize("seconds", [-240, -60, -10, -2])
@pytest.mark.parametrize("situation", FAULTLESS, ids=lambda situation: situation.id)
def test_a_clock_that_is_behind_makes_no_fault(situation: Situation, seconds: int) -> None:
    given = snapshot(*world(situation.namespace), *situation.objects, logs=situation.logs, unread=situation.unread)
    behind = replace(given, now=NOW + timedelta(seconds=seconds))
    said = diagnose(behind, target=situation.target, namespace=situation.namespace)
    assert not said.roots, [root.summary.en for root in said.roots]
    assert all(entry.until >= said.now for entry in said.in_progress)


@cache
def _well() -> tuple[Obj, ...]:
    """Return a namespace with one of everything, all of it well."""
    data = claim("data")
    ports = [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]
    return (
        *world(),
        *deploy("web", up(containers=[PROBED], spec=mounts("data"))),
        *stateful("db", up("db-0", containers=[PROBED])),
        *daemons("agent", up("agent-a")),
        *job_of("once", ended("once-a", ago_=900), succeeded=1, conditions=done(900)),
        cron("tick", schedule="0 * * * *", last=3600),
        data,
        volume(data),
        obj("Service", "web", spec={"clusterIP": "10.96.0.9", "selector": {"app": "web"}, "ports": ports}),
        up("tool"),
    )


def _transplanted(raw: Obj, last: float) -> Iterator[Obj]:
    """Write a recorded event about every object of its kind that is well."""
    for target in _well():
        if target["kind"] != text(raw, "involvedObject", "kind"):
            continue
        copy = event(
            target,
            text(raw, "reason"),
            text(raw, "message"),
            kind=text(raw, "type") or "Warning",
            first=1500,
            last=last,
            count=20,
        )
        if target["kind"] == "Pod" and text(raw, "involvedObject", "fieldPath"):
            copy["involvedObject"]["fieldPath"] = "spec.containers{app}"
        yield copy


@pytest.mark.parametrize("last", [5, 700])
@pytest.mark.parametrize(
    "case", [entry for entry in read_cases() if entry.recording.exists()], ids=lambda case: case.id
)
def test_the_warnings_of_a_real_fault_are_no_fault_where_everything_is_well(case: CaseFile, last: float) -> None:
    for raw in open_recording(case.recording).all("Event"):
        said = diagnose(snapshot(*_well(), *_transplanted(dict(raw), last)), namespace="shop")
        assert not said.roots, (text(raw, "reason"), [root.summary.en for root in said.roots])
        assert said.verdict in {Verdict.HEALTHY, Verdict.RECOVERED}, text(raw, "reason")
