"""The Java virtual machine: Java, Kotlin, Scala, Clojure, Groovy; Maven, Gradle, sbt, Leiningen, deps.edn."""

from collections.abc import Sequence

from builder.detect.languages.jvm.examining import drafts
from builder.detect.languages.jvm.places import roots, workspaces
from builder.detect.languages.jvm.recipe import recipe
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Jvm:
    name = "jvm"

    def roots(self, look: Look) -> Sequence[str]:
        return roots(look)

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        return workspaces(look)

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


JVM = _Jvm()
