"""Snapshots: indices, events by uid, absence only from complete lists, evidence that can be opened."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cluster.snapshot import KindCoverage, Snapshot, SnapshotBuilder, ref_of
from core.evidence import ABSENT, UNSET, AbsenceSource, EventSource, FieldSource, LogSource, ObjectRef, Source

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def pod(name: str, space: str = "shop", uid: str = "") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": space,
            "uid": uid or f"uid-{name}",
            "creationTimestamp": "2026-03-02T09:00:00Z",
        },
        "spec": {"nodeName": "node-1", "hostNetwork": False, "tolerations": [{"key": "a"}]},
    }


def event(name: str, about: dict[str, Any], reason: str, **more: Any) -> dict[str, Any]:
    involved = {
        "kind": about["kind"],
        "namespace": about["metadata"].get("namespace", ""),
        "name": about["metadata"]["name"],
    }
    involved["uid"] = about["metadata"]["uid"]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "shop"},
        "involvedObject": involved,
        "reason": reason,
        **more,
    }


def built(*objs: dict[str, Any], complete: tuple[str, ...] = ()) -> Snapshot:
    builder = SnapshotBuilder(origin="test", namespace="shop")
    for obj in objs:
        builder.add(obj)
    for kind in complete:
        builder.covered(KindCoverage(kind=kind, namespace="shop", state="complete"))
    return builder.build(now=NOW)


def test_objects_are_ordered_and_found_by_namespace() -> None:
    snapshot = built(pod("b"), pod("a"), pod("a", "shop-2"), pod("z", "aaa"))
    assert [(ref_of(obj).namespace, ref_of(obj).name) for obj in snapshot.all("Pod")] == [
        ("aaa", "z"),
        ("shop", "a"),
        ("shop", "b"),
        ("shop-2", "a"),
    ]
    assert [ref_of(obj).name for obj in snapshot.all("Pod", "shop")] == ["a", "b"]
    assert list(snapshot.all("Pod", "nowhere")) == []
    assert list(snapshot.all("Widget.example.com")) == []


def test_items_of_a_list_get_the_kind_of_the_list() -> None:
    builder = SnapshotBuilder(origin="test")
    builder.add({"metadata": {"name": "a", "namespace": "shop"}}, kind="Deployment", api_version="apps/v1")
    assert builder.build(now=NOW).get("Deployment", "shop", "a") is not None


@pytest.mark.parametrize(
    "obj", [{}, {"metadata": None}, {"metadata": {"name": 5}}, {"kind": "Pod", "metadata": {"namespace": "a"}}]
)
def test_an_object_without_a_name_is_left_out(obj: dict[str, Any]) -> None:
    assert built(obj).kinds() == ()


def test_events_of_a_former_pod_of_the_same_name_do_not_count() -> None:
    old, new = pod("web-0", uid="old"), pod("web-0", uid="new")
    snapshot = built(new, event("e1", old, "BackOff"), event("e2", new, "Pulled"))
    assert [entry.reason for entry in snapshot.events(new)] == ["Pulled"]


def test_events_of_a_node_are_found_by_its_name() -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "uid": "real-uid"}}
    about = {"kind": "Node", "metadata": {"name": "n1", "uid": "n1"}}
    assert [entry.reason for entry in built(node, event("e", about, "Rebooted")).events(node)] == ["Rebooted"]


def test_the_time_of_an_event_is_the_newest_that_is_set() -> None:
    one = pod("a")
    raw = event("e", one, "Failed", message="(combined from similar events): it broke", count=None)
    raw |= {"eventTime": "2026-03-02T09:10:00Z", "series": {"lastObservedTime": "2026-03-02T09:50:00Z"}}
    found = built(one, raw).events(one)[0]
    assert found.last == datetime(2026, 3, 2, 9, 50, tzinfo=UTC)
    assert found.message == "it broke"
    assert found.count == 1


def test_absence_is_known_only_from_a_complete_list() -> None:
    assert built(pod("a"), complete=("Pod",)).absent("Pod", "shop", "b")
    assert not built(pod("a"), complete=("Pod",)).absent("Pod", "shop", "a")
    assert not built(pod("a")).absent("Pod", "shop", "b")
    assert not built(pod("a"), complete=("Pod",)).absent("Pod", "other", "b")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (FieldSource(object=ref_of(pod("a")), path=("spec", "nodeName")), "node-1"),
        (FieldSource(object=ref_of(pod("a")), path=("spec", "hostNetwork")), "false"),
        (FieldSource(object=ref_of(pod("a")), path=("spec", "tolerations")), '[{"key":"a"}]'),
        (FieldSource(object=ref_of(pod("a")), path=("spec", "volumes")), UNSET),
        (FieldSource(object=ref_of(pod("nobody")), path=("spec",)), None),
        (EventSource(object=ref_of(pod("a")), event="e", reason="Failed"), "it broke"),
        (EventSource(object=ref_of(pod("a")), event="other", reason="Failed"), None),
        (LogSource(pod=ref_of(pod("a")), container="web", previous=False, line=2), "second"),
        (LogSource(pod=ref_of(pod("a")), container="web", previous=False, line=3), None),
        (LogSource(pod=ref_of(pod("a")), container="web", previous=True, line=1), None),
        (AbsenceSource(object=ObjectRef(kind="Pod", namespace="shop", name="b")), ABSENT),
        (AbsenceSource(object=ObjectRef(kind="Secret", namespace="shop", name="b")), None),
    ],
    ids=str,
)
def test_sources_can_be_opened_again(source: Source, text: str | None) -> None:
    one = pod("a")
    builder = SnapshotBuilder(origin="test")
    builder.add(one)
    builder.add(event("e", one, "Failed", message="it broke"))
    builder.add_log(ref_of(one), "web", ["first", "second"])
    builder.covered(KindCoverage(kind="Pod", namespace="shop", state="complete"))
    assert builder.build(now=NOW).read(source) == text


def test_the_newest_moment_is_now_for_sources_that_do_not_say() -> None:
    builder = SnapshotBuilder(origin="test")
    one = pod("a")
    one["status"] = {"containerStatuses": [{"lastState": {"terminated": {"finishedAt": "2026-03-02T09:30:00Z"}}}]}
    one["metadata"]["deletionTimestamp"] = "2027-01-01T00:00:00Z"
    builder.add(one)
    assert builder.newest_moment() == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
