"""What command-line tools do: build, develop, run a server, show what was built, check, migrate."""

from collections.abc import Sequence
from enum import StrEnum

from builder.detect.languages.node.stepping import Step, positional


class Role(StrEnum):
    """What a command is for."""

    RUN = "run"
    """Runs the program as it is run for users."""
    DEVELOP = "develop"
    """A server for developers."""
    PREVIEW = "preview"
    """Serves the files that a build made."""
    BUILD = "build"
    MIGRATE = "migrate"
    SEED = "seed"
    CHECK = "check"
    """Tests, formats, publishes, deploys elsewhere."""
    SCREEN = "screen"
    """Opens a window or starts a telephone's simulator."""


_TOOLS: dict[Role, tuple[str, ...]] = {
    Role.BUILD: (
        "tsc", "tsup", "rollup", "esbuild", "swc", "babel", "unbuild", "microbundle", "pkgroll", "bunchee", "ncc",
        "tsdown", "sass", "node-sass", "lessc", "postcss", "tailwindcss", "@tailwindcss/cli", "browserify",
        "uglifyjs", "terser", "svelte-package", "svelte-kit", "ng-packagr", "vue-tsc", "tsc-alias", "tspc", "gulp",
        "grunt", "lasso", "electron-rebuild", "graphql-codegen", "openapi-generator-cli", "pug", "hugo", "lerna",
        "turbo", "build-storybook", "webpack-cli", "make", "tsgo", "typedoc", "jsdoc", "orval", "paraglide-js",
        "vsce", "web-ext", "plasmo", "wxt", "pkg", "electron-builder", "electron-forge", "nwbuild", "ttsc", "svgo",
        "imagemin", "ts-patch",
    ),
    Role.CHECK: (
        "eslint", "jest", "vitest", "mocha", "ava", "tap", "prettier", "biome", "xo", "standard", "tslint",
        "stylelint", "nyc", "c8", "cypress", "playwright", "karma", "testcafe", "semantic-release", "release-it",
        "np", "changeset", "commitlint", "lint-staged", "depcheck", "gh-pages", "netlify", "vercel", "firebase",
        "wrangler", "serverless", "sls", "sst", "cdk", "surge", "docker", "docker-compose", "git", "curl", "ncu",
        "newman", "artillery", "storybook", "start-storybook", "start-server-and-test", "codecov", "publint", "attw",
        "size-limit", "flow", "oxlint", "knip", "pulumi", "heroku", "now", "flyctl", "fly", "gcloud", "aws", "sam",
        "func", "amplify", "bundlesize", "cz", "git-cz", "standard-version", "conventional-changelog", "auto", "uvu",
        "borp", "wtfnode", "ngrok", "localtunnel", "lt", "open", "kubectl", "stripe", "cdktf", "terraform",
        "wait-on", "concurrently", "cat", "zip", "ssh", "scp", "rsync", "find", "ls", "mongod", "redis-server",
    ),
    Role.SCREEN: (
        "electron", "electron-vite", "tauri", "nw", "expo", "react-native", "cordova", "cap", "neu",
    ),
    Role.PREVIEW: (
        "serve", "http-server", "live-server", "lite-server", "browser-sync", "static-server", "sirv", "superstatic",
        "local-web-server", "ws", "static", "pushstate-server", "light-server", "es-dev-server", "budo",
        "alive-server",
    ),
    Role.RUN: (
        "node", "ts-node", "ts-node-esm", "tsx", "bun", "deno", "babel-node", "coffee", "swc-node", "sucrase-node",
        "esno", "esr", "jiti", "remix-serve", "react-router-serve", "fastify", "probot", "functions-framework",
        "json-server", "strapi", "directus", "keystone", "egg-scripts", "midway", "medusa", "nodebb", "hubot",
        "node-red", "srvx", "moleculer-runner", "payload", "sails", "botpress", "n8n", "listhen", "ghost", "micro",
        "ts-node-script", "vite-node", "nodejs", "sh", "bash", "verdaccio", "polka", "meteor", "sapper",
    ),
    Role.DEVELOP: (
        "webpack-dev-server", "tsc-watch", "micro-dev", "wmr", "snowpack", "roadhog", "slidev", "redwood", "egg-bin",
        "react-cosmos", "nodemon",
    ),
}  # fmt: skip
"""Tools that do one thing, whatever they are told."""

_ALWAYS = {tool: role for role, tools in _TOOLS.items() for tool in tools}

