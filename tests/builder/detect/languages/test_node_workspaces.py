"""Workspaces: members are components of their own, built from the workspace's root."""

import json

from builder.plan import BuildPlan, Component, Kind
from tests.builder.detect.languages.node_cases import LISTENS, planned

NEXT = json.dumps(
    {
        "name": "web",
        "private": True,
        "scripts": {"build": "next build", "start": "next start"},
        "dependencies": {"next": "14", "@shop/ui": "*"},
    }
)
API = json.dumps(
    {
        "name": "@shop/api",
        "private": True,
        "scripts": {"build": "tsc", "start": "node dist/index.js"},
        "dependencies": {"express": "4", "@shop/db": "*"},
    }
)
LIB = json.dumps({"name": "@shop/ui", "private": True, "main": "dist/index.js", "scripts": {"build": "tsup"}})
DB = json.dumps({"name": "@shop/db", "private": True, "main": "dist/index.js", "scripts": {"build": "tsc"}})
MEMBERS = {
    "apps/web/package.json": NEXT, "apps/web/pages/index.js": "", "apps/api/package.json": API,
    "apps/api/src/index.ts": LISTENS,
    "packages/ui/package.json": LIB, "packages/ui/src/index.ts": "", "packages/db/package.json": DB,
    "packages/db/src/index.ts": "",
}  # fmt: skip
TSCONFIG = {"apps/api/tsconfig.json": '{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}'}


def _at(plan: BuildPlan, path: str) -> Component:
    return next(one for one in plan.components if one.path == path)


def _root(**fields: object) -> dict[str, str]:
    return {"package.json": json.dumps({"name": "shop", "private": True, **fields})}


def test_members_of_npm_are_built_after_what_they_depend_on() -> None:
    found = planned(_root(workspaces=["apps/*", "packages/*"]) | MEMBERS | TSCONFIG | {"package-lock.json": "{}"})
    api = _at(found, "apps/api")
    assert (api.context, api.kind.value, api.package_manager.value) == ("", Kind.WEB, "npm")
    assert api.install.value is not None
    assert api.install.value.text == "npm ci"
    assert api.build.value is not None
    assert api.build.value.text == "npm run build --workspace=packages/db && npm run build --workspace=apps/api"
    assert api.working_directory.value == "apps/api"
    assert _at(found, "packages/ui").kind.value == Kind.LIBRARY
    assert all(one.path for one in found.components), "the root holds no program"


