"""Image references: ``python:3.12``, ``ghcr.io/team/shop``, ``localhost:5000/shop@sha256:…``.

The grammar is that of the OCI distribution specification and of Docker's short forms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from builder.parsing.dockerfile import dockerfile
from builder.registry.errors import NoDigest
from core.phrase import Phrase

DOCKER_HUB = "docker.io"
MAX_NAME = 255
"""Characters of registry and path together: Docker's own bound."""

DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_REGISTRY = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r"|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
)
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A reference taken apart. ``path`` is the repository's; ``digest`` where the reference says it already."""

    registry: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """Registry and path."""
        return f"{self.registry}/{self.path}"

    def __str__(self) -> str:
        return f"{self.name}{f':{self.tag}' if self.tag else ''}{f'@{self.digest}' if self.digest else ''}"


def reference(text: str) -> Reference:
    """Take a reference apart, short forms of Docker Hub too. Raises ``NoDigest`` for what is none."""
    if "$" in text:
        raise NoDigest(
            Phrase(
                en=f"{_shown(text)} holds a variable: which image it is shows only while building.",
                zh=f"{_shown(text)} 含有变量：构建时才知道是哪个镜像。",
            )
        )
    rest, at, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    last, colon, tag = last.partition(":")
    registry, path = _split(f"{folder}{slash}{last}")
    well = (
        len(text) <= 2 * MAX_NAME + 200
        and len(registry) + len(path) < MAX_NAME
        and _REGISTRY.fullmatch(registry)
        and _PATH.fullmatch(path)
        and (_TAG.fullmatch(tag) if colon else True)
        and (DIGEST.fullmatch(digest) if at else True)
    )
    if not well:
        raise NoDigest(Phrase(en=f"{_shown(text)} is no image reference.", zh=f"{_shown(text)} 不是有效的镜像引用。"))
    return Reference(registry=registry, path=path, tag=tag or ("" if digest else "latest"), digest=digest)


def bases(text: str) -> tuple[str, ...]:
    """Return the images that a Dockerfile takes something of, as it names them, in order; ``scratch`` is none."""
    return tuple(dict.fromkeys(one for one in _named(text) if one and one != "scratch"))


def _named(text: str) -> Iterator[str]:
    read = dockerfile(text)
    stages = read.stages if read else ()
    names = {stage.name for stage in stages if stage.name}
    for stage in stages:
        if stage.parent is None:
            yield stage.base
        for one in stage.of("COPY"):
            source = one.flags.get("from", "")
            if source.lower() not in names and not source.isdecimal():
                yield source


def _split(name: str) -> tuple[str, str]:
    """Return registry and path. A first part without dot, port and capitals is a folder of Docker Hub."""
    first, slash, rest = name.partition("/")
    if slash and (set(first) & {".", ":", "["} or first == "localhost" or first != first.lower()):
        registry, path = first, rest
    else:
        registry, path = DOCKER_HUB, name
    if registry == f"index.{DOCKER_HUB}":
        registry = DOCKER_HUB
    if registry == DOCKER_HUB and path and "/" not in path:
        path = f"library/{path}"
    return registry, path


def _shown(text: str) -> str:
    """Return what was given, fit for a sentence."""
    return ascii(text[:120])
