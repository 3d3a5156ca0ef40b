"""Make a command that was written for somebody's own image fit ours: its paths, its runners, the built program."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename, join, normpath
from typing import Any

from builder.detect.languages.node.scripts import steps_of
from builder.detect.languages.node.stepping import Step
from builder.detect.languages.shell.scripts import is_script, shell_of
from builder.detect.shared.commands import taken, without_wrappers
from builder.detect.shared.purposes import develops
from builder.detect.truths.scripting import main_of
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Command

BUILT = frozenset({"go", "rust", "cpp", "gleam", "elixir", "dotnet", "jvm", "swift"})
"""Providers whose image holds what the build made, at a path of its own: a stated command lends its arguments only."""

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_MANAGERS = frozenset(
    {
        "npm",
        "yarn",
        "pnpm",
        "bun",
        "npx",
        "pnpx",
        "bunx",
        "node",
        "tsx",
        "ts-node",
        "pm2",
        "pm2-runtime",
        "forever",
        "cross-env",
        "dotenv",
    }
)
_ABSENT = frozenset(
    {
        "supervisord", "apache2-foreground", "apachectl", "apache2ctl", "php-fpm", "nginx", "s6-svscan", "init",
        "runsvdir", "httpd", "httpd-foreground", "caddy", "docker", "docker-compose", "catalina.sh", "uwsgi_python",
        "apache2",
        "systemctl", "service", "passenger", "unitd", "frankenphp", "rr", "lighttpd",
    }
)  # fmt: skip
"""Programs that another base image brings, or that run several programs at once: our image has its own answer."""
_PLATFORM = re.compile(
    r"(^|/)(heroku-php-\w+|start-nginx|start-pgbouncer|start-stunnel|launcher|qgsocksify)$|^vendor/bin/heroku"
)
_VENV = re.compile(
    r"(?:^|/)(?:\.?venv|env|virtualenv|\.virtualenvs/[^/]+|\.local|opt/conda|miniconda3?|python)(?:/envs/[^/]+)?/bin/(?P<name>[\w.-]+)$"
)
_BIN = re.compile(r"^/(usr/)?(local/)?s?bin/(?P<name>[\w.+-]+)$")
_HOMES = re.compile(
    r"^(/usr/src/app|/usr/app|/app|/code|/src|/workspace|/opt/app|/home/\w+/app|/srv/app|/usr/local/app|/opt/\w+|/srv/\w+|/var/www/html)/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A command for our image. ``before`` is what a script that was followed runs first."""

    command: Command
    before: tuple[Command, ...] = ()
    develops: bool = False


def fitted(
    look: Look,
    draft: Draft,
    command: Command,
    *,
    workdir: str = "",
    copied: Mapping[str, str] | None = None,
    beside: bool = False,
) -> Fitted | None:
    """Return a command fit for the image of a draft, None for what cannot run in it.

    ``beside``: it is a task, not the main program, so that it may differ from what was found.
    """
    if draft.provider == "dockerfile":
        return Fitted(command=command)
    place = look.at(draft.path)
    if not command.argv:
        return _line(draft, command, workdir)
    words = [_here(place, word, workdir, copied or {}) for word in command.argv]
    program = basename(words[0])
    if program in _ABSENT or _PLATFORM.search(words[0]):
        return None
    script = _script(place, words)
    if script:
        return _followed(place, draft, script, words, beside=beside)
    plain = _program(_without_folder(place, words) if draft.provider == "python" else words)
    if plain is None:
        return _best(draft) if draft.provider in BUILT and not beside else None
    if draft.provider in BUILT:
        return _built(draft, plain, beside=beside)
    if draft.provider in {"node", "bun"} and basename(plain[0]) in _MANAGERS:
        return _node(place, draft, plain, beside=beside)
    return Fitted(command=Command(argv=tuple(plain)))


def _line(draft: Draft, command: Command, workdir: str) -> Fitted | None:
    """Keep a line that a shell must run, with the image's own paths made relative."""
    if draft.provider in BUILT:
        return _best(draft)
    line = re.sub(rf"(?<![\w.]){re.escape(workdir)}/", "", command.line) if len(workdir) > 1 else command.line
    line = re.sub(r"\b(poetry|pipenv|uv|pdm|hatch|rye)\s+run\s+(?=[\w./])", "", line)
    first = next((word for word in line.split() if "=" not in word), "")
    if basename(first) in _ABSENT or _PLATFORM.search(first):
        return None
    return Fitted(command=Command(line=line))


