"""One container whose image does not come, with what is known of the pull."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from cluster.fields import name, numbered, objects, strings, text
from cluster.snapshot import Event
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.image_pull.reference import Reference, canonical, parse
from diagnose.analyzers.image_pull.texts import Told, innermost, told
from diagnose.containers import containers
from diagnose.fault import ContainerFault
from diagnose.findings import Confidence, Finding, NextCheck, Remedy
from diagnose.graph import template_of
from diagnose.remedies import container_change, roll_back, template_patch
from diagnose.scene import Scene

REASONS = frozenset(
    {
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImageInspectError",
        "ImagePullBackOff",
        "InvalidImageName",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    }
)
"""Waiting reasons of a container whose image is not there."""

_NAMED = re.compile(r"(?:pulling|pull) image \"([^\"]{1,400})\"")
_BARE_BACK_OFF = re.compile(r"Back-off pulling image \"[^\"]{0,400}\"$")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The images that were pulled in this cluster, gathered once for all failing pulls."""

    scene: Scene

    @cached_property
    def images(self) -> tuple[tuple[str, str], ...]:
        """(image, where): of containers that run or ran, and those that nodes hold (``node NAME``)."""
        found: dict[tuple[str, str], None] = {}
        for pod in self.scene.snapshot.all("Pod"):
            for container in containers(pod):
                if container.image and (container.running or container.ended):
                    found[(container.image, "pod")] = None
        for node in self.scene.snapshot.all("Node"):
            for entry in objects(node, "status", "images"):
                for image in strings(entry, "names"):
                    found[(image, f"node {name(node)}")] = None
        return tuple(found)

    @cached_property
    def tags(self) -> dict[str, list[str]]:
        """Tags by canonical repository."""
        found: dict[str, list[str]] = {}
        for image, _ in self.images:
            if tag := parse(image).tag:
                found.setdefault(canonical(image), []).append(tag)
        return found

    @cached_property
    def repositories(self) -> tuple[str, ...]:
        """Host and repository of every image."""
        return tuple(dict.fromkeys(parse(image).name for image, _ in self.images))

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The registries."""
        return tuple(dict.fromkeys(parse(image).host for image, _ in self.images))

    @cached_property
    def public(self) -> frozenset[tuple[str, str]]:
        """(registry, owner) of images that pods without pull secrets run: those are public."""
        found = set()
        for pod in self.scene.snapshot.all("Pod"):
            if not objects(pod, "spec", "imagePullSecrets"):
                for container in containers(pod):
                    if container.running:
                        reference = parse(container.image)
                        found.add((reference.host, reference.owner))
        return frozenset(found)

    @cached_property
    def waiting(self) -> Counter[str]:
        """How many containers wait, by canonical repository."""
        return Counter(
            canonical(container.image)
            for pod in self.scene.live_pods
            for container in containers(pod)
            if container.waiting_reason in REASONS
        )


@dataclass(frozen=True, kw_only=True)
class Pull(ContainerFault):
    """A failed pull: the container that waits, the image, and what the runtime says."""

    known: Known

    @cached_property
    def event(self) -> Event | None:
        """The newest event of this container that tells the cause of a failed pull."""
        for event in reversed(self.scene.snapshot.events(self.pod)):
            if event.container not in {"", self.container.name}:
                continue
            if event.reason == "Failed" and event.message.startswith("Failed to pull image"):
                return event
            if event.reason in {"InspectFailed", "ErrImageNeverPull"}:
                return event
        return None

    @cached_property
    def message(self) -> str:
        """The text that tells the cause: the waiting message, else the event when that only says "Back-off"."""
        waiting = text(self.container.waiting, "message")
        if (not waiting or _BARE_BACK_OFF.search(waiting)) and self.event is not None:
            return self.event.message
        return waiting

    @cached_property
    def told(self) -> Told:
        """What the text stands for."""
        return told(self.message, self.container.waiting_reason)

    @property
    def cause(self) -> str:
        """The innermost clause of the text."""
        return innermost(self.message)

    @cached_property
    def image(self) -> str:
        """The image that is pulled: the container's, or that of an image volume which the text names."""
        named = _NAMED.search(self.message)
        if named and named[1] != self.container.image and self._volume_path(named[1]):
            return named[1]
        return next(self._named_volumes(), self.container.image)

    def _named_volumes(self) -> Iterator[str]:
        """Yield the images of volumes that the text names while it does not name the container's own."""
        if self.container.image and self.container.image in self.message:
            return
        for _, volume in numbered(self.pod, "spec", "volumes"):
            image = text(volume, "image", "reference")
            if image and image in self.message:
                yield image

    @cached_property
    def reference(self) -> Reference:
        """The image's reference taken apart."""
        return parse(self.image)

    def _volume_path(self, image: str) -> tuple[str | int, ...]:
        for index, volume in numbered(self.pod, "spec", "volumes"):
            if text(volume, "image", "reference") == image:
                return ("spec", "volumes", index, "image", "reference")
        return ()

    @property
    def volume(self) -> str:
        """The name of the image volume that the pull is for, or empty."""
        for _, volume in numbered(self.pod, "spec", "volumes"):
            if self.image != self.container.image and text(volume, "image", "reference") == self.image:
                return text(volume, "name")
        return ""

    @property
    def message_evidence(self) -> Evidence:
        """Quote the cause where it stands."""
        waiting = text(self.container.waiting, "message")
        if self.message == waiting and waiting:
            quote = self.cause if self.cause and len(self.cause) > 8 else ""
            return self.scene.field(self.pod, *self.container.status_path, "state", "waiting", "message", quote=quote)
        if self.event is not None:
            return self.scene.event(self.event, quote=self.cause)
        return self.scene.field(self.pod, *self.container.status_path, "state", "waiting", "reason")

    @property
    def image_evidence(self) -> Evidence:
        """Quote the image as the spec writes it."""
        if self.volume:
            return self.scene.field(self.pod, *self._volume_path(self.image))
        return self.scene.field(self.pod, *self.container.spec_path, "image")

    @property
    def since(self) -> datetime | None:
        """When the pull first failed."""
        return self.event.first if self.event else None

    @property
    def node(self) -> str:
        """The node that pulls."""
        return text(self.pod, "spec", "nodeName")

    @property
    def who(self) -> Phrase:
        """Name what the image is for."""
        if self.volume:
            return Phrase(
                en=f"Container {self.container.name} (image volume {self.volume})",
                zh=f"容器 {self.container.name}（镜像卷 {self.volume}）",
            )
        return Phrase(en=f"Container {self.container.name}", zh=f"容器 {self.container.name}")

    def finding(
        self,
        code: str,
        summary: Phrase,
        *,
        confidence: Confidence,
        variant: str = "",
        object: ObjectRef | None = None,  # noqa: A002 - the finding's own word
        absent: bool = False,
        expected: str = "",
        actual: str = "",
        near: Sequence[str] = (),
        evidence: Sequence[Evidence] = (),
        remedies: Sequence[Remedy | None] = (),
        next_checks: Sequence[NextCheck] = (),
    ) -> Finding:
        """Make a finding of this pull; going back to a ready revision is always offered last."""
        offered = [*remedies, roll_back(self.scene, self.pod)]
        return Finding(
            code=code,
            variant=variant,
            confidence=confidence,
            object=object or self.object,
            absent=absent,
            part=self.container.name,
            affected=self.scene.reach_pods([self.pod]),
            summary=summary,
            expected=expected,
            actual=actual or self.cause[:200],
            near=tuple(near)[:3],
            evidence=tuple(dict.fromkeys([self.message_evidence, self.image_evidence, *evidence]))[:4],
            remedies=tuple(remedy for remedy in offered if remedy is not None),
            next_checks=tuple(next_checks),
            since=self.since,
        )

    def use_image(self, image: str, why: Phrase, estimate: Phrase | None = None) -> Remedy:
        """Change the image."""
        change: dict[str, Any] = container_change(self.container, {"image": image})
        if self.volume:
            change = {"volumes": [{"name": self.volume, "image": {"reference": image}}]}
        return template_patch(self.scene, self.pod, change, summary=why, estimate=estimate)


