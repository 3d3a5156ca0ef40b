"""Distributions: libraries, command-line tools, and the few whose command is a server."""

import re
from collections.abc import Iterator
from dataclasses import replace
from posixpath import basename, dirname

from builder.detect.languages.python import entry_points, published, workers
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.listening import host_of, ports
from builder.detect.languages.python.modules import Module, reached
from builder.detect.languages.python.own_servers import SERVING
from builder.detect.languages.python.serving import Serve
from builder.grounds import CODE, CONVENTION
from builder.plan import Command, Kind
from core.phrase import Phrase


def find(facts: Facts) -> Iterator[Found]:
    """Tell what a distribution is, where a manifest makes one."""
    asked = facts.manifest
    if not asked.packaged:
        return
    server = _server(facts)
    if server:
        yield server
    if asked.scripts and (job := _bot(facts) or _job(facts)):
        yield job
    evidence = (
        facts.place.cite(asked.file, next(iter(asked.scripts), ""))
        if asked.scripts and asked.file
        else facts.place.cite_file(asked.file)
    )
    if asked.scripts:
        name = next((one for one in asked.scripts if one == asked.name), next(iter(asked.scripts)))
        why = Phrase(en=f"It installs the command {name}.", zh=f"它安装命令 {name}。")
        yield Found(
            kind=Kind.CLI,
            framework="",
            rank=44,
            confidence=CONVENTION,
            rule="python.kind.console-script",
            why=why,
            evidence=evidence,
            start=Command(argv=(name,)),
        )
    elif entry := _runnable(facts):
        why = Phrase(en=f"{entry} makes it runnable by python -m.", zh=f"{entry} 使其可用 python -m 运行。")
        yield Found(
            kind=Kind.CLI,
            framework="",
            rank=24,
            confidence=CONVENTION,
            rule="python.kind.main-module",
            why=why,
            evidence=facts.place.cite_file(entry),
            start=Command(argv=("python", "-m", _package(dirname(entry)))),
        )
    if _importable(facts):
        why = Phrase(
            en="It is packaged for others to import, and starts nothing.", zh="它打包供他人引用，不启动任何程序。"
        )
        yield Found(
            kind=Kind.LIBRARY,
            framework="",
            rank=32 if published.has_own_package(facts) and not asked.scripts else 22,
            confidence=CODE,
            rule="python.kind.package",
            why=why,
            evidence=facts.place.cite_file(asked.file),
        )


def _bot(facts: Facts) -> Found | None:
    """Return the command that runs a bot."""
    for bot in workers.bots(facts):
        for name, target in entry_points.ordered(facts):
            file, _ = entry_points.entry(facts, target)
            if file and bot.file in reached(facts.program, file):
                return replace(bot, start=Command(argv=(name,)), directory="", rank=60, rule="python.start.console-bot")
    asked = facts.manifest
    if published.is_bot(facts):
        name = entry_points.ordered(facts)[0][0]
        why = Phrase(en=f"It calls itself a bot: {asked.summary}", zh=f"其描述为机器人：{asked.summary}")
        return Found(
            kind=Kind.WORKER,
            framework="",
            rank=58,
            confidence=CONVENTION,
            rule="python.start.console-bot",
            why=why,
            evidence=facts.place.cite(asked.file, asked.summary[:40]),
            start=Command(argv=(name,)),
        )
    return None


def _job(facts: Facts) -> Found | None:
    """Return the lone command of an application that takes no arguments: it is run as it is, once."""
    asked = facts.manifest
    if asked.distribution or len(asked.scripts) != 1:
        return None
    name, target = next(iter(asked.scripts.items()))
    file, function = entry_points.entry(facts, target)
    files = reached(facts.program, file, 6) if file else ()
    modules = [module for one in files if (module := facts.program.module(one))]
    if not modules or function not in modules[0].functions or any(_takes_arguments(one) for one in modules):
        return None
    why = Phrase(en=f"The command {name} runs without arguments and ends.", zh=f"命令 {name} 无需参数，运行后结束。")
    return Found(
        kind=Kind.JOB,
        framework="",
        rank=46,
        confidence=CONVENTION,
        rule="python.start.console-job",
        why=why,
        evidence=facts.place.cite(asked.file, name),
        start=Command(argv=(name,)),
        file=file,
    )


def _takes_arguments(module: Module) -> bool:
    return bool(
        module.uses(
            "argparse", "click", "typer", "fire", "docopt", "optparse", "cyclopts", "textual", "prompt_toolkit", "mcp"
        )
    ) or any(one.name in {"input", "sys.argv"} for one in module.calls)


def _server(facts: Facts) -> Found | None:
    for name, target in entry_points.ordered(facts):
        file, function = entry_points.entry(facts, target)
        one = _serving(facts, file, function) if file else None
        if one is None:
            continue
        direct = one.file == file and (one.call.within == function or one.call.main)
        command = entry_points.subcommand(facts, one)
        usual = bool(command) and entry_points.is_default(facts, one)
        score = published.is_application(facts) + (1 if len(facts.manifest.scripts) == 1 else 0)
        score += 3 if usual or (direct and not command) else 0
        score -= 2 * (bool(command) and not usual and len(entry_points.commands(facts, one.file)) > _MANY)
        if score < (1 if direct or command else _SURE - 1 if one.file == file else _SURE):
            continue
        told = tuple(ports(facts, one.tool, file))
        port = max(told, key=lambda each: each.confidence).port if told else None
        argv = (name, *([command] if command else ()), *entry_points.options(facts, one, file, port))
        why = Phrase(
            en=f"The command {name} starts a server in {one.file}.", zh=f"命令 {name} 在 {one.file} 中启动服务器。"
        )
        return Found(
            kind=Kind.WEB,
            framework=one.tool if one.tool not in {"asyncio", "socketserver", "uvicorn", "waitress"} else "",
            rank=135 if facts.manifest.distribution else 92,
            confidence=CODE - 0.1 + (0.05 if score > 3 else 0),
            rule="python.start.console-server",
            why=why,
            evidence=facts.place.cite(one.file, one.line),
            start=Command(argv=argv),
            file=one.file,
            ports=told,
            host=host_of(facts, one.file),
        )
    return None


_MANY = 3
_SURE = 3
"""What must speak for a server where it is started deep inside of a program."""


def _serving(facts: Facts, file: str, function: str) -> Serve | None:
    files = reached(facts.program, file, 30)
    found = [one for one in facts.serves if one.tool in SERVING and one.file in files and not _aside(one.file)]
    found.sort(
        key=lambda one: (one.file != file or one.call.within != function, one.file != file, files.index(one.file))
    )
    return found[0] if found else None


def _aside(file: str) -> bool:
    return bool(
        re.search(r"(^|/)(testing|tests?|_?mock\w*|oauth\w*|callback\w*|auth\w*|debug\w*|login\w*)(/|\.py$|_)", file)
    )


def _runnable(facts: Facts) -> str:
    entries = [
        one for one in facts.program.files() if basename(one) == "__main__.py" and dirname(one) not in {"", "src"}
    ]
    return min(entries, key=lambda one: one.count("/"), default="")


def _package(folder: str) -> str:
    return folder.removeprefix("src/").replace("/", ".")


def _importable(facts: Facts) -> bool:
    files = facts.program.files()
    return (
        any(basename(one) == "__init__.py" for one in files)
        or bool(facts.manifest.setup)
        or not files
        or facts.manifest.distribution
    )
