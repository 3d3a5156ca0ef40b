"""Which runtime and version a package runs on: version files, ``engines``, and what its old tools can run on."""

import re
from collections.abc import Iterator
from posixpath import join

from semantic_version import NpmSpec, Version

from builder.detect.languages.node.manifest import Package
from builder.detect.languages.node.seen import Seen
from builder.detect.shared.pins import pins
from builder.grounds import CONVENTION, DECLARED, DEFAULT, STATED
from builder.plan import Runtime
from builder.versions import RELEASES, chosen, release_of
from core.evidence import Evidence
from core.phrase import Phrase

CODENAMES = {
    "argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14", "gallium": "16",
    "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24",
}  # fmt: skip
"""Long-term releases of Node by name."""

_NUMBERS = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?")

_OLD = (
    ("node-sass", 5, 14), ("node-sass", 6, 15), ("node-sass", 7, 16), ("node-sass", 8, 17), ("node-sass", 9, 18),
    ("node-sass", 10, 20), ("webpack", 5, 16), ("react-scripts", 5, 16), ("@vue/cli-service", 5, 16), ("nuxt", 3, 16),
    ("next", 11, 16), ("gatsby", 3, 16), ("@angular-devkit/build-angular", 12, 16), ("@angular/cli", 12, 16),
    ("laravel-mix", 6, 16), ("@docusaurus/core", 2, 16), ("umi", 4, 16), ("gulp", 4, 12), ("ember-cli", 4, 16),
    ("preact-cli", 4, 16), ("@storybook/react", 6, 16),
)  # fmt: skip
"""Tools that fail on newer releases: below this major version of the tool, the last release of Node that runs it.
Webpack 4 and what is built on it need the hashes that OpenSSL 3 (Node 17) took away; node-sass is compiled code."""


_SWITCH = "--openssl-legacy-provider"


def add_runtime(seen: Seen, runtime: str = "node") -> None:
    """Add the runtime with its version."""
    limit, tool = _limit(seen.package) if runtime == "node" else (None, "")
    for text, confidence, rule, evidence in _asked(seen, runtime):
        if version := version_for(runtime, text, limit):
            _add(seen, runtime, version, text, confidence, rule, evidence)
            if limit is not None and tool != "node-sass" and version.isdigit() and int(version) > limit:
                why = Phrase(en=f"{tool} in this version needs old hashes.", zh=f"此版本的 {tool} 需要旧的哈希算法。")
                seen.draft.traits.add("node.openssl", CONVENTION, "node.version.hashes", why, seen.dependency(tool))
            return
    if limit is not None:
        version = str(limit)
        why = Phrase(
            en=f"{tool} in this version fails on newer releases.", zh=f"此版本的 {tool} 无法在更新的版本上运行。"
        )
        value = Runtime(name=runtime, version=version)
        seen.draft.runtime.add(value, CONVENTION, "node.version.tool", why, seen.dependency(tool))
        return
    usual = RELEASES[runtime].usual
    why = Phrase(en=f"Nothing asks for a version: {usual} is taken.", zh=f"没有指定版本：采用 {usual}。")
    seen.draft.runtime.add(Runtime(name=runtime, version=usual), DEFAULT, f"{runtime}.version.usual", why)


def version_for(runtime: str, text: str, limit: int | None = None) -> str | None:
    """Return the release for what a project asks for: a range, an exact version, or a name such as ``lts/iron``."""
    wanted = text.strip().strip("\"'").lower()
    wanted = wanted.removeprefix("node@").removeprefix("node-").removeprefix("bun@").removeprefix("bun-v")
    if not wanted:
        return None
    name = wanted.removeprefix("lts/").removeprefix("lts-")
    if name in CODENAMES:
        return CODENAMES[name]
    if wanted in {"lts", "lts/*", "--lts", "stable", "lts-latest", "*", "x", "system", "active"}:
        return chosen(runtime, lambda one: limit is None or int(one) <= limit)
    if wanted in {"node", "latest", "current"}:
        return RELEASES[runtime].known[-1]
    if re.fullmatch(r"[v=\s]*\d+(\.\d+){0,2}(-[\w.]+)?", wanted):
        found = _NUMBERS.search(wanted)
        return release_of(runtime, found[0]) if found else None
    return _fitting(runtime, wanted, limit)


