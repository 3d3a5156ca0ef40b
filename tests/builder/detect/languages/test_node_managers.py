"""Package managers and versions of runtimes: every way in which projects say them."""

import json

import pytest

from builder.detect.languages.node.runtimes import version_for
from tests.builder.detect.languages.node_cases import LISTENS, Case, check

APP = {"scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}}
INDEX = {"index.js": LISTENS}
NPM_LOCK = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/express": {}}})
STALE = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/koa": {}}})

MANAGERS = (
    Case(id="nothing", package=APP, files=INDEX, manager="npm", install="npm install"),
    Case(id="npm-lock", package=APP, files=INDEX | {"package-lock.json": NPM_LOCK}, manager="npm", install="npm ci"),
    Case(id="shrinkwrap", package=APP, files=INDEX | {"npm-shrinkwrap.json": NPM_LOCK}, manager="npm",
        install="npm ci"),
    Case(id="yarn-1", package=APP,
        files=INDEX | {"yarn.lock": "# yarn lockfile v1\n\nexpress@4:\n  version \"4.1.0\"\n"}, manager="yarn",
         install="yarn install --frozen-lockfile"),
    Case(id="yarn-berry", package=APP, files=INDEX | {"yarn.lock": "__metadata:\n  version: 8\n"}, manager="yarn",
        install="yarn install --immutable"),
    Case(id="yarn-berry-by-settings", package=APP, files=INDEX | {"yarn.lock": "",
        ".yarnrc.yml": "nodeLinker: node-modules\n"}, install="yarn install --immutable"),
    Case(id="pnpm", package=APP, files=INDEX | {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, manager="pnpm",
        install="pnpm install --frozen-lockfile"),
    Case(id="bun-text", package=APP, files=INDEX | {"bun.lock": "{}"}, manager="bun",
        install="bun install --frozen-lockfile", runtime="node 24"),
    Case(id="bun-binary", package=APP, files=INDEX | {"bun.lockb": "x"}, manager="bun"),
    Case(id="field-before-lock", package=APP | {"packageManager": "pnpm@9.1.0+sha512.abc"},
        files=INDEX | {"package-lock.json": NPM_LOCK}, manager="pnpm"),
    Case(id="dev-engines", package=APP | {"devEngines": {"packageManager": {"name": "yarn"}}}, files=INDEX,
        manager="yarn"),
    Case(id="only-allow", package=APP | {"scripts": {"preinstall": "npx only-allow pnpm", "start": "node index.js"}},
        files=INDEX, manager="pnpm"),
    Case(id="engines", package=APP | {"engines": {"pnpm": ">=8"}}, files=INDEX, manager="pnpm"),
    Case(id="engines-forbid", package=APP | {"engines": {"npm": "please-use-yarn", "yarn": ">= 1.19.1"}}, files=INDEX,
        manager="yarn"),
    Case(id="two-locks-one-stale", package=APP, files=INDEX | {"yarn.lock": "koa@2:\n  version \"2\"\n",
        "package-lock.json": NPM_LOCK}, manager="npm"),
    Case(id="two-locks-the-other-stale", package=APP, files=INDEX | {"yarn.lock": "express@4:\n  version \"4\"\n",
        "package-lock.json": STALE}, manager="yarn"),
    Case(id="two-locks-both-good", package=APP, files=INDEX | {"pnpm-lock.yaml": "dependencies:\n  express: 4.0.0\n",
        "package-lock.json": NPM_LOCK}, manager="pnpm"),
    Case(id="broken-lock", package=APP, files=INDEX | {"package-lock.json": "{", "yarn.lock": "express@4:\n"},
        manager="yarn"),
    Case(id="pnpm-workspace-without-lock", package=APP,
        files=INDEX | {"pnpm-workspace.yaml": "onlyBuiltDependencies: []\n"}, manager="pnpm"),
    Case(id="scripts-call-yarn", package=APP | {"scripts": {"start": "node index.js",
        "check": "yarn lint && yarn test"}}, files=INDEX, manager="yarn"),
)  # fmt: skip

RUNTIMES = (
    Case(id="nvmrc", package=APP, files=INDEX | {".nvmrc": "v18.17.0\n"}, runtime="node 18"),
    Case(id="nvmrc-name", package=APP, files=INDEX | {".nvmrc": "lts/iron"}, runtime="node 20"),
    Case(id="nvmrc-before-engines", package=APP | {"engines": {"node": ">=16"}}, files=INDEX | {".nvmrc": "22"},
        runtime="node 22"),
    Case(id="tool-versions", package=APP, files=INDEX | {".tool-versions": "nodejs 20.11.0\n"}, runtime="node 20"),
    Case(id="volta", package=APP | {"volta": {"node": "16.20.2"}}, files=INDEX, runtime="node 16"),
    Case(id="engines-open", package=APP | {"engines": {"node": ">=14"}}, files=INDEX, runtime="node 24"),
    Case(id="engines-caret", package=APP | {"engines": {"node": "^20.9.0"}}, files=INDEX, runtime="node 20"),
    Case(id="engines-x", package=APP | {"engines": {"node": "18.x"}}, files=INDEX, runtime="node 18"),
    Case(id="engines-bound", package=APP | {"engines": {"node": ">=18 <21"}}, files=INDEX, runtime="node 20"),
    Case(id="engines-with-an-old-tool", package=APP | {"engines": {"node": ">=10"},
        "devDependencies": {"node-sass": "^4.14.1"}}, files=INDEX, runtime="node 14"),
    Case(id="old-webpack", package=APP | {"devDependencies": {"webpack": "^4.46.0"}}, files=INDEX, runtime="node 16"),
    Case(id="old-webpack-with-the-old-hashes-switched-on", package=APP | {
        "scripts": {"start": "node index.js", "build": "NODE_OPTIONS=--openssl-legacy-provider webpack"},
        "devDependencies": {"webpack": "^4.46.0"}}, files=INDEX, runtime="node 24"),
    Case(id="old-webpack-on-a-pinned-release", package=APP | {"devDependencies": {"webpack": "^4.46.0"}},
         files=INDEX | {".nvmrc": "20"}, runtime="node 20", trait="node.openssl"),
    Case(id="npmrc", package=APP, files=INDEX | {".npmrc": "use-node-version=20.10.0\n"}, runtime="node 20"),
    Case(id="dev-engines-runtime", package=APP | {"devEngines": {"runtime": {"name": "node", "version": "^22.1.0"}}},
        files=INDEX, runtime="node 22"),
    Case(id="mise", package=APP, files=INDEX | {"mise.toml": "[tools]\nnode = \"22\"\n"}, runtime="node 22"),
)  # fmt: skip


@pytest.mark.parametrize("case", MANAGERS, ids=lambda case: case.id)
def test_the_package_manager_is_the_one_that_the_project_uses(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", RUNTIMES, ids=lambda case: case.id)
def test_the_runtime_is_the_one_that_the_project_asks_for(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("20", "20"), ("v20.11.1", "20"), ("^18 || ^20", "20"), ("18 || 20 || >=22", "24"), (">= 16.0.0", "24"),
        ("~16.14", "16"), ("*", "24"),
        ("lts/*", "24"), ("lts/hydrogen", "18"), ("node", "26"), (">=8.0.0 <=20.x.x", "20"), ("<17", "16"),
        ("14.x || 16.x", "16"), ("21.x", "21"),
        (">=18.0.0, <19", "18"), ("=18.12", "18"), ("16 - 18", "18"), ("", None), ("garbage", None), (">10 <12", "11"),
        ("^12.20.0||^14.13.1||>=16.0.0", "24"),
        ("v16", "16"), (">=v18", "24"), ("18.*", "18"),
    ],
)  # fmt: skip
def test_every_form_of_a_range_gives_a_release(text: str, wanted: str | None) -> None:
    assert version_for("node", text) == wanted
