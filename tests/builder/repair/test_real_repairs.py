"""A build that fails four times, each time for another reason, and is repaired by rules: buildah and apt are real."""

from pathlib import Path

import pytest

from builder.build.errors import BuildFailed
from builder.build.executor import BuildRequest
from builder.dockerfile import dockerfile
from builder.plan import Command
from builder.recipe import Copy, Final, Recipe, Run, Stage
from builder.repair.classifying import of_build
from builder.repair.repairing import Attempt, Mend, in_force, judged
from builder.repair.subject import repaired
from tests.builder.components import DEBIAN, component
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]

SCRIPT = "#!/bin/sh\r\ngcc -o /out m.c -lz\r\n"
PROGRAM = "#include <zlib.h>\n#include <stdio.h>\nint main() { puts(zlibVersion()); }\n"
RECIPE = Recipe(
    stages=(
        Stage(
            name="build",
            base=DEBIAN,
            directory="/src",
            steps=(Copy(sources=(".",), to="/src/"), Run(line="./build.sh")),
        ),
    ),
    final=Final(
        base=DEBIAN,
        steps=(Copy(sources=("/out",), to="/app/out", stage="build"),),
        command=Command(argv=("/app/out",)),
        reaps=True,
    ),
)


async def test_a_real_build_is_repaired_within_five_attempts(images: RealImages, tmp_path: Path) -> None:
    await images.need("library/debian:bookworm-slim")
    (tmp_path / "build.sh").write_bytes(SCRIPT.encode())
    (tmp_path / "m.c").write_text(PROGRAM, encoding="utf-8")
    given, history, built = component(), list[Attempt](), False
    while not built:
        subject = repaired(given, in_force(history), lambda _: RECIPE, frozenset({"build.sh", "m.c"}))
        request = BuildRequest(
            context=tmp_path,
            dockerfile=dockerfile(given, subject.recipe).text,
            name="localhost/repaired:1",
            network=images.network,
        )
        try:
            await images.executor.build(request, lambda _line: None)
            built = True
        except BuildFailed as failure:
            history.append(judged(history, of_build(failure.log, failure.step, str(failure)), subject))
            assert isinstance(history[-1].decision, Mend), history[-1]
    codes = [one.decision.code for one in history]
    assert codes == [
        "shell.not-executable",
        "shell.script-missing",
        "shell.command-not-found",
        "c.header-missing",
    ]
    assert all(one.matches[0].evidence for one in history)
