"""The images of PHP programs: what is compiled, what is copied, what they may write to."""

import json
from dataclasses import replace

import pytest

from builder.detect.languages.php import PHP
from builder.detect.planning import plan
from builder.errors import PlanIncomplete
from builder.grounds import Field
from builder.plan import Command, Commands, Component, Runtime
from builder.recipe import Copy, Packages, Recipe, Run, Stage
from builder.tree import Tree

Files = dict[str, str | bytes]

SITE: Files = {
    "composer.json": json.dumps({"require": {"php": "^8.3", "slim/slim": "^4", "ext-gd": "*", "ext-redis": "*"}}),
    "composer.lock": "{}",
    "public/index.php": "<?php\n$app->run();\n",
}
LARAVEL: Files = {
    "composer.json": json.dumps({"require": {"php": "^8.2", "laravel/framework": "^12"}}),
    "artisan": "",
    "public/index.php": "<?php\nrequire 'x';\n",
    "public/.htaccess": "",
    ".env.example": "DB_CONNECTION=sqlite\n",
}


def component_of(files: Files) -> Component:
    """Return the component of a tree."""
    return plan(Tree.of(files), providers=(PHP,)).components[0]


def recipe_of(files: Files) -> Recipe:
    """Return the recipe of a tree's component."""
    return PHP.recipe(component_of(files), Tree.of(files))


def lines(stage: Stage) -> list[str]:
    """Return the lines that a stage runs."""
    return [one.line for one in stage.steps if isinstance(one, Run)]


def front_end(component: Component) -> Component:
    """Return a component of Node that makes files for another."""
    empty: Field[str] = Field()
    return replace(
        component,
        provider="node",
        install=Field(value=Commands(each=(Command(argv=("npm", "ci")),))),
        build=Field(value=Commands(each=(Command(argv=("npm", "run", "build")),))),
        package_manager=Field(value="npm"),
        runtime=Field(value=Runtime(name="node", version="22")),
        output=empty,
        assets=(),
    )


def test_extensions_are_compiled_in_the_build_stage_and_only_their_libraries_run() -> None:
    made = recipe_of(SITE)
    build = made.stages[-1]
    compiled = next(one for one in lines(build) if "docker-php-ext-install" in one)
    assert "docker-php-ext-configure gd" in compiled
    assert "pecl install redis" in compiled
    packages = [one for one in made.final.steps if isinstance(one, Packages)]
    assert "libpng16-16" in packages[0].names
    assert not any(name.endswith("-dev") for name in packages[0].names)


def test_dependencies_are_installed_before_the_source_is_copied() -> None:
    build = recipe_of(SITE).stages[-1]
    at = {text: number for number, step in enumerate(build.steps) for text in [str(step)]}
    manifest = next(number for text, number in at.items() if "composer.lock" in text)
    source = next(number for number, step in enumerate(build.steps) if step == Copy(sources=(".",), to="/app/"))
    assert manifest < source


def test_packages_by_path_need_the_source_first() -> None:
    data = {"require": {"a/b": "*", "slim/slim": "^4"}, "repositories": [{"type": "path", "url": "packages/b"}]}
    build = recipe_of({**SITE, "composer.json": json.dumps(data)}).stages[-1]
    assert not any(isinstance(one, Copy) and "composer.json" in one.sources for one in build.steps)


def test_the_site_listens_on_the_port_of_the_environment_without_root() -> None:
    final = recipe_of(LARAVEL).final
    assert ("PORT", "8080") in final.environment
    assert final.command.argv == ("apache2-foreground",)
    assert ("APACHE_PID_FILE", "/tmp/apache2.pid") in final.environment
    assert "/app/storage/framework/views" in final.writable
    assert ("DB_DATABASE", "/data/database.sqlite") in final.environment
    site = next(one.text for one in recipe_of(LARAVEL).files if one.path == "apache.sextant.conf")
    assert "Listen ${PORT}" in site
    assert 'DocumentRoot "/app/public"' in site


def test_a_front_controller_is_told_to_apache_only_where_no_htaccess_does() -> None:
    def told(files: Files) -> bool:
        return any("FallbackResource" in one.text for one in recipe_of(files).files)

    assert told(SITE)
    assert not told(LARAVEL)


def test_the_front_end_is_built_beside_the_site_and_its_tools_are_dropped() -> None:
    files = {**LARAVEL, "package.json": "{}", "package-lock.json": "{}"}
    component = component_of(files)
    made = PHP.recipe(replace(component, assets=(front_end(component),)), Tree.of(files))
    assert made.stages[0].name == "node"
    assert str(made.stages[0].base) == "docker.io/library/node:22-slim"
    run = lines(made.stages[-1])
    assert run.index("npm ci") < run.index("npm run build && rm -rf /app/node_modules")


@pytest.mark.parametrize(
    ("version", "tag"),
    [("8.4", "8.4-apache-bookworm"), ("7.4", "7.4-apache-bullseye"), ("5.6", "5.6-apache")],
)
def test_old_releases_have_the_debian_that_they_were_built_on(version: str, tag: str) -> None:
    component = replace(component_of(SITE), runtime=Field(value=Runtime(name="php", version=version)))
    assert PHP.recipe(component, Tree.of(SITE)).final.base.tag == tag


def test_programs_of_their_own_run_without_apache() -> None:
    files: Files = {"composer.json": json.dumps({"require": {"hyperf/framework": "~3"}}), "bin/hyperf.php": "<?php\n"}
    final = recipe_of(files).final
    assert final.base.tag.endswith("-cli-bookworm")
    assert final.command.argv == ("php", "bin/hyperf.php", "start")


def test_wordpress_gets_a_configuration_that_reads_variables() -> None:
    files: Files = {
        "index.php": "<?php require 'x';\n",
        "wp-includes/version.php": "",
        "wp-config-sample.php": "<?php\n",
    }
    made = recipe_of(files)
    assert Copy(sources=("wp-config.sextant.php",), to="/app/wp-config.php") in made.stages[-1].steps
    assert any("getenv('WORDPRESS_' . $name)" in one.text for one in made.files)


def test_what_is_not_decided_is_named() -> None:
    with pytest.raises(PlanIncomplete, match="start"):
        PHP.recipe(replace(component_of(SITE), start=Field()), Tree.of(SITE))


def test_a_site_is_served_by_apache_whatever_starts_it_elsewhere() -> None:
    component = replace(component_of(SITE), start=Field(value=Command(line="vendor/bin/heroku-php-apache2 public/")))
    final = PHP.recipe(component, Tree.of(SITE)).final
    assert final.command.argv == ("apache2-foreground",)
    assert "-apache-" in final.base.tag
