"""Dockerfiles and Containerfiles: how people run it in a container already."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from posixpath import basename, dirname
from typing import Final

from builder.detect.shared.addresses import port_of
from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import develops
from builder.detect.truths import about
from builder.detect.truths.builds import Built, builds
from builder.detect.truths.instructions import NO_SERVICE, Image, image_of, is_dockerfile, variant_of
from builder.detect.truths.telling import DEVELOPMENT, Telling
from builder.draft import Draft
from builder.grounds import STATED
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase

MAX_FILES: Final = 60
"""Dockerfiles of one tree that are read."""

_QUIET = frozenset({"PATH", "LANG", "LC_ALL", "LANGUAGE", "DEBIAN_FRONTEND", "PYTHONPATH", "VIRTUAL_ENV",
    "NODE_PATH", "GOPATH", "JAVA_HOME",
                    "HOME", "APP_HOME", "APP_DIR", "WORKDIR", "PNPM_HOME", "CARGO_HOME", "RUSTUP_HOME", "GOROOT",
                    "GOOS", "GOARCH", "GO111MODULE",
                    "CGO_ENABLED", "NPM_CONFIG_LOGLEVEL", "NEXT_TELEMETRY_DISABLED", "BUNDLE_PATH", "GEM_HOME",
                    "COMPOSER_ALLOW_SUPERUSER",
                    "UV_COMPILE_BYTECODE", "UV_LINK_MODE", "CI"})  # fmt: skip
_QUIET_BEGINS = (
    "PIP_",
    "POETRY_",
    "UV_",
    "PYTHON",
    "npm_",
    "NPM_CONFIG_",
    "BUNDLE_",
    "CONDA_",
    "MAVEN_",
    "GRADLE_",
    "DOTNET_",
    "APACHE_",
    "NGINX_",
)
"""Variables of the image itself: our own image sets those that it needs."""

_FILES = frozenset({"static"})

_OUTPUTS = frozenset(
    {"target", "build", "dist", "out", "bin", "node_modules", "publish", "release", "_build", "output"}
)
"""Folders that a build makes before the image: no tree holds them."""

_HELPING = frozenset(
    {"gitpod", "builder", "base", "lint", "docs", "sandbox", "vscode", "cross", "rpm", "deb", "fuzz", "bench"}
)
"""Variants that make no image of the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A Dockerfile, the folder that it is built from, and how it is used."""

    image: Image
    context: str
    target: str
    developing: bool
    service: str = ""


_HIDDEN = re.compile(r"/\.(devcontainer|github|gitlab|circleci|ci|gitpod)/")
"""Folders whose images serve other tools."""


class _Dockerfile:
    name = "dockerfile"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell each draft what the Dockerfile of its folder says; the one for production first."""
        notes: list[Phrase] = []
        done: set[tuple[int, str]] = set()
        for one in bound(look):
            heard = listeners(drafts, one)
            if not heard:
                notes.append(_unheard(one.image.path))
            for draft in heard:
                if draft.provider != "dockerfile" and (id(draft), one.image.path) not in done:
                    done.add((id(draft), one.image.path))
                    say(look, draft, one, single=len(heard) == 1)
        return notes


def say(look: Look, draft: Draft, one: Bound, *, single: bool = True) -> None:
    """Add what an image says to a draft. Of several programs of one folder none is told another's command."""
    image = one.image
    telling = Telling(
        look=look,
        draft=draft,
        truth="dockerfile",
        path=image.path,
        sure=DEVELOPMENT if one.developing else STATED,
        workdir=image.workdir,
        copied=_within(image.copied, one.context, draft.path),
    )
    if not one.developing:
        why = Phrase(en=f"{image.path} builds an image of it.", zh=f"{image.path} 构建它的镜像。")
        for word in (f"dockerfile.file:{image.path}", f"dockerfile.context:{one.context}"):
            draft.traits.add(word, STATED, "dockerfile.file", why, look.cite_file(image.path))
    _runtime(telling, image)
    serves_files = bool(image.languages) and image.languages[0][0] in _FILES and draft.provider != "dockerfile"
    if single and image.own is not None and not serves_files:
        telling.start(_filled(image) if draft.provider != "dockerfile" else image.own, image.line)
    if single and not serves_files:
        _port(telling, image)
        _kind(telling, image)
    if image.health:
        telling.health(image.health.value, image.health.line)
    for name, value, line in image.environment:
        if name not in _QUIET and not name.startswith(_QUIET_BEGINS):
            telling.variable(name, line, value=value)
    for said in image.volumes:
        telling.volume(said.value, said.line)
    for said in image.packages:
        telling.package(said.value, said.line)
    for said in image.building:
        telling.package(said.value, said.line, building=True)