def test_pnpm_builds_a_member_with_its_dependencies_by_filter() -> None:
    files = (
        _root()
        | MEMBERS
        | {
            "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n  - packages/*\n  - '!apps/old'\n",
            "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        }
    )
    web = _at(planned(files), "apps/web")
    assert web.package_manager.value == "pnpm"
    assert web.build.value is not None
    assert web.build.value.text == "pnpm --filter web... run build"


def test_turbo_builds_a_member_by_filter() -> None:
    files = (
        _root(workspaces=["apps/*", "packages/*"], packageManager="yarn@1.22.19")
        | MEMBERS
        | {"turbo.json": '{"tasks": {"build": {}}}'}
    )
    web = _at(planned(files), "apps/web")
    assert web.build.value is not None
    assert web.build.value.text == "yarn run turbo run build --filter=web"
    assert web.framework.value == "next"


def test_yarn_names_the_members() -> None:
    files = _root(workspaces={"packages": ["apps/*", "packages/*"]}) | MEMBERS | {"yarn.lock": ""}
    web = _at(planned(files), "apps/web")
    assert web.build.value is not None
    assert web.build.value.text == "yarn workspace @shop/ui run build && yarn workspace web run build"


def test_lerna_names_folders() -> None:
    found = planned(_root() | MEMBERS | {"lerna.json": '{"packages": ["apps/*", "packages/*"]}'})
    assert _at(found, "apps/web").context == ""


def test_a_folder_outside_of_the_workspace_stands_for_itself() -> None:
    files = _root(workspaces=["packages/*"]) | MEMBERS
    assert _at(planned(files), "apps/web").context == "apps/web"


def test_circular_members_end() -> None:
    one = json.dumps(
        {"name": "a", "scripts": {"start": "node i.js", "build": "tsc"}, "dependencies": {"b": "*", "express": "4"}}
    )
    two = json.dumps({"name": "b", "scripts": {"build": "tsc"}, "dependencies": {"a": "*"}})
    files = _root(workspaces=["*"]) | {
        "a/package.json": one,
        "a/i.js": LISTENS,
        "b/package.json": two,
        "package-lock.json": "{}",
    }
    build = _at(planned(files), "a").build.value
    assert build is not None
    assert build.text == "npm run build --workspace=b && npm run build --workspace=a"


def test_nx_projects_without_manifests_are_found_by_their_targets() -> None:
    files = {
        "package.json": json.dumps({"name": "acme", "private": True, "dependencies": {"express": "4", "react": "18"},
            "devDependencies": {"nx": "19", "vite": "5"}}),
        "nx.json": "{}",
        "apps/api/project.json": json.dumps({"name": "api", "projectType": "application",
            "targets": {"build": {"options": {"outputPath": "dist/apps/api"}}}}),
        "apps/api/src/main.ts": "import express from 'express';\nexpress().listen(process.env.PORT || 3333);\n",
        "apps/web/project.json": json.dumps({"name": "web", "projectType": "application",
            "targets": {"build": {"options": {"outputPath": "dist/apps/web"}}}}),
        "apps/web/index.html": "", "apps/web/vite.config.ts": "export default {}", "apps/web/src/main.tsx": "",
        "libs/ui/project.json": json.dumps({"name": "ui", "projectType": "library"}), "libs/ui/src/index.ts": "",
    }  # fmt: skip
    found = planned(files)
    api, web = _at(found, "apps/api"), _at(found, "apps/web")
    assert (api.kind.value, api.port.value, api.context) == (Kind.WEB, 3333, "")
    assert api.start.value is not None
    assert api.start.value.text == "node dist/apps/api/main.js"
    assert (web.kind.value, web.output.value) == (Kind.STATIC, "../../dist/apps/web")
    assert _at(found, "libs/ui").kind.value == Kind.LIBRARY


def test_a_root_that_only_starts_its_folders_is_none_itself() -> None:
    files = {
        "package.json": json.dumps({"scripts": {"dev": "concurrently \"npm run dev --prefix client\" \"npm "
        "start --prefix server\""}, "devDependencies": {"concurrently": "8"}}),
        "server/package.json": json.dumps({"scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}}),
        "server/index.js": LISTENS,
        "client/package.json": json.dumps({"scripts": {"build": "vite build", "dev": "vite"},
            "devDependencies": {"vite": "5"}}), "client/index.html": "",
    }  # fmt: skip
    found = planned(files)
    assert {one.path: one.kind.value for one in found.components} == {"server": Kind.WEB, "client": Kind.STATIC}
    assert found.primary == "server"


def test_a_root_server_that_hands_out_an_inner_front_end_is_the_program() -> None:
    files = {
        "package.json": json.dumps({"scripts": {"start": "node backend/server.js",
            "build": "npm install --prefix frontend && npm run build --prefix frontend"},
                                    "dependencies": {"express": "4"}}),
        "backend/server.js": LISTENS,
        "frontend/package.json": json.dumps({"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}),
        "frontend/index.html": "",
    }  # fmt: skip
    root = _at(planned(files), "")
    assert (root.kind.value, root.port.value) == (Kind.WEB, 3000)
    assert root.build.value is not None
    assert root.build.value.text == "npm run build"


def test_templates_that_a_generator_copies_are_no_components() -> None:
    files = {
        "package.json": json.dumps({"name": "create-x", "bin": {"create-x": "index.js"}}), "index.js": "",
        "template-react/package.json": NEXT, "templates/vue/package.json": NEXT,
    }  # fmt: skip
    assert [one.kind.value for one in planned(files).components] == [Kind.CLI]
