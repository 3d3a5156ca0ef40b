"""MSBuild project files as data: properties of the project and of Directory.Build.props above, items, SDKs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath, splitext

from lxml import etree

from builder.look import Look
from core.evidence import Evidence

SUFFIXES = (".csproj", ".fsproj", ".vbproj")
LANGUAGES = {".csproj": "csharp", ".fsproj": "fsharp", ".vbproj": "visual-basic"}

MAX_ABOVE = 12
"""Folders above a project that are asked for shared properties."""

_REFERENCE = re.compile(r"\$\(([\w.]+)\)")
_CONDITION = re.compile(r"^\s*'?\$\((\w+)\)'?\s*(==|!=)\s*'([^']*)'\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item with its name: a package, a project that is referenced."""

    name: str
    version: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One project file. ``references`` are paths of the whole tree, ``properties`` have keys in lower case."""

    path: str
    language: str
    sdks: tuple[str, ...]
    properties: Mapping[str, str]
    packages: tuple[Item, ...]
    references: tuple[str, ...]
    frameworks: tuple[str, ...]
    """Shared frameworks: ``Microsoft.AspNetCore.App``."""
    shared: tuple[str, ...]
    """Files above that belong to it: Directory.Build.props, Directory.Packages.props."""
    commands: tuple[str, ...] = ()
    """Lines that targets execute."""

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return splitext(basename(self.path))[0]

    @property
    def assembly(self) -> str:
        """The name of what is built, without suffix."""
        name = self.get("AssemblyName") or self.name
        return self.name if "$(" in name else name

    @property
    def classic(self) -> bool:
        """Whether it is of the form before SDKs: .NET Framework."""
        return not self.sdks

    @property
    def targets(self) -> tuple[str, ...]:
        """Target frameworks in order: ``net8.0``."""
        text = self.get("TargetFrameworks") or self.get("TargetFramework")
        return tuple(part.strip().lower() for part in text.split(";") if part.strip() and "$(" not in part)

    def get(self, name: str) -> str:
        """Return a property, empty where it is not set."""
        return self.properties.get(name.lower(), "")

    def true(self, *names: str) -> bool:
        """Say whether one of these properties is true."""
        return any(self.get(name).lower() == "true" for name in names)

    def using(self, *names: str) -> Item | None:
        """Return the first package whose name starts with one of these."""
        lower = tuple(name.lower() for name in names)
        return next((one for one in self.packages if one.name.lower().startswith(lower)), None)


def project(look: Look, path: str) -> Project | None:
    """Return a project file with what it inherits; None for what is not XML of MSBuild."""
    root = look.xml(path)
    if root is None or _local(root) != "Project":
        return None
    folder = dirname(path)
    props = _above(look, folder, "Directory.Build.props")
    central = _above(look, folder, "Directory.Packages.props")
    known: dict[str, str] = {"msbuildprojectname": splitext(basename(path))[0]}
    for file in (*props, path, *_above(look, folder, "Directory.Build.targets")):
        _properties(look.xml(file), known)
    versions = {
        one.name.lower(): one.version for file in central for one in _items(look, file, "PackageVersion", known)
    }
    packages = [*_items(look, path, "PackageReference", known)]
    for file in props:
        packages.extend(_items(look, file, "PackageReference", known))
    sdk = root.get("Sdk", "")
    inner = [one.get("Name", "") for one in root.iter() if _local(one) == "Sdk"]
    imported = [one.get("Sdk", "") for one in root.iter() if _local(one) == "Import"]
    sdks = tuple(one.partition("/")[0].strip() for one in (*sdk.split(";"), *inner, *imported) if one.strip())
    references = (_path(look, folder, one.name) for one in _items(look, path, "ProjectReference", known))
    return Project(
        path=path,
        language=LANGUAGES[splitext(path)[1].lower()],
        sdks=sdks,
        properties=known,
        packages=tuple(
            Item(name=one.name, version=one.version or versions.get(one.name.lower(), ""), evidence=one.evidence)
            for one in (*packages, *_classic_packages(look, folder))
        ),
        references=tuple(one for one in references if one),
        frameworks=tuple(one.name for one in _items(look, path, "FrameworkReference", known)),
        shared=(*props, *central),
        commands=tuple(one.get("Command", "") for one in root.iter() if _local(one) == "Exec"),
    )


def line_of(look: Look, project: Project, name: str) -> Evidence | None:
    """Return the line that sets a property, in the project or a file above it."""
    for path in (project.path, *reversed(project.shared)):
        root = look.xml(path)
        for one in root.iter() if root is not None else ():
            if _local(one).lower() == name.lower():
                return look.cite(path, one.sourceline or 0)
    return None


def _above(look: Look, folder: str, name: str) -> tuple[str, ...]:
    """Return the nearest file of a name at or above a folder, and those further up that it imports; outermost first."""
    found: list[str] = []
    for _ in range(MAX_ABOVE):
        same = next((one for one in look.tree.names(folder) if one.lower() == name.lower()), "")
        if same:
            path = join(folder, same)
            found.append(path)
            root = look.xml(path)
            imports = (one for one in root.iter() if _local(one) == "Import") if root is not None else ()
            if not any(name.lower() in one.get("Project", "").lower() for one in imports):
                break
        if not folder:
            break
        folder = dirname(folder)
    return tuple(reversed(found))


def _properties(root: etree._Element | None, known: dict[str, str]) -> None:
    for group in root if root is not None else ():
        if _local(group) != "PropertyGroup" or not _holds(group, known):
            continue
        for one in group:
            name = _local(one).lower()
            if name and _holds(one, known):
                known[name] = filled((one.text or "").strip(), known)


def _holds(element: etree._Element, known: Mapping[str, str]) -> bool:
    """Say whether a condition holds for a release build; what only MSBuild can tell does not."""
    condition = element.get("Condition", "")
    if not condition:
        return True
    if "Configuration)" in condition:
        return "release" in condition.lower() and "==" in condition
    found = _CONDITION.match(condition)
    if not found:
        return False
    same = known.get(found[1].lower(), "").lower() == found[3].lower()
    return same if found[2] == "==" else not same


def _items(look: Look, path: str, kind: str, known: Mapping[str, str]) -> Iterator[Item]:
    root = look.xml(path)
    for one in root.iter() if root is not None else ():
        if _local(one) != kind:
            continue
        name = one.get("Include") or one.get("Update") or ""
        inner = next((child.text or "" for child in one if _local(child) == "Version"), "")
        version = filled(one.get("Version") or one.get("VersionOverride") or inner, known)
        for part in name.split(";"):
            if part.strip():
                yield Item(name=part.strip(), version=version.strip(), evidence=look.cite(path, one.sourceline or 0))


def _classic_packages(look: Look, folder: str) -> Iterator[Item]:
    root = look.xml(join(folder, "packages.config"))
    for one in root if root is not None else ():
        if _local(one) == "package" and one.get("id"):
            evidence = look.cite(join(folder, "packages.config"), one.sourceline or 0)
            yield Item(name=one.get("id", ""), version=one.get("version", ""), evidence=evidence)


def _path(look: Look, folder: str, name: str) -> str:
    path = normpath(join(folder, name.replace("\\", "/")))
    return path if path in look.tree else ""


def filled(text: str, known: Mapping[str, str]) -> str:
    """Return a text with its ``$(Properties)`` filled in; those that are not known stay."""
    for _ in range(6):
        new = _REFERENCE.sub(lambda match: known.get(match[1].lower(), match[0]), text)
        if new == text or len(new) > 2000:
            break
        text = new
    return text


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