def _fitting(runtime: str, text: str, limit: int | None) -> str | None:
    try:
        spec = NpmSpec(_plain(text))
    except ValueError:
        found = _NUMBERS.search(text)
        return release_of(runtime, found[0]) if found else None
    tried = [tuple(int(part or 0) for part in found.groups()) for found in _NUMBERS.finditer(text)]

    def fits(release: str) -> bool:
        major = int(release)
        near = [(major, 0, 0), (major, 99, 99)]
        near += [(major, minor, patch + more) for one, minor, patch in tried if one == major for more in (0, 1)]
        return any(Version(".".join(map(str, one))) in spec for one in near)

    release = chosen(runtime, lambda one: fits(one) and (limit is None or int(one) <= limit)) or chosen(runtime, fits)
    if release is None and tried:  # a release that is not in the table: the newest that the range names or borders on
        newest = max(tried)[0]
        return next((str(one) for one in range(newest + 1, 0, -1) if fits(str(one))), str(newest))
    return release


def _plain(text: str) -> str:
    """Return a range in the form that its parser knows: no blanks behind signs, no ``v``, ``||`` apart."""
    spaced = re.sub(r"(?<=[<>=^~])\s+", "", text.replace("&&", " ").replace(",", " "))
    spaced = re.sub(r"\s*\|\|?\s*", " || ", spaced)
    spaced = re.sub(r"(?<![\w.])v(?=\d)", "", spaced)
    spaced = re.sub(r"(>=|<=|>|<)(\d+)\.[x*](\.[x*])?", r"\1\2", spaced)
    spaced = re.sub(r"~>\s*", "~", spaced)
    return re.sub(r"\s+", " ", spaced).strip()


def _asked(seen: Seen, runtime: str) -> Iterator[tuple[str, float, str, Evidence | None]]:
    """Tell what asks for a version, the surest first."""
    place = seen.place
    for pin in pins(place, runtime):
        yield pin.text, STATED, "pinned", pin.evidence
    folders = dict.fromkeys((place.path, seen.draft.context))
    for folder in folders:
        path = join(folder, "package.json")
        package = Package(place.look.json(path))
        if text := package.words("volta").get(runtime, ""):
            yield text, STATED, "volta", place.look.cite(path, '"volta"')
        own = package.table("devEngines").get("runtime")
        for one in own if isinstance(own, list) else [own]:
            if isinstance(one, dict) and one.get("name") == runtime and isinstance(one.get("version"), str):
                yield one["version"], STATED, "dev-engines", place.look.cite(path, '"devEngines"')
        if runtime == "bun" and (found := re.match(r"bun@(\S+)", package.word("packageManager"))):
            yield found[1], STATED, "manager", place.look.cite(path, '"packageManager"')
        if text := package.words("engines").get(runtime, ""):
            yield text, DECLARED, "engines", place.look.cite(path, re.compile(rf'"{runtime}"\s*:'))
        if runtime == "node":
            yield from _settings(seen, folder)
    if runtime == "node" and (text := seen.package.dependencies.get("node", "")):
        yield text, DECLARED, "dependency", seen.dependency("node")


def _settings(seen: Seen, folder: str) -> Iterator[tuple[str, float, str, Evidence | None]]:
    look = seen.place.look
    path = join(folder, ".npmrc")
    for line in (look.tree.text(path) or "").splitlines():
        key, _, value = line.partition("=")
        if key.strip() in {"use-node-version", "node-version"}:
            yield value.strip(), STATED, "npmrc", look.cite(path, line.strip())
    path = join(folder, "pnpm-workspace.yaml")
    held = look.yaml(path)
    if isinstance(held, dict) and isinstance(held.get("useNodeVersion"), str):
        yield held["useNodeVersion"], STATED, "pnpm", look.cite(path, "useNodeVersion")


def _limit(package: Package) -> tuple[int | None, str]:
    """Return the newest release that its tools run on, None where they run on all."""
    # who switches the old hashes on again builds with a newer release, and older ones refuse the switch
    switched = any(_SWITCH in line for line in package.scripts.values())
    limits = [
        (release, tool)
        for tool, below, release in _OLD
        if (major := package.major(tool)) is not None and major < below and not (switched and tool != "node-sass")
    ]
    return min(limits, default=(None, ""), key=lambda one: one[0])


def _add(
    seen: Seen, runtime: str, version: str, text: str, confidence: float, rule: str, evidence: Evidence | None
) -> None:
    why = Phrase(en=f"{runtime} {text} is asked for.", zh=f"要求 {runtime} {text}。")
    value = Runtime(name=runtime, version=version, constraint=text)
    seen.draft.runtime.add(value, confidence, f"{runtime}.version.{rule}", why, evidence)
