"""Try the remedies of a diagnosis on the live API server, each as a dry run with the caller's own credential."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cluster.client import ClusterClient
from cluster.kinds import BY_KEY, Kind, kind_key
from core.errors import ClusterBusy, ClusterUnreachable, DeadlineExceeded
from diagnose.findings import Diagnosis, DryRun, Finding, Remedy
from rollout.dry_run import dry_run

MAX_TRIALS = 10
"""Remedies that are tried of one diagnosis, the likeliest causes' first: each costs two requests."""

SECONDS = 10.0
"""How long all trials together may take: the answer must not wait for them."""


async def tried(diagnosis: Diagnosis, client: ClusterClient, custom: Sequence[Kind] = ()) -> Diagnosis:
    """Return the diagnosis with what the API server says of each computable remedy of its causes.

    ``custom`` are the kinds that are not built in. What could not be tried in time stays as it is.
    """
    kinds: Mapping[str, Kind] = {**BY_KEY, **{kind.key: kind for kind in custom}}
    bounded = client.within(asyncio.get_running_loop().time() + SECONDS)
    wanted = [
        (finding.id, index)
        for finding in diagnosis.findings
        for index, remedy in enumerate(finding.remedies)
        if _kind(remedy, kinds) is not None
    ][:MAX_TRIALS]
    chosen = set(wanted)

    async def one(finding: Finding, index: int, remedy: Remedy) -> Remedy:
        kind = _kind(remedy, kinds)
        if (finding.id, index) not in chosen or kind is None:
            return remedy
        return replace(remedy, dry_run=await _try(bounded, kind, remedy))

    async def all_of(finding: Finding) -> Finding:
        remedies = await asyncio.gather(*(one(finding, index, entry) for index, entry in enumerate(finding.remedies)))
        return replace(finding, remedies=tuple(remedies))

    findings = await asyncio.gather(*(all_of(finding) for finding in diagnosis.findings))
    return replace(diagnosis, findings=tuple(findings))


def _kind(remedy: Remedy, kinds: Mapping[str, Kind]) -> Kind | None:
    """Return the kind of what a remedy changes, or None where there is nothing to try: no patch, or blanks in it."""
    if remedy.target is None or remedy.patch is None or not remedy.patch_type or has_blanks(remedy.patch):
        return None
    return kinds.get(kind_key(remedy.target.kind, remedy.target.group))


def has_blanks(patch: object) -> bool:
    """Say whether a patch holds a value in angle brackets, which only the user can fill in."""
    if isinstance(patch, str):
        return patch.startswith("<") and patch.endswith(">")
    if isinstance(patch, Mapping):
        return any(map(has_blanks, patch.values()))
    return isinstance(patch, list | tuple) and any(map(has_blanks, patch))


async def _try(client: ClusterClient, kind: Kind, remedy: Remedy) -> DryRun | None:
    if remedy.target is None or remedy.patch is None or remedy.patch_type == "":
        return None
    try:
        return await dry_run(client, kind, remedy.target, remedy.patch_type, remedy.patch)
    except (ClusterBusy, ClusterUnreachable, DeadlineExceeded):
        return None
