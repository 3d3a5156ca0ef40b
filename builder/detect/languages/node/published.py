"""Packages that others install: libraries and command-line tools, by what only those declare."""

import re

from builder.detect.languages.node.manifest import cite_dependency
from builder.detect.languages.node.seen import Seen
from builder.grounds import CONVENTION, DECLARED, DEFAULT
from builder.plan import Kind
from core.evidence import Evidence
from core.phrase import Phrase

SURE = 3
"""Points from which a package is meant to be installed by others, whatever its scripts are for."""

_BUNDLERS = (
    "tsup", "unbuild", "microbundle", "tsdx", "pkgroll", "bunchee", "ng-packagr", "father", "vite-plugin-dts",
    "@microsoft/api-extractor", "size-limit", "np", "semantic-release", "tsdown", "rollup-plugin-dts",
    "@sveltejs/package", "publint", "react-native-builder-bob", "@nuxt/module-builder", "standard-version",
    "auto-changelog", "release-it", "@arethetypeswrong/cli", "dts-cli", "bob-the-bundler", "@rslib/core", "tshy",
    "zshy", "@changesets/cli", "preconstruct", "@vitejs/plugin-lib", "vite-plugin-lib-inject-css", "aegir",
    "rollup-plugin-typescript2", "bili", "@babel/cli",
)  # fmt: skip
_MADE = re.compile(r"^(\./)?(dist|lib|build|es|cjs|esm|out|umd|target)/")
_COMMANDS = (
    "commander", "yargs", "meow", "oclif", "@oclif/core", "cac", "minimist", "inquirer", "ink", "clipanion", "citty",
    "sade", "@clack/prompts", "caporal", "vorpal", "arg", "command-line-args", "prompts", "gluegun",
    "@inquirer/prompts", "optimist", "enquirer", "ora", "figlet",
)  # fmt: skip


def points(seen: Seen) -> int:
    """Count what says that a package is published."""
    package, data = seen.package, seen.package.data
    found = 0
    found += (
        2 * ("exports" in data) + 2 * bool(data.get("files")) + 2 * ("publishConfig" in data) + 2 * bool(package.peers)
    )
    found += (
        ("types" in data or "typings" in data)
        + ("module" in data)
        + ("sideEffects" in data)
        + ("unpkg" in data or "jsdelivr" in data)
    )
    found += bool(_MADE.match(package.word("main"))) + bool(
        {"prepublishOnly", "prepublish", "prepack"} & set(package.scripts)
    )
    found += bool(package.has(*_BUNDLERS)) + bool(seen.place.has(".npmignore", "jsr.json")) + bool(package.bins)
    if package.private:
        found -= 2 if seen.workspace is not None and not seen.root else 4
    return found


def examine(seen: Seen, *, least: int = 1) -> bool:
    """Add that others install it, if at least so many points say so."""
    package = seen.package
    if package.bins and (not package.private or least <= 1):
        why = Phrase(en="Its package.json declares commands.", zh="package.json 声明了命令。")
        if points(seen) >= least and (_named_for_it(seen) or not {"exports", "types", "typings"} & set(package.data)):
            seen.kind(
                Kind.CLI,
                DECLARED if not package.private else CONVENTION,
                "bin",
                why,
                seen.place.cite("package.json", '"bin"'),
            )
            return True
    if points(seen) >= least:
        sure = DECLARED if points(seen) >= SURE else CONVENTION
        why = Phrase(en="Its package.json says how others import it.", zh="package.json 说明了他人如何引用它。")
        seen.kind(Kind.LIBRARY, sure, "published", why, _line(seen))
        return True
    return False


def _named_for_it(seen: Seen) -> bool:
    """Say whether a command has the package's name: then it is what the package is for."""
    held = seen.package.data.get("bin")
    short = seen.package.name.rpartition("/")[2]
    return not isinstance(held, dict) or short in held or short.startswith("create-") or short.endswith("cli")


def otherwise(seen: Seen) -> bool:
    """Add what it most likely is where nothing starts, serves or builds it."""
    package = seen.package
    tool = package.needs(*_COMMANDS)
    if tool and not package.private and seen.place.has("index.js", "cli.js", "main.js", "src/index.ts", "bin.js"):
        why = Phrase(en=f"It talks to people by {tool} and serves nothing.", zh=f"它通过 {tool} 与人交互，不提供服务。")
        seen.kind(Kind.CLI, DEFAULT, "prompts", why, cite_dependency(seen.place, tool))
        return True
    main = package.word("main")
    named = seen.place.has(main, f"{main}.js", f"{main}/index.js") if main else ""
    if (
        named
        or "exports" in package.data
        or _MADE.match(main)
        or seen.place.has("index.js", "index.ts", "src/index.ts", "src/index.js", "lib/index.js", "index.mjs")
    ):
        why = Phrase(en="It has a main module and nothing that starts it.", zh="它有主模块，但没有启动方式。")
        confidence = CONVENTION if (named or main) and not package.private else DEFAULT
        seen.kind(Kind.LIBRARY, confidence, "main", why, _line(seen))
        return True
    return False


def _line(seen: Seen) -> Evidence | None:
    keys = ("exports", "files", "publishConfig", "peerDependencies", "module", "types", "typings", "main", "name")
    return next(
        (found for key in keys if key in seen.package.data and (found := seen.place.cite("package.json", f'"{key}"'))),
        None,
    )
