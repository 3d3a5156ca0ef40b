"""Commands that people wrote down: taken apart, told from those for developing, made fit for our own image."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from posixpath import basename, normpath
from typing import Final

from builder.detect.languages.node.shell import Simple
from builder.detect.languages.node.shell import commands as simples
from builder.plan import Command

MAX_LINE: Final = 4_000
"""Characters of a command. More is a program, not a command."""

_SHELL = re.compile(r"[$`*?~|&;<>(){}\n]|^\w+=")
_INITS = frozenset(
    {
        "tini",
        "dumb-init",
        "catchsegv",
        "gosu",
        "su-exec",
        "exec",
        "nice",
        "nohup",
        "chpst",
        "s6-setuidgid",
        "setpriv",
        "time",
    }
)
_WITH_USER = frozenset({"gosu", "su-exec", "s6-setuidgid"})
_BASE_ENTRIES = frozenset(
    {
        "docker-entrypoint.sh",
        "docker-php-entrypoint",
        "_entrypoint.sh",
        "nvidia_entrypoint.sh",
        "cnb/lifecycle/launcher",
    }
)
"""Entry points that base images bring: they prepare and then run what is given to them."""
_RUNNERS = frozenset(
    {"poetry", "pipenv", "uv", "pdm", "hatch", "rye", "pixi", "conda", "mamba", "micromamba"},
)
"""Programs whose ``run`` runs a command of an environment: ours needs none of them to do so."""
_RUNNERS_VALUED = frozenset(
    {
        "-n",
        "--name",
        "-p",
        "--prefix",
        "--env-file",
        "--with",
        "--extra",
        "--group",
        "--python",
        "--project",
        "--package",
        "--directory",
    }
)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_WATCHERS = frozenset(
    {
        "nodemon", "ts-node-dev", "tsnd", "air", "reflex", "watchexec", "entr", "watchmedo", "watchfiles",
        "webpack-dev-server", "fresh", "gow", "CompileDaemon", "realize", "debugpy", "ptvsd", "dlv", "rerun",
        "jurigged", "browser-sync", "live-server", "foreman", "honcho", "overmind", "hivemind", "modd", "bacon",
    }
)  # fmt: skip
_DEVELOPING = (
    ("manage.py", "runserver"), ("manage.py", "runserver_plus"), ("django-admin", "runserver"), ("flask", "run"),
    ("next", "dev"),
    ("nuxt", "dev"), ("nuxi", "dev"), ("astro", "dev"), ("remix", "dev"), ("react-router", "dev"), ("vite", "dev"),
    ("ng", "serve"),
    ("ng", "s"), ("vue-cli-service", "serve"), ("react-scripts", "start"), ("webpack", "serve"), ("gatsby",
    "develop"), ("cargo", "watch"),
    ("cargo", "run"), ("go", "run"), ("dotnet", "watch"), ("dotnet", "run"), ("artisan", "serve"), ("symfony", "serve"),
    ("symfony", "server:start"), ("fastapi", "dev"), ("tsx", "watch"), ("wrangler", "dev"), ("parcel", "serve"),
    ("docusaurus", "start"),
    ("hugo", "server"), ("hugo", "serve"), ("jekyll", "serve"), ("mkdocs", "serve"), ("eleventy", "--serve"),
    ("nest", "start"),
    ("strapi", "develop"), ("medusa", "develop"), ("quarkus", "dev"), ("quarkus:dev", ""), ("quarkusDev", ""),
    ("spring-boot:run", ""),
    ("bootRun", ""), ("netlify", "dev"), ("vercel", "dev"), ("expo", "start"), ("sanic", "--dev"), ("litestar",
    "--debug"),
)  # fmt: skip
"""Words that stand in commands for developing, in this order."""
_DEVELOPING_SCRIPT = re.compile(
    r"(^|[:_-])(dev|develop|development|watch|hot|debug|local|preview:dev|storybook)($|[:_-])"
)
_MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun", "deno"})
_CHORE = re.compile(
    r"^(wait[-_]?for.*|wait.*\.sh|dockerize|wait4x|sleep|echo|printf|mkdir|chown|chmod|cp|mv|rm|ln|touch|cat|ls|set|export|source|\.|cd|true|:|"
    r"test|\[|\[\[|umask|ulimit|env|date|id|whoami|pwd|nc|pg_isready|until|while|envsubst|sed|command|which|trap|unset|shift|local|declare|"
    r"eval|service|ssh-keygen|openssl|install|git|curl|wget|pip|pip3|mkfifo|hash|type|read|sync|update-ca-certificates)$"
)
_MIGRATES = re.compile(
    r"\b(migrate|migrations?:(run|migrate|up)|db:(migrate|prepare|deploy|push|schema:load|create)|migrate:(latest|up|deploy|run)|"
    r"upgrade\s+heads?|db\s+upgrade|db\s+push|schema:update|ecto\.migrate|migration:run|database\s+update|liquibase|flyway|dbmate|"
    r"migrate\s+deploy|eval\s+\S*Release\.migrate\S*|sqlx\s+migrate|sync_?db|doctrine:migrations|typeorm\s+migration|create_db|init_?db)\b"
)
_SEEDS = re.compile(r"\b(db:seeds?|seed(:\w+)?|loaddata|db:fixtures|seed_data|createsuperuser|fixtures:load)\b")
_ASSETS = re.compile(
    r"\b(collectstatic|assets:precompile|compilemessages|compress|assets:install|cache:warmup|cache:clear|config:cache|"
    r"route:cache|view:cache|event:cache|optimize|key:generate|storage:link|prisma\s+generate)\b"
)
_WORKS = re.compile(
    r"\b(celery\b.*\bworker|sidekiq|rqworker|rq\s+worker|queue:(work|listen)|horizon|dramatiq|huey|resque|good_job|"
    r"jobs:work|solid_queue|bull|arq|messenger:consume|delayed_job|que|taskiq\s+worker|procrastinate\s+worker|"
    r"shoryuken|qcluster)\b"
)
_BEATS = re.compile(
    r"\b(celery\b.*\bbeat|schedule:(run|work)|rqscheduler|clockwork|whenever|apscheduler|supercronic|crond?|scheduler|clock)\b"
)
_WORKER_NAME = re.compile(
    r"(^|[-_.])(worker|workers|queue|consumer|celery|sidekiq|jobs?|background|bg|processor|bot|listener|subscriber|runner)\d*($|[-_.])"
)
_CLOCK_NAME = re.compile(r"(^|[-_.])(clock|beat|cron|scheduler|schedule|cronjob|periodic|timer)\d*($|[-_.])")
_MIGRATE_NAME = re.compile(
    r"(^|[-_.])(release|migrate|migrations?|migrator|db-?(migrate|init|setup)|predeploy|pre-deploy|postdeploy|init-db)($|[-_.])"
)
_SEED_NAME = re.compile(r"(^|[-_.])(seed|seeder|seeds|fixtures|loaddata)($|[-_.])")
_PORT_FLAG = re.compile(
    r"^(-p|--port|-port|--http-port|--server-port|--listen-port|--http|-P|--server\.port|-Dserver\.port|"
    r"-Dquarkus\.http\.port|--listen|-b|--bind|--address|--addr|-addr|--host|-l|-S|--urls|--server\.address|"
    r"--http-address|--http\.port|--server_port)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A line taken apart. ``main`` is what stays running; ``before`` what runs first and is a task of its own."""

    main: Command | None
    before: tuple[Command, ...] = ()
    folder: str = ""


