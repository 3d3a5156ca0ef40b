"""A place where nothing is built."""

from pathlib import Path

import pytest

from builder.build.errors import BuildsOff
from builder.build.executor import BuildRequest, Image
from builder.build.plan_only import PlanOnly


async def test_builds_and_pushes_are_refused_with_what_works_instead() -> None:
    executor = PlanOnly()
    request = BuildRequest(context=Path(), dockerfile="FROM scratch\n", name="localhost/shop:1")
    with pytest.raises(BuildsOff, match="builds are switched off") as caught:
        await executor.build(request, lambda _line: None)
    assert "sextant build files" in caught.value.next_step
    image = Image(id="sha256:0", name="localhost/shop:1", size=0, steps=0, steps_cached=0, seconds=0.0)
    with pytest.raises(BuildsOff, match=r"registry\.example/shop:1"):
        await executor.push(image, "registry.example/shop:1")
    await executor.remove("localhost/shop:1")
