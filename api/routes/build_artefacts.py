"""What is handed over of an image that a build has made: what is in it, how it was made, the image as a file."""

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api import problems
from api.building import Builds, BuildsOf, own_build
from api.building_errors import BuildFileNotFound, BuildFilesGone
from api.building_files import artefacts, require_kept
from api.building_machines import Who, who_asks
from api.context import CallerOf, ServicesOf, owner_of
from api.routes.runs import OwnRun
from builder.artefacts import sbom
from builder.build.errors import ExecutorMissing, PushFailed
from builder.build.executor import Image
from builder.machines import Store
from core.errors import RunNotFound, StorageError
from core.runs import Run

router = APIRouter()
Of = Annotated[
    str, Query(max_length=63, description="Which image, by its component. Empty: the first.", examples=["web"])
]
_ERRORS = problems.documented(RunNotFound, BuildFileNotFound, BuildFilesGone, ExecutorMissing, PushFailed, StorageError)
_JSON: dict[int | str, dict[str, Any]] = {
    200: {"description": "The document.", "content": {"application/json": {"schema": {"type": "object"}}}},
    **_ERRORS,
}


@router.get(
    "/{run_id}/sbom.json",
    summary="Read what is in an image",
    description="The packages of the image, read from its files: CycloneDX 1.6, or SPDX 2.3. As long as the image is "
    "kept (`build.keep_seconds`).",
    response_class=Response,
    responses=_JSON,
)
async def read_sbom(
    run: OwnRun,
    caller: CallerOf,
    services: ServicesOf,
    builds: BuildsOf,
    component: Of = "",
    form: Annotated[Literal["cyclonedx", "spdx"], Query(description="Which form.")] = "cyclonedx",
) -> Response:
    """Look into the image."""
    run = own_build(run)
    image = _image(run, component, services.context.settings.build.keep_seconds)
    store = _store(builds, owner_of(caller), who_asks(services, caller))
    media = "application/vnd.cyclonedx+json" if form == "cyclonedx" else "application/spdx+json"
    return Response(await sbom(store, image, form), media_type=media)


@router.get(
    "/{run_id}/provenance.json",
    summary="Read how an image was made",
    description="An in-toto statement with SLSA provenance: source, Dockerfile and base images by their hashes. "
    "Nobody has signed it.",
    response_class=Response,
    responses=_JSON,
)
async def read_provenance(run: OwnRun, services: ServicesOf, component: Of = "") -> Response:
    """Return what the build wrote down."""
    run = own_build(run)
    image = _view(run, component)
    found = await artefacts(services.context.store, run)
    text = found.get(f"provenance/{image['component']}.json")
    if text is None:
        raise BuildFileNotFound(f"Build {run.id} wrote no provenance.", next_step="Start it again.")
    return Response(text, media_type="application/vnd.in-toto+json")


@router.get(
    "/{run_id}/image.tar",
    summary="Download an image",
    description="The image as an OCI archive, which skopeo, podman and buildah read. As long as it is kept.",
    response_class=Response,
    responses={
        200: {
            "description": "The archive.",
            "content": {"application/x-tar": {"schema": {"type": "string", "format": "binary"}}},
        },
        **_ERRORS,
    },
)
async def download_image(
    run: OwnRun, caller: CallerOf, services: ServicesOf, builds: BuildsOf, component: Of = ""
) -> Response:
    """Write the image into a file of ours, and send that."""
    run = own_build(run)
    image = _image(run, component, services.context.settings.build.keep_seconds)
    store = _store(builds, owner_of(caller), who_asks(services, caller))
    folder = tempfile.TemporaryDirectory(dir=builds.folder, prefix="archive-", ignore_cleanup_errors=True)
    try:
        path = Path(folder.name) / "image.tar"
        await store.archive(image, path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type="application/x-tar",
        filename=f"{_view(run, component)['component']}.tar",
        background=BackgroundTask(folder.cleanup),
    )


def _view(run: Run, component: str) -> dict[str, Any]:
    """Return what the result says of an image. Raises ``BuildFileNotFound``."""
    result = run.result if isinstance(run.result, dict) else {}
    images: list[dict[str, Any]] = result.get("images", [])
    for one in images:
        if component in {"", one["component"]}:
            return one
    known = ", ".join(one["component"] for one in images)
    raise BuildFileNotFound(
        f"Build {run.id} has made no image{f' of {component!r}' if images else ''}.",
        next_step=f"Choose one of: {known}." if images else "Wait until it has succeeded.",
    )


def _image(run: Run, component: str, keep_seconds: float) -> Image:
    view = _view(run, component)
    require_kept(run, keep_seconds)
    return Image(
        id=view["id"],
        name=view["name"],
        size=view["bytes"],
        steps=view["steps"],
        steps_cached=view["steps_cached"],
        seconds=view["seconds"],
        digest=view["digest"],
    )


def _store(builds: Builds, owner: str, who: Who) -> Store:
    store = builds.machine(owner, who).store
    if store is None:
        raise ExecutorMissing(
            "Images of this service are not on its own machine.",
            next_step="Pull the image from the registry that it was pushed to.",
        )
    return store
