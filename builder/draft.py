"""A component while rules look at it: for each field the candidates so far."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from builder.grounds import Ground, Weighing
from builder.plan import (
    Command,
    Commands,
    Component,
    Item,
    Kind,
    Probe,
    Runtime,
    Service,
    Task,
    Variable,
    Volume,
)
from core.evidence import Evidence
from core.phrase import Phrase

T = TypeVar("T", bound=Hashable)


@dataclass(slots=True)
class Gathering(Generic[T]):
    """Values of which there may be several, each with its grounds."""

    found: dict[T, Item[T]] = field(default_factory=dict)

    def add(self, value: T, confidence: float, rule: str, why: Phrase, *evidence: Evidence | None) -> None:
        """Add a value, or another ground for one that is there."""
        ground = Ground(rule=rule, why=why, evidence=tuple(one for one in evidence if one is not None))
        known = self.found.get(value)
        grounds = (*known.grounds, ground) if known else (ground,)
        strongest = max(confidence, known.confidence) if known else confidence
        self.found[value] = Item(value=value, confidence=strongest, grounds=grounds)

    def __iter__(self) -> Iterator[T]:
        return iter(self.found)

    @property
    def items(self) -> tuple[Item[T], ...]:
        """All of them, in the order in which they were found."""
        return tuple(self.found.values())


@dataclass(slots=True, kw_only=True)
class Draft:
    """A component that is being examined by the provider ``provider``. Rules add, nobody removes."""

    name: str
    path: str
    provider: str
    context: str = ""
    kind: Weighing[Kind] = field(default_factory=Weighing)
    language: Weighing[str] = field(default_factory=Weighing)
    framework: Weighing[str] = field(default_factory=Weighing)
    package_manager: Weighing[str] = field(default_factory=Weighing)
    runtime: Weighing[Runtime] = field(default_factory=Weighing)
    install: Weighing[Commands] = field(default_factory=Weighing)
    build: Weighing[Commands] = field(default_factory=Weighing)
    start: Weighing[Command] = field(default_factory=Weighing)
    working_directory: Weighing[str] = field(default_factory=Weighing)
    port: Weighing[int] = field(default_factory=Weighing)
    bind: Weighing[str] = field(default_factory=Weighing)
    health: Weighing[Probe] = field(default_factory=Weighing)
    output: Weighing[str] = field(default_factory=Weighing)
    system_packages: Gathering[str] = field(default_factory=Gathering)
    build_packages: Gathering[str] = field(default_factory=Gathering)
    variables: Gathering[Variable] = field(default_factory=Gathering)
    services: Gathering[Service] = field(default_factory=Gathering)
    volumes: Gathering[Volume] = field(default_factory=Gathering)
    tasks: Gathering[Task] = field(default_factory=Gathering)
    traits: Gathering[str] = field(default_factory=Gathering)
    parts: set[str] = field(default_factory=set)
    """Folders of the tree that this component's own build makes: they are no components of their own."""

    def decided(self, assets: Iterable[Component] = ()) -> Component:
        """Return the component with every field decided."""
        return Component(
            name=self.name,
            path=self.path,
            context=self.context,
            provider=self.provider,
            kind=self.kind.decided(),
            language=self.language.decided(),
            framework=self.framework.decided(),
            package_manager=self.package_manager.decided(),
            runtime=self.runtime.decided(),
            install=self.install.decided(),
            build=self.build.decided(),
            start=self.start.decided(),
            working_directory=self.working_directory.decided(),
            port=self.port.decided(),
            bind=self.bind.decided(),
            health=self.health.decided(),
            output=self.output.decided(),
            system_packages=self.system_packages.items,
            build_packages=self.build_packages.items,
            variables=self.variables.items,
            services=self.services.items,
            volumes=self.volumes.items,
            tasks=self.tasks.items,
            traits=self.traits.items,
            assets=tuple(assets),
        )
