"""What the scripts of package.json run in the end: wrappers taken off, scripts that call scripts followed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from posixpath import basename

from builder.detect.languages.node.stepping import MANAGERS, Step, positional
from builder.detect.languages.node.wrappers import INSPECT, VALUED, WATCHERS, watched, without_wrapper
from builder.detect.shared.shell import Simple, commands, simple

MAX_DEPTH = 8
"""Scripts that call scripts: deeper is a circle."""

MAX_STEPS = 40
"""Commands of one script, all told."""

_LIFECYCLE = frozenset({"start", "stop", "restart", "test"})
_ELSEWHERE = frozenset(
    {
        "--prefix",
        "--cwd",
        "-C",
        "--dir",
        "-w",
        "--workspace",
        "--filter",
        "-F",
        "--recursive",
        "-r",
        "--workspaces",
        "-ws",
    }
)
_SETS = frozenset({"set", "export"})


def steps(scripts: Mapping[str, str], name: str) -> tuple[Step, ...]:
    """Return what a script runs, in order."""
    found: list[Step] = []
    for one in _script(scripts, name, (), 0):
        found.append(one)
        if len(found) >= MAX_STEPS:
            break
    return tuple(found)


def steps_of(scripts: Mapping[str, str], line: str, script: str = "") -> tuple[Step, ...]:
    """Return what a line runs."""
    return tuple(_line(scripts, line, Step(words=(), script=script), 0))


def _script(scripts: Mapping[str, str], name: str, extra: Sequence[str], depth: int) -> Iterator[Step]:
    if depth > MAX_DEPTH or name not in scripts:
        return
    inner = list(_line(scripts, scripts[name], Step(words=(), script=name), depth + 1))
    if inner and extra:
        inner[-1] = replace(inner[-1], words=(*inner[-1].words, *extra))
    yield from inner


def _line(scripts: Mapping[str, str], line: str, base: Step, depth: int) -> Iterator[Step]:
    folder, environment = base.folder, base.environment
    for one in commands(line):
        if one.words and one.words[0] == "cd" and len(one.words) > 1:
            folder = _joined(folder, one.words[1])
        elif one.words and one.words[0] in _SETS:
            environment = (*environment, *simple(one.words[1:]).environment)
        elif not one.words:
            environment = (*environment, *one.environment)
        else:
            started = replace(
                base,
                folder=folder,
                environment=(*environment, *one.environment),
                parallel=base.parallel or one.joint == "&",
            )
            yield from _command(scripts, one, started, depth)


def _joined(folder: str, name: str) -> str:
    parts: list[str] = [part for part in folder.split("/") if part]
    for part in name.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _command(scripts: Mapping[str, str], one: Simple, base: Step, depth: int) -> Iterator[Step]:
    """Tell what a command runs. Each wrapper is taken off once; what is left is the command itself."""
    words = one.words
    tool = basename(words[0]).removesuffix(".cmd")
    rest = words[1:]
    if depth > MAX_DEPTH:
        return
    if tool in {"sh", "bash"} and rest[:1] == ("-c",) and len(rest) > 1:
        yield from _line(scripts, rest[1], base, depth + 1)
    elif tool in {"run-s", "run-p", "npm-run-all", "npm-run-all2", "concurrently"}:
        yield from _several(scripts, tool, rest, base, depth)
    elif tool in MANAGERS:
        yield from _managed(scripts, tool, words, base, depth)
    elif tool in WATCHERS:
        yield from watched(tool, rest, base, lambda line, above: _line(scripts, line, above, depth + 1))
    elif (inner := without_wrapper(tool, rest)) is not None:
        if inner:
            bare = simple(inner)
            started = replace(base, environment=(*base.environment, *bare.environment))
            if bare.words:
                yield from _command(scripts, bare, started, depth + 1)
    elif tool in {"node", "tsx", "ts-node", "bun"} and any(word == "watch" or INSPECT.match(word) for word in rest[:3]):
        kept = tuple(
            word for at, word in enumerate(rest) if not INSPECT.match(word) and not (word == "watch" and at == 0)
        )
        yield replace(
            base, words=(words[0], *kept), watching="watch" in rest[:1] or any("watch" in w for w in rest[:3])
        )
    else:
        yield replace(base, words=words)


def _several(scripts: Mapping[str, str], tool: str, rest: tuple[str, ...], base: Step, depth: int) -> Iterator[Step]:
    """Tell what runners of several scripts run."""
    parallel = tool in {"run-p", "concurrently"} or bool({"-p", "--parallel", "-l"} & set(rest))
    base = replace(base, parallel=base.parallel or parallel)
    if tool == "concurrently":
        for word in positional(rest, VALUED["concurrently"]):
            if word.startswith(("npm:", "pnpm:", "yarn:", "bun:")):
                yield from _matching(scripts, word.partition(":")[2], base, depth)
            else:
                yield from _line(scripts, word, base, depth + 1)
        return
    for word in positional(rest):
        name, *extra = (part for part in word.split(" ") if not part.startswith("{"))  # {@} stands for what follows
        yield from _matching(scripts, name, base, depth, extra)


def _matching(
    scripts: Mapping[str, str], pattern: str, base: Step, depth: int, extra: Sequence[str] = ()
) -> Iterator[Step]:
    # in these patterns ``*`` ends at a colon, ``**`` does not
    loose = [name for name in scripts if fnmatchcase(name, pattern)]
    for name in loose if "**" in pattern else [name for name in loose if name.count(":") == pattern.count(":")]:
        for one in _script(scripts, name, extra, depth + 1):
            yield replace(
                one, parallel=one.parallel or base.parallel, environment=(*base.environment, *one.environment)
            )


def _managed(scripts: Mapping[str, str], tool: str, words: tuple[str, ...], base: Step, depth: int) -> Iterator[Step]:
    """Tell what ``npm run X``, ``yarn X``, ``pnpm exec X``, ``bun X`` run."""
    rest = words[1:]
    named = positional([word for word in rest if word != "--"], _ELSEWHERE)
    leads = any(word.partition("=")[0] in _ELSEWHERE for word in rest) or named[:1] in (["workspace"], ["workspaces"])
    if leads or base.folder:
        yield replace(base, words=words, elsewhere=True)
        return
    runs = named[:1] in (["run"], ["run-script"], ["rum"], ["r"])
    script = named[1] if runs and len(named) > 1 else next(iter(named), "")
    if not script:
        return
    if script in scripts and (runs or tool != "npm" or script in _LIFECYCLE):
        yield from _followed(scripts, script, _behind(rest, script), base, depth)
    elif tool == "bun" and named[:1] != ["x"]:
        yield replace(
            base,
            words=("bun", *(word for word in rest if not word.startswith(_BUN_WATCHES))),
            watching=any(word.startswith(_BUN_WATCHES) for word in rest),
        )
    elif runs or named[:1] in (["exec"], ["dlx"], ["x"]) or (tool in {"yarn", "pnpm"} and script not in _OWN_COMMANDS):
        inner = _behind(rest, named[0] if runs or named[0] in {"exec", "dlx", "x"} else "")
        bare = simple(inner)
        if bare.words:
            yield from _command(scripts, bare, base, depth + 1)
    elif script == "start":
        yield replace(base, words=("node", "server.js"))  # what npm runs where no such script is


_BUN_WATCHES = ("--watch", "--hot")


def _followed(scripts: Mapping[str, str], script: str, extra: Sequence[str], base: Step, depth: int) -> Iterator[Step]:
    for one in _script(scripts, script, [word for word in extra if word != "--"], depth + 1):
        yield replace(
            one,
            environment=(*base.environment, *one.environment),
            parallel=one.parallel or base.parallel,
            folder=_joined(base.folder, one.folder),
            watching=one.watching or base.watching,
        )


_OWN_COMMANDS = frozenset(
    {
        "install", "i", "ci", "add", "remove", "publish", "version", "link", "audit", "update", "upgrade", "cache",
        "config", "dedupe", "prune", "rebuild", "pack", "login", "set", "why", "outdated", "init", "create", "list",
        "ls", "info", "approve-builds", "changeset", "plugin", "deploy", "test", "pm",
    }
)  # fmt: skip


def _behind(rest: tuple[str, ...], word: str) -> tuple[str, ...]:
    kept = rest[rest.index(word) + 1 :] if word and word in rest else rest
    return kept[1:] if kept[:1] == ("--",) else kept
