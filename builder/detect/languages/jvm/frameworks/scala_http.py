"""Servers in Scala: http4s, Akka and Pekko HTTP, ZIO HTTP, Tapir, Finatra, Cask, Scalatra."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import add_package
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.draft import Draft
from builder.plan import Kind

_SERVERS = {
    "org.http4s:http4s-ember-server": ("http4s", 8080), "org.http4s:http4s-blaze-server": ("http4s", 8080),
    "org.http4s:http4s-netty-server": ("http4s", 8080), "org.http4s:http4s-jetty-server": ("http4s", 8080),
    "org.http4s:http4s-server": ("http4s", 8080), "com.typesafe.akka:akka-http": ("akka-http", 8080),
    "org.apache.pekko:pekko-http": ("pekko-http", 8080), "dev.zio:zio-http": ("zio-http", 8080),
    "io.d11:zhttp": ("zio-http", 8090), "com.softwaremill.sttp.tapir:tapir-netty-server": ("tapir", 8080),
    "com.softwaremill.sttp.tapir:tapir-vertx-server": ("tapir", 8080), "com.twitter:finatra-http": ("finatra", 8888),
    "com.twitter:finagle-http": ("finagle", 8080), "com.github.finagle:finch": ("finch", 8080),
    "com.lihaoyi:cask": ("cask", 8080), "org.scalatra:scalatra": ("scalatra", 8080),
    "io.getkyo:kyo-tapir": ("tapir", 8080),
    "com.lightbend.akka.grpc:": ("akka-grpc", 8080), "com.tjclp:snunit": ("snunit", 8080),
    "io.unfiltered:unfiltered-": ("unfiltered", 8080),
    "ws.unfiltered:unfiltered-": ("unfiltered", 8080), "io.spray:spray-can": ("spray", 8080),
}  # fmt: skip


def scala_http(module: Module, draft: Draft) -> bool:
    """Say what a Scala server is; a module without a program is a library."""
    for start, (name, usual) in _SERVERS.items():
        library = module.uses(start)
        if library is None or not (module.main_class or module.plugin("play", "war", "scalatra")):
            continue
        if not module.main_class:
            return False
        add_framework(draft, name, library.evidence)
        add_kind(draft, Kind.WEB, "scala.kind.server", library.evidence)
        add_ports(
            module, draft, "http.port", "server.port", "app.port", "app.http.port", "http.server.port", "port",
            "service.port", "server.http.port", "api.port", usual=usual, framework=name,
        )  # fmt: skip
        add_bind(module, draft, "http.host", "server.host", "http.interface", "http.server.host")
        if made := program(module):
            add_package(module, draft, made)
        return True
    return False
