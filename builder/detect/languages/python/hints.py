"""Which program people start, as task runners, documents and settings of frameworks tell: it decides among several."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename, join, normpath

from builder.detect.languages.python.manifest import Manifest, inner, table
from builder.detect.languages.python.modules import Program
from builder.detect.shared.addresses import port_of
from builder.detect.shared.commands import without_wrappers
from builder.detect.shared.runners import STARTS
from builder.detect.shared.shell import commands
from builder.detect.shared.spoken import Spoken, spoken
from builder.look import Place
from builder.plan import Command
from core.evidence import Evidence

_SERVERS = frozenset(
    {"uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "waitress-serve", "sanic", "uwsgi", "asgi"}
)
_GIVEN_A_FILE = {
    "streamlit": ("run",), "chainlit": ("run",), "panel": ("serve",), "bokeh": ("serve",), "shiny": ("run",),
    "solara": ("run",), "marimo": ("run",), "mesop": (), "gradio": (), "fastapi": ("run", "dev"), "voila": (),
    "taipy": ("run",), "functions-framework": (),
}  # fmt: skip
_PYTHONS = re.compile(r"^(python|py|pypy)(\d+(\.\d+)?)?(\.exe)?$")
_MODULE = re.compile(r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(\(.*\))?$")
_LIST = re.compile(r"^(-[A-Za-z]+|--[\w-]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A program that somebody says to start: ``module:app``, a file or a command of the manifest; and its port.

    ``weight`` is how much it tells: what a tool runs more than what a document says.
    """

    target: str = ""
    file: str = ""
    script: str = ""
    port: int | None = None
    weight: float = 1.0
    evidence: Evidence | None = None


def hints(place: Place, manifest: Manifest, program: Program) -> tuple[Hint, ...]:
    """Return what people say about starting the programs of a folder, the weightiest first."""
    found = [*_flask(place, program), *_declared(place, manifest, program)]
    for one in spoken(place):
        found.extend(_of_words(place, manifest, program, one, 2.0 if one.sure else 1.0))
    return tuple(sorted(found, key=lambda one: -one.weight))


def _flask(place: Place, program: Program) -> Iterator[Hint]:
    """Read ``.flaskenv``, which Flask's own command reads, and which holds no secrets by its documentation."""
    pairs = {
        name.removeprefix("export ").strip(): value.split(" #")[0].strip().strip("\"'")
        for name, equals, value in (line.partition("=") for line in place.text(".flaskenv").splitlines())
        if equals and not name.lstrip().startswith("#")
    }
    port = pairs.get("FLASK_RUN_PORT", "")
    if pairs.get("FLASK_APP") or port.isdigit():
        file, name = _application(program, pairs.get("FLASK_APP", ""))
        evidence = place.cite(".flaskenv", "FLASK_APP" if file else "FLASK_RUN_PORT")
        yield Hint(file=file, target=name, port=int(port) if port.isdigit() else None, weight=3.0, evidence=evidence)


def _declared(place: Place, manifest: Manifest, program: Program) -> Iterator[Hint]:
    """Tell the tasks that the manifest gives to Python's own task runners."""
    project = manifest.pyproject
    tables = [table(project, "tool", *names) for names in _RUNNERS]
    environments = inner(project, "tool", "hatch", "envs")
    tables += [table(one, "scripts") for one in (environments.values() if isinstance(environments, dict) else ())]
    tables.append(table(place.toml("Pipfile"), "scripts"))
    for tasks in tables:
        for name, task in tasks.items():
            line = task if isinstance(task, str) else next(
                (task[key] for key in ("cmd", "shell", "script") if isinstance(inner(task, key), str)), ""
            )  # fmt: skip
            file = "Pipfile" if tasks is tables[-1] else "pyproject.toml"
            for one in commands(line) if STARTS.match(name) else ():
                said = Spoken(
                    words=one.words, environment=one.environment, folder=place.path, file=place.file(file),
                    line=_line(place, file, name), sure=True,
                )  # fmt: skip
                yield from _of_words(place, manifest, program, said, 2.5)


_RUNNERS = (("poe", "tasks"), ("taskipy", "tasks"), ("pdm", "scripts"), ("rye", "scripts"), ("pixi", "tasks"))


def _line(place: Place, file: str, name: str) -> int:
    lines = place.text(file).splitlines()
    return next((at for at, line in enumerate(lines, start=1) if line.lstrip().strip('"').startswith(name)), 1)


