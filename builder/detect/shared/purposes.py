"""What commands are for: developing, a task that ends, a worker, a schedule, or nothing at all."""

import re
from collections.abc import Sequence
from posixpath import basename

from builder.plan import Command

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "fish", "cmd", "powershell", "pwsh"})
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
    if words[0] in _SHELLS:
        return all(word.startswith("-") for word in words[1:])
    text = " ".join(words)
    return bool(re.search(r"^(sleep (infinity|inf|\d{4,}d?)|tail -[fF] (/dev/)?null)\b", text)) or (
        words[0] == "tail" and words[-1] == "null"
    )
