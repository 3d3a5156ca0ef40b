"""Lone files with functions, as plans."""

from dataclasses import dataclass, field
from typing import Literal

import pytest

from builder.detect.languages import PROVIDERS
from builder.detect.languages.inline import INLINE
from builder.detect.languages.inline.examining import found_in
from builder.detect.planning import plan
from builder.errors import PlanIncomplete
from builder.files import prepared
from builder.inline.handler import Setting
from builder.look import Look
from builder.plan import Kind, Probe
from builder.tree import Tree
from core.evidence import Evidence


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    name: str
    framework: str
    part: str
    settings: dict[str, Setting] = field(default_factory=dict)
    language: str = "python"


def py(text: str, name: str = "handler.py") -> dict[str, str]:
    return {name: text}


PYTHON = (
    Case(
        id="a Lambda function of a gateway",
        files=py("def lambda_handler(event, context):\n    return {'statusCode': 200, 'body': event['rawPath']}\n"),
        name="lambda_handler",
        framework="lambda",
        part="lambda_event",
        settings={"PAYLOAD": False},
    ),
    Case(
        id="a Lambda function of its own events",
        files=py("def handler(event, _context):\n    return {'sum': event['a'] + event.get('b', 0)}\n"),
        name="handler",
        framework="lambda",
        part="lambda_event",
        settings={"PAYLOAD": True},
    ),
    Case(
        id="a Lambda function that hands its event on",
        files=py("import lib\n\ndef handler(event, context):\n    lib.log(event['k'])\n    return lib.go(event)\n"),
        name="handler",
        framework="lambda",
        part="lambda_event",
        settings={"PAYLOAD": False},
    ),
    Case(
        id="an async one with a name of its own",
        files=py("async def charge(event, context):\n    return 1\n"),
        name="charge",
        framework="lambda",
        part="lambda_event",
        settings={"PAYLOAD": False},
    ),
    Case(
        id="a request as Flask has it",
        files=py("def hello(request):\n    return 'hi ' + request.args.get('name', 'you')\n", "main.py"),
        name="hello",
        framework="http",
        part="plain_request",
    ),
    Case(
        id="a request of Flask itself",
        files=py("from flask import jsonify\n\ndef hello(request):\n    return jsonify(ok=True)\n", "main.py"),
        name="hello",
        framework="flask",
        part="flask_request",
    ),
    Case(
        id="Azure's request",
        files=py("import azure.functions as func\n\ndef main(req: func.HttpRequest):\n    return 'x'\n", "__init__.py"),
        name="main",
        framework="azure-functions",
        part="azure",
    ),
    Case(
        id="OpenFaaS with text",
        files=py("def handle(req):\n    return req.upper()\n"),
        name="handle",
        framework="openfaas",
        part="openfaas",
        settings={"EVENT": False},
    ),
    Case(
        id="OpenFaaS with text, as it is",
        files=py("def handle(req):\n    return 'got ' + req\n"),
        name="handle",
        framework="openfaas",
        part="openfaas",
        settings={"EVENT": False},
    ),
    Case(
        id="OpenFaaS with an event",
        files=py("def handle(event, context):\n    return {'statusCode': 200, 'body': event.body}\n"),
        name="handle",
        framework="openfaas",
        part="openfaas",
        settings={"EVENT": True},
    ),
    Case(
        id="OpenWhisk",
        files=py("def main(args):\n    return {'body': args.get('name', 'x')}\n", "__main__.py"),
        name="main",
        framework="openwhisk",
        part="openwhisk",
    ),
    Case(
        id="WSGI",
        files=py("def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'']\n"),
        name="application",
        framework="wsgi",
        part="wsgi",
    ),
    Case(
        id="an object that is WSGI",
        files=py("class App:\n    def __call__(self, environ, start_response):\n        return []\n\n\napp = App()\n"),
        name="app",
        framework="wsgi",
        part="wsgi",
    ),
    Case(
        id="ASGI",
        files=py("async def app(scope, receive, send):\n    pass\n"),
        name="app",
        framework="asgi",
        part="asgi",
    ),
    Case(
        id="a plain function with types",
        files=py("def add(a: int, b: int = 1) -> int:\n    return a + b\n\n\ndef _inner(x):\n    return x\n"),
        name="add",
        framework="function",
        part="arguments",
        settings={"PARAMETERS": (("a", "int", True), ("b", "int", False))},
    ),
    Case(
        id="types of collections",
        files=py(
            "from typing import Optional\n\ndef top(rows: list[dict[str, int]], n: Optional[int] = None):\n    ...\n"
        ),
        name="top",
        framework="function",
        part="arguments",
        settings={"PARAMETERS": (("rows", "list", True), ("n", "any", False))},
    ),
    Case(
        id="the function that another calls is not meant",
        files=py("def hello(request):\n    return other(request)\n\n\ndef other(request):\n    return 'x'\n"),
        name="hello",
        framework="http",
        part="plain_request",
    ),
    Case(
        id="the usual name before others",
        files=py("def process(event, context):\n    ...\n\n\ndef lambda_handler(event, context):\n    ...\n"),
        name="lambda_handler",
        framework="lambda",
        part="lambda_event",
        settings={"PAYLOAD": False},
    ),
    Case(
        id="a file in a folder, with data and notes beside it",
        files={
            "functions/hello.py": "def handler(event, context):\n    return 1\n",
            "README.md": "# hello\n",
            "data.json": "{}",
            "tests/test_hello.py": "def test_it():\n    assert 1\n",
        },
        name="handler",
        framework="lambda",
        part="lambda_event",
        settings={"PAYLOAD": False},
    ),
    Case(
        id="a soft keyword for a name, a keyword for the file's",
        files=py("def match(request):\n    return 'x'\n", "class.py"),
        name="match",
        framework="http",
        part="plain_request",
    ),
)


