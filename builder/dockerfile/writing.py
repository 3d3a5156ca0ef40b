"""From a recipe to the lines of a Dockerfile."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from builder.dockerfile.health import TIMEOUT_SECONDS, check
from builder.dockerfile.serving import PORT, served
from builder.errors import PlanIncomplete
from builder.plan import Command, Component, Kind
from builder.recipe import SIGNATURE, Argument, Base, Copy, Final, Generated, Packages, Recipe, Run, Set, Stage, Step

USER = 10001
"""Beyond the users of distributions, so that it owns nothing in the image or on a node."""

HOME = "/tmp"  # noqa: S108 - a folder of the image
"""The user has no entry in /etc/passwd, so that its home would be ``/``, which is read-only."""

_READ_AT = {"npmrc": "/root/.npmrc"}
"""Where tools look for a secret, by its id; they build as root. Others read ``/run/secrets/ID``."""

INTERVAL_SECONDS, START_SECONDS, RETRIES = 30, 30, 3
"""Of the health check; Kubernetes uses its own probes, this one is for everything else."""

_ALPINE = re.compile(r"(^|-)alpine|/alpine(:|$)")
_SHELL = re.compile(r"[$`*?~|&;<>(){}\[\]]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A Dockerfile, and the files beside it that it copies."""

    text: str
    files: tuple[Generated, ...]


def dockerfile(component: Component, recipe: Recipe, *, digests: Mapping[str, str] | None = None) -> Written:
    """Write the Dockerfile. ``digests`` are those of base images, by ``image:tag``, as far as they are known.

    Raises ``PlanIncomplete`` when a web component has no port.
    """
    kind = component.kind.value
    if kind == Kind.STATIC:
        recipe = served(component, recipe)
    port = PORT if kind == Kind.STATIC else component.port.value
    if kind == Kind.WEB and port is None:
        raise PlanIncomplete(
            f"{component.name}: the port is not known.",
            next_step="Say it with --port, or in a Procfile or compose file.",
        )
    lines = [f"# {component.name}: {SIGNATURE}. Each value and its ground: sextant build plan", ""]
    for stage in recipe.stages:
        lines += [*_stage(stage, digests or {}), ""]
    lines += _final(component, recipe, port if kind in {Kind.WEB, Kind.STATIC} else None, digests or {})
    return Written(text="\n".join(lines) + "\n", files=recipe.files)


def _stage(stage: Stage, digests: Mapping[str, str]) -> Iterator[str]:
    yield from _from(stage.base, digests, stage.name)
    yield f"WORKDIR {stage.directory}"
    for step in stage.steps:
        yield from _step(step, stage.base)


def _final(component: Component, recipe: Recipe, port: int | None, digests: Mapping[str, str]) -> Iterator[str]:
    final = recipe.final
    yield from _from(final.base, digests, "")
    yield f'LABEL org.opencontainers.image.title="{component.name}"'
    yield f"WORKDIR {final.directory}"
    init = _init(final)
    packages = tuple(dict.fromkeys(name for step in final.steps if isinstance(step, Packages) for name in step.names))
    wanted = (*packages, *(("tini",) if init else ()))
    if wanted:
        yield from _packages(Packages(names=wanted), final.base)
    for step in final.steps:
        if not isinstance(step, Packages):
            yield from _step(step, final.base)
    owned = tuple(path for path in final.writable if not path.startswith("/tmp"))  # noqa: S108 - a folder of the image
    if owned:
        names = " ".join(shlex.quote(path) for path in owned)
        yield f"RUN mkdir -p {names} && chown {USER}:{USER} {names}"
    environment = {"HOME": HOME, **dict(final.environment)}
    if port is not None and component.kind.value != Kind.STATIC:
        environment.setdefault("PORT", str(port))
    yield from _set(Set(variables=tuple(environment.items())))
    yield f"USER {USER}:{USER}"
    if port is not None:
        yield f"EXPOSE {port}"
    yield from _health(component, final, port)
    if final.stop_signal != "SIGTERM":
        yield f"STOPSIGNAL {final.stop_signal}"
    if init:
        yield f"ENTRYPOINT {_exec((init, '--'))}"
    else:
        yield "ENTRYPOINT []"
    yield f"CMD {_command(final.command)}"


