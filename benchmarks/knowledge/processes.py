"""What this process and those that it started have used. On Linux only; elsewhere this process alone is counted."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds() -> float:
    """Return the processor time of this process and of its children, those that have ended included."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = sum(int(ticks) for child in _children() for ticks in _fields(child)[11:13]) / _TICKS
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + alive


def peak_mib() -> float:
    """Return the peaks of this process and of its living children together: more than there was at any moment.

    A child that has ended counts where its peak was above those of all that live.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    alive = [_peak_kib(child) for child in _children()]
    return (own + max(sum(alive), ended)) / 1024


def _children() -> Iterator[Path]:
    for process in _PROC.glob("[0-9]*") if _PROC.is_dir() else ():
        fields = _fields(process)
        if fields and int(fields[1]) == os.getpid():
            yield process


def _fields(process: Path) -> list[str]:
    """Return what the kernel tells of a process behind its name, from its state on; nothing once it has ended."""
    try:
        return (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _peak_kib(process: Path) -> int:
    try:
        lines = (process / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
