"""Base images: named exactly, still maintained, no larger than what runs needs."""

import re
from collections.abc import Iterator

from builder.detect.truths.images import language_of, reference
from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import BEST, CHECKS, STAGES
from builder.lint.source import Part, Source
from builder.versions import RELEASES

_CODENAMES = frozenset(
    {
        "bionic", "bookworm", "bullseye", "buster", "focal", "forky", "jammy", "jessie", "noble", "plucky", "questing",
        "resolute", "sid", "stretch", "trixie", "trusty", "wheezy", "xenial",
    }
)  # fmt: skip
"""Names of releases of Debian and Ubuntu, which a tag may have in place of a number."""

_ENDED_NAMES = frozenset({"bionic", "bullseye", "buster", "focal", "jessie", "stretch", "trusty", "wheezy", "xenial"})
"""Of them those without free security fixes (November 2026)."""

_ENDED_BELOW: dict[str, tuple[int, ...]] = {
    "alpine": (3, 21),
    "almalinux": (8,),
    "debian": (12,),
    "fedora": (43,),
    "rockylinux": (8,),
    "ubuntu": (22, 4),
}
"""By distribution the oldest release that gets security fixes (November 2026)."""

_GONE = {
    "adoptopenjdk": "eclipse-temurin",
    "centos": "almalinux",
    "java": "eclipse-temurin",
    "openjdk": "eclipse-temurin",
}
"""Images that nobody maintains any more, and what took their place."""

_BUILDERS = frozenset(
    {
        "cargo-chef", "composer", "dart", "flutter", "gcc", "golang", "gradle", "haskell", "maven", "rust",
        "sbt", "sdk", "swift",
    }
)  # fmt: skip
"""Images of compilers and build tools."""

_SLIM_EXISTS = frozenset({"node", "php", "python", "ruby"})
_SMALL = re.compile(r"slim|alpine|distroless|wolfi|chiseled|minimal|micro|fpm|apache|cli|windows|nanoserver")


def _images(source: Source) -> Iterator[tuple[Part, str]]:
    """Tell each FROM that names an image: not a stage, not nothing, and no name with a hole in it."""
    for at, stage in enumerate(source.stages):
        if stage.parent is None and stage.base != "scratch" and not stage.base.startswith(("/", ":", "@")):
            yield source.begins(at), stage.base


