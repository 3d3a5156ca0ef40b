"""Must-gathers: several images, complete lists of gathered namespaces, logs plain and packed, time and bombs."""

import gzip
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.recording import RecordingLimits, open_recording
from cluster.snapshot import Snapshot
from core.errors import BundleHostile, SextantError
from tests.cluster.recording.samples import manifest, pod, tar, thing

ONE = "whatever/quay-example-core-sha256-0a1b/"
TWO = "whatever/quay-example-extra-sha256-2c3d/"
STAMPED = "2026-03-01T10:04:58.123456789Z starting\n2026-03-01T10:04:59.000000001Z FATAL no route\n"


def listed(kind: str, *objects: dict[str, Any], api_version: str = "v1") -> str:
    items = [{k: v for k, v in obj.items() if k not in {"kind", "apiVersion"}} for obj in objects]
    return "---\n" + yaml.safe_dump({"apiVersion": api_version, "kind": f"{kind}List", "items": items or None})


def single(obj: dict[str, Any]) -> str:
    return "---\n" + yaml.safe_dump(obj)


FILES: dict[str, str | bytes] = {
    "whatever/timestamp": "2026-03-01 10:00:00.1 +0000 UTC m=+0.1\n2026-03-01 10:20:00.1 +0000 UTC m=+1200.1\n",
    "whatever/event-filter.html": "<html>no list</html>",
    f"{ONE}version": "openshift/must-gather\n4.16\n",
    f"{ONE}namespaces/shop/shop.yaml": single(thing("Namespace", "shop")),
    f"{ONE}namespaces/shop/core/pods.yaml": listed("Pod", pod("web-1")),
    f"{ONE}namespaces/shop/core/services.yaml": listed("Service"),
    f"{ONE}namespaces/shop/core/events.yaml": listed(
        "Event",
        {
            **thing("Event", "e", "shop"),
            "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-1"},
            "reason": "BackOff",
            "type": "Warning",
            "message": "x",
            "lastTimestamp": "2026-03-01T10:05:00Z",
        },
    ),
    f"{ONE}namespaces/shop/apps/deployments.yaml": listed(
        "Deployment", thing("Deployment", "web", "shop", "apps/v1"), api_version="apps/v1"
    ),
    f"{ONE}namespaces/shop/route.example.io/routes.yaml": listed("Route", api_version="route.example.io/v1"),
    f"{ONE}namespaces/shop/pods/web-1/web-1.yaml": single(pod("web-1")),
    f"{ONE}namespaces/shop/pods/web-1/app/app/logs/current.log": STAMPED,
    f"{ONE}namespaces/shop/pods/web-1/app/app/logs/previous.log": "",
    f"{ONE}namespaces/shop/pods/web-1/app/app/logs/previous.insecure.log.gz": gzip.compress(b"before\n"),
    f"{ONE}namespaces/shop/pods/web-1/app/app/logs/rotated/0.log.gz": gzip.compress(b"old\n"),
    f"{ONE}cluster-scoped-resources/core/nodes/node-1.yaml": single(thing("Node", "node-1")),
    f"{ONE}cluster-scoped-resources/rbac.authorization.k8s.io/clusterroles/view.yaml": single(
        thing("ClusterRole", "view", "", "rbac.authorization.k8s.io/v1")
    ),
    f"{ONE}cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml": single(
        thing("ClusterVersion", "version", "", "config.openshift.io/v1")
    ),
    f"{TWO}namespaces/other/core/pods.yaml": listed("Pod", pod("db-0", "other")),
    f"{TWO}namespaces/other/batch/jobs/once.yaml": single(thing("Job", "once", "other", "batch/v1")),
}


def read(files: dict[str, str | bytes]) -> Snapshot:
    return open_recording(io.BytesIO(gzip.compress(tar(files))))


def states(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    return {(entry.kind, entry.namespace): entry.state for entry in snapshot.coverage.kinds}


def test_kinds_are_complete_for_the_namespaces_that_were_gathered_and_for_no_other() -> None:
    found = read(FILES)
    told = states(found)
    assert told["Pod", "shop"] == told["Pod", "other"] == told["Service", "shop"] == told["Deployment", "shop"]
    assert told["Pod", "shop"] == told["Route.route.example.io", "shop"] == "complete"
    assert told["Job", "other"] == "partial"
    assert ("Service", "other") not in told
    assert found.absent("Service", "shop", "web")
    assert not found.absent("Service", "other", "web")
    assert not found.absent("Pod", "third", "x")
    assert any("gathered namespaces: other, shop" in note for note in found.coverage.notes)


def test_kinds_without_a_namespace_are_complete_only_where_the_standard_collection_asks_for_all() -> None:
    assert states(read(FILES))["Node", ""] == "complete"
    assert states(read(FILES))["ClusterRole", ""] == "partial"
    alone = {path: content for path, content in FILES.items() if "config.openshift.io" not in path}
    assert states(read(alone))["Node", ""] == "partial"


def test_logs_lose_the_time_of_the_collector_and_an_empty_previous_one_is_none() -> None:
    found = read(FILES)
    assert found.logs["shop", "web-1", "app", False].lines == ("starting", "FATAL no route")
    assert found.logs["shop", "web-1", "app", True].lines == ("before",)
    without = {path: content for path, content in FILES.items() if "insecure" not in path}
    assert ("shop", "web-1", "app", True) not in read(without).logs


def test_now_is_the_newest_time_within_the_collection_else_its_end() -> None:
    assert read(FILES).now == datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
    future = thing("Pod", "x", "shop")
    future["metadata"]["creationTimestamp"] = "2031-01-01T00:00:00Z"
    late = {**FILES, f"{ONE}namespaces/shop/core/pods.yaml": listed("Pod", future)}
    assert read(late).now == datetime(2026, 3, 1, 10, 20, 0, 100000, tzinfo=UTC)


def test_one_inspected_namespace_without_folders_around_it_is_read_too() -> None:
    found = read({path.removeprefix(ONE): content for path, content in FILES.items() if path.startswith(ONE)})
    assert states(found)["Pod", "shop"] == "complete"


def test_manifests_in_folders_of_such_names_are_no_must_gather() -> None:
    wish = json.dumps({**manifest("Deployment", "web"), "apiVersion": "apps/v1"})
    found = read({"namespaces/shop/apps/web.json": wish, "namespaces/shop/core/cm.json": json.dumps(pod("a"))})
    assert not any("gathered" in note for note in found.coverage.notes)


def test_a_packed_log_that_expands_without_end_is_refused_and_a_damaged_one_is_noted() -> None:
    path = f"{ONE}namespaces/shop/pods/web-1/app/app/logs/current.log.gz"
    bomb = tar({**FILES, path: gzip.compress(b"\0" * 3_000_000)})
    limits = RecordingLimits(ratio=20, ratio_from_bytes=10_000)
    with pytest.raises(BundleHostile):
        open_recording(io.BytesIO(bomb), limits=limits)
    damaged = read({**FILES, path: gzip.compress(STAMPED.encode())[:30]})
    assert any("break off" in note for note in damaged.coverage.notes)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FILES)), st.binary(max_size=200) | st.text(max_size=200), min_size=1))
def test_damaged_members_raise_only_our_errors(changed: dict[str, str | bytes]) -> None:
    try:
        open_recording(io.BytesIO(tar({**FILES, **changed})), limits=RecordingLimits(member_bytes=10**6))
    except SextantError:
        return
