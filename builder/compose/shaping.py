"""A service of compose as the makers of Kubernetes objects see a component, and what they do not know of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from builder.compose.known import Known, known, user_of
from builder.compose.model import Note, Port, Project, Service, note
from builder.compose.values import items, text
from builder.detect.truths.instructions import asked
from builder.dockerfile.writing import USER
from builder.draft import Draft
from builder.grounds import STATED
from builder.manifests.environment import Environment
from builder.manifests.options import Options
from builder.manifests.subject import Folder, Subject, dns_label
from builder.plan import Component, Kind, Probe
from core.phrase import Phrase
from core.redaction import redact, secret_name

MOST_NAME = 40
"""Characters of a service's name, so that the names made of it fit into 63."""

_WHY = Phrase(en="the compose file says it", zh="compose 文件如此写明")
_KEY = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_IMAGE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.:/-]*(@sha256:[0-9a-f]{64})?")
_SIMPLE = re.compile(
    r"\s*(?:curl|wget)\s(?:[^|;&]*\s)?[\"']?(?P<url>https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(?P<port>\d+))?(?:/[^\s\"']*)?)[\"']?"
    r"(?:\s+>\s*/dev/null)?(?:\s+2>&1)?\s*(?:\|\|\s*exit\s+1)?\s*"
)
"""A check that only asks an address of the container itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A service with everything that its objects are made of. ``name`` is its name on Kubernetes."""

    service: Service
    subject: Subject
    image: Known | None
    user: int
    group: int
    ports: tuple[Port, ...]
    public: bool
    root: bool
    """Whether its root stays writable, since nobody knows where it writes."""
    shared: Mapping[str, str]
    """By the name of a volume that others use too, the claim."""

    @property
    def name(self) -> str:
        """The name of its main objects."""
        return self.subject.name


def label(name: str) -> str:
    """Return the name of a service as Kubernetes takes it."""
    plain = dns_label(name, most=MOST_NAME)
    return plain if plain[0].isalpha() else f"s-{plain}"[:MOST_NAME]


def shape(
    project: Project,
    one: Service,
    options: Options,
    image: str,
    *,
    public: bool,
    renamed: Mapping[str, str],
    shared: Mapping[str, str],
) -> tuple[Shape, tuple[Note, ...]]:
    """Return the shape of a service, and what is to be said about it."""
    if not _IMAGE.fullmatch(image):
        raise one.held.broken(f"{image!r} names no image.")
    about = known(one.image) if one.build is None else None
    ports = tuple(_ports(project, one, about))
    kind = _kind(project, one, ports, about)
    first = next((port.target for port in ports if port.protocol == "TCP"), None) if kind != Kind.JOB else None
    notes: list[Note] = []
    user, group = _user(project, one, about, notes)
    environment = _environment(one, renamed, notes)
    kept = _kept(one, about, shared, notes)
    if about is not None and about.home is not None and any(item.path == about.data for item in kept):
        name, value = about.home
        if name not in one.environment:
            environment = replace(environment, plain=(*environment.plain, (name, value)))
    subject = Subject(
        component=_component(one, kind, first, label(one.name)),
        kind=kind,
        image=image,
        options=replace(
            options,
            application=project.name,
            host=options.host if public else "",
            replicas=max(1, one.deploy.replicas),
            autoscaling=options.autoscaling if public else None,
        ),
        environment=environment,
        port=first,
        kept=kept,
        scratch=_scratch(one, about, kept),
    )
    root = one.build is None and not one.read_only and (about is None or about.root)
    made = Shape(
        service=one,
        subject=subject,
        image=about,
        user=user,
        group=group,
        ports=ports if kind != Kind.JOB else (),
        public=public,
        root=root,
        shared=shared,
    )
    return made, tuple(notes)


