"""Gradle builds, in Groovy or Kotlin: plugins, dependencies, settings of all projects, convention plugins, catalogs."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath

from builder.detect.languages.jvm.catalog import catalog
from builder.detect.languages.jvm.gradle_scripts import EVERYWHERE, Reading, define, read_all, script_at
from builder.detect.languages.jvm.model import Project
from builder.detect.languages.jvm.properties import properties
from builder.detect.languages.jvm.script import value_of
from builder.look import Look
from builder.provider import Workspace
from core.evidence import Evidence

SCRIPTS = ("build.gradle", "build.gradle.kts")
SETTINGS = ("settings.gradle", "settings.gradle.kts")


def script_of(look: Look, folder: str) -> str:
    """Return the path of a folder's build script; projects may have renamed it to the folder's name."""
    for name in (*SCRIPTS, f"{basename(folder)}.gradle", f"{basename(folder)}.gradle.kts"):
        if join(folder, name) in look.tree:
            return join(folder, name)
    return ""


def root_of(look: Look, folder: str) -> str:
    """Return the folder of the settings that a module belongs to, its own where there are none."""
    at = folder
    while True:
        if any(join(at, name) in look.tree for name in SETTINGS):
            return at
        if not at:
            return folder
        at = dirname(at)


def project(look: Look, folder: str) -> Project | None:
    """Return what the build script of a folder says, with what its root says of all projects."""
    path = script_of(look, folder)
    if not path:
        return None
    root = root_of(look, folder)
    known = _gradle_properties(look, root) | _gradle_properties(look, folder)
    known |= {f"libs.versions.{key}": value for key, value in catalog(look, folder).versions.items()}
    reading = Reading(look=look, catalog=catalog(look, folder), known=known)
    above = script_of(look, root)
    if above and above != path:
        for one in script_at(look, above):
            define(one, known)
        for one in script_at(look, above):
            if one.head in EVERYWHERE and one.block:
                read_all(reading, above, one.block, join(root, "buildSrc"))
    read_all(reading, path, script_at(look, path), join(root, "buildSrc"))
    name = _settings_name(look, root) if folder == root else basename(folder)
    wrapper = join(root, "gradle/wrapper/gradle-wrapper.properties")
    version = _value(reading, "version") or known.get("version")
    return Project(
        tool="gradle",
        path=folder,
        manifest=path,
        group=_value(reading, "group") or known.get("group", ""),
        name=name,
        version=None if "version" in reading.values and _value(reading, "version") is None else version or "",
        packaging="war" if "war" in reading.plugins else "jar",
        artifact=_artifact(reading, name, version),
        modules=tuple(_included(look, folder)) if folder == root else (),
        dependencies=tuple(reading.dependencies),
        plugins=tuple(reading.plugins.values()),
        levels=tuple(reading.levels),
        main_class=_main(reading)[0],
        main_evidence=_main(reading)[1],
        properties={key: value for key, (value, _) in reading.values.items() if value is not None},
        siblings=tuple(reading.siblings),
        tool_version=_wrapped(look, wrapper),
        wrapper=join(root, "gradlew") in look.tree and join(root, "gradle/wrapper/gradle-wrapper.jar") in look.tree,
        evidence=look.cite_file(path),
    )


def workspaces(look: Look) -> list[Workspace]:
    """Return the builds of several projects that settings files declare."""
    found = []
    for path in look.tree.named(*SETTINGS):
        members = tuple(dict.fromkeys(_included(look, dirname(path))))
        if members:
            found.append(Workspace(path=dirname(path), members=members, tool="gradle"))
    return found


def _included(look: Look, root: str) -> Iterator[str]:
    path = next((join(root, name) for name in SETTINGS if join(root, name) in look.tree), "")
    moved: dict[str, str] = {}
    names: list[str] = []
    for one in (inner for top in script_at(look, path) for inner in top.walk()) if path else ():
        if one.head in {"include", "includeFlat"}:
            names.extend(word.text for word in one.strings())
        elif one.head == "project" and one.assigned and one.assigned[0].endswith("projectDir"):
            words = [word.text for word in one.strings()]
            if len(words) >= 2:
                moved[words[0].strip(":")] = words[-1].removeprefix("$rootDir/").removeprefix("./")
    for name in names:
        plain = name.strip(":")
        folder = normpath(join(root, moved.get(plain, plain.replace(":", "/"))))
        if not folder.startswith("..") and look.tree.has_folder(folder):
            yield folder


def _settings_name(look: Look, root: str) -> str:
    path = next((join(root, name) for name in SETTINGS if join(root, name) in look.tree), "")
    for one in script_at(look, path) if path else ():
        if one.assigned and one.assigned[0] == "rootProject.name":
            return value_of(one.assigned[1], {}) or ""
    return ""


def _gradle_properties(look: Look, folder: str) -> dict[str, str]:
    return {one.key: one.value for one in properties(look.tree.text(join(folder, "gradle.properties")) or "")}


def _value(reading: Reading, *names: str) -> str | None:
    return next((reading.values[name][0] for name in names if reading.values.get(name, (None, None))[0]), None)


def _main(reading: Reading) -> tuple[str, Evidence | None]:
    names = (
        "application.mainClass", "application.mainClassName", "mainClassName", "mainClass", "springBoot.mainClass",
        "springBoot.mainClassName", "bootJar.mainClass", "bootJar.mainClassName", "jar.manifest.attributes.Main-Class",
        "shadowJar.manifest.attributes.Main-Class", "jar.manifest.attributes", "micronaut.mainClass",
    )  # fmt: skip
    for name in names:
        value, evidence = reading.values.get(name, (None, None))
        if value and "." in value:
            return value, evidence
    for name, (value, evidence) in reading.values.items():
        if value and name.endswith(("ainClass", "ainClassName", "Main-Class")):
            return value, evidence
    return "", None


def _artifact(reading: Reading, name: str, version: str | None) -> str | None:
    base = _value(reading, "archivesBaseName", "base.archivesName", "archivesName") or name
    unknown = "version" in reading.values and _value(reading, "version") is None
    if not base or unknown:
        return None
    return f"{base}-{version}" if version and version != "unspecified" else base


def _wrapped(look: Look, path: str) -> str:
    for one in properties(look.tree.text(path) or ""):
        if one.key == "distributionUrl" and (found := re.search(r"gradle-(\d[\w.\-]*?)-(bin|all)\.zip", one.value)):
            return found[1]
    return ""
