"""Programs without a builder's conventions: servers, workers and jobs, by what they import and call."""

from dataclasses import replace
from posixpath import join, splitext

from builder.detect.languages.node import published
from builder.detect.languages.node.claiming import speaks_deno
from builder.detect.languages.node.compiled import compiled_of, runner_of, source_of
from builder.detect.languages.node.facts import Facts
from builder.detect.languages.node.known import ENDLESS, FRAMEWORKS, NOT_ALONE
from builder.detect.languages.node.platforms import default_port, nest_main
from builder.detect.languages.node.queries import SUFFIXES
from builder.detect.languages.node.reaching import add_facts, configured_port, usual_port
from builder.detect.languages.node.scripting import add_build, build_script
from builder.detect.languages.node.seen import Seen, command_of
from builder.detect.languages.node.serving import add_told
from builder.detect.languages.node.sources import reached
from builder.detect.languages.node.starting import Chosen, chosen, usual_file
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.look import ASIDE
from builder.plan import Kind
from core.evidence import Evidence
from core.phrase import Phrase


def examine(seen: Seen) -> bool:
    """Add what starts, listens or works here, if anything does."""
    choices = [one for one in chosen(seen) if not _aside(one.file or one.folder)]
    nest = (
        seen.package.needs("@nestjs/core")
        if seen.runs("nest") or seen.place.has("nest-cli.json", "src/main.ts")
        else ""
    )
    if nest:
        return _nest(seen, choices)
    if _published(seen):
        choices = [one for one in choices if not _BESIDE & set(one.file.split("/")[:-1])]
    for one in choices[:3]:
        facts = reached(seen.place, [one.file])
        if {"webpack-dev-server", "vite-plugin-ssr"} & set(facts.imports) and facts.listening is not None:
            continue  # a server for developers that somebody wrote
        hidden = not one.file or splitext(one.file)[1] not in {"", *SUFFIXES}
        if hidden and _framework(seen, facts):
            facts = _behind(seen, facts)
        if _is_server(facts) or (hidden and _framework(seen, facts)):
            return _web(seen, one, facts)
    if choices and not _published(seen):
        return _headless(seen, choices[0], reached(seen.place, [choices[0].file]))
    return _unscripted(seen)


_BESIDE = frozenset({"sandbox", "dev", "utils", "tools", "scripts", "debug", "manual", "build", "site", "website"})
"""Folders whose servers show or try a library."""


def _behind(seen: Seen, facts: Facts) -> Facts:
    """Return the facts of the source that most likely becomes a program whose source cannot be told."""
    for file in usual_file(seen.place):
        found = reached(seen.place, [file])
        if found.listening is not None:
            return found
    return facts


def _published(seen: Seen) -> bool:
    return published.points(seen) >= published.SURE or (bool(seen.package.bins) and not seen.package.private)


def _aside(file: str) -> bool:
    return any(part.lower() in ASIDE for part in file.split("/")[:-1])


def _framework(seen: Seen, facts: Facts) -> str:
    """Return the package of the framework that is imported, or at least needed while running."""
    imported = next((name for name in FRAMEWORKS if name in facts.imports), "")
    return imported or next(
        (name for name in FRAMEWORKS if name in seen.package.dependencies and name not in NOT_ALONE), ""
    )


def _is_server(facts: Facts) -> bool:
    if facts.listening is not None:
        return True
    return any(name in facts.imports and name not in NOT_ALONE for name in FRAMEWORKS)


