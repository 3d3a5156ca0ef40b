"""How long and how much a registry may answer."""

from dataclasses import dataclass

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one question for digests.

    ``seconds`` are for all images together: a build waits for them, and goes on without them. ``manifest_bytes`` is
    what the distribution specification wants registries to take at least. Tokens are signed claims of some kilobytes.
    ``redirects``: a registry of many regions sends elsewhere once.
    """

    seconds: float = 5.0
    at_once: int = 8
    manifest_bytes: int = 4 * KIB * KIB
    token_bytes: int = 64 * KIB
    redirects: int = 3
