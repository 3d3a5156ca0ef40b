"""What is built and how, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builder.build.executor import Image, Network
from builder.check.errors import CheckerMissing
from builder.check.report import Report
from builder.files import Prepared
from builder.screening import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is built and how: the folder of the tree, the image's name, variables for the trial.

    ``secrets`` are by the ids under which Dockerfiles mount them: they reach no layer, no log and no argument.
    ``screen`` goes over all that is told. ``seconds`` bound one build; no further one begins after as many.
    """

    source: Path
    prepared: Prepared
    name: str
    network: Network = field(default_factory=Network)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    screen: Screen = field(default_factory=Screen)
    digests: Mapping[str, str] = field(default_factory=dict)
    """Of base images, by ``image:tag``."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """How the project writes the addresses of its services, by variable: ``postgresql+asyncpg://``."""
    seconds: float = 1_500.0
    try_out: bool = True
    start_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The image, and what its trial showed. Without a report it was not tried; ``untried`` says why it could not be."""

    image: Image
    report: Report | None = None
    untried: CheckerMissing | None = None

    @property
    def works(self) -> bool | None:
        """Whether the trial went well, None where there was none."""
        return None if self.report is None else self.report.works