def taken(line: str | Sequence[str]) -> Taken:
    """Take a line, or the words of one program, apart."""
    words = tuple(line) if not isinstance(line, str) else ()
    if words and len(words) >= 3 and basename(words[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", words[1]):
        return taken(words[2])
    if words:
        plain = without_wrappers(words)
        if len(plain) >= 3 and plain != words and basename(plain[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", plain[1]):
            return taken(plain[2])
        return Taken(main=Command(argv=plain) if plain else None)
    text = str(line).strip()
    if not text or len(text) > MAX_LINE:
        return Taken(main=None)
    if not _SHELL.search(text):
        parts = _split(text)
        return Taken(main=Command(line=text)) if parts is None else taken(parts) if parts else Taken(main=None)
    return _line(text)


def _line(text: str) -> Taken:
    each = simples(text)
    folder = ""
    before: list[Command] = []
    rest = text
    if (
        len(each) > 1
        and all(one.joint in {"&&", ";", ""} for one in each)
        and "$(" not in text
        and "`" not in text
        and "(" not in text
    ):
        kept = [one for one in each if one.words or one.environment]
        at = next((at for at, one in enumerate(kept) if not _steps_aside(one)), None)
        if at is not None and at == len(kept) - 1:
            for one in kept[:at]:
                if one.words[:1] == ("cd",) and len(one.words) == 2:
                    folder = normpath(one.words[1])
                elif task_of(one.words):
                    before.append(_command(one))
            environment = tuple(
                pair for one in kept[:at] if one.words[:1] == ("export",) for pair in _exported(one.words[1:])
            )
            last = Simple(words=kept[at].words, environment=(*environment, *kept[at].environment))
            return Taken(main=_main(last), before=tuple(before), folder=folder)
    if len(each) == 1 and each[0].words:
        words = without_wrappers(each[0].words)
        inner = len(words) >= 3 and basename(words[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", words[1])
        return taken(words[2]) if inner and not each[0].environment else Taken(main=_main(each[0]))
    return Taken(main=Command(line=rest))


def _main(one: Simple) -> Command | None:
    words = without_wrappers(one.words)
    if (
        len(words) >= 3
        and basename(words[0]) in _SHELLS
        and re.fullmatch(r"-[a-z]*c", words[1])
        and not one.environment
    ):
        return taken(words[2]).main
    return _command(Simple(words=words, environment=one.environment)) if words else None


def _command(one: Simple) -> Command:
    """Return words as a command; a line where a variable must be put in by a shell."""
    if not one.environment and not any("$" in word or "`" in word for word in one.words):
        return Command(argv=one.words)
    given = [f"{name}={_quoted(value)}" for name, value in one.environment]
    return Command(line=" ".join([*given, *(_quoted(word) for word in one.words)]))


def _quoted(word: str) -> str:
    if "$" in word:
        return f'"{word}"' if re.search(r"[\s;&|<>()]", word) else word
    return shlex.quote(word)


def _exported(words: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, equals, value in (word.partition("=") for word in words) if equals]


def _steps_aside(one: Simple) -> bool:
    return not one.words or bool(_CHORE.match(basename(one.words[0]))) or bool(task_of(one.words))


def _split(text: str) -> list[str] | None:
    try:
        return shlex.split(text)
    except ValueError:
        return None


def without_wrappers(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words without init programs, base images' entry points and ``poetry run``."""
    rest = list(words)
    while rest:
        program = basename(rest[0])
        if program in _INITS or program in _BASE_ENTRIES:
            rest.pop(0)
            while rest and rest[0].startswith("-"):
                ended = rest.pop(0) == "--"
                if ended:
                    break
            if program in _WITH_USER and rest:
                rest.pop(0)
        elif program in _RUNNERS and (at := _running(rest)):
            rest = rest[at:]
            while rest and rest[0].startswith("-"):
                flag = rest.pop(0)
                if flag in _RUNNERS_VALUED and rest:
                    rest.pop(0)
        else:
            break
    return tuple(rest)


def _running(words: Sequence[str]) -> int:
    """Return where the command behind ``run`` begins, zero where these words run none."""
    at = next((at for at, word in enumerate(words[1:], start=1) if not word.startswith("-")), 0)
    return at + 1 if at and words[at] == "run" and len(words) > at + 1 else 0


def task_of(words: Sequence[str]) -> str:
    """Return the purpose of a command that ends: ``migrate``, ``seed``, ``assets``, empty for what is none of them."""
    text = " ".join(words)
    if _SEEDS.search(text):
        return "seed"
    if _MIGRATES.search(text):
        return "migrate"
    return "assets" if _ASSETS.search(text) else ""


def purpose_of(name: str, command: Command | None) -> str:
    """Return what a named process is for: ``worker``, ``schedule``, ``migrate``, ``seed``; empty: the main program."""
    text = command.text if command else ""
    lower = name.lower()
    if _SEED_NAME.search(lower):
        return "seed"
    if _MIGRATE_NAME.search(lower):
        return "migrate"
    if (
        _BEATS.search(text)
        and (_CLOCK_NAME.search(lower) or not _WORKER_NAME.search(lower))
        and not _WORKS.search(text)
    ):
        return "schedule"
    if _CLOCK_NAME.search(lower):
        return "schedule"
    if _WORKER_NAME.search(lower) or _WORKS.search(text):
        return "worker"
    return task_of(text.split()) if text and not develops(command) else ""


def develops(command: Command | None) -> bool:
    """Say whether a command is for developing: it watches files, or is a tool's development server."""
    if command is None:
        return False
    words = [basename(word.strip("\"'")) for word in (command.argv or command.line.split())]
    if not words:
        return False
    if set(words) & _WATCHERS or {"--reload", "--watch", "--hot", "--livereload", "--reload-dir"} & set(words):
        return True
    for first, second in _DEVELOPING:
        if first in words and (not second or second in words[words.index(first) + 1 :]):
            return first != "nest" or "--watch" in words or "--debug" in words
    managed = next((at for at, word in enumerate(words) if word in _MANAGERS), None)
    if managed is not None:
        scripts = [
            word
            for word in words[managed + 1 :]
            if not word.startswith("-") and word not in {"run", "run-script", "task"}
        ]
        if scripts and _DEVELOPING_SCRIPT.search(scripts[0]):
            return True
    return words[0] in {"vite", "astro", "remix"} and len(words) == 1


def idles(command: Command | None) -> bool:
    """Say whether a command starts nothing: a shell, ``sleep infinity``, ``tail -f /dev/null``."""
    if command is None:
        return True
    words = [basename(word.strip("\"'")) for word in (command.argv or command.line.split())]
    if not words or (
        words[0]
        in {"true", ":", "false", "python", "python3", "irb", "node", "iex", "ipython", "jshell", "php", "deno"}
        and len(words) == 1
    ):
        return True
    if words[0] in _SHELLS | {"zsh", "fish", "cmd", "powershell", "pwsh"}:
        return all(word.startswith("-") for word in words[1:])
    text = " ".join(words)
    return bool(re.search(r"^(sleep (infinity|inf|\d{4,}d?)|tail -[fF] (/dev/)?null)\b", text)) or (
        words[0] == "tail" and words[-1] == "null"
    )


def port_of(command: Command | None) -> int | None:
    """Return the port that a command gives, None where it gives none or takes it from a variable without a default."""
    if command is None:
        return None
    words = list(command.argv) or _split(re.sub(r"\$\{PORT:?-(\d+)\}", r"\1", command.line)) or []
    for at, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if re.fullmatch(r"-b\S*:\d+|-p\d{2,5}", word):
            value, flag, equals = word[2:], word[:2], "="
        if not _PORT_FLAG.match(flag):
            continue
        given = value if equals else words[at + 1] if at + 1 < len(words) else ""
        found = _port(given, bare=flag not in {"--host", "-S"})
        if found:
            return found
    program = basename(words[0]) if words else ""
    if words and program == "PORT":
        return None
    assigned = next((word for word in words if re.fullmatch(r"(PORT|SERVER_PORT|HTTP_PORT|APP_PORT)=\d+", word)), "")
    if assigned:
        return _port(assigned.partition("=")[2], bare=True)
    if any(basename(word) == "manage.py" for word in words) or "http.server" in words or program == "waitress-serve":
        return next((found for word in reversed(words) if (found := _port(word, bare=True))), None)
    return None


def _port(text: str, *, bare: bool) -> int | None:
    plain = re.sub(r"^\w+://", "", text.strip("\"'")).rstrip("/")
    number = plain.rpartition(":")[2] if ":" in plain else plain if bare else ""
    return int(number) if number.isdigit() and len(number) <= 5 and 0 < int(number) < 65536 else None