def failed_pulls(scene: Scene) -> Iterator[Pull]:
    """Yield the pulls that fail now."""
    known = Known(scene=scene)
    for pod in scene.live_pods:
        for container in containers(pod):
            if container.waiting_reason in REASONS:
                yield Pull(scene=scene, container=container, known=known)


def earlier_images(scene: Scene, pull: Pull) -> list[str]:
    """Return the images that the same container had in older revisions, newest first."""
    holder = scene.graph.holder(pull.pod)
    found: list[tuple[str, str]] = []
    for child in scene.graph.children(holder):
        template = template_of(child)
        if template is None or text(child, "kind") == "Pod":
            continue
        born = text(child, "metadata", "creationTimestamp")
        found += [
            (born, text(entry, "image"))
            for entry in objects(template.spec, "containers")
            if text(entry, "name") == pull.container.name and text(entry, "image") != pull.image
        ]
    return list(dict.fromkeys(image for _, image in sorted(found, reverse=True)))


def tags_elsewhere(pull: Pull) -> list[str]:
    """Return tags of the same repository that were pulled here, older revisions first."""
    wanted = canonical(pull.image)
    earlier = [parse(image).tag for image in earlier_images(pull.scene, pull) if canonical(image) == wanted]
    tags = dict.fromkeys([*earlier, *pull.known.tags.get(wanted, ())])
    return [tag for tag in tags if tag and tag != pull.reference.tag]


def repositories_elsewhere(pull: Pull) -> list[str]:
    """Return host and repository of images that were pulled here."""
    earlier = [parse(image).name for image in earlier_images(pull.scene, pull)]
    return list(dict.fromkeys([*earlier, *pull.known.repositories]))
