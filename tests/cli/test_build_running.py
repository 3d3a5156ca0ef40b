"""``sextant build run`` with a machine by script: what is shown while it goes on, and at its end."""

import io
import json
import re
from pathlib import Path

import pytest

from builder.build.errors import BuildFailed
from builder.build.executor import Line
from builder.check.errors import CheckerMissing
from builder.machines import Machine
from cli.building_following import Watched, printable
from core.redaction import MASK
from tests.builder.scripted import GO, UNKNOWN, InTurn, Trials, failure
from tests.cli.running import Ran, sextant
from tests.cli.test_build_sources import written

NO_COMPILER = "/bin/sh: 1: gcc: not found"


class Running:
    """Runs ``sextant build run`` with builds and trials by script."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.executor, self.trials = InTurn(), Trials()
        self._given = monkeypatch, capsys
        self.folder = written(folder, GO)
        machine = Machine(executor=self.executor, try_out=self.trials)
        monkeypatch.setattr("cli.building_running.machine_of", lambda *_, **__: machine)

    def __call__(self, *words: str) -> Ran:
        return sextant(*self._given, "build", "run", str(self.folder), "--no-digests", *words)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], alone: Path) -> Running:
    return Running(monkeypatch, capsys, alone / "shop")


def test_a_repair_is_reported_with_the_line_that_proves_it(run: Running) -> None:
    run.executor.ends = [failure(NO_COMPILER)]
    done = run()
    assert done.code == 0, done.err
    assert "~ shell.command-not-found, by a rule: Repaired while building: add_packages" in done.out
    assert f": {NO_COMPILER}" in done.out
    assert "✓ It starts." in done.out
    assert "repair shop: attempt 1 failed" in done.err


def test_the_form_for_programs_has_all_attempts(run: Running) -> None:
    run.executor.ends = [failure(NO_COMPILER)]
    (image,) = json.loads(run("-o", "json").out)["images"]
    assert (image["works"], image["attempts"][0]["decision"]) == (True, "repair")
    assert image["attempts"][0]["patch"]["kind"] == "add_packages"


def test_the_files_that_it_was_built_from_are_written_with_their_repairs(run: Running, alone: Path) -> None:
    run.executor.ends = [failure(NO_COMPILER)]
    assert run("--to", str(alone / "out")).code == 0
    assert (alone / "out" / "Dockerfile").read_text(encoding="utf-8") == run.executor.seen[-1].request.dockerfile


def test_a_build_that_is_not_mended_ends_with_its_last_lines_and_what_to_do(run: Running) -> None:
    run.executor.ends = [BuildFailed("it jammed", log=tuple(Line(text=f"line {at}") for at in range(50)))]
    done = run()
    assert done.code == 1
    assert "line 49" in done.err
    assert "line 19\n" not in done.err
    assert "error: it jammed" in done.err


def test_an_image_that_could_not_be_tried_is_no_success(run: Running) -> None:
    run.trials.ends = [CheckerMissing("runc is not installed.", next_step="Install it.")]
    done = run()
    assert (done.code, "runc is not installed." in done.out) == (1, True)
    assert run("--no-check").code == 0


def test_what_a_build_prints_does_not_steer_the_terminal(run: Running) -> None:
    run.executor.lines = ("\x1b[2J\x1b]0;title\x07hello\x9b31m\u202etxt",)
    run.executor.ends = [failure("\x1b[31mred\x1b]0;x\x07")]
    done = run()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", done.err + done.out)
    assert "hello" in done.err
    assert printable("a\tb") == "a    b"


def test_no_secret_is_shown_whatever_fails(run: Running, monkeypatch: pytest.MonkeyPatch, alone: Path) -> None:
    (alone / "token").write_text("correct-horse-battery\n", encoding="utf-8")
    monkeypatch.setenv("THE_TOKEN", "staple-staple-staple")
    said = "correct-horse-battery and staple-staple-staple and hunter-hunter-hunter"
    run.executor.lines = (said,)
    run.executor.ends = [failure(NO_COMPILER, said), UNKNOWN, BuildFailed(said, log=(Line(text=said),))]
    secrets = ("--secret", f"npmrc={alone / 'token'}", "--secret", "other=env:THE_TOKEN")
    done = run(*secrets, "--env", "API_PASSWORD=hunter-hunter-hunter", "-v")
    shown = done.out + done.err
    assert MASK in shown
    for secret in said.split(" and "):
        assert secret not in shown
    seen = run.executor.seen[0].request
    assert seen.secrets == {"npmrc": b"correct-horse-battery\n", "other": b"staple-staple-staple"}
    assert seen.arguments == {}


def test_several_images_take_no_single_name(run: Running, alone: Path) -> None:
    for name, port in (("api", 9000), ("feed", 9001)):
        main = GO["main.go"].replace("8080", str(port))
        written(alone / "shop", {f"cmd/{name}/main.go": main})
    (alone / "shop" / "main.go").unlink()
    for flag in (("--tag", "a:1"), ("--push", "registry.example/a:1"), ("--sbom", "x.json")):
        done = run(*flag)
        assert (done.code, flag[0] in done.err, "--component" in done.err) == (2, True, True)


def test_a_push_goes_where_it_is_said_when_the_image_works(run: Running) -> None:
    done = run("--push", "registry.example/team/shop:1")
    assert run.executor.pushed == [("localhost/shop:latest", "registry.example/team/shop:1")]
    assert f"pushed registry.example/team/shop:1@{run.executor.images['localhost/shop:latest'].id}" in done.out


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


async def test_on_a_terminal_each_step_has_a_line_with_its_seconds_and_all_are_wiped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    with Watched() as watched:
        async with watched.step("build", "shop: Dockerfile") as note:
            watched.line("build", Line(text="STEP 1/2: " + "x" * 200))
            note.text = "localhost/shop:latest"
        with pytest.raises(BuildFailed):
            async with watched.step("check", "localhost/shop:latest"):
                raise BuildFailed("no")
        before = stream.getvalue()
    lines = [line.split("\r\x1b[K")[-1] for line in before.split("\n")]
    assert re.fullmatch(r"✓ build +\d+\.\d s  localhost/shop:latest", lines[0])
    assert lines[1].startswith("✗ check ")
    assert all(len(line) < 60 for line in lines)
    assert stream.getvalue().endswith("\r\x1b[K" + "\x1b[1A\x1b[2K" * 2)


def test_without_a_terminal_lines_are_plain(run: Running) -> None:
    run.executor.lines = ("STEP 1/1: FROM x",)
    done = run()
    assert "build  shop: Dockerfile\nbuild  STEP 1/1: FROM x\n" in done.err
    assert "\x1b" not in done.err
    assert "\r" not in done.err
