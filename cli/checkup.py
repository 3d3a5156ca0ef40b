"""The examinations behind ``sextant doctor``: each says what it found and what a missing part costs."""

import asyncio
import contextlib
import os
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from cli.commands.version import installed_version
from cluster.access import allowed
from cluster.client import ClusterClient, connect
from cluster.configured import configured_identity
from cluster.fields import text
from cluster.limits import client_limits
from core.data import DEMO, data_file
from core.errors import ClusterNotConfigured, SextantError
from core.settings import Settings, config_path, describe_settings
from core.storage import Database

NEEDED: tuple[tuple[str, str, str, str], ...] = (
    ("list", "", "pods", "without pods nothing can be diagnosed"),
    ("get", "", "pods/log", "without logs a crash is known by its exit code only"),
    ("list", "", "events", "without events image pulls, mounts and scheduling lose their reason"),
    ("list", "apps", "deployments", "without workloads causes cannot be joined to what a person asked about"),
    ("list", "", "services", "without services routing faults stay unseen"),
    ("list", "", "configmaps", "without ConfigMaps a missing key cannot be proved"),
    ("list", "", "secrets", "without Secrets (only names and keys are read) a missing one cannot be proved"),
    ("list", "", "nodes", "without nodes scheduling faults rest on the scheduler's message alone"),
)
"""(verb, group, resource, what its absence costs)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the report. ``warn`` marks a part that is not configured or not allowed: it costs something."""

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    next_step: str = ""

    def plain(self) -> dict[str, str]:
        """Return it as plain data."""
        return asdict(self)


async def examine(settings: Settings, *, kubeconfig: Path | None, context: str, namespace: str) -> list[Check]:
    """Run all examinations, those of the cluster only when there is one."""
    return [
        Check(name="version", state="ok", detail=f"sextant {installed_version()}, Python {platform.python_version()}"),
        _settings_file(),
        _demo(),
        await _database(settings),
        *await _cluster(settings, kubeconfig, context, namespace),
        _model(settings),
        await _knowledge(settings),
        _building(),
    ]


def _building() -> Check:
    """Say whether images can be built and tried out here."""
    if shutil.which("buildah") is None:
        cost = "no buildah: `sextant build plan` and `files` work, `sextant build run` has nothing to build with"
        return Check(name="builds", state="warn", detail=cost, next_step="Debian: apt-get install buildah runc")
    absent = [name for name in ("runc", "unshare", "nsenter", "ip") if shutil.which(name) is None]
    if absent or os.geteuid() != 0:
        why = f"no {', '.join(absent)}" if absent else "not root"
        detail = f"buildah; images cannot be tried out ({why}): `sextant build run --no-check` builds them"
        return Check(name="builds", state="warn", detail=detail, next_step="install runc and run it as root")
    return Check(name="builds", state="ok", detail="buildah builds images, runc tries them out")


def _model(settings: Settings) -> Check:
    """Say which model words diagnoses. It is not asked: a call may cost."""
    model = settings.model
    if not model.configured:
        detail = "none: diagnoses are made by rules and are complete; --explain has nobody to ask"
        return Check(name="model", state="ok", detail=detail)
    if find_spec("openai") is None:
        return Check(
            name="model",
            state="warn",
            detail=f"{model.name} is configured, but the package that talks to it is not installed",
            next_step="pip install 'sextant-ops[model]'",
        )
    return Check(name="model", state="ok", detail=f"{model.name} at {model.base_url}, used by --explain only")


async def _knowledge(settings: Settings) -> Check:
    """Ask the server that runs here, else look whether model and store can be opened; nothing is indexed."""
    from cli.knowledge_client import Service, running

    if not settings.knowledge.enabled:
        cost = "switched off by knowledge.enabled: `sextant ask` and `sextant kb` have nothing to work with"
        return Check(name="knowledge", state="warn", detail=cost)
    try:
        client = await running(settings.storage.state_dir)
        if client is not None:
            async with contextlib.aclosing(client):
                told = await Service(client=client, where="server").get("/v1/knowledge")
            if trouble := told["trouble"]:
                return Check(name="knowledge", state="fail", detail=trouble["message"], next_step=trouble["next_step"])
            return _known(told["progress"]["documents"], told["progress"]["passages"], told["model"], told["store"])
        return await _knowledge_here(settings)
    except SextantError as error:
        return Check(name="knowledge", state="fail", detail=error.message, next_step=error.next_step)


