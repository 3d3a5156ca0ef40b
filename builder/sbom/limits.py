"""How much of an image is looked at."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one inventory: an image is made by strangers, and its files may be made to exhaust.

    ``entries`` are files and folders: large images with a distribution and ``node_modules`` have 300,000.
    ``read_bytes`` are of all files together, unpacked. ``depth`` is of folders.
    """

    seconds: float = 60.0
    entries: int = 2_000_000
    read_bytes: int = 1_024 * MIB
    depth: int = 100
    components: int = 100_000


DEFAULT = Limits()

HEAD_BYTES = 64 * KIB
"""Of a file whose beginning says all."""

TEXT_BYTES = 32 * MIB
"""Of one description at most: the status of dpkg with 5,000 packages has 6 MiB."""
