"""What the rules for Node make of a folder: its language, its manager and runtime, and what it is."""

import re
from collections.abc import Callable, Sequence
from posixpath import basename

from builder.detect.languages.node import (
    angular,
    astro,
    extensions,
    nextjs,
    nuxt,
    nx,
    platforms,
    published,
    remix,
    screens,
    servers,
    sites,
    spa,
    sveltekit,
)
from builder.detect.languages.node.language import add_language
from builder.detect.languages.node.managers import add_install, add_manager
from builder.detect.languages.node.manifest import Package
from builder.detect.languages.node.queries import SUFFIXES
from builder.detect.languages.node.runtimes import add_runtime
from builder.detect.languages.node.scripting import add_build, build_script
from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.starting import FIRST, chosen
from builder.detect.languages.node.surroundings import add_packages, add_services, add_tasks, add_variables
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED, DEFAULT, STATED
from builder.look import Place
from builder.plan import Kind
from builder.provider import Workspace
from core.phrase import Phrase

Family = Callable[[Seen], bool]

LONE = ("server", "app", "index", "main")
"""Names of programs that stand alone, without a manifest."""


def drafts(place: Place, workspace: Workspace | None) -> Sequence[Draft]:
    """Return what is in a folder, nothing for a workspace's root that holds no program itself."""
    if not place.has("package.json") and not (workspace is not None and place.has("project.json")):
        return _alone(place)
    seen = _begun(place, workspace)
    if _holds_members(seen) and not _own_sources(seen):
        return ()
    known = any(family(seen) for family in _FAMILIES)
    if not known and _orchestrates(seen):
        return ()
    if not known:
        _tooling(seen)
    _surrounded(seen)
    return (seen.draft,)


def _begun(place: Place, workspace: Workspace | None) -> Seen:
    package = Package.of(place)
    name = basename(package.name) or place.name or "app"
    draft = Draft(name=name, path=place.path, provider="node", context=workspace.path if workspace else place.path)
    seen = Seen(place=place, package=package, draft=draft, workspace=workspace)
    add_language(seen)
    add_manager(seen)
    add_install(seen)
    return seen


def _surrounded(seen: Seen) -> None:
    kind = seen.draft.kind.best
    add_runtime(seen, "bun" if _is_bun(seen) else "node")
    if kind is None or not kind.deployable:
        if build_script(seen) and kind == Kind.OTHER and not seen.draft.build.candidates:
            add_build(seen)
        return
    if seen.inside != ".":
        why = Phrase(en="It is a member of a workspace.", zh="它是工作区的成员。")
        seen.draft.working_directory.add(seen.inside, DECLARED, "node.directory.member", why)
    add_variables(seen)
    if kind != Kind.STATIC:
        add_services(seen)
        add_tasks(seen)
    add_packages(seen)


def _is_bun(seen: Seen) -> bool:
    """Say whether the program itself needs Bun: its start command, or its own modules."""
    start = seen.draft.start.best
    if start is not None:
        return (
            "bun" in start.argv[:1]
            or (start.argv[:1] == ("env",) and "bun" in start.argv)
            or start.line.startswith("exec bun ")
        )
    return (
        seen.manager == "bun"
        and bool(seen.package.has("@types/bun", "bun-types"))
        and seen.draft.kind.best != Kind.STATIC
    )


def _runs_itself(seen: Seen) -> bool:
    """Say whether a script starts the package for users: then it is a program, whatever else it offers."""
    return any(one.told and one.script in {*FIRST, "start"} for one in chosen(seen))


_MAKERS = (
    "laravel-vite-plugin", "laravel-mix", "vite-plugin-ruby", "vite-plugin-rails", "@symfony/webpack-encore",
    "vite-plugin-symfony", "@rails/webpacker", "shakapacker", "@wordpress/scripts", "@hotwired/turbo-rails",
    "django-vite", "@hotwired/stimulus-rails", "laravel-elixir", "@rails/ujs", "@rails/actioncable", "phoenix_html",
    "phoenix_live_view", "phoenix", "vite-plugin-django",
)  # fmt: skip
"""Packages by which the assets of a server in another language are built."""


def _assets(seen: Seen) -> bool:
    """Add that it makes assets for a server in another language."""
    name = seen.package.has(*_MAKERS)
    if not name:
        return False
    why = Phrase(en=f"{name} makes files for a server in another language.", zh=f"{name} 为其他语言的服务器生成文件。")
    seen.kind(Kind.OTHER, CONVENTION, "assets", why, seen.dependency(name))
    add_build(seen, "build", "production", "prod")
    return True


def _orchestrates(seen: Seen) -> bool:
    """Say whether it only holds other packages together."""
    if _holds_members(seen):
        return True
    below = f"{seen.place.path}/" if seen.place.path else ""
    inner = any(one.startswith(below) for one in seen.place.inner)
    return inner and not seen.place.has(
        "index.js", "server.js", "app.js", "index.html", "src/index.ts", "src/index.js", "main.js", "index.ts"
    )


_FAMILIES: tuple[Family, ...] = (
    nx.examine,
    extensions.examine,
    screens.examine,
    lambda seen: not _runs_itself(seen) and published.examine(seen, least=published.SURE + 1),
    platforms.examine,
    nextjs.examine,
    nuxt.examine,
    remix.examine,
    sveltekit.examine,
    astro.examine,
    angular.examine,
    _assets,
    servers.examine,
    lambda seen: published.examine(seen, least=published.SURE),
    lambda seen: bool(seen.package.bins) and not seen.package.private and published.examine(seen),
    sites.examine,
    spa.examine,
    published.examine,
    lambda seen: not _orchestrates(seen) and spa.plain(seen),
    lambda seen: not _orchestrates(seen) and published.otherwise(seen),
)
"""Asked in this order; the first that knows the package ends it. What is surely refused comes before what runs."""


def _holds_members(seen: Seen) -> bool:
    return seen.root and seen.workspace is not None and len(seen.workspace.members) > 1


_TOOLS = re.compile(
    r"(^|/)(scripts?|tools?|config|configs|patches|types)/|\.(config|setup|preset|workspace|base|d)\.|(^|/"
    r")[.\w-]*(gulpfile|Gruntfile)"
)


def _own_sources(seen: Seen) -> bool:
    """Say whether a workspace's root holds a program beside its members: sources that are no tool's."""
    if seen.place.has("redwood.toml", "index.html"):
        return True
    return any(not _TOOLS.search(name) for name in seen.place.sources(*SUFFIXES, ".vue", ".svelte", ".astro", most=60))


def _tooling(seen: Seen) -> None:
    why = Phrase(
        en="Its package.json starts, serves and publishes nothing.", zh="package.json 不启动、不提供、不发布任何内容。"
    )
    seen.kind(Kind.OTHER, DEFAULT, "tooling", why, seen.place.cite_file("package.json"))


def _alone(place: Place) -> Sequence[Draft]:
    files = tuple(
        name for stem in LONE for suffix in (".js", ".mjs", ".ts", ".cjs") if (name := place.has(f"{stem}{suffix}"))
    )
    draft = Draft(name=place.name or "app", path=place.path, provider="node", context=place.path)
    seen = Seen(place=place, package=Package({}), draft=draft)
    if not servers.lone(seen, files):
        return ()
    language = "typescript" if any(one.endswith(".ts") for one in files[:1]) else "javascript"
    why = Phrase(en="Its sources are for Node.", zh="其源代码用于 Node。")
    draft.language.add(language, STATED, "node.language.sources", why, place.cite_file(files[0]))
    add_manager(seen)
    add_runtime(seen)
    add_variables(seen)
    return (draft,)
