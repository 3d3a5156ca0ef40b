"""What a pod is given to build: one compressed tar of the context, the files beside it, and the program that builds.

Nothing of it stands in the Job: what a request asks for travels over the connection to the pod alone.
"""

import io
import os
import shlex
import stat
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from builder.build.errors import ContextTooLarge
from builder.build.executor import BuildRequest
from builder.build.kube_job import AUTH, SECRETS, WORK
from builder.build.registries import Registries
from builder.build.words import build_words

IN: Final = f"{WORK}/in"
MOUNTS: Final = "mounts/"
"""Files that steps of any user read: a CA bundle, a configuration."""

PIECE: Final = 256 * 1024
LEVEL: Final = 1
"""Of gzip: the connection through the API server is the slow part, but source packs well at any level."""


NO_STORAGE: Final = 93
"""The exit status that says: buildah itself cannot work in this pod."""

_HEAD: Final = f"""\
umask 022
stage() {{ printf %s "$1" > /dev/termination-log; }}
mkdir {WORK}/home {WORK}/tmp {WORK}/run {WORK}/storage
chmod g-s {WORK}/home {WORK}/tmp {WORK}/run {WORK}/storage
mount --bind {WORK}/tmp /var/tmp || exit {NO_STORAGE}
export HOME={WORK}/home TMPDIR={WORK}/tmp XDG_RUNTIME_DIR={WORK}/run BUILDAH_ISOLATION=chroot
export CONTAINERS_REGISTRIES_CONF={IN}/registries.conf
if [ -e {AUTH}/config.json ]; then export REGISTRY_AUTH_FILE={AUTH}/config.json; fi
driver=overlay
b() {{ buildah --storage-driver "$driver" --root {WORK}/storage/"$driver" --runroot {WORK}/run "$@"; }}
stage storage
if ! b from --name trial scratch > {WORK}/said 2>&1; then
  driver=vfs
  if ! b from --name trial scratch > {WORK}/said 2>&1; then cat {WORK}/said; exit {NO_STORAGE}; fi
fi
b rm trial > /dev/null 2>&1
"""  # noqa: S108 - folders of the pod
"""Folders below an emptyDir inherit its group bit, which would come to stand in the layers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A packed tar, and what stands before each line of the result in the log: nobody else knows it."""

    file: Path
    size: int
    mark: str

    def pieces(self) -> Iterator[bytes]:
        """Give its bytes."""
        with self.file.open("rb") as stream:
            while piece := stream.read(PIECE):
                yield piece


def packed(folder: Path | None, files: Mapping[str, bytes], into: Path, *, mark: str, max_bytes: int) -> Package:
    """Pack the context and the files. Blocks: call it in a thread. Raises ``ContextTooLarge``.

    Links travel as links; what is neither file, folder nor link is left out. Owners are dropped, rights are kept.
    """
    path = into / "package.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=LEVEL, format=tarfile.PAX_FORMAT) as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644 if name.startswith(MOUNTS) else 0o600
            tar.addfile(entry, io.BytesIO(data))
        if folder is not None:
            _context(tar, folder, max_bytes)
    return Package(file=path, size=path.stat().st_size, mark=mark)


def _context(tar: tarfile.TarFile, folder: Path, max_bytes: int) -> None:
    total = 0
    todo = [(folder, "context")]
    while todo:
        place, name = todo.pop()
        entry = _entry(tar, place, name)
        if entry is None:
            continue
        total += entry.size
        if total > max_bytes:
            raise ContextTooLarge(
                f"The source holds more than {max_bytes} bytes, which is what may be sent to a build.",
                next_step="Leave out what the build does not need, or raise build.max_source_bytes.",
            )
        if entry.isreg():
            with place.open("rb") as stream:
                tar.addfile(entry, stream)
        else:
            tar.addfile(entry)
        if entry.isdir():
            todo += [(place / inner, f"{name}/{inner}") for inner in sorted(os.listdir(place), reverse=True)]


def _entry(tar: tarfile.TarFile, place: Path, name: str) -> tarfile.TarInfo | None:
    mode = place.lstat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
        return None
    entry = tar.gettarinfo(str(place), name)
    if entry.islnk():  # a second name of the same file: sent as a file of its own
        entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", place.lstat().st_size
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def build_files(
    request: BuildRequest,
    registries: Registries,
    *,
    secrets: Mapping[str, str],
    destination: str,
    cache: str,
    mark: str,
) -> dict[str, bytes]:
    """Return the files of a build. ``secrets`` are file names in the Secret, by id; ``cache`` may be empty."""
    mounts = {inside: f"{MOUNTS}{at}" for at, inside in enumerate(request.network.mounts)}
    words = build_words(
        request,
        dockerfile=f"{IN}/Dockerfile",
        ignore=f"{IN}/ignore" if request.ignore else "",
        secrets={name: f"{SECRETS}/{file}" for name, file in secrets.items()},
        mounts={inside: f"{IN}/{file}" for inside, file in mounts.items()},
    )
    if cache:
        words += ["--cache-from", cache, "--cache-to", cache]
    files = {
        "Dockerfile": request.dockerfile.encode(),
        "registries.conf": registries.text.encode(),
        "run.sh": _script(
            [
                *_stage("build", [*words, f"{IN}/context"]),
                *_stage("push", ["push", "--quiet", "--digestfile", f"{WORK}/digest", request.name, _to(destination)]),
                *_result(request.name, mark),
            ]
        ),
    }
    if request.ignore:
        files["ignore"] = request.ignore.encode()
    return files | {mounts[inside]: outside.read_bytes() for inside, outside in request.network.mounts.items()}


def copy_files(source: str, destination: str, registries: Registries, *, mark: str) -> dict[str, bytes]:
    """Return the files of a pod that copies an image from one place of a registry to another."""
    return {
        "registries.conf": registries.text.encode(),
        "run.sh": _script(
            [
                *_stage("pull", ["pull", "--quiet", _to(source)]),
                *_stage("push", ["push", "--quiet", "--digestfile", f"{WORK}/digest", source, _to(destination)]),
                *_result(source, mark),
            ]
        ),
    }


def _to(reference: str) -> str:
    return f"docker://{reference}"


def _script(lines: Sequence[str]) -> bytes:
    return (_HEAD + "\n".join(lines) + "\n").encode()


def _stage(name: str, words: Sequence[str]) -> list[str]:
    return [f"stage {name}", f"b {shlex.join(words)} || exit $?"]


def _result(name: str, mark: str) -> list[str]:
    """Print what buildah tells of the image into the log, marked, and its checksum and the digest as the last word."""
    return [
        "stage inspect",
        f"b inspect --type image {shlex.quote(name)} > {WORK}/result || exit $?",
        f"base64 -w 2000 {WORK}/result | sed 's/^/{mark} /'",
        f"sum=$(sha256sum < {WORK}/result)",
        f'stage "done $(cat {WORK}/digest) ${{sum%% *}}"',
    ]
