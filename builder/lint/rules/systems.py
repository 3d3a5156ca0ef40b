"""Package managers of Alpine and of Red Hat's and SUSE's families: versions, answers, caches."""

import re
from collections.abc import Iterator

from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.apt import appended
from builder.lint.rules.pages import APK, BEST, DNF
from builder.lint.shell import Call
from builder.lint.source import Part, Source

_CLEANS = {
    "yum": ("yum clean all", "clean all"),
    "dnf": ("dnf clean all", "clean all"),
    "microdnf": ("microdnf clean all", "clean all"),
    "zypper": ("zypper clean --all", "clean"),
}
"""By program, what removes its cache, and the words that show it."""


def each(source: Source) -> Iterator[tuple[Part, Call]]:
    """Tell all programs that RUN calls, with their instruction."""
    return ((part, call) for part in source.of("RUN") for call in part.calls)


def cached(part: Part, *folders: str) -> bool:
    """Say whether a cache is mounted over one of these folders."""
    mounts = [flag.value for flag in part.flags if flag.name == "mount" and "type=cache" in flag.value]
    return any(folder in mount for mount in mounts for folder in folders)


@rule("apk.cache", Severity.WARNING, APK, hadolint=("DL3019",))
def apk_cache(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``apk add`` that leaves its index in the layer."""
    for part, call in each(source):
        if (
            call.does("apk", "add")
            and not call.has("--no-cache")
            and not cached(part, "/var/cache/apk", "/etc/apk/cache")
        ):
            if "/var/cache/apk" in part.code:
                continue
            word = call.word("add")
            edit = Edit(begin=word.end, end=word.end, text=" --no-cache", sure=True) if word and word.end >= 0 else None
            yield hit(
                call.line,
                "The index of packages stays in the layer. Add --no-cache.",
                "软件包索引留在了镜像层中。请加 --no-cache。",
                edit,
            )


@rule("apk.unpinned", Severity.ADVICE, APK, hadolint=("DL3018",))
def apk_unpinned(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find packages of Alpine without a version."""
    valued = frozenset({"-t", "--virtual", "-X", "--repository", "--arch", "-p", "--root"})
    for _, call in each(source):
        if call.does("apk", "add"):
            loose = [
                one.text
                for one in call.named("add", valued)
                if one.plain and not re.search(r"[=~<>@]|\.apk$", one.text)
            ]
            if loose:
                yield hit(
                    call.line,
                    f"Without versions each build may install others: {', '.join(loose[:3])}. Pin them, or "
                    "say why not.",
                    f"未写版本，每次构建安装的可能不同：{', '.join(loose[:3])}。请固定版本，或说明理由。",
                )


@rule("apk.upgrade", Severity.ADVICE, APK, hadolint=("DL3017",))
def apk_upgrade(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``apk upgrade``: a newer base image does that, and says so."""
    for _, call in each(source):
        if call.does("apk", "upgrade"):
            yield hit(
                call.line,
                "An upgrade of everything makes each build another image. Take a newer base image instead.",
                "整体升级使每次构建的镜像都不同。请改用更新的基础镜像。",
            )


@rule("rpm.asks", Severity.WARNING, DNF, hadolint=("DL3030", "DL3034", "DL3038"))
def rpm_asks(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find yum, dnf and zypper that ask: in a build nobody answers."""
    for _, call in each(source):
        word = next((one for one in call.arguments if one.text in {"install", "in", "update", "upgrade"}), None)
        if call.name not in _CLEANS or word is None:
            continue
        silent = call.has("-n", "--non-interactive") if call.name == "zypper" else False
        if not silent and not call.has("-y", "--yes", "--assumeyes", "--no-confirm"):
            text = " -y"
            edit = Edit(begin=word.end, end=word.end, text=text, sure=True) if word.end >= 0 else None
            yield hit(
                call.line,
                f"{call.name} asks, and in a build nobody answers. Add -y.",
                f"{call.name} 会提问，构建时无人应答。请加 -y。",
                edit,
            )


@rule("rpm.cache", Severity.WARNING, DNF, hadolint=("DL3032", "DL3036", "DL3040"))
def rpm_cache(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find yum, dnf and zypper that leave their cache in the layer."""
    told: set[int] = set()
    for part, call in each(source):
        cleans = _CLEANS.get(call.name)
        if cleans is None or part.line in told or not (call.word("install") or call.word("in")):
            continue
        removed = re.search(r"rm\s+-[a-z]*r[a-z]*\s.*?/var/cache/(yum|dnf|zypp)|/var/cache/(yum|dnf|zypp)", part.code)
        if cleans[1] in part.code or removed or cached(part, "/var/cache/"):
            continue
        told.add(part.line)
        yield hit(
            call.line,
            f"What was downloaded stays in the layer. Add to the same RUN: {cleans[0]}",
            f"下载的内容留在了镜像层中。请在同一个 RUN 中加上：{cleans[0]}",
            appended(source, part, cleans[0]),
        )


@rule("rpm.unpinned", Severity.ADVICE, f"{BEST}#apt-get", hadolint=("DL3033", "DL3037", "DL3041"))
def rpm_unpinned(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find packages of yum, dnf and zypper without a version."""
    for _, call in each(source):
        if call.name in _CLEANS and (call.word("install") or call.word("in")):
            after = "install" if call.word("install") else "in"
            loose = [
                one.text for one in call.named(after) if one.plain and not re.search(r"-\d|=|\.rpm$|^@|/", one.text)
            ]
            if loose:
                yield hit(
                    call.line,
                    f"Without versions each build may install others: {', '.join(loose[:3])}. Pin them, or "
                    "say why not.",
                    f"未写版本，每次构建安装的可能不同：{', '.join(loose[:3])}。请固定版本，或说明理由。",
                )


RULES: tuple[Rule, ...] = (apk_cache, apk_unpinned, apk_upgrade, rpm_asks, rpm_cache, rpm_unpinned)