def js(text: str, name: str = "index.js") -> dict[str, str]:
    return {name: text}


NODE = (
    Case(
        id="an object with fetch",
        files=js("export default {\n  async fetch(request, env) {\n    return new Response('hi');\n  },\n};\n"),
        name="default",
        settings={"SHAPE": "fetch"},
        framework="fetch",
        part="web",
        language="javascript",
    ),
    Case(
        id="an object with fetch, by a name and with a type",
        files=js(
            "const worker: ExportedHandler = { fetch: async (r: Request) => new Response('hi') };\n"
            "export default worker satisfies ExportedHandler;\n",
            "worker.ts",
        ),
        name="default",
        settings={"SHAPE": "fetch"},
        framework="fetch",
        part="web",
        language="typescript",
    ),
    Case(
        id="Hono",
        files=js("import { Hono } from 'hono';\nconst app = new Hono();\nexport default app;\n"),
        name="default",
        settings={"SHAPE": "fetch"},
        framework="fetch",
        part="web",
        language="javascript",
    ),
    Case(
        id="a default function of request and response",
        files=js("export default function handler(req, res) {\n  res.status(200).json({ ok: true });\n}\n", "hello.js"),
        name="default",
        framework="http",
        part="request_response",
        language="javascript",
    ),
    Case(
        id="a default function for a Response",
        files=js("export default async (request, context) => new Response(request.url);\n", "hello.mjs"),
        name="default",
        settings={"SHAPE": "function"},
        framework="fetch",
        part="web",
        language="javascript",
    ),
    Case(
        id="Lambda",
        files=js("exports.handler = async (event) => ({ statusCode: 200, body: event.rawPath });\n"),
        name="handler",
        settings={"PAYLOAD": False},
        framework="lambda",
        part="lambda_event",
        language="javascript",
    ),
    Case(
        id="Lambda in TypeScript, of its own events",
        files=js(
            "import type { Context } from 'aws-lambda';\n"
            "export const handler = async (event: { a: number }, _context: Context) => ({ twice: 2 * event.a });\n",
            "handler.ts",
        ),
        name="handler",
        settings={"PAYLOAD": True},
        framework="lambda",
        part="lambda_event",
        language="typescript",
    ),
    Case(
        id="Lambda behind a wrapper",
        files=js("const serverless = require('serverless-http');\nmodule.exports.handler = serverless(app);\n"),
        name="handler",
        settings={"PAYLOAD": False},
        framework="lambda",
        part="lambda_event",
        language="javascript",
    ),
    Case(
        id="module.exports of request and response",
        files=js("module.exports = (req, res) => {\n  res.end('hi');\n};\n"),
        name="module.exports",
        framework="http",
        part="request_response",
        language="javascript",
    ),
    Case(
        id="members of module.exports",
        files=js("async function handler(event, context) {\n  return 1;\n}\nmodule.exports = { handler };\n"),
        name="handler",
        settings={"PAYLOAD": False},
        framework="lambda",
        part="lambda_event",
        language="javascript",
    ),
    Case(
        id="Express that does not listen",
        files=js("const express = require('express');\nconst app = express();\nmodule.exports = app;\n", "app.js"),
        name="module.exports",
        settings={"HELPERS": False},
        framework="express",
        part="request_response",
        language="javascript",
    ),
    Case(
        id="methods by their names",
        files=js(
            "export async function GET(request) {\n  return Response.json({});\n}\nexport const POST = GET;\n",
            "route.js",
        ),
        name="*",
        settings={"SHAPE": "methods"},
        framework="fetch",
        part="web",
        language="javascript",
    ),
    Case(
        id="Pages functions",
        files=js("export const onRequestGet = ({ request }) => new Response('x');\n", "functions/hello.js"),
        name="*",
        settings={"SHAPE": "pages"},
        framework="fetch",
        part="web",
        language="javascript",
    ),
    Case(
        id="a listener for fetch",
        files=js("addEventListener('fetch', (event) => event.respondWith(new Response('x')));\n", "worker.js"),
        name="fetch",
        settings={"SHAPE": "event"},
        framework="fetch",
        part="web",
        language="javascript",
    ),
    Case(
        id="Azure",
        files=js("module.exports = async function (context, req) {\n  context.res = { body: 'x' };\n};\n"),
        name="module.exports",
        settings={"CONTEXT": True},
        framework="azure-functions",
        part="request_response",
        language="javascript",
    ),
    Case(
        id="a function with a name of its own, which is a keyword",
        files=js("exports.delete = (req, res) => res.send('gone');\n"),
        name="delete",
        framework="http",
        part="request_response",
        language="javascript",
    ),
    Case(
        id="OpenWhisk",
        files=js("function main(args) {\n  return { body: args.name };\n}\nexports.main = main;\n", "hello.js"),
        name="main",
        framework="openwhisk",
        part="openwhisk",
        language="javascript",
    ),
    Case(
        id="a plain function with types",
        files=js("export function add(a: number, b?: boolean, c?: string[]): number {\n  return a;\n}\n", "add.ts"),
        name="add",
        settings={"PARAMETERS": (("a", "number", True), ("b", "boolean", False), ("c", "list", False))},
        framework="function",
        part="arguments",
        language="typescript",
    ),
)

