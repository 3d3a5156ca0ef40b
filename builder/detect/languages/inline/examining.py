"""What a lone file with a function becomes: the plan of the service that it is with a wrapper around it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from posixpath import basename, dirname, splitext

from builder.detect.languages.go import GO
from builder.detect.languages.inline import go, javascript, lone, python
from builder.detect.languages.inline.wrapping import Wrapped, with_files, wrapped
from builder.detect.languages.node import NODE
from builder.detect.languages.python import PYTHON
from builder.draft import Draft, Gathering
from builder.errors import PlanIncomplete
from builder.grounds import CONVENTION, DECLARED, STATED, Candidate, Ground, Weighing
from builder.inline.handler import Handler, meant
from builder.look import Look, Place
from builder.plan import Command, Commands, Component, Item, Kind, Probe
from builder.provider import Provider
from builder.recipe import Generated, Recipe
from builder.tree import Tree
from core.evidence import Evidence, FileSource
from core.phrase import Phrase

PORT = 8080
HEALTH = "/healthz"
NAME = "inline"

_RUNS = frozenset({Kind.WEB, Kind.STATIC, Kind.WORKER, Kind.SCHEDULED, Kind.DESKTOP})
"""What a file may be that is a program as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A lone file with the functions that may be meant, and what is written beside the first of them."""

    source: str
    handlers: tuple[Handler, ...]
    ordinary: Provider
    wrapped: Wrapped


def found_in(place: Place) -> Found | None:
    """Return the functions of a tree's only source file, None for any other tree and for programs."""
    source = lone.lone_source(place.tree)
    if not source:
        return None
    ordinary: Provider = NODE
    handlers_of = javascript.handlers
    if source.endswith(lone.PYTHON):
        ordinary, handlers_of = PYTHON, python.handlers
    elif source.endswith(lone.GO):
        ordinary, handlers_of = GO, go.handlers
    handlers = meant(handlers_of(place, source))
    beside = wrapped(place, source, handlers[0]) if handlers else None
    if beside is None or (ordinary is PYTHON and _runs(place, ordinary)):
        return None
    return Found(source=source, handlers=handlers, ordinary=ordinary, wrapped=beside)


def _runs(place: Place, ordinary: Provider) -> bool:
    """Say whether the ordinary rules find a program that serves or works in the tree."""
    drafts = (one for path in ordinary.roots(place.look) for one in ordinary.examine(place.look.at(path), None))
    return any(one.kind.best in _RUNS for one in drafts)


def drafts(place: Place) -> Sequence[Draft]:
    """Return the service that the tree's only file becomes, nothing where it becomes none."""
    found = found_in(place)
    if found is None:
        return ()
    source, first = found.source, found.handlers[0]
    stem = splitext(basename(source))[0]
    draft = Draft(name=place.name or stem, path=place.path, provider=NAME, context=place.path)
    evidence = place.cite(source, first.line)
    _from_ordinary(place, found, draft)
    language = {".py": "python", ".go": "go"}.get(splitext(source)[1], _script(source))
    why = Phrase(en=f"{source} is the only source file.", zh=f"{source} 是唯一的源文件。")
    draft.language.add(language, STATED, "inline.language", why, place.cite_file(source))
    why = Phrase(
        en=f"{first.name} is called for each request by a wrapper.", zh=f"{first.name} 由包装程序在每次请求时调用。"
    )
    draft.kind.add(Kind.WEB, first.confidence, "inline.kind.function", why, evidence)
    draft.framework.add(first.framework, first.confidence, f"inline.form.{first.part}", _form(first), evidence)
    for one in found.handlers:
        confidence = DECLARED if len(found.handlers) == 1 else CONVENTION
        draft.start.add(
            found.wrapped.command(one), confidence, "inline.start", _form(one), place.cite(source, one.line)
        )
    why = Phrase(en="The wrapper listens there.", zh="包装程序监听该端口。")
    draft.port.add(PORT, STATED, "inline.port", why)
    draft.bind.add("0.0.0.0", STATED, "inline.bind", why)  # noqa: S104 - in the container
    why = Phrase(en="The wrapper answers there by itself.", zh="包装程序自行响应该路径。")
    draft.health.add(Probe(path=HEALTH), STATED, "inline.health", why)
    return (draft,)


