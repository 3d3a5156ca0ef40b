"""The closed list of finding codes. Codes are API: added, never renamed, never reused.

One file of ``diagnose.codes`` per family; ``CODES`` joins them in the order of the families.
"""

from diagnose.codes import (
    access,
    admission,
    autoscaling,
    certificates,
    claims,
    clients,
    container_start,
    crash,
    datastores,
    dns,
    drift,
    evictions,
    extensions,
    image_pull,
    jobs,
    memory,
    network_policies,
    nodes,
    platform,
    probes,
    rollouts,
    routes,
    sandbox,
    saturation,
    scheduling,
    services,
    termination,
    volumes,
)
from diagnose.codes.code import Code

__all__ = ["BY_CODE", "BY_ID", "CODES", "Code"]

CODES: tuple[Code, ...] = (
    *image_pull.CODES,
    *container_start.CODES,
    *sandbox.CODES,
    *crash.CODES,
    *memory.CODES,
    *probes.CODES,
    *scheduling.CODES,
    *claims.CODES,
    *volumes.CODES,
    *evictions.CODES,
    *nodes.CODES,
    *services.CODES,
    *clients.CODES,
    *dns.CODES,
    *network_policies.CODES,
    *routes.CODES,
    *certificates.CODES,
    *autoscaling.CODES,
    *rollouts.CODES,
    *admission.CODES,
    *jobs.CODES,
    *access.CODES,
    *termination.CODES,
    *drift.CODES,
    *extensions.CODES,
    *datastores.CODES,
    *saturation.CODES,
    *platform.CODES,
)

BY_CODE: dict[str, Code] = {entry.code: entry for entry in CODES}
BY_ID: dict[str, Code] = {entry.id: entry for entry in CODES}
