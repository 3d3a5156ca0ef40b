"""Mutated objects: no analyzer and no rendering may raise, and what is said must still verify.

Real recordings are damaged at random places: values replaced by others of any type, keys removed, lists emptied.
10,000 damaged snapshots in all; a seed that fails is printed and can be run alone.
"""

import copy
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from cluster.recording import open_recording
from cluster.snapshot import Snapshot, SnapshotBuilder
from core.evidence import ObjectRef, verify
from core.settings import DiagnoseSettings
from diagnose.analyzers import analyzers
from diagnose.engine import diagnose
from diagnose.findings import Finding
from diagnose.render import document, markdown, text
from diagnose.scene import Scene
from evals.cases import CaseFile, read_cases

SNAPSHOTS = 10_000
BATCHES = 50
IMPATIENT = DiagnoseSettings(
    pull_grace_seconds=0, create_grace_seconds=0, schedule_grace_seconds=0, claim_grace_seconds=0, init_hang_seconds=0
)
STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**70, 1.5, [], {}, [None], [[]], [{}], {"": None}, {"name": 5}, {"name": ["a"]}),
    *("", "x", "\x00\x1b[31m", "9" * 400, "2026-13-45T99:99:99Z", "1Gi", "{", "a/b:c@d", "$(A)", "%s {0}", "容器 Ü"),
    ["a", 1, None],
)


@cache
def recorded() -> tuple[tuple[CaseFile, Snapshot], ...]:
    """Open all recordings once."""
    return tuple((entry, open_recording(entry.recording)) for entry in read_cases())


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) for everything inside a raw object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from places(inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield value, index
            yield from places(inner)


def damaged(snapshot: Snapshot, chance: random.Random) -> Snapshot:
    """Return a copy with one to eight damaged places, in the objects that matter most."""
    builder = SnapshotBuilder(origin="damaged", namespace=snapshot.namespace)
    every = [obj for kind in snapshot.kinds() if kind != "Lease" for obj in snapshot.all(kind)]
    chosen = {id(obj) for obj in chance.choices(every, k=chance.randint(1, 8))}
    for whole in every:
        obj = dict(whole)
        if id(whole) in chosen:
            obj = copy.deepcopy(obj)
            holder, key = chance.choice([place for place in places(obj) if place[1] != "name" or chance.random() < 0.1])
            if isinstance(holder, dict) and chance.random() < 0.3:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(chance.choice(STRANGE))
        builder.add(obj)
    for entry in snapshot.coverage.kinds:
        builder.covered(entry)
    for (space, pod, container, previous), excerpt in snapshot.logs.items():
        if chance.random() < 0.8:
            ref = ObjectRef(kind="Pod", namespace=space, name=pod)
            builder.add_log(ref, container, excerpt.lines, previous=previous)
    return builder.build(now=snapshot.now)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_damage_makes_an_analyzer_raise(batch: int) -> None:
    for number in range(SNAPSHOTS // BATCHES):
        seed = batch * SNAPSHOTS + number
        chance = random.Random(seed)
        entry, snapshot = chance.choice(recorded())
        scene = Scene(snapshot=damaged(snapshot, chance), numbers=IMPATIENT)
        for analyzer in analyzers():
            try:
                said = list(analyzer.run(scene))
            except Exception as error:
                error.add_note(f"family {analyzer.family}, case {entry.id}, seed {seed}")
                raise
            for finding in said:
                assert not isinstance(finding, Finding) or any(
                    verify(evidence, scene.snapshot) for evidence in finding.evidence
                ), f"{finding.code} without evidence: case {entry.id}, seed {seed}"


@pytest.mark.parametrize("batch", range(10))
def test_no_damage_makes_a_diagnosis_or_its_rendering_raise(batch: int) -> None:
    for number in range(30):
        chance = random.Random(f"whole {batch} {number}")
        _, snapshot = chance.choice(recorded())
        diagnosis = diagnose(damaged(snapshot, chance), numbers=IMPATIENT)
        assert document(diagnosis)["verdict"]
        for language in ("en", "zh"):
            said = text(diagnosis, language)
            assert "\x1b" not in said
            assert "\x00" not in said
            assert markdown(diagnosis, language)
