"""How a package is started for users, as its scripts, its ``main`` and the usual names of files say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from posixpath import join, normpath, splitext

from builder.detect.languages.node.compiled import made_by_build, production, source_of
from builder.detect.languages.node.scripts import steps_of
from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.sources import existing
from builder.detect.languages.node.stepping import Step
from builder.detect.languages.node.tools import FILE_RUNNERS, Role, file_of, role_of
from builder.look import Place
from builder.parsing.code import of_type, string_of, written

FIRST = ("start:prod", "start:production", "start:prd", "production", "prod", "serve:prod", "prod:start", "run:prod")
USUAL = (
    "start", "start:server", "server:start", "start:api", "server", "serve", "start-server", "api", "backend", "bot",
    "run", "app", "start:app", "launch", "start:dist", "start:backend", "up",
)  # fmt: skip
LAST = (
    "dev",
    "develop",
    "start:dev",
    "dev:server",
    "server:dev",
    "watch",
    "debug",
    "start:debug",
    "local",
    "dev:api",
    "dev:start",
    "nodemon",
)
"""Scripts by which people start programs, in the order in which they are looked at."""

FILES = (
    "server", "app", "index", "main", "bin/www", "src/server", "src/index", "src/app", "src/main", "server/index",
    "server/server", "server/app", "server/main", "bot", "src/bot", "start", "api/index", "api/server",
    "backend/server", "backend/index", "worker", "src/worker", "lib/index", "lib/server", "bin/server",
    "src/bin/www",
)  # fmt: skip
"""Entry points by common names, without suffix."""

_ECOSYSTEM = re.compile(r"^(ecosystem|pm2|process)([.\w-]*)\.(c?js|json|ya?ml|mjs)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A command that starts the program. ``file`` is the source of what it runs, ``script`` where it stands.

    ``told`` is false where the command is for developing and was turned into one for users.
    """

    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    script: str
    file: str
    folder: str
    told: bool
    port: int | None = None
    """The port that the script itself gives."""


def chosen(seen: Seen) -> Iterator[Chosen]:
    """Tell the commands by which scripts start a program, the likeliest first."""
    last: list[Chosen] = []
    for name in (*FIRST, *USUAL, *LAST):
        for one in _programs(seen, name):
            if one.told:
                yield one
            else:
                last.append(one)
    yield from last


def _programs(seen: Seen, name: str) -> list[Chosen]:
    """Return the programs that a script runs, the one that stays first."""
    found = []
    for step in seen.script(name):
        if step.tool in _MOCKS and name not in {*FIRST, "start"}:
            continue
        if step.elsewhere or role_of(step) != Role.RUN or _is_chore(seen, step):
            continue
        for one in _unfolded(seen, step):
            made = _chosen(seen, one, name)
            if made is not None:
                found.append(made)
    found.reverse()
    found.sort(key=lambda one: _front(one.file or one.folder))
    return found


_MOCKS = frozenset({"json-server", "miragejs", "mockserver"})
"""Servers that front ends are tried against: they are the program only where ``start`` runs them."""

_CHORES = re.compile(r"(^|[/_\-.])(build|clean|copy|generate|gen|check|lint|test|prebuild|postbuild|migrate|"
r"migrations?|seed|seeds|"
                     r"seeder|esbuild|webpack|rollup|gulp|grunt|vite|tsc|setup|install|prestart|release|publish|"
                     r"bundle|compile|"
                     r"wait|deploy|icons|sync)([/_\-.]|$)")  # fmt: skip


def _is_chore(seen: Seen, step: Step) -> bool:
    """Say whether a step runs a script about the project (``scripts/build.js``) rather than the program."""
    file = file_of(step)
    stem = splitext(file.rpartition("/")[2])[0]
    return (
        bool(file)
        and bool(_CHORES.search(stem) or re.match(r"(\./)?(scripts|tools|config|tasks|node_modules)/", file))
        and (
            step.script not in {"start", "start:prod"}
            or len(seen.script(step.script)) > 1
            or file.startswith(("node_modules", "scripts/start"))
        )
    )


