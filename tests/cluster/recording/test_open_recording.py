"""Whatever is handed in, a snapshot comes out or an error that a person understands."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.recording import RecordingLimits, open_recording, write_bundle
from cluster.recording.tar import is_tar
from cluster.snapshot import Snapshot
from core.errors import BundleBroken, NotFound, SextantError
from tests.cluster.recording.samples import listing, pod, snapshot, tar, typed, zst

LIMITS = RecordingLimits(compressed_bytes=10**6, expanded_bytes=10**7, members=1000, member_bytes=10**6)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "without a Kubernetes object"),
        (b"hello\n", "one file without"),
        (b"\x7fELF\0\0\0", "1 file, none with"),
        (tar({"notes.txt": "hello", "x/y.json": "[]"}), "2 files, none with"),
        (tar({"bad.json": "{"}), "bad.json, line 1"),
        (zst(tar({})), "not text"),
    ],
    ids=["nothing", "text", "a program", "other files", "broken JSON", "an empty archive"],
)
def test_what_is_not_recognised_is_described_with_the_forms_that_are_read(data: bytes, says: str) -> None:
    with pytest.raises(BundleBroken, match=says) as caught:
        open_recording(io.BytesIO(data))
    assert "kubectl cluster-info dump" in caught.value.next_step


def test_an_empty_directory_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BundleBroken, match="empty"):
        open_recording(tmp_path)
    with pytest.raises(NotFound):
        open_recording(tmp_path / "missing")


def test_empty_lists_are_a_recording() -> None:
    assert open_recording(io.BytesIO(listing().encode())).objects == {}


def only_errors_of_the_tree(data: bytes) -> None:
    try:
        read = open_recording(io.BytesIO(data), limits=LIMITS)
    except SextantError:
        return
    assert isinstance(read, Snapshot)
    assert json.dumps([list(table.values()) for table in read.objects.values()], ensure_ascii=False).encode()
    assert all("".join(excerpt.lines).encode("utf-8") is not None for excerpt in read.logs.values())


def _zip(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


FILES: dict[str, str | bytes] = {
    "pods.json": listing(pod("web-1"), pod("web-2", "other")),
    "shop/pods.yaml": "apiVersion: v1\nkind: Pod\nmetadata: &m {name: x}\nspec: {a: *m}\n---\nitems:\n- 1\n",
    "shop/web-1/logs.txt": "==== START logs for container app of pod shop/web-1 ====\nx\n",
    "logs/shop.web-1.app.log": "line\n",
    "nodes.json": typed("Node"),
}


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    path = tmp_path_factory.mktemp("bundle") / "b"
    write_bundle(snapshot(), path)
    plain = tar(FILES)
    packed = [gzip.compress(plain), lzma.compress(plain), bz2.compress(plain), zst(plain), _zip(FILES)]
    return [path.read_bytes(), plain, *packed, *(c.encode() if isinstance(c, str) else c for c in FILES.values())]


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [b"", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh9", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"{", b"kind: "]
    ),
)
def test_random_bytes_give_nothing_but_errors_of_the_tree(data: bytes, head: bytes) -> None:
    only_errors_of_the_tree(head + data)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_changed_recordings_give_nothing_but_errors_of_the_tree(valid: list[bytes], data: st.DataObject) -> None:
    changed = bytearray(data.draw(st.sampled_from(valid)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(changed) - 1, 0)))
        what = data.draw(st.binary(max_size=6))
        changed[at : at + data.draw(st.integers(0, 6))] = what
    only_errors_of_the_tree(bytes(changed))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 511), st.binary(min_size=1, max_size=12))
def test_tar_headers_of_any_content_give_nothing_but_errors_of_the_tree(at: int, field: bytes) -> None:
    data = bytearray(tar(FILES))
    data[at : at + len(field)] = field
    header = data[:512]
    total = sum(header[:148]) + sum(header[156:512]) + 8 * 32
    data[148:156] = f"{total:06o}\0 ".encode()
    assert is_tar(bytes(data[:512]))
    only_errors_of_the_tree(bytes(data))