GO_HTTP = 'package {package}\n\nimport "net/http"\n\nfunc {name}(w http.ResponseWriter, r *http.Request) {{}}\n'
GO = (
    Case(
        id="an HTTP function in a package of its own",
        files={"handler.go": GO_HTTP.format(package="function", name="Handler")},
        name="Handler",
        framework="http",
        part="http",
        language="go",
    ),
    Case(
        id="an HTTP function in a main package without a program",
        files={"main.go": GO_HTTP.format(package="main", name="hello")},
        name="hello",
        framework="http",
        part="http",
        language="go",
    ),
    Case(
        id="a function of a module with nothing else",
        files={
            "go.mod": "module example.com/hello\n\ngo 1.24\n",
            "hello.go": GO_HTTP.format(package="hello", name="HelloHTTP"),
        },
        name="HelloHTTP",
        framework="http",
        part="http",
        language="go",
    ),
    Case(
        id="with a context",
        files={
            "handle.go": 'package function\n\nimport (\n\t"context"\n\t"net/http"\n)\n\n'
            "func Handle(ctx context.Context, w http.ResponseWriter, r *http.Request) {}\n"
        },
        name="Handle",
        framework="http",
        part="http_context",
        language="go",
    ),
    Case(
        id="OpenFaaS",
        files={"handler.go": "package function\n\nfunc Handle(req []byte) string { return string(req) }\n"},
        name="Handle",
        settings={"payload": True},
        framework="openfaas",
        part="event",
        language="go",
    ),
    Case(
        id="Lambda behind a gateway",
        files={
            "main.go": 'package main\n\nimport (\n\t"context"\n\n\t"github.com/aws/aws-lambda-go/events"\n)\n\n'
            "func handler(ctx context.Context, e events.APIGatewayV2HTTPRequest) "
            "(events.APIGatewayV2HTTPResponse, error) {\n"
            "\treturn events.APIGatewayV2HTTPResponse{}, nil\n}\n"
        },
        name="handler",
        settings={"payload": False},
        framework="lambda",
        part="event",
        language="go",
    ),
)


