"""Web archives: servlets and Spring MVC on Tomcat, Jakarta EE on TomEE, Open Liberty, WildFly's bootable jar."""

import re

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import SHADOW, Package, add_package, found_by, gradle_file, java, maven_file
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Command, Kind
from core.evidence import Evidence
from core.phrase import Phrase

_FULL = (
    "jakarta.platform:", "javax:javaee-api", "javax:javaee-web-api", "org.eclipse.microprofile:", "jakarta.ejb:",
    "javax.ejb:",
    "jakarta.enterprise:", "javax.enterprise:", "org.apache.tomee:", "org.jboss.spec",
)  # fmt: skip
_NAMES = {
    "org.springframework:spring-webmvc": "spring-mvc", "org.apache.struts:": "struts", "com.vaadin:": "vaadin",
    "org.apache.wicket:": "wicket", "org.apache.tapestry:": "tapestry", "org.glassfish.jersey": "jersey",
    "org.apache.cxf:": "cxf", "org.jboss.resteasy:": "resteasy", "com.google.gwt:": "gwt", "org.zkoss.zk:": "zk",
    "org.primefaces:": "jsf", "jakarta.faces:": "jsf", "javax.faces:": "jsf", "org.scalatra:": "scalatra",
    "org.apache.struts.xwork": "struts", "struts:": "struts", "org.springframework:spring-web": "spring-mvc",
    "com.github.scalatra": "scalatra", "net.liftweb:": "lift",
}  # fmt: skip
_DESCRIPTORS = tuple(
    f"{folder}WEB-INF/web.xml" for folder in ("", "WebContent/", "web/", "WebRoot/", "src/main/webapp/", "webapp/")
)
_PROVIDED = re.compile(r"^(jakarta\.|org\.jboss\.spec\.jakarta)")


def jakarta(module: Module, draft: Draft) -> bool:
    """Say that it is a web archive, and which server it is put on."""
    war = module.project.packaging == "war" or module.plugin(
        "war",
        "org.akhikhl.gretty",
        "org.gretty",
        "enabled:JettyPlugin",
        "enabled:ScalatraPlugin",
        "enabled:TomcatPlugin",
    )
    ear = module.project.packaging == "ear"
    loose = module.project.tool == "none" and next((one for one in _DESCRIPTORS if module.place.has(one)), "")
    if loose:
        _loose(module, draft, loose)
        return True
    liberty = module.plugin("liberty-maven-plugin", "io.openliberty.tools.gradle.Liberty")
    packed = module.plugin(*SHADOW) is not None and bool(module.project.main_class)  # a jar with its own server, too
    if packed or (not war and not ear):
        return False
    evidence = module.project.evidence
    names = [name for start, name in _NAMES.items() if module.uses(start)]
    full = module.uses(*_FULL)
    add_framework(
        draft, names[0] if names else "jakarta-ee" if full else "servlet", full.evidence if full else evidence
    )
    add_kind(draft, Kind.WEB, "war.kind", evidence)
    kind = "ear" if ear else "war"
    output = _archive(module, kind)
    maven = module.project.tool == "maven"
    goals = ("package",) if module.project.tool in {"maven", "sbt"} else (kind,)
    if runner := _runner(module):
        jar, evidence = runner
        made = Package(
            goals=("package",),
            output=output,
            also=(jar,),
            start=java("-jar", jar, output),
            rule="war.runner",
            evidence=evidence,
        )
        usual, trait = 8080, ""
    elif bootable := module.plugin("wildfly-jar-maven-plugin"):
        jar = maven_file(module, "-bootable")
        made = Package(
            goals=("package",), output=jar, start=java("-jar", jar), rule="war.bootable", evidence=bootable.evidence
        )
        usual, trait = 8080, ""
    elif liberty and maven:
        made = Package(
            goals=("package",), output=output, start=("/opt/ol/wlp/bin/server", "run", "defaultServer"),
            rule="war.liberty", evidence=liberty.evidence,
        )  # fmt: skip
        usual, trait = 9080, "war.server:liberty"
    elif ear or module.plugin("wildfly-maven-plugin", "jboss-as-maven-plugin"):
        made = Package(
            goals=goals, output=output, start=("/opt/jboss/wildfly/bin/standalone.sh", "-b", "0.0.0.0"),  # noqa: S104 - in its container
            rule="war.wildfly", evidence=evidence,
        )  # fmt: skip
        usual, trait = 8080, "war.server:wildfly"
    else:
        server = "tomee" if full or module.plugin("tomee-maven-plugin") else "tomcat"
        made = Package(
            goals=goals, output=output, start=("catalina.sh", "run"), rule=f"war.{server}", evidence=evidence
        )
        usual, trait = 8080, f"war.server:{server}"
    add_ports(
        module, draft, "default.http.port", "liberty.var.http.port", usual=usual, framework="The server", code=False
    )
    add_bind(module, draft)
    add_package(module, draft, made)
    for one in (trait, "war.jakarta" if _newer(module) else "war.javax", *found_by(module, output)):
        if one:
            draft.traits.add(one, DECLARED, made.rule, next(iter(draft.kind.candidates)).ground.why, evidence)
    return True


def _loose(module: Module, draft: Draft, descriptor: str) -> None:
    """Say what a web application of an editor is: there is no build that could be repeated."""
    evidence = module.place.cite_file(descriptor)
    add_framework(draft, "servlet", evidence)
    add_kind(draft, Kind.WEB, "war.kind.descriptor", evidence)
    add_ports(module, draft, usual=8080, framework="The server", code=False)
    add_bind(module, draft)
    why = Phrase(en="It is put on Tomcat.", zh="部署到 Tomcat。")
    draft.start.add(Command(argv=("catalina.sh", "run")), CONVENTION, "war.tomcat.start", why, evidence)


def _archive(module: Module, kind: str) -> str:
    if module.project.tool == "gradle":
        return gradle_file(module, kind, kind=kind)
    return maven_file(module, kind=kind)


def _newer(module: Module) -> bool:
    """Say whether it is written for ``jakarta.*`` (Tomcat 10 and later) rather than ``javax.*``."""
    for one in module.project.used():
        if (
            one.group.startswith("jakarta.")
            and re.match(r"(\[|)?([5-9]|1\d)\.", one.version)
            and _PROVIDED.match(one.full)
        ):
            return not (one.name == "jakarta.jakartaee-api" and one.version.startswith("8"))
        if (
            one.full.startswith(("org.springframework:spring-webmvc", "org.springframework:spring-web"))
            and one.version[:1] in "67"
        ):
            return bool(one.version)
    return bool(
        module.sources.holds(
            "import jakarta.servlet", "import jakarta.ws.rs", "import jakarta.faces", "import jakarta.enterprise"
        )
    )


def _runner(module: Module) -> tuple[str, Evidence | None] | None:
    """Return the jar of a server that the build copies beside the archive: Heroku's, Jetty's, Payara's."""
    plugin = module.plugin("maven-dependency-plugin")
    if plugin is None:
        return None
    for key, value in plugin.settings.items():
        if key.endswith("destFileName") and re.search(r"runner|payara-micro", value):
            folder = next(
                (one for name, one in plugin.settings.items() if name.endswith("outputDirectory")), "target/dependency"
            )
            return f"{folder.replace('${project.build.directory}', 'target')}/{value}", plugin.evidence
        if key.endswith("artifactItem.artifactId") and value == "webapp-runner":
            return "target/dependency/webapp-runner.jar", plugin.evidence
    return None
