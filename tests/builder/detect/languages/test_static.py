"""Static sites as plans."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.static import STATIC
from builder.detect.planning import plan
from builder.plan import BuildPlan, Component, Kind
from builder.recipe import Copy, Packages
from builder.tree import Tree

PAGE = "<!DOCTYPE html><title>shop</title><h1>Shop</h1>"


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    kind: Kind = Kind.STATIC
    path: str = ""
    framework: str | None = None
    build: str | None = None
    output: str | None = "."
    version: str | None = None
    fallback: bool = False


CASES = (
    Case(id="a page", files={"index.html": PAGE, "style.css": "a {}", "app.js": "1"}),
    Case(id="an old page", files={"index.htm": PAGE}),
    Case(id="in another encoding", files={"index.html": "\ufeff" + PAGE}),
    Case(id="a page of its own name", files={"shop.html": PAGE, "a.css": ""}),
    Case(id="in public", files={"public/index.html": PAGE, "README.md": ""}, path="public"),
    Case(id="documentation alone", files={"docs/index.html": PAGE}, path="docs"),
    Case(id="several pages", files={"index.html": PAGE, "blog/index.html": PAGE, "about/index.html": PAGE}),
    Case(
        id="addresses for the browser, as Netlify writes them",
        files={"index.html": PAGE, "_redirects": "/api/* https://x/:splat 200\n/*  /index.html  200\n"},
        fallback=True,
    ),
    Case(
        id="addresses for the browser, as Vercel writes them",
        files={"index.html": PAGE, "vercel.json": '{"rewrites": [{"source": "/(.*)", "destination": "/index.html"}]}'},
        fallback=True,
    ),
    Case(
        id="addresses for the browser, as Firebase writes them",
        files={
            "index.html": PAGE,
            "firebase.json": '{"hosting": {"rewrites": [{"source": "**", "destination": "/index.html"}]}}',
        },
        fallback=True,
    ),
    Case(
        id="an extension of a browser",
        files={"index.html": PAGE, "manifest.json": '{"manifest_version": 3, "name": "x"}'},
        kind=Kind.OTHER,
        output=None,
    ),
    Case(
        id="hugo",
        files={"hugo.toml": 'baseURL = "https://x/"\n', "content/_index.md": "", "layouts/index.html": "{{ .Title }}"},
        framework="hugo",
        build="hugo --gc --minify",
        output="public",
    ),
    Case(
        id="hugo with the older name",
        files={"config.yaml": "baseURL: https://x/\ntheme: ananke\n", "content/a.md": ""},
        framework="hugo",
        build="hugo --gc --minify",
        output="public",
    ),
    Case(
        id="hugo with its settings in a folder, its own output, the version that Netlify uses",
        files={
            "config/_default/hugo.toml": 'publishDir = "dist"\n',
            "content/a.md": "",
            "netlify.toml": '[build.environment]\nHUGO_VERSION = "0.128.0"\n',
        },
        framework="hugo",
        build="hugo --gc --minify",
        output="dist",
        version="0.128.0",
    ),
    Case(
        id="hugo by asdf",
        files={"hugo.toml": "", ".tool-versions": "hugo extended_0.130.0\n"},
        framework="hugo",
        build="hugo --gc --minify",
        output="public",
        version="0.130.0",
    ),
    Case(
        id="zola",
        files={"config.toml": 'base_url = "https://x"\n', "content/_index.md": "", "templates/index.html": ""},
        framework="zola",
        build="zola build",
        output="public",
    ),
    Case(
        id="mdbook",
        files={"book.toml": '[book]\ntitle = "x"\n', "src/SUMMARY.md": "# x"},
        framework="mdbook",
        build="mdbook build",
        output="book",
    ),
    Case(
        id="mdbook that writes elsewhere, twice",
        files={"book.toml": '[build]\nbuild-dir = "out"\n[output.html]\n[output.linkcheck]\n', "src/SUMMARY.md": ""},
        framework="mdbook",
        build="mdbook build",
        output="out/html",
    ),
    Case(
        id="jekyll without a Gemfile",
        files={"_config.yml": "title: x\ntheme: minima\nplugins: [jekyll-feed]\n", "_posts/2026-01-01-a.md": ""},
        framework="jekyll",
        build="jekyll build",
        output="_site",
    ),
    Case(id="settings that are broken", files={"hugo.toml": "[[[", "content/a.md": ""}, framework="hugo",
         build="hugo --gc --minify", output="public"),
)  # fmt: skip


def planned(files: dict[str, str]) -> BuildPlan:
    return plan(Tree.of(files), providers=(STATIC,))


def only(files: dict[str, str]) -> Component:
    found = planned(files)
    assert len(found.components) == 1
    return found.components[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_site_becomes_a_component(case: Case) -> None:
    found = only(case.files)
    assert found.kind.value == case.kind
    assert found.path == case.path
    assert found.language.value == "html"
    assert found.framework.value == case.framework
    assert (found.build.value.text if found.build.value else None) == case.build
    assert found.output.value == case.output
    assert (found.runtime.value.version if found.runtime.value else None) == case.version
    assert ("static.spa" in {one.value for one in found.traits}) == case.fallback
    if case.kind == Kind.STATIC:
        assert found.port.value == 8080


OTHERS = (
    ("templates of Python's", {"app.py": "", "templates/index.html": PAGE}),
    ("pages below a package of Node's", {"package.json": "{}", "index.html": PAGE, "public/index.html": PAGE}),
    ("pages of a server", {"server.js": "", "public/index.html": PAGE}),
    ("a template", {"index.html": "{% extends 'base.html' %}"}),
    ("jekyll with a Gemfile", {"_config.yml": "theme: minima\n", "Gemfile": "", "_posts/a.md": ""}),
    ("somebody's config.toml", {"config.toml": "port = 3\n", "content/a.txt": ""}),
    ("MkDocs", {"mkdocs.yml": "site_name: x\n", "docs/index.html": PAGE}),
    ("the documentation of a tool", {"Cargo.toml": "", "docs/book.toml": "[book]\n", "docs/src/SUMMARY.md": ""}),
    ("a report of coverage", {"coverage/index.html": PAGE}),
    ("a page of .NET's", {"web.csproj": "", "wwwroot/index.html": PAGE}),
)


@pytest.mark.parametrize("files", [one[1] for one in OTHERS], ids=[one[0] for one in OTHERS])
def test_what_belongs_to_another_language_is_left_to_it(files: dict[str, str]) -> None:
    assert all(one.provider != "static" for one in planned(files).components)


def test_a_site_beside_a_server_is_a_component_of_its_own() -> None:
    found = planned({"api/requirements.txt": "flask", "api/app.py": "", "web/index.html": PAGE})
    assert [(one.path, one.kind.value) for one in found.components] == [("web", Kind.STATIC)]


def test_pages_are_copied_as_they_are() -> None:
    files = {"index.html": PAGE}
    recipe = STATIC.recipe(only(files), Tree.of(files))
    assert recipe.stages == ()
    assert str(recipe.final.base) == "docker.io/nginxinc/nginx-unprivileged:1.29-alpine"
    assert recipe.final.steps == (Copy(sources=(".",), to="/usr/share/nginx/html/"),)


@dataclass(frozen=True, kw_only=True)
class Built:
    id: str
    files: dict[str, str]
    base: str
    package: str | None
    output: str


BUILT = (
    Built(id="hugo", files={"hugo.toml": ""}, base="docker.io/library/alpine:3.22", package="hugo", output="public"),
    Built(
        id="a hugo of its own",
        files={"hugo.toml": "", ".hvm": "v0.128.0\n"},
        base="docker.io/hugomods/hugo:exts-0.128.0",
        package=None,
        output="public",
    ),
    Built(
        id="zola",
        files={"config.toml": "base_url = 'x'", "content/a.md": ""},
        base="docker.io/library/alpine:3.22",
        package="zola",
        output="public",
    ),
    Built(
        id="jekyll",
        files={"_config.yml": "theme: minima\n", "_posts/a.md": ""},
        base="docker.io/library/ruby:3.4-slim-bookworm",
        package="build-essential",
        output="_site",
    ),
)


@pytest.mark.parametrize("case", BUILT, ids=lambda case: case.id)
def test_a_generator_runs_in_a_stage_of_its_own(case: Built) -> None:
    recipe = STATIC.recipe(only(case.files), Tree.of(case.files))
    stage = recipe.stages[0]
    assert str(stage.base) == case.base
    packages = [name for step in stage.steps if isinstance(step, Packages) for name in step.names]
    assert (case.package in packages) if case.package else not packages
    assert recipe.final.steps[0] == Copy(sources=(f"/src/{case.output}/",), to="/usr/share/nginx/html/", stage="build")