_BY_SUB: dict[str, dict[str, Role]] = {
    "next": {"": Role.DEVELOP, "dev": Role.DEVELOP, "start": Role.RUN, "build": Role.BUILD, "export": Role.BUILD,
        "lint": Role.CHECK},
    "nuxt": {"": Role.DEVELOP, "dev": Role.DEVELOP, "start": Role.RUN, "preview": Role.RUN, "build": Role.BUILD,
             "generate": Role.BUILD, "prepare": Role.BUILD},
    "vite": {"": Role.DEVELOP, "dev": Role.DEVELOP, "serve": Role.DEVELOP, "preview": Role.PREVIEW, "build": Role.BUILD,
             "optimize": Role.BUILD},
    "astro": {"": Role.DEVELOP, "dev": Role.DEVELOP, "start": Role.DEVELOP, "preview": Role.PREVIEW,
        "build": Role.BUILD,
              "check": Role.CHECK, "sync": Role.BUILD},
    "remix": {"dev": Role.DEVELOP, "build": Role.BUILD, "vite:dev": Role.DEVELOP, "vite:build": Role.BUILD,
        "watch": Role.DEVELOP},
    "react-router": {"dev": Role.DEVELOP, "build": Role.BUILD, "typegen": Role.BUILD},
    "ng": {"serve": Role.DEVELOP, "s": Role.DEVELOP, "build": Role.BUILD, "b": Role.BUILD, "": Role.CHECK,
        "run": Role.BUILD},
    "nest": {"start": Role.DEVELOP, "build": Role.BUILD, "": Role.CHECK},
    "gatsby": {"develop": Role.DEVELOP, "serve": Role.PREVIEW, "build": Role.BUILD, "clean": Role.CHECK},
    "docusaurus": {"start": Role.DEVELOP, "serve": Role.PREVIEW, "build": Role.BUILD, "": Role.CHECK},
    "react-scripts": {"start": Role.DEVELOP, "build": Role.BUILD, "test": Role.CHECK, "eject": Role.CHECK},
    "react-app-rewired": {"start": Role.DEVELOP, "build": Role.BUILD, "test": Role.CHECK},
    "craco": {"start": Role.DEVELOP, "build": Role.BUILD, "test": Role.CHECK},
    "vue-cli-service": {"serve": Role.DEVELOP, "build": Role.BUILD, "": Role.CHECK},
    "webpack": {"serve": Role.DEVELOP, "": Role.BUILD},
    "parcel": {"build": Role.BUILD, "": Role.DEVELOP, "serve": Role.DEVELOP, "watch": Role.DEVELOP},
    "rsbuild": {"dev": Role.DEVELOP, "build": Role.BUILD, "preview": Role.PREVIEW, "": Role.DEVELOP},
    "rspack": {"serve": Role.DEVELOP, "build": Role.BUILD, "": Role.BUILD, "dev": Role.DEVELOP,
        "preview": Role.PREVIEW},
    "vitepress": {"dev": Role.DEVELOP, "build": Role.BUILD, "serve": Role.PREVIEW, "preview": Role.PREVIEW,
        "": Role.DEVELOP},
    "vuepress": {"dev": Role.DEVELOP, "build": Role.BUILD},
    "eleventy": {"": Role.BUILD},
    "hexo": {"generate": Role.BUILD, "g": Role.BUILD, "server": Role.DEVELOP, "s": Role.DEVELOP, "": Role.CHECK},
    "vinxi": {"dev": Role.DEVELOP, "build": Role.BUILD, "start": Role.RUN},
    "nitro": {"dev": Role.DEVELOP, "build": Role.BUILD, "preview": Role.RUN},
    "nitropack": {"dev": Role.DEVELOP, "build": Role.BUILD, "preview": Role.RUN},
    "strapi": {"develop": Role.DEVELOP, "dev": Role.DEVELOP, "start": Role.RUN, "build": Role.BUILD, "": Role.CHECK},
    "keystone": {"dev": Role.DEVELOP, "start": Role.RUN, "build": Role.BUILD, "postinstall": Role.BUILD,
        "": Role.DEVELOP},
    "medusa": {"develop": Role.DEVELOP, "start": Role.RUN, "build": Role.BUILD, "seed": Role.SEED, "exec": Role.SEED,
        "": Role.CHECK},
    "fastify": {"start": Role.RUN, "": Role.CHECK},
    "blitz": {"dev": Role.DEVELOP, "start": Role.RUN, "build": Role.BUILD, "": Role.CHECK},
    "ember": {"serve": Role.DEVELOP, "s": Role.DEVELOP, "server": Role.DEVELOP, "build": Role.BUILD, "": Role.CHECK},
    "stencil": {"build": Role.BUILD, "": Role.BUILD},
    "preact": {"build": Role.BUILD, "watch": Role.DEVELOP, "serve": Role.PREVIEW},
    "quasar": {"dev": Role.DEVELOP, "build": Role.BUILD, "serve": Role.PREVIEW, "": Role.CHECK},
    "umi": {"dev": Role.DEVELOP, "build": Role.BUILD, "": Role.BUILD},
    "max": {"dev": Role.DEVELOP, "build": Role.BUILD, "": Role.BUILD},
    "ionic": {"serve": Role.DEVELOP, "build": Role.BUILD, "": Role.SCREEN},
    "waku": {"dev": Role.DEVELOP, "build": Role.BUILD, "start": Role.RUN},
    "vike": {"dev": Role.DEVELOP, "build": Role.BUILD, "preview": Role.RUN},
    "slidev": {"": Role.DEVELOP, "build": Role.BUILD, "export": Role.CHECK},
    "qwik": {"": Role.BUILD},
    "prisma": {"migrate": Role.MIGRATE, "db": Role.MIGRATE, "generate": Role.BUILD, "": Role.CHECK},
    "sequelize": {"db:migrate": Role.MIGRATE, "db:seed:all": Role.SEED, "": Role.CHECK},
    "sequelize-cli": {"db:migrate": Role.MIGRATE, "db:seed:all": Role.SEED, "": Role.CHECK},
    "knex": {"migrate:latest": Role.MIGRATE, "seed:run": Role.SEED, "": Role.CHECK},
    "typeorm": {"migration:run": Role.MIGRATE, "": Role.CHECK},
    "typeorm-ts-node-commonjs": {"migration:run": Role.MIGRATE, "": Role.CHECK},
    "drizzle-kit": {"migrate": Role.MIGRATE, "push": Role.MIGRATE, "": Role.CHECK},
    "mikro-orm": {"migration:up": Role.MIGRATE, "": Role.CHECK},
    "node-pg-migrate": {"up": Role.MIGRATE, "": Role.CHECK},
    "db-migrate": {"up": Role.MIGRATE, "": Role.CHECK},
    "migrate-mongo": {"up": Role.MIGRATE, "": Role.CHECK},
    "nx": {"serve": Role.DEVELOP, "build": Role.BUILD, "": Role.CHECK},
}  # fmt: skip
"""By tool and subcommand; the empty one is every other."""

