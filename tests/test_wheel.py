"""The wheel: built, installed into an empty environment, and used from there, far from the source tree."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(600)]

ROOT = Path(__file__).parent.parent


def run(*words: str | Path, folder: Path, code: int = 0) -> str:
    """Run a program and return what it printed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"HOME": str(folder), "KUBECONFIG": str(folder / "none")}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of programs of an environment in which only the wheel and its dependencies are."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).parent / "uv"
    build: list[str | Path] = [uv, "build", "--quiet", "--wheel", "--out-dir", folder / "dist", ROOT]
    subprocess.run(build, check=True, timeout=300)
    wheel = next((folder / "dist").glob("*.whl"))
    run(uv, "venv", "--quiet", "--python", sys.executable, folder / "venv", folder=folder)
    python = folder / "venv" / "bin" / "python"
    install: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", python, "--link-mode", "copy"]
    lock = ROOT / "locks" / "run.lock"
    subprocess.run([*install, "--require-hashes", "-r", lock], check=True, timeout=300)
    subprocess.run([*install, "--no-deps", wheel], check=True, timeout=300)
    return python.parent


def test_the_commands_are_there_and_help(installed: Path, tmp_path: Path) -> None:
    assert "diagnose" in run(installed / "sextant", "--help", folder=tmp_path)
    assert run(installed / "kubectl-sextant", "--version", folder=tmp_path).startswith("sextant ")


def test_the_demo_is_in_the_wheel_and_is_diagnosed(installed: Path, tmp_path: Path) -> None:
    said = run(installed / "sextant", "diagnose", "deploy/checkout", "-n", "shop", "--demo", folder=tmp_path)
    assert "ConfigKeyMissing" in said


def test_the_runbooks_are_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    script = "from diagnose.runbooks import runbook; print(runbook('OOMKilled', 'zh').title)"
    assert run(installed / "python", "-c", script, folder=tmp_path).strip()


def test_the_migrations_are_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    said = run(installed / "sextant", "doctor", "-o", "json", folder=tmp_path)
    assert '"database"' in said
