"""What the HTTP API is given, and what it keeps while it runs. Nothing here is global."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import anyio
from fastapi import Depends, Request
from prometheus_client import Gauge

from api.clusters import Clusters
from api.knowledge import KnowledgeRights
from api.reviews import Remembered
from api.watches import Watches
from cluster.identity import Identity
from cluster.snapshot import Snapshot
from core.identity import Caller
from core.llm import Model
from core.runs import Runner, RunStore
from core.settings import DiagnoseSettings, Settings
from core.storage import Database
from core.telemetry import Metrics
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis
from kb.errors import KnowledgeOff

if TYPE_CHECKING:
    from kb.knowledge import Knowledge, Parts

ANALYSES_AT_ONCE = 4
"""Threads that open or analyze. They share one interpreter, so more would only make each slower."""

SEEN = 32
"""Diagnoses for pages that are kept: one of a large cluster may have megabytes."""


class Diagnose(Protocol):
    """The judgement over a snapshot, as ``diagnose.engine.diagnose`` makes it."""

    def __call__(
        self,
        snapshot: Snapshot,
        *,
        target: str = "",
        namespace: str = "",
        numbers: DiagnoseSettings | None = None,
        hygiene: bool = False,
    ) -> Diagnosis:
        """Diagnose."""
        ...


@dataclass(frozen=True, kw_only=True)
class ApiContext:
    """What ``create_app`` needs.

    The app opens the runner, the knowledge base and the database at its start and closes them at its end.

    ``identity`` is the person's own (mode ``token``) or the service's (mode ``cluster``), None without a cluster;
    ``no_cluster`` then says why there is none. ``access_token`` guards mode ``token``. Set ``stopping`` when the server
    begins to stop, so that open event streams end (``api.server`` does).
    """

    settings: Settings
    database: Database
    store: RunStore
    runner: Runner
    open_demo: Callable[[], Snapshot]
    identity: Identity | None = None
    no_cluster: str = ""
    access_token: str = field(default="", repr=False)
    version: str = ""
    diagnose: Diagnose = diagnose
    knowledge: "Knowledge | None" = None
    metrics: Metrics = field(default_factory=Metrics)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(kw_only=True)
class Services:
    """What one running app keeps: connections, counters, the demo once it was opened.

    ``followers`` carries the runs that only watch an ingestion: they may last for hours and take no slot of real work.
    """

    context: ApiContext
    clusters: Clusters
    watches: Watches
    streams: Gauge
    rights: KnowledgeRights
    followers: Runner
    seen: Remembered[Any] = field(default_factory=lambda: Remembered(kept=SEEN))
    threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(ANALYSES_AT_ONCE))
    demo: Snapshot | None = None
    asked: Model | None = None

    @property
    def knowledge(self) -> "Parts":
        """The parts of the knowledge base. Raises what keeps it closed: off, held by another process, unreachable."""
        if self.context.knowledge is None:
            raise KnowledgeOff(
                "This server keeps no knowledge base.", next_step="Set knowledge.enabled, and start it again."
            )
        return self.context.knowledge.parts

    def model(self) -> Model:
        """Return the language model of the settings. There is one, since it remembers that its endpoint is down."""
        self.asked = self.asked or Model(settings=self.context.settings.model)
        return self.asked

    async def demo_snapshot(self) -> Snapshot:
        """Return the bundled demo; it is opened once."""
        if self.demo is None:
            self.demo = await anyio.to_thread.run_sync(
                self.context.open_demo, abandon_on_cancel=True, limiter=self.threads
            )
        return self.demo


def services_of(request: Request) -> Services:
    """Return the services of the app that answers a request."""
    found = request.app.state.services
    assert isinstance(found, Services)  # noqa: S101 - create_app sets it
    return found


def caller_of(request: Request) -> Caller:
    """Return who asks. The gate has let them in."""
    found = request.state.caller
    assert isinstance(found, Caller)  # noqa: S101 - the gate sets it
    return found


def owner_of(caller: Caller) -> str:
    """Return the name under which a caller's runs are kept. The kind keeps equal names of two worlds apart."""
    return f"{caller.kind}:{caller.name}"


ServicesOf = Annotated[Services, Depends(services_of)]
CallerOf = Annotated[Caller, Depends(caller_of)]
