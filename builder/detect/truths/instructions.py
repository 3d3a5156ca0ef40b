"""What a Dockerfile says about running: the command, ports, variables, packages, health, the images it stands on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename, join, normpath
from typing import Final

from builder.detect.shared.commands import taken
from builder.detect.truths.images import language_of
from builder.look import Look
from builder.parsing.code import of_type, syntax, written
from builder.parsing.dockerfile import Dockerfile, Instruction, Stage, dockerfile, pairs
from builder.recipe import SIGNATURE

NO_SERVICE: Final = frozenset({22, 443, 5005, 8443, 9229, 9003, 5678, 9464, 24678, 35729, 2345, 4000 + 40000})
"""Ports of shells, of TLS and of debuggers: where another is named, that one serves."""

_HTTP: Final = (80, 8080, 8000, 3000, 5000, 4000, 8081, 9000, 8888)
_NAMES = re.compile(
    r"^(?:Dockerfile|Containerfile)(?:[._-](?P<after>[\w.-]+))?$|^(?P<before>[\w.-]+)\.(?:Dockerfile|Containerfile)$",
    re.IGNORECASE,
)
_IGNORES = frozenset(
    {
        "dockerignore",
        "j2",
        "tmpl",
        "tpl",
        "template",
        "erb",
        "jinja",
        "jinja2",
        "md",
        "txt",
        "in",
        "bak",
        "orig",
        "old",
        "swp",
    }
)
_URL = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\$\{?HOSTNAME\}?)(?::(?P<port>\d+|\$\{?\w+(?::-\d+)?\}?))?(?P<path>/[^\s\"'|;&)]*)?"
)
_PACKAGE = re.compile(r"^[a-z0-9][a-z0-9+.-]+$")
_BUILDING = re.compile(
    r"(-dev|-devel)$|^(build-essential|gcc|g\+\+|make|cmake|pkg-config|autoconf|automake|libtool|clang|ninja-build|bison|flex|rustc|cargo|gfortran|meson|nasm|yasm)$"
)
_FETCHING = re.compile(
    r"^(ca-certificates|curl|wget|gnupg2?|apt-.*|lsb-release|software-properties-common|dirmngr|tini|dumb-init|gosu|sudo|vim(-.*)?|nano|less|"
    r"htop|net-tools|iputils-ping|telnet|procps|python3?([.-].*)?|python3?\d?|pip|nodejs|npm|yarn|php.*|ruby.*|openjdk.*|default-j.*|golang.*|"
    r"dotnet.*|apache2.*|nginx.*|supervisor|docker.*|locales|tzdata|bash|zsh|man-db|apt|debconf.*|git|unzip|zip|xz-utils|tar|gzip|busybox|"
    r"postgresql-\d+|mysql-server.*|redis-server|mongodb.*|google-chrome.*|erlang.*|elixir|cron|openssh-server|libssl1\..*|libicu\d+)$"
)  # fmt: skip
"""Packages that fetch others, look around, or that the base image of the language is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A value and the line that it stands on."""

    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A Dockerfile as one image. ``command`` is what runs: the entry point with its arguments, its own words first."""

    path: str
    base: str
    languages: tuple[tuple[str, str, str, int], ...]
    """Provider, runtime, version and line of every FROM, that of the image itself first."""
    entry: tuple[str, ...] | str | None
    command: tuple[str, ...] | str | None
    line: int
    ports: tuple[tuple[int, int], ...]
    workdir: str
    user: str
    health: Said | None
    environment: tuple[tuple[str, str, int], ...]
    arguments: tuple[tuple[str, str, int], ...]
    volumes: tuple[Said, ...]
    packages: tuple[Said, ...]
    building: tuple[Said, ...]
    copied: Mapping[str, str] = field(default_factory=dict)
    """Files of the context by the path that they have in the image."""
    folders: tuple[str, ...] = ()
    """Folders of the context that are copied, as they are named."""

    @property
    def whole(self) -> tuple[str, ...] | str | None:
        """The entry point with the command behind it, as Docker joins them."""
        if self.entry is None or self.entry == ():
            return self.command
        if isinstance(self.entry, str):
            return self.entry
        if self.command is None:
            return self.entry
        behind = self.command if isinstance(self.command, tuple) else ("/bin/sh", "-c", self.command)
        return (*self.entry, *behind)

    @property
    def own(self) -> tuple[str, ...] | str | None:
        """What a language's image would be started with: initial programs taken off."""
        given = self.whole
        if isinstance(given, tuple) and taken(given).main is None:
            return None
        return given


