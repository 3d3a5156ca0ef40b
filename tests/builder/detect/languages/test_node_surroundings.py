"""What stands around a program: variables, services, volumes, tasks, packages; and how all of it becomes an image."""

import json

import pytest

from builder.detect.languages.node import NODE
from builder.detect.shared.clients_npm import CLIENTS
from builder.errors import PlanIncomplete
from builder.plan import SERVICES, Component
from builder.recipe import Argument, Copy, Recipe, Run
from builder.tree import Tree
from tests.builder.detect.languages.node_cases import LISTENS, planned, text_of

EXPRESS = {"name": "shop", "scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}}


def _only(files: dict[str, str]) -> Component:
    found = planned(files)
    assert len(found.components) == 1
    return found.components[0]


def _recipe(files: dict[str, str]) -> Recipe:
    return NODE.recipe(_only(files), Tree.of(files))


def test_variables_come_from_code_and_example_files() -> None:
    code = (
        LISTENS
        + "const { LOG_LEVEL = 'info' } = process.env;\nconnect(process.env.DATABASE_URL, process.env['REGION'] "
        "|| 'eu');\n"
    )
    one = _only(
        {"package.json": text_of(EXPRESS), "index.js": code, ".env.example": "MAIL_FROM=a@example.com\nDATABASE_URL=\n"}
    )
    found = {item.value.name: item.value for item in one.variables}
    assert set(found) == {"LOG_LEVEL", "DATABASE_URL", "REGION", "MAIL_FROM"}
    assert found["DATABASE_URL"].secret
    assert found["DATABASE_URL"].required
    assert (found["REGION"].default, found["LOG_LEVEL"].default) == ("eu", "info")


def test_variables_that_the_build_writes_into_pages_are_arguments_of_the_build() -> None:
    package = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}
    files = {
        "package.json": text_of(package),
        "index.html": "",
        "src/main.ts": "fetch(import.meta.env.VITE_API_URL); import.meta.env.MODE;",
    }
    one = _only(files)
    assert [(item.value.name, item.value.build_time) for item in one.variables] == [("VITE_API_URL", True)]
    assert Argument(name="VITE_API_URL") in NODE.recipe(one, Tree.of(files)).stages[0].steps


@pytest.mark.parametrize(
    ("provider", "service"),
    [("postgresql", "postgresql"), ("mysql", "mysql"), ("mongodb", "mongodb"), ("cockroachdb", "postgresql")],
)
def test_the_schema_of_prisma_names_the_database(provider: str, service: str) -> None:
    schema = (
        'generator client {\n  provider = "prisma-client-js"\n}\n'
        f'datasource db {{\n  provider = "{provider}"\n  url = env("X")\n}}\n'
    )
    package = EXPRESS | {"dependencies": {"express": "4", "@prisma/client": "5"}, "devDependencies": {"prisma": "5"}}
    files = {
        "package.json": text_of(package),
        "index.js": LISTENS,
        "prisma/schema.prisma": schema,
        "prisma/migrations/1/migration.sql": "",
    }
    one = _only(files)
    assert [item.value.name for item in one.services] == [service]
    assert [item.value.command.text for item in one.tasks] == ["prisma migrate deploy"]
    assert "openssl" in {item.value for item in one.system_packages}
    assert "npx prisma generate" in [
        step.line for step in NODE.recipe(one, Tree.of(files)).stages[0].steps if isinstance(step, Run)
    ]


def test_a_database_in_a_file_is_a_volume() -> None:
    package = EXPRESS | {"dependencies": {"express": "4", "better-sqlite3": "11"}}
    one = _only({"package.json": text_of(package), "index.js": LISTENS})
    assert [item.value.purpose for item in one.volumes] == ["sqlite"]
    assert {item.value for item in one.build_packages} == {"python3", "make", "g++"}


def test_tasks_come_from_scripts_but_not_those_for_developing() -> None:
    scripts = {
        "start": "node index.js",
        "db:migrate": "knex migrate:latest",
        "seed": "node seed.js",
        "worker": "node worker.js",
        "migrate": "prisma migrate dev",
    }
    one = _only(
        {"package.json": text_of(EXPRESS | {"scripts": scripts}), "index.js": LISTENS, "seed.js": "", "worker.js": ""}
    )
    assert {item.value.name: item.value.command.text for item in one.tasks} == {
        "migrate": "npm run db:migrate", "seed": "npm run seed", "worker": "npm run worker",
    }  # fmt: skip


def test_clients_name_services_that_the_plan_knows() -> None:
    assert set(CLIENTS.values()) <= set(SERVICES)
    assert all(name == name.lower() for name in CLIENTS)


def test_the_address_that_code_listens_on_is_told() -> None:
    code = "require('http').createServer().listen(3000, '127.0.0.1');\n"
    assert _only({"package.json": text_of(EXPRESS), "index.js": code}).bind.value == "127.0.0.1"
    assert _recipe({"package.json": text_of(EXPRESS), "index.js": code}).notes
    given = "const f = require('fastify')();\nf.listen({ port: 3000, host: process.env.HOST || '0.0.0.0' });\n"
    assert _only({"package.json": text_of(EXPRESS), "index.js": given}).bind.value == "0.0.0.0"