@rule("base.untagged", Severity.WARNING, f"{BEST}#from", hadolint=("DL3006",))
def untagged(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find base images without a tag: what they are changes from build to build."""
    for part, image in _images(source):
        if not reference(image).tag and "@" not in image:
            yield hit(
                part.line,
                f"{image} has no tag: each build may get another image. Name a release.",
                f"{image} 没有标签：每次构建得到的镜像可能不同。请写明版本。",
            )


@rule("base.latest", Severity.WARNING, f"{BEST}#from", hadolint=("DL3007",))
def latest(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find base images with the tag latest."""
    for part, image in _images(source):
        if reference(image).tag == "latest" and "@" not in image:
            yield hit(
                part.line,
                f"{image} is whatever is newest on the day of the build. Name a release.",
                f"{image} 是构建当天的最新版本。请写明版本。",
            )


@rule("base.moving", Severity.ADVICE, f"{BEST}#from")
def moving(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find tags without a number or the name of a release: ``slim``, ``lts``, ``stable``."""
    for part, image in _images(source):
        tag = reference(image).tag
        words = set(re.split(r"[-_.]", tag))
        if tag and tag != "latest" and "@" not in image and not re.search(r"\d", tag) and not words & _CODENAMES:
            yield hit(
                part.line,
                f"The tag {tag} of {image} moves on by itself. Name a release.",
                f"{image} 的标签 {tag} 会自行变动。请写明版本。",
            )


@rule("base.undigested", Severity.ADVICE, f"{BEST}#pin-base-image-versions")
def undigested(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find base images without a digest, unless a comment above says why there is none."""
    for part, image in _images(source):
        tag = reference(image).tag
        if tag and tag != "latest" and "@" not in image and not any("digest" in one.lower() for one in part.above):
            yield hit(
                part.line,
                f"The tag {tag} can be given to another image. With its digest (@sha256:…) it is always the same one.",
                f"标签 {tag} 可能指向别的镜像。加上摘要（@sha256:…）才始终是同一个。",
            )


@rule("base.ended", Severity.WARNING, f"{BEST}#choose-the-right-base-image")
def ended(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find releases of distributions and runtimes that get no security fixes any more."""
    for part, image in _images(source):
        for what in _ended(image):
            yield hit(
                part.line,
                f"{what} of {image} gets no security fixes any more. Take a newer release.",
                f"{image} 的 {what} 已不再获得安全修复。请使用更新的版本。",
            )


def _ended(image: str) -> Iterator[str]:
    one = reference(image)
    words = re.split(r"[-_]", one.tag)
    if named := sorted(set(words) & _ENDED_NAMES):
        yield named[0]
    lowest = _ENDED_BELOW.get(one.name)
    if lowest and (numbers := _numbers(words[0])) and numbers[: len(lowest)] < lowest:
        yield f"{one.name} {words[0]}"
    inner = next((word for word in words[1:] if re.fullmatch(r"alpine3\.\d+", word)), "")
    if inner and _numbers(inner.removeprefix("alpine")) < _ENDED_BELOW["alpine"]:
        yield inner
    known = language_of(image)
    if known and known[1] in RELEASES and known[2] in RELEASES[known[1]].ended:
        yield f"{known[1]} {known[2]}"


def _numbers(word: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", word)) if re.fullmatch(r"\d+(\.\d+)*", word) else ()


@rule("base.gone", Severity.WARNING, f"{BEST}#choose-the-right-base-image")
def gone(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find images that nobody maintains any more."""
    for part, image in _images(source):
        path = reference(image).path.removeprefix("docker.io/").removeprefix("library/")
        if path in _GONE:
            yield hit(
                part.line,
                f"Nobody maintains the image {path} any more. {_GONE[path]} took its place.",
                f"镜像 {path} 已无人维护，可改用 {_GONE[path]}。",
            )


@rule(
    "base.platform", Severity.WARNING, f"{CHECKS}from-platform-flag-const-disallowed/",
    hadolint=("DL3029",), check="FromPlatformFlagConstDisallowed",
)  # fmt: skip
def platform(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find FROM with a fixed platform: the image runs, or builds, on that one only."""
    for part in source.of("FROM"):
        value = part.flag("platform")
        if value and "$" not in value:
            yield hit(
                part.line,
                f"--platform={value} is fixed: on machines of another kind the build is emulated or fails.",
                f"--platform={value} 是固定的：在其他架构的机器上只能模拟构建或失败。",
            )


@rule(
    "base.platform-default",
    Severity.ADVICE,
    f"{CHECKS}redundant-target-platform/",
    hadolint=("DL3065",),
    check="RedundantTargetPlatform",
)
def platform_default(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``--platform=$TARGETPLATFORM``, which is what happens anyway."""
    for part in source.of("FROM"):
        for flag in part.flags:
            if flag.name == "platform" and flag.value in {"$TARGETPLATFORM", "${TARGETPLATFORM}"}:
                after = len(source.text[flag.end :]) - len(source.text[flag.end :].lstrip(" \t"))
                yield hit(
                    part.line,
                    f"--platform={flag.value} is the default and says nothing.",
                    f"--platform={flag.value} 就是默认值，可以省略。",
                    Edit(begin=flag.begin, end=flag.end + after, text="", sure=True),
                )


@rule("base.hole", Severity.ERROR, f"{CHECKS}invalid-default-arg-in-from/", check="InvalidDefaultArgInFrom")
def hole(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find base images that are named by an argument without a default."""
    for part in source.of("FROM"):
        image = part.words.split()[0] if part.words else ""
        stage = source.stages[part.stage]
        empty = re.search(r"[:@/]$|^[:@/]|//|:-|^$", stage.base)
        if "$" in image and (empty or not stage.base):
            yield hit(
                part.line,
                f"Without the argument this builds from {stage.base or 'nothing'!r}. Give the ARG a default.",
                f"不传入参数时基础镜像为 {stage.base or '空'!r}。请为 ARG 写上默认值。",
            )


@rule("base.compiler", Severity.ADVICE, STAGES)
def compiler(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find final images that still hold the compiler."""
    name = reference(source.base).name
    if name in _BUILDERS:
        yield hit(
            source.begins(source.final[0]).line,
            f"What runs holds the whole build tool {name}. Build in one stage, copy the result into a small one.",
            f"最终镜像包含整个构建工具 {name}。请分阶段构建，只把结果复制到小镜像中。",
        )


@rule("base.full", Severity.ADVICE, f"{BEST}#choose-the-right-base-image")
def full(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find final images with the full variant of a runtime: compilers, version control, hundreds of packages."""
    one = reference(source.base)
    if (
        one.name in _SLIM_EXISTS
        and not _SMALL.search(one.tag)
        and "/" not in one.path.removeprefix("docker.io/library/")
    ):
        yield hit(
            source.begins(source.final[0]).line,
            f"{source.base} brings compilers and hundreds of packages; its slim variant is enough for what only runs.",
            f"{source.base} 带有编译器和数百个软件包；仅运行时 slim 版本就够了。",
        )


@rule("base.unused-stage", Severity.ADVICE, STAGES)
def unused(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find stages without a name that nothing is copied from and nothing is built upon."""
    used = set(source.final) | {one.parent for one in source.stages}
    used |= {int(name) for part in source.each for name in (part.flag("from") or "",) if name.isdigit()}
    for at, stage in enumerate(source.stages):
        if at not in used and not stage.name:
            yield hit(
                stage.line,
                "Nothing is taken from this stage, and without a name no build can ask for it.",
                "没有任何内容取自这个阶段；它没有名称，也无法被单独构建。",
            )


RULES: tuple[Rule, ...] = (
    untagged, latest, moving, undigested, ended, gone, platform, platform_default, hole, compiler, full, unused,
)  # fmt: skip
