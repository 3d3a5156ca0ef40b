"""Which migrations are run, and what is kept for the start."""

from pathlib import Path

from builder.check.bundle import Trial
from builder.check.migrating import keeps_files, migrations_of, not_migrated, shared
from builder.plan import Command, Volume
from tests.builder.check.services.subjects import needing


def test_only_migrations_are_run() -> None:
    assert migrations_of(needing(migrate=("alembic", "upgrade", "head"))) == (
        Command(argv=("alembic", "upgrade", "head")),
    )
    assert migrations_of(needing()) == ()


def test_a_folder_for_a_database_is_known_by_its_purpose() -> None:
    assert keeps_files(needing(volumes=[Volume(path="/data", purpose="SQLite database")]))
    assert not keeps_files(needing(volumes=[Volume(path="/data", purpose="uploads")]))


def test_what_migrations_write_is_there_at_the_start(tmp_path: Path) -> None:
    trial = Trial(root=Path("/image"), configuration={}, writable=("/tmp", "/app/data"))
    kept = shared(trial, tmp_path)
    assert kept.writable == ("/tmp",)
    assert [(one.to, one.writable) for one in kept.binds] == [("/app/data", True)]
    assert kept.binds[0].source.stat().st_mode & 0o7777 == 0o1777


def test_what_is_not_run_is_said_with_its_reason() -> None:
    (check,) = not_migrated("there is none", "没有").checks
    assert (check.check, check.outcome, check.text.en) == (
        "migrated",
        "skipped",
        "Migrations were not run: there is none.",
    )
