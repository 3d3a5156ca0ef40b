"""The section on building images: which registries answer, what a build may reach, how long it may take."""

from pydantic import Field

from core.settings.sections import MIB, Listed, Section


class BuildSettings(Section):
    """Builds of images. What stands here reaches a build while it runs, and no layer, log or argument of it."""

    mirrors: dict[str, str] = Field(
        default_factory=dict,
        description='Registries that stand in for others, such as {"docker.io" = "mirror.example.com/hub"}. None: base '
        "images come from where they live.",
    )
    insecure_registries: Listed = Field(
        (), description="Registries that speak plain HTTP, with commas: of a test or a closed network."
    )
    http_proxy: str = Field("", description="Proxy for http:// while building. Empty: none.")
    https_proxy: str = Field("", description="Proxy for https:// while building. Empty: none.")
    no_proxy: str = Field("", description="Hosts that are reached without the proxy, with commas.")
    mounts: dict[str, str] = Field(
        default_factory=dict,
        description="Files of this machine that a build may read, by their path in the build: a CA bundle, pip.conf, "
        ".npmrc of a mirror. They are mounted while it runs.",
    )
    seconds: float = Field(
        1_500.0, gt=0, le=7_200, description="Seconds for one build. 25 minutes are enough for a cold Rust workspace."
    )
    at_once: int = Field(
        2, ge=1, le=32, description="Builds at once in one server. Each keeps two cores busy; the rest waits in line."
    )
    max_upload_bytes: int = Field(
        128 * MIB, gt=0, description="Bytes of an uploaded archive at most. Source packs well: few programs have more."
    )
    max_source_bytes: int = Field(
        512 * MIB,
        gt=0,
        description="Bytes of a source over HTTP at most, unpacked. Repositories with history have more.",
    )
    max_source_files: int = Field(50_000, gt=0, description="Files of a source over HTTP at most: a large monorepo.")
    keep_seconds: float = Field(
        86_400,
        gt=0,
        le=7 * 86_400,
        description="Seconds for which generated files and the image of a build over HTTP are kept. A day is enough to "
        "fetch them.",
    )
