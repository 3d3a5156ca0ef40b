"""The OCI runtime configuration of a trial: no capability, no new rights, a read-only root, bounds.

Source of the names: the OCI runtime specification 1.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a trial may use. ``memory_bytes`` of a small pod; a program that needs more says so when it is ended."""

    memory_bytes: int = 1024 * MIB
    processes: int = 512
    scratch_bytes: int = 256 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A file or folder of this machine that the container sees at ``to``."""

    source: Path
    to: str
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is run. ``configuration`` is the ``config`` of the image; ``environment`` comes over its own."""

    root: Path
    configuration: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)
    writable: tuple[str, ...] = ()
    namespace: Path | None = None
    """A network namespace to join; without one the trial has only its own loopback."""
    binds: tuple[Bind, ...] = ()
    bounds: Bounds = Bounds()
    cgroups: bool = True


def runtime_configuration(trial: Trial) -> dict[str, Any]:
    """Return what ``config.json`` holds. Raises ``ValueError`` for a user that is not numeric."""
    told = trial.configuration
    user, _, group = str(told.get("User", "") or "0").partition(":")
    if not user.isdigit() or (group and not group.isdigit()):
        raise ValueError(f"the image's user {told.get('User')!r} is a name, not a number")
    given = dict(one.partition("=")[::2] for one in told.get("Env", []) if "=" in one) | dict(trial.environment)
    arguments = [*(told.get("Entrypoint") or []), *(told.get("Cmd") or [])]
    network: dict[str, str] = {"type": "network"} | ({"path": str(trial.namespace)} if trial.namespace else {})
    configuration: dict[str, Any] = {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": int(user), "gid": int(group or user)},
            "args": arguments,
            "env": [f"{name}={value}" for name, value in given.items()],
            "cwd": told.get("WorkingDir") or "/",
            "capabilities": {kind: [] for kind in ("bounding", "effective", "permitted", "inheritable", "ambient")},
            "noNewPrivileges": True,
        },
        "root": {"path": str(trial.root), "readonly": True},
        "hostname": "trial",
        "mounts": [
            *_system(),
            *(_scratch(path, trial.bounds) for path in trial.writable),
            *(_bound(bind) for bind in trial.binds),
        ],
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")] + [network],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }
    if trial.cgroups:
        configuration["linux"]["resources"] = {
            "memory": {"limit": trial.bounds.memory_bytes},
            "pids": {"limit": trial.bounds.processes},
        }
    return configuration


def _system() -> list[dict[str, Any]]:
    secure = ["nosuid", "noexec", "nodev"]
    return [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
        {
            "destination": "/dev/pts",
            "type": "devpts",
            "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
        },
        {
            "destination": "/dev/shm",  # noqa: S108 - a folder of the container
            "type": "tmpfs",
            "source": "shm",
            "options": [*secure, "mode=1777", "size=65536k"],
        },
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": [*secure, "ro"]},
    ]


def _scratch(path: str, bounds: Bounds) -> dict[str, Any]:
    options = ["nosuid", "nodev", "mode=1777", f"size={bounds.scratch_bytes}"]
    return {"destination": path, "type": "tmpfs", "source": "tmpfs", "options": options}


def _bound(bind: Bind) -> dict[str, Any]:
    options = ["rbind", "nosuid", "nodev", "rw" if bind.writable else "ro"]
    return {"destination": bind.to, "type": "bind", "source": str(bind.source), "options": options}
