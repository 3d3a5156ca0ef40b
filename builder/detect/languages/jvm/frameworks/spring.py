"""Spring Boot and Grails: executable jars and wars, servers, workers, batches."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import ANY, Package, add_package, found_by, gradle_file, java, maven_file
from builder.detect.languages.jvm.packaging import program as usual_program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_health, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Kind

BOOT = (
    "org.springframework.boot",
    "spring-boot-maven-plugin",
    "spring-boot",
    "org.grails.grails-web",
    "org.grails.plugins.grails-web",
)
_WEB = (
    "org.springframework.boot:spring-boot-starter-web", "org.springframework.boot:spring-boot-starter-jersey",
    "org.springframework.boot:spring-boot-starter-data-rest", "org.springframework.boot:spring-boot-starter-hateoas",
    "org.springframework.boot:spring-boot-starter-thymeleaf", "org.springframework.boot:spring-boot-starter-tomcat",
    "org.springframework.boot:spring-boot-starter-jetty", "org.springframework.boot:spring-boot-starter-undertow",
    "org.springframework.boot:spring-boot-starter-freemarker", "org.springframework.boot:spring-boot-starter-graphql",
    "org.springframework.boot:spring-boot-starter-reactor-netty",
    "org.springframework.boot:spring-boot-starter-rsocket",
    "org.springframework.cloud:spring-cloud-starter-gateway", "org.springframework.cloud:spring-cloud-config-server",
    "org.springframework.cloud:spring-cloud-starter-netflix-eureka-server", "com.vaadin:vaadin-spring-boot",
    "org.springframework.cloud:spring-cloud-starter-netflix-zuul", "org.springframework.cloud:spring-cloud-gateway",
    "org.springframework.cloud:spring-cloud-starter-eureka-server",
    "org.springframework.cloud:spring-cloud-starter-zuul",
    "de.codecentric:spring-boot-admin-starter-server", "de.codecentric:spring-boot-admin-server",
    "org.springdoc:springdoc-openapi", "org.apache.cxf:cxf-spring-boot-starter-jaxrs",
    "org.apache.cxf:cxf-spring-boot-starter-jaxws", "org.apache.camel.springboot:camel-servlet", "org.grails:",
    "org.springframework:spring-webmvc", "org.springframework:spring-webflux", "com.github.xiaoymin:knife4j",
    "org.springframework.ai:spring-ai-starter-mcp-server-web", "io.springfox:springfox-boot-starter",
    "net.devh:grpc-server-spring-boot", "net.devh:grpc-spring-boot-starter", "org.springframework.grpc:",
    "io.github.lognet:grpc",
)  # fmt: skip
_CODE = (
    "@RestController",
    "@Controller",
    "RouterFunction<",
    "@EnableEurekaServer",
    "@EnableConfigServer",
    "@GrpcService",
)
_WORKS = (
    "@KafkaListener", "@RabbitListener", "@JmsListener", "@SqsListener", "@Scheduled", "@EnableScheduling",
    "@StreamListener",
    "TelegramLongPollingBot", "JDABuilder",
)  # fmt: skip
_QUEUES = (
    "org.springframework.kafka:", "org.springframework.boot:spring-boot-starter-amqp",
    "org.springframework.cloud:spring-cloud-starter-stream", "org.apache.camel.springboot:",
    "org.springframework.cloud:spring-cloud-stream",
    "org.springframework.boot:spring-boot-starter-quartz", "org.telegram:telegrambots", "net.dv8tion:",
)  # fmt: skip
_STARTS = (
    "@SpringBootApplication",
    "SpringApplication.run",
    "@EnableAutoConfiguration",
    "runApplication<",
    "SpringApplicationBuilder",
    "SpringBootServletInitializer",
    "GrailsApp.run",
)


def spring(module: Module, draft: Draft) -> bool:
    """Say what a Spring Boot module is; one without an application class is a library of others."""
    plugin = module.plugin(*BOOT)
    library = module.uses("org.springframework.boot:", "org.grails:")
    if library is None and plugin is None:
        return False
    file = module.sources.holds(*_STARTS)
    if not file:
        return False
    evidence = (library.evidence if library else None) or (plugin.evidence if plugin else None)
    grails = module.uses("org.grails:") is not None
    add_framework(draft, "grails" if grails else "spring-boot", evidence)
    web = module.uses(*_WEB)
    said = module.settings.get("spring.main.web-application-type")
    controller = module.sources.holds(*_CODE) if web is None else ""
    if (web or controller) and not (said and said.value.lower() == "none"):
        where = web.evidence if web else module.place.cite(controller, "class ")
        add_kind(draft, Kind.WEB, "spring.kind.web", where, DECLARED if web else CODE)
        _serving(module, draft)
    elif module.uses("org.springframework.shell:", "info.picocli:"):
        add_kind(draft, Kind.CLI, "spring.kind.shell", evidence)
    elif (queue := module.uses(*_QUEUES)) or (works := module.sources.holds(*_WORKS)):
        add_kind(
            draft, Kind.WORKER, "spring.kind.worker", queue.evidence if queue else module.place.cite_file(works), CODE
        )
    elif batch := module.uses(
        "org.springframework.boot:spring-boot-starter-batch",
        "org.springframework.batch:",
        "org.springframework.cloud:spring-cloud-starter-task",
    ):
        add_kind(draft, Kind.JOB, "spring.kind.batch", batch.evidence)
    elif runs := module.sources.holds("CommandLineRunner", "ApplicationRunner"):
        add_kind(draft, Kind.JOB, "spring.kind.runner", module.place.cite_file(runs), CODE)
    else:
        add_kind(draft, Kind.JOB, "spring.kind.plain", evidence, CONVENTION)
    made = _packed(module)
    if made:
        add_package(module, draft, made)
    return True


def _serving(module: Module, draft: Draft) -> None:
    settings = module.settings
    add_ports(module, draft, "server.port", "grails.server.port", usual=8080, framework="Spring Boot", code=False)
    add_bind(module, draft, "server.address")
    actuator = module.uses(
        "org.springframework.boot:spring-boot-starter-actuator", "org.springframework.boot:spring-boot-actuator"
    )
    if actuator is None:
        return
    context = settings.get(
        "server.servlet.context-path", "server.context-path", "spring.webflux.base-path", "server.servlet.path"
    )
    prefix = context.value.rstrip("/") if context else ""
    base = settings.get("management.endpoints.web.base-path", "management.context-path")
    port = settings.number("management.server.port", "management.port")
    old = module.project.plugin(*BOOT)
    version = next(
        (one.rpartition(":")[2] for one in module.project.parents if one.startswith("org.springframework.boot:")), ""
    )
    version = version or (old.version if old else "")
    middle = base.value.rstrip("/") if base else ("" if version.startswith("1.") else "/actuator")
    path = f"{'' if port else prefix}{middle}/health"
    add_health(draft, path, actuator.evidence, port=int(port.value) if port else None)


def _old(module: Module) -> bool:
    """Say whether the plugin is of Spring Boot 1, which repackages what the plain task makes."""
    tool = next((one for one in module.project.dependencies if one.name == "spring-boot-gradle-plugin"), None)
    plugin = module.plugin(*BOOT)
    version = (plugin.version if plugin else "") or (tool.version if tool else "")
    return version.startswith("1.")


def _packed(module: Module) -> Package | None:
    project = module.project
    plugin = module.plugin(*BOOT)
    evidence = plugin.evidence if plugin else project.evidence
    kind = "war" if project.packaging == "war" else "jar"
    if plugin is None or project.tool not in {"maven", "gradle"}:
        return usual_program(module)
    if project.tool == "gradle":
        old = _old(module)
        task = "assemble" if old else f"boot{kind.capitalize()}"
        output = gradle_file(module, kind if old else task, kind=kind)
        traits = found_by(module, output)
        return Package(
            goals=(task,),
            output=output,
            start=java("-jar", output),
            traits=traits,
            rule="spring.gradle",
            evidence=evidence,
        )
    parent = any(":spring-boot-starter-parent:" in one for one in project.parents)
    goals = ("package",) if parent or "repackage" in plugin.goals else ("package", "spring-boot:repackage")
    classifier = plugin.settings.get("classifier", "")
    output = maven_file(module, f"-{classifier}" if classifier else "", kind)
    if final := plugin.settings.get("finalName"):
        output = f"target/{final}.{kind}" if "${" not in final else f"target/{ANY}.{kind}"
    return Package(
        goals=goals, output=output, start=java("-jar", output), traits=found_by(module, output), rule="spring.maven",
        evidence=evidence,
    )  # fmt: skip
