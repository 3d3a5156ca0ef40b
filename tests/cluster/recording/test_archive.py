"""Archives of strangers: every form is read by its content, and none can escape, exhaust or end half-way unnoticed."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import zstandard

from cluster.recording.archive import members, packing
from cluster.recording.intake import MIB, Member, RecordingLimits
from core.errors import BundleBroken, BundleError, BundleHostile, BundleTooLarge, NotFound
from tests.cluster.recording.samples import tar, zst

FILES: dict[str, str | bytes] = {"a/pods.json": "{}", "b.log": "x" * 1000, "ü/" + "long" * 60 + ".log": "y\n" * 700}


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(data: bytes, limits: RecordingLimits | None = None) -> dict[str, bytes]:
    found = members(io.BytesIO(data), limits or RecordingLimits())
    return {member.name: member.data for member in found if member.type == "file"}


def notes(data: bytes) -> dict[str, str]:
    return {m.name: m.note for m in members(io.BytesIO(data), RecordingLimits()) if m.type != "file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    id: str
    pack: Callable[[dict[str, str | bytes]], bytes]


def _gnu(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            header = tarfile.TarInfo("./" + name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return out.getvalue()


FORMS = (
    Form(id="tar, pax", pack=tar),
    Form(id="tar, GNU", pack=_gnu),
    Form(id="tar.gz", pack=lambda files: gzip.compress(tar(files))),
    Form(
        id="tar.gz of two parts", pack=lambda files: gzip.compress(tar(files)[:700]) + gzip.compress(tar(files)[700:])
    ),
    Form(id="tar.xz", pack=lambda files: lzma.compress(tar(files))),
    Form(id="tar.bz2", pack=lambda files: bz2.compress(tar(files))),
    Form(id="tar.zst", pack=lambda files: zst(tar(files))),
    Form(id="tar.zst of two parts", pack=lambda files: zst(tar(files)[:700]) + zst(tar(files)[700:])),
    Form(id="zip", pack=zipped),
    Form(id="zip, stored", pack=lambda files: zipped(files, zipfile.ZIP_STORED)),
)
PACKED = tuple(form for form in FORMS if form.id.startswith("tar."))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_every_form_is_read_by_its_content(form: Form, tmp_path: Path) -> None:
    expected = {name: content.encode() if isinstance(content, str) else content for name, content in FILES.items()}
    assert read(form.pack(FILES)) == expected
    path = tmp_path / "without-an-ending"
    path.write_bytes(form.pack(FILES))
    assert {member.name: member.data for member in members(path, RecordingLimits())} == expected


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_every_form_cut_off_half_way_is_broken(form: Form) -> None:
    data = form.pack({"pods.json": os.urandom(5000), "later.json": os.urandom(5000)})
    for length in (3000, 6000, 9000):
        with pytest.raises(BundleBroken):
            read(data[:length])


@pytest.mark.parametrize("form", PACKED, ids=lambda form: form.id)
def test_a_packed_file_that_is_no_archive_is_one_file(form: Form) -> None:
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "xz": lzma.compress,
        "bz2": bz2.compress,
        "zst": zst,
    }
    pack = packers[form.id[4:].split(" ")[0]]
    assert read(pack(b"kind: Pod\n")) == {"": b"kind: Pod\n"}
    with pytest.raises(BundleBroken):
        read(pack(b"kind: Pod\n" * 100)[:-3])


def test_the_tar_says_where_it_breaks_off() -> None:
    whole = tar({"first.json": "{}", "second.json": "x" * 3000})
    with pytest.raises(BundleBroken, match=r"breaks off in 'second.json': 1,464 of 3,000 bytes"):
        read(whole[: 512 * 3 + 1464])
    with pytest.raises(BundleBroken, match=r"in a header after 'first.json'"):
        read(whole[: 512 * 2 + 40])
    assert notes(whole[: 512 * 2]) == {"": "the archive has no end mark; it may have been cut off"}


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "C:\\x", "..\\x", "a/.."])
@pytest.mark.parametrize("pack", [tar, zipped], ids=["tar", "zip"])
def test_names_that_leave_the_archive_are_refused(name: str, pack: Callable[[dict[str, str]], bytes]) -> None:
    with pytest.raises(BundleHostile, match="points outside"):
        read(pack({name: "x"}))


def special(kind: bytes, *, size: int = 0, body: bytes = b"") -> bytes:
    header = tarfile.TarInfo("entry")
    header.type, header.linkname, header.size = kind, "/etc/passwd", size
    return header.tobuf(tarfile.GNU_FORMAT) + body + b"\0" * (-len(body) % 512) + tar({"after.json": "{}"})


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"S", b"?"]
)
def test_links_devices_and_oddities_are_noted_and_not_read(kind: bytes) -> None:
    assert read(special(kind)) == {"after.json": b"{}"}
    assert list(notes(special(kind))) == ["entry"]


def test_a_link_in_a_zip_is_noted_and_not_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert read(out.getvalue()) == {}
    assert notes(out.getvalue()) == {"link": "a link, not followed"}


def test_a_claim_of_ten_gigabytes_costs_nothing() -> None:
    with pytest.raises(BundleTooLarge, match="10 GiB"):
        read(special(b"0", size=10 * 1024 * MIB))
    with pytest.raises(BundleBroken, match="breaks off in 'entry'"):
        read(special(b"0", size=300 * MIB))
    for extended in (b"x", b"g", b"L", b"K"):
        with pytest.raises(BundleHostile, match="far more than a name needs"):
            read(special(extended, size=10 * 1024 * MIB))


@pytest.mark.parametrize(
    "body", [b"9999999999999999999999 path=x\n", b"5 a\n", b"12 path=../x\n"[:12], b"0 a=b\n", b"-1 a=b\n"]
)
def test_a_damaged_extended_header_is_an_error(body: bytes) -> None:
    with pytest.raises(BundleError):
        read(special(b"x", size=len(body), body=body))


def test_an_extended_header_cannot_smuggle_a_name_out() -> None:
    body = b"17 path=../../x\n "[:16]
    with pytest.raises(BundleHostile, match="points outside"):
        read(special(b"x", size=len(body), body=b"16" + body[2:]))


KIB = 1024
SMALL = RecordingLimits(
    expanded_bytes=800 * KIB, member_bytes=400 * KIB, members=10, ratio=50, ratio_from_bytes=100 * KIB
)
ZEROS = bytes(300 * KIB)


@pytest.mark.parametrize(
    "form", [form for form in FORMS if form.id not in {"tar, pax", "tar, GNU", "zip, stored"}], ids=lambda f: f.id
)
def test_a_bomb_is_stopped_while_it_unpacks(form: Form) -> None:
    with pytest.raises(BundleHostile, match="as only bombs do"):
        read(form.pack({"zeros": ZEROS}), SMALL)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_each_limit_is_kept_in_each_form(form: Form) -> None:
    with pytest.raises(BundleTooLarge, match="more than 10 members"):
        read(form.pack({f"{n}": "" for n in range(11)}), SMALL)
    noise = os.urandom(500 * KIB)
    with pytest.raises(BundleTooLarge, match=r"has (4|5)00 KiB"):
        read(form.pack({"noise": noise}), SMALL)
    with pytest.raises(BundleTooLarge, match="expands to more than 800 KiB"):
        read(form.pack({f"{n}": noise[: 300 * KIB] for n in range(3)}), SMALL)
    with pytest.raises(BundleTooLarge, match="larger than 100 KiB"):
        read(form.pack({"noise": noise}), RecordingLimits(compressed_bytes=100 * KIB))


def test_a_tiny_file_that_expands_without_end_is_stopped() -> None:
    zeros = zstandard.ZstdCompressor(level=19).compressobj()
    data = b"".join(zeros.compress(bytes(MIB)) for _ in range(100)) + zeros.flush()
    with pytest.raises(BundleHostile, match="as only bombs do"):
        read(data)


def test_an_archive_in_an_archive_is_not_opened() -> None:
    assert read(tar({"inner.tar": tar({"x": "y"})})) == {"inner.tar": tar({"x": "y"})}
    with pytest.raises(BundleBroken, match="gzip inside zstd"):
        read(zst(gzip.compress(b"x")))


def test_an_encrypted_zip_is_named_as_such() -> None:
    data = bytearray(zipped({"a": "secret"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(BundleBroken, match="encrypted"):
        read(bytes(data))


def test_entries_of_a_zip_that_overlap_or_lie_about_their_size_are_an_error() -> None:
    data = bytearray(zipped({"a": "x" * 5000, "b": "y" * 5000}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = b"\0\0\0\0"
    with pytest.raises(BundleBroken, match="damaged"):
        read(bytes(data))


def test_forms_that_are_not_read_are_named() -> None:
    with pytest.raises(BundleBroken, match="7z archive"):
        read(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    assert packing(b"Rar!\x1a\x07\x01") == "rar"
    assert packing(b"kind: Pod") == ""
    assert packing(bytes(512)) == ""


def test_a_missing_path_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file or directory"):
        list(members(tmp_path / "nothing", RecordingLimits()))


# -- directories


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "logs").mkdir(parents=True)
    (root / "pods.json").write_text("{}")
    (root / "logs" / "a.log").write_text("line")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("hidden")
    (tmp_path / "outside.json").write_text("{}")
    return root


def found(root: Path, limits: RecordingLimits | None = None) -> dict[str, Member]:
    return {member.name: member for member in members(root, limits or RecordingLimits())}


def test_a_directory_gives_its_files_in_order_without_hidden_ones(tree: Path) -> None:
    assert list(found(tree)) == ["pods.json", "logs/a.log"]


def test_links_out_of_a_directory_are_not_followed(tree: Path, tmp_path: Path) -> None:
    (tree / "out.json").symlink_to(tmp_path / "outside.json")
    (tree / "around").symlink_to(tree)
    (tree / "loop").symlink_to(tree / "loop")
    (tree / "again.json").symlink_to(tree / "pods.json")
    read = found(tree)
    assert read["out.json"].type == "link"
    assert read["around"].type == "skipped"
    assert read["loop"].type == "skipped"
    assert read["again.json"].data == b"{}"
    assert not any(name.startswith("around/") for name in read)


def test_a_pipe_in_a_directory_does_not_block(tree: Path) -> None:
    os.mkfifo(tree / "pipe.json")
    assert found(tree)["pipe.json"].note == "not a regular file, not read"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_noted(tree: Path) -> None:
    (tree / "pods.json").chmod(0)
    assert "ermission" in found(tree)["pods.json"].note


def test_limits_apply_to_directories(tree: Path) -> None:
    with pytest.raises(BundleTooLarge, match="more than 1 members"):
        found(tree, RecordingLimits(members=1))
    with pytest.raises(BundleTooLarge, match="has 4 bytes"):
        found(tree, RecordingLimits(member_bytes=3))
    with pytest.raises(BundleTooLarge, match="expands"):
        found(tree, RecordingLimits(expanded_bytes=5))
