"""The migrations of a component, run once before it starts: in its image, its network, its environment."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from builder.check.bundle import Bind, Trial
from builder.check.container import Container
from builder.check.report import Checked, said
from builder.plan import Command, Component

MIGRATE_SECONDS: Final = 180.0
"""For one migration of an empty database: interpreters and JVMs that start on a busy machine."""

KEPT_LINES: Final = 30
_ABSENT: Final = re.compile(r"executable file not found|no such file or directory", re.IGNORECASE)
_DATA: Final = re.compile(r"sqlite|database", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """How the migrations went, and what those said that failed."""

    checks: tuple[Checked, ...] = ()
    log: tuple[str, ...] = ()


def migrations_of(component: Component) -> tuple[Command, ...]:
    """Return the commands that bring a database into form."""
    return tuple(one.value.command for one in component.tasks if one.value.purpose == "migrate")


def keeps_files(component: Component) -> bool:
    """Say whether the component keeps a database in files of its own, in a folder where it may write."""
    return any(_DATA.search(one.value.purpose) for one in component.volumes)


def shared(trial: Trial, folder: Path) -> Trial:
    """Return a trial whose folders to write to are kept from one container to the next, as a volume is.

    ``/tmp`` stays everybody's own.
    """
    kept = tuple(path for path in trial.writable if not path.startswith("/tmp"))  # noqa: S108 - a folder of the image
    binds = []
    for number, path in enumerate(kept):
        source = folder / f"kept-{number}"
        source.mkdir()
        source.chmod(0o1777)
        binds.append(Bind(source=source, to=path, writable=True))
    writable = tuple(path for path in trial.writable if path not in kept)
    return replace(trial, writable=writable, binds=(*trial.binds, *binds))


async def migrated(commands: Sequence[Command], trial: Trial, folder: Path) -> Migrated:
    """Run the commands one after the other, until one fails. Raises ``CheckerMissing``."""
    checks: list[Checked] = []
    for number, command in enumerate(commands):
        container = Container(folder / f"migrate-{number}", _instead(trial, command))
        try:
            await container.start(seconds=MIGRATE_SECONDS)
            ended = await container.wait(MIGRATE_SECONDS)
        finally:
            await asyncio.shield(container.remove())
        log = tuple(container.log)[-KEPT_LINES:]
        if container.refused and not _ABSENT.search(container.refused):
            text = "The migration could not be run here.", "无法在此处运行迁移。"
            return Migrated(checks=(*checks, said("migrated", "skipped", *text, (container.refused,))))
        if ended is None or ended.status:
            how = "does not end" if ended is None or ended.timed_out else f"ends with status {ended.status}"
            zh_how = "没有结束" if ended is None or ended.timed_out else f"以状态码 {ended.status} 结束"
            text = f"{command.text} {how}.", f"{command.text} {zh_how}。"
            return Migrated(checks=(*checks, said("migrated", "failed", *text, log[-10:])), log=log)
        checks.append(said("migrated", "passed", f"{command.text} is done.", f"{command.text} 已完成。"))
    return Migrated(checks=tuple(checks))


def not_migrated(reason: str, why_zh: str) -> Migrated:
    """Return that migrations were not run, and why."""
    en, zh = f"Migrations were not run: {reason}.", f"未运行迁移：{why_zh}。"
    return Migrated(checks=(said("migrated", "skipped", en, zh),))


def _instead(trial: Trial, command: Command) -> Trial:
    words = list(command.argv) or ["/bin/sh", "-c", command.line]
    return replace(trial, configuration={**trial.configuration, "Entrypoint": [], "Cmd": words})
