"""Situations in which a tool that reads warnings instead of state cries wolf.

Each is a small cluster with its verdict, the one cause that may be named (usually none), and the past fault that
must be listed as over.
"""

from collections import Counter

import pytest

from cluster.fields import name, namespace, text
from core.evidence import verify
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis, Verdict
from tests.diagnose import (
    situations_fresh,
    situations_images,
    situations_jobs,
    situations_leaving,
    situations_neighbours,
    situations_placement,
    situations_refused,
    situations_restarts,
    situations_rollouts,
    situations_rules,
    situations_services,
    situations_starts,
    situations_strange,
)
from tests.diagnose.build import Obj, snapshot
from tests.diagnose.situations_build import Situation, world

SITUATIONS: tuple[Situation, ...] = (
    *situations_fresh.SITUATIONS,
    *situations_images.SITUATIONS,
    *situations_jobs.SITUATIONS,
    *situations_leaving.SITUATIONS,
    *situations_neighbours.SITUATIONS,
    *situations_placement.SITUATIONS,
    *situations_refused.SITUATIONS,
    *situations_restarts.SITUATIONS,
    *situations_rollouts.SITUATIONS,
    *situations_rules.SITUATIONS,
    *situations_services.SITUATIONS,
    *situations_starts.SITUATIONS,
    *situations_strange.SITUATIONS,
)


def _objects(situation: Situation) -> list[Obj]:
    """Return the world and the situation in it; an object of the situation replaces that of the world."""
    return [*world(situation.namespace), *situation.objects]


def _diagnosed(situation: Situation) -> Diagnosis:
    return diagnose(
        snapshot(*_objects(situation), logs=situation.logs, unread=situation.unread),
        target=situation.target,
        namespace=situation.namespace,
    )


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_no_wolf_is_cried(situation: Situation) -> None:
    said = _diagnosed(situation)
    roots = [f"{root.code} {root.variant}: {root.summary.en}" for root in said.roots]
    if situation.root:
        assert len(roots) == 1 or (situation.optional and not roots), roots
    else:
        assert not roots
    for root in said.roots:
        assert root.code == situation.root
        assert root.variant == situation.variant or not situation.variant
        assert root.severity.value == situation.severity or not situation.severity
    assert said.verdict in situation.verdicts, said.summary.en
    assert not said.notes
    judged = {state.object.name: state.verdict for state in said.workloads}
    assert not situation.well or judged[situation.well] is Verdict.HEALTHY


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_what_is_over_or_goes_on_is_told(situation: Situation) -> None:
    said = _diagnosed(situation)
    if situation.ruled_out:
        codes = situation.ruled_out.split("|")
        entries = [entry for entry in said.ruled_out if entry.code in codes]
        assert entries, [(entry.code, entry.reason.en) for entry in said.ruled_out]
        assert all(entry.reason.en and entry.reason.zh for entry in entries)
        assert any(entry.healed for entry in entries) or not situation.over
    if said.verdict is Verdict.RECOVERED:
        assert any(entry.healed and entry.ended for entry in said.ruled_out)
    assert bool(said.in_progress) or not situation.waits
    assert all(entry.until >= said.now for entry in said.in_progress)
    assert not (said.unexplained and said.verdict is Verdict.HEALTHY)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_all_that_is_quoted_stands_in_the_snapshot(situation: Situation) -> None:
    given = snapshot(*_objects(situation), logs=situation.logs, unread=situation.unread)
    said = diagnose(given, target=situation.target, namespace=situation.namespace)
    for entry in said.ruled_out:
        assert all(verify(evidence, given) for evidence in entry.evidence), entry.reason.en


def test_there_are_many_situations_and_each_has_its_own_name() -> None:
    assert len(SITUATIONS) >= 60
    assert not [words for words, times in Counter(entry.id for entry in SITUATIONS).items() if times > 1]


def test_the_objects_of_a_situation_are_complete() -> None:
    for situation in SITUATIONS:
        for entry in _objects(situation):
            assert name(entry), situation.id
            assert text(entry, "metadata", "uid"), situation.id
            assert namespace(entry) or text(entry, "kind") in {
                "Node",
                "Namespace",
                "StorageClass",
                "PersistentVolume",
                "ValidatingWebhookConfiguration",
            }, situation.id