@pytest.mark.parametrize("case", [*PYTHON, *NODE, *GO], ids=lambda case: f"{case.language}: {case.id}")
def test_a_function_becomes_a_service(case: Case) -> None:
    tree = Tree.of(case.files)
    found = found_in(Look(tree).at(""))
    assert found is not None
    (handler,) = found.handlers
    settings = dict(handler.settings)
    assert (handler.name, handler.framework, handler.part, settings) == (
        case.name, case.framework, case.part, case.settings,
    )  # fmt: skip
    made = plan(tree)
    (component,) = made.components
    assert (component.provider, component.kind.value, component.language.value) == ("inline", Kind.WEB, case.language)
    assert component.framework.value == case.framework
    assert component.start.value is not None
    assert component.start.value.argv[-1] == case.name
    assert (component.port.value, component.health.value) == (8080, Probe(path="/healthz"))
    assert not made.questions
    look = Look(tree)
    for evidence in _evidence(component):
        assert evidence.quote in (look.read(evidence.source) or ""), evidence
    (one,) = prepared(made, tree, PROVIDERS)
    assert one.beside
    assert all(file.path not in tree for file in one.beside)
    for file in one.beside:
        assert f"!{file.path}" in one.ignore


def _evidence(value: object) -> list[Evidence]:
    if isinstance(value, Evidence):
        return [value]
    if isinstance(value, tuple):
        return [found for one in value for found in _evidence(one)]
    slots = getattr(type(value), "__slots__", ())
    return [found for name in slots for found in _evidence(getattr(value, name))] if slots else []


@dataclass(frozen=True, kw_only=True)
class Left:
    """A tree that is not made a service by a wrapper."""

    id: str
    files: dict[str, str | bytes]


