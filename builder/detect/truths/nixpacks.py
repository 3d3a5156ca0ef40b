"""nixpacks.toml, railpack.json, project.toml and .buildpacks: what builders of images without a Dockerfile are told."""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname
from typing import Any, Final

from builder.detect.truths import about
from builder.detect.truths.render import version_of
from builder.detect.truths.telling import Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.look import Look
from core.phrase import Phrase

VERSIONS: Final = {
    "BP_NODE_VERSION": "node", "BP_CPYTHON_VERSION": "python", "BP_JVM_VERSION": "java", "BP_GO_VERSION": "go",
    "BP_PHP_VERSION": "php",
    "BP_MRI_VERSION": "ruby", "BP_DOTNET_FRAMEWORK_VERSION": "dotnet", "NIXPACKS_NODE_VERSION": "node",
    "NIXPACKS_PYTHON_VERSION": "python",
    "NIXPACKS_GO_VERSION": "go", "NIXPACKS_RUBY_VERSION": "ruby", "NIXPACKS_PHP_VERSION": "php",
    "NIXPACKS_JDK_VERSION": "java",
    "NIXPACKS_CSHARP_SDK_VERSION": "dotnet", "RAILPACK_NODE_VERSION": "node", "RAILPACK_PYTHON_VERSION": "python",
}  # fmt: skip
"""Variables by which buildpacks are told a version."""

_TOLD = ("BP_", "BPL_", "BPE_", "NIXPACKS_", "RAILPACK_", "GOOGLE_")


class _Nixpacks:
    name = "nixpacks"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft of the folder what its builder is told."""
        for path in about.named(look, "nixpacks.toml", "nixpacks.json", "railpack.json"):
            held = look.toml(path) if path.endswith(".toml") else look.json(path)
            for draft in about.meant(drafts, dirname(path))[:1]:
                _nixpacks(Telling(look=look, draft=draft, truth="nixpacks", path=path), held)
        for path in about.named(look, "project.toml"):
            held = look.toml(path)
            if not {"_", "build", "io", "project"} & held.keys():
                continue
            for draft in about.meant(drafts, dirname(path))[:1]:
                _variables(Telling(look=look, draft=draft, truth="buildpacks", path=path), _environment(held))
        return []


def _nixpacks(telling: Telling, held: Mapping[str, Any]) -> None:
    phases = mapping(held.get("phases"))
    start = (
        text(mapping(held.get("start")).get("cmd"))
        or text(mapping(held.get("deploy")).get("startCommand"))
        or text(held.get("start"))
    )
    if start:
        telling.start(start, start)
    for name in ("install", "build"):
        each = [text(one) for one in listed(mapping(phases.get(name)).get("cmds")) if text(one) != "..."]
        if each:
            telling.build(" && ".join(each), each[0], install=name == "install")
    packages = [mapping(phases.get("setup")).get("aptPkgs"), mapping(held.get("deploy")).get("aptPackages")]
    for one in (name for given in packages for name in listed(given)):
        if text(one) not in {"", "..."}:
            telling.package(text(one), text(one))
    _variables(telling, mapping(held.get("variables")).items())


def _environment(held: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for build in (mapping(held.get("build")), mapping(mapping(mapping(held.get("io")).get("buildpacks")).get("build"))):
        given = build.get("env")
        for one in listed(given):
            yield text(mapping(one).get("name")), mapping(one).get("value")
        yield from mapping(given).items()


def _variables(telling: Telling, given: Any) -> None:
    for name, value in given:
        if name in VERSIONS:
            version_of(telling, VERSIONS[name], text(value), name)
        elif name == "GOOGLE_RUNTIME_VERSION":
            for one in telling.draft.runtime.candidates[:1]:
                version_of(telling, one.value.name, text(value), name)
        elif name in {"GOOGLE_ENTRYPOINT", "NIXPACKS_START_CMD", "RAILPACK_START_CMD"}:
            telling.start(text(value), name)
        elif name and not name.startswith(_TOLD):
            telling.variable(name, name, value=value)


NIXPACKS = _Nixpacks()