def _component(one: Service, kind: Kind, port: int | None, name: str) -> Component:
    draft = Draft(name=name, path="", provider="compose")
    draft.kind.add(kind, STATED, "compose.service", _WHY)
    if port is not None:
        draft.port.add(port, STATED, "compose.ports", _WHY)
    told = asked_by(one)
    if told is not None:
        path, number = told
        draft.health.add(Probe(path=path, port=number), STATED, "compose.healthcheck", _WHY)
    return draft.decided()


def asked_by(one: Service) -> tuple[str, int] | None:
    """Return path and port where a health check only asks an address of the container itself."""
    words = one.health.words if one.health is not None and not one.health.disabled else ()
    if not words:
        return None
    line = words[2] if words[:2] == ("/bin/sh", "-c") and len(words) == 3 else " ".join(words)
    found = _SIMPLE.fullmatch(line)
    if not found or found["url"].startswith("https"):
        return None
    return asked(found["url"]) or "/", int(found["port"] or 80)


def _ports(project: Project, one: Service, about: Known | None) -> Iterator[Port]:
    """Tell what it listens on: what is said, else what is known of the image, else where others look for it."""
    seen: set[tuple[int, str]] = set()
    told = list(one.ports)
    if not told and about is not None:
        told = [Port(target=port) for port in about.ports]
    if not told:
        told = [Port(target=port) for port in project.exposed.get(one.name, ())]
    if not told and one.networks:
        told = [Port(target=port) for port in _looked_for(project, one)]
    for port in told:
        if (port.target, port.protocol) not in seen:
            seen.add((port.target, port.protocol))
            yield port


def _looked_for(project: Project, one: Service) -> list[int]:
    found: dict[int, None] = {}
    pattern = re.compile(rf"(?:^|[@/,\s=]){re.escape(one.name)}:(\d{{2,5}})(?!\d)")
    for other in project.services:
        if other.name == one.name:
            continue
        texts = [value or "" for value in other.environment.values()]
        texts += [*(other.command or ()), *(other.entry or ())]
        for value in texts:
            for port in pattern.findall(value):
                if 0 < int(port) < 65536:
                    found[int(port)] = None
    return list(found)


def _kind(project: Project, one: Service, ports: tuple[Port, ...], about: Known | None) -> Kind:
    awaited = any(
        need.name == one.name and need.condition == "service_completed_successfully"
        for other in project.services
        for need in other.needs
    )
    once = one.deploy.restart in {"never", "on-failure"} and not one.ports and about is None
    if one.deploy.mode == "job" or awaited or once:
        return Kind.JOB
    return Kind.WEB if any(port.protocol == "TCP" for port in ports) else Kind.WORKER


def _user(project: Project, one: Service, about: Known | None, notes: list[Note]) -> tuple[int, int]:
    said = one.user or (project.users.get(one.name, "") if one.build is not None else "")
    user, _, group = said.partition(":")
    usual = user_of(one.image, about) if about is not None else USER
    if user.isdigit() and 0 < int(user) < 2**31:
        return int(user), int(group) if group.isdigit() and int(group) < 2**31 else int(user)
    where = one.held.get("user") or one.held
    if user in {"0", "root"}:
        notes.append(
            note(
                one.name,
                where,
                f"{one.name} asks for root, which pods are not given here: it runs as {usual}.",
                f"{one.name} 要求 root，这里的 Pod 不允许：改以 {usual} 运行。",
            )
        )
    elif user:
        notes.append(
            note(
                one.name,
                where,
                f"The user {user} of {one.name} is a name; Kubernetes needs its number. Taken: {usual}.",
                f"{one.name} 的用户 {user} 是名称，Kubernetes 需要数字。采用 {usual}。",
            )
        )
    elif one.build is None and about is None:
        notes.append(
            note(
                one.name,
                one.held.get("image") or one.held,
                f"Nobody knows which user {one.image} needs: it runs as {usual}. If it cannot, say user: "
                "with its number.",
                f"不清楚 {one.image} 需要哪个用户：以 {usual} 运行。若不行，请用 user: 写明数字。",
            )
        )
    return usual, usual


