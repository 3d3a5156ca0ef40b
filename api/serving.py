"""Start the service from settings: what ``sextant serve`` runs.

The command line finds ``run`` through the entry point ``serve`` of the group ``sextant.services``, because ``cli`` and
``api`` do not know each other.
"""

import asyncio
import logging
import secrets
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from api.app import ApiContext
from api.server import make_server
from cluster.configured import configured_identity
from cluster.identity import Identity
from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from core.data import DEMO, data_file
from core.errors import ClusterNotConfigured, SettingInvalid
from core.runs import Runner, RunStore
from core.settings import Settings, load_settings
from core.storage import Database
from core.telemetry import configure_logging


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
    identity, no_cluster = _identity(settings, kubeconfig, context)
    listening = _listen(host, port)
    database = Database(settings.storage)
    store = RunStore(database)
    token = secrets.token_urlsafe(24) if settings.server.auth == "token" else ""
    api = ApiContext(
        settings=settings,
        database=database,
        store=store,
        runner=Runner(store),
        open_demo=_open_demo,
        identity=identity,
        no_cluster=no_cluster,
        access_token=token,
        version=_version(),
    )
    server = make_server(api, host=host, port=port)
    taken = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    what = f"the cluster of {identity.origin}" if identity else "the bundled demo; no cluster is configured"
    sys.stdout.write(f"Sextant serves {what}. Stop it with Ctrl-C.\n")
    sys.stdout.write(f"http://{shown}:{taken}/{f'?token={token}' if token else ''}\n")
    sys.stdout.flush()
    await server.serve(sockets=[listening])


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
