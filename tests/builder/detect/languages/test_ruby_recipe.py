"""The images of Ruby programs: gems, assets, what they may write to."""

from dataclasses import replace

import pytest

from builder.detect.languages.ruby import RUBY
from builder.detect.planning import plan
from builder.errors import PlanIncomplete
from builder.grounds import Field
from builder.plan import Command, Commands, Component, Kind, Runtime
from builder.recipe import Copy, Packages, Recipe, Run, Set, Stage
from builder.tree import Tree

Files = dict[str, str | bytes]

RAILS: Files = {
    "Gemfile": "gem 'rails', '~> 7.1'\ngem 'puma'\ngem 'pg'\ngem 'sprockets-rails'\n",
    "Gemfile.lock": "GEM\n  specs:\n    rails (7.1.3)\n\nPLATFORMS\n  x86_64-linux\n",
    "config.ru": "run Rails.application\n",
    "config/application.rb": "",
    "app/assets/a.css": "",
}
SITE: Files = {"Gemfile": "gem 'jekyll'\n", "_config.yml": "title: x\n"}


def component_of(files: Files) -> Component:
    """Return the component of a tree."""
    return plan(Tree.of(files), providers=(RUBY,)).components[0]


def recipe_of(files: Files) -> Recipe:
    """Return the recipe of a tree's component."""
    return RUBY.recipe(component_of(files), Tree.of(files))


def lines(stage: Stage) -> list[str]:
    """Return the lines that a stage runs."""
    return [one.line for one in stage.steps if isinstance(one, Run)]


def variables(stage: Stage) -> dict[str, str]:
    """Return the variables that a stage sets."""
    return {name: value for one in stage.steps if isinstance(one, Set) for name, value in one.variables}


def test_gems_are_installed_before_the_source_is_copied() -> None:
    steps = recipe_of(RAILS).stages[-1].steps
    manifests = steps.index(Copy(sources=("Gemfile", "Gemfile.lock"), to="/app/"))
    assert manifests < steps.index(Copy(sources=(".",), to="/app/"))


def test_gems_of_the_tree_need_the_source_first() -> None:
    steps = recipe_of({**RAILS, "Gemfile": "gem 'rails'\ngem 'puma'\ngem 'x', path: 'x'\n"}).stages[-1].steps
    assert not any(isinstance(one, Copy) and "Gemfile" in one.sources for one in steps)


def test_the_lock_file_is_insisted_on_where_it_fits_the_image() -> None:
    assert variables(recipe_of(RAILS).stages[-1])["BUNDLE_DEPLOYMENT"] == "1"


def test_a_lock_file_of_another_platform_is_added_to() -> None:
    files = {**RAILS, "Gemfile.lock": "GEM\n  specs:\n    rails (7.1.3)\n\nPLATFORMS\n  arm64-darwin-23\n"}
    build = recipe_of(files).stages[-1]
    assert "BUNDLE_DEPLOYMENT" not in variables(build)
    assert any(one.startswith("bundle lock --add-platform x86_64-linux") for one in lines(build))


def test_assets_are_made_without_a_secret() -> None:
    assert any("SECRET_KEY_BASE_DUMMY=1" in one and "assets:precompile" in one for one in
               lines(recipe_of(RAILS).stages[-1]))  # fmt: skip


def test_gems_that_run_javascript_get_node() -> None:
    files = {**RAILS, "Gemfile": "gem 'rails'\ngem 'puma'\ngem 'sprockets-rails'\ngem 'jsbundling-rails'\n",
             "yarn.lock": "", "package.json": "{}"}  # fmt: skip
    made = recipe_of(files)
    assert made.stages[0].name == "node"
    assert any("npm install --global yarn@1" in one for one in lines(made.stages[-1]))


def test_the_front_end_is_built_before_the_assets() -> None:
    component = component_of(RAILS)
    front = replace(
        component,
        install=Field(value=Commands(each=(Command(argv=("npm", "ci")),))),
        build=Field(value=Commands(each=(Command(argv=("npm", "run", "build")),))),
        package_manager=Field(value="npm"),
        runtime=Field(value=Runtime(name="node", version="22")),
    )
    files = {**RAILS, "package.json": "{}"}
    run = lines(RUBY.recipe(replace(component, assets=(front,)), Tree.of(files)).stages[-1])
    assets = next(at for at, one in enumerate(run) if "assets:precompile" in one)
    assert run.index("npm ci") < run.index("npm run build && rm -rf /app/node_modules") < assets


def test_hanami_gets_the_packages_that_its_assets_import() -> None:
    files: Files = {
        "Gemfile": "gem 'hanami', '~> 2.2'\ngem 'hanami-assets'\ngem 'puma'\n",
        "config.ru": "run Hanami.app\n",
        "package.json": "{}",
        "package-lock.json": "{}",
    }
    run = lines(recipe_of(files).stages[-1])
    assert run.index("npm ci") < run.index("bundle exec hanami assets compile")


def test_only_libraries_of_gems_reach_the_image_that_runs() -> None:
    final = recipe_of(RAILS).final
    packages = next(one for one in final.steps if isinstance(one, Packages))
    assert packages.names == ("libpq5",)
    assert "/app/tmp" in final.writable
    assert ("RAILS_ENV", "production") in final.environment


@pytest.mark.parametrize(
    ("version", "constraint", "tag"),
    [
        ("3.2", "3.2.2", "3.2.2-slim"),
        ("3.4", "~> 3.3", "3.4-slim-bookworm"),
        ("2.7", "", "2.7-slim-bullseye"),
        ("2.3", "", "2.3-slim"),
    ],
)
def test_the_image_is_as_exact_as_the_gemfile(version: str, constraint: str, tag: str) -> None:
    runtime = Runtime(name="ruby", version=version, constraint=constraint)
    component = replace(component_of(RAILS), runtime=Field(value=runtime))
    assert RUBY.recipe(component, Tree.of(RAILS)).final.base.tag == tag


def test_a_static_site_runs_without_ruby() -> None:
    made = recipe_of(SITE)
    assert "nginx" in made.final.base.image
    assert Copy(sources=("/app/_site/",), to="/usr/share/nginx/html/", stage="build") in made.final.steps


def test_what_is_not_decided_is_named() -> None:
    component = component_of(RAILS)
    assert component.kind.value == Kind.WEB
    with pytest.raises(PlanIncomplete, match="start"):
        RUBY.recipe(replace(component, start=Field()), Tree.of(RAILS))
