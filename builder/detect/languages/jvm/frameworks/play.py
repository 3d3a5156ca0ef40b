"""Play and Lagom: a staged distribution."""

from dataclasses import replace

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import Package, add_package, sbt_name
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.detect.shared.variables import add_read
from builder.draft import Draft
from builder.plan import Kind


def play(module: Module, draft: Draft) -> bool:
    """Say what a Play module is: it has routes or enables the plugin."""
    enabled = next(
        (
            one
            for one in module.project.plugins
            if one.id.startswith("enabled:Play") or one.id.startswith("enabled:Lagom")
        ),
        None,
    )
    plugin = enabled or module.plugin("org.gradle.playframework", "play2-maven-plugin")
    if plugin is None and not (module.plugin("play") and module.place.has("conf/routes")):
        return False
    evidence = plugin.evidence if plugin else module.place.cite_file("conf/routes")
    lagom = enabled is not None and "Lagom" in enabled.id
    add_framework(draft, "lagom" if lagom else "play", evidence)
    add_kind(draft, Kind.WEB, "play.kind", evidence)
    add_ports(module, draft, "play.server.http.port", "http.port", usual=9000, framework="Play", code=False)
    add_bind(module, draft, "play.server.http.address")
    secret = module.settings.get("play.http.secret.key", "application.secret", "play.crypto.secret")
    name = next((name for one in (secret,) if one for name, _ in one.variables), "")
    if name:
        add_read(draft, name, module.settings.cite(secret) if secret else None, default=None, required=True)
    made: Package | None
    if module.project.tool == "sbt":
        script = module.project.properties.get("executableScriptName", sbt_name(module))
        made = Package(
            goals=("stage",), output="target/universal/stage", start=(f"target/universal/stage/bin/{script}",),
            rule="play.stage", evidence=evidence,
        )  # fmt: skip
    else:
        made = program(module)
    if made:
        add_package(module, draft, replace(made, start=(*made.start, "-Dpidfile.path=/dev/null")))
    return True
