"""Which Rust: rust-toolchain files pin it, ``rust-version`` is the oldest that will do."""

import re

from builder.detect.languages.rust.manifest import Manifest
from builder.detect.shared.pins import pins
from builder.draft import Draft
from builder.grounds import DECLARED, DEFAULT, STATED
from builder.look import Place
from builder.plan import Runtime
from builder.versions import RELEASES
from core.evidence import Evidence
from core.phrase import Phrase

_NUMBERED = re.compile(r"^(\d+\.\d+)(?:\.\d+)?")


def add_runtime(place: Place, draft: Draft, manifest: Manifest) -> None:
    """Add the toolchain: the pinned one, else the newest, which compiles everything that older ones do."""
    usual = RELEASES["rust"].usual
    channel, evidence = _channel(place)
    if channel:
        draft.runtime.add(
            Runtime(name="rust", version=_release(channel), constraint=channel),
            STATED,
            "rust.version.toolchain",
            Phrase(en=f"A toolchain file names {channel}.", zh=f"工具链文件指定了 {channel}。"),
            evidence,
        )
    elif manifest.rust_version:
        draft.runtime.add(
            Runtime(name="rust", version=usual, constraint=f">={manifest.rust_version}"),
            DECLARED,
            "rust.version.minimum",
            Phrase(
                en=f"{manifest.rust_version} is the oldest that will do; the newest stable is taken.",
                zh=f"最低要求 {manifest.rust_version}；采用最新稳定版。",
            ),
            place.cite("Cargo.toml", "rust-version"),
        )
    else:
        draft.runtime.add(
            Runtime(name="rust", version=usual),
            DEFAULT,
            "rust.version.usual",
            Phrase(en="Nothing asks for a version: the newest stable.", zh="没有指定版本：采用最新稳定版。"),
        )


def _channel(place: Place) -> tuple[str, Evidence | None]:
    path = place.above("rust-toolchain.toml", "rust-toolchain")
    if path:
        table = place.look.toml(path).get("toolchain")
        channel = table.get("channel") if isinstance(table, dict) else None
        if isinstance(channel, str) and channel:
            return channel, place.look.cite(path, channel)
        if not isinstance(table, dict) and path.endswith("rust-toolchain"):
            first = next((one.strip() for one in (place.tree.text(path) or "").splitlines() if one.strip()), "")
            if first and not first.startswith("["):
                return first, place.look.cite(path, 1)
    for pin in pins(place, "rust"):
        if not pin.text.startswith("["):
            return pin.text, pin.evidence
    return "", None


def _release(channel: str) -> str:
    """Return ``1.75`` of ``1.75.0``; ``nightly`` and ``beta`` without their date; the usual one of ``stable``."""
    if numbered := _NUMBERED.match(channel):
        return numbered[1]
    name = channel.partition("-")[0]
    return name if name in {"nightly", "beta"} else RELEASES["rust"].usual
