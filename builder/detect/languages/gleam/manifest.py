"""gleam.toml and manifest.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import commonpath, join, normpath

from builder.look import Place
from core.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What gleam.toml says. ``target`` is ``erlang`` or ``javascript``."""

    place: Place
    name: str
    target: str
    gleam: str
    published: bool
    """It has what the package registry asks for: a licence or a description."""
    requires: Mapping[str, str]
    siblings: tuple[str, ...]
    """Folders of the tree that it depends on, as it names them (``../shared``)."""

    @property
    def context(self) -> str:
        """The folder that holds the project and all that it depends on."""
        here = self.place.path or "."
        folders = [normpath(join(here, one)) for one in (".", *self.siblings)]
        inside = [one for one in folders if not one.startswith("..")]
        return normpath(commonpath(inside)).removeprefix(".") if inside and "." not in inside else ""

    def first(self, *names: str) -> str:
        """Return the first of these packages that is required, empty for none."""
        return next((one for one in names if one in self.requires), "")

    def cite(self, name: str) -> Evidence | None:
        """Return the line of a key."""
        return self.place.cite("gleam.toml", re.compile(rf'^\s*"?{re.escape(name)}"?\s*='))


def manifest_of(place: Place) -> Manifest:
    """Return the manifest of a folder, one that says nothing where it is broken."""
    data = place.toml("gleam.toml")
    requires = data.get("dependencies")
    held = requires if isinstance(requires, dict) else {}
    return Manifest(
        place=place,
        name=str(data.get("name") or place.name or "app"),
        target=str(data.get("target") or "erlang"),
        gleam=str(data.get("gleam") or ""),
        published=bool(data.get("licences") or data.get("licenses")),
        requires={str(key): value if isinstance(value, str) else "" for key, value in held.items()},
        siblings=tuple(
            one["path"] for one in held.values() if isinstance(one, dict) and isinstance(one.get("path"), str)
        ),
    )
