"""``sextant build files``: what a plan becomes, written beside the source or elsewhere, never over what is there."""

import asyncio
import difflib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.files import Prepared
from builder.manifests import Options
from builder.manifests import manifests as manifests_of
from builder.recipe import Generated
from builder.source.opening import Opened
from cli.building_reviewing import own_text, proposed
from core.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Which files, and what is done with them. ``to``: the folder that they are written to, None: the source's.

    A Dockerfile that a person wrote is hardened and not replaced, unless ``anew`` asks for one of ours.
    """

    image: str = ""
    namespace: str = ""
    manifests: bool = True
    force: bool = False
    show: bool = False
    to: Path | None = None
    anew: bool = False


def write_files(source: Opened, found: Sequence[Prepared], writing: Writing) -> None:
    """Write the files, or print them. One that exists and differs is kept, and shown as a diff, without ``force``."""
    own = ((one, own_text(one, source.tree)) for one in found if not one.ours or not writing.anew)
    proposals = [proposed(one, text, source.tree) for one, text in own if text]
    put(source, files_of(found, writing, proposals), writing)


def put(source: Opened, files: Sequence[Generated], writing: Writing) -> None:
    """Write files where they belong, or print them. Raises ``UsageError`` where it is not clear where that is."""
    if writing.show:
        for file in files:
            sys.stdout.write(f"# --- {file.path}\n{file.text}\n")
        return
    if writing.to is None and source.form != "folder":
        raise UsageError(
            f"{source.named} is no folder that files could be written to.",
            next_step="Say where they go with --to FOLDER, or look at them with --print.",
        )
    write_into(writing.to or source.folder, files, force=writing.force)


def with_digests(found: Sequence[Prepared], source: Opened, config: Path | None) -> Sequence[Prepared]:
    """Return the same files with the digests of base images; say of which there is none, and why."""
    from builder.pinning import pinned, resolved
    from cli.building_login import login_of
    from core.settings import load_settings

    known = asyncio.run(resolved(found, load_settings(config).build, login_of()))
    for image, why in known.missing.items():
        sys.stderr.write(f"no digest of {image}: {why.en}\n")
    return pinned(found, source.tree, known.digests)


def files_of(found: Sequence[Prepared], writing: Writing, proposals: Sequence[Generated] = ()) -> list[Generated]:
    """Return all files in order; ``proposals`` take the place of those that are there.

    Raises ``UsageError`` for one image and several components.
    """
    if writing.image and len(found) > 1:
        names = ", ".join(one.component.name for one in found)
        raise UsageError(
            "--image names one image, and there are several components.",
            next_step=f"Choose one with --component: {names}.",
        )
    files = {file.path: file for one in found for file in reversed(one.files)}
    files |= {file.path: file for file in proposals}
    if writing.manifests:
        options = Options(namespace=writing.namespace) if writing.namespace else Options()
        for one in found:
            files |= {file.path: file for file in manifests_of(one, writing.image or image_of(one), options)}
    return [files[path] for path in sorted(files)]


def write_into(folder: Path, files: Iterable[Generated], *, force: bool) -> None:
    """Write files below a folder and say of each what was done. Raises ``UsageError`` where it cannot be written."""
    for file in files:
        try:
            _write(folder, file, force=force)
        except OSError as exc:
            raise UsageError(
                f"{folder / file.path} cannot be written: {exc.strerror}.",
                next_step="Write elsewhere with --to FOLDER.",
            ) from exc


def _write(folder: Path, file: Generated, *, force: bool) -> None:
    target = folder / file.path
    if _through_link(folder, target):
        raise UsageError(
            f"{file.path} leads through a link out of the folder.", next_step="Write elsewhere with --to FOLDER."
        )
    old = target.read_text(encoding="utf-8", errors="replace") if target.exists() else None
    if old == file.text:
        sys.stdout.write(f"unchanged {file.path}\n")
    elif old is None or force:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
        sys.stdout.write(f"{'replaced' if old is not None else 'written'}  {file.path}\n")
    else:
        sys.stdout.write(f"kept      {file.path} (--force replaces it)\n")
        sys.stdout.writelines(_difference(old, file))


def _through_link(folder: Path, target: Path) -> bool:
    """Say whether a path is a link, or leads through one: the source is somebody else's."""
    parts = target.relative_to(folder).parts
    return any(folder.joinpath(*parts[:count]).is_symlink() for count in range(1, len(parts) + 1))


def image_of(one: Prepared) -> str:
    """Return what a component's image is called where nobody names it."""
    return f"localhost/{one.component.name}:latest"


def _difference(old: str, file: Generated) -> Iterable[str]:
    return difflib.unified_diff(
        old.splitlines(keepends=True), file.text.splitlines(keepends=True), f"a/{file.path}", f"b/{file.path}"
    )