def is_dockerfile(name: str) -> bool:
    """Say whether a file is a Dockerfile by its name; templates of such are none."""
    found = _NAMES.match(name)
    return bool(found) and not _suffixes(name) & _IGNORES


def variant_of(name: str) -> str:
    """Return what stands beside the usual name: ``prod`` of Dockerfile.prod, empty for the plain one."""
    found = _NAMES.match(name)
    return (found["after"] or found["before"] or "").lower() if found else ""


def _suffixes(name: str) -> set[str]:
    return set(name.lower().split(".")[1:])


def parsed(look: Look, path: str) -> Dockerfile | None:
    """Return a Dockerfile of the tree, parsed once; None for one of ours, which says what a plan said before."""
    return look.memo("dockerfile", path, lambda: _parsed(look.tree.text(path) or ""))


def _parsed(text: str) -> Dockerfile | None:
    return None if SIGNATURE in text.partition("\n")[0] else dockerfile(text)


def image_of(look: Look, path: str, target: str = "") -> Image | None:
    """Return what a Dockerfile says, None where it is none."""
    found = parsed(look, path)
    if found is None or _is_template(found):
        return None
    stage = found.stage(target)
    chain = found.chain(stage)
    entry, command, line = _started(chain)
    return Image(
        path=path,
        base=found.image(stage),
        languages=tuple(_languages(found, chain)),
        entry=entry,
        command=command,
        line=line,
        ports=tuple(_ports(chain)),
        workdir=_workdir(chain),
        user=(one.text if (one := found.last(stage, "USER")) else ""),
        health=_health(found, stage),
        environment=tuple(_environment(found, stage)),
        arguments=tuple(_arguments(found)),
        volumes=tuple(_volumes(chain)),
        packages=tuple(one for one in _packages(chain) if not _BUILDING.search(one.value)),
        building=tuple(_building(found, chain)),
        copied=dict(_copied(chain)),
        folders=tuple(_folders(found, chain)),
    )


def _is_template(found: Dockerfile) -> bool:
    """Say whether a generator must first fill the file: its base or its command is a placeholder."""
    held = [stage.base for stage in found.stages]
    held += [one.text for stage in found.stages for one in stage.of("CMD", "ENTRYPOINT", "WORKDIR")]
    return any(sign in text for text in held for sign in ("{{", "{%", "<%", "@@"))


def _started(chain: tuple[Stage, ...]) -> tuple[tuple[str, ...] | str | None, tuple[str, ...] | str | None, int]:
    """Return ENTRYPOINT, CMD and the line. An ENTRYPOINT takes the CMD of the images below away."""
    entry: Instruction | None = None
    command: Instruction | None = None
    for stage in chain:
        for one in stage.of("ENTRYPOINT", "CMD"):
            if one.name == "CMD":
                command = one
            else:
                entry = one
                if command is not None and command not in stage.instructions:
                    command = None
    line = (command or entry).line if (command or entry) else 0  # type: ignore[union-attr]
    return _given(entry), _given(command), line


def _given(one: Instruction | None) -> tuple[str, ...] | str | None:
    if one is None:
        return None
    return one.words if one.words is not None else one.text or None


def _languages(found: Dockerfile, chain: tuple[Stage, ...]) -> Iterator[tuple[str, str, str, int]]:
    others = [one for one in reversed(found.stages) if one not in chain and one.parent is None]
    for stage in (chain[0], *others):
        known = language_of(stage.base)
        if known:
            yield (*known, stage.line)


def _ports(chain: tuple[Stage, ...]) -> Iterator[tuple[int, int]]:
    told: set[int] = set()
    for stage in reversed(chain):
        for one in stage.of("EXPOSE"):
            for word in one.text.split("#")[0].split():
                number, _, protocol = word.partition("/")
                first = number.partition("-")[0]
                if (
                    protocol.lower() in {"", "tcp"}
                    and first.isdigit()
                    and 0 < int(first) < 65536
                    and int(first) not in told
                ):
                    told.add(int(first))
                    yield int(first), one.line


