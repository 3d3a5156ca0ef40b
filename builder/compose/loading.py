"""From the files of a tree to a project: include, override, extends, variables, profiles.

Nothing is fetched and nothing of this machine's environment is taken: variables are those of ``.env`` and those given.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname, join
from typing import Final

from builder.compose.beside import with_files
from builder.compose.defining import all_known, definitions, networks, volumes
from builder.compose.dotenv import variables
from builder.compose.errors import ComposeBroken
from builder.compose.interpolating import interpolated
from builder.compose.merging import merged
from builder.compose.model import Note, Project, note
from builder.compose.mounts import inside
from builder.compose.reading import Held, read
from builder.compose.schema import TOP, checked
from builder.compose.services import service
from builder.compose.values import items, listed, mapping, text
from builder.tree import Tree

NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
OVERRIDES: Final = {
    "compose.yaml": ("compose.override.yaml", "compose.override.yml"),
    "compose.yml": ("compose.override.yml", "compose.override.yaml"),
    "docker-compose.yaml": ("docker-compose.override.yaml", "docker-compose.override.yml"),
    "docker-compose.yml": ("docker-compose.override.yml", "docker-compose.override.yaml"),
}
MAX_FILES: Final = 50
"""Of one project, with all that it includes and extends."""

MAX_SERVICES: Final = 200


@dataclass(slots=True)
class _Loading:
    tree: Tree
    given: Mapping[str, str]
    read_files: dict[str, Held] = field(default_factory=dict)
    missing: dict[str, Held] = field(default_factory=dict)


def names(tree: Tree) -> tuple[str, ...]:
    """Return the compose files at the top of a tree that stand for themselves, the usual one first."""
    usual = [name for name in NAMES if name in tree]
    others = [
        name
        for name in tree.names("")
        if re.fullmatch(r"(docker-)?compose[._-][\w.-]+\.ya?ml", name) and "override" not in name
    ]
    return tuple(dict.fromkeys((*usual, *sorted(others))))


def load(
    tree: Tree, path: str = "", *, environment: Mapping[str, str] | None = None, profiles: Collection[str] = ()
) -> Project:
    """Return the project that a compose file describes; without a path, the usual file with its override.

    ``environment`` goes before ``.env``. Raises ``ComposeBroken``, with file and line.
    """
    found = path or next(iter(names(tree)), "")
    if not found:
        raise ComposeBroken("There is no compose file.", path=NAMES[0], line=0, next_step="Name the file.")
    given = dict(environment or {})
    dotenv = join(dirname(found), ".env")
    if (told := tree.text(dotenv)) is not None:
        given = variables(told, dotenv, given) | given
    loading = _Loading(tree=tree, given=given)
    whole = _file(loading, found, given, ())
    if not path:
        for name in OVERRIDES.get(basename(found), ()):
            if (other := join(dirname(found), name)) in tree:
                whole = merged(whole, _file(loading, other, given, ()))
                break
    return _project(loading, whole, found, frozenset(profiles) | _given_profiles(given))


def _given_profiles(given: Mapping[str, str]) -> frozenset[str]:
    return frozenset(one.strip() for one in given.get("COMPOSE_PROFILES", "").split(",") if one.strip())


def _file(loading: _Loading, path: str, known: Mapping[str, str], above: tuple[str, ...]) -> Held:
    """Return a file with its variables put in, its ``extends`` followed and what it includes below it."""
    if path in above:
        raise ComposeBroken(
            f"It includes itself: {' → '.join((*above, path))}.",
            path=above[-1],
            line=0,
            next_step="Take one of them out.",
        )
    whole = _raw(loading, path, known)
    held = checked(whole, TOP, "The file")
    services = mapping(held.get("services"), "services")
    done = {name: _extended(loading, name, one, whole, known, ()) for name, one in services.items()}
    own = Held({**held, "services": Held(dict(done), path, whole.line)}, path, whole.line)
    for one in listed(held.get("include"), "include"):
        own = _with(_included(loading, one, known, (*above, path)), own, one)
    return own


def _raw(loading: _Loading, path: str, known: Mapping[str, str]) -> Held:
    content = loading.tree.text(path)
    if content is None:
        raise ComposeBroken("The file does not exist, or is no text.", path=path, line=0)
    if len(loading.read_files) >= MAX_FILES and path not in loading.read_files:
        raise ComposeBroken(f"The project has more than {MAX_FILES} files.", path=path, line=0)
    if path not in loading.read_files:
        loading.read_files[path] = read(content, path)
    return interpolated(loading.read_files[path], known, loading.missing)


def _included(loading: _Loading, one: Held, known: Mapping[str, str], above: tuple[str, ...]) -> Held:
    given = (
        checked(one, frozenset({"path", "project_directory", "env_file"}), "include")
        if isinstance(one.data, dict)
        else {"path": one}
    )
    inner = dict(known)
    for each in listed(given.get("env_file"), "env_file"):
        path = inside(each, text(each, "env_file"))
        content = loading.tree.text(path) if path is not None else None
        if path is None or content is None:
            raise each.broken(f"{text(each, 'env_file')} does not exist in the source.")
        inner = variables(content, path, inner) | inner
    whole: Held | None = None
    for each in listed(given.get("path"), "path"):
        path = inside(each, text(each, "path"))
        if path is None:
            raise each.broken(
                f"{text(each, 'path')} is not in the source: nothing is fetched.", "Copy the file into it."
            )
        if path not in loading.tree:
            raise each.broken(f"{text(each, 'path')} does not exist in the source.")
        found = _file(loading, path, inner, above)
        whole = found if whole is None else merged(whole, found)
    if whole is None:
        raise one.broken("include names no file.")
    return whole


def _with(included: Held, own: Held, where: Held) -> Held:
    """Return both together: what is in both, is there twice."""
    found = dict(mapping(own, "The file"))
    for kind in ("services", "networks", "volumes", "configs", "secrets"):
        other = mapping(mapping(included, "The file").get(kind), kind)
        mine = mapping(found.get(kind), kind)
        twice = [name for name in other if name in mine and other[name] != mine[name] and kind == "services"]
        if twice:
            raise where.broken(f"{twice[0]} of {kind} stands here and in what is included.", "Rename one of them.")
        if other or mine:
            found[kind] = Held({**other, **mine}, own.path, own.line)
    return own.with_data(found)


def _extended(
    loading: _Loading, name: str, value: Held, whole: Held, known: Mapping[str, str], above: tuple[tuple[str, str], ...]
) -> Held:
    """Return a service over what it extends."""
    if (value.path, name) in above:
        chain = " → ".join(one for _, one in (*above, (value.path, name)))
        raise value.broken(f"It extends itself: {chain}.", "Take one of them out.")
    held = mapping(value, f"The service {name}")
    said = held.get("extends")
    if said is None or said.data is None:
        return value
    given = (
        {"service": said} if isinstance(said.data, str) else checked(said, frozenset({"file", "service"}), "extends")
    )
    other = text(given.get("service"), "service of extends")
    source = whole
    if (file := given.get("file")) is not None:
        path = inside(file, text(file, "file of extends"))
        if path is None or path not in loading.tree:
            raise file.broken(f"{text(file, 'file')} does not exist in the source.")
        source = _raw(loading, path, known)
    services = mapping(mapping(source, "The file").get("services"), "services")
    if other not in services:
        raise said.broken(
            f"It extends {other}, and there is no such service.", f"Known: {', '.join(sorted(services))[:200]}."
        )
    below = _extended(loading, other, services[other], source, known, (*above, (value.path, name)))
    # What it waits for belongs to the place where it stands, as the specification says.
    shared = {key: one for key, one in mapping(below, other).items() if key != "extends"}
    mine = {key: one for key, one in held.items() if key != "extends"}
    return merged(below.with_data(shared), value.with_data(mine))


def _project(loading: _Loading, whole: Held, path: str, profiles: frozenset[str]) -> Project:
    held = mapping(whole, "The file")
    given = mapping(held.get("services"), "services")
    if not given:
        raise ComposeBroken("It has no services.", path=path, line=whole.line)
    if len(given) > MAX_SERVICES:
        raise ComposeBroken(f"It has more than {MAX_SERVICES} services.", path=path, line=whole.line)
    active = {name: one for name, one in given.items() if _active(one, profiles)}
    services = tuple(service(name, one, loading.tree, loading.given) for name, one in active.items())
    project = Project(
        name=_name(held, path, loading.given),
        path=path,
        services=services,
        networks=networks(held),
        volumes=volumes(held),
        configs=definitions(held, "configs"),
        secrets=definitions(held, "secrets"),
        left_out=tuple(name for name in given if name not in active),
        notes=tuple(_notes(loading)),
    )
    all_known(project, given)
    return with_files(project, loading.tree, {one: loading.tree.text(one) or "" for one in loading.read_files})


def _active(one: Held, profiles: frozenset[str]) -> bool:
    said = {text(each, "profiles") for each in items(one.get("profiles"), "profiles")}
    return not said or bool(said & profiles) or "*" in profiles


def _name(held: Mapping[str, Held], path: str, given: Mapping[str, str]) -> str:
    said = text(held.get("name"), "name") or given.get("COMPOSE_PROJECT_NAME", "") or basename(dirname(path)) or "app"
    return re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")[:40].strip("-") or "app"


def _notes(loading: _Loading) -> Iterator[Note]:
    for name, held in loading.missing.items():
        yield note(
            "",
            held,
            f"The variable {name} has no value here and is empty. Give it in .env, or to this command.",
            f"变量 {name} 没有值，按空处理。请在 .env 中或命令中给出。",
        )
