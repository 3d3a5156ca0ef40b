"""Families of frameworks, one file each. ``FAMILIES`` holds them in the order in which they are asked.

A family is a function of a module and a draft: it says all that it knows and returns True where the module is of it.
"""

from collections.abc import Callable

from builder.detect.languages.jvm.frameworks.clojure_http import clojure_http
from builder.detect.languages.jvm.frameworks.dropwizard import dropwizard
from builder.detect.languages.jvm.frameworks.helidon import helidon
from builder.detect.languages.jvm.frameworks.jakarta import jakarta
from builder.detect.languages.jvm.frameworks.ktor import ktor
from builder.detect.languages.jvm.frameworks.light import light
from builder.detect.languages.jvm.frameworks.loaded import loaded
from builder.detect.languages.jvm.frameworks.micronaut import micronaut
from builder.detect.languages.jvm.frameworks.plain import plain
from builder.detect.languages.jvm.frameworks.play import play
from builder.detect.languages.jvm.frameworks.quarkus import quarkus
from builder.detect.languages.jvm.frameworks.scala_http import scala_http
from builder.detect.languages.jvm.frameworks.screens import screens
from builder.detect.languages.jvm.frameworks.spring import spring
from builder.detect.languages.jvm.frameworks.vertx import vertx
from builder.detect.languages.jvm.module import Module
from builder.draft import Draft

FAMILIES: tuple[Callable[[Module, Draft], bool], ...] = (

    loaded, screens, spring, quarkus, micronaut, helidon, dropwizard, play, ktor, vertx, scala_http, clojure_http,
    jakarta, light, plain,
)  # fmt: skip
