"""Angular: applications of angular.json, with or without a server that renders."""

from collections.abc import Iterator
from typing import Any

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import server, static, told_start
from builder.detect.languages.node.starting import chosen
from builder.grounds import DECLARED
from builder.plan import Kind
from core.phrase import Phrase

_APPLICATION = "application"
"""The builder since version 17, which writes into ``browser`` below its output."""


def examine(seen: Seen) -> bool:
    """Add what Angular makes of the package, if it is built with it."""
    file = seen.place.has("angular.json", ".angular-cli.json", "angular-cli.json")
    if not seen.package.has("@angular/core", "@angular/cli") or (not file and not seen.package.has("@angular/cli")):
        return False
    evidence = seen.dependency("@angular/core")
    projects = list(_projects(seen.place.json(file)))
    applications = [one for one in projects if one[1].get("projectType", "application") == "application"]
    if projects and not applications:
        why = Phrase(en="angular.json holds libraries only.", zh="angular.json 中只有库。")
        seen.kind(Kind.LIBRARY, DECLARED, "angular", why, seen.place.cite_file(file))
        seen.framework("angular", DECLARED, evidence)
        return True
    name, project = _meant(seen, applications)
    options = _options(project)
    folder, browser = _output(name, project, options)
    rendered = options.get("ssr") or seen.package.has("@angular/ssr", "@nguniversal/express-engine")
    if not rendered and any(one.told and one.script == "start" for one in chosen(seen)):
        return False  # a server of its own that hands the pages out
    if rendered and options.get("outputMode") != "static":
        modern = browser.endswith("/browser") and _APPLICATION in _builder(project)
        words = (
            "node",
            f"{folder}/server/server.mjs" if modern else f"{folder.removesuffix('/browser')}/server/main.js",
        )
        server(seen, "angular", words, 4000, evidence, build=("ng", "build"), first=("build:ssr",), output=folder)
        told_start(seen, "node")
        return True
    return static(seen, "angular", browser, evidence, build=("ng", "build"), spa=True)


def _projects(held: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    projects = held.get("projects")
    for name, one in projects.items() if isinstance(projects, dict) else ():
        if isinstance(one, dict):
            yield str(name), one
    apps = held.get("apps")
    for one in apps if isinstance(apps, list) else ():
        if isinstance(one, dict):
            yield str(one.get("name", "")), {"options": {"outputPath": one.get("outDir", "dist")}}


def _meant(seen: Seen, applications: list[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]]:
    default = seen.place.json("angular.json").get("defaultProject") or seen.package.name
    named = [one for one in applications if one[0] == default]
    return (named or applications or [(seen.package.name or "app", {})])[0]


def _target(project: dict[str, Any]) -> dict[str, Any]:
    targets = project.get("architect") or project.get("targets")
    build = targets.get("build") if isinstance(targets, dict) else None
    return build if isinstance(build, dict) else {}


def _builder(project: dict[str, Any]) -> str:
    return str(_target(project).get("builder", ""))


def _options(project: dict[str, Any]) -> dict[str, Any]:
    options = _target(project).get("options") or project.get("options")
    return options if isinstance(options, dict) else {}


def _output(name: str, project: dict[str, Any], options: dict[str, Any]) -> tuple[str, str]:
    """Return the folder of a build and the one of them with what browsers load."""
    path = options.get("outputPath")
    inner = "browser"
    if isinstance(path, dict):
        inner = str(path.get("browser", inner))
        path = path.get("base")
    folder = str(path) if isinstance(path, str) and path else f"dist/{name}"
    folder = folder.strip("/").removeprefix("./")
    application = _builder(project).endswith(f":{_APPLICATION}")
    return folder, "/".join(one for one in (folder, inner) if one) if application else folder
