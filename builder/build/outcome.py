"""How a build by buildah ended, wherever it ran: the image by what ``buildah inspect`` tells, or the error."""

import json
from collections.abc import Mapping
from typing import Any

from builder.build.errors import BuildFailed, BuildTooLong
from builder.build.executor import BuildRequest, Image
from builder.build.steps import Steps


def image_of(
    told: Mapping[str, Any],
    request: BuildRequest,
    seen: Steps,
    *,
    seconds: float,
    digest: str = "",
    reference: str = "",
) -> Image:
    """Return the image by what ``buildah inspect --type image`` tells of it."""
    manifest = json.loads(told["Manifest"])
    return Image(
        id=f"sha256:{told['FromImageID'].removeprefix('sha256:')}",
        name=request.name,
        size=sum(layer["size"] for layer in manifest["layers"]),  # in buildah's storage layers are not compressed
        steps=seen.steps,
        steps_cached=seen.cached,
        seconds=seconds,
        digest=digest,
        reference=reference,
    )


def failed(request: BuildRequest, seen: Steps) -> BuildFailed:
    """Return the error of a build whose step failed."""
    return BuildFailed(
        f"The build of {request.name} failed in: {seen.step or 'its first step'}",
        next_step="The last lines of the log say why.",
        step=seen.step,
        log=tuple(seen.kept),
    )


def too_long(request: BuildRequest, seen: Steps) -> BuildTooLong:
    """Return the error of a build that was stopped."""
    return BuildTooLong(
        f"The build of {request.name} was stopped after {request.seconds:g} s, in: {seen.step or 'its first step'}",
        next_step="Look at the last lines: what waits there? Or allow more time.",
        step=seen.step,
        log=tuple(seen.kept),
    )
