"""What is in an image: components, the distribution below them, and what the list cannot say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from builder.build.executor import Image
from core.phrase import Phrase

Kind = Literal["library", "platform"]
"""A package, or a runtime that runs others (``node``, the JDK)."""

EPOCH = "1970-01-01T00:00:00Z"
"""The time of an image that was built without one, so that it is the same each time."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One package. ``group`` is its scope, vendor or Maven group; ``purl`` its package URL.

    ``paths`` are the files of the image that say so (``app/shop.jar!/lib/a.jar`` within an archive), ``licenses`` what
    it says of itself, in its own words.
    """

    ecosystem: str
    name: str
    version: str
    purl: str
    group: str = ""
    licenses: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    kind: Kind = "library"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The distribution, by its ``os-release``."""

    id: str
    version: str = ""
    name: str = ""

    @property
    def distro(self) -> str:
        """As package URLs name it: ``debian-12``."""
        return f"{self.id}-{self.version}" if self.version else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What was found. ``gaps`` say what was not looked into, ``unread`` which files are broken or too large."""

    components: tuple[Component, ...]
    system: System | None = None
    gaps: tuple[Phrase, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The image that is described. ``digest`` is that of its manifest, known once it was pushed or archived."""

    name: str
    id: str
    digest: str = ""
    created: str = EPOCH
    architecture: str = ""

    @classmethod
    def of(cls, image: Image, configuration: Mapping[str, Any], *, digest: str = "") -> "Subject":
        """Describe an image by its OCI configuration; a time that cannot be read is the epoch."""
        found = _MOMENT.fullmatch(str(configuration.get("created", "")))
        return cls(
            name=image.name,
            id=image.id,
            digest=digest,
            created=f"{found[1]}Z" if found else EPOCH,
            architecture=str(configuration.get("architecture", ""))[:40],
        )
