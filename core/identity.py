"""Who asks."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who was let in.

    ``local`` is the person at this machine (loopback token or command line); ``cluster`` is a user or ServiceAccount
    whose bearer token the cluster reviewed. The token is kept only to ask the cluster with it and is never printed.
    """

    name: str
    groups: tuple[str, ...] = ()
    token: str = field(default="", repr=False)
    kind: Literal["local", "cluster"]
