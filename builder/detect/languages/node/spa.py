"""Front ends whose build leaves files: Vite, Create React App, Vue CLI, webpack, Parcel and their like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import join, normpath

from builder.detect.languages.node.compiled import made_by_build
from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import static
from builder.detect.languages.node.settings import pairs, setting
from builder.detect.languages.node.stepping import Step
from builder.detect.languages.node.tools import Role, role_of
from builder.detect.languages.node.values import arguments
from builder.grounds import CONVENTION, DEFAULT
from builder.parsing.code import string_of
from core.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundler:
    """A bundler: the packages that install it, its tools, its build, its output where nothing else is said.

    ``keys`` are those of its settings that name the output, ``config`` the stems of its settings files.
    """

    name: str
    packages: tuple[str, ...]
    tools: tuple[str, ...]
    build: tuple[str, ...]
    output: str
    config: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


BUNDLERS = (
    Bundler(name="create-react-app", packages=("react-scripts", "react-app-rewired", "@craco/craco"),
        tools=("react-scripts", "react-app-rewired", "craco"),
            build=("react-scripts", "build"), output="build"),
    Bundler(name="vue-cli", packages=("@vue/cli-service",), tools=("vue-cli-service",), build=("vue-cli-service",
        "build"), output="dist",
            config=("vue.config",), keys=("outputDir",)),
    Bundler(name="quasar", packages=("@quasar/app-vite", "@quasar/app-webpack", "@quasar/app"), tools=("quasar",),
        build=("quasar", "build"), output="dist/spa"),
    Bundler(name="vite", packages=("vite", "rolldown-vite", "vite-plus"), tools=("vite", "vp"), build=("vite",
        "build"), output="dist",
            config=("vite.config",), keys=("outDir",)),
    Bundler(name="ember", packages=("ember-cli",), tools=("ember",), build=("ember", "build",
        "--environment=production"), output="dist"),
    Bundler(name="preact-cli", packages=("preact-cli",), tools=("preact",), build=("preact", "build"), output="build"),
    Bundler(name="stencil", packages=("@stencil/core",), tools=("stencil",), build=("stencil", "build"), output="www"),
    Bundler(name="umi", packages=("umi", "@umijs/max"), tools=("umi", "max"), build=("umi", "build"), output="dist",
        config=(".umirc", "config/config"), keys=("outputPath",)),
    Bundler(name="rsbuild", packages=("@rsbuild/core",), tools=("rsbuild",), build=("rsbuild", "build"), output="dist",
        config=("rsbuild.config",), keys=("root",)),
    Bundler(name="poi", packages=("poi",), tools=("poi",), build=("poi", "--prod"), output="dist"),
    Bundler(name="parcel", packages=("parcel", "parcel-bundler"), tools=("parcel",), build=("parcel", "build",
        "index.html"), output="dist"),
    Bundler(name="snowpack", packages=("snowpack",), tools=("snowpack",), build=("snowpack", "build"), output="build"),
    Bundler(name="wmr", packages=("wmr",), tools=("wmr",), build=("wmr", "build"), output="dist"),
    Bundler(name="rspack", packages=("@rspack/cli",), tools=("rspack",), build=("rspack", "build"), output="dist",
        config=("rspack.config",), keys=("path",)),
    Bundler(name="webpack", packages=("webpack", "webpack-cli"), tools=("webpack", "webpack-dev-server"),
        build=("webpack", "--mode=production"), output="dist",
            config=("webpack.config", "webpack.prod", "webpack.config.prod", "webpack.common", "config/webpack.prod",
                "webpack.production",
                    "webpack/webpack.prod", "config/webpack.config.prod", "build/webpack.prod.conf",
                    "webpack/webpack.common"), keys=("path",)),
)  # fmt: skip

_SINGLE = (
    "react-router-dom", "react-router", "vue-router", "@tanstack/react-router", "@solidjs/router", "wouter",
    "svelte-routing", "preact-router", "preact-iso", "@reach/router", "svelte-spa-router", "@tanstack/vue-router",
    "@tanstack/solid-router", "page", "solid-app-router", "navigo", "@ember/routing", "ember-source",
    "connected-react-router", "@angular/router", "umi", "@umijs/max",
)  # fmt: skip
"""Routers that run in the browser: a path that they know is no file."""

_PAGES = (
    "index.html", "public/index.html", "src/index.html", "app/index.html", "src/index.ejs", "public/index.ejs",
    "src/index.pug", "src/public/index.html", "client/index.html", "src/client/index.html", "src/template.html",
    "static/index.html", "src/template.ejs", "src/assets/index.html", "src/html/index.html", "www/index.html",
    "source/index.html", "templates/index.html", "web/index.html",
)  # fmt: skip


def examine(seen: Seen) -> bool:
    """Add what a bundler makes of the package, if what it makes is a page."""
    for one in BUNDLERS:
        name = seen.package.has(*one.packages)
        if not name or not _is_page(seen, one):
            continue
        output, told = _output(seen, one)
        single = bool(seen.package.has(*_SINGLE)) or one.name in {"create-react-app", "ember"}
        first = tuple(_building(seen, one))
        folder = "" if output else one.output
        if one.name == "vite" and not output:
            folder = _rooted(seen, one)
        return static(
            seen, one.name, output or folder, seen.dependency(name), build=one.build, first=first, spa=single, told=told
        )
    return False


def plain(seen: Seen) -> bool:
    """Add a site without a bundler: pages that some script serves, or that stand beside a package.json."""
    page = seen.place.has(
        "index.html",
        "public/index.html",
        "dist/index.html",
        "src/index.html",
        "docs/index.html",
        "www/index.html",
        "app/index.html",
    )
    served = [(name, step) for name, step in seen.steps if role_of(step) == Role.PREVIEW]
    if not page and not served:
        return False
    if not served and (seen.package.bins or (seen.package.word("main").startswith(("dist", "lib")) and not page)):
        return False
    main = seen.package.word("main")
    if not served and main and seen.place.has(main) and seen.package.keywords and not seen.package.private:
        return False  # a library with a page that shows it
    folder = page.rpartition("/")[0] or "."
    if folder in {"src", "app"} and not served and seen.package.has("gulp", "grunt", "brunch", "broccoli-cli"):
        folder = "dist"  # what task runners make of such a folder, by habit
    for _, step in served:
        named = [normpath(word) for word in step.words[1:] if not word.startswith("-")]
        built = [word for word in named if made_by_build(word) and word != "."]
        folder = next(
            (word for word in named if seen.place.tree.has_folder(seen.path(word))), next(iter(built), folder)
        )
    confidence = CONVENTION if served else DEFAULT + 0.05
    evidence = seen.line(served[0][0]) if served else seen.place.cite_file(page)
    return static(seen, "static", folder, evidence, confidence=confidence)


def _is_page(seen: Seen, one: Bundler) -> bool:
    """Say whether the bundler makes a page: a server for developers, a page, or a framework for pages."""
    develops = any(step.tool in one.tools and role_of(step) in {Role.DEVELOP, Role.PREVIEW} for _, step in seen.steps)
    page = bool(seen.place.has(*_PAGES))
    if one.name in {"create-react-app", "vue-cli", "quasar", "ember", "umi", "preact-cli"}:
        return True
    if one.name == "stencil":
        return page or "www" in set(_targets(seen))
    if one.name in {"webpack", "rspack"}:
        return page or bool(seen.package.has("html-webpack-plugin", "webpack-dev-server"))
    return page or (develops and bool(_root_page(seen)))


def _targets(seen: Seen) -> Iterator[str]:
    for node in pairs(seen.place, seen.config("stencil.config"), "type"):
        if text := string_of(node):
            yield text


def _root_page(seen: Seen) -> str:
    """Return a page anywhere near: in the folder that the settings or a script name as the root."""
    folders = seen.place.tree.folders(seen.place.path)
    return next((page for folder in folders if (page := seen.place.has(join(folder, "index.html")))), "")


def _rooted(seen: Seen, one: Bundler) -> str:
    """Return the default output of Vite, which lies in its root: ``vite build client`` writes ``client/dist``."""
    root = setting(seen.place, seen.config(*one.config), "root").removeprefix("./").strip("/")
    for _, step in seen.running("vite", "build"):
        words = [word for word in step.words[2:] if not word.startswith("-")]
        after_value = {
            step.words[at + 1]
            for at, word in enumerate(step.words[:-1])
            if word in {"--mode", "-m", "--config", "-c", "--base", "--outDir", "--ssr"}
        }
        root = next((word for word in words if word not in after_value), root)
    return normpath(join(root, one.output)) if root and not root.startswith(("..", "/")) else one.output


def _building(seen: Seen, one: Bundler) -> Iterator[str]:
    """Tell the scripts that build with it, where ``build`` is none of them."""
    named = [name for name, step in seen.steps if step.tool in one.tools and role_of(step) == Role.BUILD]
    if named and "build" not in named and "build" not in seen.package.scripts:
        yield from dict.fromkeys(sorted(named, key=lambda name: 0 if "prod" in name else 1))


def _output(seen: Seen, one: Bundler) -> tuple[str, Evidence | None]:
    """Return the folder that scripts or settings name, with the line that does."""
    for name, step in seen.steps:
        if step.tool in one.tools and (folder := _said(step)):
            return normpath(join(step.folder, folder)), seen.line(name)
    if one.name == "create-react-app":
        for name, step in seen.steps:
            if step.tool in one.tools and (folder := dict(step.environment).get("BUILD_PATH", "")):
                return normpath(folder), seen.line(name)
    if seen.place.has("scripts/build.js") and (paths := seen.place.has("config/paths.js")):
        return "build", seen.place.cite_file(paths)  # Create React App after it was ejected
    file = seen.config(*one.config) if one.config else ""
    for key in one.keys:
        for node in pairs(seen.place, file, key):
            text = string_of(node)
            if text is None and node.type == "call_expression":
                text = "/".join(part for part in map(string_of, arguments(node)) if part)
            plain = normpath(re.sub(r"^[./]+", "", text or "")) if text else ""
            if (
                one.name == "webpack"
                and key == "path"
                and (text or "").startswith("/")
                and node.type != "call_expression"
            ):
                continue
            if plain and plain != "." and re.fullmatch(r"[\w./@-]+", plain):
                root = setting(seen.place, file, "root").removeprefix("./").strip("/") if one.name == "vite" else ""
                up = (text or "").startswith("..")
                return normpath(join("" if up else root, plain)), seen.place.cite(file, key)
    return "", None


def _said(step: Step) -> str:
    for at, word in enumerate(step.words):
        key, _, value = word.partition("=")
        if (
            key in {"--outDir", "--out-dir", "--dist-dir", "-d", "--dest", "--output-path", "-o", "--dist-path"}
            and role_of(step) == Role.BUILD
        ):
            value = value or next(iter(step.words[at + 1 : at + 2]), "")
            if value and not value.startswith(("-", "..", "/")) and "." not in value.rpartition("/")[2]:
                return value
    return ""
