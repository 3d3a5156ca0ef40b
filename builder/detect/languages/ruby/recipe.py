"""The image of a Ruby program: gems compiled in one stage, run in a slim one; a static site needs no Ruby at all."""

from posixpath import join

from builder.detect.languages.ruby.constraints import exact
from builder.detect.languages.ruby.gemfile import gemfile_of
from builder.detect.languages.ruby.packages import ALWAYS, JAVASCRIPT
from builder.detect.shared.node_assets import (
    build_steps,
    dependency_steps,
    installing,
    manager_of,
    node_stages,
    node_steps,
)
from builder.detect.shared.spans import numbers_of
from builder.errors import PlanIncomplete
from builder.look import Look
from builder.plan import Command, Component, Kind, Runtime
from builder.recipe import Base, Copy, Final, Packages, Recipe, Run, Set, Stage, Step
from builder.tree import Tree

APP = "/app"
GEMS = "/usr/local/bundle"
_HOOKED = ("jsbundling-rails", "cssbundling-rails", "vite_rails", "vite_ruby", "webpacker", "shakapacker")
"""Gems that build the front end while Rails makes its assets."""

_CLEAN = f"rm -rf {GEMS}/cache {GEMS}/ruby/*/cache {GEMS}/ruby/*/bundler/gems/*/.git"
_BUNDLER = (
    ("BUNDLE_PATH", GEMS),
    ("BUNDLE_WITHOUT", "development:test"),
    ("BUNDLE_DEPLOYMENT", "1"),
)


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime = component.runtime.value
    if runtime is None:
        raise PlanIncomplete(f"{component.name}: the runtime must be known before it can be built.")
    if component.kind.value == Kind.STATIC:
        return _static(component, tree, runtime)
    start = component.start.value
    if start is None:
        raise PlanIncomplete(f"{component.name}: the start command must be known before it can be built.")
    base = Base(image="docker.io/library/ruby", tag=_tag(runtime))
    wanted = manager_of(component, tree) if _wants_node(component, tree) else ""
    steps: list[Step] = []
    if component.system_packages:
        steps.append(Packages(names=tuple(one.value for one in component.system_packages)))
    if component.install.value is not None:
        steps.append(Copy(sources=(f"{GEMS}/",), to=f"{GEMS}/", stage="build"))
    steps.append(Copy(sources=(f"{APP}/",), to=f"{APP}/", stage="build"))
    return Recipe(
        stages=(*node_stages(component, wanted=wanted), _build(component, tree, base, wanted=wanted)),
        final=Final(
            base=base,
            steps=tuple(steps),
            command=start,
            directory=APP,
            environment=_environment(component, tree),
            writable=("/tmp", f"{APP}/tmp", f"{APP}/log", *(one.value.path for one in component.volumes)),  # noqa: S108
            health_tool="ruby",
        ),
    )


def _static(component: Component, tree: Tree, runtime: Runtime) -> Recipe:
    base = Base(image="docker.io/library/ruby", tag=_tag(runtime))
    output = component.output.value or "_site"
    return Recipe(
        stages=(*node_stages(component), _build(component, tree, base, wanted="")),
        final=Final(
            base=Base(image="docker.io/nginxinc/nginx-unprivileged", tag="1.28-alpine"),
            steps=(Copy(sources=(f"{join(APP, output)}/",), to="/usr/share/nginx/html/", stage="build"),),
            command=component.start.value or Command(argv=("nginx", "-g", "daemon off;")),
            directory="/usr/share/nginx/html",
            health_tool="busybox",
            reaps=True,
        ),
    )


def _tag(runtime: Runtime) -> str:
    """Return the image's tag: the very patch where the project names one, since Bundler insists on it."""
    if patch := exact(runtime.constraint):
        return f"{patch}-slim"
    numbers = numbers_of(runtime.version)
    suite = "-bookworm" if numbers >= (3, 0) else "-bullseye" if numbers >= (2, 6) else ""
    return f"{runtime.version}-slim{suite}"


