"""One Kubernetes object with what a reader of the file must know about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.recipe import Exemption

Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An object as plain values. ``about`` stands above it as a comment; ``exemptions`` are in its annotations too."""

    body: Mapping[str, Any]
    about: tuple[str, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    @property
    def kind(self) -> str:
        """The object's kind: ``Deployment``."""
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.body["metadata"]["name"])