HANDLER = "def handler(event, context):\n    return 1\n"
LAMBDA = "exports.handler = async (event) => 1;\n"
LEFT = (
    Left(
        id="Python that is a program", files={"a.py": HANDLER + "\nif __name__ == '__main__':\n    handler({}, None)\n"}
    ),
    Left(id="Python that serves", files={"a.py": "from flask import Flask\n\napp = Flask(__name__)\n\n" + HANDLER}),
    Left(
        id="Python with its own server",
        files={"a.py": HANDLER + "\nfrom http.server import HTTPServer as S\n\nS(('', 80), None).serve_forever()\n"},
    ),
    Left(
        id="the framework's own",
        files={"main.py": "import functions_framework as f\n\n@f.http\ndef hello(request):\n    ...\n"},
    ),
    Left(id="two sources", files={"a.py": HANDLER, "b.py": HANDLER}),
    Left(id="two languages", files={"a.py": HANDLER, "b.js": LAMBDA}),
    Left(id="a Dockerfile says how", files={"a.py": HANDLER, "Dockerfile": "FROM scratch\n"}),
    Left(id="a Procfile says how", files={"a.py": HANDLER, "Procfile": "web: python a.py\n"}),
    Left(id="a distribution", files={"a.py": HANDLER, "pyproject.toml": "[project]\nname = 'x'\n"}),
    Left(id="a published package", files={"index.js": LAMBDA, "package.json": '{"exports": "./index.js"}'}),
    Left(id="a package that starts", files={"index.js": LAMBDA, "package.json": '{"scripts": {"start": "node ."}}'}),
    Left(id="a page's script", files={"index.js": LAMBDA, "index.html": "<script src=index.js></script>"}),
    Left(id="in a string", files={"a.py": 'TEXT = """\ndef handler(event, context):\n    pass\n"""\n'}),
    Left(id="in a comment", files={"a.py": "# def handler(event, context): pass\nx = 1\n"}),
    Left(id="in a comment of JavaScript", files={"a.js": "/* exports.handler = async (event) => 1; */\nlet x = 1;\n"}),
    Left(id="in a string of JavaScript", files={"a.js": "const x = `exports.handler = async (event) => 1`;\n"}),
    Left(id="in a comment of Go", files={"a.go": "package f\n\n// func Handle(req []byte) string { }\nvar X = 1\n"}),
    Left(id="a method", files={"a.py": "class A:\n    def handler(self, event, context):\n        ...\n"}),
    Left(id="a function inside", files={"a.py": "def make():\n    def handler(event, context):\n        ...\n"}),
    Left(id="broken Python", files={"a.py": HANDLER + "def ("}),
    Left(id="broken JavaScript", files={"a.js": LAMBDA + "function ("}),
    Left(id="broken Go", files={"a.go": "package f\n\nfunc Handle(req []byte) string {\n"}),
    Left(id="binary", files={"a.py": b"\0\1\2" + HANDLER.encode()}),
    Left(id="huge", files={"a.py": HANDLER + "x = 1\n" * 60_000}),
    Left(id="deep", files={"a.py": HANDLER + "x = " + "(" * 5_000 + ")" * 5_000 + "\n"}),
    Left(id="empty", files={"a.py": ""}),
    Left(id="null bytes behind the beginning", files={"a.py": HANDLER + "#" * 9_000 + "\0\n"}),
    Left(
        id="Django's views", files={"views.py": "from django.shortcuts import render\n\ndef index(request):\n    ...\n"}
    ),
    Left(id="a fixture", files={"a.py": "import pytest\n\n@pytest.fixture\ndef client(request):\n    ...\n"}),
    Left(id="a fixture without its import", files={"a.py": "def client(request):\n    return request.param\n"}),
    Left(id="a request of another kind", files={"a.py": "def check(request: InstallRequest):\n    ...\n"}),
    Left(id="a part of a package", files={"a.py": "from .b import c\n\n" + HANDLER}),
    Left(id="a part of a program", files={"a.js": "const b = require('./b');\n" + LAMBDA}),
    Left(
        id="a part of a project",
        files={"a.ts": "import { b } from '@/b';\nexport const handler = async (event) => b;\n"},
    ),
    Left(id="a router of Express", files={"r.js": "const r = require('express').Router();\nmodule.exports = r;\n"}),
    Left(id="methods of Express", files={"r.js": "exports.GET = (req, res) => res.json({});\n"}),
    Left(
        id="a part of a page",
        files={"u.ts": "import { ref } from 'vue';\nexport function useA(a: number) { ref(a); }\n"},
    ),
    Left(id="a plain function that gives an object", files={"a.py": "def a(x: int) -> Path:\n    ...\n"}),
    Left(
        id="a plain function of somebody's",
        files={"a.py": "import corp\n\ndef a(x: int) -> int:\n    return corp.b(x)\n"},
    ),
    Left(id="a tool", files={"a.py": "import argparse\n\ndef main(args):\n    print(args['x'])\n"}),
    Left(
        id="a script that calls it",
        files={"a.py": "def add(a: int, b: int) -> int:\n    return a + b\n\nprint(add(1, 2))\n"},
    ),
    Left(id="two plain functions", files={"a.py": "def a(x: int):\n    ...\n\ndef b(x: int):\n    ...\n"}),
    Left(id="a plain function of an object", files={"a.py": "def a(x: Path):\n    ...\n"}),
    Left(id="a plain function without types", files={"a.py": "def a(x):\n    ...\n"}),
    Left(id="a plain function of any number", files={"a.py": "def a(*x: int):\n    ...\n"}),
    Left(
        id="Node that listens",
        files={"index.js": "require('http').createServer((req, res) => 1).listen(80);\n" + LAMBDA},
    ),
    Left(id="Deno", files={"main.ts": "Deno.serve((request) => new Response('x'));\nexport default {};\n"}),
    Left(id="Deno's imports", files={"main.ts": "import { x } from 'jsr:@a/b';\nexport default { fetch: x };\n"}),
    Left(id="Bun", files={"index.ts": "Bun.serve({ fetch: (r: Request) => new Response('x') });\n"}),
    Left(
        id="a browser's service worker",
        files={"sw.js": "self.addEventListener('install', (e) => 1);\nself.addEventListener('fetch', (e) => 1);\n"},
    ),
    Left(id="middleware", files={"index.js": "module.exports = (req, res, next) => next();\n"}),
    Left(id="a command of a terminal", files={"c.js": "exports.command = 'x';\nexports.handler = (argv) => 1;\n"}),
    Left(id="a configuration", files={"babel.js": "module.exports = (api) => ({ presets: [] });\n"}),
    Left(
        id="a Go program",
        files={"main.go": 'package main\n\nfunc main() {}\n\nfunc Handle(req []byte) string { return "" }\n'},
    ),
    Left(
        id="a Go library",
        files={
            "go.mod": "module example.com/x\n",
            "x.go": GO_HTTP.format(package="x", name="Handler") + "\nfunc Other() {}\n",
        },
    ),
    Left(id="nobody can call it", files={"x.go": GO_HTTP.format(package="x", name="hello")}),
    Left(id="written out before", files={"a.py": HANDLER, "sextant_serve.py": "x = 1\n"}),
)


