"""Plain scripts: the one that a person would run, or a heap of them that has no beginning."""

import ast
import re
from collections.abc import Iterator
from posixpath import basename

from builder.detect.languages.python import pep723
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.modules import Module
from builder.detect.languages.python.own_servers import script_command
from builder.grounds import CODE, CONVENTION, DEFAULT
from builder.plan import Command, Kind
from core.phrase import Phrase

_STEMS = (
    "main",
    "app",
    "__main__",
    "run",
    "start",
    "index",
    "hello",
    "server",
    "bot",
    "job",
    "cli",
    "program",
    "script",
    "application",
)


def find(facts: Facts) -> Iterator[Found]:
    """Tell the script that starts the program."""
    embedded = pep723.scripts(facts.place)
    if embedded and not facts.place.has("pyproject.toml", "requirements.txt", "setup.py"):
        file = min(embedded, key=lambda one: (_order(one), one))
        yield _job(facts, file, CODE, Command(argv=("python", file)), "python.start.inline-metadata")
        return
    modules = [module for file in facts.program.files() if file.count("/") <= 1 and (module := _light(facts, file))]
    starting = [one for one in modules if one.main or one.works]
    named = [one for one in starting if _order(one.file) < len(_STEMS)]
    own = re.sub(r"[^a-z0-9]", "", (facts.manifest.name or facts.place.name).lower())
    same = [one for one in starting if own and re.sub(r"[^a-z0-9]", "", _stem(one.file)) == own]
    top = [one for one in starting if "/" not in one.file]
    spoken = {one.file for one in facts.hints}
    told = [one for one in starting if one.file in spoken]
    chosen = [one for one in told if one in named] or (told if len(told) == 1 else [])
    chosen = chosen or named or same or (top if len(top) == 1 else [])
    if chosen:
        best = min(chosen, key=lambda one: (one.file.count("/"), _order(one.file), one.file))
        command, _ = script_command(facts, best.file)
        if _asks(best):
            yield _tool(facts, best)
        else:
            yield _job(facts, best.file, CONVENTION, command, "python.start.main")
    elif starting:
        main = [one for one in starting if one.main] or starting
        why = Phrase(en="It holds several scripts, and none is the beginning.", zh="其中有多个脚本，没有明确的入口。")
        yield Found(
            kind=Kind.CLI if len(top) > 1 or not top else Kind.JOB,
            framework="",
            rank=12,
            confidence=DEFAULT,
            rule="python.kind.scripts",
            why=why,
            evidence=facts.place.cite_file(main[0].file),
            start=None,
        )
    elif modules:
        why = Phrase(
            en="Its modules only define things; none of them starts anything.", zh="模块只有定义，没有启动任何程序。"
        )
        yield Found(
            kind=Kind.LIBRARY,
            framework="",
            rank=8,
            confidence=DEFAULT,
            rule="python.kind.modules",
            why=why,
            evidence=facts.place.cite_file(modules[0].file),
        )
    else:
        yield from _books(facts)


def _light(facts: Facts, file: str) -> Module | None:
    """Parse only what may start: most modules of a package do not."""
    return facts.program.module(file) if file.count("/") == 0 or _order(file) < len(_STEMS) else None


def _stem(file: str) -> str:
    return basename(file).removesuffix(".pyw").removesuffix(".py").lower()


def _order(file: str) -> int:
    stem = _stem(file)
    return _STEMS.index(stem) if stem in _STEMS else len(_STEMS)


def _job(facts: Facts, file: str, confidence: float, command: Command, rule: str) -> Found:
    _, folder = script_command(facts, file)
    return Found(
        kind=Kind.JOB,
        framework="",
        rank=34 if "/" not in file else 30,
        confidence=confidence,
        rule=rule,
        why=Phrase(
            en=f"{file} is the program; it serves nothing and ends.", zh=f"{file} 是主程序，不提供服务，运行后结束。"
        ),
        evidence=facts.place.cite(file, "__main__") or facts.place.cite_file(file),
        start=command,
        file=file,
        directory=folder,
    )


def _tool(facts: Facts, module: Module) -> Found:
    why = Phrase(
        en=f"{module.file} asks a person at a terminal for what to do.", zh=f"{module.file} 需要在终端中输入参数。"
    )
    return Found(
        kind=Kind.CLI,
        framework="",
        rank=33 if "/" not in module.file else 29,
        confidence=CONVENTION,
        rule="python.kind.terminal",
        why=why,
        evidence=facts.place.cite_file(module.file),
        start=script_command(facts, module.file)[0],
        file=module.file,
    )


def _asks(module: Module) -> bool:
    """Say whether a script cannot run alone: it needs arguments, or answers from a keyboard."""
    if module.uses(
        "click", "typer", "fire", "docopt", "cmd2", "prompt_toolkit", "curses", "textual", "InquirerPy", "questionary"
    ):
        return True
    for call in module.calls:
        if call.name in {"input", "raw_input"}:
            return True
        last = call.name.rpartition(".")[2]
        if last == "add_subparsers":
            return True
        if last == "add_argument" and call.node.args and module.uses("argparse") and _needed(call.node):
            return True
    return False


def _needed(node: ast.Call) -> bool:
    first = node.args[0]
    positional = isinstance(first, ast.Constant) and isinstance(first.value, str) and not first.value.startswith("-")
    keys = {one.arg: one.value for one in node.keywords}
    if positional:
        nargs = keys.get("nargs")
        return not (isinstance(nargs, ast.Constant) and nargs.value in {"?", "*"})
    required = keys.get("required")
    return isinstance(required, ast.Constant) and required.value is True


def _books(facts: Facts) -> Iterator[Found]:
    books = [one for one in facts.place.sources(".ipynb", most=20) if "checkpoint" not in one]
    if books:
        why = Phrase(en="It holds notebooks: a person runs them cell by cell.", zh="其中是笔记本，由人逐单元运行。")
        yield Found(
            kind=Kind.OTHER,
            framework="jupyter",
            rank=6,
            confidence=CONVENTION,
            rule="python.kind.notebooks",
            why=why,
            evidence=facts.place.cite_file(books[0]),
        )
