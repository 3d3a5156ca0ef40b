"""What the rules for Deno make of a folder."""

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from builder.detect.languages.node.claiming import settings_of, speaks_deno
from builder.detect.languages.node.facts import Facts
from builder.detect.languages.node.manifest import Package
from builder.detect.languages.node.reaching import add_facts
from builder.detect.languages.node.runtimes import add_runtime
from builder.detect.languages.node.scripts import steps_of
from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.sources import reached
from builder.detect.languages.node.stepping import Step, positional
from builder.detect.languages.node.surroundings import add_variables
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT, STATED
from builder.look import Place
from builder.plan import Command, Commands, Kind
from builder.provider import Workspace
from core.evidence import Evidence
from core.phrase import Phrase

NAMES = ("main.ts", "server.ts", "mod.ts", "index.ts", "app.ts", "deps.ts", "main.tsx", "main.js")
"""Files by which programs for Deno are found where no settings are."""

_ENTRIES = (
    "main.ts", "main.tsx", "server.ts", "server.tsx", "src/main.ts", "src/server.ts", "app.ts", "index.ts",
    "src/index.ts", "src/app.ts", "main.js", "server.js", "mod.ts", "src/mod.ts", "bot.ts", "src/bot.ts", "cli.ts",
    "serve.ts",
)  # fmt: skip
_TASKS = ("start", "prod", "production", "serve", "run", "server", "preview", "main", "dev", "watch")
_FRAMEWORKS = (
    "fresh",
    "hono",
    "oak",
    "lume",
    "aleph",
    "ultra",
    "opine",
    "abc",
    "drash",
    "express",
    "grammy",
    "discordeno",
    "elysia",
    "pogo",
)
_DROPPED = re.compile(r"^--(watch|hot|inspect|unstable-hmr|watch-exclude|watch-hmr)")
_VALUED = frozenset(
    {
        "--config",
        "-c",
        "--import-map",
        "--lock",
        "--port",
        "--host",
        "--env-file",
        "--cert",
        "--location",
        "--seed",
        "-L",
    }
)
_BOTS = ("grammy", "discordeno", "telegraf", "harmony", "discord.js")


def drafts(place: Place, workspace: Workspace | None) -> Sequence[Draft]:
    """Return the program, the site or the library in a folder, nothing where nothing is Deno's."""
    settings = settings_of(place)
    entry, step, task = _entry(place, settings)
    facts = reached(place, [entry])
    if not settings and not place.has("deno.lock") and not speaks_deno(facts):
        return ()
    name = basename(str(place.json(settings).get("name") or "")) or place.name or "app"
    draft = Draft(name=name, path=place.path, provider="deno", context=workspace.path if workspace else place.path)
    seen = Seen(place=place, package=Package({}), draft=draft)
    evidence = place.cite_file(settings) if settings else place.cite_file(entry)
    language = "javascript" if entry.endswith((".js", ".mjs", ".jsx")) else "typescript"
    draft.language.add(
        language, DECLARED, "deno.language", Phrase(en="Deno runs its sources.", zh="由 Deno 运行其源代码。"), evidence
    )
    draft.package_manager.add(
        "deno", STATED, "deno.manager", Phrase(en="Deno fetches what it imports.", zh="由 Deno 获取依赖。"), evidence
    )
    add_runtime(seen, "deno")
    imported = set(_imported(place, settings, facts))
    framework = next((one for one in _FRAMEWORKS if one in imported), "")
    if framework:
        draft.framework.add(
            framework,
            DECLARED,
            "deno.framework.import",
            Phrase(en=f"It imports {framework}.", zh=f"它引用了 {framework}。"),
            evidence,
        )
    _judged(seen, settings, entry, step, task, facts, framework, evidence)
    if draft.kind.best is not None and draft.kind.best.deployable:
        add_variables(seen, facts.reads)
        _installed(seen, entry, evidence)
    return (draft,)


