"""How a member's scripts are called from where it is built: with its siblings first, by the workspace's own tool."""

from posixpath import join, relpath

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.tools import Role, role_of
from builder.detect.languages.node.workspaces import needed
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Command
from core.phrase import Phrase

BUILDS = (
    "build:prod", "build:production", "build", "heroku-postbuild", "gcp-build", "compile", "build:server", "bundle",
    "dist", "build:app", "build:all", "build:dist", "build:client", "build-only", "docs:build", "build:docs",
    "generate", "tsc", "build:ts", "build:web", "web:build", "build:css",
)  # fmt: skip
"""Scripts by which people build, in order; a ``build`` that only checks is none."""


def build_script(seen: Seen, *first: str) -> str:
    """Return the script that builds, empty for none."""
    scripts = seen.package.scripts
    usual: tuple[str, ...] = BUILDS if "build:prod" in scripts and "build" not in scripts else ("build", *BUILDS)
    for name in (*first, *usual):
        if name in scripts:
            held = seen.script(name)
            if not held or any(role_of(one) != Role.CHECK or one.elsewhere for one in held):
                return name
    return ""


def run(manager: str, script: str) -> Command:
    """Return how a package manager runs a script."""
    return Command(argv=(manager, "run", script))


def add_build(seen: Seen, *first: str, otherwise: tuple[str, ...] = ()) -> bool:
    """Add the build, by script; where there is none, by the tool itself. Say whether there is one."""
    script = build_script(seen, *first)
    if script:
        why = Phrase(en=f"The script {script} builds it.", zh=f"脚本 {script} 负责构建。")
        commands = _in_workspace(seen, script) if seen.workspace is not None and not seen.root else ()
        seen.build(DECLARED, "script", why, *(commands or (run(seen.manager, script),)), evidence=seen.line(script))
        return True
    if otherwise:
        why = Phrase(en=f"{otherwise[0]} builds it.", zh=f"由 {otherwise[0]} 构建。")
        command = Command(
            argv=otherwise if seen.inside == "." else ("sh", "-c", f"cd {seen.inside} && {' '.join(otherwise)}")
        )
        seen.build(CONVENTION, "tool", why, command)
        return True
    return False


def _in_workspace(seen: Seen, script: str) -> tuple[Command, ...]:
    """Return the commands that build a member and what it depends on, run at the workspace's root."""
    workspace = seen.workspace
    if workspace is None:
        return ()
    look, root, name = seen.place.look, workspace.path, seen.package.name
    manager = seen.manager
    if look.json(join(root, "turbo.json")) and name:
        return (Command(argv=(*_runner(manager), "turbo", "run", script, f"--filter={name}")),)
    if manager == "pnpm" and name:
        return (Command(argv=("pnpm", "--filter", f"{name}...", "run", script)),)
    commands = []
    for folder, package in needed(look, workspace, seen.place.path):
        wanted = script if folder == seen.place.path else "build"
        if wanted in package.scripts and folder != root:
            commands.append(_member(manager, relpath(folder, root or "."), package.name, wanted))
    return tuple(commands)


def _member(manager: str, folder: str, name: str, script: str) -> Command:
    match manager:
        case "yarn" if name:
            return Command(argv=("yarn", "workspace", name, "run", script))
        case "pnpm":
            return Command(argv=("pnpm", "--dir", folder, "run", script))
        case "bun":
            return Command(argv=("bun", "run", "--cwd", folder, script))
        case _:
            return Command(argv=("npm", "run", script, f"--workspace={folder}"))


def _runner(manager: str) -> tuple[str, ...]:
    return {"pnpm": ("pnpm", "exec"), "yarn": ("yarn", "run"), "bun": ("bunx",)}.get(manager, ("npx",))
