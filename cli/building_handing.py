"""What ``sextant build run`` hands over beside the report: a push, files with the image, its contents, its making."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from builder.artefacts import SbomForm, provenance, sbom, source_of
from builder.build.executor import Image
from builder.machines import Machine
from builder.mending import Mended
from builder.order import Order
from builder.source.opening import Opened
from core.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """What is asked for: a place to push to, and files."""

    push: str = ""
    archive: Path | None = None
    sbom: Path | None = None
    provenance: Path | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that were given, as each is about one image."""
        given = (
            ("--push", self.push), ("--archive", self.archive), ("--sbom", self.sbom),
            ("--provenance", self.provenance),
        )  # fmt: skip
        return tuple(flag for flag, value in given if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What was handed over. ``digest`` is that of the manifest, where it was pushed or written into a file."""

    pushed: str = ""
    digest: str = ""
    files: tuple[tuple[str, str], ...] = field(default=())
    """What it is, and where it stands."""


async def handed(
    done: Mended, order: Order, opened: Opened, machine: Machine, handing: Handing, version: str
) -> Handed:
    """Hand over what is asked for of an image that works. Raises ``PushFailed``, ``UsageError``."""
    image, digest, files = done.outcome.image, "", list[tuple[str, str]]()
    if handing.push:
        digest = await machine.pushed(image, handing.push)
    if handing.archive is not None:
        digest = await _archived(image, machine, handing.archive) or digest
        files.append(("image", str(handing.archive)))
    if handing.sbom is not None:
        if machine.store is None:
            raise UsageError(_ELSEWHERE, next_step="Leave --sbom out, or build with buildah here.")
        form: SbomForm = "spdx" if "spdx" in handing.sbom.name.lower() else "cyclonedx"
        _write(handing.sbom, await sbom(machine.store, image, form, digest=digest))
        files.append((f"contents ({form})", str(handing.sbom)))
    if handing.provenance is not None:
        name = machine.executor.name
        source = await source_of(opened)
        _write(handing.provenance, provenance(done, order, source, executor=name, version=version, digest=digest))
        files.append(("provenance", str(handing.provenance)))
    return Handed(pushed=handing.push, digest=digest, files=tuple(files))


_ELSEWHERE = "The image is not on this machine, so its files cannot be looked at."


async def _archived(image: Image, machine: Machine, path: Path) -> str:
    if machine.store is None:
        raise UsageError(_ELSEWHERE, next_step="Leave --archive out, or build with buildah here.")
    return await machine.store.archive(image, path)


def _write(path: Path, data: bytes) -> None:
    """Write a file in one go: what stands there is whole, the old or the new."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=".sextant-", delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror}.", next_step="Name another file.") from exc
