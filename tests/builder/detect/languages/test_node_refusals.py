"""What cannot be put online, and what looks like it but can."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.plan import Kind
from tests.builder.detect.languages.node_cases import LISTENS, Case, check, planned, text_of

CASES = (
    Case(id="library-with-exports", package={"name": "@a/kit", "exports": "./dist/index.js", "files": ["dist"],
        "scripts": {"build": "tsup"}}, files={"src/index.ts": ""}, kind=Kind.LIBRARY),
    Case(id="library-with-peers", package={"main": "dist/index.js", "peerDependencies": {"react": "18"},
        "devDependencies": {"vite": "5"}, "scripts": {"dev": "vite", "build": "vite build"}},
         files={"index.html": "", "src/index.tsx": ""}, kind=Kind.LIBRARY),
    Case(id="old-library", package={"name": "leftish", "version": "1.0.0", "main": "index.js",
        "scripts": {"test": "mocha"}}, files={"index.js": "module.exports = 1;"}, kind=Kind.LIBRARY),
    Case(id="framework-itself", package={"name": "fastlike", "files": ["lib"], "main": "lib/index.js",
        "scripts": {"test": "node --test"}},
         files={"lib/index.js": "exports.listen = () => require('http').createServer().listen(3000);"},
         kind=Kind.LIBRARY),
    Case(id="svelte-library", package={"exports": {".": {"svelte": "./dist/index.js"}},
        "peerDependencies": {"svelte": "5"}, "svelte": "./dist/index.js",
                                       "devDependencies": {"@sveltejs/kit": "2", "@sveltejs/package": "2"},
                                       "scripts": {"build": "vite build && npm run prepack"}},
         files={"svelte.config.js": "import adapter from '@sveltejs/adapter-auto';"}, kind=Kind.LIBRARY),
    Case(id="nuxt-module", package={"exports": {".": "./dist/module.mjs"}, "files": ["dist"],
        "devDependencies": {"nuxt": "3", "@nuxt/module-builder": "0.8"}},
         files={"src/module.ts": ""}, kind=Kind.LIBRARY),
    Case(id="internal-package", package={"name": "@shop/ui", "private": True,
        "exports": {"./button": "./src/button.tsx"}}, files={"src/button.tsx": ""}, kind=Kind.LIBRARY),
    Case(id="command-line-tool", package={"name": "tidy", "bin": {"tidy": "bin/tidy.js"},
        "dependencies": {"commander": "12"}}, files={"bin/tidy.js": "#!/usr/bin/env node\n"}, kind=Kind.CLI),
    Case(id="tool-that-serves", package={"name": "peek", "bin": "cli.js", "files": ["cli.js"], "main": "lib/index.js"},
         files={"cli.js": "require('http').createServer().listen(8080);", "lib/index.js": ""}, kind=Kind.CLI),
    Case(id="electron", package={"main": "main.js", "scripts": {"start": "electron ."},
        "devDependencies": {"electron": "30"}}, files={"main.js": "", "index.html": ""}, kind=Kind.DESKTOP),
    Case(id="electron-vite", package={"main": "./out/main/index.js", "scripts": {"dev": "electron-vite dev",
        "start": "electron-vite preview"},
                                      "devDependencies": {"electron": "31", "electron-vite": "2", "vite": "5"}},
                                      files={"src/main/index.ts": ""}, kind=Kind.DESKTOP),
    Case(id="tauri", package={"private": True, "scripts": {"dev": "vite", "tauri": "tauri"},
        "devDependencies": {"@tauri-apps/cli": "2", "vite": "5"}},
         files={"index.html": "", "src-tauri/tauri.conf.json": "{}"}, kind=Kind.DESKTOP),
    Case(id="react-native", package={"scripts": {"android": "react-native run-android", "start": "react-native start"},
        "dependencies": {"react-native": "0.75"}},
         files={"app.json": "{}", "android/build.gradle": "", "index.js": ""}, kind=Kind.MOBILE),
    Case(id="expo", package={"main": "expo/AppEntry.js", "scripts": {"start": "expo start"},
        "dependencies": {"expo": "51", "react-native": "0.74"}}, files={"App.js": ""}, kind=Kind.MOBILE),
    Case(id="ionic", package={"scripts": {"start": "ng serve", "build": "ng build"},
        "dependencies": {"@ionic/angular": "8", "@angular/core": "18", "@capacitor/core": "6"}},
         files={"ionic.config.json": "{}", "angular.json": "{}", "capacitor.config.ts": ""}, kind=Kind.MOBILE),
    Case(id="editor-extension", package={"engines": {"vscode": "^1.80.0"}, "main": "./out/extension.js",
        "contributes": {"commands": []}}, files={"src/extension.ts": ""}, kind=Kind.OTHER),
    Case(id="browser-extension", package={"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}},
        files={"public/manifest.json": '{"manifest_version": 3}', "index.html": ""}, kind=Kind.OTHER),
    Case(id="obsidian-plugin", package={"main": "main.js", "devDependencies": {"obsidian": "latest"}},
        files={"manifest.json": '{"id": "x", "minAppVersion": "1.0.0"}'}, kind=Kind.OTHER),
    Case(id="github-action", package={"main": "dist/index.js", "dependencies": {"@actions/core": "1"}},
        files={"action.yml": "runs:\n  using: node20\n  main: dist/index.js\n"}, kind=Kind.OTHER),
    Case(id="firebase-functions", package={"main": "index.js", "engines": {"node": "20"},
        "scripts": {"start": "npm run shell"}, "dependencies": {"firebase-functions": "5"}},
         files={"index.js": ""}, kind=Kind.OTHER, runtime="node 20"),
    Case(id="cloudflare-worker", package={"scripts": {"dev": "wrangler dev", "deploy": "wrangler deploy"},
        "dependencies": {"hono": "4"}, "devDependencies": {"wrangler": "3"}},
         files={"wrangler.toml": 'name = "x"\nmain = "src/index.ts"\n',
             "src/index.ts": "import { Hono } from 'hono'\nexport default new Hono()\n"}, kind=Kind.OTHER),
    Case(id="infrastructure", package={"bin": {"stack": "bin/stack.js"}, "devDependencies": {"aws-cdk": "2"}},
        files={"cdk.json": "{}", "bin/stack.ts": ""}, kind=Kind.OTHER),
    Case(id="tooling-only", package={"private": True, "scripts": {"lint": "prettier --check ."},
        "devDependencies": {"prettier": "3", "husky": "9"}}, kind=Kind.OTHER),
    Case(id="laravel-assets", package={"private": True, "scripts": {"dev": "vite", "build": "vite build"},
        "devDependencies": {"laravel-vite-plugin": "1", "vite": "5"}},
         files={"vite.config.js": "", "resources/js/app.js": ""}, kind=Kind.OTHER, build="npm run build"),
    Case(id="program-with-main-and-start", package={"main": "index.js", "files": ["x"],
        "scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}},
         files={"index.js": LISTENS}, kind=Kind.WEB),
    Case(id="program-with-a-command-too", package={"bin": {"board": "bin/board.js"},
        "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}},
         files={"server.js": LISTENS, "bin/board.js": ""}, kind=Kind.WEB),
    Case(id="web-with-electron-too", package={"scripts": {"start": "node server.js"}, "dependencies": {"express": "4"},
        "optionalDependencies": {"electron": "30"}},
         files={"server.js": LISTENS}, kind=Kind.WEB),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_runs_elsewhere_is_told_from_what_serves(case: Case) -> None:
    check(case)


def test_a_refused_library_says_why() -> None:
    found = planned(
        {"package.json": text_of({"name": "kit", "exports": "./index.js", "files": ["index.js"]}), "index.js": ""}
    )
    assert [one.component for one in found.refusals] == ["kit"]
    assert not found.questions


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"scripts": []}',
        '{"dependencies": "x", "scripts": {"start": 4}, "bin": 3, "engines": []}',
        "\ufeff{}",
        '"x"',
    ],
)
def test_a_broken_manifest_breaks_nothing(text: str) -> None:
    found = planned({"package.json": text})
    assert all(one.language.value == "javascript" for one in found.components)


@pytest.mark.parametrize(
    "scripts",
    [
        {"start": "npm run start"},
        {"start": "npm run a", "a": "npm run b", "b": "npm run a"},
        {"start": 'node "unclosed'},
        {"start": "&& || ;"},
        {"start": "node ../../../etc/passwd"},
        {"start": "node /etc/passwd"},
        {"start": "concurrently"},
        {"start": "cross-env"},
        {"start": "npx"},
        {"start": "cd"},
        {"start": "run-p *", "a": "run-p *"},
        {"start": "sh -c"},
        {"start": "x" * 100_000},
        {"start": "pm2 start ecosystem.config.js"},
    ],
    ids=lambda scripts: scripts["start"][:20],
)
def test_hostile_scripts_neither_hang_nor_start_anything(scripts: dict[str, str]) -> None:
    found = planned({"package.json": text_of({"scripts": scripts, "dependencies": {"express": "4"}})})
    assert all(one.start.value is None for one in found.components)


def test_sources_that_import_each_other_in_a_circle_end() -> None:
    files = {
        "package.json": text_of({"scripts": {"start": "node a.js"}}),
        "a.js": "require('./b'); require('./a');",
        "b.js": "require('./a');",
    }
    assert planned(files).components


def test_a_page_with_a_script_is_not_a_node_program() -> None:
    assert all(
        one.provider != "node"
        for one in planned({"index.html": "<script src=app.js>", "app.js": "document.title = 'x';"}).components
    )


def test_what_is_vendored_is_not_examined() -> None:
    inner = text_of({"name": "x", "scripts": {"start": "node index.js"}})
    assert all(
        one.provider != "node"
        for one in planned({"node_modules/x/package.json": inner, "node_modules/x/index.js": LISTENS}).components
    )


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["node .", "../..", "**", "a && b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "bin",
        "dependencies",
        "devDependencies",
        "devEngines",
        "engines",
        "exports",
        "keywords",
        "main",
        "name",
        "packageManager",
        "peerDependencies",
        "scripts",
        "volta",
        "workspaces",
    ]
)


@given(st.dictionaries(FIELDS, VALUES, max_size=8))
@settings(max_examples=200, deadline=None)
def test_no_manifest_whatever_its_types_breaks_planning(package: dict[str, object]) -> None:
    planned({"package.json": json.dumps(package), "index.js": LISTENS, "a/package.json": json.dumps(package)})
