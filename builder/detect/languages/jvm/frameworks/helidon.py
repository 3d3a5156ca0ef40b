"""Helidon SE and MP: a jar beside its libraries."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import Package, add_package, java, maven_file
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_health, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CONVENTION
from builder.plan import Kind


def helidon(module: Module, draft: Draft) -> bool:
    """Say what a Helidon module is."""
    library = module.uses("io.helidon")
    parent = any(one.startswith("io.helidon.applications:") for one in module.project.parents)
    if library is None or not (parent or module.main_class):
        return False
    add_framework(draft, "helidon", library.evidence)
    add_kind(draft, Kind.WEB, "helidon.kind", library.evidence)
    mp = module.uses("io.helidon.microprofile") is not None
    add_ports(module, draft, "server.port", usual=7001 if mp else 8080, framework="Helidon", code=not mp)
    add_bind(module, draft, "server.host")
    version = next((one.rpartition(":")[2] for one in module.project.parents if one.startswith("io.helidon")), "")
    newer = version[:1].isdigit() and int(version.split(".")[0]) >= 4
    health = module.uses(
        "io.helidon.health:",
        "io.helidon.webserver.observe:helidon-webserver-observe-health",
        "io.helidon.microprofile.bundles:",
        "io.helidon.microprofile.health:",
    )
    if health:
        add_health(draft, "/observe/health" if newer and not mp else "/health", health.evidence, sure=CONVENTION)
    if parent and module.project.tool == "maven":
        output = maven_file(module) if "-" not in (module.project.artifact or "-") else f"target/{_final(module)}.jar"
        made: Package | None = Package(
            goals=("package",), output=output, also=("target/libs",), start=java("-jar", output), rule="helidon.jar",
            evidence=library.evidence,
        )  # fmt: skip
    else:
        made = program(module)
    if made:
        add_package(module, draft, made)
    return True


def _final(module: Module) -> str:
    """Return the name of the jar: the applications' parent sets it to the artifact's id, without the version."""
    project = module.project
    default = f"{project.name}-{project.version}"
    return project.name if project.artifact in {None, default} else project.artifact or project.name