def _here(place: Place, word: str, workdir: str, copied: Mapping[str, str]) -> str:
    """Return a word with a path of the image made one of the component's folder, where it is one of its files."""
    if not word.startswith("/"):
        brought = _brought(place, normpath(join(workdir or "/", word)), copied) if word.startswith("./") else ""
        return brought if brought and not place.has(normpath(word)) else word
    if brought := _brought(place, word, copied):
        return brought
    inside = word.removeprefix(f"{workdir}/") if len(workdir) > 1 else word
    if inside != word:
        return inside
    home = _HOMES.match(word)
    if home and (place.has(word[home.end() :]) or place.tree.has_folder(place.file(word[home.end() :]))):
        return word[home.end() :]
    return word


def _without_folder(place: Place, words: list[str]) -> list[str]:
    """Return the words without ``bin/`` of an environment that the image has where the tree has nothing."""
    folder, _, name = words[0].rpartition("/")
    if re.fullmatch(r"(\./)?(\.?venv/)?bin", folder) and not place.has(normpath(words[0])):
        return [name, *words[1:]]
    return words


def _brought(place: Place, path: str, copied: Mapping[str, str]) -> str:
    """Return the file of the tree that an image has under a path, empty for none."""
    for target, source in copied.items():
        folder = f"{target.rstrip('/')}/"
        inner = source if path == target else join(source, path.removeprefix(folder)) if path.startswith(folder) else ""
        if inner and place.has(normpath(inner)):
            return normpath(inner)
    return ""


def _program(words: Sequence[str]) -> list[str] | None:
    """Return the words with the program as it is called in our image; None for a file that is not there."""
    first = words[0]
    if found := _VENV.search(first) or _BIN.match(first):
        first = found["name"]
    if first.startswith("/") or (first.endswith(".sh") and "/" not in first):
        return None
    words = [first, *words[1:]]
    return list(words)


def _script(place: Place, words: Sequence[str]) -> str:
    """Return the script of the tree that is called, empty for none."""
    at = 1 if basename(words[0]) in _SHELLS and len(words) > 1 and not words[1].startswith("-") else 0
    path = normpath(words[at]) if words[at] else ""
    if (
        path
        and not path.startswith(("/", ".."))
        and ("/" in words[at] or at or path.endswith(".sh"))
        and place.has(path)
    ):
        return path if is_script(place, path) else ""
    return ""


def _followed(place: Place, draft: Draft, script: str, words: Sequence[str], *, beside: bool) -> Fitted | None:
    """Return what a script runs in the end, where that is one command; else the script itself."""
    at = next(at for at, word in enumerate(words) if word and normpath(word) == script)
    inner = main_of(place, script)
    given = list(words[at + 1 :])
    if inner is not None and inner.passes and given:
        found = fitted(place.look, draft, taken(given).main or Command(argv=tuple(given)), beside=beside)
        return None if found is None else Fitted(command=found.command, before=(*inner.before, *found.before))
    if inner is not None and inner.main is not None and not given and (inner.main.argv[:1] != ("sh",)):
        found = fitted(place.look, draft, inner.main, beside=beside)
        if found is not None and found.command.text:
            return Fitted(command=found.command, before=inner.before, develops=develops(inner.main))
    if draft.provider in BUILT:
        return None if beside else _best(draft)
    return Fitted(command=Command(argv=(shell_of(place, script), script, *given)), before=inner.before if inner else ())


def _best(draft: Draft) -> Fitted | None:
    best = draft.start.best
    return Fitted(command=best) if best is not None else None


def _built(draft: Draft, words: list[str], *, beside: bool) -> Fitted | None:
    """Return the program that we build with the arguments that are stated."""
    best = draft.start.best
    if best is None or not best.argv:
        return None
    if develops(Command(argv=tuple(words))):
        return None if beside else Fitted(command=best, develops=True)
    argv = best.argv
    program = basename(words[0])
    if program == "java":
        return _java(argv, words, beside=beside)
    if program == "dotnet":
        dll = next((at for at, word in enumerate(words) if word.endswith(".dll")), None)
        given = tuple(words[dll + 1 :]) if dll is not None else ()
        return Fitted(command=Command(argv=(*argv, *given))) if given or not beside else None
    known = basename(argv[0])
    same = (
        program == known or len(words) == 1 or words[1].startswith("-") or program in {draft.name, basename(draft.path)}
    )
    if draft.provider in {"jvm", "elixir", "gleam", "dotnet"}:
        if program == known and len(words) > 1 and beside:
            return Fitted(command=Command(argv=(argv[0], *words[1:])))
        return None if beside else Fitted(command=best)
    if not same and program != known and beside:
        return None
    if len(argv) == 1 and program not in {"go", "cargo", "make", "cmake", "npm", "python", "python3"}:
        if beside and program != known and program != draft.name:
            return None
        return Fitted(command=Command(argv=(argv[0], *words[1:])))
    return None if beside else Fitted(command=best)


