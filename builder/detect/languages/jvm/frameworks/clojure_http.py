"""Servers in Clojure: Ring with an adapter, http-kit, Pedestal, Aleph, Luminus, Kit."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import add_package
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import DECLARED
from builder.plan import Kind
from core.phrase import Phrase

_SERVERS = {
    "luminus-": ("luminus", 3000), "io.github.kit-clj:kit-undertow": ("kit", 3000),
    "io.github.kit-clj:kit-jetty": ("kit", 3000),
    "io.pedestal:": ("pedestal", 8890), "http-kit:": ("http-kit", 8090), "aleph:": ("aleph", 8080),
    "ring:ring-jetty-adapter": ("ring", 3000), "info.sunng:ring-jetty9-adapter": ("ring", 3000),
    "ring:ring-server": ("ring", 3000),
    "ring:ring-undertow-adapter": ("ring", 3000), "org.immutant:web": ("immutant", 8080), "yada:": ("yada", 3000),
    "duct:server": ("duct", 3000), "duct:module.web": ("duct", 3000), "metosin:reitit-http": ("reitit", 3000),
    "com.biffweb:biff": ("biff", 8080), "io.github.jacobobryant:biff": ("biff", 8080), "ring:ring": ("ring", 3000),
    "compojure:": ("compojure", 3000), "metosin:compojure-api": ("compojure", 3000), "liberator:": ("liberator", 3000),
    "org.ring-clojure:ring-jetty-adapter": ("ring", 3000), "s-exp:hirundo": ("hirundo", 3000),
}  # fmt: skip


def clojure_http(module: Module, draft: Draft) -> bool:
    """Say what a Clojure server is: a library that routes alone needs a handler that lein-ring starts."""
    if module.project.tool not in {"lein", "clojure"}:
        return False
    known = module.project.properties
    for start, (name, usual) in _SERVERS.items():
        library = module.uses(start)
        if library is None:
            continue
        if not module.main_class and "ring.handler" not in known and not known.get("alias") and not known.get("exec"):
            return False
        add_framework(draft, "compojure" if name == "ring" and module.uses("compojure:") else name, library.evidence)
        add_kind(draft, Kind.WEB, "clojure.kind.server", library.evidence)
        if (port := known.get("ring.port", "")).isdigit():
            why = Phrase(en=f"lein-ring listens on {port}.", zh=f"lein-ring 监听 {port}。")
            draft.port.add(int(port), DECLARED, "clojure.port.ring", why, module.place.cite("project.clj", port))
        add_ports(module, draft, usual=usual, framework=name)
        add_bind(module, draft)
        if made := program(module):
            add_package(module, draft, made)
        return True
    return False
