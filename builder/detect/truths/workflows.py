"""Workflows of GitHub and GitLab: the versions that are tested. Weaker than what says what runs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename
from typing import Any, Final

from builder.detect.shared.spans import numbers_of
from builder.detect.truths import about
from builder.detect.truths.images import language_of
from builder.detect.truths.render import version_of
from builder.detect.truths.telling import DEVELOPMENT, WORKFLOW, Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.look import Look
from core.phrase import Phrase

MAX_FILES: Final = 12
"""Workflows of one tree that are read: those with usual names first."""

MAX_BYTES: Final = 64 * 1024
"""Of a workflow: larger ones are made by generators."""

_ACTIONS: dict[str, tuple[str, str]] = {
    "actions/setup-node": ("node", "node-version"), "actions/setup-python": ("python", "python-version"),
    "actions/setup-go": ("go", "go-version"), "actions/setup-java": ("java", "java-version"),
    "actions/setup-dotnet": ("dotnet", "dotnet-version"),
    "ruby/setup-ruby": ("ruby", "ruby-version"), "shivammathur/setup-php": ("php", "php-version"),
    "erlef/setup-beam": ("elixir", "elixir-version"),
    "oven-sh/setup-bun": ("bun", "bun-version"), "denoland/setup-deno": ("deno", "deno-version"),
    "astral-sh/setup-uv": ("python", "python-version"),
    "graalvm/setup-graalvm": ("java", "java-version"), "volta-cli/action": ("node", "node-version"),
}  # fmt: skip
"""Actions that install a runtime, and the input that says which."""

_REFERENCE = re.compile(r"^\$\{\{\s*(matrix|env|inputs)\.([\w-]+)(?:\.([\w-]+))?\s*\}\}$")
_FIRST = re.compile(r"deploy|release|build|ci|main|docker|publish|test", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A version that a workflow names. ``folder`` is where its steps work."""

    path: str
    runtime: str
    version: str
    folder: str


class _Workflows:
    name = "workflows"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell each draft with which version of its runtime it is tested: the only one, or else the newest."""
        if not any(one.runtime.candidates for one in drafts):
            return []
        found = [*_github(look), *_gitlab(look)]
        for draft in drafts:
            names = {one.value.name for one in draft.runtime.candidates}
            own = [one for one in found if one.runtime in names]
            own = [one for one in own if one.folder and one.folder == draft.path] or [
                one for one in own if not one.folder
            ]
            versions = sorted({_release(one) for one in own}, key=numbers_of)
            if not versions:
                continue
            newest = next(one for one in own if _release(one) == versions[-1])
            sure = WORKFLOW if len(versions) == 1 else DEVELOPMENT
            telling = Telling(look=look, draft=draft, truth="workflow", path=newest.path, sure=sure)
            version_of(telling, newest.runtime, newest.version, newest.version)
        return []


def _release(one: Named) -> str:
    found = numbers_of(one.version)
    return ".".join(str(part) for part in found[: 1 if one.runtime in {"node", "java", "bun", "deno"} else 2])


def _github(look: Look) -> Iterator[Named]:
    paths = [
        path
        for path in look.tree.below(".github/workflows", suffixes=(".yml", ".yaml"), depth=0)
        if look.tree.sizes[path] < MAX_BYTES
    ]
    for path in sorted(paths, key=lambda one: (not _FIRST.search(basename(one)), one))[:MAX_FILES]:
        held = mapping(look.yaml(path))
        top = mapping(held.get("env"))
        default = _folder(held)
        for job in mapping(held.get("jobs")).values():
            one = mapping(job)
            matrix = mapping(mapping(one.get("strategy")).get("matrix"))
            folder = _folder(one) or default
            image = one.get("container")
            known = language_of(text(image) or text(mapping(image).get("image"))) if image else None
            if known and known[2]:
                yield Named(path=path, runtime=known[1], version=known[2], folder=folder)
            for step in listed(one.get("steps"))[:100]:
                yield from _step(path, mapping(step), {**top, **mapping(one.get("env"))}, matrix, folder)


def _folder(one: Mapping[str, Any]) -> str:
    given = text(mapping(mapping(one.get("defaults")).get("run")).get("working-directory"))
    return about.inside("", given) or "" if given else ""


def _step(
    path: str, step: Mapping[str, Any], env: Mapping[str, Any], matrix: Mapping[str, Any], folder: str
) -> Iterator[Named]:
    known = _ACTIONS.get(text(step.get("uses")).partition("@")[0].lower())
    if known is None:
        return
    given = mapping(step.get("with")).get(known[1])
    for one in _values(given, env, matrix):
        for line in one.splitlines():
            version = line.strip().removesuffix(".x").removesuffix(".*").removeprefix("^").removeprefix("~")
            if re.fullmatch(r"v?\d+(\.\d+)*(\.x)?", version):
                yield Named(path=path, runtime=known[0], version=version, folder=folder)


def _values(given: object, env: Mapping[str, Any], matrix: Mapping[str, Any]) -> Iterator[str]:
    """Tell what an input is: itself, or what the matrix or the environment gives."""
    found = _REFERENCE.match(text(given))
    if not found:
        for one in given if isinstance(given, list) else [given]:
            yield text(one)
        return
    held = matrix if found[1] == "matrix" else env
    value = held.get(found[2])
    each = value if isinstance(value, list) else [value]
    each = (
        [*each, *(mapping(one).get(found[2]) for one in listed(matrix.get("include")))]
        if found[1] == "matrix"
        else each
    )
    for one in each:
        yield text(mapping(one).get(found[3])) if found[3] else text(one)


def _gitlab(look: Look) -> Iterator[Named]:
    path = ".gitlab-ci.yml"
    held = mapping(look.yaml(path)) if look.tree.sizes.get(path, MAX_BYTES) < MAX_BYTES else {}
    images = [held.get("image"), mapping(held.get("default")).get("image")]
    images += [
        mapping(job).get("image")
        for name, job in held.items()
        if name not in {"image", "default", "variables", "stages", "include"}
    ]
    for one in images:
        known = language_of(text(one) or text(mapping(one).get("name")))
        if known and known[2]:
            yield Named(path=path, runtime=known[1], version=known[2], folder="")


WORKFLOWS = _Workflows()