@pytest.mark.parametrize("left", LEFT, ids=lambda left: left.id)
def test_what_is_no_lone_function_is_left_to_the_rules_of_its_language(left: Left) -> None:
    tree = Tree.of(left.files)
    assert found_in(Look(tree).at("")) is None
    assert plan(tree) == plan(tree, providers=tuple(one for one in PROVIDERS if one is not INLINE))


@dataclass(frozen=True, kw_only=True)
class Several:
    id: str
    files: dict[str, str]
    names: tuple[str, ...]


SEVERAL = (
    Several(
        id="Python",
        files=py("def first(event, context):\n    ...\n\n\ndef second(event, context):\n    ...\n"),
        names=("first", "second"),
    ),
    Several(
        id="both usual names",
        files=py("def handler(event, context):\n    ...\n\n\ndef lambda_handler(event, context):\n    ...\n"),
        names=("handler", "lambda_handler"),
    ),
    Several(
        id="JavaScript", files=js("exports.a = (req, res) => 1;\nexports.b = (req, res) => 2;\n"), names=("a", "b")
    ),
    Several(
        id="Go",
        files={
            "f.go": GO_HTTP.format(package="f", name="One") + "\nfunc Two(w http.ResponseWriter, r *http.Request) {}\n"
        },
        names=("One", "Two"),
    ),
)


@pytest.mark.parametrize("several", SEVERAL, ids=lambda one: one.id)
def test_of_several_functions_a_person_is_asked_for_one(several: Several) -> None:
    tree = Tree.of(several.files)
    made = plan(tree)
    (question,) = made.questions
    assert question.field == "start"
    assert tuple(choice.split()[-1] for choice in question.choices) == several.names
    with pytest.raises(PlanIncomplete, match="which function"):
        prepared(made, tree, PROVIDERS)


@dataclass(frozen=True, kw_only=True)
class Needs:
    id: str
    files: dict[str, str]
    written: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()
    install: str | None = None
    services: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    start: tuple[str, ...] | None = None


