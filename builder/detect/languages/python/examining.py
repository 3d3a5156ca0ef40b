"""What the rules for Python make of a folder: every family tells what it finds, the likeliest is the program."""

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from builder.detect.languages.python import (
    applications,
    clouds,
    consoles,
    dashboards,
    desktop,
    django,
    foreign,
    inferred,
    managers,
    mcp,
    own_servers,
    published,
    scripts,
    sites,
    workers,
)
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.hints import hints, said_for
from builder.detect.languages.python.manifest import Manifest, manifest
from builder.detect.languages.python.modules import Program, reached
from builder.detect.languages.python.needs import add_packages
from builder.detect.languages.python.reading import add_health, add_reading, add_volumes
from builder.detect.languages.python.runtimes import add_runtime
from builder.detect.languages.python.serving import serves
from builder.detect.languages.python.tasks import add_tasks
from builder.detect.shared.services import add_service
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED, STATED
from builder.look import Place
from builder.plan import Commands, Kind
from builder.provider import Workspace
from core.phrase import Phrase

_FAMILIES = (
    django.find, applications.find, own_servers.find, dashboards.find, mcp.find, clouds.find, workers.find,
    desktop.find, consoles.find, sites.find, scripts.find,
)  # fmt: skip
_APART = frozenset({"streamlit", "gradio", "chainlit"})
"""Front ends that people put beside an API in one folder: a component of its own."""


def drafts(place: Place, workspace: Workspace | None) -> Sequence[Draft]:
    """Return the programs of a folder, or what else it is."""
    program = Program(place=place)
    described = manifest(place, program)
    if not _is_project(place, described, program):
        return ()
    for target in described.scripts.values():  # what a command leads to is read before anything else
        file, _ = program.local(target.partition(":")[0].strip(), "setup.py")
        if file:
            program.module(file, needed=True)
    facts = Facts(
        place=place,
        manifest=described,
        program=program,
        serves=serves(program),
        hints=hints(place, described, program),
    )
    found = sorted((one for family in _FAMILIES for one in family(facts)), key=lambda one: -_weight(facts, one))
    main = _keeping(facts, found) if found else None
    found.sort(key=lambda one: one is not main)
    if _is_foreign(place, described, main):
        return ()
    made = [_draft(facts, main, found, workspace, described.name or place.name or "app")]
    if main and main.kind == Kind.WEB and main.framework not in _APART:
        beside = next(
            (one for one in found[1:] if one.framework in _APART and one.file != main.file and one.rank > _BESIDE), None
        )
        if beside and main.framework in {"fastapi", "flask", "django", "starlette"}:
            made.append(_draft(facts, beside, [beside], workspace, f"{made[0].name}-{beside.apart}"))
    return made


def _keeping(facts: Facts, found: Sequence[Found]) -> Found:
    """Return the program that is meant: a bot rather than the few routes that it only keeps itself awake with."""
    main = found[0]
    if main.kind != Kind.WEB or not main.file:
        return main
    for one in found[1:]:
        if one.rule == "python.start.bot" and one.file != main.file and main.file in reached(facts.program, one.file):
            return main if one.file in reached(facts.program, main.file) else one
    return main


def _is_foreign(place: Place, described: Manifest, main: Found | None) -> bool:
    """Say whether this is the documentation, or a helper script, of a project in another language."""
    if main is not None and main.kind == Kind.STATIC:
        return foreign.manifest_above(place)
    if described.packaged or (main is not None and main.kind in {Kind.WEB, Kind.WORKER}):
        return False
    if main is None or main.rule in _SCRIPTS:
        return foreign.manifest_above(place) or not foreign.leads(place)
    return False


_SCRIPTS = frozenset(
    {
        "python.kind.modules", "python.kind.notebooks", "python.kind.scripts", "python.kind.terminal",
        "python.start.main", "python.start.loop",
    }
)  # fmt: skip
"""Rules that find any script."""

_BESIDE = 98
"""Only a file with a usual name is a front end of its own; others are experiments."""


def _is_project(place: Place, described: Manifest, program: Program) -> bool:
    """Say whether the folder is Python's: a pyproject.toml with settings of linters only makes no project."""
    if described.name or described.packaged or described.installed or described.dependencies:
        return True
    if place.has(
        "Pipfile",
        "setup.py",
        "environment.yml",
        "environment.yaml",
        "mkdocs.yml",
        "mkdocs.yaml",
        "pelicanconf.py",
        "conf.py",
    ):
        return True
    return bool(program.files()) or bool(list(place.sources(".ipynb", most=1)))