def _filled(image: Image) -> tuple[str, ...] | str:
    """Return the command with the image's own variables put in: ours has them not. PORT is set in every image."""
    given = image.own or ()
    values = {name: value for name, value, _ in image.environment if name != "PORT" and value and "$" not in value}
    if not values:
        return given
    names = "|".join(map(re.escape, values))
    name = re.compile(rf"\$(?:\{{({names})\}}|({names})\b)")
    fill = partial(name.sub, lambda found: shlex.quote(values[found[1] or found[2]]))
    if isinstance(given, str):
        return fill(given)
    shell = len(given) == 3 and basename(given[0]) in {"sh", "bash", "ash", "dash"} and given[1].endswith("c")
    return (*given[:2], fill(given[2])) if shell else given


def _runtime(telling: Telling, image: Image) -> None:
    for provider, runtime, version, line in image.languages:
        if version and provider == telling.draft.provider:
            telling.runtime(runtime, version, line)
            return
    for _, runtime, version, line in image.languages:
        if version and any(one.value.name == runtime for one in telling.draft.runtime.candidates):
            telling.runtime(runtime, version, line)
            return


def port(image: Image) -> tuple[int, int] | None:
    """Return the port that serves, of those that EXPOSE names, and its line."""
    serving = [one for one in image.ports if one[0] not in NO_SERVICE] or list(image.ports)
    usual = [one for one in serving if one[0] in {80, 8080, 8000, 3000, 5000}]
    return (usual or serving)[0] if serving else None


def _port(telling: Telling, image: Image) -> None:
    commanded = port_of(taken(image.own).main) if image.own is not None else None
    known = {one.value for one in telling.draft.port.candidates}
    exposed = [one for one in image.ports if one[0] in known] or ([found] if (found := port(image)) else [])
    for number, line in exposed[:1]:
        telling.port(number, line, less=0.1 if commanded and commanded != number else 0.0)


def _kind(telling: Telling, image: Image) -> None:
    best = telling.draft.kind.best
    if (
        image.ports
        and best in {Kind.LIBRARY, Kind.CLI, Kind.OTHER, Kind.WORKER, Kind.JOB, None}
        and image.own is not None
    ):
        main = taken(image.own).main
        if main is not None and not develops(main):
            telling.kind(Kind.WEB, image.ports[0][1])


def _within(copied: Mapping[str, str], context: str, path: str) -> dict[str, str]:
    """Return the copied files as names of the draft's folder."""
    found = {}
    for target, source in copied.items():
        whole = f"{context}/{source}" if context else source
        if not path or whole.startswith(f"{path}/"):
            found[target] = whole[len(path) + 1 :] if path else whole
    return found


def bound(look: Look) -> list[Bound]:
    """Return the Dockerfiles of a tree with their contexts: those that a build names, then those that stand alone."""
    named = {one.dockerfile: one for one in reversed(builds(look))}
    found: list[Bound] = []
    for path in _files(look):
        build = named.get(path) or Built(dockerfile=path, context=None, target="", service="", developing=False)
        image = image_of(look, path, build.target)
        if image is None:
            continue
        context = build.context if build.context is not None else _context(look, path, image)
        words = f"{variant_of(basename(path))}/{basename(path)}"
        helping = bool(set(re.split(r"[^a-z0-9]+", variant_of(basename(path)))) & _HELPING)
        dev = helping or about.developing(words) or about.developing(dirname(path))
        found.append(Bound(image=image, context=context, target=build.target, developing=dev, service=build.service))
    found.sort(
        key=lambda one: (
            one.developing,
            not about.producing(one.image.path),
            variant_of(basename(one.image.path)) != "",
            one.image.path,
        )
    )
    return found