def _front(file: str) -> int:
    """Order servers before front ends, where one script starts both."""
    return 1 if re.search(r"(^|/)(client|frontend|web|ui|www)(/|$)", file) else 0


def _unfolded(seen: Seen, step: Step) -> Iterator[Step]:
    """Tell what a process manager's file starts."""
    file = file_of(step)
    if step.watching and file == "." and (line := _watched_line(seen)):
        for one in steps_of(seen.package.scripts, line, step.script):
            yield replace(one, watching=True, environment=(*step.environment, *one.environment))
        return
    if not _ECOSYSTEM.match(file.rpartition("/")[2]):
        yield step
        return
    for script in _applications(seen.place, normpath(file)):
        yield Step(words=("node", script), script=step.script, environment=step.environment)


def _watched_line(seen: Seen) -> str:
    """Return the command that the settings of nodemon name."""
    for held in (seen.place.json("nodemon.json"), seen.package.table("nodemonConfig")):
        line = held.get("exec")
        if isinstance(line, str):
            return line
    return ""


def _applications(place: Place, file: str) -> Iterator[str]:
    if file.endswith(".json"):
        apps = place.json(file).get("apps")
        for one in apps if isinstance(apps, list) else [place.json(file)]:
            if isinstance(one, dict) and isinstance(one.get("script"), str):
                yield one["script"]
        return
    root = place.syntax(file)
    for pair in of_type(root, "pair") if root else ():
        if written(pair.child_by_field_name("key")) == "script" and (
            text := string_of(pair.child_by_field_name("value"))
        ):
            yield text


def _chosen(seen: Seen, step: Step, name: str) -> Chosen | None:
    """Return a step as the command that starts the program, None where it runs nothing of this package."""
    file = file_of(step)
    words, told, source, folder = step.words, not step.watching and name not in LAST, "", step.folder
    if file:
        inside = normpath(join(step.folder, file)) if not file.startswith("/") else ""
        main = seen.package.word("main")
        if file in {".", "./"} and not step.folder:
            inside = normpath(main) if main else "."
        source = source_of(seen.place, inside) if inside and not inside.startswith("..") else ""
        if not source and not made_by_build(inside) and "$" not in file:
            return None
        if source.endswith((".ts", ".tsx", ".mts")) and step.watching:
            words, folder = production(seen, words, "" if step.folder else file, source), ""
        elif step.tool == "nodejs":
            words = ("node", *words[1:])
        words = _without_missing_settings(seen.place, words)
    elif step.tool in FILE_RUNNERS:
        return None
    return Chosen(
        words=words,
        environment=_kept(step),
        script=name,
        file=source,
        folder=folder,
        told=told,
        port=given_port(step),
    )


def _without_missing_settings(place: Place, words: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out files of variables that only developers have: Node refuses to start without them."""
    return tuple(
        word for word in words if not (word.startswith("--env-file=") and not place.has(word.partition("=")[2]))
    )


def given_port(step: Step) -> int | None:
    """Return the port that a command is given: ``-p 4000``, ``--port=4000``, ``PORT=4000``."""
    for at, word in enumerate(step.words):
        name, _, value = word.partition("=")
        if name in {"-p", "--port", "-l", "--listen"}:
            value = value or next(iter(step.words[at + 1 : at + 2]), "")
            if found := re.search(r"(?:^|[:\-=])(\d{2,5})\}?$", value):
                return int(found[1])
    value = dict(step.environment).get("PORT", "")
    return int(value) if value.isdigit() else None


def _kept(step: Step) -> tuple[tuple[str, str], ...]:
    """Return the variables that a script sets, without those that the image sets itself and those for developing."""
    found = dict(step.environment)
    return tuple(
        (name, value)
        for name, value in found.items()
        if name not in {"NODE_ENV", "DEBUG", "FORCE_COLOR", "BROWSER", "PORT"}
    )


def usual_file(place: Place) -> Iterator[str]:
    """Tell the files with names that entry points usually have."""
    for name in FILES:
        if found := existing(place, name):
            yield found
