"""Which package manager installs a package: what it says itself, lock files, settings, scripts."""

import re
from collections import Counter
from collections.abc import Iterator
from posixpath import basename, dirname, join

from builder.detect.languages.node.locks import agrees
from builder.detect.languages.node.manifest import Package
from builder.detect.languages.node.seen import Seen
from builder.detect.shared.shell import commands
from builder.grounds import CONVENTION, DEFAULT, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands
from core.evidence import Evidence
from core.phrase import Phrase

NAMES = ("npm", "pnpm", "yarn", "bun")
LOCKS = {
    "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "bun.lockb": "bun", "yarn.lock": "yarn", "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}  # fmt: skip
"""Lock files. Where several lie side by side, an earlier one is likelier meant: npm's is also made by accident."""

_SETTINGS = {
    "pnpm-workspace.yaml": "pnpm", ".pnpmfile.cjs": "pnpm", ".yarnrc.yml": "yarn", ".yarnrc": "yarn",
    "bunfig.toml": "bun",
}  # fmt: skip
_STEP = 0.04
"""How much less a lock file counts for each likelier one beside it: more than a tie."""


def add_manager(seen: Seen) -> None:
    """Add which package manager it is."""
    for folder, own in _folders(seen):
        found = len(seen.draft.package_manager.candidates)
        _said(seen, folder, own=own)
        _locked(seen, folder, own=own)
        _set(seen, folder)
        if len(seen.draft.package_manager.candidates) > found:
            break
    _scripted(seen)
    seen.draft.package_manager.add(
        "npm", DEFAULT, "node.manager.usual", Phrase(en="Node comes with npm.", zh="Node 自带 npm。")
    )


def _folders(seen: Seen) -> Iterator[tuple[str, bool]]:
    """Tell where it may be said: here, at the workspace's root, and above, where habits are likely shared."""
    yield seen.place.path, True
    if seen.workspace is not None and not seen.root:
        yield seen.workspace.path, True
    folder = seen.place.path
    while folder:
        folder = dirname(folder)
        yield folder, False


def _said(seen: Seen, folder: str, *, own: bool) -> None:
    path = join(folder, "package.json")
    package = Package(seen.place.look.json(path))
    least = STATED if own else CONVENTION
    name = package.word("packageManager").partition("@")[0]
    if name in NAMES:
        _add(seen, name, least, "field", f"packageManager names {name}", f"packageManager 指定了 {name}",
             seen.place.look.cite(path, '"packageManager"'))  # fmt: skip
    chosen = package.table("devEngines").get("packageManager")
    chosen = chosen[0] if isinstance(chosen, list) and chosen else chosen
    if isinstance(chosen, dict) and chosen.get("name") in NAMES:
        name = str(chosen["name"])
        _add(seen, name, least, "engines", f"devEngines names {name}", f"devEngines 指定了 {name}",
             seen.place.look.cite(path, '"devEngines"'))  # fmt: skip
    for script in ("preinstall", "install", "prepare"):
        for one in commands(package.scripts.get(script, "")):
            if "only-allow" in one.words and one.words[-1] in NAMES:
                name = one.words[-1]
                _add(seen, name, least, "only-allow", f"only {name} is allowed", f"仅允许使用 {name}",
                     seen.place.look.cite(path, "only-allow"))  # fmt: skip
    engines = [name for name in ("pnpm", "yarn", "bun") if _welcome(package.words("engines").get(name, ""))]
    if len(engines) == 1 or (engines and "npm" not in package.words("engines")):
        name, evidence = engines[0], seen.place.look.cite(path, f'"{engines[0]}"')
        _add(seen, name, CONVENTION + 0.08, "engines", f"engines names {name}", f"engines 指定了 {name}", evidence)
    for key, name, confidence in (("pnpm", "pnpm", CONVENTION), ("resolutions", "yarn", CONVENTION - 0.08)):
        if key in package.data:
            evidence = seen.place.look.cite(path, f'"{key}"')
            _add(
                seen, name, confidence, "settings", f"{key} is a setting of {name}", f"{key} 是 {name} 的设置", evidence
            )
    if "volta" in package.data:
        for name in ("pnpm", "yarn"):
            if name in package.words("volta"):
                _add(seen, name, CONVENTION + 0.12, "volta", f"Volta pins {name}", f"Volta 固定了 {name}",
                     seen.place.look.cite(path, '"volta"'))  # fmt: skip


