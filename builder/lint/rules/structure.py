"""The file itself: instructions that exist, in an order that works, written alike."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from posixpath import join, normpath

from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import CHECKS, LABELS, REFERENCE
from builder.lint.source import Part, Source

KNOWN = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip


@rule("file.unknown", Severity.ERROR, REFERENCE)
def unknown(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find instructions that do not exist."""
    for part in source.each:
        if part.name not in KNOWN:
            near = difflib.get_close_matches(part.name, KNOWN, 1)
            en = f" Did you mean {near[0]}?" if near else ""
            zh = f" 是否想写 {near[0]}？" if near else ""
            yield hit(part.line, f"There is no instruction {part.name}.{en}", f"没有指令 {part.name}。{zh}")


@rule("file.order", Severity.ERROR, f"{REFERENCE}#format", hadolint=("DL3061",))
def order(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find instructions before the first FROM: only ARG may stand there."""
    for part in source.each:
        if part.stage < 0 and part.name in KNOWN and part.name not in {"ARG", "FROM"}:
            yield hit(
                part.line,
                f"{part.name} stands before the first FROM, where only ARG may stand.",
                f"{part.name} 位于第一个 FROM 之前，那里只允许 ARG。",
            )


@rule(
    "file.maintainer",
    Severity.ADVICE,
    f"{CHECKS}maintainer-deprecated/",
    hadolint=("DL4000",),
    check="MaintainerDeprecated",
)
def maintainer(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find MAINTAINER, whose place a label took."""
    for part in source.of("MAINTAINER"):
        who = part.words.strip().strip("\"'")
        plain = not re.search(r"[\"'\\$]", who)
        edit = Edit(begin=part.begin, end=part.end, text=f'LABEL org.opencontainers.image.authors="{who}"', sure=True)
        yield hit(
            part.line,
            "MAINTAINER is out of use: the label org.opencontainers.image.authors took its place.",
            "MAINTAINER 已弃用：请用标签 org.opencontainers.image.authors。",
            edit if plain else None,
        )


@rule("file.onbuild", Severity.ERROR, f"{REFERENCE}#onbuild-limitations", hadolint=("DL3043",))
def onbuild(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ONBUILD of what may not stand there."""
    for part in source.of("ONBUILD"):
        first = part.words.partition(" ")[0].upper()
        if first in {"ONBUILD", "FROM", "MAINTAINER"}:
            yield hit(part.line, f"ONBUILD {first} is not allowed.", f"不允许 ONBUILD {first}。")


@rule("file.as", Severity.ADVICE, f"{CHECKS}from-as-casing/", check="FromAsCasing")
def casing_of_as(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find FROM and as that are not written alike."""
    for part in source.of("FROM"):
        own = source.text[part.begin : part.begin + 4]
        found = re.search(r"\s(as)\s+\S+\s*$", part.code, re.IGNORECASE)
        if found and found[1].isupper() != own.isupper():
            at = part.begin + found.start(1)
            text = "AS" if own.isupper() else "as"
            yield hit(
                part.line,
                f"{own} and {found[1]} are not written alike.",
                f"{own} 与 {found[1]} 的大小写不一致。",
                Edit(begin=at, end=at + 2, text=text, sure=True),
            )


@rule("file.case", Severity.ADVICE, f"{CHECKS}consistent-instruction-casing/", check="ConsistentInstructionCasing")
def casing(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find instructions that are written in another case than most."""
    written = {part.line: source.text[part.begin : part.begin + len(part.name)] for part in source.each}
    capitals = Counter(one.isupper() for one in written.values())
    large = capitals[True] >= capitals[False]
    for part in source.each:
        own = written[part.line]
        if own != (own.upper() if large else own.lower()):
            text = own.upper() if large else own.lower()
            yield hit(
                part.line,
                f"{own} is written in another case than the rest.",
                f"{own} 的大小写与其他指令不一致。",
                Edit(begin=part.begin, end=part.begin + len(own), text=text, sure=True),
            )


@rule("file.continued", Severity.WARNING, f"{CHECKS}no-empty-continuation/", check="NoEmptyContinuation")
def continued(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find empty lines within an instruction: a later version of Docker refuses them."""
    for part in source.each:
        if part.bodies:
            continue
        at = source.text.rfind("\n", 0, part.begin) + 1
        for number in range(part.line, part.last + 1):
            line = source.lines[number - 1]
            end = source.text.find("\n", at)
            length = (end if end >= 0 else len(source.text)) + 1 - at
            if number > part.line and not line.strip() and number < part.last:
                yield hit(
                    part.line,
                    f"Line {number} is empty, within an instruction: a later version of Docker will refuse it.",
                    f"第 {number} 行是指令中间的空行：以后的 Docker 版本将拒绝。",
                    Edit(begin=at, end=at + length, text="", sure=True),
                )
            at += length


@rule(
    "file.stage-twice",
    Severity.ERROR,
    f"{CHECKS}duplicate-stage-name/",
    hadolint=("DL3024",),
    check="DuplicateStageName",
)
def stage_twice(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find two stages of one name."""
    seen: set[str] = set()
    for stage in source.stages:
        if stage.name and stage.name in seen:
            yield hit(
                stage.line,
                f"There are two stages called {stage.name}: which is meant, nobody can say.",
                f"有两个名为 {stage.name} 的阶段：无法确定所指。",
            )
        seen.add(stage.name)


@rule("file.stage-name", Severity.WARNING, f"{CHECKS}reserved-stage-name/", check="ReservedStageName")
def stage_name(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find stages with a name that has a meaning of its own, or with capitals, which names of stages do not keep."""
    for part in source.of("FROM"):
        found = re.search(r"\sas\s+(\S+)\s*$", part.code, re.IGNORECASE)
        if not found:
            continue
        if found[1].lower() in {"scratch", "context"}:
            yield hit(part.line, f"{found[1]} has a meaning of its own.", f"{found[1]} 是保留名称。")
        elif found[1] != found[1].lower() and "$" not in found[1]:
            yield hit(
                part.line,
                f"Names of stages are small: {found[1].lower()}.",
                f"阶段名称应为小写：{found[1].lower()}。",
            )


@rule(
    "file.workdir",
    Severity.WARNING,
    f"{CHECKS}workdir-relative-path/",
    hadolint=("DL3000",),
    check="WorkdirRelativePath",
)
def workdir(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find WORKDIR that is relative: where it leads, the lines above or the base image decide."""
    for at, stage in enumerate(source.stages):
        folder = "" if stage.parent is None else None
        for part in source.within(at, "WORKDIR"):
            text = part.text.strip().strip("\"'")
            absolute = re.match(r"/|[A-Za-z]:|\\", text) is not None or part.words.startswith("$")
            if absolute:
                folder = None if "$" in part.words else text
                continue
            whole = normpath(join(folder, text)) if folder else ""
            edit = None
            if whole and "$" not in part.words and not source.windows:
                edit = Edit(begin=part.words_at, end=part.end, text=whole, sure=True)
            folder = whole or None
            yield hit(
                part.line,
                f"{text} is relative: where it leads, other lines decide. Write the whole path.",
                f"{text} 是相对路径：结果取决于其他行。请写完整路径。",
                edit,
            )


@rule("file.volume", Severity.WARNING, f"{REFERENCE}#notes-about-specifying-volumes")
def volume(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find work on a folder after it was made a volume: it is thrown away."""
    for at, _ in enumerate(source.stages):
        made: dict[str, Part] = {}
        for part in source.within(at, "VOLUME", "RUN"):
            if part.name == "VOLUME":
                made |= {one.strip("\"'").rstrip("/"): part for one in (part.json or tuple(part.text.split()))}
                continue
            for folder in [one for one in made if one and re.search(rf"(^|\s){re.escape(one)}(/|\s|$)", part.code)]:
                yield hit(
                    part.line,
                    f"{folder} is a volume since line {made[folder].line}: what RUN does there is thrown away.",
                    f"{folder} 自第 {made[folder].line} 行起是卷：RUN 对它的改动会被丢弃。",
                )


@rule("file.label", Severity.ADVICE, LABELS, hadolint=("DL3048",))
def label(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find labels with a name that tools do not take."""
    for part in source.of("LABEL"):
        for name in re.findall(r"(?:^|\s)([^\s=\"']+)=", part.words):
            reserved = re.match(r"(com\.docker|io\.docker|org\.dockerproject)\.", name)
            if (
                reserved
                or not re.fullmatch(r"[a-z]([a-z0-9_.-]*[a-z0-9])?(/[\w.-]+)?", name)
                or re.search(r"[.-]{2}", name)
            ):
                yield hit(
                    part.line,
                    f"{name} is no usual name of a label: small letters, digits, single dots and dashes.",
                    f"{name} 不是规范的标签名：小写字母、数字、单个点和短横线。",
                )


@rule("file.label-value", Severity.ADVICE, LABELS, hadolint=("DL3051", "DL3052", "DL3053", "DL3056"))
def label_value(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find common labels whose value is empty or of another form than is specified."""
    forms = {
        "org.opencontainers.image.created": r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?)?",
        "org.opencontainers.image.url": r"\w+://\S+",
        "org.opencontainers.image.documentation": r"\w+://\S+",
        "org.opencontainers.image.source": r"\w+[:@]\S+",
    }
    for part in source.of("LABEL"):
        for name, value in _labels(part.words):
            if "$" not in value and (value == "" or (name in forms and not re.fullmatch(forms[name], value))):
                yield hit(
                    part.line,
                    f"The label {name} has no value that fits: {value!r}.",
                    f"标签 {name} 的值不合规范：{value!r}。",
                )


def _labels(words: str) -> Iterator[tuple[str, str]]:
    for one in re.finditer(r"([^\s=\"']+)=(\"[^\"]*\"|'[^']*'|\S*)", words):
        yield one[1], one[2].strip("\"'")


RULES: tuple[Rule, ...] = (
    unknown, order, maintainer, onbuild, casing_of_as, casing, continued, stage_twice, stage_name, workdir, volume,
    label, label_value,
)  # fmt: skip
