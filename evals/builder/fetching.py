"""Make the trees of the suite by their recipes, with the ecosystems' ordinary clients, into a folder outside.

A tree that lies in the folder already is taken as it is. What cannot be made here is skipped with the reason.
"""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evals.builder.truths import Case, Step

STEP_SECONDS: Final = 300
"""A generator that takes longer waits for an answer, or for a network that is not there."""

ENVIRONMENT: Final = {"CI": "1", "npm_config_yes": "true", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "DO_NOT_TRACK": "1"}
"""Makes generators ask nothing and report nothing."""


@dataclass(frozen=True, slots=True)
class Skipped(Exception):
    """A tree cannot be made here. ``reason`` is for the report; ``detail`` is what the client said."""

    reason: str
    detail: str = ""


@dataclass(slots=True)
class Bench:
    """Where a tree is being made: ``folder`` is the place of the next step, in the end the tree."""

    folder: Path
    seconds: float = STEP_SECONDS

    def call(self, *words: str, folder: Path | None = None) -> str:
        """Run a program to its end and return its output; kill all of it when it takes too long."""
        if not shutil.which(words[0]):
            raise Skipped(f"`{words[0]}` is not installed")
        environment = {**os.environ, **ENVIRONMENT}
        with subprocess.Popen(  # noqa: S603 - the words are those of a recipe
            words, cwd=folder or self.folder, env=environment, text=True, errors="replace", start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                said, complained = process.communicate(timeout=self.seconds)
            except subprocess.TimeoutExpired as exc:
                os.killpg(process.pid, signal.SIGKILL)
                raise Skipped(f"`{words[0]}` took longer than {self.seconds:.0f} s") from exc
        if process.returncode:
            raise Skipped(f"`{words[0]}` failed", (complained or said).strip()[-600:])
        return said

    def only_file(self, pattern: str, folder: Path | None = None) -> Path:
        """Return the file or folder that a client left."""
        found = sorted((folder or self.folder).glob(pattern))
        if not found:
            raise Skipped("the client left nothing", pattern)
        return found[0]


def root() -> Path:
    """Return the folder that keeps the trees: ``sextant/trees`` of the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sextant" / "trees"


def fetch(case: Case, trees: Path, *, make: bool = True, seconds: float = STEP_SECONDS) -> Path:
    """Return the folder of a case's tree, made if it is not there; raise ``Skipped`` where that cannot be."""
    place = trees / case.group / case.name
    if place.is_dir():
        return place
    if not make:
        raise Skipped("not made yet")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".making-") as folder:
        bench = Bench(folder=Path(folder), seconds=seconds)
        for step in case.recipe:
            take(step, bench)
        made = bench.folder / Path(case.name).name
        made = made if made.is_dir() else bench.folder
        if not any(made.iterdir()):
            raise Skipped("the client left nothing", str(case.recipe))
        if made == Path(folder):
            made = Path(shutil.copytree(made, Path(folder) / ".tree", symlinks=True))
        made.rename(place)
    return place


def take(step: Step, bench: Bench) -> None:
    """Take one step of a recipe."""
    if step.verb not in VERBS:
        raise Skipped(f"no step is called `{step.verb}`")
    VERBS[step.verb](step, bench)


def _npx(step: Step, bench: Bench) -> None:
    bench.call("npx", "--yes", "--package", step.what, "--", *step.args)


def _npm(step: Step, bench: Bench) -> None:
    bench.call("npm", step.what, *step.args)


def _npm_pack(step: Step, bench: Bench) -> None:
    bench.call("npm", "pack", step.what)
    _unpacked(bench.only_file("*.tgz"), bench)


def _pip_sdist(step: Step, bench: Bench) -> None:
    bench.call("pip", "download", "--no-deps", "--no-binary", ":all:", "--quiet", step.what)
    _unpacked(next(path for path in sorted(bench.folder.iterdir()) if path.is_file()), bench)


def _pip_tool(step: Step, bench: Bench) -> None:
    """Install a tool into an environment beside the tree and run it."""
    with tempfile.TemporaryDirectory() as folder:
        bench.call(sys.executable, "-m", "venv", folder)
        programs = Path(folder) / "bin"
        bench.call(str(programs / "python"), "-m", "pip", "install", "--quiet", step.what)
        bench.call(str(programs / step.args[0]), *step.args[1:])