_SAME = {
    "nuxi": "nuxt", "nuxi-edge": "nuxt", "nuxt-ts": "nuxt", "sirv-cli": "sirv", "@11ty/eleventy": "eleventy",
    "rw": "redwood", "gatsby-cli": "gatsby", "dumi": "umi", "rescripts": "craco", "nuxt3": "nuxt",
    "nuxt-edge": "nuxt",
}  # fmt: skip

FILE_RUNNERS = frozenset(
    {
        "node", "nodejs", "ts-node", "ts-node-esm", "tsx", "bun", "babel-node", "swc-node", "sucrase-node", "esno",
        "esr", "jiti", "vite-node", "ts-node-script", "coffee", "sh", "bash",
    }
)  # fmt: skip
"""Programs that are given the file that they run."""

_WATCH = frozenset({"-w", "--watch", "watch"})
_VALUED = frozenset(
    {
        "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "-P", "--project",
        "--env-file", "--env-file-if-exists", "--tsconfig", "-O", "--compiler-options", "--max-old-space-size",
        "--cwd", "--stack-size", "--title",
    }
)  # fmt: skip


def role_of(step: Step) -> Role:
    """Return what a command is for."""
    tool = _SAME.get(step.tool, step.tool)
    subs = [word for word in step.words[1:] if not word.startswith("-")]
    if tool in {"node", "bun", "deno", "nodejs"} and (
        "--test" in step.words
        or {"-e", "--eval", "-p", "-v", "--version"} & set(step.words[1:3])
        or subs[:1] in (["test"], ["build"])
    ):
        return Role.BUILD if subs[:1] == ["build"] else Role.CHECK
    if tool == "node" and subs[:1] == ["ace"]:
        return _ace(subs[1:])
    if tool in _BY_SUB:
        table = _BY_SUB[tool]
        role = table.get(subs[0] if subs else "", table.get("", Role.BUILD))
        if tool == "webpack" and _WATCH & set(step.words):
            return Role.DEVELOP
        return role
    if tool in _ALWAYS:
        role = _ALWAYS[tool]
        return Role.DEVELOP if role == Role.BUILD and _WATCH & set(step.words) else role
    if step.words and "/" in step.words[0] and "node_modules/" not in step.words[0]:
        return Role.RUN
    return Role.CHECK


def _ace(subs: Sequence[str]) -> Role:
    first = subs[0] if subs else ""
    known = {"serve": Role.DEVELOP, "build": Role.BUILD, "migration:run": Role.MIGRATE, "db:seed": Role.SEED}
    return known.get(first, Role.CHECK)


def file_of(step: Step) -> str:
    """Return the file or folder that a runner is given, empty for none."""
    if step.tool not in FILE_RUNNERS:
        return step.words[0] if step.words and "/" in step.words[0] else ""
    words = positional(step.words[1:], _VALUED)
    if step.tool == "bun" and words[:1] == ["run"]:
        words = words[1:]
    return words[0] if words else ""
