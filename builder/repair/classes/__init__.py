"""All classes of errors, one module for each family of tools."""

from builder.repair.classes import (
    c,
    cargo,
    dockerfile,
    dotnet,
    go,
    jvm,
    mix,
    network,
    node_packages,
    node_runtime,
    php,
    python_packages,
    python_runtime,
    resources,
    ruby,
    running,
    systems,
)
from builder.repair.model import ErrorClass

CLASSES: tuple[ErrorClass, ...] = tuple(
    one
    for family in (
        node_packages, node_runtime, python_packages, python_runtime, go, cargo, jvm, dotnet, php, ruby, mix, c,
        systems, dockerfile, network, resources, running,
    )
    for one in family.CLASSES
)  # fmt: skip

__all__ = ["CLASSES"]