def _environment(one: Service, renamed: Mapping[str, str], notes: list[Note]) -> Environment:
    plain: dict[str, str] = {}
    missing: list[str] = []
    secrets: dict[str, bool] = {}
    written: list[str] = []
    for name, value in one.environment.items():
        if not _KEY.fullmatch(name):
            text = f"{name!r} of {one.name} names no variable and is left out."
            notes.append(note(one.name, one.held, text, f"{one.name} 的 {name!r} 不是变量名，已略去。"))
        elif _secret(name, value or ""):
            secrets[name] = True
            written += [name] if value else []
        elif value is None:
            missing.append(name)
        else:
            plain[name] = with_names(value, renamed)
    if written:
        notes.append(
            note(
                one.name,
                one.held.get("environment") or one.held.get("env_file") or one.held,
                f"Credentials of {one.name} stand in the source ({', '.join(written)}): they are not "
                "written out. Put them "
                f"into the Secret {label(one.name)}.",
                f"{one.name} 的凭据写在源码中（{', '.join(written)}）：不会写出，请放入 Secret {label(one.name)}。",
            )
        )
    return Environment(plain=tuple(plain.items()), missing=tuple(missing), secrets=tuple(secrets.items()))


def _secret(name: str, value: str) -> bool:
    told = f"{name}={value}"
    return not name.endswith("_FILE") and (secret_name(name) or (bool(value) and redact(told) != told))


def with_names(value: str, renamed: Mapping[str, str]) -> str:
    """Return a value in which hosts have the names that they have on Kubernetes."""
    for old, new in renamed.items():
        if old in value:
            value = re.sub(rf"(^|@|//|[,=\s]){re.escape(old)}(?=[:/,\s]|$)", rf"\g<1>{new}", value)
    return value


def _kept(one: Service, about: Known | None, shared: Mapping[str, str], notes: list[Note]) -> tuple[Folder, ...]:
    """Return the folders that claims of its own hold: its named volumes, and the data of a known image."""
    found: list[Folder] = []
    for mount in one.mounts:
        if mount.kind == "volume" and mount.source not in shared:
            found.append(Folder(name=_free(dns_label(f"data-{mount.source}", most=24), found), path=mount.target))
    if about is not None and about.data:
        there = [mount.target for mount in one.mounts]
        if not any(about.data == path or about.data.startswith(f"{path}/") for path in there):
            found.append(Folder(name=_free("data", found), path=about.data))
            notes.append(
                note(
                    one.name,
                    one.held.get("image") or one.held,
                    f"{one.name} keeps its data in {about.data}, for which no volume is named: it gets one.",
                    f"{one.name} 的数据在 {about.data}，未指定卷：已为其分配。",
                )
            )
    return tuple(found)


def _free(name: str, found: list[Folder]) -> str:
    taken, whole, number = {one.name for one in found}, name, 2
    while whole in taken:
        whole, number = f"{name}-{number}", number + 1
    return whole


def _scratch(one: Service, about: Known | None, kept: tuple[Folder, ...]) -> tuple[Folder, ...]:
    """Return the folders that are writable and forgotten, but for those in memory, which are sized apart."""
    taken = {folder.path for folder in kept} | {mount.target for mount in one.mounts}
    paths = ["/tmp", *(about.writable if about is not None else ())]  # noqa: S108 - a folder of the container
    found: list[Folder] = []
    for path in dict.fromkeys(paths):
        if path not in taken:
            found.append(Folder(name=_free(dns_label(f"scratch-{path}", most=24), found), path=path))
    return tuple(found)


def binds_low(one: Service) -> bool:
    """Say whether a service asks for the right to listen below 1024, the only one that pods may add."""
    asked = items(one.held.get("cap_add"), "cap_add")
    return any(text(each, "cap_add").upper().removeprefix("CAP_") == "NET_BIND_SERVICE" for each in asked)
