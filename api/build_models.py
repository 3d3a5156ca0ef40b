"""What requests for builds may say."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from api.models import Request
from builder.deciding import Decision
from builder.plan import Kind

CLEAN: Final = r"^[^\x00-\x1f\x7f]*$"
"""Words without control characters."""
COMPONENT: Final = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$"
TAG: Final = r"^([a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?)?$"
"""A name of an image without a registry: where an image is pushed to is said by whoever pushes it."""
VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
ID: Final = r"^[A-Za-z_][A-Za-z0-9_-]*$"
MAX_FILES: Final = 2_000
"""Files that come as text. More come as an archive."""
MAX_VALUE: Final = 8_192
"""Characters of one variable: a certificate with its chain fits."""

Name = Annotated[str, Field(max_length=128, pattern=VARIABLE)]
Value = Annotated[str, Field(max_length=MAX_VALUE, pattern=r"^[^\x00]*$")]


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it holds characters that cannot be shown")
    return text


Word = Annotated[str, Field(max_length=1_000, pattern=CLEAN), AfterValidator(_printable)]


class GitSource(Request):
    """A repository, at a ref, and a folder of it."""

    type: Literal["git"]
    url: Word = Field(min_length=1, examples=["https://git.example.com/shop/web"], description="https or ssh.")
    ref: Word = Field(default="", examples=["main"], description="Branch, tag or commit. Empty: the repository's own.")
    path: Word = Field(default="", examples=["services/web"], description="Folder inside. Empty: all of it.")


class FilesSource(Request):
    """Files as text."""

    type: Literal["files"]
    files: dict[str, str] = Field(
        min_length=1,
        max_length=MAX_FILES,
        examples=[{"main.py": "print('hello')"}],
        description="Text by path. More files, or others than text, come as an archive.",
    )


class Override(Request):
    """What a person decides about a component, over what was found. Only what is given counts."""

    kind: Kind | None = Field(
        default=None, strict=False, description="What it is: web, static, worker, scheduled, job."
    )
    start: str | None = Field(
        default=None, min_length=1, max_length=4_000, pattern=CLEAN, examples=["node server.js"],
        description="The start command, as it would be typed.",
    )  # fmt: skip
    port: int | None = Field(default=None, ge=1, le=65_535, examples=[8080], description="The port it listens on.")
    install: str | None = Field(
        default=None, max_length=4_000, pattern=CLEAN, description="The command that installs; empty: there is none."
    )
    build: str | None = Field(
        default=None, max_length=4_000, pattern=CLEAN, examples=["npm run build"],
        description="The command that builds; empty: there is none.",
    )  # fmt: skip
    output: str | None = Field(
        default=None, min_length=1, max_length=200, examples=["dist"], description="The folder that the build leaves."
    )
    runtime: str | None = Field(
        default=None, min_length=1, max_length=40, examples=["3.12"], description="The version of the runtime."
    )
    health: str | None = Field(
        default=None, max_length=200, examples=["/healthz"],
        description="The path of the health check; empty: a connection is enough.",
    )  # fmt: skip

    def decision(self) -> Decision:
        """Return what is decided."""
        return Decision(**{name: getattr(self, name) for name in type(self).model_fields})


class Reading(Request):
    """What is said about the plan."""

    language: Word = Field(
        default="",
        max_length=40,
        examples=["python"],
        description="Read the source as written in this, and in nothing else.",
    )
    model: bool = Field(
        default=True, description="Let the model of the service, where it has one, choose what rules leave open."
    )
    overrides: dict[Annotated[str, Field(pattern=COMPONENT)], Override] = Field(
        default_factory=dict,
        max_length=50,
        examples=[{"web": {"port": 8080}}],
        description='What you decide about components, by their names; the name `""` means the primary one.',
    )


class BuildOptions(Reading):
    """How to build, beside the source."""

    component: Annotated[
        str, Field(pattern=COMPONENT, description="Only this component of several. Empty: all of them.")
    ] = ""
    tag: Annotated[
        str,
        Field(
            max_length=200,
            pattern=TAG,
            examples=["shop:1"],
            description="Name of the image, where one component is built. Empty: the component's, with the run's id.",
        ),
    ] = ""
    check: bool = Field(default=True, description="Run the image after it is built, as a strict cluster would.")
    environment: dict[Name, Value] = Field(
        default_factory=dict, max_length=200, description="Variables for the trial. They reach no build and no image."
    )
    secrets: dict[Annotated[str, Field(max_length=64, pattern=ID)], Value] = Field(
        default_factory=dict,
        max_length=20,
        examples=[{"npmrc": "//registry.example.com/:_authToken=…"}],
        description="Secrets of the build, by the ids under which the Dockerfile mounts them. They reach no layer, no "
        "log and no answer.",
    )
    digests: bool = Field(default=True, description="Ask registries which digests the base images have now.")
    push: Word = Field(
        default="",
        max_length=400,
        examples=["registry.example.com/team/shop:1"],
        description="Push the image there when it works, with the credentials of the service, where its settings "
        "allow it.",
    )
    plan_only: bool = Field(default=False, description="Stop after the plan.")
    files_only: bool = Field(default=False, description="Stop after the files.")


class BuildRequest(BuildOptions):
    """What to build, and how."""

    source: Annotated[GitSource | FilesSource, Field(discriminator="type")]


class PlanRequest(Reading):
    """What to plan."""

    source: Annotated[GitSource | FilesSource, Field(discriminator="type")]
