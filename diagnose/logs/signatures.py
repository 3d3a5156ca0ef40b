"""The table of log signatures, sharpest first."""

from diagnose.logs.groups import connections, datastores, endings, rights, startup
from diagnose.logs.signature import Signature

__all__ = ["SIGNATURES", "Signature"]

_by_code = [*rights.SIGNATURES, *startup.SIGNATURES]

SIGNATURES: tuple[Signature, ...] = (
    *(row for row in _by_code if row.code == "PortConflict"),
    *(row for row in _by_code if row.code not in {"PortConflict", "AppConfigInvalid"}),
    *datastores.SIGNATURES,
    *connections.SIGNATURES,
    *endings.SIGNATURES[:-1],
    *(row for row in _by_code if row.code == "AppConfigInvalid"),
    *endings.SIGNATURES[-1:],
)
"""Order is meaning: of two rows that match equally near to the exit, the earlier one wins."""
