"""``sextant diagnose --watch``: the diagnosis, then only what is new, changed or healed, until Ctrl-C."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cli.options import Output
from cli.recordings import identity_of
from cli.terminal import Progress, StatusLine, painter
from cli.wanted import Wanted
from cluster.client import ClusterClient, connect
from cluster.discovery import target_of
from cluster.limits import client_limits, collect_limits, watch_limits
from cluster.watching import WatchCache
from cluster.watching.looks import Look, Pace, looks
from core.errors import Denied, SextantError, UsageError
from core.phrase import Language, Phrase
from core.settings import Settings
from diagnose import render
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis
from diagnose.following import Followed, Settling, Step, begun, follow, lasting_id
from diagnose.render.following import clock, entry, step_documents, step_text
from diagnose.render.words import one_line
from rollout.trials import tried

READY_SECONDS = 60.0
"""How long the first lists may take: those of a cluster of 10,000 pods take about 15 s."""

LOST = Phrase(
    en="the connection is lost, and what happens now is not seen; watching goes on when it is back",
    zh="连接已断开，此后发生的情况暂时不可见；恢复后继续观察",
)
BACK = Phrase(en="the connection is back", zh="连接已恢复")


def refuse_contradictions(wanted: Wanted, output: Output, *, others: Iterable[str] = ()) -> None:
    """Raise ``UsageError`` for flags that have no meaning with ``--watch``; ``others`` were given and are such."""
    if wanted.demo or wanted.recording:
        flag = "--demo" if wanted.demo else "--from"
        raise UsageError(
            f"--watch and {flag} contradict each other: a recording does not change.",
            next_step=f"Leave out {flag} to watch a cluster, or leave out --watch.",
        )
    if output not in {Output.TEXT, Output.JSON}:
        raise UsageError(
            f"--watch cannot write {output.value}.", next_step="Use -o text, or -o json: one document a line."
        )
    for flag in others:
        raise UsageError(f"{flag} has no meaning with --watch.", next_step="Leave out one of both.")


def watch(
    wanted: Wanted,
    settings: Settings,
    *,
    output: Output = Output.TEXT,
    language: Language = "en",
    hygiene: bool = False,
    dry_run: bool = True,
) -> None:
    """Watch until somebody ends it; that is no error. Raises what keeps it from beginning."""
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_watch(wanted, settings, Told(output=output, language=language), hygiene=hygiene, dry_run=dry_run))


async def _watch(wanted: Wanted, settings: Settings, told: "Told", *, hygiene: bool, dry_run: bool) -> None:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - this runs in one
    with contextlib.suppress(NotImplementedError):  # where the system has no such signals
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    identity = identity_of(wanted, settings)
    space = "" if wanted.all_namespaces else wanted.namespace or identity.default_namespace
    async with (
        connect(identity, limits=client_limits(settings)) as client,
        WatchCache(client, namespace=space, limits=watch_limits(settings)) as cache,
    ):
        with Progress() as progress:
            progress("listing", 0.1)
            await cache.ready(READY_SECONDS)
            target = await target_of(wanted.target, space, client)
        watching = Watching(
            wanted=wanted, settings=settings, told=told, space=space, client=client, hygiene=hygiene, dry_run=dry_run
        )
        following = looks(
            cache,
            namespace=space,
            target=target,
            limits=collect_limits(settings),
            pace=Pace(apart_seconds=settings.watch.apart_seconds, idle_seconds=settings.watch.look_seconds),
            due=lambda: watching.due,
        )
        with told.status:
            async with contextlib.aclosing(following) as seen:
                async for look in seen:
                    await watching.take(look)


@dataclass(kw_only=True)
class Watching:
    """What was seen so far, and what comes of the next look. ``due``: in how many seconds the next one is worth it."""

    wanted: Wanted
    settings: Settings
    told: "Told"
    space: str
    client: ClusterClient
    hygiene: bool = False
    dry_run: bool = True
    due: float | None = None
    followed: Followed | None = None
    problem: str = ""

    async def take(self, look: Look) -> None:
        """Tell what a look shows. Before the first diagnosis an error ends the watch; later it is said, once."""
        if look.link:
            self.told.link(look)
            return
        try:
            if look.error is not None:
                raise look.error
            diagnosis = await asyncio.to_thread(self._diagnosis, look)
        except SextantError as error:
            if self.followed is None:
                raise
            if error.message != self.problem:
                self.told.trouble(error)
            self.problem = error.message
            return
        self.problem = ""
        if self.followed is None:
            self.followed = begun(diagnosis)
            self.told.first(await self._tried(diagnosis))
            self.due = None
            return
        settling = Settling(better_seconds=self.settings.watch.heal_seconds)
        self.followed, step = follow(self.followed, diagnosis, settling)
        self.due = (step.again - step.at).total_seconds() if step.again else None
        if fresh := {change.root.id for change in step.changes if change.kind == "new"}:
            kept = tuple(finding for finding in diagnosis.findings if lasting_id(finding) in fresh)
            new = {finding.id: finding for finding in (await self._tried(replace(diagnosis, findings=kept))).findings}
            diagnosis = replace(diagnosis, findings=tuple(new.get(entry.id, entry) for entry in diagnosis.findings))
        self.told.step(step, diagnosis)

    def _diagnosis(self, look: Look) -> Diagnosis:
        assert look.snapshot is not None  # noqa: S101 - neither a link nor an error
        return diagnose(
            look.snapshot,
            target=self.wanted.target,
            namespace=self.space,
            numbers=self.settings.diagnose,
            hygiene=self.hygiene,
        )

    async def _tried(self, diagnosis: Diagnosis) -> Diagnosis:
        """Return the diagnosis with what the API server says of its remedies, where it answers."""
        if not self.dry_run or not diagnosis.findings:
            return diagnosis
        with contextlib.suppress(SextantError):
            return await tried(diagnosis, self.client)
        return diagnosis


@dataclass(kw_only=True)
class Told:
    """What is written: lines on standard output, or one JSON document a line."""

    output: Output
    language: Language
    status: StatusLine = field(default_factory=StatusLine)

    def first(self, diagnosis: Diagnosis) -> None:
        """Write the diagnosis in full."""
        if self.output is Output.JSON:
            self._documents([entry("diagnosis", diagnosis.now, {"diagnosis": render.document(diagnosis)})])
        else:
            self._text(render.text(diagnosis, self.language, painter(sys.stdout)) + "\n")
        self._standing(diagnosis)

    def step(self, step: Step, diagnosis: Diagnosis) -> None:
        """Write what is new."""
        if self.output is Output.JSON:
            self._documents(step_documents(step, diagnosis))
        else:
            self._text(step_text(step, diagnosis, self.language, painter(sys.stdout)))
        self._standing(diagnosis)

    def link(self, look: Look) -> None:
        """Say that the connection was lost, or is back."""
        now = datetime.now(UTC)
        if self.output is Output.JSON:
            self._documents([entry("connection", now, {"state": look.link, "why": look.why})])
            return
        said = (LOST if look.link == "lost" else BACK).in_language(self.language)
        self._text(f"{clock(now)}  {said}{f': {one_line(look.why)}' if look.why else ''}\n")

    def trouble(self, error: SextantError) -> None:
        """Say why there is no diagnosis now."""
        now = datetime.now(UTC)
        if self.output is Output.JSON:
            self._documents([entry("problem", now, {"code": error.code, "message": error.message})])
            return
        more = f" {error.next_step}" if isinstance(error, Denied) and error.next_step else ""
        self._text(f"{clock(now)}  {one_line(error.message + more, 600)}\n")

    def _standing(self, diagnosis: Diagnosis) -> None:
        causes = len(diagnosis.roots)
        if self.language == "zh":
            self.status.show(f"正在观察 · {causes} 个原因 · 截至 {clock(diagnosis.now)} · 按 Ctrl-C 结束")
            return
        counted = f"{causes} cause{'' if causes == 1 else 's'}"
        self.status.show(f"watching · {counted} · as of {clock(diagnosis.now)} · Ctrl-C ends it")

    def _text(self, text: str) -> None:
        if text:
            self.status.hide()
            sys.stdout.write(text)
            sys.stdout.flush()

    def _documents(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self._text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents))
