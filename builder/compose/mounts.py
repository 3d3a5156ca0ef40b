"""Volumes, binds, folders in memory; configs and secrets."""

import re
from posixpath import dirname, join, normpath
from typing import Literal

from builder.compose.model import File, Mount
from builder.compose.reading import Held
from builder.compose.schema import MOUNT, checked
from builder.compose.units import size
from builder.compose.values import items, listed, text, truth, whole

_WINDOWS = re.compile(r"^[A-Za-z]:(\\|/[^:]*:/)")
"""A folder of Windows. ``x:/data`` alone is a volume called x."""
_MODES = re.compile(r"^(ro|rw|z|Z|cached|delegated|consistent|nocopy|r?private|r?shared|r?slave|volume-nocopy)(,|$)")
Kind = Literal["volume", "bind", "tmpfs", "anonymous", "other"]


def inside(held: Held, name: str) -> str | None:
    """Return the path in the tree that a file names; None for what leads out of the tree."""
    if "://" in name or name.startswith(("/", "~", "git@")) or _WINDOWS.match(name):
        return None
    path = normpath(join(dirname(held.path), name))
    return "" if path == "." else None if path.startswith("..") else path


def mounts(held: dict[str, Held], name: str) -> tuple[Mount, ...]:
    """Return what a service mounts, the last for each target."""
    found: dict[str, Mount] = {}
    for one in items(held.get("volumes"), f"volumes of {name}"):
        made = _long(one, name) if isinstance(one.data, dict) else _short(one, name)
        found[made.target] = made
    for one in listed(held.get("tmpfs"), f"tmpfs of {name}"):
        target, _, options = text(one, "tmpfs").partition(":")
        given = re.search(r"size=(\w+)", options)
        bound = size(one.with_data(given[1]), "size") if given else None
        _absolute(target, one)
        found[normpath(target)] = Mount(kind="tmpfs", target=normpath(target), size=bound, held=one)
    return tuple(found.values())


def _short(one: Held, name: str) -> Mount:
    plain = text(one, f"volumes of {name}").strip()
    drive = plain[:2] if _WINDOWS.match(plain) else ""
    parts = plain[len(drive) :].split(":")
    parts[0] = drive + parts[0]
    mode = parts.pop() if len(parts) > 1 and _MODES.match(parts[-1]) and not parts[-1].startswith("/") else ""
    if len(parts) > 2 or not parts[0]:
        raise one.broken(f"{plain!r} is no volume.", "Write SOURCE:TARGET or SOURCE:TARGET:ro.")
    source, target = (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])
    _absolute(target, one)
    kind: Kind = "anonymous" if not source else "bind" if source.startswith((".", "/", "~")) or drive else "volume"
    return _made(one, kind, source, target, read_only="ro" in mode.split(","))


def _long(one: Held, name: str) -> Mount:
    held = checked(one, MOUNT, f"A volume of {name}")
    kinds: dict[str, Kind] = {"volume": "volume", "bind": "bind", "tmpfs": "tmpfs"}
    said = text(held.get("type"), "type")
    source, target = text(held.get("source"), "source"), text(held.get("target"), "target")
    if not target:
        raise one.broken(f"A volume of {name} has no target.")
    if said not in {"volume", "bind", "tmpfs", "image", "npipe", "cluster"}:
        raise one.broken(f"{said!r} is no type of a volume: volume, bind, tmpfs, image, npipe or cluster.")
    _absolute(target, one)
    kind = kinds.get(said, "other")
    kind = "anonymous" if kind == "volume" and not source else kind
    inner = held.get("tmpfs") if kind == "tmpfs" else held.get("volume")
    return _made(
        one,
        kind,
        source,
        target,
        read_only=truth(held.get("read_only"), "read_only"),
        bound=size(inner.get("size"), "size") if inner is not None and kind == "tmpfs" else None,
        subpath=text(inner.get("subpath"), "subpath") if inner is not None and kind == "volume" else "",
    )


def _made(
    one: Held, kind: Kind, source: str, target: str, *, read_only: bool, bound: int | None = None, subpath: str = ""
) -> Mount:
    path = (inside(one, source) if kind == "bind" else None) if source else None
    return Mount(
        kind=kind,
        target=normpath(target),
        source=source if kind == "volume" else "" if path is None else path or ".",
        said=source,
        read_only=read_only,
        size=bound,
        subpath=subpath,
        held=one,
    )


def _absolute(target: str, one: Held) -> None:
    if not target.startswith("/") and not _WINDOWS.match(target):
        raise one.broken(f"{target!r} is no absolute path of a container.")


def files(value: Held | None, what: str, folder: str) -> tuple[File, ...]:
    """Return the configs or secrets that a service mounts; ``folder`` is where they are without a target."""
    found: list[File] = []
    for one in items(value, what):
        if not isinstance(one.data, dict):
            name = text(one, what)
            found.append(File(name=name, target=join(folder, name), held=one))
            continue
        held = checked(one, frozenset({"source", "target", "uid", "gid", "mode"}), what)
        name = text(held.get("source"), "source")
        if not name:
            raise one.broken(f"{what} without a source.")
        target = text(held.get("target"), "target") or name
        mode = whole(held.get("mode"), "mode")
        found.append(File(name=name, target=normpath(join(folder, target)), mode=mode, held=one))
    return tuple(found)