NEEDS = (
    Needs(
        id="imports of Python by the names of their distributions",
        files=py("import json, yaml\nimport psycopg2, PIL.Image\nfrom google.cloud import storage\n\n" + HANDLER),
        written={"requirements.txt": ("google-cloud-storage", "pillow", "psycopg2-binary", "pyyaml")},
        notes=("No versions are pinned: google-cloud-storage, pillow, psycopg2-binary, pyyaml",),
        install="pip install -r requirements.txt",
        services=("postgresql",),
    ),
    Needs(
        id="what nobody is known to publish is not installed",
        files=py("import requests, corporate_secrets\n\n" + HANDLER),
        written={"requirements.txt": ("requests",)},
        notes=("No versions are pinned: requests", "Nothing is installed for corporate_secrets"),
        install="pip install -r requirements.txt",
    ),
    Needs(
        id="the file's own list",
        files=py('# /// script\n# requires-python = ">=3.12"\n# dependencies = ["httpx>=0.28"]\n# ///\n' + HANDLER),
        written={},
        install="uv pip install 'httpx>=0.28'",
    ),
    Needs(
        id="a list beside it",
        files=py("import requests\n\n" + HANDLER) | {"requirements.txt": "requests==2.32.3\n"},
        written={},
        install="pip install -r requirements.txt",
    ),
    Needs(id="nothing but Python", files=py("import json\n\n" + HANDLER), written={}),
    Needs(
        id="packages of Node",
        files=js("import _ from 'lodash/get';\nimport { readFile } from 'fs/promises';\nimport 'node:path';\n"
                 "import x from '@scope/name/inner';\nexport const handler = async (event) => _(event);\n"),
        written={"package.json": ('"lodash": "*"', '"@scope/name": "*"', '"type": "module"')},
        notes=("No versions are pinned: @scope/name, lodash",),
        install="npm install",
    ),
    Needs(
        id="TypeScript as it stands",
        files=js("import type { Context } from 'aws-lambda';\nexport const handler = async (event) => 1;\n", "a.ts"),
        written={"package.json": ('"type": "module"',)},
        start=("node", "sextant_serve.mjs", "handler"),
    ),
    Needs(
        id="TypeScript that must be translated",
        files=js("enum Colour { Red }\nexport const handler = async (event: unknown) => Colour.Red;\n", "a.ts"),
        written={"package.json": ('"tsx": "*"',)},
        notes=("No versions are pinned: tsx",),
        install="npm install",
        start=("node", "--import", "tsx", "sextant_serve.mjs", "handler"),
    ),
    Needs(
        id="types that are imported as if they were values",
        files=js("import { Context } from 'aws-lambda';\nexport const handler = async (e, c: Context) => e;\n", "a.ts"),
        written={"package.json": ('"tsx": "*"',)},
        notes=("No versions are pinned: tsx",),
        install="npm install",
        start=("node", "--import", "tsx", "sextant_serve.mjs", "handler"),
    ),
    Needs(
        id="modules of Go",
        files={"f.go": 'package f\n\nimport "github.com/google/uuid"\n\nfunc Handle(b []byte) string { return "" }\n'},
        written={"go.mod": ("module function",)},
        notes=("No versions are pinned: github.com/google/uuid",),
    ),
)  # fmt: skip


@pytest.mark.parametrize("needs", NEEDS, ids=lambda needs: needs.id)
def test_what_a_function_imports_is_listed(needs: Needs) -> None:
    tree = Tree.of(needs.files)
    (one,) = prepared(plan(tree), tree, PROVIDERS)
    manifests = {
        file.path: file.text for file in one.beside if file.path in {"requirements.txt", "package.json", "go.mod"}
    }
    for path, lines in needs.written.items():
        for line in lines:
            assert line in manifests[path]
    if not needs.written and "package.json" not in manifests:
        assert not manifests
    assert len(one.recipe.notes) == len(needs.notes)
    for note, begins in zip(one.recipe.notes, needs.notes, strict=True):
        assert note.en.startswith(begins)
    component = one.component
    assert (component.install.value.text if component.install.value else None) == needs.install
    assert tuple(item.value.name for item in component.services) == needs.services
    if needs.start:
        assert component.start.value is not None
        assert component.start.value.argv == needs.start


def test_go_finds_the_modules_before_it_builds() -> None:
    tree = Tree.of(
        {"f.go": 'package f\n\nimport _ "github.com/google/uuid"\n\nfunc Handle(b []byte) string { return "" }\n'}
    )
    (one,) = prepared(plan(tree), tree, PROVIDERS)
    assert "go mod tidy && go build" in one.text


Path = Literal['it\'s "odd".py', "-m.py", "json.py", "größe 1.py", "import.py"]
ODD: tuple[Path, ...] = ('it\'s "odd".py', "-m.py", "json.py", "größe 1.py", "import.py")


@pytest.mark.parametrize("name", ODD)
def test_a_file_may_be_called_as_it_likes(name: Path) -> None:
    tree = Tree.of({name: HANDLER})
    (one,) = prepared(plan(tree), tree, PROVIDERS)
    (wrapper,) = one.beside
    assert f"FILE = {name!r}\n" in wrapper.text
    compile(wrapper.text, "wrapper", "exec")
