"""A tree of files becomes a snapshot that claims no more than the files can show."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cluster.recording import open_recording
from cluster.recording.tree import EPOCH
from cluster.snapshot import Snapshot
from core.redaction import MASK
from tests.cluster.recording.samples import listing, manifest, pod, tar, thing, typed


def opened(files: dict[str, str | bytes]) -> Snapshot:
    return open_recording(io.BytesIO(tar(files)))


def coverage(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    return {(entry.kind, entry.namespace): entry.state for entry in snapshot.coverage.kinds}


SPANNING = listing(pod("a", "shop"), pod("b", "other"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    expected: dict[tuple[str, str], str]


CASES = (
    Case(id="several namespaces", files={"pods.json": SPANNING}, expected={("Pod", ""): "complete"}),
    Case(id="one namespace", files={"pods.json": listing(pod("a"), pod("b"))}, expected={("Pod", "shop"): "complete"}),
    Case(
        id="one namespace beside lists of several",
        files={"pods.json": SPANNING, "ingresses.json": listing(thing("Ingress", "i", "shop", "networking.k8s.io/v1"))},
        expected={("Pod", ""): "complete", ("Ingress", ""): "complete"},
    ),
    Case(
        id="nothing beside lists of several",
        files={
            "pods.json": SPANNING,
            "networkpolicies.json": listing(),
            "x.json": typed("CronJob", api_version="batch/v1"),
        },
        expected={("Pod", ""): "complete", ("NetworkPolicy", ""): "complete", ("CronJob", ""): "complete"},
    ),
    Case(
        id="nothing beside lists of one",
        files={"pods.json": listing(pod("a")), "services.json": listing()},
        expected={("Pod", "shop"): "complete", ("Service", ""): "partial"},
    ),
    Case(
        id="lists of each namespace in directories",
        files={"shop/pods.json": listing(pod("a")), "other/pods.json": listing(pod("b", "other"))},
        expected={("Pod", "shop"): "complete", ("Pod", "other"): "complete"},
    ),
    Case(
        id="two lists of one kind beside lists of several",
        files={
            "pods.json": SPANNING,
            "s1.json": listing(thing("Service", "a", "shop")),
            "s2.json": listing(thing("Service", "b", "b")),
        },
        expected={("Pod", ""): "complete", ("Service", "shop"): "complete", ("Service", "b"): "complete"},
    ),
    Case(
        id="a kind without namespaces",
        files={
            "nodes.json": listing(thing("Node", "n1")),
            "sc.json": typed("StorageClass", api_version="storage.k8s.io/v1"),
        },
        expected={("Node", ""): "complete", ("StorageClass", ""): "complete"},
    ),
    Case(id="one object", files={"pod.json": json.dumps(pod("a"))}, expected={("Pod", "shop"): "partial"}),
    Case(
        id="several kinds in one list",
        files={"all.json": listing(pod("a"), thing("Service", "a", "shop"))},
        expected={("Pod", "shop"): "partial", ("Service", "shop"): "partial"},
    ),
    Case(
        id="one page",
        files={"pods.json": listing(pod("a"), pod("b"), **{"continue": "token"})},
        expected={("Pod", "shop"): "partial"},
    ),
    Case(
        id="a list cut off",
        files={"pods.json": SPANNING[: SPANNING.index('"b"')]},
        expected={("Pod", "shop"): "partial"},
    ),
    Case(
        id="manifests as a list",
        files={"l.json": listing(manifest("Service", "a"), manifest("Service", "b"))},
        expected={("Service", "shop"): "partial"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_lists_are_complete_only_for_what_they_show(case: Case) -> None:
    assert coverage(opened(dict(case.files))) == case.expected


def test_a_live_object_takes_the_place_of_its_manifest_whatever_the_order() -> None:
    live = thing("Service", "web", "shop")
    for names in (("a.json", "b.json"), ("b.json", "a.json")):
        read = opened({names[0]: json.dumps(live), names[1]: json.dumps(manifest("Service", "web"))})
        assert read.get("Service", "shop", "web") == live
        assert "1 object has no status: manifests as written, not live state" in read.coverage.notes


def test_broken_files_are_noted_with_their_line_and_the_rest_is_read() -> None:
    read = opened(
        {"pods.json": listing(pod("a"), pod("b")), "bad.yaml": "kind: Pod\nmetadata: [\n", "n.json": '{"kind": }'}
    )
    assert len(read.objects["Pod"]) == 2
    assert any(note.startswith("bad.yaml, line 3") for note in read.coverage.notes)
    assert any(note.startswith("n.json, line 1: not JSON") for note in read.coverage.notes)


def test_secrets_in_a_tree_are_masked() -> None:
    secret = {**thing("Secret", "s", "shop"), "data": {"password": "aHVudGVyMg=="}}
    read = opened({"secrets.json": typed("Secret", secret), "pods.json": json.dumps(pod("a"))})
    assert read.objects["Secret"]["shop", "s"]["data"] == {"password": MASK}


def test_logs_are_read_redacted_and_covered() -> None:
    files = {
        "pods.json": listing(pod("web-1", "shop", "app", "proxy"), pod("old-1")),
        "logs/shop.web-1.app.log": "start\nconnecting to postgres://u:hunter2x@db/x\n",
        "logs/shop.web-1.app.previous.log": "FATAL\n",
        "logs/shop.web-1.proxy.log": "",
        "logs/shop.old-1.app.previous.err": "Error from server (BadRequest): previous terminated container not found\n",
        "logs/gone.log": "whose?\n",
        "describe/shop.old-1.txt": "Name:             old-1\nNamespace:        shop\n",
    }
    read = opened(dict(files))
    assert {key: excerpt.lines for key, excerpt in read.logs.items()} == {
        ("shop", "web-1", "app", False): ("start", f"connecting to postgres://u:{MASK}@db/x"),
        ("shop", "web-1", "app", True): ("FATAL",),
        ("shop", "web-1", "proxy", False): (),
    }
    states = {(entry.pod.name, entry.container, entry.previous): entry.state for entry in read.coverage.logs}
    assert states["old-1", "app", True] == "missing"
    assert any("logs/gone.log" in note for note in read.coverage.notes)


def test_logs_as_a_runtime_writes_them_lose_its_prefix_and_the_last_two_restarts_count() -> None:
    line = "2026-03-01T10:04:00.1Z stderr F {}\n"
    files = {f"shop_web-1_uid/app/{n}.log": line.format(f"restart {n}") for n in (0, 1, 2, 10)}
    read = opened({"pods.json": json.dumps(pod("web-1")), **files})
    assert read.logs["shop", "web-1", "app", False].lines == ("restart 10",)
    assert read.logs["shop", "web-1", "app", True].lines == ("restart 2",)


def test_a_long_log_is_cut_and_keeps_its_last_error() -> None:
    data = "FATAL no such table: orders\n" + "INFO request served\n" * 200_000
    read = opened({"pods.json": json.dumps(pod("web-1")), "shop/web-1.log": data})
    excerpt = read.logs["shop", "web-1", "app", False]
    assert excerpt.cut
    assert "FATAL no such table: orders" in excerpt.lines
    assert excerpt.lines[-1] == "INFO request served"


def test_bytes_that_are_no_utf8_are_replaced_in_logs_and_objects() -> None:
    named = json.dumps({**pod("web-1"), "status": {"message": "X"}}).encode().replace(b'"X"', b'"\xff\xfe"')
    read = opened({"pods.json": named, "shop/web-1.log": b"caf\xe9\n"})
    assert read.logs["shop", "web-1", "app", False].lines == ("caf\ufffd",)
    assert read.objects["Pod"]["shop", "web-1"]["status"]["message"] == "\ufffd\ufffd"


def test_files_that_a_windows_shell_wrote_are_read() -> None:
    assert "Pod" in opened({"pods.json": json.dumps(pod("a")).encode("utf-16")}).objects


def test_archives_inside_and_binary_files_are_noted() -> None:
    read = opened({"pods.json": json.dumps(pod("a")), "inner.tgz": b"\x1f\x8b\x08" + bytes(50), "core": b"\x7fELF\0\0"})
    assert sum("not opened" in note or "not text" in note for note in read.coverage.notes) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    id: str
    files: dict[str, str]
    now: datetime


BARE = {**pod("a"), "metadata": {"name": "a", "namespace": "shop", "uid": "u"}}
TIMES = (
    Time(
        id="stated",
        files={"p.json": json.dumps(pod("a")), "collected-at": "2026-03-01T12:00:00+01:00\n"},
        now=datetime(2026, 3, 1, 11, tzinfo=UTC),
    ),
    Time(
        id="stated as Go prints it",
        files={
            "p.json": json.dumps(pod("a")),
            "timestamp": "2026-03-01 10:00:00.5 +0000 UTC m=+0.1\n2026-03-01 10:07:00 +0000 UTC\n",
        },
        now=datetime(2026, 3, 1, 10, 7, tzinfo=UTC),
    ),
    Time(id="newest in the objects", files={"p.json": json.dumps(pod("a"))}, now=datetime(2026, 3, 1, 10, tzinfo=UTC)),
    Time(
        id="newest in the logs",
        files={"p.json": json.dumps(BARE), "shop/a.log": "2026-02-02T02:02:02Z started\nx\n"},
        now=datetime(2026, 2, 2, 2, 2, 2, tzinfo=UTC),
    ),
    Time(id="none", files={"p.json": json.dumps(BARE)}, now=EPOCH),
)


@pytest.mark.parametrize("time", TIMES, ids=lambda time: time.id)
def test_now_is_the_time_of_collection(time: Time) -> None:
    read = opened(dict(time.files))
    assert read.now == time.now
    assert (time.now == EPOCH) is any("no time" in note for note in read.coverage.notes)


def test_the_same_tree_read_twice_is_equal_in_any_packing(tmp_path: Path) -> None:
    files = {"pods.json": SPANNING, "logs/shop.a.app.log": "x\n"}
    for name, content in files.items():
        (tmp_path / "t" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "t" / name).write_text(content)
    directory = open_recording(tmp_path / "t", origin="o")
    assert directory == open_recording(io.BytesIO(tar(dict(files))), origin="o")


def test_a_single_file_needs_no_archive(tmp_path: Path) -> None:
    (tmp_path / "pods").write_text(SPANNING)
    read = open_recording(tmp_path / "pods")
    assert (len(read.objects["Pod"]), read.origin) == (2, "pods")
