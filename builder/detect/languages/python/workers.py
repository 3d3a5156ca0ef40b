"""Programs that run without a port: Celery and other queues, schedulers, bots, consumers."""

import ast
from collections.abc import Iterator
from posixpath import basename

from builder.detect.languages.python.bases import base_of, directory_of, module_name
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.hints import said_for
from builder.detect.languages.python.modules import Module, reached
from builder.detect.languages.python.objects import made_of
from builder.detect.languages.python.own_servers import script_command
from builder.detect.languages.python.scopes import Scope
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION
from builder.plan import Command, Kind, Task
from core.phrase import Phrase

BOTS: dict[str, str] = {
    "discord": "discord", "nextcord": "discord", "disnake": "discord", "hikari": "discord",
    "interactions": "discord", "telegram": "telegram", "telebot": "telegram", "aiogram": "telegram",
    "telethon": "telegram", "pyrogram": "telegram", "twitchio": "twitch", "vk_api": "vk", "vkbottle": "vk",
    "tweepy": "twitter", "mastodon": "mastodon", "praw": "reddit", "slack_bolt": "slack", "nio": "matrix",
    "irc": "irc", "slixmpp": "xmpp", "botpy": "qq", "itchat": "wechat", "wechaty": "wechat",
}  # fmt: skip
"""Clients of chat services, by package."""

_RUNS_BOT = frozenset(
    {
        "run", "run_polling", "infinity_polling", "polling", "start_polling", "run_until_disconnected", "idle", "start",
        "listen", "sync_forever", "run_forever", "executor", "stream", "connect", "run_bot",
    }
)  # fmt: skip
_STARTS_CLIENT = frozenset(
    {
        "start",
        "start_polling",
        "run_until_disconnected",
        "infinity_polling",
        "polling",
        "run_polling",
        "connect",
        "login",
    }
)
_STEMS = {
    "main": 12,
    "bot": 12,
    "app": 10,
    "run": 10,
    "worker": 10,
    "__main__": 11,
    "index": 8,
    "start": 9,
    "launcher": 8,
    "scheduler": 8,
    "consumer": 8,
    "server": 8,
}


def find(facts: Facts) -> Iterator[Found]:
    """Tell the workers, the likeliest first."""
    yield from bots(facts)
    for name, command, file, linenumber in _queues(facts):
        yield Found(
            kind=Kind.WORKER,
            framework=name,
            rank=60,
            confidence=CODE,
            rule=f"python.start.{name}",
            why=Phrase(en=f"{file} defines tasks of {name}.", zh=f"{file} 定义了 {name} 任务。"),
            evidence=facts.place.cite(file, linenumber),
            start=command,
            file=file,
            directory=directory_of(facts, base_of(facts, file)),
        )
    yield from _loops(facts)


def add_tasks(facts: Facts, draft: Draft, main: Found) -> None:
    """Add workers and schedules that run beside a main program."""
    for name, command, file, linenumber in _queues(facts):
        if main.kind == Kind.WORKER and command == main.start:
            continue
        evidence = facts.place.cite(file, linenumber)
        why = Phrase(en=f"{file} defines tasks of {name}.", zh=f"{file} 定义了 {name} 任务。")
        draft.tasks.add(
            Task(name="worker", purpose="worker", command=command), CODE, f"python.task.{name}", why, evidence
        )
        if name == "celery" and (beat := _beat(facts)):
            argv = (*command.argv[:3], "beat", *command.argv[4:])
            why = Phrase(en=f"{beat} gives Celery a schedule.", zh=f"{beat} 为 Celery 设置了定时计划。")
            draft.tasks.add(
                Task(name="beat", purpose="schedule", command=Command(argv=argv)),
                CODE,
                "python.task.celery-beat",
                why,
                evidence,
            )


def _rank(file: str) -> int:
    stem = basename(file).removesuffix(".py").lower()
    return _STEMS.get(stem, 6 if "bot" in stem or "worker" in stem else 0) - 2 * file.count("/")


