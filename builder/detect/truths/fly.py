"""fly.toml: the port inside, processes, the release command, mounts, checks."""

from collections.abc import Mapping, Sequence
from posixpath import basename, dirname
from typing import Any

from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import purpose_of
from builder.detect.truths import about
from builder.detect.truths.telling import DEVELOPMENT, Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.grounds import STATED
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase


class _Fly:
    name = "fly"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft of the folder how it runs there; a file for staging counts less than that for production."""
        names = [
            basename(path) for path in look.tree.sizes if basename(path).startswith("fly.") and path.endswith(".toml")
        ]
        for path in sorted(about.named(look, *dict.fromkeys(names)), key=lambda one: basename(one) != "fly.toml"):
            held = look.toml(path)
            if not {"app", "http_service", "services", "build", "processes", "env"} & held.keys():
                continue
            dev = about.developing(basename(path)) or "staging" in basename(path)
            for draft in about.meant(drafts, dirname(path), name=text(held.get("app")))[:1]:
                _told(
                    Telling(look=look, draft=draft, truth="fly", path=path, sure=DEVELOPMENT if dev else STATED), held
                )
        return []


def _told(telling: Telling, held: Mapping[str, Any]) -> None:
    http = mapping(held.get("http_service"))
    services = [http, *(mapping(one) for one in listed(held.get("services")))]
    for one in services:
        if one.get("internal_port") is not None:
            telling.port(one["internal_port"], "internal_port")
            break
    if line := text(mapping(held.get("deploy")).get("release_command")):
        telling.task("release", "migrate", line, "release_command")
    processes = mapping(held.get("processes"))
    main = next((name for name in ("web", "app", "server") if name in processes), next(iter(processes), ""))
    for name, line in processes.items():
        if name == main:
            telling.start(text(line), f"{name} =")
        elif purpose := purpose_of(name, taken(text(line)).main):
            telling.task(name, purpose, text(line), f"{name} =")
    trial = mapping(held.get("experimental"))
    words = trial.get("cmd") or trial.get("exec")
    if words and not processes:
        telling.start(tuple(text(one) for one in words) if isinstance(words, list) else text(words), "cmd")
    serving = any(one.get("internal_port") is not None for one in services)
    if serving and telling.draft.kind.best in {Kind.WORKER, Kind.CLI, Kind.LIBRARY, Kind.OTHER, None}:
        telling.kind(Kind.WEB, "internal_port")
    for name, value in mapping(held.get("env")).items():
        telling.variable(name, name, value=value)
    for name, value in mapping(mapping(held.get("build")).get("args")).items():
        telling.variable(name, name, value=value, build_time=True)
    mounts = held.get("mounts") or held.get("mount")
    for mount in mounts if isinstance(mounts, list) else [mounts]:
        telling.volume(mapping(mount).get("destination"), "destination")
    for check in (
        *(c for one in services for c in listed(one.get("checks")) + listed(one.get("http_checks"))),
        *mapping(held.get("checks")).values(),
    ):
        telling.health(mapping(check).get("path"), "path")


FLY = _Fly()