def _cargo(step: Step, bench: Bench) -> None:
    bench.call("cargo", step.what, *step.args)


def _crate(step: Step, bench: Bench) -> None:
    bench.call("cargo", "info", "--quiet", step.what)
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    _copied(bench.only_file(f"registry/src/*/{step.what.replace('@', '-')}", home), bench)


def _go_module(step: Step, bench: Bench) -> None:
    module = bench.call("go", "mod", "download", "-json", step.what)
    _copied(Path(module.split('"Dir": "', 1)[1].split('"', 1)[0]), bench)


def _maven_archetype(step: Step, bench: Bench) -> None:
    group, artifact, version = step.what.split(":")
    bench.call(
        "mvn", "-q", "-B", "org.apache.maven.plugins:maven-archetype-plugin:3.3.1:generate",
        f"-DarchetypeGroupId={group}", f"-DarchetypeArtifactId={artifact}", f"-DarchetypeVersion={version}",
        "-DarchetypeCatalog=internal", "-DinteractiveMode=false", *step.args,
    )  # fmt: skip


def _maven_source(step: Step, bench: Bench) -> None:
    bench.call(
        "mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", f"-Dartifact={step.what}",
        f"-DoutputDirectory={bench.folder}",
    )  # fmt: skip
    _unpacked(bench.only_file("*.zip"), bench)


def _debian_source(step: Step, bench: Bench) -> None:
    """Unpack a package's upstream archive, without what Debian adds, if it is of the version that the truth is of."""
    name, version = step.what.split("=")
    bench.call("apt-get", "source", "--download-only", "--only-source", name)
    upstream = version.split(":")[-1].rsplit("-", 1)[0]
    archives = [path for path in bench.folder.glob(f"{name}_*.tar.*") if not path.name.endswith(".asc")]
    fitting = [
        path for path in archives if path.name.startswith((f"{name}_{upstream}.orig.tar", f"{name}_{upstream}.tar"))
    ]
    if not fitting:
        raise Skipped("the distribution has another version", f"{step.what}: {[path.name for path in archives]}")
    _unpacked(fitting[0], bench)


def _write(step: Step, bench: Bench) -> None:
    path = bench.folder / step.what
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step.text, encoding="utf-8")


def _within(step: Step, bench: Bench) -> None:
    bench.folder /= step.what
    bench.folder.mkdir(parents=True, exist_ok=True)


def _without(step: Step, bench: Bench) -> None:
    (bench.folder / step.what).unlink(missing_ok=True)


VERBS: Final[Mapping[str, Callable[[Step, Bench], None]]] = {
    "cargo": _cargo,
    "crate": _crate,
    "debian-source": _debian_source,
    "go-module": _go_module,
    "maven-archetype": _maven_archetype,
    "maven-source": _maven_source,
    "npm": _npm,
    "npm-pack": _npm_pack,
    "npx": _npx,
    "pip-sdist": _pip_sdist,
    "pip-tool": _pip_tool,
    "within": _within,
    "without": _without,
    "write": _write,
}
"""What a step may do. ``within`` makes a folder and goes on in it, ``without`` deletes a file."""


def _unpacked(archive: Path, bench: Bench) -> None:
    """Unpack an archive and go on in its one folder, or in all of it."""
    into = bench.folder / ".unpacked"
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(into)  # noqa: S202 - names that lead outside are cut by zipfile
    else:
        try:
            with tarfile.open(archive) as tape:
                tape.extractall(into, filter=_harmless)  # noqa: S202 - filtered
        except tarfile.TarError as exc:
            raise Skipped("its archive is refused", str(exc)) from exc
    inner = sorted(into.iterdir())
    bench.folder = inner[0] if len(inner) == 1 and inner[0].is_dir() else into


def _harmless(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leave out links that lead away; refuse what would be written outside."""
    try:
        return tarfile.data_filter(member, folder)
    except (tarfile.AbsoluteLinkError, tarfile.LinkOutsideDestinationError):
        return None


def _copied(folder: Path, bench: Bench) -> None:
    """Copy a folder of a client's cache, which may be read-only."""
    copy = bench.folder / ".copy"
    shutil.copytree(folder, copy, symlinks=True, copy_function=shutil.copyfile)
    for path in [copy, *copy.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    bench.folder = copy
