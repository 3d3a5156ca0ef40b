"""render.yaml: services of every kind with their folders, commands, variables and databases."""

from collections.abc import Mapping, Sequence
from posixpath import dirname
from typing import Any, Final

from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import purpose_of
from builder.detect.truths import about
from builder.detect.truths.telling import Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase

KINDS: Final = {
    "web": Kind.WEB,
    "pserv": Kind.WEB,
    "worker": Kind.WORKER,
    "cron": Kind.SCHEDULED,
    "static": Kind.STATIC,
}
_STORES: Final = frozenset({"redis", "keyvalue"})
_VERSIONS: Final = {
    "PYTHON_VERSION": "python", "NODE_VERSION": "node", "RUBY_VERSION": "ruby", "GO_VERSION": "go",
    "ELIXIR_VERSION": "elixir",
    "BUN_VERSION": "bun", "JAVA_VERSION": "java", "PHP_VERSION": "php",
}  # fmt: skip
"""Variables by which hosting platforms are told a runtime's version."""


class _Render:
    name = "render"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft of each service's folder how it is run."""
        for path in about.named(look, "render.yaml", "render.yml"):
            held = mapping(look.yaml(path))
            shared = bool(listed(held.get("databases")))
            known = [mapping(one) for one in listed(held.get("services"))]
            mains: set[int] = set()
            for one in known:
                if text(one.get("type")) in _STORES:
                    continue
                for draft in _drafts(drafts, path, one):
                    telling = Telling(
                        look=look, draft=draft, truth="render", path=path, workdir="/opt/render/project/src"
                    )
                    _service(telling, one, first=id(draft) not in mains)
                    mains.add(id(draft))
                    _needs(telling, one, known, shared=shared)
        return []


def _drafts(drafts: Sequence[Draft], path: str, one: Mapping[str, Any]) -> list[Draft]:
    folder = about.inside(dirname(path), text(one.get("rootDir")) or ".")
    if folder is None:
        return []
    given = text(one.get("dockerContext"))
    inner = about.inside(folder, given) if given else folder
    entered = taken(text(one.get("startCommand"))).folder
    if entered and (deeper := about.inside(folder, entered)) and (here := about.at(drafts, deeper)):
        return about.one_program(here)[:1]
    return about.meant(drafts, inner if inner is not None else folder, name=text(one.get("name")))[:1]


def _service(telling: Telling, one: Mapping[str, Any], *, first: bool) -> None:
    kind = KINDS.get(text(one.get("type")))
    env = text(one.get("runtime")) or text(one.get("env"))
    if env == "static":
        kind = Kind.STATIC
    line = text(one.get("startCommand")) or text(one.get("dockerCommand"))
    name = text(one.get("name"))
    main = taken(line).main if line else None
    if not first and kind in {Kind.WORKER, Kind.SCHEDULED}:
        if main is not None:
            purpose = "schedule" if kind == Kind.SCHEDULED else purpose_of(name, main) or "worker"
            telling.task(name or purpose, purpose, line, line, schedule=text(one.get("schedule")))
        return
    if line:
        telling.start(line, line)
    if kind is not None and not (telling.draft.kind.best == Kind.WEB and kind != Kind.STATIC and not first):
        telling.kind(kind, f"type: {text(one.get('type'))}")
    if kind == Kind.SCHEDULED and main is not None:
        telling.task(name or "schedule", "schedule", line, line, schedule=text(one.get("schedule")))
    telling.build(one.get("buildCommand"), text(one.get("buildCommand")))
    telling.health(one.get("healthCheckPath"), "healthCheckPath")
    telling.output(one.get("staticPublishPath"), "staticPublishPath")
    if before := text(one.get("preDeployCommand")):
        telling.task("release", "migrate", before, before)
    telling.volume(mapping(one.get("disk")).get("mountPath"), "mountPath")


def _needs(telling: Telling, one: Mapping[str, Any], known: Sequence[Mapping[str, Any]], *, shared: bool) -> None:
    variables = [mapping(given) for given in listed(one.get("envVars"))]
    for given in variables:
        name = text(given.get("key"))
        database, store = mapping(given.get("fromDatabase")), mapping(given.get("fromService"))
        runtime = _VERSIONS.get(name)
        if runtime:
            version_of(telling, runtime, text(given.get("value")), name)
        elif name:
            made = given.get("generateValue") is True or bool(database)
            telling.variable(name, name, value=given.get("value"), secret=made, required=given.get("sync") is False)
        if database:
            telling.service(
                "postgresql", name, variables=(name,) if text(database.get("property")) == "connectionString" else ()
            )
        if text(store.get("type")) in _STORES:
            telling.service("redis", name, variables=(name,))
    if shared and len(known) == 1:
        telling.service("postgresql", "databases:")


def version_of(telling: Telling, runtime: str, given: str, at: str | int | None) -> None:
    """Add a runtime's version as platforms are told it: ``3.11.4``, ``20``, ``v18.x``."""
    from builder.detect.shared.spans import numbers_of
    from builder.versions import RELEASES, numbers

    found = numbers_of(given)
    table = RELEASES.get(runtime)
    if found and table is not None:
        depth = len(numbers(table.usual)) if runtime != "rust" else 2
        if len(found) >= min(depth, 1) and (len(found) >= depth or depth == 1):
            telling.runtime(runtime, ".".join(str(part) for part in found[:depth]), at)


RENDER = _Render()
