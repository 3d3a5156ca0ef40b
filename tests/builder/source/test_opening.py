"""Whatever a person names is opened: folders, archives, single files, repositories."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.errors import BuilderError
from builder.source.errors import TreeHostile, TreeMissing, TreeRefused, TreeTooLarge
from builder.source.limits import DEFAULT, SourceLimits
from builder.source.opening import fetched, is_address, opened
from tests.kb.sources.repositories import repository

FILES = {"app/main.py": "print(1)\n", "README.md": "# shop\n"}


def folder(where: Path) -> str:
    for name, text in FILES.items():
        (where / "shop" / name).parent.mkdir(parents=True, exist_ok=True)
        (where / "shop" / name).write_text(text, encoding="utf-8")
    return str(where / "shop")


def tarred(mode: str) -> Callable[[Path], str]:
    def make(where: Path) -> str:
        path = where / "named-otherwise.bin"
        with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
            archive.add(folder(where), arcname="shop")
        return str(path)

    return make


def zipped(where: Path) -> str:
    path = where / "shop.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(f"shop/{name}", text)
    return str(path)


@dataclass(frozen=True, kw_only=True)
class Source:
    id: str
    make: Callable[[Path], str]
    form: str


SOURCES = (
    Source(id="folder", make=folder, form="folder"),
    Source(id="tar", make=tarred("w"), form="archive"),
    Source(id="tar.gz", make=tarred("w:gz"), form="archive"),
    Source(id="tar.xz", make=tarred("w:xz"), form="archive"),
    Source(id="zip", make=zipped, form="archive"),
)


@pytest.mark.parametrize("case", SOURCES, ids=lambda case: case.id)
def test_a_folder_and_an_archive_of_it_are_the_same_tree(case: Source, tmp_path: Path) -> None:
    found = opened(case.make(tmp_path), tmp_path / "into")
    assert found.form == case.form
    assert dict(found.tree.sizes) == {name: len(text) for name, text in sorted(FILES.items())}
    inside = opened(case.make(tmp_path), tmp_path / "again", subfolder="app/")
    assert list(inside.tree.sizes) == ["main.py"]
    assert inside.folder.name == "app"


def test_a_single_file_is_a_tree_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text("def handler(event): ...\n", encoding="utf-8")
    (tmp_path / "other.py").write_text("", encoding="utf-8")
    found = opened(str(tmp_path / "handler.py"), tmp_path / "into")
    assert (found.form, list(found.tree.sizes)) == ("file", ["handler.py"])


async def test_a_repository_is_fetched_at_a_ref_and_a_folder(tmp_path: Path) -> None:
    made = repository(tmp_path / "repo", FILES)
    found = await fetched(f"file://{made}", tmp_path / "into", ref="main", subfolder="app", allow_local=True)
    assert (found.form, list(found.tree.sizes), len(found.commit)) == ("repository", ["main.py"], 40)


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("https://git.example.com/shop/web", True),
        ("ssh://git@git.example.com/shop/web.git", True),
        ("git@git.example.com:shop/web.git", True),
        ("file:///srv/web", True),
        (".", False),
        ("./shop", False),
        ("/srv/shop", False),
        ("shop.tar.gz", False),
        ("a:b", False),
    ],
)
def test_addresses_are_told_from_paths(source: str, address: bool) -> None:
    assert is_address(source) == address


@dataclass(frozen=True, kw_only=True)
class Refused:
    id: str
    make: Callable[[Path], str]
    error: type[BuilderError]
    subfolder: str = ""
    limits: SourceLimits = DEFAULT


def holding(data: bytes) -> Callable[[Path], str]:
    def make(where: Path) -> str:
        (where / "given").write_bytes(data)
        return str(where / "given")

    return make


def traversal(where: Path) -> str:
    with tarfile.open(where / "evil.tar", "w") as archive:
        member = tarfile.TarInfo("../out")
        archive.addfile(member, io.BytesIO(b""))
    return str(where / "evil.tar")


def linked(where: Path) -> str:
    (where / "shop").mkdir()
    (where / "shop" / "out").symlink_to("/etc")
    return str(where / "shop")


REFUSED = (
    Refused(id="nothing there", make=lambda where: str(where / "nothing"), error=TreeMissing),
    Refused(id="host without protocol", make=lambda _: "github.com/shop/web", error=TreeMissing),
    Refused(id="zero byte in the name", make=lambda _: "a\0b", error=TreeMissing),
    Refused(id="very long name", make=lambda _: "a" * 5_000, error=TreeMissing),
    Refused(id="device", make=lambda _: "/dev/null", error=TreeRefused),
    Refused(id="program", make=holding(b"\x7fELF\0\0\0"), error=TreeRefused),
    Refused(id="broken zstd", make=holding(b"\x28\xb5\x2f\xfdxxxx"), error=TreeRefused),
    Refused(id="large file", make=holding(b"x" * 9_000_000), error=TreeTooLarge),
    Refused(id="archive that leads out", make=traversal, error=TreeHostile),
    Refused(id="archive of too much", make=tarred("w"), error=TreeTooLarge, limits=SourceLimits(max_files=1)),
    Refused(id="no such subfolder", make=folder, error=TreeMissing, subfolder="web"),
    Refused(id="subfolder upwards", make=folder, error=TreeRefused, subfolder="../shop"),
    Refused(id="subfolder through a link", make=linked, error=TreeRefused, subfolder="out"),
    Refused(id="subfolder of a file", make=holding(b"print(1)\n"), error=TreeRefused, subfolder="app"),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_what_cannot_be_opened_is_refused_with_what_to_do(case: Refused, tmp_path: Path) -> None:
    with pytest.raises(case.error) as raised:
        opened(case.make(tmp_path), tmp_path / "into", subfolder=case.subfolder, limits=case.limits)
    assert raised.value.next_step


async def test_a_credential_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(TreeRefused) as raised:
        await fetched("https://bob:correct-horse-battery@git.example.com/shop/web", tmp_path / "into")
    assert "correct-horse-battery" not in repr((raised.value.message, raised.value.next_step, raised.value.args))
