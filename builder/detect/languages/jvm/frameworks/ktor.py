"""Ktor servers: embedded or by ``EngineMain`` with a configuration file."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import add_package
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.draft import Draft
from builder.plan import Kind


def ktor(module: Module, draft: Draft) -> bool:
    """Say what a Ktor server is; clients use other libraries of Ktor."""
    library = module.uses("io.ktor:ktor-server")
    plugin = module.plugin("io.ktor.plugin")
    if (library is None and plugin is None) or not module.main_class:
        return False
    evidence = library.evidence if library else plugin.evidence if plugin else None
    add_framework(draft, "ktor", evidence)
    add_kind(draft, Kind.WEB, "ktor.kind", evidence)
    by_file = "EngineMain" in module.project.main_class
    add_ports(module, draft, "ktor.deployment.port", usual=8080, framework="Ktor", code=not by_file)
    add_bind(module, draft, "ktor.deployment.host")
    if made := program(module):
        add_package(module, draft, made)
    return True
