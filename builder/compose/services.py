"""A service of the merged definition as data."""

import shlex
from collections.abc import Mapping
from posixpath import join

from builder.compose import schema
from builder.compose.deploying import deploy
from builder.compose.dotenv import variables
from builder.compose.health import health
from builder.compose.model import Build, Dependence, Member, Service, Words
from builder.compose.mounts import files, inside, mounts
from builder.compose.ports import ports
from builder.compose.reading import Held
from builder.compose.units import seconds
from builder.compose.values import items, listed, mapping, pairs, text, truth
from builder.tree import Tree

DEFAULT = "default"
"""The network of every service that names none."""

_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")


def service(name: str, value: Held, tree: Tree, known: Mapping[str, str]) -> Service:
    """Return one service. Raises ``ComposeBroken`` for keys and values that the specification does not have."""
    held = schema.service(name, value)
    image, build = text(held.get("image"), f"image of {name}"), _build(held.get("build"), tree)
    if not image and build is None and "provider" not in held:
        raise value.broken(f"The service {name} has neither image nor build.", "Say what it runs.")
    return Service(
        name=name,
        held=value,
        image=image,
        build=build,
        command=_words(held.get("command"), f"command of {name}"),
        entry=_words(held.get("entrypoint"), f"entrypoint of {name}"),
        environment=_environment(held, name, tree, known),
        ports=ports(held, name),
        mounts=mounts(held, name),
        configs=files(held.get("configs"), f"configs of {name}", "/"),
        secrets=files(held.get("secrets"), f"secrets of {name}", "/run/secrets"),
        health=health(held.get("healthcheck"), name),
        needs=_needs(held, name),
        deploy=deploy(held, name),
        networks=_networks(held, name),
        links=_links(held.get("links"), name),
        hosts=_hosts(held.get("extra_hosts"), name),
        user=text(held.get("user"), f"user of {name}"),
        directory=text(held.get("working_dir"), f"working_dir of {name}"),
        read_only=truth(held.get("read_only"), f"read_only of {name}"),
        stop_seconds=seconds(held.get("stop_grace_period"), f"stop_grace_period of {name}"),
        restart=text(held.get("restart"), f"restart of {name}"),
    )


def _words(value: Held | None, what: str) -> Words | None:
    """Return a command as words, None where nothing is said; an empty one takes the image's away."""
    if value is None or value.data is None:
        return None
    if isinstance(value.data, list):
        return tuple(text(one, what) for one in value.data)
    try:
        return tuple(shlex.split(text(value, what)))
    except ValueError as exc:
        raise value.broken(f"The {what} has a quote without end.") from exc


def _build(value: Held | None, tree: Tree) -> Build | None:
    if value is None or value.data is None:
        return None
    given = {"context": value} if isinstance(value.data, str) else mapping(value, "build")
    said = given.get("context")
    context = inside(said, text(said, "context")) if said is not None else inside(value, ".")
    inline = text(given.get("dockerfile_inline"), "dockerfile_inline")
    file = text(given.get("dockerfile"), "dockerfile")
    if inline and file:
        raise value.broken("dockerfile and dockerfile_inline contradict each other.", "Keep one of them.")
    path = "" if context is None or inline else join(context, file or "Dockerfile")
    if path and path not in tree and not file:
        path = next((one for one in (join(context or "", "Containerfile"),) if one in tree), path)
    arguments = {key: text(one, key) for key, one in pairs(given.get("args"), "args").items()}
    return Build(
        context=context,
        dockerfile=path,
        inline=inline,
        target=text(given.get("target"), "target"),
        arguments=arguments,
    )


def _environment(held: Mapping[str, Held], name: str, tree: Tree, known: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables: those of files first, over them those of the service."""
    found: dict[str, str | None] = {}
    for one in listed(held.get("env_file"), f"env_file of {name}"):
        found |= _of_file(one, name, tree, known)
    for key, one in pairs(held.get("environment"), f"environment of {name}").items():
        found[key.strip()] = known.get(key) if one.data is None else text(one, f"{key} of {name}")
    return found


def _of_file(one: Held, name: str, tree: Tree, known: Mapping[str, str]) -> dict[str, str]:
    given = mapping(one, "env_file") if isinstance(one.data, dict) else {"path": one}
    said = text(given.get("path"), "env_file")
    required = "required" not in given or truth(given["required"], "required")
    path = inside(one, said)
    content = tree.text(path) if path else None
    if path is None or content is None:
        if required:
            raise one.broken(
                f"{said} of {name} does not exist in the source.", "Add it, or say required: false beside its path."
            )
        return {}
    return variables(content, path, known, raw=text(given.get("format"), "format") == "raw")


def _needs(held: Mapping[str, Held], name: str) -> tuple[Dependence, ...]:
    value = held.get("depends_on")
    if value is None or not isinstance(value.data, dict):
        return tuple(
            Dependence(name=text(one, "depends_on"), line=one.line) for one in items(value, f"depends_on of {name}")
        )
    found: list[Dependence] = []
    for other, one in value.data.items():
        given = mapping(one, f"depends_on of {name}")
        said = text(given.get("condition"), "condition") or "service_started"
        condition = next((each for each in _CONDITIONS if each == said), None)
        if condition is None:
            raise one.broken(f"{said!r} is no condition: {', '.join(_CONDITIONS)}.")
        required = "required" not in given or truth(given["required"], "required")
        found.append(Dependence(name=other, condition=condition, required=required, line=one.line))  # type: ignore[arg-type]
    return tuple(found)


def _networks(held: Mapping[str, Held], name: str) -> tuple[Member, ...]:
    mode = text(held.get("network_mode"), f"network_mode of {name}")
    value = held.get("networks")
    if mode == "none":
        return ()
    if mode and value is not None:
        raise value.broken(f"{name} has both networks and network_mode.", "Keep one of them.")
    if value is None:
        return (Member(name=DEFAULT),)
    if not isinstance(value.data, dict):
        return tuple(Member(name=text(one, "networks")) for one in items(value, f"networks of {name}"))
    return tuple(
        Member(
            name=other,
            aliases=tuple(text(each, "aliases") for each in items(mapping(one, other).get("aliases"), "aliases")),
        )
        for other, one in value.data.items()
    )


def _links(value: Held | None, name: str) -> Words:
    found = []
    for one in items(value, f"links of {name}"):
        other, _, alias = text(one, "links").partition(":")
        found.append(f"{alias or other}={other}")
    return tuple(found)


def _hosts(value: Held | None, name: str) -> dict[str, Words]:
    found: dict[str, Words] = {}
    if value is not None and isinstance(value.data, dict):
        for host, one in value.data.items():
            found[host] = tuple(text(each, host) for each in listed(one, host))
        return found
    for one in items(value, f"extra_hosts of {name}"):
        plain = text(one, "extra_hosts")
        host, sign, address = plain.partition("=" if "=" in plain else ":")
        if not sign or not address:
            raise one.broken(f"{plain!r} is no host with its address.", "Write NAME=ADDRESS.")
        found[host] = (*found.get(host, ()), address.strip("[]"))
    return found