def _form(one: Handler) -> Phrase:
    return Phrase(
        en=f"{one.name} takes what {one.framework} functions take.",
        zh=f"{one.name} 的参数是 {one.framework} 函数的形式。",
    )


def _script(source: str) -> str:
    return "typescript" if source.endswith("ts") else "javascript"


def _from_ordinary(place: Place, found: Found, draft: Draft) -> None:
    """Take over what the ordinary rules say of the tree once the wrapper is written: runtime, packages, variables."""
    files = found.wrapped.files
    written = Look(with_files(place.tree, files))
    examined = found.ordinary.examine(written.at(place.path), None)
    if not examined:
        return
    hidden = frozenset(one.path for one in files)
    best = max(examined, key=lambda one: one.kind.best == Kind.WEB)
    for name in ("package_manager", "runtime", "install", "build", "output"):
        weighing: Weighing[object] = getattr(best, name)
        getattr(draft, name).candidates.extend(_seen(weighing, hidden))
    for name in ("system_packages", "build_packages", "variables", "services", "volumes", "traits"):
        gathering: Gathering[object] = getattr(best, name)
        getattr(draft, name).found.update(
            {key: replace(one, grounds=_grounds(one, hidden)) for key, one in gathering.found.items()}
        )
    if found.ordinary is GO and found.wrapped.unpinned:
        _tidied(draft)
    if dirname(found.source):
        draft.parts.add(dirname(found.source))


def _tidied(draft: Draft) -> None:
    """Let Go find the modules that are imported before it builds: nothing names their versions."""
    build = draft.build.best
    if build is not None:
        why = Phrase(en="Nothing names the versions of what it imports.", zh="没有指定依赖的版本。")
        each = (Command(argv=("go", "mod", "tidy")), *build.each)
        draft.build.add(Commands(each=each), STATED, "inline.build.tidy", why)


def _seen(weighing: Weighing[object], hidden: frozenset[str]) -> list[Candidate[object]]:
    return [replace(one, ground=_ground(one.ground, hidden)) for one in weighing.candidates]


def _grounds(item: Item[object], hidden: frozenset[str]) -> tuple[Ground, ...]:
    return tuple(_ground(one, hidden) for one in item.grounds)


def _ground(ground: Ground, hidden: frozenset[str]) -> Ground:
    """Leave out evidence that stands in files which are only written with the plan: it cannot be opened yet."""
    return replace(ground, evidence=tuple(one for one in ground.evidence if not _stands_in(one, hidden)))


def _stands_in(evidence: Evidence, hidden: frozenset[str]) -> bool:
    return isinstance(evidence.source, FileSource) and evidence.source.path in hidden


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the ordinary recipe of the function's language, with the wrapper beside the function."""
    start = component.start.value
    place = Look(tree).at(component.path)
    found = found_in(place)
    if start is None or found is None:
        raise PlanIncomplete(
            f"{component.name}: which function is served must be known before it can be built.",
            next_step="Keep one function public, or name the one that is meant `handler`.",
        )
    name = start.argv[-1] if start.argv else ""
    chosen = next((one for one in found.handlers if one.name == name), found.handlers[0])
    beside = wrapped(place, found.source, chosen) or found.wrapped
    made = found.ordinary.recipe(component, with_files(tree, beside.files))
    return replace(made, files=(*made.files, *_missing(beside.files, tree)), notes=(*made.notes, *beside.notes))


def _missing(files: tuple[Generated, ...], tree: Tree) -> tuple[Generated, ...]:
    return tuple(one for one in files if one.path not in tree)
