"""A fault of one container: what the analyzers of containers all need to say about it."""

from dataclasses import dataclass

from cluster.fields import Obj
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.containers import Container
from diagnose.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFault:
    """A container of one scene, as a finding is about it."""

    scene: Scene
    container: Container

    @property
    def pod(self) -> Obj:
        """The pod."""
        return self.container.pod

    @property
    def object(self) -> ObjectRef:
        """What must be changed: the holder of the template."""
        return self.scene.holder_ref(self.pod)

    @property
    def who(self) -> Phrase:
        """The container as the subject of a sentence."""
        return named(self.container)

    def spec_evidence(self, *path: str | int) -> Evidence:
        """Quote a field of the container's spec in the pod."""
        return self.scene.field(self.pod, *self.container.spec_path, *path)


def named(container: Container) -> Phrase:
    """Name a container as the subject of a sentence."""
    if container.role == "init":
        return Phrase(en=f"Init container {container.name}", zh=f"初始化容器 {container.name}")
    return Phrase(en=f"Container {container.name}", zh=f"容器 {container.name}")
