"""Getting the snapshot that a command works on: from a cluster, a recording, standard input or the demo."""

import asyncio
import io
import sys
from dataclasses import replace
from pathlib import Path

from cli.terminal import Progress
from cli.wanted import Wanted
from cluster.identity import Identity
from cluster.snapshot import Snapshot
from core.errors import BundleTooLarge
from core.settings import Settings
from diagnose.findings import Diagnosis


def snapshot_for(wanted: Wanted, settings: Settings, *, thorough: bool = False) -> tuple[Snapshot, str]:
    """Return the snapshot that was asked for and the namespace to look at (empty: all).

    ``thorough`` reads of a cluster also what no trouble so far asks for, since a recording is looked at later.
    """
    if wanted.demo or wanted.recording:
        return recorded(wanted, settings), wanted.namespace
    return asyncio.run(live(wanted, settings, thorough=thorough))


def recorded(wanted: Wanted, settings: Settings) -> Snapshot:
    """Open a recording: a path, ``-`` for standard input, or the demo."""
    from cluster.limits import recording_limits
    from cluster.recording import open_recording
    from core.data import DEMO, data_file

    limits = recording_limits(settings)
    if wanted.demo:
        with data_file(DEMO).open("rb") as stream:
            return open_recording(stream, limits=limits, origin="the bundled demo")
    if wanted.recording == "-":
        return open_recording(io.BytesIO(_standard_input(settings.bundle.max_bytes)), limits=limits)
    return open_recording(Path(wanted.recording), limits=limits)


def _standard_input(max_bytes: int) -> bytes:
    data = sys.stdin.buffer.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise BundleTooLarge(
            f"standard input holds more than {max_bytes} bytes",
            next_step="Raise bundle.max_bytes in the settings, or hand over less.",
        )
    return data


def with_dry_runs(wanted: Wanted, settings: Settings, diagnosis: Diagnosis) -> Diagnosis:
    """Return the diagnosis with what the live API server says of its remedies; recordings have none to ask."""
    if wanted.demo or wanted.recording or not diagnosis.findings:
        return diagnosis
    return asyncio.run(_tried(wanted, settings, diagnosis))


async def _tried(wanted: Wanted, settings: Settings, diagnosis: Diagnosis) -> Diagnosis:
    from cluster.client import connect
    from cluster.limits import client_limits
    from rollout.trials import tried

    async with connect(identity_of(wanted, settings), limits=client_limits(settings)) as client:
        return await tried(diagnosis, client)


def identity_of(wanted: Wanted, settings: Settings) -> Identity:
    """Return who asks, and which server, as flags and settings say."""
    from cluster.configured import configured_identity

    identity = configured_identity(settings, kubeconfig=wanted.kubeconfig, context=wanted.context)
    return identity.acting_as(wanted.as_user, wanted.as_groups)


async def live(wanted: Wanted, settings: Settings, *, thorough: bool) -> tuple[Snapshot, str]:
    """Collect a snapshot from the cluster that the flags and settings name."""
    from cluster.client import connect
    from cluster.discovery import target_of
    from cluster.limits import client_limits, collect_limits
    from cluster.live import collect

    identity = identity_of(wanted, settings)
    space = "" if wanted.all_namespaces else wanted.namespace or identity.default_namespace
    async with connect(identity, limits=client_limits(settings)) as client:
        with Progress() as progress:
            snapshot = await collect(
                client,
                namespace=space,
                limits=replace(collect_limits(settings), thorough=thorough),
                target=await target_of(wanted.target, space, client),
                progress=progress,
            )
    return snapshot, space
