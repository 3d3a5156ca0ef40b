"""What requests for builds may say, and what the answers on them say."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.models import Request
from builder.plan import Kind

CLEAN: Final = r"^[^\x00-\x1f\x7f]*$"
"""Words without control characters."""
COMPONENT: Final = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$"
TAG: Final = r"^([a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?)?$"
"""A name of an image without a registry: where an image is pushed to is said by whoever pushes it."""
VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
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


class BuildOptions(Request):
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
    plan_only: bool = Field(default=False, description="Stop after the plan.")
    files_only: bool = Field(default=False, description="Stop after the files.")
    overrides: dict[Annotated[str, Field(pattern=COMPONENT)], Override] = Field(
        default_factory=dict,
        max_length=50,
        examples=[{"web": {"port": 8080}}],
        description='What you decide about components, by their names; the name `""` means the primary one.',
    )


class BuildRequest(BuildOptions):
    """What to build, and how."""

    source: Annotated[GitSource | FilesSource, Field(discriminator="type")]


class PlanRequest(Request):
    """What to plan."""

    source: Annotated[GitSource | FilesSource, Field(discriminator="type")]
    overrides: dict[Annotated[str, Field(pattern=COMPONENT)], Override] = Field(
        default_factory=dict, max_length=50, description="What you decide about components, by their names."
    )


class PlanDocument(BaseModel):
    """A build plan: each field with its value, confidence, grounds and rivals."""

    commit: str = Field(description="The commit of the repository; empty for other sources.")
    plan: dict[str, Any]


class FileView(BaseModel):
    """A file that was generated."""

    path: str = Field(examples=["Dockerfile"])
    bytes: int
    sha256: str


class CheckView(BaseModel):
    """One check of a trial."""

    check: str = Field(examples=["listens"])
    outcome: Literal["passed", "failed", "skipped"]
    text: str
    proof: list[str]


class TrialView(BaseModel):
    """What an image showed when it was run. ``works`` null: it could not be run here, and ``why`` says why."""

    works: bool | None
    why: str
    seconds: float
    checks: list[CheckView]
    log: list[str]


class ImageView(BaseModel):
    """An image that was built."""

    component: str
    name: str = Field(examples=["localhost/web:0d6f1d0e5b9c"])
    id: str = Field(examples=["sha256:5f0c"])
    bytes: int
    seconds: float
    steps: int
    steps_cached: int
    check: TrialView | None = Field(description="Null: no check was asked for.")


class BuildDocument(BaseModel):
    """What a build has come to."""

    commit: str = Field(description="The commit of the repository; empty for other sources.")
    plan: dict[str, Any] = Field(description="Each field with its value, confidence, grounds and rivals.")
    files: list[FileView]
    images: list[ImageView]
    works: bool | None = Field(description="Whether every image passed its check. Null: not all were checked.")