def _entry(place: Place, settings: str) -> tuple[str, Step | None, str]:
    """Return the file that is run, the task's step that runs it and the task's name."""
    tasks = place.json(settings).get("tasks") if settings else None
    lines = {}
    for name, one in tasks.items() if isinstance(tasks, dict) else ():
        line = one.get("command") if isinstance(one, dict) else one
        if isinstance(line, str):
            lines[str(name)] = line
    package = place.json("package.json").get("scripts")
    lines |= (
        {str(name): one for name, one in package.items() if isinstance(one, str)} if isinstance(package, dict) else {}
    )
    named = [*(one for one in _TASKS if one in lines), *(one for one in lines if one.startswith(("start", "serve")))]
    # what watches is for developing: it counts where nothing else is there
    quiet = [one for one in named if not any(_DROPPED.match(word) for word in lines[one].split())]
    for name in dict.fromkeys((*quiet, *named)):
        for step in steps_of(lines, _followed(lines, lines[name])):
            if step.tool == "deno" and step.words[1:2] in (("run",), ("serve",)):
                files = positional(step.words[2:], _VALUED)
                file = files[0].removeprefix("./") if files else ""
                if file and (
                    place.has(file) or file.startswith(("http", "jsr:", "npm:", "_fresh", "_site", "dist", "build"))
                ):
                    return file, step, name
    return place.has(*_ENTRIES), None, ""


def _followed(lines: dict[str, str], line: str) -> str:
    """Return the line of the task that a line calls last, itself where it calls none."""
    for _ in range(4):
        words = line.split()
        if words[:2] != ["deno", "task"] or len(words) < 3 or words[2] not in lines:
            break
        line = lines[words[2]]
    return line


def _imported(place: Place, settings: str, facts: Facts) -> Iterator[str]:
    """Tell the names of what is imported, without where it comes from: ``hono`` of ``jsr:@hono/hono@4``."""
    held = place.json(settings).get("imports") if settings else None
    both = {**(held if isinstance(held, dict) else {}), **dict.fromkeys(facts.imports, "")}
    for key, value in both.items():
        for text in (str(key), str(value)):
            yield from re.findall(r"[a-z][a-z0-9.]+", text.lower().replace("$", "").replace("/", " ").replace("@", " "))
    for file in facts.files:
        for node in facts.modules[file].get("import", ()):
            yield from re.findall(r"[a-z][a-z0-9.]+", (node.text or b"").decode("utf-8", "replace").lower())


def _judged(
    seen: Seen,
    settings: str,
    entry: str,
    step: Step | None,
    task: str,
    facts: Facts,
    framework: str,
    evidence: Evidence | None,
) -> None:
    place, draft = seen.place, seen.draft
    held = place.json(settings) if settings else {}
    told = place.cite(settings, re.compile(rf'"{re.escape(task)}"\s*:')) if task and settings else None
    if framework == "fresh":
        _fresh(seen, step, evidence)
    elif framework == "lume":
        seen.kind(
            Kind.STATIC, DECLARED, "lume", Phrase(en="Lume builds a site of files.", zh="Lume 构建静态站点。"), evidence
        )
        seen.output("_site", CONVENTION, "lume", Phrase(en="Lume writes to _site.", zh="Lume 写入 _site。"), evidence)
        seen.build(
            CONVENTION,
            "lume",
            Phrase(en="Its task builds it.", zh="由其任务构建。"),
            Command(argv=("deno", "task", "build")),
        )
        seen.port(
            8080,
            CONVENTION,
            "static",
            Phrase(en="The web server that serves the files listens there.", zh="提供文件的 Web 服务器监听该端口。"),
        )
    elif (
        facts.listening
        or (step is not None and step.words[1] == "serve")
        or framework in {"oak", "hono", "opine", "abc", "ultra", "aleph"}
    ):
        found = place.cite(*facts.listening) if facts.listening else evidence
        seen.kind(Kind.WEB, DECLARED, "listens", Phrase(en="It serves requests.", zh="它处理请求。"), found)
        _started(seen, entry, step, told or found)
        add_facts(seen, facts)
        seen.port(
            8000, CONVENTION - 0.1, "deno", Phrase(en="Deno serves there by default.", zh="Deno 默认监听该端口。")
        )
    elif framework in _BOTS or {"cron"} & facts.called:
        seen.kind(
            Kind.WORKER,
            CODE,
            "endless",
            Phrase(en="It runs for ever without a port.", zh="它持续运行且不监听端口。"),
            evidence,
        )
        _started(seen, entry, step, told or evidence)
    elif "exports" in held and task not in {"start", "serve"}:
        why = Phrase(en="Its settings say how others import it.", zh="其设置说明了他人如何引用它。")
        seen.kind(Kind.LIBRARY, DECLARED, "exports", why, place.cite(settings, '"exports"'))
    elif step is not None and task in {"start", "prod", "run", "serve"}:
        seen.kind(Kind.JOB, CONVENTION - 0.1, "ends", Phrase(en="It runs and ends.", zh="它运行后结束。"), told)
        _started(seen, entry, step, told)
    elif entry.endswith("mod.ts"):
        seen.kind(
            Kind.LIBRARY,
            CONVENTION,
            "module",
            Phrase(en="mod.ts is what others import.", zh="mod.ts 供他人引用。"),
            place.cite_file(entry),
        )
    elif entry:
        seen.kind(
            Kind.CLI,
            DEFAULT,
            "program",
            Phrase(en="It serves nothing.", zh="它不提供网络服务。"),
            place.cite_file(entry),
        )
    else:
        seen.kind(
            Kind.OTHER, DEFAULT, "tooling", Phrase(en="No program was found in it.", zh="其中没有找到程序。"), evidence
        )
    if not draft.kind.candidates:
        seen.kind(
            Kind.OTHER, DEFAULT, "unknown", Phrase(en="No program was found in it.", zh="其中没有找到程序。"), evidence
        )


