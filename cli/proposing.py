"""``diagnose --propose``: write the first fix down where somebody may approve it, or say how to do it by hand."""

import asyncio

from cli.recordings import identity_of
from cli.wanted import Wanted
from core.errors import UsageError
from core.settings import Settings
from diagnose.findings import Diagnosis, Finding, Remedy


def proposed(wanted: Wanted, settings: Settings, diagnosis: Diagnosis) -> str:
    """Propose the first computable fix and return a sentence on what was done.

    Without the ChangeProposal kind on the cluster the sentence holds the command instead. Raises ``UsageError`` for a
    recording, which nobody can change, and what the API server refuses.
    """
    from rollout.proposals import proposable

    if wanted.demo or wanted.recording:
        raise UsageError(
            "A recording cannot be changed.", next_step="Leave --propose out, or diagnose the live cluster."
        )
    found = proposable(diagnosis)
    if found is None:
        return "There is no change to propose: no cause has a fix that can be computed and is accepted."
    return asyncio.run(_proposed(wanted, settings, diagnosis, *found))


async def _proposed(wanted: Wanted, settings: Settings, diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> str:
    from cluster.client import connect
    from cluster.discovery import discover
    from cluster.limits import client_limits
    from rollout.proposals import proposal, proposal_kind, propose

    async with connect(identity_of(wanted, settings), limits=client_limits(settings)) as client:
        kind = proposal_kind(await discover(client))
        if kind is None:
            return f"This cluster has no ChangeProposal kind. To make the change yourself:\n{remedy.command}"
        made = await propose(client, kind, proposal(diagnosis, finding, remedy))
    return f"Proposed as {made.slug} in {made.namespace}. Nothing is changed until somebody approves it."
