"""What the cache of layers keeps: what changes seldom comes first."""

import re
from collections.abc import Iterator

from builder.lint.model import Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import BEST, CACHE
from builder.lint.shell import Call
from builder.lint.source import Part, Source

_INSTALLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("npm", ("ci", "install", "i")), ("yarn", ("install",)), ("pnpm", ("install", "i")), ("bun", ("install",)),
    ("bundle", ("install",)), ("composer", ("install",)), ("poetry", ("install",)), ("uv", ("sync",)),
    ("pipenv", ("install", "sync")), ("pdm", ("install", "sync")), ("dotnet", ("restore",)), ("cargo", ("fetch",)),
    ("mix", ("deps.get",)), ("pip", ("install",)), ("pip3", ("install",)), ("go", ("mod",)),
)  # fmt: skip
MAX_APART = 4
"""RUNs one after the other without anything between: more of them is a script in pieces."""


@rule("cache.source-first", Severity.WARNING, f"{CACHE}#order-your-layers")
def source_first(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find dependencies that are installed after all of the source was copied: every change installs them anew."""
    for at, _ in enumerate(source.stages):
        copied: Part | None = None
        for part in source.within(at, "COPY", "ADD", "RUN"):
            if part.name != "RUN":
                if part.flag("from") is None and _whole(part):
                    copied = copied or part
                continue
            installs = next((call for call in part.calls if _installs(call)), None)
            if installs is not None:
                if copied is not None:
                    yield hit(
                        copied.line,
                        f"All of the source is copied before {installs.name} {_first(installs)}: every "
                        "change of a file "
                        "installs everything anew. Copy the files that name the dependencies first.",
                        f"在 {installs.name} {_first(installs)} 之前复制了全部源码：改动任何文件都会重新安装依赖。"
                        "请先复制描述依赖的文件。",
                    )
                break


def _whole(part: Part) -> bool:
    words = part.json or tuple(part.text.split())
    return bool({".", "./", "/", "*"} & set(words[:-1]))


def _installs(call: Call) -> bool:
    if call.name in {"pip", "pip3"}:
        return "install" in call.texts and any(one.startswith(("-r", "--requirement")) for one in call.texts)
    if call.name == "go":
        return call.texts[:2] == ("mod", "download")
    return any(call.does(name, *words) for name, words in _INSTALLS)


def _first(call: Call) -> str:
    return next((one for one in call.texts if not one.startswith("-")), "")


@rule("cache.many-runs", Severity.ADVICE, f"{BEST}#minimize-the-number-of-layers", hadolint=("DL3059",))
def many_runs(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find long rows of RUN in the final image: each is a layer, and none takes away what the one before left."""
    row: list[Part] = []
    for part in (*source.each, None):
        same = part is not None and part.name == "RUN" and part.stage in source.final
        if same and part is not None and not part.flags and (not row or row[-1].stage == part.stage):
            row.append(part)
            continue
        if len(row) >= MAX_APART:
            yield hit(
                row[1].line,
                f"{len(row)} RUN in a row: each is a layer, and none takes away what the one before has "
                "left. Join them.",
                f"连续 {len(row)} 个 RUN：每个都是一层，后面的删不掉前面留下的内容。请合并。",
            )
        row = []


@rule("cache.removed-later", Severity.ADVICE, f"{BEST}#minimize-the-number-of-layers")
def removed_later(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find caches and build tools that a later RUN removes: the layer before keeps them."""
    for at, _ in enumerate(source.stages):
        if at not in source.final:
            continue
        for part in source.within(at, "RUN"):
            if len(part.calls) == 1 and part.calls[0].name in {"rm", "apt-get", "yum", "dnf"}:
                call = part.calls[0]
                text = " ".join(call.texts)
                cleans = call.name == "rm" and re.search(r"/var/(lib/apt|cache)|\.cache|/usr/src|/root/\.\w", text)
                removes = call.name != "rm" and re.search(r"^(-y )?(purge|remove|autoremove|clean)", text)
                if cleans or removes:
                    yield hit(
                        part.line,
                        "What is removed here stays in the layer before. Remove it in the RUN that made it.",
                        "这里删除的内容仍留在前面的层中。请在产生它的 RUN 中删除。",
                    )


RULES: tuple[Rule, ...] = (source_first, many_runs, removed_later)
