"""COPY and ADD: what comes from where, and where it goes."""

import re
from collections.abc import Iterator
from posixpath import normpath

from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import BEST, REFERENCE
from builder.lint.source import Part, Source

_ARCHIVE = re.compile(r"\.(tar|tar\.(gz|bz2|xz|zst|lzma|Z)|tgz|tbz2?|txz|tlz|tzst)$", re.IGNORECASE)
_PLAIN = re.compile(
    r"\.(c|cfg|cnf|conf|crt|css|csv|env|go|html?|ini|jar|java|js|json|jsx|key|kts?|lock|md|mjs|mod|pem|php|properties|py|rb|rs|sh|"
    r"sql|sum|toml|tsx?|txt|war|whl|xml|ya?ml)$",
    re.IGNORECASE,
)
"""Names of files that are no archives: ADD does with them what COPY does."""


def words_of(part: Part) -> tuple[str, ...]:
    """Return the sources and the destination."""
    return part.json or tuple(part.text.split())


def remote(name: str) -> bool:
    """Say whether a source is fetched: an address or a repository."""
    return bool(re.match(r"(https?|ftp|git|ssh)://|git@", name))


@rule("copy.add", Severity.WARNING, f"{BEST}#add-or-copy", hadolint=("DL3020",))
def add(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find ADD of plain files, for which COPY is meant: ADD unpacks and fetches besides."""
    for part in source.of("ADD"):
        *names, _to = words_of(part) or ("",)
        if not names or part.bodies or any(remote(one) or _ARCHIVE.search(one) for one in names):
            continue
        sure = all(one in {".", "./"} or _PLAIN.search(one) or around.is_folder(one) for one in names)
        known = not part.flags or {one.name for one in part.flags} <= {"chown", "chmod", "link", "exclude"}
        edit = (
            Edit(begin=part.begin, end=part.begin + 3, text=_cased("COPY", source, part), sure=sure) if known else None
        )
        yield hit(
            part.line,
            "ADD also unpacks archives and fetches addresses. For files COPY says what is meant.",
            "ADD 还会解包归档、下载地址。复制文件请用 COPY。",
            edit,
        )


def _cased(name: str, source: Source, part: Part) -> str:
    return name.lower() if source.text[part.begin : part.begin + 3].islower() else name


@rule("copy.archive", Severity.ADVICE, f"{BEST}#add-or-copy", hadolint=("DL3010",))
def archive(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find archives that are copied and then unpacked: they are in the image twice."""
    for at, _ in enumerate(source.stages):
        copied: dict[str, Part] = {}
        for part in source.within(at, "COPY", "RUN"):
            if part.name == "COPY" and part.flag("from") is None:
                copied |= {one.rpartition("/")[2]: part for one in words_of(part)[:-1] if _ARCHIVE.search(one)}
                continue
            for call in part.calls:
                if call.name in {"tar", "gunzip", "bunzip2", "unxz"}:
                    for name in [one for one in copied if any(word.endswith(one) for word in call.texts)]:
                        yield hit(
                            copied.pop(name).line,
                            f"{name} is in the image as it is and unpacked. ADD unpacks it without keeping it.",
                            f"{name} 以原样和解包后两种形式存在于镜像中。ADD 可直接解包。",
                        )


@rule("copy.folder", Severity.ERROR, f"{REFERENCE}#copy", hadolint=("DL3021",))
def folder(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find several files that are copied to what is no folder."""
    for part in source.of("COPY"):
        words = words_of(part)
        if len(words) > 2 and not words[-1].endswith(("/", "\\")) and words[-1] not in {".", "..", "./"}:
            if "$" in part.words.split()[-1] and part.json is None:
                continue
            stands = part.json is None and not part.bodies
            edit = Edit(begin=part.end, end=part.end, text="/", sure=True) if stands else None
            yield hit(
                part.line,
                f"Several files go to {words[-1]}, which must then end with /.",
                f"多个文件复制到 {words[-1]}，目标必须以 / 结尾。",
                edit,
            )


@rule("copy.unknown-stage", Severity.WARNING, f"{REFERENCE}#copy---from", hadolint=("DL3022",))
def unknown_stage(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find COPY --from with the number of no stage, or a plain word that is no stage: it would be an image's name."""
    for part in source.of("COPY"):
        name = part.flag("from")
        if not name or "$" in name or re.search(r"[/:.]", name):
            continue
        before = [one.name for one in source.stages[: max(part.stage, 0)]]
        fits = int(name) < part.stage if name.isdigit() else name.lower() in before
        if (
            not fits
            and not (name.isdigit() and int(name) == part.stage)
            and name.lower() != source.stages[part.stage].name
        ):
            yield hit(
                part.line,
                f"No stage before this one is called {name}: it is looked for as an image.",
                f"前面没有名为 {name} 的阶段：会被当作镜像查找。",
            )


@rule("copy.own-stage", Severity.ERROR, f"{REFERENCE}#copy---from", hadolint=("DL3023",))
def own_stage(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find COPY --from the stage that it stands in."""
    for part in source.of("COPY"):
        name = (part.flag("from") or "").lower()
        if name and part.stage >= 0 and name in {source.stages[part.stage].name or "-", str(part.stage)}:
            yield hit(
                part.line,
                f"{name} is the stage that this stands in: it cannot copy from itself.",
                f"{name} 就是当前阶段：不能从自身复制。",
            )


@rule("copy.nowhere", Severity.WARNING, f"{REFERENCE}#workdir", hadolint=("DL3045",))
def nowhere(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find COPY to a relative folder before any WORKDIR: where that is, the base image decides."""
    for at, stage in enumerate(source.stages):
        placed = stage.parent is not None
        for part in source.within(at, "WORKDIR", "COPY"):
            if part.name == "WORKDIR":
                placed = True
            elif not placed and (words := words_of(part)):
                to = words[-1]
                if not re.match(r"[/$\\]|[A-Za-z]:", to) and not (
                    part.json is None and part.words.split()[-1][:1] == "$"
                ):
                    yield hit(
                        part.line,
                        f"{to} is relative, and no WORKDIR stands before it: the base image decides where that is.",
                        f"{to} 是相对路径，之前没有 WORKDIR：位置取决于基础镜像。",
                    )


@rule("copy.outside", Severity.ERROR, f"{REFERENCE}#copy")
def outside(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find COPY of what stands outside of the context."""
    for part in source.of("COPY", "ADD"):
        if part.flag("from") is None and not part.bodies:
            for name in words_of(part)[:-1]:
                if normpath(name.lstrip("/")).startswith("..") and not remote(name):
                    yield hit(
                        part.line,
                        f"{name} is outside of the folder that is built: it is not sent. Build from the folder above.",
                        f"{name} 在构建目录之外，不会被发送。请从上级目录构建。",
                    )


@rule("copy.missing", Severity.WARNING, f"{REFERENCE}#copy")
def missing(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find COPY of what the context does not hold."""
    for part in source.of("COPY", "ADD"):
        if part.flag("from") is None and not part.bodies and "$" not in part.words:
            for name in words_of(part)[:-1]:
                if not remote(name) and not name.startswith("..") and around.holds(name.strip("\"'")) is False:
                    yield hit(
                        part.line,
                        f"{name} does not exist in the folder that is built: something must make it before the build.",
                        f"构建目录中没有 {name}：必须在构建前生成。",
                    )


RULES: tuple[Rule, ...] = (add, archive, folder, unknown_stage, own_stage, nowhere, outside, missing)