def _of_words(
    place: Place, manifest: Manifest, program: Program, one: Spoken, weight: float
) -> Iterator[Hint]:  # fmt: skip
    words = without_wrappers(one.words)
    if len(words) > 2 and words[1] == "-m" and words[2] in {*_SERVERS, *_GIVEN_A_FILE, "flask"}:
        words = words[2:]
    if not words:
        return
    name, rest = basename(words[0]), words[1:]
    port = port_of(Command(argv=words)) or _of_environment(one.environment)
    target = file = script = ""
    if name in _SERVERS:
        target = next((word for word in rest if _MODULE.match(word)), "")
        file = _file_of(place, program, one.folder, target.partition(":")[0])
    elif name == "flask":
        said = _option(rest, "--app", "-A") or dict(one.environment).get("FLASK_APP", "")
        file, target = _application(program, said) if said and "run" in rest else ("", "")
    elif name in _GIVEN_A_FILE:
        plain = [word for word in rest if not word.startswith("-") and word not in _GIVEN_A_FILE[name]]
        wanted = _option(rest, "--source") if name == "functions-framework" else next(iter(plain), "")
        file = _existing(place, one.folder, wanted)
    elif _PYTHONS.match(name):
        file = _run_by_python(place, program, one.folder, rest)
    elif name in manifest.scripts:
        script = name
    elif name.endswith(".py"):
        file = _existing(place, one.folder, words[0])
    if file or target or script:
        yield Hint(
            target=target, file=file, script=script, port=port, weight=weight, evidence=one.cite(place.look)
        )  # fmt: skip


def _run_by_python(place: Place, program: Program, folder: str, rest: Sequence[str]) -> str:
    if rest[:1] == ("-m",) and len(rest) > 1:
        return _file_of(place, program, folder, rest[1])
    plain = next((word for word in rest if not _LIST.match(word)), "")
    return _existing(place, folder, plain) if plain.endswith(".py") else ""


def _of_environment(environment: Sequence[tuple[str, str]]) -> int | None:
    held = dict(environment)
    said = next((held[key] for key in ("PORT", "FLASK_RUN_PORT", "SERVER_PORT", "APP_PORT") if key in held), "")
    return int(said) if said.isdigit() else None


def _option(words: Sequence[str], *names: str) -> str:
    for at, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag in names:
            return value if equals else words[at + 1] if at + 1 < len(words) else ""
    return ""


def _application(program: Program, said: str) -> tuple[str, str]:
    """Return the file and ``module:name`` of what ``FLASK_APP`` says: a file, a module, either with a name."""
    path, _, name = said.partition(":")
    file = path.removeprefix("./") if path.endswith(".py") else program.local(path, "_")[0] if path else ""
    module = path.removeprefix("./").removesuffix(".py").replace("/", ".")
    return file, f"{module}:{name}" if name else ""


def _file_of(place: Place, program: Program, folder: str, dotted: str) -> str:
    """Return the file of a module that is named from a folder of the tree; its ``__main__`` where it is a package."""
    base = place.relative(folder) if folder == place.path or folder.startswith(f"{place.path}/") else ""
    base = "" if folder == place.path else base
    for at in dict.fromkeys((base, "", "src")):
        path = join(at, dotted.replace(".", "/"))
        for file in (f"{path}.py", join(path, "__main__.py"), join(path, "__init__.py")):
            if dotted and place.has(file):
                return file
    file, left = program.local(dotted, "_") if dotted else ("", "")
    return file if not left else ""


def _existing(place: Place, folder: str, word: str) -> str:
    """Return the file of the component that a command names from a folder of the tree, empty where it is not there."""
    path = normpath(join(folder, word)) if word and not word.startswith(("/", "~", "http")) else ""
    inside = path if not place.path else place.relative(path) if path.startswith(f"{place.path}/") else ""
    plain = normpath(word) if word else ""
    return next((one for one in (inside, plain) if one and place.has(one)), "")


def said_for(told: Sequence[Hint], file: str, *, target: str = "", command: Command | None = None) -> float:
    """Return how much is said for a program: for its file, for ``module:app``, for a command that the manifest has."""
    script = command.argv[0] if command and command.argv else ""
    return max(
        (
            one.weight
            for one in told
            if (one.file and one.file == file)
            or (one.script and one.script == script)
            or (target and one.target and (one.target == target or target.endswith(f".{one.target}")))
        ),
        default=0.0,
    )