def _fresh(seen: Seen, step: Step | None, evidence: Evidence | None) -> None:
    """Add what Fresh makes: version 2 serves what was built, version 1 its main file."""
    seen.kind(Kind.WEB, DECLARED, "fresh", Phrase(en="Fresh serves pages.", zh="Fresh 提供页面服务。"), evidence)
    tasks = seen.place.json(settings_of(seen.place)).get("tasks")
    if isinstance(tasks, dict) and "build" in tasks:
        seen.build(
            DECLARED,
            "task",
            Phrase(en="The task build builds it.", zh="由任务 build 构建。"),
            Command(argv=("deno", "task", "build")),
        )
    if step is not None:
        _started(seen, step.words[-1], step, evidence)
    else:
        why = Phrase(en="Fresh starts so by default.", zh="Fresh 默认这样启动。")
        seen.start(("deno", "run", "-A", "main.ts"), CONVENTION, "fresh", why, evidence)
    seen.port(
        8000, CONVENTION, "fresh", Phrase(en="Fresh listens there by default.", zh="Fresh 默认监听该端口。"), evidence
    )


def _started(seen: Seen, entry: str, step: Step | None, evidence: Evidence | None) -> None:
    """Add the start of a task, without what is for developing; else the entry point with all permissions."""
    if step is None:
        why = Phrase(en=f"{entry} is the program.", zh=f"{entry} 是程序入口。")
        seen.start(("deno", "run", "-A", entry), CONVENTION, "entry", why, evidence)
        return
    words = tuple(word for word in step.words if not _DROPPED.match(word))
    confidence = DECLARED if words == step.words else CONVENTION + 0.1
    seen.start(words, confidence, "task", Phrase(en="A task starts it.", zh="由任务启动。"), evidence)
    for at, word in enumerate(words):
        key, _, value = word.partition("=")
        value = value or next(iter(words[at + 1 : at + 2]), "")
        if key == "--port" and value.isdigit():
            seen.port(
                int(value),
                DECLARED,
                "task",
                Phrase(en=f"The task says port {value}.", zh=f"任务指定了端口 {value}。"),
                evidence,
            )


def _installed(seen: Seen, entry: str, evidence: Evidence | None) -> None:
    if seen.draft.kind.best == Kind.STATIC or not entry or not seen.place.has(entry):
        return
    locked = ("--frozen",) if seen.place.has("deno.lock") else ()
    words = ("deno", "install", *locked, "--entrypoint", entry)
    why = Phrase(en="What it imports is fetched before it starts.", zh="启动前获取其依赖。")
    seen.draft.install.add(Commands(each=(Command(argv=words),)), CONVENTION, "deno.install", why, evidence)
