"""A compose project as Kubernetes objects: one file a service, one for what they share, and what was not taken over."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from posixpath import join

from builder.compose import networking, saying
from builder.compose.model import Note, Project, Service, note, quoted
from builder.compose.podding import laid_over, port_name
from builder.compose.shaping import Shape, label, shape
from builder.compose.storing import Stored, configmap, shared_claims, stored
from builder.manifests import FOLDER, NAMESPACE_FILE
from builder.manifests.composing import objects
from builder.manifests.errors import ManifestRefused
from builder.manifests.manifest import Manifest
from builder.manifests.namespace import namespace
from builder.manifests.options import Options
from builder.manifests.secret import example
from builder.manifests.service import service as usual_service
from builder.manifests.subject import dns_label
from builder.manifests.writing import file
from builder.recipe import Generated

SHARED_FILE = "05-volumes.yaml"
"""Claims that several services use: before the services, after the namespace."""

DEFAULTS = Options()
_PODS = frozenset({"Deployment", "Job", "StatefulSet"})
_HTTP = (80, 8080, 3000, 8000, 5000, 4000, 4200, 8081, 8888, 9000)
"""Ports of web servers, the usual ones first: the public name leads to one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The files, what a person must know, and what services asked for and do not get."""

    files: tuple[Generated, ...]
    notes: tuple[Note, ...]
    refused: tuple[Note, ...]


def composed(project: Project, options: Options = DEFAULTS, *, images: Mapping[str, str] | None = None) -> Composed:
    """Return the files of a project. ``images`` are those of the services that are built, by the service's name.

    Raises ``ComposeBroken`` where a name or image fits nothing on Kubernetes, ``ManifestRefused`` where names collide.
    """
    made = described(project, options, images=images)
    files = [
        Generated(path=join(FOLDER, f"{name}.yaml"), text=file(_about(name), each, after=after))
        for name, each, after in made.services
    ]
    if made.shared:
        files.insert(0, Generated(path=join(FOLDER, SHARED_FILE), text=file((), made.shared)))
    if options.create_namespace:
        files.insert(0, Generated(path=join(FOLDER, NAMESPACE_FILE), text=file((), (namespace(options),))))
    return Composed(files=tuple(files), notes=made.notes, refused=made.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The objects of each service with lines for a reader, those that services share, and what is to be said."""

    services: tuple[tuple[str, tuple[Manifest, ...], tuple[str, ...]], ...]
    shared: tuple[Manifest, ...]
    notes: tuple[Note, ...]
    refused: tuple[Note, ...]

    @property
    def objects(self) -> tuple[Manifest, ...]:
        """All objects."""
        return (*self.shared, *(one for _, each, _ in self.services for one in each))


def described(project: Project, options: Options = DEFAULTS, *, images: Mapping[str, str] | None = None) -> Described:
    """Return the objects of a project as plain values, with what is said about them."""
    given = dict(images or {})
    renamed = _renamed(project)
    shared = _shared(project)
    front = _front(project, options)
    notes, refused = list(project.notes), []
    shapes: dict[str, Shape] = {}
    for one in project.services:
        image = given.get(one.name) or (one.image if one.build is None else "")
        image = image or f"localhost/{project.name}-{label(one.name)}:latest"
        public = front is not None and one.name == front
        shapes[one.name], said = shape(
            project, one, options, image, public=public, renamed=renamed, shared=_mine(one, shared)
        )
        notes += said
    services: list[tuple[str, tuple[Manifest, ...], tuple[str, ...]]] = []
    for name, each in shapes.items():
        made = stored(project, each)
        services.append((each.name, tuple(_objects(project, each, made, shapes, renamed)), _after(each, made)))
        notes += [
            *made.notes,
            *saying.without_meaning(each.service),
            *saying.published(each.service, public=each.public),
        ]
        notes += _notes(project, shapes[name], shapes)
        refused += [*saying.refused(each.service), *made.refused]
    claims = tuple(shared_claims(project, shared, options))
    return Described(
        services=tuple(services),
        shared=claims,
        notes=tuple(quoted(one, project.texts) for one in notes),
        refused=tuple(quoted(one, project.texts) for one in refused),
    )


def _about(name: str) -> tuple[str, ...]:
    return (f"{name}: written by Sextant from a compose file.",)


def _after(one: Shape, made: Stored) -> tuple[str, ...]:
    told = example(one.subject)
    return (*told, *([""] if told and made.after else []), *made.after)


def _renamed(project: Project) -> dict[str, str]:
    """Return the names that change, by their old form; two that would become one are refused."""
    taken: dict[str, str] = {}
    for one in project.services:
        name = label(one.name)
        if name in taken:
            raise ManifestRefused(
                f"{taken[name]} and {one.name} would both be called {name}.", next_step="Rename one of the services."
            )
        taken[name] = one.name
    return {old: new for new, old in taken.items() if old != new}


def _shared(project: Project) -> dict[str, str]:
    """Return the claims of volumes that several services use, or that exist already, by the volume's name."""
    users: dict[str, set[str]] = {}
    for one in project.services:
        for mount in one.mounts:
            if mount.kind == "volume":
                users.setdefault(mount.source, set()).add(one.name)
    found: dict[str, str] = {}
    for name, each in users.items():
        volume = project.volumes[name]
        if volume.external:
            found[name] = dns_label(volume.called, most=60)
        elif len(each) > 1:
            found[name] = dns_label(f"{project.name}-{name}", most=60)
    return found


def _mine(one: Service, shared: Mapping[str, str]) -> dict[str, str]:
    mounted = {mount.source for mount in one.mounts if mount.kind == "volume"}
    return {name: claim for name, claim in shared.items() if name in mounted}


