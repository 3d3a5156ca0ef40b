"""Recipes of .NET projects."""

from builder.detect.languages.dotnet import DOTNET
from builder.detect.planning import plan
from builder.recipe import Copy, Packages, Recipe, Run
from builder.tree import Tree
from tests.builder.detect.languages.test_dotnet import LAYERS, MINIMAL, project, shop


def made(files: dict[str, str]) -> Recipe:
    tree = Tree.of(files)
    found = plan(tree, providers=(DOTNET,), truths=())
    one = next(one for one in found.components if one.name == found.primary)
    return DOTNET.recipe(one, tree)


def test_a_web_application_is_published_and_runs_on_the_runtime() -> None:
    recipe = made(shop(project(), MINIMAL % ""))

    assert str(recipe.stages[0].base) == "mcr.microsoft.com/dotnet/sdk:8.0"
    assert str(recipe.final.base) == "mcr.microsoft.com/dotnet/aspnet:8.0"
    assert recipe.final.command.argv == ("dotnet", "Shop.dll")
    assert ("ASPNETCORE_HTTP_PORTS", "8080") in recipe.final.environment
    assert recipe.final.steps == (Copy(sources=("/out",), to="/app/", stage="build"),)


def test_project_files_are_restored_before_the_sources_are_copied() -> None:
    steps = made(LAYERS).stages[0].steps

    kinds = [
        step.to if isinstance(step, Copy) else step.line.split()[1] for step in steps if isinstance(step, Copy | Run)
    ]
    assert kinds == ["/src/", "/src/src/Api/", "/src/src/Core/", "/src/src/Core.Tests/", "restore", "/src/", "publish"]


def test_an_older_release_is_told_its_address() -> None:
    assert ("ASPNETCORE_URLS", "http://+:8080") in made(shop(project(target="net6.0"), MINIMAL % "")).final.environment


def test_an_address_of_the_configuration_is_opened_to_the_outside() -> None:
    files = shop(project(), MINIMAL % "") | {
        "appsettings.json": '{"Kestrel": {"Endpoints": {"Web": {"Url": "http://localhost:6001"}}}}'
    }

    assert ("Kestrel__Endpoints__Web__Url", "http://+:6001") in made(files).final.environment


def test_a_newer_sdk_of_global_json_builds_for_an_older_release() -> None:
    recipe = made(shop(project(), MINIMAL % "") | {"global.json": '{"sdk": {"version": "9.0.100"}}'})

    assert recipe.stages[0].base.tag == "9.0"
    assert recipe.final.base.tag == "8.0"


def test_a_program_for_the_browser_is_served_as_files() -> None:
    recipe = made(shop(project(sdk="Microsoft.NET.Sdk.BlazorWebAssembly")))

    assert recipe.final.steps == (Copy(sources=("/out/wwwroot/.",), to="/usr/share/nginx/html/", stage="build"),)


def test_a_front_end_that_the_build_calls_npm_for_gets_it() -> None:
    files = shop(project(more="<SpaRoot>ClientApp</SpaRoot>"), MINIMAL % "")

    assert any(isinstance(step, Packages) and "npm" in step.names for step in made(files).stages[0].steps)
