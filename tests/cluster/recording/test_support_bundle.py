"""Support bundles: what lists and errors say, what hidden values are, and that hostile ones are refused."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.fields import text
from cluster.recording import RecordingLimits, open_recording, read_bundle, write_bundle
from cluster.snapshot import Snapshot
from core.errors import BundleHostile, SextantError
from tests.cluster.recording.samples import pod, tar, thing, typed

TOP = "anything-at-all/"
ROOT = f"{TOP}cluster-resources/"


def bare(*objects: dict[str, Any]) -> str:
    """Write items alone, without their kinds, as older tools did."""
    return json.dumps([{k: v for k, v in obj.items() if k not in {"kind", "apiVersion"}} for obj in objects], indent=2)


def secretive() -> dict[str, Any]:
    box = {"name": "app", "image": "r.example/app:1", "env": [{"name": "DB_PASSWORD", "value": "***HIDDEN***"}]}
    box["env"].append({"name": "DB", "value": "postgres://***HIDDEN***:***HIDDEN***@db:5432/x"})  # type: ignore[attr-defined]
    return pod("web-1", spec={"containers": [box, {"name": "proxy", "image": "r.example/p:1"}]})


FILES: dict[str, str | bytes] = {
    f"{TOP}version.yaml": "apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n  versionNumber: 0.100.0\n",
    f"{TOP}analysis.json": json.dumps([{"name": "web", "kind": "Pod", "metadata": {"name": "judged"}}]),
    f"{TOP}cluster-info/cluster_version.json": '{"info": {"gitVersion": "v1.31.2"}, "string": "v1.31.2"}',
    f"{ROOT}namespaces.json": typed("Namespace", thing("Namespace", "shop"), thing("Namespace", "quiet")),
    f"{ROOT}pods/shop.json": bare(secretive()),
    f"{ROOT}pods/quiet.json": "[]",
    f"{ROOT}pods-errors.json": "{}",
    f"{ROOT}services/shop.json": typed("Service", thing("Service", "web", "shop")),
    f"{ROOT}services/quiet.json": typed("Service"),
    f"{ROOT}events/shop.json": typed("Event"),
    f"{ROOT}pvcs/shop.json": "null",
    f"{ROOT}nodes.json": typed("Node", thing("Node", "node-1")),
    f"{ROOT}storage-classes.json": "[]",
    f"{ROOT}auth-cani-list/shop.json": '[{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]',
    f"{ROOT}configmaps-errors.json": '{"shop": "configmaps is forbidden: User \\"u\\" cannot list resource"}',
    f"{ROOT}pvs-errors.json": '["persistentvolumes is forbidden: User \\"u\\" cannot list resource"]',
    f"{ROOT}leases-errors.json": '{"shop": "context deadline exceeded"}',
    f"{ROOT}network-policy-errors.json": '["the server could not find the requested resource"]',
    f"{ROOT}custom-resources/widgets.example.com/shop.json": json.dumps(
        [thing("Widget", "w", "shop", "example.com/v1")]
    ),
    f"{ROOT}pods/logs/shop/web-1/app.log": "connecting with token=***HIDDEN***\nFATAL no route\n",
    f"{ROOT}pods/logs/shop/web-1/app-previous.log": "older\n",
    f"{ROOT}pods/logs/shop/web-1/proxy-logs-errors.log": "container proxy is waiting to start\n",
    f"{TOP}secrets/shop/tls.json": '{"namespace": "shop", "name": "tls", "secretExists": false}',
    f"{TOP}secrets/shop/db.json": '{"namespace": "shop", "name": "db", "secretExists": true}',
}


def read(files: dict[str, str | bytes]) -> Snapshot:
    return open_recording(io.BytesIO(gzip.compress(tar(files))))


def states(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    return {(entry.kind, entry.namespace): entry.state for entry in snapshot.coverage.kinds}


def test_lists_are_complete_for_their_namespaces_and_errors_say_what_was_refused() -> None:
    found = read(FILES)
    told = states(found)
    assert told["Pod", ""] == told["Service", ""] == told["Node", ""] == told["StorageClass", ""] == "complete"
    assert told["PersistentVolumeClaim", "shop"] == told["Event", "shop"] == "complete"
    assert told["ConfigMap", "shop"] == told["PersistentVolume", ""] == "refused"
    assert told["Lease", "shop"] == "failed"
    assert told["NetworkPolicy", ""] == "absent"
    assert told["Widget.example.com", "shop"] == "complete"
    assert not found.coverage.complete("ConfigMap", "shop")
    assert not found.coverage.complete("Secret", "shop")
    assert found.server_version == "v1.31.2"


def test_items_get_the_kind_of_their_folder_and_rights_and_analyses_are_no_objects() -> None:
    found = read(FILES)
    assert found.get("Pod", "shop", "web-1") is not None
    assert found.get("Pod", "", "judged") is None
    assert set(found.kinds()) == {"Namespace", "Pod", "Service", "Node", "Widget.example.com"}


def test_hidden_values_are_masked_and_not_unset() -> None:
    found = read(FILES)
    env = found.get("Pod", "shop", "web-1")
    assert env is not None
    assert text(env, "spec", "containers", 0, "env", 0, "value") == "***"
    assert text(env, "spec", "containers", 0, "env", 1, "value") == "postgres://***:***@db:5432/x"


def test_logs_belong_to_their_containers_and_those_that_could_not_be_read_are_missing() -> None:
    found = read(FILES)
    assert found.logs["shop", "web-1", "app", False].lines == ("connecting with token=***", "FATAL no route")
    assert found.logs["shop", "web-1", "app", True].lines == ("older",)
    missing = [entry for entry in found.coverage.logs if entry.state == "missing"]
    assert [(entry.container, entry.previous) for entry in missing] == [("proxy", False)]


def test_what_a_collector_looked_for_in_vain_is_known_to_be_absent_also_after_saving(tmp_path: Path) -> None:
    found = read(FILES)
    assert found.absent("Secret", "shop", "tls")
    assert not found.absent("Secret", "shop", "db")
    assert not found.absent("Secret", "quiet", "tls")
    write_bundle(found, tmp_path / "x.tar.zst")
    again = read_bundle((tmp_path / "x.tar.zst").read_bytes())
    assert again.absent("Secret", "shop", "tls")
    assert again == found


def test_a_folder_is_read_like_the_archive_and_its_name_means_nothing(tmp_path: Path) -> None:
    for path, content in FILES.items():
        place = tmp_path / path.removeprefix(TOP)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    assert open_recording(tmp_path).objects == read(FILES).objects


def test_other_trees_are_no_support_bundles() -> None:
    found = read({"cluster-resources/pods/shop.json": bare(pod("web-1")), "x.json": typed("Pod", pod("web-2"))})
    assert not found.coverage.complete("Pod", "")


def test_a_bundle_in_which_all_was_refused_is_still_one() -> None:
    said = '["forbidden: User \\"u\\" cannot list"]'
    found = read({f"{ROOT}pods-errors.json": '{"shop": "forbidden"}', f"{ROOT}nodes-errors.json": said})
    assert states(found) == {("Pod", "shop"): "refused", ("Node", ""): "refused"}


def test_hostile_bundles_are_refused() -> None:
    with pytest.raises(BundleHostile):
        read({**FILES, f"{TOP}../../etc/passwd": "x"})


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FILES)), st.binary(max_size=200) | st.text(max_size=200), min_size=1))
def test_damaged_members_raise_only_our_errors(changed: dict[str, str | bytes]) -> None:
    try:
        open_recording(io.BytesIO(tar({**FILES, **changed})), limits=RecordingLimits(member_bytes=10**6))
    except SextantError:
        return
