"""Compose files as services: variables put in, other files of the same project beside the main one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join
from typing import Any, Final

from builder.detect.truths import about
from builder.detect.truths.values import listed, mapping, number, text
from builder.look import Look
from builder.parsing.dockerfile import substituted

MAX_SERVICES: Final = 200
"""Services of one compose file."""

_NAMES = re.compile(r"^(docker-)?compose(?P<variant>[._-][\w.-]+)?\.ya?ml$")
_NAMED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=")
_DEVELOPING = frozenset(
    {"dev", "develop", "development", "debug", "test", "tests", "testing", "ci", "local", "tools", "e2e"}
)
_IN_TARGET = re.compile(r"(^|[-_])(dev|develop|development|debug|test|watch|local)([-_]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service. ``context`` and ``dockerfile`` are None where it is not built from the tree."""

    path: str
    name: str
    image: str
    context: str | None
    dockerfile: str | None
    target: str
    ports: tuple[int, ...]
    command: tuple[str, ...] | str | None
    entry: tuple[str, ...] | str | None
    environment: Mapping[str, str]
    depends: tuple[str, ...]
    health: str
    volumes: tuple[tuple[str, str], ...]
    """What is mounted, and where."""
    workdir: str
    arguments: Mapping[str, str]
    developing: bool
    listed: tuple[str, ...]
    """Names of the variables of its ``env_file``. Values stand in such files for real: they are not read."""

    @property
    def built(self) -> bool:
        """Whether it is built from the tree."""
        return self.context is not None


def files(look: Look) -> list[str]:
    """Return the compose files, those for production first, those for developing last."""
    found = [path for path in look.tree.sizes if _NAMES.match(basename(path)) and not about.stands_aside(path)]
    return sorted(found, key=lambda path: (_developing(path), not about.producing(path), path.count("/"), path))[:40]


def services(look: Look) -> list[Service]:
    """Return the services of all compose files, in the order of the files; parsed once for a tree."""
    found: list[Service] = []
    for path in files(look):
        held = mapping(look.yaml(path))
        given = mapping(held.get("services")) or (_first_version(held) if "version" not in held else {})
        known = list(given.items())[:MAX_SERVICES]
        found.extend(
            _service(look, path, name, _extended(mapping(one), given)) for name, one in known if isinstance(one, dict)
        )
    return found


def _first_version(held: Mapping[str, Any]) -> dict[str, Any]:
    """Return the services of a file of the first version, where they stand at the top."""
    return {name: one for name, one in held.items() if isinstance(one, dict) and ("image" in one or "build" in one)}


def _extended(one: dict[str, Any], all_services: Mapping[str, Any]) -> dict[str, Any]:
    base = one.get("extends")
    name = text(base if isinstance(base, str) else mapping(base).get("service"))
    if not name or (isinstance(base, dict) and base.get("file")) or not isinstance(all_services.get(name), dict):
        return one
    return {**mapping(all_services[name]), **one}


def _developing(path: str) -> bool:
    return about.developing(basename(path)) or about.developing(dirname(path))


def _service(look: Look, path: str, name: str, one: dict[str, Any]) -> Service:
    build = one.get("build")
    given = {"context": build} if isinstance(build, str) else mapping(build)
    context = _context(path, given) if build is not None else None
    inline = "dockerfile_inline" in given
    file = _filled(text(given.get("dockerfile")) or "Dockerfile")
    dockerfile = about.inside(context, file) if context is not None and not inline else None
    if dockerfile is not None and dockerfile not in look.tree and not given.get("dockerfile"):
        dockerfile = next(
            (
                join(context or "", other)
                for other in ("Containerfile", "dockerfile")
                if join(context or "", other) in look.tree
            ),
            dockerfile,
        )
    profiles = {text(word).lower() for word in listed(one.get("profiles"))}
    target = _filled(text(given.get("target")))
    return Service(
        path=path,
        name=name,
        image=_filled(text(one.get("image"))),
        context=context,
        dockerfile=dockerfile,
        target=target,
        ports=tuple(_ports(one)),
        command=_command(one.get("command")),
        entry=_command(one.get("entrypoint")),
        environment=_environment(one.get("environment")),
        depends=tuple(_names(one.get("depends_on")) + [word.split(":")[0] for word in _names(one.get("links"))]),
        health=_health(mapping(one.get("healthcheck")).get("test")),
        volumes=tuple(_volumes(one.get("volumes"))),
        workdir=_filled(text(one.get("working_dir"))),
        arguments=_environment(given.get("args")),
        developing=_developing(path) or bool(profiles & _DEVELOPING) or bool(_IN_TARGET.search(target)),
        listed=tuple(_listed(look, path, one.get("env_file"))),
    )


def _context(path: str, build: Mapping[str, Any]) -> str | None:
    name = _filled(text(build.get("context")) or ".")
    return about.inside(dirname(path), name.rstrip("/") or ".")


def _filled(value: str) -> str:
    """Put defaults in: variables themselves stand in files that are not read."""
    return substituted(value.replace("$$", "\\$"), {}) if "$" in value else value


def _listed(look: Look, path: str, value: object) -> Iterator[str]:
    each = value if isinstance(value, list) else [value]
    for one in each[:20]:
        name = about.inside(dirname(path), text(mapping(one).get("path")) if isinstance(one, dict) else text(one))
        if name is None or basename(name) == ".env":
            continue
        for line in (look.tree.text(name) or "").splitlines()[:500]:
            if found := _NAMED.match(line):
                yield found[1]


def _ports(one: Mapping[str, Any]) -> Iterator[int]:
    for given in (*listed(one.get("ports")), *listed(one.get("expose"))):
        if isinstance(given, dict):
            found = number(_filled(text(given.get("target")))) if text(given.get("protocol")) in {"", "tcp"} else None
        else:
            plain, _, protocol = _filled(text(given)).partition("/")
            last = plain.rpartition(":")[2].partition("-")[0]
            found = number(last) if protocol in {"", "tcp"} else None
        if found and found < 65536:
            yield found


def _command(value: object) -> tuple[str, ...] | str | None:
    if isinstance(value, list):
        words = tuple(text(one).replace("$$", "$") for one in value)
        return words or None
    return text(value).replace("$$", "$") or None if isinstance(value, str) else None


def _environment(value: object) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(name): _filled(text(one)) for name, one in value.items()}
    found = {}
    for one in listed(value):
        name, _, given = text(one).partition("=")
        if name:
            found[name.strip()] = _filled(given.strip().strip("\"'"))
    return found


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, dict) else [text(one) for one in listed(value)]


def _health(value: object) -> str:
    return " ".join(text(one) for one in value) if isinstance(value, list) else text(value)


def _volumes(value: object) -> Iterator[tuple[str, str]]:
    for one in listed(value):
        if isinstance(one, dict):
            yield text(one.get("source")), text(one.get("target"))
        else:
            source, colon, rest = _filled(text(one)).partition(":")
            yield (source, rest.partition(":")[0]) if colon else ("", source)
