"""Start the service from settings: what ``sextant serve`` runs.

The command line finds ``run`` through the entry point ``serve`` of the group ``sextant.services``, because ``cli`` and
``api`` do not know each other.
"""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from api.app import ApiContext
from api.server import make_server
from cluster.client import ClusterClient, connect
from cluster.configured import configured_identity
from cluster.identity import Identity
from cluster.limits import client_limits
from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from core.data import DEMO, data_file
from core.errors import ClusterNotConfigured, SettingInvalid
from core.runs import Runner, RunStore
from core.settings import Settings, load_settings
from core.storage import Database
from core.telemetry import configure_logging
from kb.knowledge import Knowledge
from kb.sources.opening import SourceLimits, Surroundings

ADDRESS_FILE = "serving.json"
"""In the state folder: url, token and pid of the server that works over it, for the commands of the same person."""


def run(*, host: str, port: int, kubeconfig: Path | None, context: str, config: Path | None) -> None:
    """Serve until a signal ends it. An empty ``host`` and a ``port`` below 0 mean those of the settings.

    Raises:
        SettingInvalid: the address cannot be listened on, or a setting cannot be used.
        ClusterNotConfigured: mode ``cluster`` without a cluster, or a kubeconfig that was named and cannot be used.
    """
    settings = load_settings(config)
    configure_logging("warning" if sys.stderr.isatty() else "info", json=not sys.stderr.isatty())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it lists its plugins at every start
    asyncio.run(
        _serve(settings, host or settings.server.host, settings.server.port if port < 0 else port, kubeconfig, context)
    )


async def _serve(settings: Settings, host: str, port: int, kubeconfig: Path | None, context: str) -> None:
    token = secrets.token_urlsafe(24) if settings.server.auth == "token" else ""
    api = context_of(settings, token=token, kubeconfig=kubeconfig, context=context)
    listening = _listen(host, port)
    server = make_server(api, host=host, port=port)
    taken = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    identity = api.identity
    what = f"the cluster of {identity.origin}" if identity else "the bundled demo; no cluster is configured"
    sys.stdout.write(f"Sextant serves {what}. Stop it with Ctrl-C.\n")
    sys.stdout.write(f"http://{shown}:{taken}/{f'?token={token}' if token else ''}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises it again at its end, which would end the process at once
    with told_to_commands(settings.storage.state_dir, reachable(host, taken), token):
        await server.serve(sockets=[listening])


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def context_of(settings: Settings, *, token: str, kubeconfig: Path | None, context: str) -> ApiContext:
    """Return what the application is made of, from settings. Raises ``ClusterNotConfigured`` for a named cluster."""
    identity, no_cluster = _identity(settings, kubeconfig, context)
    database = Database(settings.storage)
    store = RunStore(database)
    return ApiContext(
        settings=settings,
        database=database,
        store=store,
        runner=Runner(store),
        open_demo=_open_demo,
        identity=identity,
        no_cluster=no_cluster,
        access_token=token,
        version=_version(),
        knowledge=Knowledge(
            database=database,
            settings=settings.knowledge,
            state_dir=settings.storage.state_dir,
            surroundings=surroundings(settings, identity),
        ),
    )


def surroundings(settings: Settings, identity: Identity | None) -> Surroundings:
    """Return what sources may reach. Files and private addresses are for the one person that a token lets in."""

    def client() -> contextlib.AbstractAsyncContextManager[ClusterClient]:
        assert identity is not None  # noqa: S101 - given only where there is one
        return connect(identity, limits=client_limits(settings))

    knowledge, alone = settings.knowledge, settings.server.auth == "token"
    return Surroundings(
        open_client=client if identity is not None else None,
        allow_private_addresses=alone and knowledge.allow_private_addresses,
        allow_local_paths=alone,
        cache_folder=settings.storage.state_dir / "repositories",
        limits=SourceLimits(max_document_bytes=knowledge.max_document_bytes, max_documents=knowledge.max_documents),
    )


def reachable(host: str, port: int) -> str:
    """Return the URL under which commands on this machine reach a server that listens on ``host``."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


@contextlib.contextmanager
def told_to_commands(state_dir: Path, url: str, token: str) -> Iterator[None]:
    """Tell commands of the same person, while it serves, where this server is; without a token they cannot ask it.

    The file is written whole and readable by its owner alone. A later server of the same folder replaces it, and then
    it is left to that one.
    """
    if not token:
        yield
        return
    path = state_dir / ADDRESS_FILE
    content = json.dumps({"url": url, "token": token, "pid": os.getpid()})
    state_dir.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{ADDRESS_FILE}.", dir=state_dir)  # with mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    Path(name).replace(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.read_text(encoding="utf-8") == content:
                path.unlink()


def _identity(settings: Settings, kubeconfig: Path | None, context: str) -> tuple[Identity | None, str]:
    """Return the identity to read with, or None and why there is none; a demo needs none."""
    named = kubeconfig or context or settings.cluster.kubeconfig or settings.cluster.context
    try:
        return configured_identity(settings, kubeconfig=kubeconfig, context=context), ""
    except ClusterNotConfigured as error:
        if named or settings.server.auth == "cluster":
            raise
        return None, f"{error.message} {error.next_step}".strip()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise SettingInvalid(
            f"{host} port {port} cannot be listened on: {error.strerror or error}",
            next_step="Choose another port with --port (0 takes a free one), or stop what uses this one.",
        ) from error
    return listening


def _open_demo() -> Snapshot:
    with data_file(DEMO).open("rb") as stream:
        return open_recording(stream, origin="the bundled demo")


def _version() -> str:
    try:
        return version("sextant-ops")
    except PackageNotFoundError:
        return "0"
