"""ARG and ENV: what is known where."""

import re
from collections.abc import Iterator

from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import CHECKS, REFERENCE
from builder.lint.source import Part, Source
from builder.parsing.dockerfile import pairs

_USED = re.compile(r"(?<!\\)\$(?:\{(?P<braced>\w+)(?P<rest>[^}]*)\}|(?P<plain>[A-Za-z_]\w*))")
_GIVEN = frozenset(
    {
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "FTP_PROXY",
        "ftp_proxy",
        "NO_PROXY",
        "no_proxy",
        "ALL_PROXY",
        "all_proxy",
    }
)
"""Arguments that every build knows."""

_PLATFORM = re.compile(r"(TARGET|BUILD)(PLATFORM|OS|ARCH|VARIANT)|TARGETSTAGE")
_SHELL_TOO = frozenset({"RUN", "CMD", "ENTRYPOINT"})


def _names(text: str) -> Iterator[str]:
    for one in _USED.finditer(text):
        if not (one["rest"] or "").startswith((":-", "-", ":+", "+")):
            yield one["braced"] or one["plain"]


def _declared(part: Part) -> set[str]:
    return {name for name, _ in pairs(part.words)}


@rule("arg.before-from", Severity.ERROR, f"{CHECKS}undefined-var/", check="UndefinedVar")
def before_from(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find arguments from before FROM that a stage uses without naming them again: they are empty there."""
    outside = {name for part in source.of("ARG") if part.stage < 0 for name in _declared(part)}
    for at, stage in enumerate(source.stages):
        known = set(source.stages[stage.parent].environment) if stage.parent is not None else set()
        begin = source.begins(at)
        missing: dict[str, Part] = {}
        assigned = " ".join(part.code for part in source.within(at, "RUN"))
        for part in source.within(at):
            if part.name in {"ARG", "ENV"}:
                used = [name for _, value in pairs(part.words) for name in _names(value or "")]
            else:
                used = list(_names(source.text[part.words_at : part.end]))
            for name in used:
                if name in outside - known and not re.search(
                    rf"\b{name}=", assigned if part.name in _SHELL_TOO else ""
                ):
                    missing.setdefault(name, part)
            if part.name in {"ARG", "ENV"}:
                known |= _declared(part)
        for name, part in missing.items():
            edit = Edit(begin=begin.end, end=begin.end, text=f"\nARG {name}", sure=False)
            yield hit(
                part.line,
                f"{name} is given before FROM and is empty here. Name it again in this stage: ARG {name}",
                f"{name} 声明在 FROM 之前，在这里为空。请在本阶段再次声明：ARG {name}",
                edit,
            )


@rule(
    "arg.platform", Severity.WARNING, f"{REFERENCE}#automatic-platform-args-in-the-global-scope", check="UndefinedVar"
)
def platform(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find TARGETARCH and its like without ARG: they are empty until a stage names them."""
    for at, stage in enumerate(source.stages):
        known = set(stage.environment) | {name for part in source.within(at, "ARG") for name in _declared(part)}
        for part in source.within(at):
            text = source.text[part.words_at : part.end]
            for name in dict.fromkeys(_names(text)):
                if _PLATFORM.fullmatch(name) and name not in known and f"{name}=" not in text:
                    begin = source.begins(at)
                    edit = Edit(begin=begin.end, end=begin.end, text=f"\nARG {name}", sure=False)
                    known.add(name)
                    yield hit(
                        part.line,
                        f"{name} is empty until the stage names it: ARG {name}",
                        f"本阶段声明之前 {name} 为空：ARG {name}",
                        edit,
                    )


@rule("arg.unused", Severity.ADVICE, f"{REFERENCE}#arg")
def unused(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find arguments before FROM that nothing uses."""
    for part in source.of("ARG"):
        if part.stage >= 0:
            continue
        for name in sorted(_declared(part)):
            rest = source.text[part.end :]
            if not re.search(rf"\b{re.escape(name)}\b", rest) and name not in _GIVEN:
                yield hit(
                    part.line,
                    f"Nothing uses the argument {name}.",
                    f"参数 {name} 没有被使用。",
                )


@rule("env.itself", Severity.ERROR, f"{REFERENCE}#environment-replacement", hadolint=("DL3044",))
def itself(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ENV that uses a variable which the same instruction sets: it gets the value from before."""
    for part in source.of("ENV"):
        before = _known_before(source, part)
        each = list(pairs(part.words))
        for at, (name, value) in enumerate(each):
            earlier = {one for one, _ in each[:at]} | ({name} if name not in before else set())
            wrong = [
                one
                for one in _names(value or "")
                if one in earlier and one not in before and one not in {"PATH", "HOME"}
            ]
            wrong = [one for one in wrong if one != name or not re.search(r"PATH$|FLAGS$|OPTS$", one)]
            if wrong:
                yield hit(
                    part.line,
                    f"{wrong[0]} is set by this same ENV and is not known yet here. Put it into an ENV before.",
                    f"{wrong[0]} 由同一条 ENV 设置，此处尚未生效。请放到前一条 ENV 中。",
                )
                break


def _known_before(source: Source, part: Part) -> set[str]:
    stage = source.stages[part.stage]
    known = set(source.stages[stage.parent].environment) if stage.parent is not None else set()
    for one in source.within(part.stage, "ENV", "ARG"):
        if one.line < part.line:
            known |= _declared(one)
    return known


@rule("env.old-form", Severity.ADVICE, f"{CHECKS}legacy-key-value-format/", check="LegacyKeyValueFormat")
def old_form(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``ENV NAME value``: one variable alone, and its blanks belong to it."""
    for part in source.of("ENV", "LABEL"):
        found = re.match(r"([^\s=\"']+)[ \t]+(\S.*)$", part.words, re.DOTALL)
        if not found or part.last != part.line:
            continue
        value = found[2].strip()
        quoted = value if re.fullmatch(r"[\w./:@%+,-]*|\"[^\"\\]*\"|'[^'\\$]*'", value) else None
        if quoted is None and not re.search(r"[\"'\\`]", value):
            quoted = f'"{value}"'
        edit = (
            None if quoted is None else Edit(begin=part.words_at, end=part.end, text=f"{found[1]}={quoted}", sure=True)
        )
        yield hit(
            part.line,
            f"The form {part.name} NAME VALUE is old and ambiguous. Write {found[1]}=…",
            f"{part.name} 名称 值 的写法已过时且有歧义。请写 {found[1]}=…",
            edit,
        )


@rule("env.path", Severity.WARNING, f"{REFERENCE}#env")
def path(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find a PATH without what was in it: the image's own programs are not found any more."""
    for part in source.of("ENV"):
        for name, value in pairs(part.words):
            if name == "PATH" and value and "$" not in value and "/usr/bin" not in value:
                yield hit(
                    part.line,
                    "PATH loses the folders of the base image. Write PATH=…:$PATH",
                    "PATH 丢失了基础镜像的目录。请写 PATH=…:$PATH",
                )


RULES: tuple[Rule, ...] = (before_from, platform, unused, itself, old_form, path)
