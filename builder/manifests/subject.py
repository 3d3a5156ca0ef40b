"""What the objects are about: a component with its image and options, digested once for all of them."""

import re
from dataclasses import dataclass
from hashlib import sha256
from posixpath import basename, join, normpath

from builder.dockerfile.serving import PORT as STATIC_PORT
from builder.errors import PlanIncomplete
from builder.files import Prepared
from builder.manifests.environment import Environment, environment_of
from builder.manifests.errors import ManifestRefused
from builder.manifests.options import Options
from builder.plan import Command, Component, Kind, Probe, Task

MANAGER = "sextant"
TEMPORARY = "/tmp"  # noqa: S108 - a folder of the container
MOST_NAME = 40
"""Characters of a component's name: the names made of it have to fit into 63."""

MOST_JOB, MOST_CRONJOB = 63, 52
"""Characters of a name: of a Job's pods it is a label's value, and a CronJob's runs add 11 to it."""

_NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_IMAGE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.:/-]*(@sha256:[0-9a-f]{64})?")
_VERSION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that is mounted, and the name of its volume."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A component as the makers of objects see it. ``port`` None: it does not listen."""

    component: Component
    kind: Kind
    image: str
    options: Options
    environment: Environment
    port: int | None
    kept: tuple[Folder, ...]
    scratch: tuple[Folder, ...]

    @property
    def name(self) -> str:
        """The name of the component, and of its main objects."""
        return self.component.name

    @property
    def probe(self) -> Probe:
        """How to see that it is well."""
        return self.component.health.value or Probe()

    @property
    def stateful(self) -> bool:
        """Whether it runs for ever and keeps files: then there is one pod of it, with the volumes."""
        return bool(self.kept) and self.kind in {Kind.WEB, Kind.STATIC, Kind.WORKER}

    @property
    def pinned(self) -> bool:
        """Whether the image is named by digest: the same bytes for ever."""
        return "@sha256:" in self.image

    @property
    def tag(self) -> str:
        """The image's tag, empty where it has none."""
        named = self.image.partition("@")[0].rpartition("/")[2]
        return named.partition(":")[2]

    def tasks(self, *purposes: str) -> tuple[Task, ...]:
        """Return the tasks for a purpose."""
        return tuple(one.value for one in self.component.tasks if one.value.purpose in purposes)

    def selector(self, part: str) -> dict[str, str]:
        """Return the labels that one kind of its pods is found by. They never change."""
        return {"app.kubernetes.io/name": self.name, "app.kubernetes.io/component": part}

    def labels(self, part: str) -> dict[str, str]:
        """Return the common labels."""
        labels = {
            **self.selector(part),
            "app.kubernetes.io/part-of": self.options.application or self.name,
            "app.kubernetes.io/managed-by": MANAGER,
        }
        if _VERSION.fullmatch(self.tag):
            labels["app.kubernetes.io/version"] = self.tag
        return labels

    def metadata(self, name: str, part: str) -> dict[str, object]:
        """Return the metadata of an object."""
        return {"name": name, "namespace": self.options.namespace, "labels": self.labels(part)}

    def part(self, task: Task) -> str:
        """Return the name of the pods of a task, a DNS label that is no other task's."""
        return next(name for name, one in zip(self._parts(), self._ordered(), strict=True) if one == task)

    def once(self, part: str, words: tuple[str, ...]) -> str:
        """Return a name for something that runs once for each image: a Job cannot be changed, only followed."""
        told = "\0".join((self.image, part, *words))
        return f"{self.named(part, most=MOST_JOB - 9)}-{_digest(told)}"

    def named(self, part: str, *, most: int) -> str:
        """Return the name of an object for one part; where it would be too long its end becomes a digest."""
        whole = f"{self.name}-{part}"
        return whole if len(whole) <= most else f"{whole[: most - 9].strip('-')}-{_digest(whole)}"

    def _ordered(self) -> tuple[Task, ...]:
        return tuple(dict.fromkeys(one.value for one in self.component.tasks))

    def _parts(self) -> list[str]:
        names: list[str] = []
        for task in self._ordered():
            short = dns_label(task.name or task.purpose, most=12)
            name, number = short, 2
            while name in names or name == self.main:
                name, number = f"{short}-{number}", number + 1
            names.append(name)
        return names

    @property
    def main(self) -> str:
        """The part that the component's own pods are."""
        return {Kind.STATIC: "web", Kind.SCHEDULED: "schedule"}.get(self.kind, self.kind.value)


def subject_of(prepared: Prepared, image: str, options: Options) -> Subject:
    """Digest a component. Raises ``PlanIncomplete`` without a port or kind, ``ManifestRefused`` for bad names."""
    component, final = prepared.component, prepared.recipe.final
    kind = component.kind.value
    if kind is None or not kind.deployable:
        raise PlanIncomplete(f"{component.name}: nobody said what it is.", next_step="Say its kind: web, worker, job.")
    if not _NAME.fullmatch(component.name) or len(component.name) > MOST_NAME:
        raise ManifestRefused(f"{component.name!r} cannot name an object.", next_step="Use a short DNS label.")
    if not _IMAGE.fullmatch(image):
        raise ManifestRefused(f"{image!r} names no image.", next_step="Write REGISTRY/NAME:TAG or …@sha256:DIGEST.")
    port = {Kind.WEB: component.port.value, Kind.STATIC: STATIC_PORT}.get(kind)
    if kind == Kind.WEB and port is None:
        raise PlanIncomplete(
            f"{component.name}: the port is not known.",
            next_step="Say it with --port, or in a Procfile or compose file.",
        )
    kept = _folders([join(final.directory, one.value.path) for one in component.volumes], "data")
    apart = {one.path for one in kept}
    written = [join(final.directory, path) for path in (TEMPORARY, *final.writable)]
    return Subject(
        component=component,
        kind=kind,
        image=image,
        options=options,
        environment=environment_of(component),
        port=port,
        kept=kept,
        scratch=_folders([path for path in written if normpath(path) not in apart], "scratch"),
    )


def _folders(paths: list[str], prefix: str) -> tuple[Folder, ...]:
    """Return each folder once, with a name; the root itself and what is no path are left out."""
    found: list[Folder] = []
    for path in dict.fromkeys(normpath(path) for path in paths):
        path = path.replace("//", "/")
        if path == "/" or ":" in path or not path.isprintable():
            continue
        short = dns_label(f"{prefix}-{basename(path)}", most=24)
        taken = {one.name for one in found}
        name, number = short, 2
        while name in taken:
            name, number = f"{short}-{number}", number + 1
        found.append(Folder(name=name, path=path))
    return tuple(found)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def dns_label(text: str, *, most: int) -> str:
    """Return text as a DNS label of at most ``most`` characters."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].strip("-")
    return plain or "task"


def words_of(command: Command) -> tuple[str, ...]:
    """Return the words of a command, a line as a shell's. ``$(NAME)`` stays as it is: Kubernetes would replace it."""
    words = command.argv or (("/bin/sh", "-c", command.line) if command.line else ())
    return tuple(word.replace("$(", "$$(") for word in words)
