"""What a build makes of TypeScript sources, and which source stands behind a file that a build makes."""

import re
from posixpath import join, normpath, relpath, splitext

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.sources import existing
from builder.detect.languages.node.stepping import Step
from builder.detect.languages.node.tools import Role, role_of
from builder.look import Place


def production(seen: Seen, words: tuple[str, ...], file: str, source: str) -> tuple[str, ...]:
    """Return what runs a TypeScript source for users: what the build makes of it, else the source itself."""
    compiled = compiled_of(seen, source)
    if compiled:
        return ("node", compiled)
    runner = words[0] if words and words[0] != "node" else runner_of(seen)
    return (runner, *words[1:]) if file in words[1:] else (runner, source)


def runner_of(seen: Seen) -> str:
    """Return the program that runs TypeScript as it is."""
    if seen.manager == "bun" or seen.package.has("@types/bun", "bun-types"):
        return "bun"
    return "ts-node" if seen.package.has("ts-node", "ts-node-dev") and not seen.package.has("tsx") else "tsx"


_COMPILERS = frozenset({"tsc", "tsup", "swc", "babel", "esbuild", "tspc", "ttsc", "tsdown"})


def compiled_of(seen: Seen, source: str) -> str:
    """Return the file that the build makes of a TypeScript source, empty where no script compiles."""
    compiles = [
        one
        for name, one in seen.steps
        if one.tool in _COMPILERS
        and "--noEmit" not in one.words
        and role_of(one) == Role.BUILD
        and ("build" in name or "compile" in name or name == "tsc")
    ]
    if not compiles or not source.endswith((".ts", ".tsx", ".mts")):
        return ""
    step = compiles[-1]
    stem = splitext(source)[0]
    suffix = ".mjs" if source.endswith(".mts") else ".js"
    out = next(
        (step.words[at + 1] for at, word in enumerate(step.words[:-1]) if word in {"--outDir", "-d", "--out-dir"}), ""
    )
    if step.tool in {"tsup", "tsdown"}:
        return join(out or "dist", stem.rpartition("/")[2] + suffix)
    if step.tool == "esbuild":
        single = next((word.partition("=")[2] for word in step.words if word.startswith("--outfile=")), "")
        out = next((word.partition("=")[2] for word in step.words if word.startswith("--outdir=")), out)
        return normpath(single) if single else join(out or "dist", stem.rpartition("/")[2] + suffix)
    options = _options(seen.place, step)
    out = out or str(options.get("outDir") or ("dist" if step.tool in {"swc", "babel"} else ""))
    if not out:
        return stem + suffix
    base = str(options.get("rootDir") or "")
    if not base:
        base = "src" if source.startswith("src/") and not _sources_beside(seen.place, "src") else ""
    inside = relpath(stem, normpath(base)) if base and normpath(base) != "." else stem
    return normpath(join(out, inside + suffix)) if not inside.startswith("..") else normpath(join(out, stem + suffix))


def _options(place: Place, step: Step) -> dict[str, object]:
    """Return the compiler's options, those of the file that a settings file extends included."""
    words = step.words
    named = next((words[at + 1] for at, word in enumerate(words[:-1]) if word in {"-p", "--project"}), "")
    found: dict[str, object] = {}
    file = normpath(named) if named else "tsconfig.json"
    if named and not file.endswith(".json"):
        file = join(file, "tsconfig.json")
    for _ in range(4):
        held = place.json(file)
        options = held.get("compilerOptions")
        found = (options if isinstance(options, dict) else {}) | found
        above = held.get("extends")
        if not isinstance(above, str) or not above.startswith("."):
            break
        file = normpath(join(file.rpartition("/")[0], above if above.endswith(".json") else f"{above}.json"))
    return found


def _sources_beside(place: Place, folder: str) -> bool:
    """Say whether TypeScript sources lie outside of a folder: then the compiler keeps the folder's name."""
    own = [
        name
        for name in place.names(".ts", ".tsx")
        if not re.search(r"\.(config|d|setup|spec|test)\.tsx?$|^vitest|^jest", name)
    ]
    return bool(own) and folder == "src"


def made_by_build(path: str) -> bool:
    """Say whether a path lies where builds write."""
    return bool(
        re.match(
            r"^(\.?/)?([\w@-]+/)?(dist|build|out|output|lib|\.output|bin|\.build|bundle|release|compiled|prod|"
            r"js|esm|cjs|target|built|bld)(/|$)",
            path,
        )
    )


_OUTPUTS = re.compile(
    r"^(?P<before>([\w@-]+/)?)(dist|build|out|output|lib|compiled|\.build|bundle|built|prod|js|esm|cjs|es|bin|"
    r"bld)/(?P<rest>.*)$"
)


def source_of(place: Place, path: str) -> str:
    """Return the source behind a path that is run: itself, or what a build makes it of."""
    if found := existing(place, path):
        return found
    inside = _OUTPUTS.match(f"{path}/index" if not splitext(path)[1] and "/" not in path else path)
    if not inside:
        return ""
    rest = splitext(inside["rest"])[0].removesuffix(".min").removesuffix(".bundle")
    before = inside["before"]
    for root in ("src", "", "lib", "server", "source", "app", "ts"):
        for name in (rest, rest.removeprefix("src/"), "index", "main", "server", "app"):
            if found := existing(place, join(before, root, name)):
                return found
    return ""
