"""Projects of an Nx workspace whose packages all stand in its root: what their targets and settings say."""

from collections.abc import Iterator
from posixpath import dirname, join, normpath, relpath
from typing import Any

from builder.detect.languages.node.manifest import Package
from builder.detect.languages.node.reaching import add_facts
from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import STATIC_PORT
from builder.detect.languages.node.settings import pairs
from builder.detect.languages.node.sources import reached
from builder.detect.languages.node.values import arguments
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.look import Look
from builder.parsing.code import string_of
from builder.plan import Command, Kind
from builder.provider import Workspace
from core.phrase import Phrase

_ENTRIES = ("src/main.ts", "src/main.js", "src/index.ts", "src/server.ts")


def projects(look: Look) -> tuple[str, ...]:
    """Return the folders of projects that have no package.json of their own."""
    roots = [dirname(path) for path in look.tree.named("nx.json")]
    found = (dirname(path) for path in look.tree.named("project.json"))
    return tuple(
        one for one in found
        if any(one != root and (not root or one.startswith(f"{root}/")) for root in roots)
        and "node_modules" not in one and join(one, "package.json") not in look.tree
    )  # fmt: skip


def workspaces(look: Look, known: tuple[Workspace, ...]) -> Iterator[Workspace]:
    """Tell the workspaces of Nx, each with the members that a package manager's workspace already has."""
    for path in look.tree.named("nx.json"):
        root = dirname(path)
        inner = tuple(one for one in projects(look) if not root or one.startswith(f"{root}/"))
        same = next((one for one in known if one.path == root), None)
        if inner or same is not None:
            members = tuple(sorted({root, *inner, *(same.members if same is not None else ())}))
            yield Workspace(path=root, members=members, tool="nx")


def examine(seen: Seen) -> bool:
    """Add what a project of Nx is, if the package is one that has nothing of its own."""
    if seen.workspace is None or seen.root or not seen.place.tree.has_folder(seen.place.path):
        return False
    if join(seen.workspace.path, "nx.json") not in seen.place.tree or seen.package.all or seen.package.scripts:
        return False
    place, project = seen.place, seen.place.json("project.json")
    root = Package(place.look.json(join(seen.workspace.path, "package.json")))
    name = str(project.get("name") or seen.package.name or place.name)
    if (
        project.get("projectType") == "library"
        or name.endswith("-e2e")
        or place.has("cypress.config.ts", "playwright.config.ts")
    ):
        why = Phrase(en="It is a library of the workspace.", zh="它是工作区中的库。")
        seen.kind(Kind.LIBRARY, DECLARED, "nx", why, place.cite_file("project.json"))
        return True
    why = Phrase(en="Nx builds it.", zh="由 Nx 构建。")
    seen.build(
        DECLARED, "nx", why, Command(argv=("npx", "nx", "build", name)), evidence=place.cite_file("project.json")
    )
    output = _output(seen, project)
    if seen.config("next.config") and root.has("next"):
        return _web(seen, "next", ("next", "start"), 3000, output if _said(project) else ".next")
    if place.has("index.html", "src/index.html"):
        angular = root.has("@angular/core") if "angular" in str(project.get("targets", "")) else ""
        return _pages(
            seen,
            "angular" if angular else "vite" if seen.config("vite.config") else "webpack",
            output,
            single=bool(angular or root.has("react-router-dom", "vue-router")),
        )
    entry = place.has(*_ENTRIES)
    facts = reached(place, [entry])
    for package, framework in (
        ("@nestjs/core", "nest"),
        ("fastify", "fastify"),
        ("koa", "koa"),
        ("express", "express"),
    ):
        if entry and package in facts.imports:
            _web(seen, framework, ("node", _from_root(seen, output)), 3000, output)
            add_facts(seen, facts)
            return True
    if entry and "exports" not in seen.package.data and facts.listening:
        _web(seen, "http", ("node", _from_root(seen, output)), 3000, output)
        add_facts(seen, facts)
        return True
    return False


def _web(seen: Seen, framework: str, words: tuple[str, ...], port: int, output: str) -> bool:
    evidence = seen.place.cite_file("project.json") or seen.place.cite_file("package.json")
    seen.kind(
        Kind.WEB, DECLARED, "nx", Phrase(en=f"It is built with {framework}.", zh=f"它使用 {framework} 构建。"), evidence
    )
    seen.framework(framework, DECLARED, evidence)
    why = Phrase(en="This is how its build is started.", zh="这是其构建结果的启动方式。")
    seen.start(words, CONVENTION + 0.1, "nx", why, evidence)
    seen.port(
        port,
        CONVENTION - 0.1,
        "framework",
        Phrase(en=f"{framework} listens there by default.", zh=f"{framework} 默认监听该端口。"),
    )
    seen.output(output, CONVENTION, "nx", Phrase(en="Its build is written there.", zh="构建结果写到此处。"), evidence)
    return True


def _pages(seen: Seen, framework: str, output: str, *, single: bool) -> bool:
    evidence = seen.place.cite_file("project.json") or seen.place.cite_file("package.json")
    seen.kind(Kind.STATIC, DECLARED, "nx", Phrase(en="Its build leaves files.", zh="其构建结果是静态文件。"), evidence)
    seen.framework(framework, DECLARED, evidence)
    seen.output(output, CODE, "nx", Phrase(en="Its build is written there.", zh="构建结果写到此处。"), evidence)
    seen.port(
        STATIC_PORT,
        CONVENTION,
        "static",
        Phrase(en="The web server that serves the files listens there.", zh="提供文件的 Web 服务器监听该端口。"),
    )
    if single:
        why = Phrase(en="Routes are resolved in the browser.", zh="路由在浏览器中解析。")
        seen.draft.traits.add("static.spa", CONVENTION, "node.static.spa", why, evidence)
    return True


def _from_root(seen: Seen, output: str) -> str:
    """Return the program relative to the workspace, which is where it is started."""
    why = Phrase(en="Packages lie in the workspace's root.", zh="依赖位于工作区根目录。")
    seen.draft.working_directory.add(".", DECLARED + 0.01, "node.directory.nx", why)
    root = seen.workspace.path if seen.workspace is not None else ""
    return relpath(join(seen.place.path, output, "main.js"), root or ".")


def _said(project: dict[str, Any]) -> str:
    targets = project.get("targets") or project.get("architect")
    build = targets.get("build") if isinstance(targets, dict) else None
    options = build.get("options") if isinstance(build, dict) else None
    path = options.get("outputPath") if isinstance(options, dict) else None
    path = path.get("base") if isinstance(path, dict) else path
    return path if isinstance(path, str) else ""


def _output(seen: Seen, project: dict[str, Any]) -> str:
    """Return the folder of the build, relative to the project: its target's, that of its settings, else Nx's own."""
    here, root = seen.place.path, seen.workspace.path if seen.workspace is not None else ""
    if said := _said(project):
        plain = said.replace("{workspaceRoot}/", "").replace("{projectRoot}", relpath(here, root or "."))
        return relpath(join(root, plain), here)
    for key, stem in (("outDir", "vite.config"), ("path", "webpack.config"), ("path", "rspack.config")):
        file = seen.config(stem)
        for node in pairs(seen.place, file, key) if file else ():
            text = string_of(node)
            if text is None and node.type == "call_expression":
                text = "/".join(part for part in map(string_of, arguments(node)) if part)
            if text:
                return normpath(text)
    return "dist"