def _front(project: Project, options: Options) -> str | None:
    """Return the service that the public name leads to: the one whose published port is a web server's."""
    if not options.host:
        return None
    found = [
        (_HTTP.index(port.target), one.name)
        for one in project.services
        for port in one.ports
        if port.published is not None and not port.local and port.protocol == "TCP" and port.target in _HTTP
    ]
    return min(found)[1] if found else None


def _objects(
    project: Project, one: Shape, made: Stored, shapes: Mapping[str, Shape], renamed: Mapping[str, str]
) -> Iterator[Manifest]:
    """Tell the objects of a service in the order in which they are wanted."""
    several = one.service.deploy.mode == "global" or one.service.deploy.replicas == 0
    for each in objects(one.subject):
        if each.kind in _PODS:
            if files := configmap(one, made):
                yield files
            yield laid_over(one, made, each, shapes, renamed)
        elif each.kind == "NetworkPolicy":
            yield networking.policy(project, one, each)
        elif each.kind == "Service":
            yield _service(one, each)
            yield from _aliases(project, one, each, shapes)
        elif not (several and each.kind in {"PodDisruptionBudget", "HorizontalPodAutoscaler"}):
            yield each
    if one.subject.port is None and one.ports:
        base = _service(one, usual_service(one.subject))
        yield base
        yield from _aliases(project, one, base, shapes)


def _service(one: Shape, base: Manifest) -> Manifest:
    """Return the Service with the ports of the container: neighbours name them in their addresses."""
    body = deepcopy(dict(base.body))
    body["spec"]["ports"] = [
        {
            "name": port.name if _fits(port.name) else port_name(one, at),
            "port": port.target,
            "targetPort": port_name(one, at),
            "protocol": port.protocol,
            **({"appProtocol": port.application} if port.application else {}),
        }
        for at, port in enumerate(one.ports)
    ]
    if one.service.deploy.headless:
        body["spec"]["clusterIP"] = "None"
    first = one.ports[0].target
    space = one.subject.options.namespace
    return Manifest(body=body, about=(f"Inside the cluster: {one.name}.{space}, port {first}",))


def _fits(name: str) -> bool:
    return bool(name) and dns_label(name, most=15) == name and any(sign.isalpha() for sign in name)


def _aliases(project: Project, one: Shape, base: Manifest, shapes: Mapping[str, Shape]) -> Iterator[Manifest]:
    """Tell a Service for each other name by which neighbours call this one."""
    names = [alias for member in one.service.networks for alias in member.aliases]
    held = one.service.held.get("container_name")
    names += [str(held.data)] if held is not None else []
    for other in project.services:
        for link in other.links:
            alias, _, target = link.partition("=")
            if target == one.service.name:
                names.append(alias)
    taken = {each.name for each in shapes.values()}
    for name in dict.fromkeys(names):
        if dns_label(name, most=60) != name or name in taken or not name[0].isalpha():
            continue
        taken.add(name)
        body = deepcopy(dict(base.body))
        body["metadata"] = {**body["metadata"], "name": name}
        yield Manifest(body=body, about=(f"Another name of {one.name}.",))


def _notes(project: Project, one: Shape, shapes: Mapping[str, Shape]) -> Iterator[Note]:
    service = one.service
    kept = bool(one.subject.kept)
    if kept and service.deploy.replicas > 1:
        yield note(
            service.name,
            service.held.get("deploy") or service.held.get("scale") or service.held,
            f"{service.name} keeps files, so that one pod of it runs instead of {service.deploy.replicas}.",
            f"{service.name} 保存文件，因此只运行 1 个 Pod，而非 {service.deploy.replicas} 个。",
        )
    if label(service.name) != service.name:
        yield note(
            service.name,
            service.held,
            f"{service.name} is called {one.name} on Kubernetes; addresses in variables and commands were "
            "changed with it.",
            f"{service.name} 在 Kubernetes 上名为 {one.name}；变量和命令中的地址已相应修改。",
        )
    for need in service.needs:
        other = shapes.get(need.name)
        if need.condition == "service_completed_successfully" and other is not None:
            yield note(
                service.name,
                service.held.get("depends_on") or service.held,
                f"{service.name} begins while {need.name} still runs: apply {need.name} first and wait for its Job, "
                f"kubectl wait --for=condition=Complete job -l app.kubernetes.io/name={other.name}",
                f"{service.name} 会在 {need.name} 结束前启动：请先应用 {need.name} 并等待其 Job 完成，"
                f"kubectl wait --for=condition=Complete job -l app.kubernetes.io/name={other.name}",
            )
        elif need.name in project.left_out and need.required:
            yield note(
                service.name,
                service.held.get("depends_on") or service.held,
                f"{service.name} depends on {need.name}, whose profile is not active.",
                f"{service.name} 依赖 {need.name}，但其 profile 未启用。",
            )
    if any(address == "host-gateway" for each in service.hosts.values() for address in each):
        yield note(
            service.name,
            service.held.get("extra_hosts") or service.held,
            f"{service.name} calls the machine that it runs on (host-gateway): a pod's node is none of its "
            "business. Name "
            "the address of what it calls.",
            f"{service.name} 访问所在主机（host-gateway）：Pod 不应依赖节点。请写明被访问对象的地址。",
        )
    if not one.ports and service.networks and _called(project, service):
        yield note(
            service.name,
            service.held,
            f"Nothing says on which port {service.name} listens, so that it has no Service. Say it with expose.",
            f"没有说明 {service.name} 监听哪个端口，因此没有 Service。请用 expose 写明。",
        )


def _called(project: Project, one: Service) -> bool:
    return any(need.name == one.name for other in project.services for need in other.needs)