async def _knowledge_here(settings: Settings) -> Check:
    from kb.opening import make_embedder, make_store
    from kb.records.documents import Documents

    store = await asyncio.to_thread(make_store, settings.knowledge, settings.storage.state_dir)
    database = Database(settings.storage)
    try:
        await store.health()
        embedder = await asyncio.to_thread(make_embedder, settings.knowledge)
        await embedder.close()
        await database.migrate()
        progress = await Documents(database).progress()
    finally:
        await store.close()
        await database.close()
    return _known(progress.documents, progress.passages, embedder.name, settings.knowledge.store)


def _known(documents: int, passages: int, model: str, store: str) -> Check:
    detail = f"{documents:,} documents, {passages:,} passages; vectors of {model} in store {store}"
    if not documents:
        detail += "; the first question indexes what is bundled"
    return Check(name="knowledge", state="ok", detail=detail)


def _settings_file() -> Check:
    path = config_path()
    found = path.is_file()
    return Check(name="settings", state="ok", detail=f"{path}" if found else f"defaults ({path} does not exist)")


def _demo() -> Check:
    try:
        data_file(DEMO)
    except FileNotFoundError as error:
        return Check(name="demo", state="fail", detail=str(error), next_step="Install the package again.")
    return Check(name="demo", state="ok", detail="bundled recording present: sextant diagnose --demo")


async def _database(settings: Settings) -> Check:
    database = Database(settings.storage)
    try:
        await database.migrate()
    except SextantError as error:
        return Check(name="database", state="fail", detail=error.message, next_step=error.next_step)
    finally:
        await database.close()
    return Check(name="database", state="ok", detail=database.address)


async def _cluster(settings: Settings, kubeconfig: Path | None, context: str, namespace: str) -> list[Check]:
    try:
        identity = configured_identity(settings, kubeconfig=kubeconfig, context=context)
    except ClusterNotConfigured as error:
        cost = "only recordings and the bundled demo can be diagnosed"
        return [Check(name="cluster", state="warn", detail=f"{error.message} ({cost})", next_step=error.next_step)]
    except SextantError as error:
        return [Check(name="cluster", state="fail", detail=error.message, next_step=error.next_step)]
    space = namespace or identity.default_namespace
    async with connect(identity, limits=client_limits(settings)) as client:
        try:
            version = await client.get("/version")
        except SextantError as error:
            return [Check(name="cluster", state="fail", detail=error.message, next_step=error.next_step)]
        found = f"{client.server}, Kubernetes {text(version, 'gitVersion')}, from {identity.origin}"
        return [
            Check(name="cluster", state="ok", detail=found),
            *await _permissions(client, space),
            await _metrics(client),
        ]


async def _permissions(client: ClusterClient, space: str) -> list[Check]:
    """Ask the API server about each right at once: reviews are cheap and change nothing."""
    answers = await asyncio.gather(*(_may(client, space, *needed[:3]) for needed in NEEDED), return_exceptions=True)
    checks: list[Check] = []
    for (verb, _, resource, cost), answer in zip(NEEDED, answers, strict=True):
        if isinstance(answer, SextantError):
            checks.append(Check(name=f"may {verb} {resource}", state="warn", detail=f"unknown: {answer.message}"))
        elif isinstance(answer, BaseException):
            raise answer
        elif not answer:
            checks.append(
                Check(
                    name=f"may {verb} {resource}",
                    state="warn",
                    detail=f"no, in namespace {space}: {cost}",
                    next_step=f"Ask for a role that may {verb} {resource}.",
                )
            )
    if not checks:
        return [Check(name="rights", state="ok", detail=f"all {len(NEEDED)} that a diagnosis of {space} reads with")]
    return checks


async def _may(client: ClusterClient, space: str, verb: str, group: str, resource: str) -> bool:
    head, _, sub = resource.partition("/")
    namespace = "" if head == "nodes" else space
    return await allowed(client, verb=verb, group=group, resource=head, namespace=namespace, subresource=sub)


async def _metrics(client: ClusterClient) -> Check:
    try:
        await client.get("/apis/metrics.k8s.io/v1beta1")
    except SextantError:
        return Check(
            name="metrics", state="warn", detail="the metrics API does not answer: usage is not part of a diagnosis"
        )
    return Check(name="metrics", state="ok", detail="the metrics API answers")


def settings_table(settings: Settings) -> list[dict[str, str]]:
    """Return every setting with its present value."""
    rows: list[dict[str, str]] = []
    for doc in describe_settings():
        section, _, field = doc.name.partition(".")
        value = getattr(getattr(settings, section), field) if field else getattr(settings, section)
        rows.append(
            {
                "name": doc.name,
                "value": str(value),
                "default": doc.default,
                "env": doc.env,
                "description": doc.description,
            }
        )
    return rows
