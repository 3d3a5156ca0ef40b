"""Generators of sites from documents: what they read and where they write."""

from collections.abc import Callable
from dataclasses import dataclass
from posixpath import join, normpath

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import static
from builder.detect.languages.node.settings import setting
from builder.detect.languages.node.tools import Role, role_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A generator: the packages that install it, its tool, and the folder that it writes to."""

    name: str
    packages: tuple[str, ...]
    build: tuple[str, ...]
    output: Callable[[Seen], str]
    config: tuple[str, ...] = ()
    """Names of its settings, of which one must be there; none: that it is installed is enough."""


def _fixed(folder: str) -> Callable[[Seen], str]:
    return lambda _: folder


def _eleventy(seen: Seen) -> str:
    for _, step in seen.running("eleventy"):
        for at, word in enumerate(step.words):
            if word.startswith("--output="):
                return word.partition("=")[2]
            if word == "--output" and at + 1 < len(step.words):
                return step.words[at + 1]
    file = seen.place.has(
        ".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", ".eleventy.cjs"
    )
    return setting(seen.place, file, "output") or "_site"


def _pressed(tool: str) -> Callable[[Seen], str]:
    """Return the output of VitePress and VuePress: beside their settings, in the folder that a script names."""

    def output(seen: Seen) -> str:
        for _, step in seen.running(tool, "build"):
            folders = [word for word in step.words[2:] if not word.startswith("-")]
            if step.words[1:2] == ("build",) and folders:
                return normpath(join(folders[0], f".{tool}", "dist"))
        for folder in ("", "docs"):
            if seen.place.tree.has_folder(seen.path(join(folder, f".{tool}"))):
                return join(folder, f".{tool}", "dist")
        return join("docs", f".{tool}", "dist") if seen.place.tree.has_folder(seen.path("docs")) else f".{tool}/dist"

    return output


GENERATORS = (
    Generator(name="docusaurus", packages=("@docusaurus/core", "docusaurus"), build=("docusaurus", "build"),
        output=_fixed("build")),
    Generator(name="gatsby", packages=("gatsby",), build=("gatsby", "build"), output=_fixed("public")),
    Generator(name="eleventy", packages=("@11ty/eleventy",), build=("eleventy",), output=_eleventy),
    Generator(name="vitepress", packages=("vitepress",), build=("vitepress", "build"), output=_pressed("vitepress")),
    Generator(name="vuepress", packages=("vuepress", "@vuepress/core", "@vuepress/cli"), build=("vuepress", "build"),
        output=_pressed("vuepress")),
    Generator(name="hexo", packages=("hexo",), build=("hexo", "generate"), output=_fixed("public"),
        config=("_config.yml",)),
    Generator(name="slidev", packages=("@slidev/cli",), build=("slidev", "build"), output=_fixed("dist")),
    Generator(name="gridsome", packages=("gridsome",), build=("gridsome", "build"), output=_fixed("dist")),
    Generator(name="react-static", packages=("react-static",), build=("react-static", "build"), output=_fixed("dist")),
    Generator(name="metalsmith", packages=("metalsmith",), build=("node", "index.js"), output=_fixed("build")),
    Generator(name="antora", packages=("antora", "@antora/site-generator"), build=("antora", "antora-playbook.yml"),
        output=_fixed("build/site")),
    Generator(name="honkit", packages=("honkit", "gitbook-cli"), build=("honkit", "build"), output=_fixed("_book")),
    Generator(name="docsify", packages=("docsify-cli", "docsify"), build=(), output=_fixed("docs")),
)  # fmt: skip


def examine(seen: Seen) -> bool:
    """Add what one of these generators makes of the package, if a script or the layout says that it is the program."""
    for one in GENERATORS:
        name = seen.package.has(*one.packages)
        if not name or name in seen.package.peers or (one.config and not seen.place.has(*one.config)):
            continue
        if name in {"gatsby", "hexo"} and any(
            key.startswith((f"{name}-plugin", f"{name}-theme")) for key in seen.package.keywords
        ):
            continue
        named = [script for script, step in seen.steps if step.tool in {one.build[0] if one.build else "",
            *one.packages}
                 and role_of(step) == Role.BUILD and script not in {"dev", "start", "watch", "serve"}]  # fmt: skip
        first = tuple(script for script in named if script != "build") if "build" not in named else ()
        return static(seen, one.name, one.output(seen), seen.dependency(name), build=one.build, first=first)
    return False
