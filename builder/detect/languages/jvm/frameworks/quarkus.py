"""Quarkus: the fast jar, the single jar, servers, consumers, command lines."""

import re

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import Package, add_package, gradle_file, java, maven_file
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_health, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Kind

_WEB = re.compile(
    r"quarkus-(rest|resteasy|vertx-http|undertow|reactive-routes|smallrye-graphql$|grpc|websockets|qute-web|"
    r"spring-web|smallrye-openapi|smallrye-health|vertx-web|renarde|web-bundler|oidc$|funqy-http|hibernate-orm-rest)|"
    r"camel-quarkus-(rest|platform-http|servlet)"
)
_QUEUES = re.compile(r"quarkus-(smallrye-reactive-messaging|messaging|kafka|scheduler|quartz)|camel-quarkus")


def quarkus(module: Module, draft: Draft) -> bool:
    """Say what a Quarkus module is; one that is not packed by Quarkus is a library of others."""
    plugin = module.plugin("quarkus-maven-plugin", "io.quarkus", "quarkus")
    library = module.uses("io.quarkus:", "io.quarkiverse", "io.quarkus.platform:")
    if plugin is None or (library is None and module.project.tool == "maven"):
        return False
    goals = plugin.goals
    if module.project.tool == "maven" and goals and "build" not in goals:
        return False
    evidence = library.evidence if library else plugin.evidence
    add_framework(draft, "quarkus", evidence)
    names = [one.name for one in module.project.used()]
    web = next((one for one in module.project.used() if _WEB.search(one.name)), None)
    if web or any(name.startswith("quarkus-") and "web" in name for name in names):
        add_kind(draft, Kind.WEB, "quarkus.kind.web", web.evidence if web else evidence)
        _serving(module, draft)
    elif module.uses("io.quarkus:quarkus-picocli"):
        add_kind(draft, Kind.CLI, "quarkus.kind.command", evidence)
    elif any(_QUEUES.search(name) for name in names):
        add_kind(draft, Kind.WORKER, "quarkus.kind.worker", evidence, CONVENTION)
    elif module.sources.holds("@QuarkusMain", "QuarkusApplication"):
        add_kind(draft, Kind.CLI, "quarkus.kind.main", evidence, CONVENTION)
    elif module.sources.holds("@Path"):
        add_kind(draft, Kind.WEB, "quarkus.kind.path", evidence)
        _serving(module, draft)
    else:
        add_kind(draft, Kind.WORKER, "quarkus.kind.plain", evidence, CONVENTION)
    add_package(module, draft, _packed(module))
    return True


def _serving(module: Module, draft: Draft) -> None:
    add_ports(module, draft, "quarkus.http.port", usual=8080, framework="Quarkus", code=False)
    add_bind(module, draft, "quarkus.http.host")
    if health := module.uses("io.quarkus:quarkus-smallrye-health"):
        settings = module.settings
        root = settings.get("quarkus.http.root-path")
        middle = settings.get("quarkus.http.non-application-root-path")
        prefix = root.value.rstrip("/") if root else ""
        inner = middle.value.strip("/") if middle else "q"
        path = (
            f"{middle.value.rstrip('/')}/health"
            if middle and middle.value.startswith("/")
            else f"{prefix}/{inner}/health"
        )
        add_health(draft, path, health.evidence)


def _packed(module: Module) -> Package:
    known = module.project.properties
    said = module.settings.get("quarkus.package.jar.type", "quarkus.package.type")
    style = (
        said.value if said else known.get("quarkus.package.jar.type") or known.get("quarkus.package.type") or ""
    ).lower()
    plugin = module.plugin("quarkus-maven-plugin", "io.quarkus", "quarkus")
    evidence = plugin.evidence if plugin else module.project.evidence
    maven = module.project.tool == "maven"
    folder, goals = ("target", ("package",)) if maven else ("build", ("quarkusBuild",))
    version = (
        known.get("quarkus.platform.version")
        or known.get("quarkus.version")
        or known.get("quarkusPlatformVersion")
        or ""
    )
    old = re.match(r"(0\.|1\.(\d|1[01])\.)", version) is not None
    if style == "uber-jar" or (known.get("quarkus.package.uber-jar") == "true"):
        output = (
            maven_file(module, "-runner")
            if maven
            else gradle_file(module, "quarkusBuild", classifier="runner").replace("/libs/", "/")
        )
        return Package(goals=goals, output=output, start=java("-jar", output), rule="quarkus.uber", evidence=evidence)
    if style == "legacy-jar" or (old and not style):
        output = (
            maven_file(module, "-runner")
            if maven
            else gradle_file(module, "quarkusBuild", classifier="runner").replace("/libs/", "/")
        )
        return Package(
            goals=goals,
            output=output,
            also=(f"{folder}/lib",),
            start=java("-jar", output),
            rule="quarkus.legacy",
            evidence=evidence,
        )
    output = f"{folder}/quarkus-app"
    return Package(
        goals=goals,
        output=output,
        start=java("-jar", f"{output}/quarkus-run.jar"),
        rule="quarkus.fast",
        evidence=evidence,
        sure=DECLARED,
    )
