"""Ports of Node programs that examples of variables and files of settings give."""

import json
from dataclasses import dataclass

import pytest

from builder.detect.languages.node import NODE
from builder.detect.planning import plan
from builder.tree import Tree

LISTENS = "const app = require('express')();\napp.listen(process.env.{name});\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Sources and the port that they come to."""

    id: str
    files: dict[str, str]
    port: int
    needs: tuple[str, ...] = ("express",)


CASES = (
    Case(
        id="an example of the variable that is read",
        files={"index.js": LISTENS.format(name="SERVER_PORT"), ".env.example": "DB_PORT=5432\nSERVER_PORT=4001\n"},
        port=4001,
    ),
    Case(
        id="an example of another program's variable",
        files={"index.js": LISTENS.format(name="PORT"), ".env.example": "API_PORT=4002\n"},
        port=3000,
    ),
    Case(
        id="an example of PORT against a framework's default",
        files={"index.js": LISTENS.format(name="PORT"), ".env.example": "PORT=4003\n"},
        port=4003,
    ),
    Case(
        id="the settings of the package config, in YAML",
        files={
            "index.js": "const config = require('config');\nrequire('express')().listen(config.get('server.port'));\n",
            "config/default.yaml": "server:\n  port: 4004\n",
        },
        port=4004,
        needs=("express", "config"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_port_is_found_where_it_is_given(case: Case) -> None:
    package = {"name": "x", "scripts": {"start": "node index.js"}, "dependencies": dict.fromkeys(case.needs, "1")}
    found = plan(Tree.of({"package.json": json.dumps(package), **case.files}), providers=(NODE,), truths=())
    assert next(one.port.value for one in found.components if one.name == found.primary) == case.port
