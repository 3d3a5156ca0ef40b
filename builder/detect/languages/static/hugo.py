"""Hugo: ``hugo.toml`` and its older names, themes, modules; the version that hosting files ask for."""

import re
from collections.abc import Iterator
from posixpath import join
from typing import Any

from builder.detect.languages.static.generator import ALPINE, Generator, Site
from builder.look import Place
from builder.recipe import Base
from core.evidence import Evidence

_FORMS = ("toml", "yaml", "yml", "json")
_OWN = tuple(f"hugo.{form}" for form in _FORMS)
_SHARED = tuple(f"config.{form}" for form in _FORMS)
_FOLDER = tuple(f"config/_default/{stem}.{form}" for stem in ("hugo", "config") for form in _FORMS)
_KEYS = frozenset({"baseurl", "theme", "themesdir", "languagecode", "module", "defaultcontentlanguage"})
_FOLDERS = ("content", "layouts", "archetypes", "themes")
_VERSION = re.compile(r"v?(\d+\.\d+(?:\.\d+)?)")


def site(place: Place) -> Site | None:
    """Return the site, None where the folder is none of Hugo's. ``config.toml`` alone may be anybody's."""
    file = place.has(*_OWN, *_FOLDER) or (place.has(*_SHARED) if _looks_like(place) else "")
    if not file:
        return None
    table = _table(place, file)
    if not file.startswith("hugo.") and not _KEYS & {key.lower() for key in table} and not file.startswith("config/"):
        return None
    output = next((value for key, value in table.items() if key.lower() == "publishdir"), None)
    version, constraint, evidence = next(_versions(place, table, file), ("", "", None))
    return Site(
        generator="hugo",
        manifest=file,
        build=("hugo", "--gc", "--minify"),
        output=output if isinstance(output, str) and output else "public",
        evidence=place.cite_file(file),
        version=version,
        constraint=constraint,
        version_evidence=evidence,
    )


def _looks_like(place: Place) -> bool:
    return any(place.tree.has_folder(place.file(name)) for name in _FOLDERS)


def _table(place: Place, file: str) -> dict[str, Any]:
    if file.endswith(".toml"):
        return place.toml(file)
    found = place.json(file) if file.endswith(".json") else place.yaml(file)
    return found if isinstance(found, dict) else {}


def _versions(place: Place, table: dict[str, Any], file: str) -> Iterator[tuple[str, str, Evidence | None]]:
    """Tell the versions asked for: hosting settings, ``.hvm``, ``.tool-versions``, the lowest that is allowed."""
    build = place.toml("netlify.toml").get("build")
    for held, name in ((build, "netlify.toml"), (place.json("vercel.json").get("build"), "vercel.json")):
        settings = held.get("environment", held.get("env")) if isinstance(held, dict) else None
        value = settings.get("HUGO_VERSION") if isinstance(settings, dict) else None
        if isinstance(value, str) and (found := _VERSION.match(value)):
            yield found[1], value, place.cite(name, "HUGO_VERSION")
    for name in (".hvm", ".hugo-version"):
        if found := _VERSION.match(place.text(name).strip()):
            yield found[1], place.text(name).strip(), place.cite(name, 1)
    for number, line in enumerate(place.text(".tool-versions").splitlines(), start=1):
        words = line.split()
        if (
            len(words) > 1
            and words[0] in {"hugo", "gohugo", "hugo-extended"}
            and (found := re.search(_VERSION, words[1]))
        ):
            yield found[1], words[1], place.cite(".tool-versions", number)
    module = table.get("module")
    asked = module.get("hugoVersion") if isinstance(module, dict) else None
    least = asked.get("min") if isinstance(asked, dict) else None
    if isinstance(least, str):
        yield "", f">={least}", place.cite(file, least)


def _base(version: str) -> Base:
    return Base(image="docker.io/hugomods/hugo", tag=f"exts-{version}") if version else ALPINE


def _packages(version: str) -> tuple[str, ...]:
    return () if version else ("git", "hugo")


HUGO = Generator(
    name="hugo",
    names=(*_OWN, *_SHARED, *(join("config/_default", one.rpartition("/")[2]) for one in _FOLDER)),
    found=site,
    base=_base,
    packages=_packages,
)
