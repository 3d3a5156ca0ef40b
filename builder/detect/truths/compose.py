"""Compose files: services that are built are components or their workers, images of databases are what they need."""

from collections.abc import Sequence
from dataclasses import replace

from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import develops, idles, purpose_of
from builder.detect.truths import about
from builder.detect.truths.composing import Service, services
from builder.detect.truths.images import service_of
from builder.detect.truths.instructions import NO_SERVICE, asked, image_of
from builder.detect.truths.telling import DEVELOPMENT, Telling
from builder.draft import Draft
from builder.grounds import STATED
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase


class _Compose:
    name = "compose"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell each draft what runs it, and what runs beside it."""
        known = services(look)
        own = [(one, draft) for one in known if (draft := _draft(drafts, one)) is not None]
        roles = {id(one): _role(look, one) for one, _ in own}
        mains = _mains(own, roles)
        for one, draft in own:
            telling = _telling(look, one, draft)
            if id(one) in mains:
                _main(telling, one)
            elif roles[id(one)] and not one.developing:
                _beside(telling, one, roles[id(one)])
            _given(telling, one)
        _needed(look, known, own, drafts)
        return _notes(known)


def _draft(drafts: Sequence[Draft], one: Service) -> Draft | None:
    """Return the draft that a service runs: what is built from its folder, or has the name of its image."""
    if one.context is not None:
        here = about.meant(drafts, one.context, name=one.name)
        if one.dockerfile and (nearer := about.at(drafts, one.dockerfile.rpartition("/")[0])):
            here = about.one_program(nearer)
        if len(here) > 1:
            here = about.called(here, one.name) or here
        return here[0] if here and (len(here) == 1 or len({draft.path for draft in here}) == 1) else None
    if one.image and service_of(one.image) is None:
        mounted = [source for source, _ in one.volumes if source.startswith(".")]
        for source in mounted:
            folder = about.inside(one.path.rpartition("/")[0], source)
            if folder is not None and (here := about.one_program(about.at(drafts, folder))) and len(here) == 1:
                return here[0]
    return None


def _telling(look: Look, one: Service, draft: Draft) -> Telling:
    workdir, copied = one.workdir, {}
    image = image_of(look, one.dockerfile, one.target) if one.dockerfile else None
    if image is not None:
        workdir, copied = workdir or image.workdir, dict(image.copied)
    sure = DEVELOPMENT if one.developing else STATED
    return Telling(look=look, draft=draft, truth="compose", path=one.path, sure=sure, workdir=workdir, copied=copied)


def _role(look: Look, one: Service) -> str:
    """Return what a service is for beside the main program, empty for the main program itself."""
    given = _whole(one)
    main = taken(given).main if given is not None else None
    serves = [port for port in one.ports if port not in NO_SERVICE]
    purpose = purpose_of(one.name, main)
    del look
    return "" if serves and purpose != "migrate" else purpose


def _whole(one: Service) -> tuple[str, ...] | str | None:
    if one.entry is not None and one.command is not None:
        if isinstance(one.entry, tuple) and isinstance(one.command, tuple):
            return (*one.entry, *one.command)
        entry = one.entry if isinstance(one.entry, str) else " ".join(one.entry)
        return f"{entry} {one.command if isinstance(one.command, str) else ' '.join(one.command)}"
    return one.entry if one.command is None else one.command


def _mains(own: Sequence[tuple[Service, Draft]], roles: dict[int, str]) -> set[int]:
    """Return the services that are main programs: of each file and draft one, that with ports first."""
    found: set[int] = set()
    groups: dict[tuple[str, int], list[Service]] = {}
    for one, draft in own:
        groups.setdefault((one.path, id(draft)), []).append(one)
    for here in groups.values():
        serving = [one for one in here if not roles[id(one)] and not one.developing] or [
            one for one in here if not roles[id(one)]
        ]
        with_ports = [one for one in serving if one.ports] or serving or (here if len(here) == 1 else [])
        found.update(id(one) for one in with_ports[:1])
    return found


def _main(telling: Telling, one: Service) -> None:
    given = _whole(one)
    main = taken(given).main if given is not None else None
    serves = [port for port in one.ports if port not in NO_SERVICE]
    mounted = any(source in {".", "./"} or source.rstrip("/") == "." for source, _ in one.volumes)
    if given is not None and main is not None and not idles(main):
        if develops(main) or mounted:
            _weaker(telling).start(given, _line(telling, one))
        else:
            telling.start(given, _line(telling, one))
    known = {port.value for port in telling.draft.port.candidates}
    port = next((number for number in serves if number in known), serves[0] if serves else None)
    if port is not None:
        telling.port(port, str(port))
        if (
            telling.draft.kind.best in {Kind.WORKER, Kind.JOB, Kind.LIBRARY, Kind.CLI, Kind.OTHER, None}
            and not one.developing
        ):
            telling.kind(Kind.WEB, str(port))
    elif purpose_of(one.name, main) == "worker" and not telling.draft.kind.candidates:
        telling.kind(Kind.WORKER, f"{one.name}:")
    if one.health and (path := asked(one.health)):
        telling.health(path, path if path != "/" else "healthcheck")


def _weaker(telling: Telling) -> Telling:
    return replace(telling, sure=min(telling.sure, DEVELOPMENT + 0.15))


def _beside(telling: Telling, one: Service, role: str) -> None:
    given = _whole(one)
    main = taken(given).main if given is not None else None
    if main is not None and not idles(main):
        telling.task(one.name, role, main, _line(telling, one))


def _given(telling: Telling, one: Service) -> None:
    for name, value in one.environment.items():
        telling.variable(name, f"{name}", value=_portable(value))
    for name in one.listed:
        telling.variable(name, "env_file")
    for name, value in one.arguments.items():
        telling.variable(name, f"{name}", value=_portable(value), build_time=True)
    for source, target in one.volumes:
        if not _is_source(telling.look, one, source) and "." not in target.rpartition("/")[2]:
            telling.volume(target, target)


def _portable(value: str) -> str:
    """Return a value that means something elsewhere too: not the address of another service of the file."""
    return "" if "://" in value and "http" not in value.split("://", maxsplit=1)[0] else value


def _is_source(look: Look, one: Service, source: str) -> bool:
    """Say whether a mount brings files of the tree, or of the machine, rather than a place to write to."""
    if not source.startswith((".", "/", "~", "$")):
        return False
    folder = about.inside(one.path.rpartition("/")[0], source)
    return folder is None or folder == "" or folder in look.tree or look.tree.has_folder(folder)


def _needed(
    look: Look, known: Sequence[Service], own: Sequence[tuple[Service, Draft]], drafts: Sequence[Draft]
) -> None:
    """Add the services beside: to the drafts that name them, to all where nobody does."""
    for one in known:
        found = service_of(one.image) if one.image and not one.built else None
        if found is None:
            continue
        here = [(service, draft) for service, draft in own if service.path == one.path]
        naming = [
            (service, draft) for service, draft in here if one.name in service.depends or _names(service, one.name)
        ]
        hearing = naming or here
        told: set[int] = set()
        others: list[tuple[Service | None, Draft]] = [(None, draft) for draft in _only(drafts, one)]
        for service, draft in [*hearing] or others:
            if id(draft) in told:
                continue
            told.add(id(draft))
            telling = Telling(
                look=look,
                draft=draft,
                truth="compose",
                path=one.path,
                sure=DEVELOPMENT + 0.15 if one.developing else STATED,
            )
            variables = (
                tuple(name for name, value in service.environment.items() if _host_in(value, one.name))
                if service is not None
                else ()
            )
            telling.service(
                found[0],
                one.image.split(":$")[0] if one.image in (look.tree.text(one.path) or "") else f"{one.name}:",
                version=found[1],
                variables=variables,
            )


def _only(drafts: Sequence[Draft], one: Service) -> list[Draft]:
    return about.meant(drafts, one.path.rpartition("/")[0])[:1]


def _names(one: Service, host: str) -> bool:
    return any(_host_in(value, host) for value in one.environment.values())


def _host_in(value: str, host: str) -> bool:
    """Say whether a value names a host: by itself, or in an address."""
    behind = value.rpartition("@")[2] if "@" in value else value.partition("://")[2] or value
    return any(part.split(":")[0].split("/")[0] == host for part in behind.split(","))


def _line(telling: Telling, one: Service) -> int | str:
    """Return the line of the service's command, as far as its text tells it."""
    lines = (telling.look.tree.text(one.path) or "").splitlines()
    begin = next(
        (
            at
            for at, line in enumerate(lines)
            if line.strip().rstrip(" ").startswith((f"{one.name}:", f'"{one.name}":'))
        ),
        None,
    )
    if begin is None:
        return "command"
    key = "command:" if one.command is not None else "entrypoint:"
    return next((at + 1 for at in range(begin, len(lines)) if lines[at].strip().startswith(key)), begin + 1)


def _notes(known: Sequence[Service]) -> list[Phrase]:
    held = sorted({one.name for one in known if any(source.endswith("docker.sock") for source, _ in one.volumes)})
    return [
        Phrase(
            en=f"{name} wants the socket of Docker: it is not given to it.", zh=f"{name} 需要 Docker 套接字：不会提供。"
        )
        for name in held
    ]


COMPOSE = _Compose()
