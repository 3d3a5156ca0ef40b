"""Getting the snapshot that a command works on: from a cluster, a recording, standard input or the demo."""

import asyncio
import io
import sys
from pathlib import Path

from cli.terminal import Progress
from cli.wanted import Wanted
from cluster.snapshot import Snapshot
from core.errors import BundleTooLarge, TargetInvalid
from core.evidence import ObjectRef
from core.settings import Settings


def snapshot_for(wanted: Wanted, settings: Settings) -> tuple[Snapshot, str]:
    """Return the snapshot that was asked for and the namespace to look at (empty: all)."""
    if wanted.demo or wanted.recording:
        return recorded(wanted, settings), wanted.namespace
    return asyncio.run(live(wanted, settings))


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


async def live(wanted: Wanted, settings: Settings) -> tuple[Snapshot, str]:
    """Collect a snapshot from the cluster that the flags and settings name."""
    from cluster.client import connect
    from cluster.kubeconfig import find_identity
    from cluster.limits import client_limits, collect_limits
    from cluster.live import collect

    path = wanted.kubeconfig or (Path(settings.cluster.kubeconfig) if settings.cluster.kubeconfig else None)
    identity = find_identity(path, wanted.context or settings.cluster.context or None)
    identity = identity.acting_as(wanted.as_user, wanted.as_groups)
    space = "" if wanted.all_namespaces else wanted.namespace or identity.default_namespace
    async with connect(identity, limits=client_limits(settings)) as client:
        with Progress() as progress:
            snapshot = await collect(
                client,
                namespace=space,
                limits=collect_limits(settings),
                target=await _target(wanted.target, space, client),
                progress=progress,
            )
    return snapshot, space


async def _target(words: str, space: str, client: object) -> ObjectRef | None:
    """Point at the target, so that its kind and its logs are read; a custom kind is looked up on the server."""
    from cluster.client import ClusterClient
    from cluster.discovery import discover, resolve
    from cluster.kinds import spoken

    kind_word, slash, name = words.partition("/")
    if not words:
        return None
    if not slash or not name or "/" in name:
        raise TargetInvalid(
            f"{words!r} is not of the form KIND/NAME",
            next_step="Name the workload like kubectl does, for instance deploy/checkout or pod/checkout-0.",
        )
    kind = spoken(kind_word)
    if kind is None and isinstance(client, ClusterClient):
        kind = resolve(kind_word, await discover(client))
    if kind is None:
        return None
    return ObjectRef(kind=kind.kind, group=kind.group, namespace=space if kind.namespaced else "", name=name)