def _weight(facts: Facts, one: Found) -> float:
    """Return how likely a find is the program that is meant. In a package described for others much is an example."""
    asked = facts.manifest
    weight = one.rank + _SPOKEN * said_for(facts.hints, one.file, command=one.start)
    if any(part.lower() in _BESIDE_IT or _TRIAL.match(part.lower()) for part in one.file.split("/")[:-1]):
        weight -= 120
    if one.kind.deployable and asked.packaged and one.rule not in _OF_PACKAGES:
        weight += _in_package(facts, one)
    return weight


_SPOKEN = 8
"""What is added to a program for each degree to which people say that it is the one to start."""

_TRIAL = re.compile(r"(test|example|demo|sample|sandbox)s?[-_]?(proj|project|app|site|server|django)?$")
_BESIDE_IT = frozenset(
    {
        "bench", "benchmark", "contrib", "docs_src", "hack", "scripts", "tool", "tools", "tutorial", "tutorials",
        "ci", "perf", "legacy", "deprecated", "archive", "old", "backup", "snippets",
    }
)  # fmt: skip
"""Folders with programs that are not the one that is meant, unless there is nothing else."""

_OF_PACKAGES = frozenset(
    {
        "python.start.console-server",
        "python.start.console-job",
        "python.start.console-bot",
        "python.site.mkdocs",
        "python.site.sphinx",
    }
)


def _in_package(facts: Facts, one: Found) -> float:
    """Return what to take off a program that stands in a distribution: it may be a library's demonstration."""
    asked = facts.manifest
    named = one.framework if one.framework != "http.server" else ""
    depends = asked.has(*_DISTRIBUTIONS.get(named, (named,))) if named else ""
    spoken = published.is_application(facts)
    own = named and asked.name.lower().replace("_", "-") in _DISTRIBUTIONS.get(named, (named,))
    if own:
        return -200.0
    if one.kind == Kind.STATIC or basename(one.file) == "manage.py":
        own_folder = asked.name.lower().replace("-", "_")
        if one.file.startswith((f"{own_folder}/", f"src/{own_folder}/")):
            return 0.0  # the package is the project
        if one.kind == Kind.WEB and asked.distribution and spoken < 0:
            return -120.0  # a reusable Django application with a project to try it
        return 0.0 if depends or not asked.distribution else -30.0
    loss = -60.0 if one.rule == "python.start.serves" and asked.scripts and "/" in one.file else 0.0
    if not depends and asked.distribution:
        loss -= 40
    if asked.distribution and asked.scripts and one.rule != "python.start.application":
        loss -= 30
    if asked.distribution and spoken < 0:
        loss -= 45 if spoken < -1 or not asked.scripts else 20
    if one.kind == Kind.WORKER and asked.distribution and "/" in one.file:
        loss -= 40
    if one.kind == Kind.JOB and (asked.scripts or asked.distribution):
        loss -= 25
    return loss


_DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "fastapi": ("fastapi", "fastapi-slim", "apiflask"),
    "flask": ("flask", "flask-socketio", "flask-restx", "flask-openapi3", "apiflask", "eve",
              "flask-restful", "flask-appbuilder"),
    "fasthtml": ("python-fasthtml",), "http.server": (), "socketio": ("python-socketio", "flask-socketio"),
    "web.py": ("web-py", "web.py"), "mcp": ("mcp", "fastmcp"), "grpc": ("grpcio",),
    "litestar": ("litestar", "starlite"), "connexion": ("connexion",), "wsgi": (),
    "discord": ("discord-py", "py-cord", "disnake", "nextcord", "hikari"),
    "telegram": ("python-telegram-bot", "aiogram", "pytelegrambotapi", "telethon", "pyrogram"),
    "slack": ("slack-bolt",), "starlette": ("starlette", "fastapi", "ariadne", "strawberry-graphql"),
    "uvicorn": ("uvicorn",), "wsgiref": (), "werkzeug": ("werkzeug", "flask"), "twisted": ("twisted",),
    "django": ("django",),
}  # fmt: skip


def _draft(facts: Facts, main: Found | None, found: Sequence[Found], workspace: Workspace | None, name: str) -> Draft:
    place, asked = facts.place, facts.manifest
    context = workspace.path if workspace else managers.shared_folder(place, asked)
    draft = Draft(name=name, path=place.path, provider="python", context=context)
    source = place.cite_file(asked.file) if asked.file else None
    entry = place.cite_file(main.file) if main and main.file else None
    draft.language.add(
        "python",
        STATED if asked.file else DECLARED,
        "python.language",
        Phrase(en="It is written in Python.", zh="它用 Python 编写。"),
        source,
        entry,
    )
    manager = managers.add_manager(place, asked, draft, workspace)
    add_runtime(place, asked, draft, facts.program.files())
    add_packages(place, asked, draft)
    for held in asked.dependencies.values():
        add_service(draft, "pypi", held.name, held.cite(place))
    if main is None:
        why = Phrase(en="Nothing in it starts anything.", zh="其中没有任何可启动的内容。")
        draft.kind.add(Kind.LIBRARY if asked.packaged else Kind.OTHER, CONVENTION, "python.kind.nothing", why, source)
        return draft
    _say(draft, main, found)
    _fill(facts, draft, main, manager, workspace)
    return draft


