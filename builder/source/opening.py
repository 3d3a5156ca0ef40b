"""Open whatever a person names: a folder, an archive, one file, or the address of a Git repository."""

import re
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from builder.source.archive import unpack
from builder.source.directory import open_directory
from builder.source.errors import TreeMissing, TreeRefused, TreeTooLarge
from builder.source.git import Repository, fetch, shown
from builder.source.inline import unfold
from builder.source.limits import DEFAULT, MIB, SourceLimits
from builder.tree import Tree
from kb.sources.errors import SourceError
from kb.sources.git_places import checked_subpath

Form = Literal["folder", "archive", "file", "repository"]

MAX_FILE_BYTES: Final = 8 * MIB
"""Of a single file that is a program: more is no source code."""
_ZSTD = b"\x28\xb5\x2f\xfd"
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://|^[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9.-]+:")
_HOSTED = re.compile(r"^(?:github|gitlab|bitbucket|codeberg)\.(?:com|org)/[^/]+/[^/]+")
_NEXT = "Give a folder, an archive (tar, tar.gz, zip), one file, or the address of a Git repository (https or ssh)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A source that was opened. ``commit`` is empty for what is no repository.

    ``named`` is what the person gave, fit to be shown. ``folder`` is the person's own only for the form ``folder``.
    """

    folder: Path
    tree: Tree
    form: Form
    named: str = ""
    commit: str = ""


def is_address(source: str) -> bool:
    """Say whether a source is the address of a repository, not a path."""
    return bool(_ADDRESS.match(source))


def is_folder(source: str) -> bool:
    """Say whether a source is a folder of this machine."""
    try:
        return Path(source).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # too long a name, a zero byte, nobody with that home
        return False


async def fetched(
    source: str,
    into: Path,
    *,
    ref: str = "",
    subfolder: str = "",
    limits: SourceLimits = DEFAULT,
    allow_private: bool = False,
    allow_local: bool = False,
) -> Opened:
    """Fetch a repository into the new folder ``into``. Raises what ``builder.source.git.fetch`` does."""
    repository = Repository(url=source, ref=ref, path=subfolder)
    try:
        found = await fetch(repository, into, limits=limits, allow_private=allow_private, allow_local=allow_local)
    except SourceError as exc:
        exc.next_step = exc.next_step or "Check the address and the ref, and that git on this machine may read them."
        raise
    tree = open_directory(found.folder, limits)
    return Opened(folder=found.folder, tree=tree, form="repository", named=shown(source), commit=found.commit)


def opened(source: str, into: Path, *, subfolder: str = "", limits: SourceLimits = DEFAULT) -> Opened:
    """Open a folder where it is, or an archive or a file in the new folder ``into``. Blocks.

    ``limits`` are for archives and files: a folder is the person's own. Raises ``TreeRefused`` and what lies below it.
    """
    try:
        inside = checked_subpath(subfolder)
    except ValueError as exc:
        raise TreeRefused(f"The subfolder cannot be used: {exc}.", next_step="Write it like services/web.") from exc
    if is_folder(source):
        path = Path(source).expanduser()
        place = _below(path, inside)
        return Opened(folder=place, tree=open_directory(place), form="folder", named=source)
    try:
        path = Path(source).expanduser()
        exists = path.exists()
    except (OSError, ValueError, RuntimeError):
        exists = False
    if not exists:
        hint = f"Did you mean https://{source}? " if _HOSTED.match(source) else ""
        raise TreeMissing(f"{shown(source)[:300]!r} does not exist.", next_step=f"{hint}{_NEXT}")
    if not path.is_file():
        raise TreeRefused(f"{source} is neither a folder nor a file.", next_step=_NEXT)
    try:
        packed = _packed(path)
        if packed:
            place = _below(unpack(path, into, limits), inside)
            return Opened(folder=place, tree=open_directory(place, limits), form="archive", named=source)
        if inside:
            raise TreeRefused(f"{source} is one file and has no folder {inside!r}.", next_step="Leave it out.")
        return _single(path, into, source, limits)
    except PermissionError as exc:
        raise TreeRefused(f"{source} cannot be read: {exc.strerror}.", next_step="Check the file's rights.") from exc


def _packed(path: Path) -> bool:
    """Say whether a file is an archive, by what it holds: names lie."""
    with path.open("rb") as file:
        head = file.read(4)
    return head == _ZSTD or zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def _single(path: Path, into: Path, source: str, limits: SourceLimits) -> Opened:
    """Open one file as a tree that holds nothing else."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise TreeTooLarge(f"{source} has more than {MAX_FILE_BYTES // MIB} MiB.", next_step="Give its folder.")
    data = path.read_bytes()
    if b"\0" in data[:8_000]:
        raise TreeRefused(f"{source} is neither an archive that can be read nor text.", next_step=_NEXT)
    unfolded = unfold({path.name: data.decode("utf-8", "replace")}, into, limits)
    return Opened(folder=unfolded.folder, tree=unfolded.tree, form="file", named=source)


def _below(folder: Path, inside: str) -> Path:
    """Return a folder inside of another, which no link leads out of."""
    if not inside:
        return folder
    place = folder
    for part in inside.split("/"):
        place /= part
        if place.is_symlink():
            raise TreeRefused(f"{inside!r} is a link.", next_step="Give the folder that it leads to.")
    if not place.is_dir():
        raise TreeMissing(f"There is no folder {inside!r} in {folder}.", next_step="Check the path of --subfolder.")
    return place
