"""What a generator of static sites is to the rest: how it is told, what it runs, what it leaves."""

from collections.abc import Callable
from dataclasses import dataclass

from builder.look import Place
from builder.recipe import Base
from core.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site that was found. ``version`` is that of the generator where the project asks for one."""

    generator: str
    manifest: str
    build: tuple[str, ...]
    output: str
    evidence: Evidence | None
    version: str = ""
    constraint: str = ""
    version_evidence: Evidence | None = None
    install: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A generator. ``names`` are its settings files, ``found`` reads them; ``base`` gives the image by the version."""

    name: str
    names: tuple[str, ...]
    found: Callable[[Place], Site | None]
    base: Callable[[str], Base]
    packages: Callable[[str], tuple[str, ...]]


ALPINE = Base(image="docker.io/library/alpine", tag="3.22")
"""Its community packages hold the generators that are one program."""
