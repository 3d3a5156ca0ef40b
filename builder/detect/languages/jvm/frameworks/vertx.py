"""Vert.x: verticles that a launcher starts."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import Package, add_package, java
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.draft import Draft
from builder.plan import Kind

_LAUNCHERS = ("io.vertx.core.Launcher", "io.vertx.launcher.application.VertxApplication")


def vertx(module: Module, draft: Draft) -> bool:
    """Say what a Vert.x module is."""
    library = module.uses("io.vertx:")
    verticle = module.sources.holds(
        "extends AbstractVerticle", "extends VerticleBase", "CoroutineVerticle", "AbstractVerticle()", "Vertx.vertx("
    )
    if library is None or not (verticle or module.project.main_class in _LAUNCHERS):
        return False
    if not module.main_class and not module.plugin("maven-shade-plugin", "vertx-maven-plugin", "io.vertx.vertx-plugin"):
        return False
    add_framework(draft, "vertx", library.evidence)
    serves = module.uses("io.vertx:vertx-web", "io.vertx:vertx-grpc") or module.sources.holds(
        "createHttpServer", "createNetServer"
    )
    add_kind(draft, Kind.WEB if serves else Kind.WORKER, "vertx.kind", library.evidence)
    if serves:
        add_ports(module, draft, "http.port", usual=8888 if _starter(module) else 8080, framework="Vert.x")
        add_bind(module, draft)
    if plugin := module.plugin("vertx-maven-plugin"):
        name = module.project.artifact or "app"
        output = f"target/{name}.jar"
        add_package(
            module, draft,
            Package(
                goals=("package",), output=output, start=java("-jar", output), rule="vertx.maven",
                evidence=plugin.evidence,
            ),
        )  # fmt: skip
    elif made := program(module):
        add_package(module, draft, made)
    return True


def _starter(module: Module) -> bool:
    return any(one.port == 8888 for one in module.sources.listens)
