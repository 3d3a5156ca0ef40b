"""Debian's packages: lists fetched with them and taken away again, no questions, nothing that is not named."""

import re
from collections.abc import Iterator

from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import APT, BEST
from builder.lint.shell import Call
from builder.lint.source import Part, Source

LISTS = "/var/lib/apt/lists"
VALUED = frozenset({"-t", "--target-release", "-o", "--option", "-c", "--config-file", "-a"})
_TOOLS = ("apt-get", "apt", "aptitude")
_UNVERIFIED = ("--force-yes", "--allow-unauthenticated", "--allow-insecure-repositories")


def _calls(source: Source, *subcommands: str) -> Iterator[tuple[Part, Call]]:
    for part in source.of("RUN"):
        for call in part.calls:
            if any(call.does(tool, *subcommands) or call.word(subcommands[0]) for tool in _TOOLS if call.name == tool):
                yield part, call


def _after(call: Call, word: str, text: str, *, sure: bool) -> Edit | None:
    found = call.word(word)
    return Edit(begin=found.end, end=found.end, text=text, sure=sure) if found and found.end >= 0 else None


@rule("apt.asks", Severity.WARNING, APT, hadolint=("DL3014",))
def asks(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find installs that ask before they begin: in a build nobody answers."""
    for _, call in _calls(source, "install"):
        quiet = sum(one.count("q") for one in call.texts if one.startswith("-") and not one.startswith("--"))
        if not call.has("-y", "--yes", "--assume-yes") and quiet < 2 and "-q=2" not in call.texts:
            yield hit(
                call.line,
                f"{call.name} install asks, and in a build nobody answers. Add -y.",
                f"{call.name} install 会提问，构建时无人应答。请加 -y。",
                _after(call, "install", " -y", sure=True),
            )


@rule("apt.recommends", Severity.ADVICE, f"{BEST}#apt-get", hadolint=("DL3015",))
def recommends(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find installs that also take what packages merely recommend."""
    for part, call in _calls(source, "install"):
        if call.has("--no-install-recommends") or any("Install-Recommends=" in one for one in call.texts):
            continue
        if "Install-Recommends" in part.code:
            continue
        yield hit(
            call.line,
            "It also installs what packages merely recommend. Add --no-install-recommends, and name what is "
            "then missing.",
            "还会安装仅被推荐的软件包。请加 --no-install-recommends，并写明因此缺少的包。",
            _after(call, "install", " --no-install-recommends", sure=False),
        )


@rule("apt.lists", Severity.WARNING, f"{BEST}#apt-get", hadolint=("DL3009",))
def lists(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find package lists that stay in a layer."""
    seen: set[int] = set()
    for part, call in _calls(source, "update"):
        if part.line in seen or LISTS in part.code or part.stage not in source.final or part.bodies:
            continue
        if not any(one.word("install") or one.word("upgrade") for one in part.calls if one.name in _TOOLS):
            continue
        seen.add(part.line)
        edit = appended(source, part, f"rm -rf {LISTS}/*") if not _lists_needed(source, part) else None
        yield hit(
            call.line,
            f"The package lists stay in the layer. Remove them in the same RUN: rm -rf {LISTS}/*",
            f"软件包列表留在了镜像层中。请在同一个 RUN 中删除：rm -rf {LISTS}/*",
            edit,
        )


def _lists_needed(source: Source, part: Part) -> bool:
    """Say whether a later RUN installs from the lists that this one fetched."""
    later = [one for one in source.of("RUN") if one.line > part.line]
    for one in later:
        fetched = False
        for call in one.calls:
            if call.name in _TOOLS and call.word("update"):
                fetched = True
            elif call.name in _TOOLS and call.word("install") and not fetched:
                return True
    return False


def appended(source: Source, part: Part, command: str) -> Edit | None:
    """Return the edit that runs one more command at the end of a RUN, None where that is not plain to see."""
    if part.json is not None or part.bodies or source.windows or not part.calls:
        return None
    code = part.code.rstrip()
    if code.endswith(("&", "|", ";", "{", "(")) or re.search(r"(^|\s)#", part.words) or "<<" in part.words:
        return None
    if re.search(r"(^|[;\s])(if|for|while|until|case)\s", part.words) and not re.search(r"(fi|done|esac)$", code):
        return None
    at = part.begin + len(code)
    indent = " " * 4
    escape = source.escape
    return Edit(begin=at, end=at, text=f" && {escape}\n{indent}{command}", sure=True)


@rule("apt.update-alone", Severity.WARNING, f"{BEST}#apt-get", hadolint=("DL3009",))
def update_alone(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``apt-get update`` in a RUN of its own: the cached layer gives old lists to a changed install."""
    for at, part in enumerate(source.each):
        plain = [one for one in part.calls if one.name in _TOOLS]
        if part.name != "RUN" or len(part.calls) != 1 or not plain or not plain[0].word("update"):
            continue
        after = source.each[at + 1] if at + 1 < len(source.each) else None
        edit = None
        joins = after is not None and after.name == "RUN" and after.stage == part.stage and not after.above
        if (
            joins
            and after is not None
            and after.calls
            and not (part.flags or after.flags or after.bodies or source.windows)
        ):
            first = after.calls[0]
            if first.name in _TOOLS and part.json is None and after.json is None and first.begin == after.words_at:
                edit = Edit(begin=part.end, end=after.words_at, text=f" && {source.escape}\n    ", sure=True)
        yield hit(
            part.line,
            "update in a RUN of its own stays in the cache: a later install works with old lists. Put both "
            "into one RUN.",
            "单独一个 RUN 的 update 会被缓存：之后的安装用的是旧列表。请写在同一个 RUN 中。",
            edit,
        )


@rule("apt.no-update", Severity.WARNING, f"{BEST}#apt-get")
def no_update(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find installs before which no list was fetched: base images come without lists."""
    fetched: set[int] = set()
    for part in source.of("RUN"):
        for call in part.calls:
            if call.name not in _TOOLS:
                continue
            chain = {part.stage, *(at for at, one in enumerate(source.stages) if one.parent == part.stage)}
            if call.word("update"):
                fetched |= chain
            elif call.word("install") and part.stage not in fetched:
                if any(one.text.startswith(("./", "/")) for one in call.named("install", VALUED)):
                    continue
                fetched |= chain
                yield hit(
                    call.line,
                    "No list of packages was fetched before: base images come without one. Put apt-get "
                    "update before it.",
                    "之前没有获取软件包列表：基础镜像不带列表。请先运行 apt-get update。",
                )


@rule("apt.unpinned", Severity.ADVICE, f"{BEST}#apt-get", hadolint=("DL3008",))
def unpinned(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find packages without a version."""
    for _, call in _calls(source, "install"):
        loose = [
            one.text
            for one in call.named("install", VALUED)
            if one.plain and not re.search(r"[=/]|\.deb$|^-", one.text) and one.text
        ]
        if loose and not call.has("-t", "--target-release"):
            yield hit(
                call.line,
                f"Without versions each build may install others: {', '.join(loose[:3])}. Pin them, or say why not.",
                f"未写版本，每次构建安装的可能不同：{', '.join(loose[:3])}。请固定版本，或说明理由。",
            )


@rule("apt.tool", Severity.ADVICE, APT, hadolint=("DL3027",))
def tool(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``apt``, which is for people: its options and its output change."""
    for part in source.of("RUN"):
        for call in part.calls:
            if call.name == "apt" and call.texts:
                word = call.words[0]
                known = {"install", "update", "upgrade", "remove", "autoremove", "purge", "clean", "autoclean"}
                same = any(one in known for one in call.texts) and word.begin >= 0 and word.text == "apt"
                yield hit(
                    call.line,
                    "apt is made for people and warns that scripts should not use it. Use apt-get.",
                    "apt 面向人工使用，并不保证脚本接口稳定。请用 apt-get。",
                    Edit(begin=word.begin, end=word.end, text="apt-get", sure=True) if same else None,
                )


@rule("apt.upgrade", Severity.ADVICE, f"{BEST}#apt-get", hadolint=("DL3005",))
def upgrade(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find upgrades of everything: a newer base image does that, and says so."""
    for part in source.of("RUN"):
        for call in part.calls:
            if call.name in _TOOLS and any(call.word(one) for one in ("upgrade", "dist-upgrade", "full-upgrade")):
                yield hit(
                    call.line,
                    "An upgrade of everything makes each build another image. Take a newer base image instead.",
                    "整体升级使每次构建的镜像都不同。请改用更新的基础镜像。",
                )


@rule("apt.unverified", Severity.ERROR, APT)
def unverified(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find packages that are taken without their signature being checked."""
    for part in source.of("RUN"):
        for call in part.calls:
            forced = call.name in _TOOLS and any(one in _UNVERIFIED for one in call.texts)
            trusted = "trusted=yes" in " ".join(call.texts).lower() and call.name in {"echo", "printf"}
            if forced or trusted:
                yield hit(
                    call.line,
                    "Packages are installed without a check of their signature: whoever is on the way may change them.",
                    "安装软件包时不校验签名：途中的任何人都可以篡改。",
                )
            elif call.name == "apt-key":
                yield hit(
                    call.line,
                    "apt-key trusts this key for every repository, and is gone from new releases. Use signed-by.",
                    "apt-key 让此密钥对所有软件源有效，且新版本已移除。请使用 signed-by。",
                )


@rule("apt.frontend", Severity.ADVICE, f"{BEST}#env")
def frontend(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``ENV DEBIAN_FRONTEND``: it stays in the image, where people then are not asked either."""
    for part in source.of("ENV"):
        if re.fullmatch(r"DEBIAN_FRONTEND[= ][\"']?noninteractive[\"']?", part.words):
            sure = not source.children(part.stage)
            edit = Edit(begin=part.begin, end=part.end, text="ARG DEBIAN_FRONTEND=noninteractive", sure=sure)
            yield hit(
                part.line,
                "DEBIAN_FRONTEND stays in the image. As ARG it holds while building only.",
                "DEBIAN_FRONTEND 会留在镜像中。写成 ARG 则只在构建时有效。",
                edit,
            )


RULES: tuple[Rule, ...] = (
    asks, recommends, lists, update_alone, no_update, unpinned, tool, upgrade, unverified, frontend,
)  # fmt: skip
