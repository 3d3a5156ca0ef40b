"""What services share, by name: networks, volumes, configs, secrets; and that every name is one of them."""

from collections.abc import Mapping

from builder.compose.model import Definition, Network, Project, Volume
from builder.compose.mounts import inside
from builder.compose.reading import Held
from builder.compose.schema import FILE, NETWORK, VOLUME, checked
from builder.compose.services import DEFAULT
from builder.compose.values import mapping, text, truth


def networks(held: Mapping[str, Held]) -> dict[str, Network]:
    """Return the networks of a file."""
    found: dict[str, Network] = {}
    for name, one in mapping(held.get("networks"), "networks").items():
        given = checked(one, NETWORK, f"The network {name}")
        external = _external(given)
        found[name] = Network(name=name, internal=truth(given.get("internal"), "internal"), external=external, held=one)
    return found


def volumes(held: Mapping[str, Held]) -> dict[str, Volume]:
    """Return the named volumes of a file."""
    found: dict[str, Volume] = {}
    for name, one in mapping(held.get("volumes"), "volumes").items():
        given = checked(one, VOLUME, f"The volume {name}")
        external = _external(given)
        called = text(given.get("name"), "name") or (name if external else "")
        found[name] = Volume(name=name, external=external, called=called, held=one)
    return found


def _external(given: Mapping[str, Held]) -> bool:
    said = given.get("external")
    return said is not None and (isinstance(said.data, dict) or truth(said, "external"))


def definitions(held: Mapping[str, Held], kind: str) -> dict[str, Definition]:
    """Return the configs or the secrets of a file."""
    found: dict[str, Definition] = {}
    for name, one in mapping(held.get(kind), kind).items():
        given = checked(one, FILE, f"{name} of {kind}")
        ways = [key for key in ("file", "content", "environment", "external") if given.get(key) is not None]
        ways = [key for key in ways if key != "external" or _external(given)]
        if len(ways) != 1:
            step = "Give one of file, content, environment and external."
            raise one.broken(f"{name} of {kind} says {' and '.join(ways) or 'nothing'}.", step)
        file = given.get("file")
        path = inside(file, text(file, "file")) if file is not None else None
        found[name] = Definition(
            name=name,
            held=one,
            file=path or "",
            content=text(given["content"], "content") if "content" in ways else None,
            variable=text(given.get("environment"), "environment"),
            external="external" in ways,
            called=text(given.get("name"), "name") or name,
        )
    return found


def all_known(project: Project, given: Mapping[str, Held]) -> None:
    """Refuse names that nothing defines, and services that wait for each other. Raises ``ComposeBroken``."""
    for one in project.services:
        for member in one.networks:
            if member.name != DEFAULT and member.name not in project.networks:
                raise one.held.broken(f"{one.name} is in the network {member.name}, which is not defined.")
        for mount in one.mounts:
            if mount.kind == "volume" and mount.source not in project.volumes:
                raise mount.held.broken(
                    f"{one.name} mounts the volume {mount.source}, which is not defined.", "Name it below volumes."
                )
        for kind, files, defined in (
            ("config", one.configs, project.configs),
            ("secret", one.secrets, project.secrets),
        ):
            for file in files:
                if file.name not in defined:
                    raise file.held.broken(f"{one.name} takes the {kind} {file.name}, which is not defined.")
        for need in one.needs:
            if need.name not in given and need.required:
                raise one.held.broken(f"{one.name} depends on {need.name}, which is not defined.")
    _no_circle(project)


def _no_circle(project: Project) -> None:
    needs = {one.name: [need.name for need in one.needs] for one in project.services}
    done: set[str] = set()

    def follow(name: str, above: tuple[str, ...], held: Held) -> None:
        if name in above:
            raise held.broken(f"Services wait for each other: {' → '.join((*above, name))}.")
        if name not in done:
            for other in needs.get(name, ()):
                follow(other, (*above, name), held)
            done.add(name)

    for one in project.services:
        follow(one.name, (), one.held)
