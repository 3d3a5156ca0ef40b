"""What the tests of Node share: a case, and the component that a tree plans to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.detect.languages.deno import DENO
from builder.detect.languages.node import NODE
from builder.detect.planning import plan
from builder.plan import BuildPlan, Component, Kind
from builder.tree import Tree

LISTENS = "const express = require('express');\nconst app = express();\napp.listen(process.env.PORT || 3000);\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A small tree and what its plan must say; None is not looked at."""

    id: str
    package: Mapping[str, Any] | str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    kind: Kind | None = None
    language: str | None = None
    framework: str | None = None
    manager: str | None = None
    runtime: str | None = None
    start: str | None = None
    port: int | None = None
    build: str | None = None
    output: str | None = None
    trait: str | None = None
    install: str | None = None
    health: str | None = None


def tree_of(case: Case) -> Tree:
    """Return the case's tree."""
    held = {} if case.package is None else {"package.json": text_of(case.package)}
    return Tree.of(held | dict(case.files))


def text_of(package: Mapping[str, Any] | str) -> str:
    """Return a manifest as text."""
    return package if isinstance(package, str) else json.dumps(package, indent=2)


def planned(files: Mapping[str, str]) -> BuildPlan:
    """Return the plan of a tree, by the providers of JavaScript alone."""
    return plan(Tree.of(files), providers=(NODE, DENO), truths=())


def check(case: Case) -> Component:
    """Plan the case's tree and compare each field that the case names."""
    found = plan(tree_of(case), providers=(NODE, DENO), truths=())
    assert found.components, "nothing was found"
    one = next((part for part in found.components if part.name == found.primary), found.components[0])
    seen = {
        "kind": one.kind.value,
        "language": one.language.value,
        "framework": one.framework.value,
        "manager": one.package_manager.value,
        "runtime": f"{one.runtime.value.name} {one.runtime.value.version}" if one.runtime.value else None,
        "start": one.start.value.text if one.start.value else None,
        "port": one.port.value,
        "build": one.build.value.text if one.build.value else None,
        "output": one.output.value,
        "trait": case.trait if case.trait in {part.value for part in one.traits} else None,
        "install": one.install.value.text if one.install.value else None,
        "health": one.health.value.path if one.health.value else None,
    }
    wanted = {name: getattr(case, name) for name in seen if getattr(case, name) is not None}
    assert {name: seen[name] for name in wanted} == wanted
    return one
