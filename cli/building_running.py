"""``sextant build run``: build each component, try it, repair it, and hand over what came of it."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from builder.artefacts import destination
from builder.build.configured import network_of
from builder.build.errors import BuildFailed
from builder.check.services.forms import forms_of
from builder.detect.languages import PROVIDERS
from builder.files import Prepared, prepared
from builder.machines import machine_of
from builder.mending import Means, Mended, mended
from builder.order import Order
from builder.pinning import pinned, resolved
from builder.screening import Screen
from builder.secrets import secrets_for
from builder.source.opening import Opened
from cli.building_files import image_of, write_into
from cli.building_following import Watched, printable
from cli.building_handing import Handed, Handing, handed
from cli.building_login import login_of
from cli.building_sources import Wanted, model_of, plan_of, source_of
from cli.commands.version import installed_version
from cluster.configured import configured_identity
from core.errors import UsageError
from core.settings import Settings, load_settings

SHOWN_LINES = 30
"""Lines of a failed build that are shown: the error stands among the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How it is built and tried. ``to``: where the files that it was built from are written, repairs included."""

    tag: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    check: bool = True
    digests: bool = True
    verbose: bool = False
    to: Path | None = None
    handing: Handing = field(default_factory=Handing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one component came to, and what was handed over of it."""

    done: Mended
    handed: Handed | None = None

    @property
    def well(self) -> bool:
        """Whether it works, or was not to be tried."""
        return self.done.outcome.works is not False and self.done.outcome.untried is None


def built(wanted: Wanted, running: Running) -> list[Ran]:
    """Build and try each component. Raises ``BuildFailed`` after showing the end of its log."""
    settings = load_settings(wanted.config)
    if running.handing.push:
        destination(running.handing.push)
    with source_of(wanted) as source:
        found = prepared(plan_of(wanted, source), source.tree, PROVIDERS, only=wanted.component)
        flags = (*(("--tag",) if running.tag else ()), *running.handing.flags)
        if flags and len(found) > 1:
            names = ", ".join(one.component.name for one in found)
            raise UsageError(
                f"{flags[0]} is about one image, and there are several components.",
                next_step=f"Choose one with --component: {names}.",
            )
        ran = asyncio.run(_each(wanted, running, settings, source, found))
    if running.to is not None:
        files = {file.path: file for one in ran for file in reversed(one.done.prepared.files)}
        write_into(running.to, [files[path] for path in sorted(files)], force=False)
    return ran


async def _each(
    wanted: Wanted, running: Running, settings: Settings, source: Opened, found: Sequence[Prepared]
) -> list[Ran]:
    folder = settings.storage.state_dir / "builds"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    login = login_of()
    machine = machine_of(settings.build, folder / "images", lambda: configured_identity(settings), login=login)
    known: Mapping[str, str] = {}
    if running.digests:
        known = (await resolved(found, settings.build, login)).digests
        found = pinned(found, source.tree, known)
    model, ran = model_of(wanted, settings), list[Ran]()
    for one in found:
        provider = next(each for each in PROVIDERS if each.name == one.component.provider)
        means = Means(machine=machine, provider=provider, tree=source.tree, model=model)
        order = _order(running, settings, source, one, known)
        done = await _one(order, means, folder, verbose=running.verbose)
        result = Ran(done=done)
        if running.handing.flags and result.well:
            result = Ran(
                done=done, handed=await handed(done, order, source, machine, running.handing, installed_version())
            )
        ran.append(result)
    return ran


def _order(running: Running, settings: Settings, source: Opened, one: Prepared, known: Mapping[str, str]) -> Order:
    secrets = secrets_for(one, source.tree, running.secrets)
    texts = [text.decode("utf-8", "replace") for text in secrets.values()]
    return Order(
        source=source.folder,
        prepared=one,
        name=running.tag or image_of(one),
        network=network_of(settings.build),
        environment=running.environment,
        secrets=secrets,
        screen=Screen((), running.environment, texts),
        digests=known,
        forms=forms_of(source.tree, one.component),
        seconds=settings.build.seconds,
        try_out=running.check,
    )


async def _one(order: Order, means: Means, folder: Path, *, verbose: bool) -> Mended:
    try:
        with Watched(verbose=verbose) as watched:
            return await mended(order, means, watched, folder)
    except BuildFailed as failed:
        for line in failed.log[-SHOWN_LINES:]:
            sys.stderr.write(f"  {printable(line.text)}\n")
        raise
