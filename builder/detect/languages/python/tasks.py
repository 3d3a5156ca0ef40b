"""Commands beside the main one: migrations of Alembic, Flask-Migrate, Aerich and Django, workers, schedules."""

from posixpath import dirname

from builder.detect.languages.python import django, workers
from builder.detect.languages.python.found import Facts, Found
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Command, Kind, Task
from core.phrase import Phrase


def add_tasks(facts: Facts, draft: Draft, found: Found) -> None:
    """Add the tasks of a program."""
    if found.framework == "django":
        django.add_tasks(facts, draft, found)
    elif found.kind in {Kind.WEB, Kind.WORKER}:
        _migrations(facts, draft)
    if found.kind in {Kind.WEB, Kind.WORKER}:
        workers.add_tasks(facts, draft, found)


def _migrations(facts: Facts, draft: Draft) -> None:
    place, asked = facts.place, facts.manifest
    if asked.has("flask-migrate") and place.has("migrations/alembic.ini", "migrations/env.py"):
        command = Command(argv=("flask", "db", "upgrade"))
        _migrate(facts, draft, command, place.has("migrations/alembic.ini", "migrations/env.py"), DECLARED - 0.05)
        return
    files = [
        one
        for one in ("alembic.ini", *(f"{folder}/alembic.ini" for folder in place.tree.folders(place.path)))
        if place.has(one)
    ]
    if files:
        folder = dirname(files[0])
        option = ("-c", files[0]) if folder else ()
        _migrate(facts, draft, Command(argv=("alembic", *option, "upgrade", "head")), files[0], DECLARED - 0.05)
    elif asked.has("aerich") and asked.tool("aerich"):
        _migrate(facts, draft, Command(argv=("aerich", "upgrade")), "pyproject.toml", CONVENTION)


def _migrate(facts: Facts, draft: Draft, command: Command, file: str, confidence: float) -> None:
    draft.tasks.add(
        Task(name="migrate", purpose="migrate", command=command),
        confidence,
        "python.task.migrate",
        Phrase(en=f"{file} configures database migrations.", zh=f"{file} 配置了数据库迁移。"),
        facts.place.cite_file(file),
    )
