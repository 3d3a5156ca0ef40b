"""Where a reference is asked for: the registry itself, or what stands in for it."""

from dataclasses import dataclass

from builder.build.registries import Registries
from builder.registry.errors import NoDigest
from builder.registry.references import DOCKER_HUB, Reference
from core.phrase import Phrase

DOCKER_HUB_API = "registry-1.docker.io"
"""Docker Hub's images are named by a host that does not serve them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository at the host that is asked. ``secure`` False: it speaks plain HTTP, as the settings say."""

    host: str
    path: str
    secure: bool

    @property
    def hostname(self) -> str:
        """The host without its port and brackets."""
        return self.host[1:].partition("]")[0] if self.host.startswith("[") else self.host.partition(":")[0]

    def manifest(self, tag: str) -> str:
        """Return the address of a manifest."""
        return f"http{'s' if self.secure else ''}://{self.host}/v2/{self.path}/manifests/{tag}"


def place(wanted: Reference, registries: Registries) -> Place:
    """Return where the image is asked for: where a build would take it from.

    A mirror takes the place of its registry (or of a folder of it) altogether, as ``registries.conf`` has it: there is
    no asking elsewhere when it has nothing. Raises ``NoDigest`` for a mirror without a path to ask for.
    """
    fitting = [one for one in registries.mirrors if f"{wanted.name}/".startswith(f"{one.rstrip('/')}/")]
    if not fitting:
        host, path = wanted.registry, wanted.path
    else:
        longest = max(fitting, key=len)
        rest = wanted.name[len(longest.rstrip("/")) :].strip("/")
        host, _, path = "/".join((registries.mirrors[longest].strip("/"), rest)).strip("/").partition("/")
    if not host or not path:
        raise NoDigest(
            Phrase(
                en=f"The mirror that the settings name for {wanted.registry} has no address.",
                zh=f"设置中为 {wanted.registry} 指定的镜像站没有地址。",
            )
        )
    secure = host not in registries.insecure
    return Place(host=DOCKER_HUB_API if host == DOCKER_HUB else host, path=path, secure=secure)
