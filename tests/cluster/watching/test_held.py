"""What a watch holds: equal to what a snapshot would, in bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.kinds import Kind
from cluster.listing import clean
from cluster.watching.held import Held, Room, parsed, written
from cluster.watching.limits import WatchLimits
from tests.cluster.asking import obj
from tests.cluster.watching.watched import CONFIG_MAP, EVENT, POD

LIMITS = WatchLimits(max_objects=20, max_events=10, event_seconds=3600)


def holding(kind: Kind = CONFIG_MAP, limits: WatchLimits = LIMITS, most: int = 1_000_000) -> Held:
    return Held(kind, limits, Room(most=most))


def seen(held: Held) -> set[str]:
    return {name for _, name in held.versions()}


def versioned(name: str, version: int = 1, *, uid: str = "", kind: str = "ConfigMap", **fields: Any) -> dict[str, Any]:
    return obj(kind, name, metadata={"uid": uid or f"uid-{name}", "resourceVersion": str(version)}, **fields)


def event(number: int, minute: int) -> dict[str, Any]:
    return versioned(f"e-{number:03}", kind="Event", lastTimestamp=f"2026-11-23T{minute // 60:02}:{minute % 60:02}:00Z")


def test_the_same_version_twice_changes_nothing() -> None:
    held = holding()
    assert held.put(versioned("a"))
    assert not held.put(versioned("a", data={"never": "seen"}))
    assert held.put(versioned("a", 2))
    assert held.put(versioned("a", 2, uid="another"))


def test_an_object_of_the_same_name_but_another_uid_is_not_dropped() -> None:
    held = holding()
    held.put(versioned("a", uid="new"))
    assert not held.drop(versioned("a", uid="old"))
    assert held.drop(versioned("a", uid="new"))
    assert not held.drop(versioned("a", uid="new"))


def test_a_new_list_touches_only_the_namespaces_where_something_changed() -> None:
    held = holding()
    here, there, gone = versioned("a"), {**versioned("b")}, {**versioned("c")}
    there["metadata"]["namespace"], gone["metadata"]["namespace"] = "there", "gone"
    held.replace(held.prepared([here, there, gone]))
    there = {**there, "metadata": {**there["metadata"], "resourceVersion": "9"}}
    assert held.replace(held.prepared([here, there])) == {"there", "gone"}
    assert held.replace(held.prepared([here, there])) == set()
    assert held.clear() == {"shop", "there"}
    assert (held.count, held.size) == (0, 0)


def test_what_is_held_is_what_a_snapshot_would_hold() -> None:
    pod = versioned("web", kind="Pod", spec={"containers": [{"env": [{"name": "TOKEN", "value": "hunter2"}]}]})
    pod["metadata"]["managedFields"] = [{"manager": "kubelet"}]
    held = holding(POD)
    held.put({**pod, "metadata": {**pod["metadata"]}})
    assert held.find("shop", "web") == clean([pod], POD)[0]
    assert b"hunter2" not in held.bodies()[0]


@dataclass(frozen=True, kw_only=True)
class Bound:
    id: str
    held: Callable[[], Held]
    put: list[dict[str, Any]]
    kept: set[str]
    note: str


BOUNDS = (
    Bound(
        id="objects",
        held=lambda: holding(limits=WatchLimits(max_objects=3)),
        put=[versioned(f"c-{i}") for i in range(5)],
        kept={"c-0", "c-1", "c-2"},
        note="only 3 objects are held",
    ),
    Bound(
        id="bytes",
        held=lambda: holding(most=1500),
        put=[versioned(f"c-{i}", data={"long": "x" * 500}) for i in range(5)],
        kept={"c-0", "c-1"},
        note="only 2 objects are held: the memory for watched objects is full",
    ),
    Bound(
        id="an object that outgrows the room",
        held=lambda: holding(most=800),
        put=[versioned("a"), versioned("b", data={"long": "x" * 400}), versioned("a", 2, data={"long": "x" * 400})],
        kept={"b"},
        note="only 2 objects are held: the memory for watched objects is full",
    ),
    Bound(
        id="number of events",
        held=lambda: holding(EVENT),
        put=[event(i, i) for i in range(12)],
        kept={f"e-{i:03}" for i in range(2, 12)},
        note="only the newest events are held, at most 10",
    ),
    Bound(
        id="age of events",
        held=lambda: holding(EVENT),
        put=[event(0, 0), event(1, 50), event(2, 100)],
        kept={"e-001", "e-002"},
        note="only the events of the last 1 h are held",
    ),
)


@pytest.mark.parametrize("case", BOUNDS, ids=lambda case: case.id)
def test_more_than_the_bound_is_not_held_and_that_is_said(case: Bound) -> None:
    held = case.held()
    for item in case.put:
        held.put(item)
    assert seen(held) == case.kept
    assert held.note == case.note
    assert held.size == sum(len(body) for body in held.bodies())
    assert held.count == len(held.bodies())


def test_room_that_became_free_is_used_again() -> None:
    held = holding(most=1000)
    held.put(versioned("a", data={"long": "x" * 500}))
    held.put(versioned("b", data={"long": "x" * 500}))
    held.drop(versioned("a"))
    assert held.put(versioned("b", data={"long": "x" * 500}))
    assert seen(held) == {"b"}
    held.replace(held.prepared([versioned("b", data={"long": "x" * 500})]))
    assert not held.note


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("\ud800 half a pair"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON_VALUES))
def test_what_is_written_is_read_back(value: dict[str, Any]) -> None:
    assert parsed(written(value)) == value


@given(st.dictionaries(st.sampled_from(["metadata", "kind", "spec", "status", "data", "type"]), JSON_VALUES))
def test_no_object_is_so_odd_that_it_cannot_be_held(value: dict[str, Any]) -> None:
    for kind in (POD, EVENT, CONFIG_MAP):
        held = holding(kind)
        odd = {**value, "metadata": {"name": "odd", "annotations": value.get("metadata")}}
        held.put(odd)
        held.put(value)
        held.drop(value)
        assert held.count == len(held.bodies())