def _from(base: Base, digests: Mapping[str, str], name: str) -> Iterator[str]:
    digest = digests.get(str(base))
    if digest is None:
        yield f"# No digest: the registry of {base.image} was not asked or did not answer when this was written."
    yield f"FROM {base}{f'@{digest}' if digest else ''}{f' AS {name}' if name else ''}"


def _step(step: Step, base: Base) -> Iterator[str]:
    match step:
        case Copy():
            source = f"--from={step.stage} " if step.stage else ""
            yield f"COPY {source}{_paths((*step.sources, step.to))}"
        case Run():
            yield f"RUN {''.join(_mounts(step))}{step.line}"
        case Packages():
            yield from _packages(step, base)
        case Set():
            yield from _set(step)
        case Argument():
            yield f"ARG {step.name}={shlex.quote(step.default)}" if step.default else f"ARG {step.name}"
        case _:
            assert_never(step)


def _mounts(step: Run) -> Iterator[str]:
    for target in step.caches:
        yield f"--mount=type=cache,target={target} "
    for source in step.binds:
        yield f"--mount=type=bind,source={source},target={source} "
    for secret in step.secrets:
        target = f",target={_READ_AT[secret]}" if secret in _READ_AT else ""
        yield f"--mount=type=secret,id={secret}{target} "


def _packages(step: Packages, base: Base) -> Iterator[str]:
    """Install by name: the distribution's release decides the version, so that security fixes come by themselves."""
    names = " ".join(sorted(step.names))
    yield "# Not pinned: a distribution removes a patch version when its successor comes, and the build would break."
    if _ALPINE.search(str(base)):
        yield "# hadolint ignore=DL3018"
        yield f"RUN apk add --no-cache {names}"
        return
    yield "# hadolint ignore=DL3008"
    yield (
        "RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "
        f"{names} && rm -rf /var/lib/apt/lists/*"
    )


def _set(step: Set) -> Iterator[str]:
    if step.variables:
        given = (f"{name}={_quoted(value)}" for name, value in step.variables)
        yield "ENV " + " \\\n    ".join(given)


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./:@%+,=-]+", value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def _paths(paths: tuple[str, ...]) -> str:
    if any(re.search(r"\s", path) for path in paths):
        return json.dumps(paths)
    return " ".join(paths)


def _health(component: Component, final: Final, port: int | None) -> Iterator[str]:
    words = None if port is None else check(final.health_tool, component_port(component, port), component.health.value)
    if words is None:
        yield "HEALTHCHECK NONE"
        return
    options = f"--interval={INTERVAL_SECONDS}s --timeout={TIMEOUT_SECONDS + 2}s --start-period={START_SECONDS}s"
    yield f"HEALTHCHECK {options} --retries={RETRIES} \\\n    CMD {_exec(words)}"


def component_port(component: Component, port: int) -> int:
    """Return the port that the health check asks: a probe may name another than the main one."""
    probe = component.health.value
    return probe.port if probe and probe.port else port


def _init(final: Final) -> str:
    if final.reaps:
        return ""
    return "/sbin/tini" if _ALPINE.search(str(final.base)) else "/usr/bin/tini"


def _command(command: Command) -> str:
    if command.argv:
        return _exec(command.argv)
    plain = None if _SHELL.search(command.line) else shlex.split(command.line)
    return (
        _exec(tuple(plain))
        if plain
        else _exec(("/bin/sh", "-c", f"exec {command.line}" if _single(command.line) else command.line))
    )


def _single(line: str) -> bool:
    """Say whether a line is one command, whose process may take the shell's place and get the signals."""
    plain = re.sub(r"\$\{\w+(:?[-=+?][^}]*)?\}", "", line)  # a variable with its default is no group of commands
    return not re.search(r"[;&|\n(){}]|^\s*(exec|cd|export|set|if|for|while|case)\b", plain)


def _exec(words: tuple[str, ...]) -> str:
    return json.dumps(words, ensure_ascii=False)