def _java(argv: Sequence[str], words: Sequence[str], *, beside: bool) -> Fitted | None:
    if "-jar" not in argv or "-jar" not in words:
        return None if beside else Fitted(command=Command(argv=tuple(argv)))
    at, own = words.index("-jar"), argv.index("-jar")
    flags = [word for word in words[1:at] if not word.startswith(("-agentlib", "-javaagent", "-Xdebug", "-Xrunjdwp"))]
    ours = [word for word in argv[1:own] if word not in flags]
    given = tuple(words[at + 2 :])
    if beside and not given:
        return None
    return Fitted(command=Command(argv=("java", *ours, *flags, *argv[own : own + 2], *(given or argv[own + 2 :]))))


def _node(place: Place, draft: Draft, words: list[str], *, beside: bool) -> Fitted | None:
    """Follow a script of package.json to what it runs: what was found by the same script stands."""
    held = place.json("package.json").get("scripts")
    scripts: dict[str, str] = (
        {name: line for name, line in held.items() if isinstance(line, str)} if isinstance(held, dict) else {}
    )
    found = [
        one for one in steps_of(scripts, " ".join(_quoted(word) for word in words)) if not one.elsewhere and one.words
    ]
    if not found:
        return _unknown(draft, words, beside=beside)
    last = found[-1]
    watched = last.watching or develops(Command(argv=last.words)) or develops(Command(argv=tuple(words)))
    if not beside and (ours := _same(draft, last, words)):
        return Fitted(command=ours, develops=False)
    folder = f"{last.folder}/" if last.folder and len(last.words) > 1 else ""
    argv = tuple(_inside(place, folder, word) for word in last.words)
    if last.environment:
        given = [f"{name}={_quoted(value)}" for name, value in last.environment]
        return Fitted(command=Command(line=" ".join([*given, *(_quoted(word) for word in argv)])), develops=watched)
    return Fitted(command=Command(argv=argv), develops=watched)


def _unknown(draft: Draft, words: list[str], *, beside: bool) -> Fitted | None:
    """Decide about a call of a script that the manifest does not have."""
    if words[0] in {"npm", "yarn", "pnpm", "bun"}:
        best = draft.start.best
        return Fitted(command=best) if best is not None and not beside and words[-1] == "start" else None
    return Fitted(command=Command(argv=tuple(words)))


def _same(draft: Draft, last: Step, words: Sequence[str]) -> Command | None:
    """Return what was found already, where a stated command runs the same program."""
    best = draft.start.best
    if best is None:
        return None
    held = {_stem(word) for word in (best.argv or best.line.split()) if not word.startswith("-")} - {
        "node",
        "npx",
        "sh",
        "-c",
    }
    said = {_stem(word) for word in last.words if not word.startswith("-")} - {"node", "npx", "ts-node", "tsx"}
    managed = words[0] in {"npm", "yarn", "pnpm", "bun"} and last.script in {"start", "start:prod", "start:production"}
    return best if held & said or managed else None


def _stem(word: str) -> str:
    return (
        re.sub(r"\.(c|m)?(js|ts)$", "", basename(word))
        if "/" not in word.strip("./")
        else re.sub(r"\.(c|m)?(js|ts)$", "", normpath(word))
    )


def _inside(place: Place, folder: str, word: str) -> str:
    return join(folder, word) if folder and not word.startswith(("-", "/")) and place.has(join(folder, word)) else word


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word) else "'" + word.replace("'", "'\"'\"'") + "'"


def manifest_of(place: Place) -> dict[str, Any]:
    """Return package.json, for truths that must know its scripts."""
    return place.json("package.json")


__all__ = ["BUILT", "Fitted", "fitted", "without_wrappers"]
