"""Dropwizard: a fat jar that is given ``server`` and a configuration file."""

from dataclasses import replace
from typing import Any

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import add_package
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_health, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Kind
from core.phrase import Phrase


def dropwizard(module: Module, draft: Draft) -> bool:
    """Say what a Dropwizard module is."""
    library = module.uses(
        "io.dropwizard:dropwizard-core",
        "com.yammer.dropwizard:",
        "ru.vyarus:dropwizard-guicey",
        "io.dropwizard:dropwizard-bom",
    )
    if library is None or not module.main_class:
        return False
    add_framework(draft, "dropwizard", library.evidence)
    add_kind(draft, Kind.WEB, "dropwizard.kind", library.evidence)
    file, data = _configuration(module)
    server = data.get("server") if isinstance(data.get("server"), dict) else {}
    port, admin = _port(server, "application"), _port(server, "admin")
    if port:
        why = Phrase(en=f"Its configuration names port {port}.", zh=f"配置指定了端口 {port}。")
        draft.port.add(port, DECLARED, "dropwizard.port.configuration", why, module.place.cite(file, f"port: {port}"))
    add_ports(module, draft, usual=8080, framework="Dropwizard", code=False)
    add_bind(module, draft)
    simple = isinstance(server, dict) and server.get("type") == "simple"
    where = "/admin/healthcheck" if simple else "/healthcheck"
    add_health(draft, where, library.evidence, port=None if simple else admin or 8081, sure=CONVENTION)
    if made := program(module):
        words = ("server", file) if file else ("server",)
        also = (*made.also, file) if file else made.also
        add_package(module, draft, replace(made, start=(*made.start, *words), also=also, rule="dropwizard"))
    return True


def _configuration(module: Module) -> tuple[str, dict[str, Any]]:
    """Return the configuration file: the one that has ``server`` or ``logging``, by its name else."""
    place = module.place
    candidates = [
        name for folder in ("", "config", "conf", "src/main/resources", "etc") for name in _yamls(module, folder)
    ]
    read = {name: place.yaml(name) for name in candidates}
    telling = [
        name
        for name, data in read.items()
        if isinstance(data, dict) and {"server", "logging", "database"} & data.keys()
    ]
    likely = [
        name
        for name in candidates
        if name.rpartition("/")[2].rpartition(".")[0] in {"config", "configuration", module.project.name}
    ]
    chosen = next(iter([name for name in telling if name in likely] or telling or likely), "")
    data = read.get(chosen)
    return chosen, data if isinstance(data, dict) else {}


def _yamls(module: Module, folder: str) -> list[str]:
    path = module.place.file(folder) if folder else module.place.path
    hidden = ("docker-compose", "compose", ".", "mkdocs", "openapi", "swagger")
    names = [
        name
        for name in module.place.tree.names(path)
        if name.endswith((".yml", ".yaml")) and not name.startswith(hidden)
    ]
    return [f"{folder}/{name}" if folder else name for name in names][:20]


def _port(server: Any, which: str) -> int | None:
    if not isinstance(server, dict):
        return None
    found = server.get(f"{which}Connectors")
    found = (
        found[0] if isinstance(found, list) and found else server.get("connector") if which == "application" else None
    )
    value = found.get("port") if isinstance(found, dict) else None
    text = (
        str(value).removeprefix("${").partition(":-")[2].rstrip("}")
        if isinstance(value, str) and "$" in value
        else str(value)
    )
    return int(text) if text.isdigit() and 0 < int(text) < 65536 else None
