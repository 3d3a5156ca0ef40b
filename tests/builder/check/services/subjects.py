"""Components that need services, as providers describe them."""

from collections.abc import Sequence

from builder.draft import Draft
from builder.grounds import CODE, DECLARED
from builder.plan import Command, Component, Kind, Service, Task, Variable, Volume
from core.evidence import Evidence, FileSource
from core.phrase import Phrase

WHY = Phrase(en="said so", zh="如此写明")


def needing(
    *services: str,
    provider: str = "python",
    framework: str = "",
    reads: Sequence[str | Variable] = (),
    client: str = "",
    told: tuple[str, ...] = (),
    migrate: tuple[str, ...] = (),
    volumes: Sequence[Volume] = (),
    kind: Kind = Kind.WEB,
) -> Component:
    """Return a component called shop that needs these services; ``client`` is the line that says so."""
    draft = Draft(name="shop", path="", provider=provider)
    draft.kind.add(kind, DECLARED, "test", WHY)
    draft.port.add(8000, DECLARED, "test", WHY)
    if framework:
        draft.framework.add(framework, DECLARED, "test", WHY)
    quoted = Evidence(source=FileSource(path="manifest", line=1), quote=client) if client else None
    for name in services:
        draft.services.add(Service(name=name, variables=told), DECLARED, "test", WHY, quoted)
    for given in reads:
        made = given if isinstance(given, Variable) else Variable(name=given)
        draft.variables.add(made, CODE, "test", WHY)
    if migrate:
        task = Task(name="migrate", purpose="migrate", command=Command(argv=migrate))
        draft.tasks.add(task, CODE, "test", WHY)
    for volume in volumes:
        draft.volumes.add(volume, CODE, "test", WHY)
    return draft.decided()
