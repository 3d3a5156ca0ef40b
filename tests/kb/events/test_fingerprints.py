"""Fingerprints of recorded and written events: what folds, and what does not."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.recording import open_recording
from cluster.snapshot import Event, parse_event
from evals.cases import read_cases
from kb.events.sightings import event_namespace, fingerprint_of, sighting
from tests.kb.events.made import NOON, event


@cache
def recorded() -> tuple[Event, ...]:
    """Return the events of all recordings of real clusters."""
    return tuple(one for entry in read_cases() for one in open_recording(entry.recording).iter_events())


def keys(reason: str, part: str) -> set[str]:
    """Return the fingerprints of recorded events of a reason whose message holds something."""
    return {fingerprint_of(one).key for one in recorded() if one.reason == reason and part in one.message}


@pytest.mark.parametrize(
    ("reason", "part"),
    [
        ("BackOff", "Back-off restarting failed container"),
        ("ScalingReplicaSet", "Scaled up"),
        ("Scheduled", "Successfully assigned"),
        ("Started", "Started container"),
        ("FailedCreate", "exceeded quota"),
        ("FailedCreate", "must specify requests"),
        ("Unhealthy", "Readiness probe errored"),
    ],
)
def test_the_same_trouble_of_different_workloads_is_one_pattern(reason: str, part: str) -> None:
    assert len(keys(reason, part)) == 1


def test_recorded_events_become_far_fewer_patterns() -> None:
    patterns = {fingerprint_of(one).key for one in recorded()}
    assert len(patterns) * 4 < len(recorded())


def test_a_wording_holds_no_name_that_a_controller_made_up() -> None:
    for one in recorded():
        assert one.ref.uid not in fingerprint_of(one).wording
        if one.ref.name != fingerprint_of(one).owner.name:
            assert one.ref.name not in fingerprint_of(one).wording


def test_different_reasons_are_different_patterns() -> None:
    by_key: dict[str, set[str]] = {}
    for one in recorded():
        by_key.setdefault(fingerprint_of(one).key, set()).add(one.reason)
    assert all(len(reasons) == 1 for reasons in by_key.values())


HASHES = st.text("456789bcdf", min_size=8, max_size=10)
SUFFIXES = st.text("bcdfghjklmnpqrstvwxz2456789", min_size=5, max_size=5)
NAMESPACES = st.from_regex(r"[a-z]{4,10}-[a-z]{2,8}", fullmatch=True)


def back_off(hash_: str, suffix: str, uid: str, namespace: str, wait: int, address: int) -> Event:
    pod = f"web-{hash_}-{suffix}"
    said = (
        f"Back-off {wait}s restarting failed container web in pod {pod}_{namespace}({uid}): "
        f"last answer from 10.0.{address}.{address}:{8000 + address} was lost"
    )
    return parse_event(event(pod=pod, namespace=namespace, message=said))


@given(HASHES, SUFFIXES, st.uuids(), NAMESPACES, st.integers(1, 300), st.integers(0, 255))
def test_another_hash_uid_namespace_number_or_address_is_the_same_fingerprint(
    hash_: str, suffix: str, uid: object, namespace: str, wait: int, address: int
) -> None:
    usual = fingerprint_of(back_off("7c9d6b5f4d", "x2x4z", "0a1b2c3d-1111-4222-8333-000000000001", "shop-a", 10, 1))
    other = fingerprint_of(back_off(hash_, suffix, str(uid), namespace, wait, address))
    assert other == usual


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_another_reason_is_another_fingerprint(one: str, other: str) -> None:
    first, second = fingerprint_of(parse_event(event(reason=one))), fingerprint_of(parse_event(event(reason=other)))
    assert (first.key == second.key) == (first.reason == second.reason)


def test_the_key_of_a_workload_tells_clusters_namespaces_and_workloads_apart() -> None:
    found = fingerprint_of(parse_event(event()))
    elsewhere = replace(found, owner=fingerprint_of(parse_event(event(pod="api-7c9d6b5f4d-x2x4z"))).owner)
    ids = {found.of_workload("a", "shop"), found.of_workload("b", "shop"), found.of_workload("a", "pay")}
    assert len(ids | {elsewhere.of_workload("a", "shop")}) == 4


def test_both_forms_of_events_have_the_same_fingerprint() -> None:
    old = event(message="Readiness probe failed: HTTP probe failed with statuscode: 503")
    new = {
        "kind": "Event",
        "apiVersion": "events.k8s.io/v1",
        "metadata": old["metadata"],
        "regarding": old["involvedObject"],
        "reason": old["reason"],
        "note": old["message"],
        "type": "Warning",
        "eventTime": "2026-11-23T12:00:00.000000Z",
        "series": {"count": 7, "lastObservedTime": "2026-11-23T12:10:00.000000Z"},
        "reportingController": "kubelet",
    }
    one, other = sighting(old, "c", NOON), sighting(new, "c", NOON)
    assert one is not None
    assert other is not None
    assert one.id == other.id
    assert other.count == 7


def test_an_event_about_a_node_belongs_to_those_who_read_where_it_is_filed() -> None:
    raw = event(kind="Node", pod="worker-9", namespace="default")
    del raw["involvedObject"]["namespace"]
    assert event_namespace(raw) == "default"
    del raw["metadata"]["namespace"]
    assert event_namespace(raw) == "default"


def test_secrets_are_masked_before_anything_is_made_of_a_message() -> None:
    found = sighting(event(message="login failed: password=hunter2hunter2 was refused"), "", NOON)
    assert found is not None
    assert "hunter2" not in found.sample + found.fingerprint.wording


STRANGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["metadata", "involvedObject", "reason", "message", "type", "count", "lastTimestamp", "series"]
)


@given(st.dictionaries(FIELDS, STRANGE, max_size=4))
def test_damaged_events_are_read_or_left_out(damage: dict[str, object]) -> None:
    found = sighting({**event(), **damage}, "c", NOON)
    assert found is None or found.count >= 1
