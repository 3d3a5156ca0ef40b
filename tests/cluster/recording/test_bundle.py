"""A bundle gives back the snapshot that was written, or an error that names the damage."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from cluster.recording import RecordingLimits, open_recording, read_bundle, write_bundle
from cluster.snapshot import Snapshot, SnapshotBuilder, ref_of
from core.errors import BundleBroken, BundleError, BundleHostile, BundleTooLarge, UsageError
from core.redaction import MASK
from tests.cluster.recording.samples import NOW, pod, snapshot, tar, zst


def unpacked(path: Path) -> dict[str, bytes]:
    plain = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        return {entry.name: file.read() for entry in archive if (file := archive.extractfile(entry))}


def packed(files: dict[str, bytes]) -> bytes:
    return zst(tar(dict(files)))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_bundle(snapshot(), tmp_path / "shop.tar.zst")
    return tmp_path / "shop.tar.zst"


def test_reading_gives_the_snapshot_that_was_written(written: Path) -> None:
    assert read_bundle(written.read_bytes()) == snapshot()
    assert open_recording(written) == snapshot()
    with written.open("rb") as stream:
        assert read_bundle(stream, RecordingLimits(), "elsewhere") == snapshot()


def test_the_order_of_kinds_objects_and_logs_is_kept(written: Path) -> None:
    read = read_bundle(written.read_bytes())
    assert [list(table) for table in read.objects.values()] == [list(table) for table in snapshot().objects.values()]
    assert list(read.logs) == list(snapshot().logs)


def test_the_summary_counts_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "shop.tar.zst"
    summary = write_bundle(snapshot(), path)
    assert (summary.path, summary.bytes, summary.objects, summary.logs) == (path, path.stat().st_size, 4, 2)


def test_equal_snapshots_give_equal_bytes(tmp_path: Path) -> None:
    once, again = tmp_path / "a", tmp_path / "sub" / "b"
    again.parent.mkdir()
    write_bundle(snapshot(), once)
    shuffled = replace(snapshot(), objects=dict(reversed(list(snapshot().objects.items()))))
    write_bundle(shuffled, again)
    assert once.read_bytes() == again.read_bytes()


def test_the_manifest_comes_first_and_an_unpacked_bundle_is_read_as_well(written: Path, tmp_path: Path) -> None:
    files = unpacked(written)
    assert next(iter(files)) == "sextant.json"
    for name, data in files.items():
        path = tmp_path / "open" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert open_recording(tmp_path / "open") == snapshot()


def test_names_that_would_leave_the_archive_are_written_as_harmless_ones(tmp_path: Path) -> None:
    builder = SnapshotBuilder(origin="x")
    hostile = pod("../../etc/passwd", "..", "a/b")
    builder.add(hostile)
    builder.add({**hostile, "kind": "../x", "apiVersion": "../y/v1"})
    builder.add_log(ref_of(hostile), "a/b", ["line"])
    before = builder.build(now=NOW)
    write_bundle(before, tmp_path / "b")
    assert not any(".." in name.split("/") for name in unpacked(tmp_path / "b"))
    assert open_recording(tmp_path / "b") == before


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write_bundle(snapshot(), tmp_path / "taken")
    with pytest.raises(UsageError, match="cannot be written"):
        write_bundle(snapshot(), tmp_path / "missing" / "b.tar.zst")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_an_existing_bundle_stays_when_writing_the_new_one_fails(tmp_path: Path, written: Path) -> None:
    before = written.read_bytes()
    broken = replace(snapshot(), objects={"Pod": {("shop", "x"): {"kind": "Pod", "spec": {1, 2}}}})
    with pytest.raises(TypeError):
        write_bundle(broken, written)
    assert written.read_bytes() == before
    assert list(tmp_path.iterdir()) == [written]


def test_objects_are_redacted_again_when_other_rules_wrote_them(written: Path) -> None:
    files = unpacked(written)
    secret = pod("web-1", "shop", "app")
    secret["spec"]["containers"][0]["env"] = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    files["objects/Pod.jsonl"] = json.dumps(secret).encode() + b"\n"
    raw = relisted(files)
    raw["redaction"] = 0
    files["sextant.json"] = json.dumps(raw).encode()
    found = read_bundle(packed(files)).get("Pod", "shop", "web-1")
    assert found is not None
    assert found["spec"]["containers"][0]["env"][0]["value"] == MASK


def relisted(files: dict[str, bytes]) -> dict[str, Any]:
    """Make the digests agree with what the files hold now."""
    raw: dict[str, Any] = json.loads(files["sextant.json"])
    for entry in raw["members"]:
        if entry["name"] in files:
            entry["sha256"] = hashlib.sha256(files[entry["name"]]).hexdigest()
    files["sextant.json"] = json.dumps(raw).encode()
    return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    id: str
    change: Callable[[dict[str, bytes]], None]
    says: str
    error: type[BundleError] = BundleBroken


def _manifest(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files["sextant.json"] = json.dumps({**json.loads(files["sextant.json"]), **changes}).encode()

    return change


def _replace(name: str, data: bytes, *, agree: bool = False) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files[name] = data
        if agree:
            relisted(files)

    return change


def _drop(files: dict[str, bytes]) -> None:
    del files["objects/Pod.jsonl"]


DAMAGES = (
    Damage(id="a newer format", change=_manifest(format=2), says="newer version"),
    Damage(id="no time", change=_manifest(now="yesterday"), says="not as it should be: now"),
    Damage(id="a time without zone", change=_manifest(now="2026-03-01T10:00:00"), says="without a zone"),
    Damage(id="members of a wrong type", change=_manifest(members={"a": 1}), says="not as it should be: members"),
    Damage(id="a manifest cut off", change=_replace("sextant.json", b'{"format": 1, "now'), says="is not JSON"),
    Damage(id="a manifest that is a list", change=_replace("sextant.json", b"[]"), says="not as it should be"),
    Damage(id="a changed list", change=_replace("objects/Pod.jsonl", b"{}\n"), says="digest does not agree"),
    Damage(id="a member too many", change=_replace("objects/More.jsonl", b""), says="does not name"),
    Damage(id="a member too few", change=_drop, says="is missing"),
    Damage(id="no JSON", change=_replace("objects/Pod.jsonl", b"{}{\n", agree=True), says="line 1, is not JSON"),
    Damage(id="no object", change=_replace("objects/Pod.jsonl", b"{}\n", agree=True), says="no object of Kubernetes"),
    Damage(id="traversal", change=_replace("../../etc/cron.d/x", b""), says="points outside", error=BundleHostile),
)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.id)
def test_damage_is_named(written: Path, damage: Damage) -> None:
    files = unpacked(written)
    damage.change(files)
    with pytest.raises(damage.error, match=damage.says):
        read_bundle(packed(files))


def test_a_bundle_cut_off_anywhere_is_an_error_that_says_so(written: Path) -> None:
    data = written.read_bytes()
    # The last four bytes are the frame's checksum: without it all content is there, and each member has its digest.
    for length in range(len(data) - 4):
        with pytest.raises(BundleBroken):
            read_bundle(data[:length])


def test_a_changed_byte_anywhere_gives_the_same_snapshot_or_an_error(written: Path) -> None:
    data = written.read_bytes()
    for at in range(0, len(data), 11):
        changed = data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :]
        try:
            read = read_bundle(changed)
        except BundleError:
            continue
        assert read == snapshot()


def test_a_link_in_a_bundle_is_refused(written: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        manifest = unpacked(written)["sextant.json"]
        header = tarfile.TarInfo("sextant.json")
        header.size = len(manifest)
        archive.addfile(header, io.BytesIO(manifest))
        link = tarfile.TarInfo("objects/Pod.jsonl")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(BundleHostile, match="link"):
        read_bundle(out.getvalue())


def test_limits_apply_to_bundles(written: Path) -> None:
    with pytest.raises(BundleTooLarge, match="larger than 100 bytes"):
        open_recording(written, limits=RecordingLimits(compressed_bytes=100))


def test_an_empty_snapshot_survives(tmp_path: Path) -> None:
    empty = Snapshot(now=NOW)
    write_bundle(empty, tmp_path / "e")
    assert open_recording(tmp_path / "e", origin="") == replace(empty, origin="e")
