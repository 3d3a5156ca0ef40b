"""Fuzz one parser after the other: ``python -m tests.soak [--seconds N] [TARGET …]``. Exits with 1 when one falls."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.soak.targets import TARGETS


def main() -> int:
    """Run each target in a process of its own: the fuzzer never comes back."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), help=f"of {', '.join(TARGETS)}; all by default")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if unknown := set(wanted.targets) - set(TARGETS):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if wanted.here:
        return _fuzz(wanted.targets[0], wanted.seconds)
    fallen = [name for name in wanted.targets if _run(name, wanted.seconds)]
    sys.stdout.write(f"{len(wanted.targets) - len(fallen)} of {len(wanted.targets)} parsers held\n")
    return 1 if fallen else 0


def _run(name: str, seconds: int) -> int:
    command = [sys.executable, "-m", "tests.soak", "--here", "--seconds", str(seconds), name]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    last = [line for line in done.stderr.splitlines() if line.startswith("Done ") or "ERROR" in line or "Error" in line]
    sys.stdout.write(f"{name}: {'held' if done.returncode == 0 else 'FELL'} · {'; '.join(last[-2:])}\n")
    if done.returncode:
        sys.stdout.write(done.stderr[-4000:])
    sys.stdout.flush()
    return done.returncode


def _fuzz(name: str, seconds: int) -> int:
    import atheris  # not among the packages of development: `make soak` installs it

    target = TARGETS[name]
    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found-"
        limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", f"-artifact_prefix={found}"]
        atheris.Setup([name, *limits], target)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
