"""What is handed over beside an image: the list of what is in it, how it was made, the image as a file."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from builder.build.executor import Image
from builder.machines import Store
from builder.mending import Mended
from builder.order import Order
from builder.provenance import Build, Material, Source, folder_hash, statement
from builder.registry import bases
from builder.sbom import Subject, cyclonedx, inventory, spdx
from builder.source.git import shown
from builder.source.opening import Opened
from core.errors import UsageError

SbomForm = Literal["cyclonedx", "spdx"]


async def sbom(images: Store, image: Image, form: SbomForm = "cyclonedx", *, digest: str = "") -> bytes:
    """Return what is in an image. Raises what mounting it does."""
    container, root = await images.mount(image.name)
    try:
        found = await asyncio.to_thread(inventory, root)
    finally:
        await images.unmount(container)
    subject = Subject.of(image, await images.configuration(image.name), digest=digest)
    return cyclonedx(subject, found) if form == "cyclonedx" else spdx(subject, found)


async def source_of(opened: Opened) -> Source:
    """Return where the source is from: a commit, or the hash of a folder."""
    if opened.commit:
        return Source(uri=shown(opened.named), commit=opened.commit)
    return Source(folder=await asyncio.to_thread(folder_hash, opened.folder))


def provenance(
    done: Mended, order: Order, source: Source, *, executor: str, version: str, run: str = "", digest: str = ""
) -> bytes:
    """Return how an image was made. Names of secrets are told, never their values."""
    image, one, ended = done.outcome.image, done.prepared, datetime.now(UTC)
    return statement(
        Build(
            name=image.name,
            id=image.id,
            digest=digest or image.digest,
            source=source,
            dockerfile=one.text,
            bases=tuple(_material(name, order.digests) for name in bases(one.text)),
            secrets=tuple(sorted(order.secrets)),
            executor=executor,
            version=version,
            run=run,
            began=ended - timedelta(seconds=image.seconds),
            ended=ended,
        )
    )


def _material(name: str, known: Mapping[str, str]) -> Material:
    image, _, digest = name.partition("@")
    return Material(image=image, digest=digest or known.get(image, ""))


_DESTINATION = re.compile(
    r"(?=.{3,400}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)+(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
)


def destination(text: str) -> str:
    """Return where an image is pushed to, as it is given to programs. Raises ``UsageError``."""
    if not _DESTINATION.fullmatch(text):
        raise UsageError(
            f"{text[:100]!r} is no place that an image can be pushed to.",
            next_step="Write REGISTRY/NAME:TAG, such as registry.example.com/team/shop:1.",
        )
    return text