def test_dependencies_are_a_layer_before_the_sources() -> None:
    recipe = _recipe({"package.json": text_of(EXPRESS), "package-lock.json": "{}", "index.js": LISTENS})
    steps = recipe.stages[0].steps
    copies = [one for one in steps if isinstance(one, Copy)]
    assert copies[0].sources == ("package.json", "package-lock.json")
    install = next(one for one in steps if isinstance(one, Run))
    assert install.line.startswith("npm ci || {")
    assert "npm install" in install.line
    assert install.caches == ("/root/.npm",)
    assert steps.index(install) < steps.index(copies[-1])
    assert str(recipe.final.base) == "docker.io/library/node:24-bookworm-slim"
    assert dict(recipe.final.environment)["PORT"] == "3000"


def test_hooks_that_need_sources_get_them_before_the_install() -> None:
    package = EXPRESS | {"scripts": {"start": "node index.js", "postinstall": "node scripts/setup.js"}}
    steps = _recipe({"package.json": text_of(package), "index.js": LISTENS, "scripts/setup.js": ""}).stages[0].steps
    first = next(one for one in steps if isinstance(one, Copy))
    assert first.sources == (".",)


def test_members_are_installed_from_all_manifests_of_the_workspace() -> None:
    files = {
        "package.json": json.dumps({"private": True, "workspaces": ["api", "kit"]}), "package-lock.json": "{}",
        "api/package.json": text_of(EXPRESS), "api/index.js": LISTENS, "kit/package.json": json.dumps({"name": "kit",
            "main": "i.js"}), "kit/i.js": "",
    }  # fmt: skip
    one = next(part for part in planned(files).components if part.path == "api")
    recipe = NODE.recipe(one, Tree.of(files))
    sources = [step.sources for step in recipe.stages[0].steps if isinstance(step, Copy)]
    assert sources == [("package.json", "package-lock.json"), ("api/package.json",), ("kit/package.json",), (".",)]
    assert recipe.final.directory == "/app/api"


def test_a_site_is_served_by_a_web_server_alone() -> None:
    package = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}
    recipe = _recipe({"package.json": text_of(package), "index.html": ""})
    assert recipe.final.base.image == "docker.io/nginxinc/nginx-unprivileged"
    assert recipe.final.steps == (Copy(sources=("/app/dist/.",), to="/usr/share/nginx/html/", stage="build"),)


def test_a_site_without_a_build_is_taken_from_the_context() -> None:
    package = {"scripts": {"start": "http-server public"}, "devDependencies": {"http-server": "14"}}
    recipe = _recipe({"package.json": text_of(package), "public/index.html": ""})
    assert not recipe.stages
    assert recipe.final.steps == (Copy(sources=("public",), to="/usr/share/nginx/html/"),)


def test_the_traced_server_of_next_is_all_that_is_copied() -> None:
    package = {"scripts": {"build": "next build"}, "dependencies": {"next": "15"}}
    recipe = _recipe(
        {
            "package.json": text_of(package),
            "next.config.js": "module.exports = { output: 'standalone' }",
            "public/a.svg": "",
        }
    )
    assert [step.sources[0] for step in recipe.final.steps if isinstance(step, Copy)] == [
        "/app/.next/standalone/.",
        "/app/.next/static",
        "/app/public",
    ]


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"pnpm-lock.yaml": "lockfileVersion: '6.0'\n"}, "npm install --global pnpm@8"),
        ({"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, "npm install --global pnpm@10"),
        ({"bun.lock": "{}"}, "npm install --global bun@1"),
        ({"yarn.lock": "__metadata:\n  version: 8\n"},
            "npm install --global corepack && corepack enable && corepack prepare yarn@4 --activate"),
    ],
    ids=["pnpm-8", "pnpm-10", "bun", "yarn-4"],
)  # fmt: skip
def test_the_manager_is_brought_in_the_version_of_the_lock_file(files: dict[str, str], line: str) -> None:
    runs = [
        one.line
        for one in _recipe({"package.json": text_of(EXPRESS), "index.js": LISTENS, **files}).stages[0].steps
        if isinstance(one, Run)
    ]
    assert runs[0] == line


def test_a_plan_without_a_start_makes_no_image() -> None:
    files = {"package.json": text_of({"name": "kit", "exports": "./i.js", "files": ["i.js"]}), "i.js": ""}
    with pytest.raises(PlanIncomplete):
        _recipe(files)


def test_credentials_of_a_registry_reach_no_layer() -> None:
    settings = "//registry.example.com/:_authToken=abcdef0123456789\n"
    recipe = _recipe({"package.json": text_of(EXPRESS), "index.js": LISTENS, ".npmrc": settings})
    install = next(one for one in recipe.stages[0].steps if isinstance(one, Run))
    assert install.secrets == ("npmrc",)
    assert ".npmrc" in recipe.ignored
    assert all(".npmrc" not in one.sources for one in recipe.stages[0].steps if isinstance(one, Copy))