def _unscripted(seen: Seen) -> bool:
    """Add a program that no script starts: its ``main``, or a file with a usual name that listens."""
    main = source_of(seen.place, seen.package.word("main").removeprefix("./")) if seen.package.word("main") else ""
    others = published.points(seen) > 0 or (bool(seen.package.bins) and not seen.package.private)
    # what others install listens for them in a function; npm itself starts server.js where no script says otherwise
    files = ("server.js",) if others else dict.fromkeys((*((main,) if main else ()), *usual_file(seen.place)))
    for file in files:
        if any(seen.path(file).startswith(f"{one}/") for one in seen.place.inner):
            continue
        facts = reached(seen.place, [file])
        if others and (facts.listening is None or facts.listening[0] != file):
            continue
        endless = next((name for name in ENDLESS if name in facts.imports), "")
        if facts.listening is None and not (endless and ENDLESS[endless] == "a bot"):
            continue
        compiled = compiled_of(seen, file) if file.endswith((".ts", ".mts")) else ""
        runner = "node" if compiled or not file.endswith((".ts", ".mts", ".tsx")) else runner_of(seen)
        words = (runner, compiled or file)
        why = Phrase(en=f"{file} is a program.", zh=f"{file} 是一个程序。")
        found = facts.listening or facts.imports[endless]
        seen.start(words, CONVENTION, "file", why, seen.place.cite(*found))
        one = Chosen(words=words, environment=(), script="", file=file, folder="", told=False)
        return _web(seen, one, facts) if facts.listening else _worker(seen, facts, endless)
    return False


def _nest(seen: Seen, choices: list[Chosen]) -> bool:
    evidence = seen.dependency("@nestjs/core")
    settings = seen.place.json("nest-cli.json")
    root = settings.get("sourceRoot") if isinstance(settings.get("sourceRoot"), str) else "src"
    entry = next(
        (name for name in (f"{root}/main.ts", "src/main.ts", "src/index.ts", "main.ts") if seen.place.has(name)), ""
    )
    told = next((one for one in choices if one.told and one.words[0] in {"node", "bun"}), None)
    facts = reached(seen.place, [entry])
    seen.framework("nest", DECLARED, evidence)
    add_build(seen, otherwise=("nest", "build"))
    if told is not None:
        add_told(seen, told)
    else:
        why = Phrase(en="Nest compiles the entry point there.", zh="Nest 将入口编译到此处。")
        seen.start(("node", nest_main(seen)), CONVENTION + 0.1, "nest", why, evidence)
    if facts.listening is None and "createMicroservice" in facts.called:
        why = Phrase(en="It starts a microservice, which takes messages.", zh="它启动微服务，接收消息。")
        seen.kind(Kind.WORKER, CODE, "nest", why, seen.place.cite(entry, "createMicroservice"))
    elif facts.listening is None and "createApplicationContext" in facts.called:
        why = Phrase(en="It starts without listening.", zh="它启动后不监听端口。")
        seen.kind(Kind.WORKER, CONVENTION, "nest", why, seen.place.cite(entry, "createApplicationContext"))
    else:
        seen.kind(Kind.WEB, DECLARED, "nest", Phrase(en="Nest serves requests.", zh="Nest 处理请求。"), evidence)
    add_facts(seen, facts)
    usual_port(seen, 3000, "nest")
    return True


def _web(seen: Seen, one: Chosen, facts: Facts) -> bool:
    name = _framework(seen, facts)
    evidence = _evidence(seen, facts, name)
    seen.kind(
        Kind.WEB,
        DECLARED if facts.listening else CODE,
        "listens",
        Phrase(en="It serves requests.", zh="它处理请求。"),
        evidence,
    )
    if name:
        seen.framework(FRAMEWORKS[name], DECLARED, seen.dependency(name))
    _started(seen, one)
    add_facts(seen, facts)
    known = default_port(seen)
    if known is not None:
        usual_port(seen, known[1], known[0])
    configured_port(seen)
    usual_port(seen, 3000, "")
    return True


def _evidence(seen: Seen, facts: Facts, name: str) -> Evidence | None:
    if facts.listening is not None:
        return seen.place.cite(*facts.listening)
    return seen.dependency(name)