def bots(facts: Facts) -> Iterator[Found]:
    """Tell the program that runs a bot of a chat service."""
    found: list[tuple[int, str, str, int]] = []
    for module in facts.program.mentions(*BOTS):
        package = module.uses(*BOTS)
        if not package:
            continue
        for call in module.calls:
            last = call.name.rpartition(".")[2]
            if (
                last in _RUNS_BOT
                and (call.main or module.main or not call.within or module.works)
                and _client(facts, module, call.node)
            ):
                rank = _rank(module.file) + 8 * int(said_for(facts.hints, module.file))
                found.append((rank, module.file, BOTS[package], call.node.lineno))
                break
    if not found:
        return
    _, file, name, linenumber = max(found, key=lambda one: (one[0], -len(one[1])))
    start, folder = script_command(facts, file)
    yield Found(
        kind=Kind.WORKER,
        framework=name,
        rank=76 + _rank(file),
        confidence=CODE,
        rule="python.start.bot",
        why=Phrase(en=f"{file} runs a bot for {name}.", zh=f"{file} 运行 {name} 机器人。"),
        evidence=facts.place.cite(file, linenumber),
        start=start,
        file=file,
        directory=folder,
    )


def _client(facts: Facts, module: Module, call: ast.Call) -> bool:
    """Say whether a method is one of the chat client's, or asyncio runs a function of this file."""
    name = module.dotted(call.func)
    head = name.partition(".")[0]
    if head in {"asyncio", "anyio"}:
        return any(one.name.rpartition(".")[2] in _STARTS_CLIENT for one in module.calls)
    if head in BOTS:
        return True
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    if base is None:
        return False
    if made_of(Scope(program=facts.program, module=module, function=""), base) in set(BOTS.values()):
        return True
    root: ast.expr = base
    while isinstance(root, ast.Attribute | ast.Call):
        root = root.value if isinstance(root, ast.Attribute) else root.func
    return isinstance(root, ast.Name) and not _foreign(module, root.id)


def _foreign(module: Module, name: str) -> bool:
    origin = module.names.get(name, "")
    return bool(origin) and origin.partition(".")[0] in {"subprocess", "flask", "uvicorn", "os", "sys", "threading"}


def _queues(facts: Facts) -> Iterator[tuple[str, Command, str, int]]:
    asked = facts.manifest
    for module in (
        facts.program.mentions("celery", "Celery")
        if not asked.dependencies or asked.has("celery", "django-celery-beat")
        else ()
    ):
        scope = Scope(program=facts.program, module=module)
        for name, node in module.assigned.items():
            if made_of(scope, node) == "celery" and isinstance(node, ast.Call):
                target = _target(facts, module, name, "celery")
                yield (
                    "celery",
                    Command(argv=("celery", "-A", target, "worker", "--loglevel=info")),
                    module.file,
                    node.lineno,
                )
                return
    for module in facts.program.mentions("dramatiq") if asked.has("dramatiq", "django-dramatiq") else ():
        if any(
            module.dotted(one if not isinstance(one, ast.Call) else one.func).endswith("dramatiq.actor")
            for held in module.functions.values()
            for one in held.decorator_list
        ):
            base = base_of(facts, module.file)
            yield "dramatiq", Command(argv=("dramatiq", module_name(module.file, base))), module.file, 1
            return
    for module in facts.program.mentions("huey") if asked.has("huey") else ():
        scope = Scope(program=facts.program, module=module)
        for name, node in module.assigned.items():
            if made_of(scope, node) == "huey":
                target = f"{module_name(module.file, base_of(facts, module.file))}.{name}"
                yield "huey", Command(argv=("huey_consumer", target)), module.file, node.lineno
                return
    for module in facts.program.mentions("arq", "WorkerSettings") if asked.has("arq") else ():
        if "WorkerSettings" in module.classes:
            target = f"{module_name(module.file, base_of(facts, module.file))}.WorkerSettings"
            yield "arq", Command(argv=("arq", target)), module.file, module.classes["WorkerSettings"].lineno
            return
    for module in facts.program.mentions("rq") if asked.has("rq") else ():
        if module.uses("rq") and any(one.name.startswith("rq.") for one in module.calls):
            yield "rq", Command(line="rq worker --url ${REDIS_URL:-redis://localhost:6379}"), module.file, 1
            return


