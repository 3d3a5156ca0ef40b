"""From a built image to its bill of materials and back to a base by digest: all real."""

import asyncio
import json
from pathlib import Path

import pytest

from builder.build.executor import BuildRequest
from builder.build.registries import Registries
from builder.registry import bases, digests
from builder.sbom import Subject, cyclonedx, inventory, spdx
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(600)]

BASE = "docker.io/library/python:3.11-slim-bookworm"


async def test_an_image_tells_what_it_holds_and_a_base_by_digest_builds(images: RealImages, tmp_path: Path) -> None:
    await images.need(BASE.removeprefix("docker.io/"))
    text = f"FROM {BASE}\nCOPY node_modules /app/node_modules\n"
    package = tmp_path / "node_modules" / "left" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"name": "left", "version": "1.2.3"}', encoding="utf-8")
    registries = Registries(mirrors={"docker.io": images.address}, insecure=frozenset({images.address}))
    found = await digests(bases(text), registries=registries)
    assert not found.missing
    pinned = text.replace(BASE, f"{BASE}@{found.digests[BASE]}")
    request = BuildRequest(context=tmp_path, dockerfile=pinned, name="localhost/bill:1", network=images.network)
    image = await images.executor.build(request, lambda _line: None)

    container, root = await images.executor.mount("localhost/bill:1")
    try:
        held = await asyncio.to_thread(inventory, root)
    finally:
        await images.executor.unmount(container)
    names = {(one.ecosystem, one.name) for one in held.components}
    assert {("deb", "libc6"), ("deb", "python3.11-minimal"), ("pypi", "pip"), ("npm", "left")} <= names
    assert held.system is not None
    assert held.system.distro == "debian-12"
    assert not held.gaps
    assert not held.unread

    subject = Subject.of(image, await images.executor.configuration("localhost/bill:1"))
    bill = json.loads(cyclonedx(subject, held))
    assert len(bill["components"]) == len(held.components) + 1
    assert bill["metadata"]["timestamp"] == "1970-01-01T00:00:00Z"  # builds are the same each time
    assert len(json.loads(spdx(subject, held))["packages"]) == len(held.components) + 2
