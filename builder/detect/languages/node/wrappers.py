"""Programs that only start other programs: wrappers that set something, watchers, process managers."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace

from builder.detect.languages.node.stepping import MANAGERS, Step, positional
from builder.detect.shared.shell import commands

Follow = Callable[[str, Step], Iterator[Step]]
"""Tell what a line runs that a wrapper is given."""

_DROPPED = frozenset({"sudo", "time", "exec", "nice", "command", "shx", "winpty", "dumb-init", "tini", "nohup"})
VALUED = {
    "nodemon": frozenset({"-w", "--watch", "-e", "--ext", "-i", "--ignore", "-d", "--delay", "--signal", "-s",
        "--config", "-C"}),
    "concurrently": frozenset({"-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-s", "--success", "-m",
                               "--max-processes", "--restart-tries", "--restart-after", "-l", "--prefix-length", "-t",
                               "--timestamp-format", "--default-input-target", "--handle-input"}),
    "npx": frozenset({"-p", "--package", "-c", "--call"}),
    "dotenv": frozenset({"-e", "-c", "-v", "-p"}),
    "env-cmd": frozenset({"-f", "--file", "-r", "--rc-file", "-e", "--environments"}),
    "dotenvx": frozenset({"-f", "--env-file", "-e", "--env", "-fk"}),
}  # fmt: skip
INSPECT = re.compile(r"^--(inspect|watch|expose-gc$|trace-warnings$)")


def without_wrapper(tool: str, rest: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the command inside of a wrapper, None where ``tool`` is none."""
    if tool in _DROPPED:
        return rest
    if tool in {"cross-env", "cross-env-shell", "env"}:
        return tuple(commands(rest[0])[0].words) if len(rest) == 1 and " " in rest[0] and commands(rest[0]) else rest
    if tool in {"npx", "bunx", "pnpx"}:
        if "-c" in rest[:-1]:
            inner = commands(rest[rest.index("-c") + 1])
            return inner[0].words if inner else ()
        return _behind_options(rest, VALUED["npx"])
    if tool in {"dotenv", "dotenv-cli", "env-cmd"}:
        if "--" in rest:
            return rest[rest.index("--") + 1 :]
        return _behind_options(rest, VALUED["dotenv" if tool.startswith("dotenv") else "env-cmd"])
    if tool == "dotenvx" and rest[:1] == ("run",):
        return rest[rest.index("--") + 1 :] if "--" in rest else _behind_options(rest[1:], VALUED["dotenvx"])
    if tool in {"wait-on", "wait-port", "sleep", "echo", "rimraf", "rm", "mkdir", "mkdirp", "cp", "cpx", "copyfiles",
        "clear",
                "cpy", "mv", "del-cli", "touch", "cls", "true", "exit", "npm-run-all2", "kill-port", "ncp", "copy",
                "del",
                "xcopy", "chmod", "test", "[", "printf", "open-cli", "is-ci", "husky", "patch-package"}:  # fmt: skip
        return ()
    return None


def _behind_options(rest: tuple[str, ...], valued: frozenset[str]) -> tuple[str, ...]:
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        if rest[at] == "--":
            return rest[at + 1 :]
        at += 2 if rest[at] in valued else 1
    return rest[at:]


WATCHERS = frozenset(
    {
        "nodemon", "ts-node-dev", "tsnd", "node-dev", "supervisor", "tsc-watch", "pm2", "pm2-runtime", "pm2-docker",
        "forever", "pm2-dev",
    }
)  # fmt: skip


def watched(tool: str, rest: tuple[str, ...], base: Step, follow: Follow) -> Iterator[Step]:
    """Tell what watchers and process managers start."""
    watching = replace(base, watching=True)
    if tool == "tsc-watch":
        inner = next((rest[at + 1] for at, word in enumerate(rest[:-1]) if word.lower() == "--onsuccess"), "")
        yield from follow(inner, watching)
    elif tool == "nodemon":
        yield from _nodemon(rest, watching, follow)
    elif tool in {"ts-node-dev", "tsnd"}:
        files = positional(
            rest, frozenset({"--project", "-P", "-r", "--require", "--ignore-watch", "--watch", "--debounce"})
        )
        if files:
            yield replace(watching, words=("ts-node", *files))
    elif tool in {"node-dev", "supervisor"}:
        files = positional(rest, frozenset({"-w", "--watch", "-e", "-i", "-x", "-r"}))
        if files:
            yield replace(watching, words=("node", *files))
    else:
        yield from _kept_alive(rest, base, follow)


def _nodemon(rest: tuple[str, ...], base: Step, follow: Follow) -> Iterator[Step]:
    line, kept, options, at = "", list[str](), list[str](), 0
    while at < len(rest):
        word = rest[at]
        if word in {"-x", "--exec"} and at + 1 < len(rest):
            line, at = rest[at + 1], at + 1
        elif word.startswith("--exec="):
            line = word.partition("=")[2]
        elif word in {"-r", "--require", "--import", "--loader"} and at + 1 < len(rest) and not kept:
            options += rest[at : at + 2]
            at += 1
        elif word in VALUED["nodemon"]:
            at += 1
        elif not word.startswith("-") or (kept and not line and not INSPECT.match(word)):
            kept.append(word)
        at += 1
    if line:
        for one in follow(line, base):
            bare = not positional(one.words[1:]) and one.words[0] != "npm"
            yield replace(one, words=(*one.words, *kept)) if bare else one
    else:
        file = kept[0] if kept else "."
        runner = "ts-node" if file.endswith((".ts", ".mts", ".cts")) else "node"
        yield replace(base, words=(runner, *options, file, *kept[1:]))


def _kept_alive(rest: tuple[str, ...], base: Step, follow: Follow) -> Iterator[Step]:
    words = positional(
        rest,
        frozenset({"-n", "--name", "-i", "--instances", "--interpreter", "--env", "-l", "-o", "-e", "--only", "-w",
            "--uid",
                   "--max-memory-restart", "-c", "--minUptime", "--spinSleepTime", "--watch-delay", "-f"}),
    )  # fmt: skip
    named = [word for word in words if word not in {"start", "startOrRestart", "startOrReload", "reload", "restart"}]
    if not named or named[0] in {"delete", "stop", "kill", "logs", "list", "save", "monit", "flush"}:
        return
    if named[0] in MANAGERS:
        extra = rest[rest.index("--") + 1 :] if "--" in rest else ()
        yield from follow(shlex.join((named[0], *extra)), base)
    else:
        yield replace(base, words=("node", named[0]))