def _build(component: Component, tree: Tree, base: Base, *, wanted: str) -> Stage:
    install, static = component.install.value, component.kind.value == Kind.STATIC
    locked = _locked(component, tree)
    names = tuple(dict.fromkeys((*ALWAYS, *(one.value for one in component.build_packages))))
    steps: list[Step] = [Packages(names=names)]
    if install is not None:
        settings = _BUNDLER if locked else _BUNDLER[:2]
        steps.append(
            Set(variables=settings if not static else tuple(one for one in settings if one[0] != "BUNDLE_WITHOUT"))
        )
    steps.extend(node_steps(component, wanted=wanted))
    if install is not None:
        if _needs_source(component, tree):
            steps.append(Copy(sources=(".",), to=f"{APP}/"))
        else:
            steps.append(Copy(sources=_manifests(component, tree), to=f"{APP}/"))
        steps.append(Run(line=f"{install.text} && {_CLEAN}"))
    elif static:
        steps.append(Run(line="gem install --no-document jekyll:4.4.1"))
    steps.extend(dependency_steps(component, tree, APP))
    steps.append(Copy(sources=(".",), to=f"{APP}/"))
    if component.framework.value == "rails":
        steps.append(Set(variables=(("RAILS_ENV", "production"),)))
    steps.extend(_assets(component, tree))
    return Stage(name="build", base=base, steps=tuple(steps), directory=APP)


def _locked(component: Component, tree: Tree) -> bool:
    """Say whether Bundler may insist on the lock file: it is there, and installing does not add to it."""
    there = join(component.path, "Gemfile.lock") in tree or join(component.path, "gems.locked") in tree
    return there and component.install.value is not None and len(component.install.value.each) == 1


def _assets(component: Component, tree: Tree) -> list[Step]:
    """Return the steps that build what browsers load: the front end beside it first, then the framework's own."""
    steps: list[Step] = []
    own = component.build.value
    if own is not None and component.framework.value == "rails":
        if not _mentions(component, tree, *_HOOKED):
            steps.extend(build_steps(component, APP))
        made = f"SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=dummy {own.text}"
        steps.append(Run(line=f"{made} && rm -rf node_modules tmp/cache && mkdir -p tmp log"))
        return steps
    steps.extend(build_steps(component, APP))
    if own is not None:
        steps.extend(installing(component, tree) if component.framework.value == "hanami" else ())
        steps.append(Run(line=own.text))
    return steps


def _manifests(component: Component, tree: Tree) -> tuple[str, ...]:
    known = ("Gemfile", "Gemfile.lock", "gems.rb", "gems.locked", ".ruby-version", ".tool-versions")
    return tuple(one for one in known if join(component.path, one) in tree)


def _needs_source(component: Component, tree: Tree) -> bool:
    """Say whether installing reads the project's own files: gems by path, a gemspec, another Gemfile."""
    text = tree.text(join(component.path, "Gemfile")) or tree.text(join(component.path, "gems.rb")) or ""
    return any(
        one in text
        for one in ("path:", ":path", "gemspec", "eval_gemfile", "File.read", "Dir.glob", "require_relative")
    )


def _wants_node(component: Component, tree: Tree) -> bool:
    """Say whether gems run JavaScript while assets are built."""
    if component.build.value is None:
        return False
    return join(component.path, "package.json") in tree or _mentions(component, tree, *JAVASCRIPT)


def _mentions(component: Component, tree: Tree, *gems: str) -> bool:
    """Say whether one of these gems is named in the Gemfile or its lock."""
    gemfile = gemfile_of(Look(tree).at(component.path))
    return bool(gemfile.has(*gems))


def _environment(component: Component, tree: Tree) -> tuple[tuple[str, str], ...]:
    found = [("PORT", str(component.port.value))] if component.port.value else []
    if component.install.value is not None:
        found.extend(_BUNDLER if _locked(component, tree) else _BUNDLER[:2])
    found += [("RACK_ENV", "production"), ("APP_ENV", "production")]
    if component.framework.value == "rails":
        found += [("RAILS_ENV", "production"), ("RAILS_LOG_TO_STDOUT", "1"), ("RAILS_SERVE_STATIC_FILES", "1")]
        if any(one.value == "rails.sqlite" for one in component.traits):
            found.append(("DATABASE_URL", "sqlite3:/data/production.sqlite3"))
    if component.framework.value == "hanami":
        found += [("HANAMI_ENV", "production"), ("HANAMI_PORT", str(component.port.value or 2300))]
    return tuple(found)
