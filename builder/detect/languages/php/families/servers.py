"""Programs that PHP runs from the command line and that do not end: Hyperf, Workerman, Swoole, ReactPHP, bots."""

import re
from collections.abc import Iterator

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import Project, framework, public_of, runs
from builder.detect.languages.php.sources import Call, calls
from builder.draft import Draft
from builder.parsing.code import of_type, string_of, written
from builder.plan import Command, Kind

_WHOLE = {
    "hyperf/framework": ("hyperf", "bin/hyperf.php", ("start",), 9501, ("swoole", "pcntl", "redis")),
    "hyperf/http-server": ("hyperf", "bin/hyperf.php", ("start",), 9501, ("swoole", "pcntl", "redis")),
    "workerman/webman-framework": ("webman", "start.php", ("start",), 8787, ("pcntl", "event")),
    "workerman/webman": ("webman", "start.php", ("start",), 8787, ("pcntl", "event")),
    "swoft/framework": ("swoft", "bin/swoft", ("http:start",), 18306, ("swoole", "pcntl")),
    "easyswoole/easyswoole": ("easyswoole", "easyswoole", ("server", "start"), 9501, ("swoole", "pcntl")),
}  # fmt: skip
_BARE = {
    "workerman/workerman": "workerman", "react/http": "reactphp", "amphp/http-server": "amphp",
    "openswoole/core": "swoole", "ext-swoole": "swoole", "ext-openswoole": "swoole", "react/socket": "reactphp",
    "cboden/ratchet": "ratchet", "clue/framework-x": "framework-x",
}  # fmt: skip
_BOTS = {"team-reflex/discord-php": "discord-php"}
_LISTENS = re.compile(r"(?:^|\\)(Server|HttpServer|SocketServer|SocketAddress|InternetAddress|Worker|App|IoServer)$|"
                      r"^(listen|expose|factory)$")  # fmt: skip
_ADDRESS = re.compile(r"(?:^|[/\[\]\w.*]):(\d{2,5})$")
_MAIN = ("server.php", "index.php", "main.php", "app.php", "start.php", "run.php", "bot.php", "public/index.php",
         "bin/server.php", "src/server.php", "src/main.php", "src/index.php")  # fmt: skip


def server(project: Project, draft: Draft) -> bool:
    """Look for a program that listens by itself, or a bot."""
    place, composer = project.place, project.composer
    if package := composer.first(*_WHOLE):
        name, file, words, port, extensions = _WHOLE[package]
        if place.has(file):
            evidence = framework(project, draft, name, package)
            listens = _stated(project) or port
            runs(draft, Kind.WEB, Command(argv=("php", file, *words)), listens, f"php.{name}", evidence)
            usual(draft, extensions, name, evidence)
            return True
    if composer.type == "library" or place.has("artisan", "bin/console"):
        return False
    package = composer.first(*_BOTS)
    file = place.has("bot.php", "index.php", "main.php", "run.php", *project.files[:1])
    if package and file:
        evidence = framework(project, draft, _BOTS[package], package)
        runs(draft, Kind.WORKER, Command(argv=("php", file)), None, "php.bot", evidence)
        return True
    package = composer.first(*_BARE)
    if package or (public_of(project) is None and not composer.given):
        return _bare(project, draft, package)
    return False


def _bare(project: Project, draft: Draft, package: str) -> bool:
    order = sorted(project.files[:60], key=lambda one: _MAIN.index(one) if one in _MAIN else len(_MAIN))
    for file in order:
        if not re.search(r"Swoole|React\\|Workerman|Amp\\|Ratchet|FrameworkX", project.place.text(file)):
            continue
        for one in calls(project.place, file):
            port = _port(one)
            if port is None:
                continue
            name = _BARE.get(package, "swoole")
            evidence = project.place.cite(file, one.line)
            if package:
                framework(project, draft, name, package)
            words = ("start",) if name == "workerman" else ()
            runs(draft, Kind.WEB, Command(argv=("php", file, *words)), port, "php.server", evidence)
            usual(draft, ("swoole", "pcntl") if name == "swoole" else ("pcntl",), name, evidence)
            return True
    return False


def _port(call: Call) -> int | None:
    if not _LISTENS.search(call.name):
        return None
    numbers = [one for one in call.texts if one.isdigit() and 80 <= int(one) <= 65535]
    numbers.extend(found[1] for one in call.texts if (found := _ADDRESS.search(one)))
    return int(numbers[0]) if numbers else None


def _stated(project: Project) -> int | None:
    """Return the port that the configuration names."""
    for file in ("config/autoload/server.php", "config/process.php", "config/server.php"):
        for key, value in _pairs(project.place.text(file), project, file):
            if key == "port" and value.isdigit():
                return int(value)
            if key == "listen" and (found := _ADDRESS.search(value)):
                return int(found[1])
    return None


def _pairs(text: str, project: Project, file: str) -> Iterator[tuple[str, str]]:
    """Tell the entries of the arrays in a file."""
    root = project.place.syntax(file) if text else None
    if root is None:
        return
    for node in of_type(root, "array_element_initializer"):
        if len(node.named_children) == 2:
            key, value = node.named_children
            yield string_of(key) or "", string_of(value) or written(value)
