"""What a hostile step tries on the machine that builds: to leave the root that chroot isolation gives it."""

from pathlib import Path

import pytest

from builder.build.executor import BuildRequest, Line
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(600)]

LEAVES = (
    'mkdir "/x"; chroot("/x") or die "no chroot\\n"; chdir("..") for 1..64; chroot("."); '
    'print -e "{canary}" ? "ESCAPED\\n" : "inside\\n"'
)
"""The usual way out of a chroot, for a program that may change its root. Debian's base holds Perl."""


async def test_a_step_does_not_reach_the_files_of_the_machine(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    canary = tmp_path / "canary"
    canary.write_text("of the machine\n", encoding="utf-8")
    (tmp_path / "context").mkdir()
    lines: list[Line] = []
    leave = LEAVES.format(canary=canary)
    request = BuildRequest(
        context=tmp_path / "context",
        dockerfile=f"FROM docker.io/library/debian:bookworm-slim\nRUN perl -e '{leave}' || true\n",
        name="localhost/hostile:1",
        cached=False,
    )
    await images.executor.build(request, lines.append)
    said = [line.text for line in lines if not line.text.startswith("STEP")]
    assert "no chroot" in said
    assert "ESCAPED" not in said