def _files(look: Look) -> Iterator[str]:
    found = [path for path in look.tree.sizes if is_dockerfile(basename(path))]
    upper = [path for path in found if not about.stands_aside(path) and not _HIDDEN.search(f"/{path}")]
    yield from sorted(upper, key=lambda path: (path.count("/"), path))[:MAX_FILES]


def _context(look: Look, path: str, image: Image) -> str:
    """Return the folder that a lone Dockerfile is built from: the nearest above that holds what it copies."""
    plain = [one for one in image.folders if one and "*" not in one and "$" not in one]
    wanted = [one for one in plain if one.split("/")[0] not in _OUTPUTS]
    if not wanted:
        return _above(dirname(path))
    fitting: list[str] = []
    folder = dirname(path)
    while folder:
        place = look.at(folder)
        if all(place.has(one) or look.tree.has_folder(place.file(one)) for one in wanted):
            fitting.append(folder)
        folder = dirname(folder)
    own = [one for one in fitting if basename(one).lower() not in about.AROUND]
    whole = all(one in look.tree or look.tree.has_folder(one) for one in wanted)
    return own[0] if own and not _stands_around(own[0]) else "" if whole or not fitting else fitting[0]


def _above(folder: str) -> str:
    """Return the folder that files in this one are about: past those that hold files about what is above."""
    while folder and basename(folder).lower() in about.AROUND | {"src", "main"}:
        folder = dirname(folder)
    return folder


def _stands_around(folder: str) -> bool:
    """Say whether a folder lies in one that holds files about the program above."""
    return any(part.lower() in about.AROUND for part in folder.split("/"))


def listeners(drafts: Sequence[Draft], one: Bound) -> list[Draft]:
    """Return the drafts that a Dockerfile is about: its own folder's, the folder's that it copies, the one it names."""
    languages = [language for language, *_ in one.image.languages]
    language = languages[0] if languages else ""
    folder = dirname(one.image.path)
    label = one.service or variant_of(basename(one.image.path))
    if folder != one.context and (here := about.at(drafts, folder)):
        return _spoken(about.one_program(here), languages)
    copied = [
        draft
        for draft in drafts
        if draft.path and any(_holds(one.context, name, draft.path) for name in one.image.folders)
    ]
    here = about.at(drafts, one.context)
    if here and not (copied and all(draft.provider not in languages for draft in here)):
        chosen = _spoken(here, languages)
        if len(chosen) > 1 and label:
            chosen = about.called(chosen, label) or chosen
        return about.one_program(chosen) if chosen else []
    if copied:
        spoken = (
            [draft for draft in copied if draft.provider == language]
            or [draft for draft in copied if draft.provider in languages]
            or copied
        )
        return about.one_program(spoken) if len({draft.path for draft in spoken}) == 1 else []
    if label and (known := about.called(drafts, label)):
        return known[:1]
    return about.meant(drafts, one.context, language=language) if not here else []


def _spoken(here: Sequence[Draft], languages: Sequence[str]) -> list[Draft]:
    """Return the drafts whose language an image brings, the final one's first; all where it brings none known."""
    for language in languages:
        if found := [draft for draft in here if draft.provider == language]:
            return found
    known = [one for one in languages if one not in {"static", "cpp", "r", "perl"}]
    return (
        [] if known and any(draft.provider not in {"dockerfile", "shell", "static"} for draft in here) else list(here)
    )


def _holds(context: str, name: str, path: str) -> bool:
    whole = f"{context}/{name}".strip("/") if name else context
    return bool(name) and (path == whole or (whole.startswith(f"{path}/")))


def _unheard(path: str) -> Phrase:
    return Phrase(
        en=f"{path} builds an image of something that was not found as a component.",
        zh=f"{path} 构建的镜像没有对应到任何已识别的组件。",
    )


DOCKERFILE = _Dockerfile()