def _started(seen: Seen, one: Chosen) -> None:
    """Add the start and the build that it needs."""
    built = bool(build_script(seen)) and add_build(seen)
    if one.script and one.told:
        add_told(seen, one)
    elif one.script:
        why = Phrase(
            en=f"The script {one.script} runs it for developing; this is the form for users.",
            zh=f"脚本 {one.script} 用于开发；这是面向用户的形式。",
        )
        seen.draft.start.add(
            command_of(one.words, one.environment, one.folder),
            CONVENTION + 0.05,
            "node.start.developing",
            why,
            seen.line(one.script),
        )
        if one.port:
            seen.port(
                one.port,
                CONVENTION,
                "script",
                Phrase(en=f"The script says port {one.port}.", zh=f"脚本指定了端口 {one.port}。"),
                seen.line(one.script),
            )
    if not built and one.file.endswith((".ts", ".mts", ".tsx")):
        why = Phrase(en="Its TypeScript is run without a build.", zh="TypeScript 无需构建直接运行。")
        seen.draft.traits.add("node.development", CODE, "node.typescript.direct", why, seen.place.cite_file(one.file))


def _headless(seen: Seen, one: Chosen, facts: Facts) -> bool:
    """Add a program that listens nowhere: a worker where it runs for ever, else a job."""
    if not one.told and not one.file:
        return False
    endless = next((name for name in ENDLESS if name in facts.imports), "")
    if not endless and not facts.files:
        endless = next((name for name in ENDLESS if name in seen.package.dependencies), "")
    if not endless and (seen.package.bins or _front_end(seen)):
        return False
    _started(seen, one)
    add_facts(seen, facts)
    if endless:
        return _worker(seen, facts, endless)
    evidence = seen.line(one.script)
    if "setInterval" in facts.called:
        why = Phrase(en="It works in intervals and listens nowhere.", zh="它按间隔工作，不监听端口。")
        seen.kind(Kind.WORKER, CONVENTION, "interval", why, evidence)
    else:
        why = Phrase(en="It runs and ends; it listens nowhere.", zh="它运行后结束，不监听端口。")
        seen.kind(Kind.JOB, CONVENTION - 0.1, "ends", why, evidence)
    return True


def _front_end(seen: Seen) -> bool:
    """Say whether a script that serves nothing stands in a package whose purpose is a page."""
    return bool(
        seen.package.has(
            "react-dom",
            "vue",
            "svelte",
            "vite",
            "webpack",
            "parcel",
            "gulp",
            "@angular/core",
            "react-scripts",
            "solid-js",
        )
    )


def _worker(seen: Seen, facts: Facts, name: str) -> bool:
    evidence = seen.place.cite(*facts.imports[name]) if name in facts.imports else seen.dependency(name)
    why = Phrase(en=f"{name} makes it {ENDLESS[name]}: it runs for ever.", zh=f"{name} 表明它是持续运行的程序。")
    seen.kind(Kind.WORKER, CODE, "endless", why, evidence)
    if ENDLESS[name] == "a bot":
        seen.framework(name, DECLARED, seen.dependency(name))
    if not seen.draft.start.candidates:
        return True
    add_facts(seen, replace(facts, listens=[]))
    return True


def lone(seen: Seen, files: tuple[str, ...]) -> bool:
    """Add a program that stands in a folder without a manifest: one that listens or imports what only servers do."""
    for file in files:
        facts = reached(seen.place, [file])
        if facts.listening is None or speaks_deno(facts):
            continue
        suffix = splitext(file)[1]
        words = ("node", file) if suffix not in {".ts", ".mts"} else ("tsx", file)
        why = Phrase(en=f"{join(seen.place.path, file)} listens.", zh=f"{join(seen.place.path, file)} 会监听端口。")
        seen.start(words, CONVENTION, "lone", why, seen.place.cite(*facts.listening))
        return _web(seen, Chosen(words=words, environment=(), script="", file=file, folder="", told=False), facts)
    return False
