"""The executor of a place where nothing is built: plans and files work, builds are refused."""

from collections.abc import Callable

from builder.build.errors import BuildsOff
from builder.build.executor import BuildRequest, Image, Line

NEXT_STEP = (
    "`sextant build files` writes Dockerfile and manifests: build them where you can, or set build.executor to "
    "buildah, buildkit or kubernetes."
)


class PlanOnly:
    """Refuses to build."""

    name = "plan-only"

    async def build(self, request: BuildRequest, _tell: Callable[[Line], None]) -> Image:
        """Refuse. Raises ``BuildsOff``."""
        raise BuildsOff(f"{request.name} is not built: builds are switched off (build.executor).", next_step=NEXT_STEP)

    async def push(self, image: Image, destination: str) -> str:
        """Refuse. Raises ``BuildsOff``."""
        raise BuildsOff(
            f"{image.name} is not pushed to {destination}: builds are switched off (build.executor).",
            next_step=NEXT_STEP,
        )

    async def remove(self, name: str) -> None:
        """Do nothing: there is no image."""