def _workdir(chain: tuple[Stage, ...]) -> str:
    folder = "/"
    for stage in chain:
        for one in stage.of("WORKDIR"):
            folder = join(folder, one.text.strip().strip("\"'"))
    plain = normpath(folder)
    return "" if plain == "/" else plain


def _health(found: Dockerfile, stage: Stage) -> Said | None:
    """Return the path that HEALTHCHECK asks, as the words of its shell line say."""
    one = found.last(stage, "HEALTHCHECK")
    if one is None or one.text.strip().upper() == "NONE":
        return None
    path = asked(re.sub(r"^CMD\s+", "", one.text, flags=re.IGNORECASE))
    return Said(value=path, line=one.line) if path else None


def asked(line: str) -> str:
    """Return the path of the first address of the machine itself in a command, empty where it names none."""
    found = _URL.search(line)
    return "" if not found else (found["path"] or "/").split("?")[0].split("#")[0].rstrip("`\\,]")


def _environment(found: Dockerfile, stage: Stage) -> Iterator[tuple[str, str, int]]:
    for one in found.chain(stage):
        for instruction in one.of("ENV"):
            for name, _ in pairs(instruction.text):
                yield name, one.environment.get(name, ""), instruction.line


def _arguments(found: Dockerfile) -> Iterator[tuple[str, str, int]]:
    for stage in found.stages:
        for one in stage.of("ARG"):
            for name, value in pairs(one.text):
                yield name, value or "", one.line


def _volumes(chain: tuple[Stage, ...]) -> Iterator[Said]:
    for stage in chain:
        for one in stage.of("VOLUME"):
            for path in one.words or one.text.split():
                yield Said(value=path.strip("\"'"), line=one.line)


def _building(found: Dockerfile, chain: tuple[Stage, ...]) -> Iterator[Said]:
    for one in _packages(chain):
        if _BUILDING.search(one.value):
            yield one
    yield from _packages(tuple(stage for stage in found.stages if stage not in chain))


def _packages(chain: tuple[Stage, ...]) -> Iterator[Said]:
    """Tell the Debian packages that RUN installs, by the syntax tree of its shell line."""
    for stage in chain:
        for one in stage.of("RUN"):
            line = " ".join(one.words) if one.words else "\n".join((one.text, *one.bodies))
            if "apt" not in line:
                continue
            root = syntax(line, "bash")
            for node in of_type(root, "command") if root is not None else ():
                for name in _installed([written(part).strip("\"'") for part in node.named_children]):
                    yield Said(value=name, line=one.line)


def _installed(words: list[str]) -> Iterator[str]:
    plain = [word for word in words if "=" not in word or not word.split("=")[0].isupper()]
    if plain[:1] in (["sudo"], ["eatmydata"]):
        plain = plain[1:]
    if not plain or basename(plain[0]) not in {"apt-get", "apt", "aptitude"} or "install" not in plain:
        return
    skip = False
    for word in plain[plain.index("install") + 1 :]:
        if skip:
            skip = False
        elif word in {"-t", "-o", "-c", "--target-release", "--option"}:
            skip = True
        elif not word.startswith("-"):
            name = word.split("=")[0].split("/")[0].split(":")[0]
            if _PACKAGE.match(name) and not _FETCHING.match(name):
                yield name


def _copied(chain: tuple[Stage, ...]) -> Iterator[tuple[str, str]]:
    folder = "/"
    for stage in chain:
        for one in stage.instructions:
            if one.name == "WORKDIR":
                folder = join(folder, one.text.strip())
            elif one.name in {"COPY", "ADD"} and "from" not in one.flags and not one.bodies:
                words = list(one.words or one.text.split())
                if len(words) < 2:
                    continue
                *sources, to = words
                target = join(folder, to)
                for source in sources:
                    plain = normpath(source.lstrip("/"))
                    into = to.endswith(("/", ".")) or len(sources) > 1
                    yield normpath(join(target, basename(plain)) if into else target), plain


def _folders(found: Dockerfile, chain: tuple[Stage, ...]) -> Iterator[str]:
    for stage in (*reversed(chain), *(one for one in found.stages if one not in chain)):
        for one in stage.of("COPY", "ADD"):
            if "from" not in one.flags:
                for source in list(one.words or one.text.split())[:-1]:
                    plain = normpath(source.lstrip("/"))
                    yield "" if plain == "." else plain
