"""Programs for Deno, and folders that are Node's although they hold its settings."""

import json

import pytest

from builder.detect.languages.deno import DENO
from builder.plan import Kind
from builder.recipe import Run
from builder.tree import Tree
from tests.builder.detect.languages.node_cases import Case, check, planned

SERVE = "Deno.serve({ port: 8080 }, () => new Response('hi'));\n"


def _settings(**fields: object) -> dict[str, str]:
    return {"deno.json": json.dumps(fields)}


CASES = (
    Case(id="task", files=_settings(tasks={"start": "deno run --allow-net main.ts"}) | {"main.ts": SERVE},
        kind=Kind.WEB, language="typescript", manager="deno",
         runtime="deno 2", start="deno run --allow-net main.ts", port=8080),
    Case(id="task-watches", files=_settings(tasks={"dev": "deno run --watch -A main.ts"}) | {"main.ts": SERVE},
        start="deno run -A main.ts", kind=Kind.WEB),
    Case(id="task-as-an-object",
        files=_settings(tasks={"start": {"command": "deno run -A src/app.ts"}}) | {"src/app.ts": SERVE},
        start="deno run -A src/app.ts"),
    Case(id="task-calls-a-task", files=_settings(tasks={"start": "deno task run",
        "run": "deno run -A main.ts"}) | {"main.ts": SERVE}, start="deno run -A main.ts"),
    Case(id="serve-with-a-port",
        files=_settings(tasks={"start": "deno serve -A --port 9001 main.ts"}) | {"main.ts": "export default { "
        "fetch() { return new Response('x'); } };\n"},
         kind=Kind.WEB, start="deno serve -A --port 9001 main.ts", port=9001),
    Case(id="no-task", files=_settings(imports={}) | {"main.ts": SERVE}, kind=Kind.WEB, start="deno run -A main.ts",
        port=8080),
    Case(id="no-port", files=_settings() | {"main.ts": "Deno.serve(() => new Response('x'));\n"}, kind=Kind.WEB,
        port=8000),
    Case(id="comments", files={"deno.jsonc": "{\n  // tasks\n  \"tasks\": { \"start\": \"deno run -A main.ts\", "
    "},\n}"} | {"main.ts": SERVE}, start="deno run -A main.ts"),
    Case(id="lone-file", files={"main.ts": "import { serve } from "
    "'https://deno.land/std@0.140.0/http/server.ts';\nserve(() => new Response('x'), { port: 4242 });\n"},
         kind=Kind.WEB, manager="deno", port=4242),
    Case(id="lone-file-with-a-namespace", files={"server.ts": SERVE}, kind=Kind.WEB, manager="deno"),
    Case(id="oak", files=_settings(imports={"@oak/oak": "jsr:@oak/oak@^17"}) | {"main.ts": "import { "
    "Application } from '@oak/oak';\nconst app = new Application();\nawait app.listen({ port: 8001 });\n"},
         kind=Kind.WEB, framework="oak", port=8001),
    Case(id="hono", files=_settings(imports={"hono": "jsr:@hono/hono@4"},
        tasks={"start": "deno run --allow-net main.ts"}) | {"main.ts": "import { Hono } from 'hono';\nconst app "
        "= new Hono();\nDeno.serve(app.fetch);\n"},
         kind=Kind.WEB, framework="hono", port=8000),
    Case(id="fresh-1", files=_settings(tasks={"start": "deno run -A --watch=static/,routes/ dev.ts",
        "build": "deno run -A dev.ts build", "preview": "deno run -A main.ts"},
                                       imports={"$fresh/": "https://deno.land/x/fresh@1.6.8/"}) | {"main.ts": "",
                                       "dev.ts": "", "routes/index.tsx": ""},
         kind=Kind.WEB, framework="fresh", build="deno task build", port=8000, start="deno run -A main.ts"),
    Case(id="fresh-2", files=_settings(tasks={"dev": "vite", "build": "vite build",
        "start": "deno serve -A _fresh/server.js"}, imports={"fresh": "jsr:@fresh/core@2"}) | {"main.ts": "",
        "routes/index.tsx": ""},
         kind=Kind.WEB, framework="fresh", start="deno serve -A _fresh/server.js", build="deno task build"),
    Case(id="lume", files=_settings(tasks={"build": "deno task lume", "lume": "deno run -A lume/cli.ts"},
        imports={"lume/": "https://deno.land/x/lume@v2/"}) | {"_config.ts": ""},
         kind=Kind.STATIC, framework="lume", output="_site"),
    Case(id="library", files=_settings(name="@me/kit", version="1.0.0",
        exports="./mod.ts") | {"mod.ts": "export const a = 1;\n"}, kind=Kind.LIBRARY),
    Case(id="module", files=_settings() | {"mod.ts": "export const a = 1;\n"}, kind=Kind.LIBRARY),
    Case(id="cron", files=_settings() | {"main.ts": "Deno.cron('tick', '* * * * *', () => {});\n"}, kind=Kind.WORKER,
        start="deno run -A main.ts"),
    Case(id="bot", files=_settings(imports={"grammy": "https://deno.land/x/grammy@v1/"
    "mod.ts"}) | {"bot.ts": "import { Bot } from 'grammy';\nnew Bot('').start();\n"}, kind=Kind.WORKER),
    Case(id="job", files=_settings(tasks={"start": "deno run -A main.ts"}) | {"main.ts": "console.log(1);\n"},
        kind=Kind.JOB),
    Case(id="version", files=_settings(tasks={"start": "deno run -A main.ts"}) | {"main.ts": SERVE,
        ".dvmrc": "1.40.2\n"}, runtime="deno 1"),
    Case(id="broken-settings", files={"deno.json": "{", "main.ts": SERVE}, kind=Kind.WEB, start="deno run -A main.ts"),
    Case(id="mistyped-settings", files={"deno.json": '{"tasks": [], "imports": 3, "workspace": "x"}',
        "main.ts": SERVE}, kind=Kind.WEB),
    Case(id="tasks-in-a-circle", files=_settings(tasks={"start": "deno task start"}) | {"main.ts": SERVE},
        start="deno run -A main.ts"),
    Case(id="nodes-scripts-call-deno", package={"scripts": {"start": "deno run -A main.ts"}},
        files=_settings() | {"main.ts": SERVE}, manager="deno", start="deno run -A main.ts"),
    Case(id="settings-beside-node", package={"scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}},
         files=_settings(lint={}) | {"index.js": "require('express')().listen(3000);\n"}, manager="npm",
         start="node index.js"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_program_for_deno_is_planned(case: Case) -> None:
    check(case)


def test_a_typescript_file_of_something_else_is_not_denos() -> None:
    assert all(one.provider != "deno" for one in planned({"main.ts": "export const a = 1;\n"}).components)


def test_members_are_built_from_the_workspace() -> None:
    files = _settings(workspace=["./api"]) | {
        "api/deno.json": '{"tasks": {"start": "deno run -A main.ts"}}',
        "api/main.ts": SERVE,
    }
    api = next(one for one in planned(files).components if one.path == "api")
    assert api.context == ""


def test_imports_are_fetched_while_building() -> None:
    files = _settings(tasks={"start": "deno run -A main.ts"}) | {"main.ts": SERVE, "deno.lock": "{}"}
    recipe = DENO.recipe(planned(files).components[0], Tree.of(files))
    runs = [one.line for one in recipe.stages[0].steps if isinstance(one, Run)]
    assert runs[0].startswith("deno install --frozen --entrypoint main.ts || {")
    assert recipe.final.health_tool == "deno"
