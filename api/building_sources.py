"""The source of a build, opened in the folder of its run."""

import shutil

from api.build_bodies import Wanted
from api.build_models import FilesSource, GitSource
from api.building import Builds
from api.building_places import Place
from builder.source.archive import unpack
from builder.source.directory import open_directory
from builder.source.git import Repository, fetch, shown
from builder.source.inline import unfold
from builder.source.opening import Opened


async def open_source(builds: Builds, wanted: Wanted, place: Place) -> Opened:
    """Open it below ``place``. Raises ``TreeRefused`` and what lies below it, ``SourceError``."""
    limits = builds.limits()
    source, upload = wanted.source, wanted.upload
    match source:
        case FilesSource():
            unfolded = await place.in_thread(lambda: unfold(source.files, place.path / "source", limits))
            return Opened(folder=unfolded.folder, tree=unfolded.tree, form="file")
        case GitSource():
            fetched = await fetch(
                Repository(url=source.url, ref=source.ref, path=source.path),
                place.path / "fetched",
                limits=limits,
                allow_private=builds.allow_private(),
                allow_local=False,
            )
            tree = await place.in_thread(lambda: open_directory(fetched.folder, limits))
            return Opened(
                folder=fetched.folder, tree=tree, form="repository", named=shown(source.url), commit=fetched.commit
            )
    assert upload is not None  # noqa: S101 - a request has one of the three

    def unpacked() -> Opened:
        packed = place.path / "archive"
        try:
            with packed.open("wb") as file:
                shutil.copyfileobj(upload.file, file)
        finally:
            upload.close()
        folder = unpack(packed, place.path / "source", limits)
        packed.unlink()
        return Opened(folder=folder, tree=open_directory(folder, limits), form="archive")

    return await place.in_thread(unpacked)