def _say(draft: Draft, main: Found, found: Sequence[Found]) -> None:
    """Add what a find says, and what others say against it."""
    draft.kind.add(main.kind, main.confidence, main.rule, main.why, main.evidence)
    if main.framework:
        draft.framework.add(main.framework, main.confidence, main.rule, main.why, main.evidence)
    if main.start:
        draft.start.add(main.start, main.confidence, main.rule, main.why, main.evidence)
    for one in main.rivals:
        if one != main.start:
            why = Phrase(en="The tree holds another program.", zh="源码树中还有另一个程序。")
            draft.start.add(one, main.confidence - _BEHIND, "python.start.other", why)
    for other in _others(main, found):
        draft.kind.add(
            other.kind, min(other.confidence, main.confidence - _BEHIND), other.rule, other.why, other.evidence
        )
        if other.start and main.kind.deployable and other.kind.deployable:
            draft.start.add(other.start, main.confidence - 2 * _BEHIND, other.rule, other.why, other.evidence)
    for port in main.ports:
        draft.port.add(port.port, port.confidence, port.rule, port.why, port.evidence)
    if main.kind == Kind.WEB:
        host = main.host if main.start and "0.0.0.0" not in main.start.text and not main.environment else "0.0.0.0"  # noqa: S104 - in a container
        why = Phrase(en=f"It listens on {host}.", zh=f"它监听 {host}。")
        draft.bind.add(host or "0.0.0.0", main.confidence, "python.bind", why, main.evidence)  # noqa: S104 - in a container


_BEHIND = 0.1
"""How much less sure another program is than the one that is meant: more than a tie, so that nobody is asked."""


def _others(main: Found, found: Sequence[Found]) -> Iterator[Found]:
    told = {main.kind}
    for one in found[1:]:
        if one.kind not in told:
            told.add(one.kind)
            yield one


def _fill(facts: Facts, draft: Draft, main: Found, manager: str, workspace: Workspace | None) -> None:
    place, asked = facts.place, facts.manifest
    if not main.kind.deployable:
        return
    imported = inferred.distributions(facts)
    adds = tuple(dict.fromkeys((*imported, *(one for one in main.adds if one))))
    if commands := managers.install(place, asked, manager, adds, workspace):
        why = Phrase(en=f"{manager} installs what the project asks for.", zh=f"由 {manager} 安装项目依赖。")
        draft.install.add(
            commands, DECLARED, f"python.install.{manager}", why, place.cite_file(asked.file) if asked.file else None
        )
    for one in adds:
        why = Phrase(en=f"Nothing asks for {one}, which starts it.", zh=f"未声明启动所需的 {one}。")
        draft.traits.add(f"python.adds:{one}", CONVENTION, "python.adds", why, main.evidence)
    for key, value in main.environment:
        why = Phrase(en=f"{key} makes it listen where it must.", zh=f"{key} 使其监听所需地址。")
        draft.traits.add(f"python.environment:{key}={value}", CONVENTION, "python.environment", why, main.evidence)
    if asked.packaged:
        why = Phrase(en="The project itself is installed too.", zh="项目本身也会被安装。")
        draft.traits.add("python.packaged", DECLARED, "python.packaged", why, place.cite_file(asked.file))
    if main.directory:
        why = Phrase(en=f"Its modules are imported from {main.directory}.", zh=f"模块从 {main.directory} 导入。")
        draft.working_directory.add(main.directory, main.confidence, "python.directory", why, main.evidence)
    build = main.build or (django.collects(facts, main) if main.framework == "django" else ())
    if build:
        why = Phrase(en="These files are made before it starts.", zh="启动前先生成这些文件。")
        draft.build.add(Commands(each=tuple(build)), main.confidence, "python.build", why, main.evidence)
    if main.output:
        why = Phrase(en="The site is written there.", zh="网站生成到那里。")
        draft.output.add(main.output, main.confidence, main.rule, why, main.evidence)
    add_tasks(facts, draft, main)
    add_reading(facts, draft)
    if main.kind == Kind.WEB:
        add_health(facts, draft, main)
    add_volumes(facts, draft, main)
