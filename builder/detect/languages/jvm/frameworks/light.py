"""Small servers that a main function opens: Javalin, Spark, Jooby, Ratpack, http4k, Undertow, Jetty, gRPC, Netty."""

import re

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import add_package
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CODE, DECLARED
from builder.plan import Kind
from core.phrase import Phrase

_SERVERS = {
    "io.javalin:": ("javalin", 8080), "com.sparkjava:": ("spark", 4567), "com.intelie.webspark:": ("spark", 4567),
    "io.jooby:": ("jooby", 8080), "org.jooby:": ("jooby", 8080),
    "io.ratpack:": ("ratpack", 5050), "org.http4k:http4k-server": ("http4k", 8000),
    "org.http4k:http4k-core": ("http4k", 8000),
    "com.linecorp.armeria:": ("armeria", 8080), "io.muserver:": ("muserver", 8080), "io.activej:": ("activej", 8080),
    "org.rapidoid:": ("rapidoid", 8888), "com.networknt:": ("light-4j", 8080), "org.takes:": ("takes", 8080),
    "io.undertow:": ("undertow", 8080), "org.glassfish.jersey.containers:jersey-container-grizzly2": ("jersey", 8080),
    "org.glassfish.jersey.containers:jersey-container-jetty": ("jersey", 8080),
    "org.glassfish.jersey.containers:jersey-container-jdk": ("jersey", 8080),
    "org.glassfish.jersey.containers:jersey-container-netty": ("jersey", 8080),
    "org.eclipse.jetty:jetty-server": ("jetty", 8080), "org.eclipse.jetty:jetty-servlet": ("jetty", 8080),
    "org.eclipse.jetty.ee10:": ("jetty", 8080), "org.apache.tomcat.embed:": ("tomcat", 8080),
    "org.eclipse.jetty:jetty-webapp": ("jetty", 8080), "org.glassfish.grizzly:": ("grizzly", 8080),
    "io.grpc:grpc-netty": ("grpc", 50051), "io.grpc:grpc-services": ("grpc", 50051),
    "io.projectreactor.netty:": ("reactor-netty", 8080),
    "org.apache.cxf:cxf-rt-transports-http-jetty": ("cxf", 8080),
    "org.apache.cxf:cxf-rt-transports-http-undertow": ("cxf", 8080),
    "org.restlet": ("restlet", 8182), "org.nanohttpd:": ("nanohttpd", 8080), "fi.iki.elonen:": ("nanohttpd", 8080),
    "org.java-websocket:": ("websocket", 8887), "org.noear:solon": ("solon", 8080), "com.jfinal:": ("jfinal", 80),
    "org.ninjaframework:": ("ninja", 8080), "act.framework:": ("act", 5460), "com.hellokaton:blade": ("blade", 9000),
    "com.bladejava:blade": ("blade", 9000), "org.kohsuke.stapler": ("stapler", 8080),
    "io.netty:netty-all": ("netty", 8080),
}  # fmt: skip
_NEEDS_CODE = frozenset({"netty", "websocket", "grpc", "jetty", "tomcat", "undertow", "grizzly", "reactor-netty"})
_ADDRESS = re.compile(r"\"https?://(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0):(?P<port>\d{2,5})[/\"]")


def light(module: Module, draft: Draft) -> bool:
    """Say what a server is that a main function opens."""
    if not module.main_class or module.incidental:
        return False
    for start, (name, usual) in _SERVERS.items():
        library = module.uses(start)
        if library is None or not (library.own or module.project.main_class):
            continue
        if name in _NEEDS_CODE and not _opened(module):
            continue
        add_framework(draft, name, library.evidence)
        add_kind(draft, Kind.WEB, "jvm.kind.server", library.evidence)
        _address(module, draft)
        add_ports(module, draft, "server.port", "application.port", "http.port", "port", usual=usual, framework=name)
        add_bind(module, draft)
        if made := program(module):
            add_package(module, draft, made)
        return True
    if file := module.sources.holds("com.sun.net.httpserver"):
        evidence = module.place.cite(file, "com.sun.net.httpserver")
        add_framework(draft, "jdk-httpserver", evidence, CODE)
        add_kind(draft, Kind.WEB, "jvm.kind.httpserver", evidence, CODE)
        add_ports(module, draft, usual=8000, framework="")
        add_bind(module, draft)
        if made := program(module):
            add_package(module, draft, made)
        return True
    return False


def _opened(module: Module) -> bool:
    words = (
        "ServerBuilder",
        "new Server(",
        "ServerBootstrap",
        "Undertow.builder",
        "new Tomcat(",
        "HttpServer",
        "WebSocketServer",
        "Server(",
        "embeddedServer",
    )
    return bool(module.sources.holds(*words))


def _address(module: Module, draft: Draft) -> None:
    """Add the port of ``"http://localhost:8080/"`` in the file of the program: the address that it opens."""
    main = module.main
    for number, line in enumerate(module.place.text(main.file).splitlines() if main else (), start=1):
        if main and (found := _ADDRESS.search(line)):
            why = Phrase(en=f"The program names port {found['port']}.", zh=f"程序中写了端口 {found['port']}。")
            evidence = module.place.cite(main.file, number)
            draft.port.add(int(found["port"]), CODE, "jvm.port.address", why, evidence)
            if "0.0.0.0" not in found["host"]:  # noqa: S104 - what the program says
                draft.bind.add("127.0.0.1", DECLARED, "jvm.bind.address", why, evidence)
            return
