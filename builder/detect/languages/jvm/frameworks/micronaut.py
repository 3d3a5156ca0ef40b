"""Micronaut: servers, consumers, command lines; the way of packing is that of the build."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import Package, add_package, java, maven_file
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_health, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CONVENTION
from builder.plan import Kind

_PLUGINS = ("io.micronaut.application", "io.micronaut.minimal.application", "micronaut-maven-plugin")
_WEB = (
    "io.micronaut:micronaut-http-server", "io.micronaut:http-server-netty", "io.micronaut.servlet:",
    "io.micronaut.views:",
    "io.micronaut:micronaut-management", "io.micronaut.graphql:", "io.micronaut.grpc:micronaut-grpc-server",
)  # fmt: skip
_QUEUES = (
    "io.micronaut.kafka:",
    "io.micronaut.rabbitmq:",
    "io.micronaut.nats:",
    "io.micronaut.jms:",
    "io.micronaut.mqtt:",
)


def micronaut(module: Module, draft: Draft) -> bool:
    """Say what a Micronaut module is; one without a program is a library of others."""
    plugin = module.plugin(*_PLUGINS)
    library = module.uses("io.micronaut:", "io.micronaut.")
    if (library is None and plugin is None) or (plugin is None and not module.main_class):
        return False
    evidence = plugin.evidence if plugin else library.evidence if library else None
    add_framework(draft, "micronaut", evidence)
    known = module.project.properties
    server = known.get("micronaut.runtime", "") in {"netty", "tomcat", "jetty", "undertow"}
    web = module.uses(*_WEB)
    if web or server or module.sources.holds("@Controller"):
        add_kind(draft, Kind.WEB, "micronaut.kind.web", web.evidence if web else evidence)
        add_ports(
            module, draft, "micronaut.server.port", "grpc.server.port", usual=8080, framework="Micronaut", code=False
        )
        add_bind(module, draft, "micronaut.server.host")
        if health := module.uses("io.micronaut:micronaut-management"):
            context = module.settings.get("micronaut.server.context-path")
            port = module.settings.number("endpoints.all.port")
            prefix = context.value.rstrip("/") if context else ""
            add_health(draft, f"{prefix}/health", health.evidence, port=int(port.value) if port else None)
    elif module.uses("info.picocli:"):
        add_kind(draft, Kind.CLI, "micronaut.kind.command", evidence)
    elif queue := module.uses(*_QUEUES):
        add_kind(draft, Kind.WORKER, "micronaut.kind.worker", queue.evidence)
    else:
        add_kind(
            draft,
            Kind.WORKER if module.sources.holds("@Scheduled") else Kind.JOB,
            "micronaut.kind.plain",
            evidence,
            CONVENTION,
        )
    if module.project.tool == "maven" and any(":micronaut-parent:" in one for one in module.project.parents):
        output = maven_file(module)
        made: Package | None = Package(
            goals=("package",), output=output, start=java("-jar", output), rule="micronaut.maven", evidence=evidence
        )
    else:
        made = program(module)
    if made:
        add_package(module, draft, made)
    return True