def _welcome(constraint: str) -> bool:
    """Say whether ``engines`` wants it: people also write there that it must not be used."""
    return bool(re.match(r"^[\s^~>=v]*\d|^\*$|^x$", constraint)) and "please" not in constraint


def _locked(seen: Seen, folder: str, *, own: bool) -> None:
    found = [(file, name) for file, name in LOCKS.items() if join(folder, file) in seen.place.tree]
    several = len({name for _, name in found}) > 1
    package = Package(seen.place.look.json(join(folder, "package.json")))
    if several:
        rank = {True: 0, None: 1, False: 2}
        found.sort(key=lambda one: rank[agrees(seen.place.look, join(folder, one[0]), package)])
    for at, (file, name) in enumerate(found):
        least = LOCKED if own else CONVENTION
        _add(seen, name, least - at * _STEP, "lock", f"{file} is its lock file", f"{file} 是它的锁文件",
             seen.place.look.cite_file(join(folder, file)))  # fmt: skip


def _set(seen: Seen, folder: str) -> None:
    for file, name in _SETTINGS.items():
        if join(folder, file) in seen.place.tree:
            _add(seen, name, CONVENTION + 0.04, "settings", f"{file} belongs to {name}", f"{file} 属于 {name}",
                 seen.place.look.cite_file(join(folder, file)))  # fmt: skip


def _scripted(seen: Seen) -> None:
    """Add the manager that scripts call most: what they call is what their writer uses."""
    calls: Counter[str] = Counter()
    first: dict[str, str] = {}
    for script, line in seen.package.scripts.items():
        for one in commands(line):
            tool = basename(one.words[0]) if one.words else ""
            name = {"bunx": "bun", "npx": "npm", "pnpx": "pnpm"}.get(tool, tool)
            if name in NAMES:
                calls[name] += 1
                first.setdefault(name, script)
    if calls:
        name, count = calls.most_common(1)[0]
        if name != "npm" and count > calls["npm"]:
            english, chinese = f"scripts call {name}", f"脚本调用了 {name}"
            _add(seen, name, CONVENTION - 0.14, "scripts", english, chinese, seen.line(first[name]))


def _add(
    seen: Seen, name: str, confidence: float, rule: str, english: str, chinese: str, evidence: Evidence | None
) -> None:
    why = Phrase(en=f"{english[0].upper()}{english[1:]}.", zh=f"{chinese}。")
    seen.draft.package_manager.add(name, confidence, f"node.manager.{rule}", why, evidence)


def lock_of(place: Place, context: str, manager: str) -> str:
    """Return the path of the lock file that an install in ``context`` uses, empty for none."""
    return next(
        (join(context, file) for file, name in LOCKS.items() if name == manager and join(context, file) in place.tree),
        "",
    )


def is_berry(place: Place, context: str) -> bool:
    """Say whether yarn is 2 or newer: by its settings, its own version, or the form of its lock file."""
    if join(context, ".yarnrc.yml") in place.tree:
        return True
    said = Package(place.look.json(join(context, "package.json"))).word("packageManager")
    if found := re.match(r"yarn@(\d+)", said):
        return int(found[1]) > 1
    return "__metadata:" in (place.tree.text(join(context, "yarn.lock")) or "")[:2000]


def add_install(seen: Seen) -> None:
    """Add how its dependencies are installed: exactly what the lock file says, where there is one."""
    manager, context = seen.manager, seen.draft.context
    lock = lock_of(seen.place, context, manager)
    frozen = {
        "npm": ("npm", "ci"),
        "pnpm": ("pnpm", "install", "--frozen-lockfile"),
        "yarn": ("yarn", "install", "--immutable" if is_berry(seen.place, context) else "--frozen-lockfile"),
        "bun": ("bun", "install", "--frozen-lockfile"),
    }
    if lock:
        why = Phrase(en=f"{basename(lock)} fixes what is installed.", zh=f"{basename(lock)} 固定了安装内容。")
        command = Command(argv=frozen[manager])
        seen.draft.install.add(
            Commands(each=(command,)), LOCKED, "node.install.frozen", why, seen.place.look.cite_file(lock)
        )
    elif seen.package.all or seen.workspace is not None:
        why = Phrase(en="There is no lock file: versions are chosen while building.", zh="没有锁文件：构建时选择版本。")
        command = Command(argv=(manager, "install"))
        seen.draft.install.add(Commands(each=(command,)), CONVENTION, "node.install.open", why)