def _target(facts: Facts, module: Module, name: str, usual: str) -> str:
    """Return what ``celery -A`` is told: the package where it re-exports the object or the file has the usual name."""
    base = base_of(facts, module.file)
    dotted = module_name(module.file, base)
    package, _, last = dotted.rpartition(".")
    if last == usual and package:
        return package
    return dotted if name in {"app", "celery"} else f"{dotted}:{name}"


def _beat(facts: Facts) -> str:
    for module in facts.program.mentions("beat_schedule", "BEAT_SCHEDULE", "add_periodic_task"):
        return module.file
    dependency = facts.manifest.dependencies.get("django-celery-beat")
    return dependency.file if dependency else ""


def _loops(facts: Facts) -> Iterator[Found]:
    """Tell programs that never end by themselves: schedulers, consumers, ``while True``."""
    found: list[tuple[int, str, int, Kind]] = []
    for module in facts.program.mentions(
        "while ", "scheduler", "Scheduler", "consum", "schedule", "serve_forever", "run_forever"
    ):
        if not (module.main or module.works):
            continue
        for file in reached(facts.program, module.file, 4):
            inner = facts.program.module(file)
            if inner and (line := _endless(inner)):
                found.append((_rank(module.file), module.file, line if file == module.file else 1, Kind.WORKER))
                break
    if not found:
        return
    _, file, linenumber, kind = max(found, key=lambda one: (one[0], -len(one[1])))
    start, folder = script_command(facts, file)
    yield Found(
        kind=kind,
        framework="",
        rank=46 + _rank(file),
        confidence=CONVENTION,
        rule="python.start.loop",
        why=Phrase(en=f"{file} runs for ever.", zh=f"{file} 会一直运行。"),
        evidence=facts.place.cite(file, linenumber),
        start=start,
        file=file,
        directory=folder,
    )


def _endless(module: Module) -> int:
    for call in module.calls:
        last = call.name.rpartition(".")[2]
        if last == "start" and module.uses("apscheduler.schedulers.blocking"):
            return call.node.lineno
        if last == "start_consuming" or (last in {"run_forever", "serve_forever"} and "asyncio" in module.imports):
            return call.node.lineno
    waits = any(
        one.name.rpartition(".")[2]
        in {"sleep", "poll", "run_pending", "receive_message", "blpop", "brpop", "xreadgroup", "get"}
        for one in module.calls
    )
    if not waits or module.uses("pygame", "turtle", "curses", "tkinter", "cv2"):
        return 0
    roots: list[ast.AST] = [*module.functions.values(), *module.top]
    return next(
        (
            node.lineno
            for root in roots
            for node in ast.walk(root)
            if isinstance(node, ast.While) and _always(node) and not _asks(node)
        ),
        0,
    )


def _always(node: ast.While) -> bool:
    test = node.test
    if not (isinstance(test, ast.Constant) and bool(test.value)):
        return False
    return any(
        isinstance(one, ast.Call)
        and getattr(one.func, "attr", getattr(one.func, "id", ""))
        in {"sleep", "poll", "run_pending", "receive_message", "blpop", "brpop", "xreadgroup"}
        for one in ast.walk(node)
    )


def _asks(node: ast.While) -> bool:
    """Say whether a loop asks somebody at a keyboard."""
    return any(
        isinstance(one, ast.Call) and getattr(one.func, "id", "") in {"input", "raw_input"} for one in ast.walk(node)
    )
