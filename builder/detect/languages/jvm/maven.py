"""pom.xml: inheritance inside of the tree, properties, profiles that are active by default, modules."""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath

from builder.detect.languages.jvm.model import Dependency, Level, Plugin, Project, Scope, Where
from builder.detect.languages.jvm.pom import (
    Node,
    Pom,
    active_profiles,
    child_of,
    children_of,
    filled_in,
    flat_settings,
    found_above,
    inheritance,
    open_pom,
    sections_of,
    text_of,
    walk_nodes,
)
from builder.detect.languages.jvm.remembering import remembered
from builder.look import Look
from builder.provider import Workspace

_SCOPES: dict[str, Scope] = {"test": "test", "provided": "provided", "system": "provided", "import": "processor"}
_LEVELS = {
    "maven.compiler.release": "maven.java.release",
    "java.version": "maven.java.version",
    "maven.compiler.source": "maven.java.source",
    "maven.compiler.target": "maven.java.target",
    "release.version": "maven.java.release",
    "kotlin.compiler.jvmTarget": "maven.java.kotlin",
    "jdk.version": "maven.java.version",
    "javaVersion": "maven.java.version",
    "java-version": "maven.java.version",
    "version.java": "maven.java.version",
    "project.build.targetJdk": "maven.java.version",
}
"""Properties that name the Java version, the surest first: those of the compiler and Spring Boot, then habits."""


def project(look: Look, folder: str) -> Project | None:
    """Return what the pom.xml of a folder says, with what it inherits."""
    path = join(folder, "pom.xml")
    first = open_pom(look, path)
    if first is None:
        return None
    line = list(inheritance(look, first))
    known = _properties(look, line)
    name = filled_in(first.text("artifactId"), known)
    packaging = filled_in(first.text("packaging"), known) or "jar"
    final = next((text for one in line if (text := _build_text(one, "finalName"))), "")
    version = filled_in(known.get("project.version", ""), known)
    artifact = filled_in(final or f"{name}-${{project.version}}", known)
    plugins = tuple(_plugins(look, line, known))
    wrapper = found_above(look.tree, folder, ".mvn/wrapper/maven-wrapper.properties")
    return Project(
        tool="maven",
        path=folder,
        manifest=path,
        group=filled_in(known.get("project.groupId", ""), known),
        name=name,
        version=None if "${" in version or not version else version,
        packaging=packaging,
        artifact=None if "${" in artifact or not name else artifact,
        parents=tuple(_parents(line, known)),
        modules=tuple(_modules(look, first)),
        dependencies=tuple(_dependencies(look, line, known)),
        plugins=plugins,
        levels=tuple(_levels(look, line, known)),
        main_class=_main_class(known, plugins),
        properties=known,
        tool_version=_wrapped(look, wrapper),
        wrapper=bool(wrapper),
        evidence=look.cite_file(path),
    )


def workspaces(look: Look) -> list[Workspace]:
    """Return the reactors: a pom.xml with modules that no other lists, and all below it, however deep."""
    listed: dict[str, tuple[str, ...]] = {}
    for path in look.tree.named("pom.xml"):
        pom = open_pom(look, path)
        if pom is not None:
            listed[dirname(path)] = tuple(_modules(look, pom))
    inner = {one for members in listed.values() for one in members}
    found = []
    for folder, members in listed.items():
        if not members or folder in inner:
            continue
        reached = dict.fromkeys(members)
        todo = list(members)
        for one in todo:
            new = [further for further in listed.get(one, ()) if further not in reached]
            reached.update(dict.fromkeys(new))
            todo.extend(new)
        found.append(Workspace(path=folder, members=tuple(sorted(reached)), tool="maven"))
    return found


def names(look: Look, workspace: Workspace) -> dict[str, str]:
    """Return the folders of a reactor's modules by their artifacts' names."""
    known = remembered(look)
    key = ("names", workspace.path)
    if key not in known:
        poms = ((folder, open_pom(look, join(folder, "pom.xml"))) for folder in workspace.members)
        known[key] = {pom.text("artifactId"): folder for folder, pom in poms if pom is not None}
    found: dict[str, str] = known[key]
    return found


def outermost_parent(look: Look, folder: str) -> str:
    """Return the outermost folder in the tree that a pom.xml inherits from: the build needs all from there on."""
    pom = open_pom(look, join(folder, "pom.xml"))
    found = folder
    for one in inheritance(look, pom) if pom else ():
        upper = dirname(one.path)
        if found == upper or found.startswith(f"{upper}/") or not upper:
            found = upper
    return found


def _parents(line: list[Pom], known: Mapping[str, str]) -> Iterator[str]:
    for one in line:
        parent = one.child("parent")
        if parent is not None:
            words = (text_of(child_of(parent, name)) for name in ("groupId", "artifactId", "version"))
            yield ":".join(filled_in(word, known) for word in words)


def _properties(look: Look, line: list[Pom]) -> dict[str, str]:
    found = {"project.build.directory": "target", "project.basedir": ".", "basedir": "."}
    for pom in reversed(line):
        sections = [pom.child("properties"), *(child_of(one, "properties") for one in active_profiles(pom))]
        for section in sections:
            for one in children_of(section):
                found[one.name] = text_of(one)
        parent = pom.child("parent")
        for key in ("groupId", "version", "artifactId"):
            inherited = text_of(child_of(parent, key)) if parent is not None and key != "artifactId" else ""
            value = pom.text(key) or inherited
            if value:
                found[f"project.{key}"] = found[f"pom.{key}"] = value
        if parent is not None:
            found["project.parent.version"] = found["parent.version"] = text_of(child_of(parent, "version"))
        found["project.name"] = pom.text("name") or found.get("project.artifactId", "")
    found.setdefault("project.packaging", line[0].text("packaging") or "jar")
    config = found_above(look.tree, dirname(line[0].path), ".mvn/maven.config")
    for word in (look.tree.text(config) or "").split() if config else ():
        if word.startswith("-D") and "=" in word:
            key, _, value = word[2:].partition("=")
            found[key] = value
    return found


def _modules(look: Look, pom: Pom) -> Iterator[str]:
    folder = dirname(pom.path)
    holders = [pom.root, *children_of(pom.child("profiles"))]
    for holder in holders:
        for section in ("modules", "subprojects"):
            for one in children_of(child_of(holder, section)):
                path = normpath(join(folder, text_of(one)))
                path = dirname(path) if path.endswith(".xml") else path
                if not path.startswith("..") and join(path, "pom.xml") in look.tree and path != folder:
                    yield path


def _dependencies(look: Look, line: list[Pom], known: Mapping[str, str]) -> Iterator[Dependency]:
    managed = {
        f"{text_of(child_of(one, 'groupId'))}:{text_of(child_of(one, 'artifactId'))}": one
        for pom in reversed(line)
        for one in sections_of(pom, "dependencyManagement", "dependencies")
    }
    told: set[str] = set()
    for pom in line:
        for one in sections_of(pom, "dependencies"):
            group, name = (filled_in(text_of(child_of(one, key)), known) for key in ("groupId", "artifactId"))
            classifier = text_of(child_of(one, "classifier"))
            if not name or f"{group}:{name}:{classifier}" in told:
                continue
            told.add(f"{group}:{name}:{classifier}")
            upper = managed.get(f"{group}:{name}")
            scope = text_of(child_of(one, "scope")) or (text_of(child_of(upper, "scope")) if upper is not None else "")
            version = text_of(child_of(one, "version")) or (
                text_of(child_of(upper, "version")) if upper is not None else ""
            )
            yield Dependency(
                group=group,
                name=name,
                version=filled_in(version, known),
                scope=_SCOPES.get(filled_in(scope, known), "compile"),
                cited=_cited(look, pom, child_of(one, "artifactId")),
            )


def _plugins(look: Look, line: list[Pom], known: Mapping[str, str]) -> Iterator[Plugin]:
    """Tell the plugins that are used; what ``pluginManagement`` says of one is joined in, nearest values first."""
    managed: dict[str, list[Node]] = {}
    used: dict[str, list[tuple[Pom, Node]]] = {}
    for pom in line:
        for one in sections_of(pom, "build", "pluginManagement", "plugins"):
            managed.setdefault(text_of(child_of(one, "artifactId")), []).append(one)
        for one in sections_of(pom, "build", "plugins"):
            if pom is not line[0] and text_of(child_of(one, "inherited")) == "false":
                continue
            used.setdefault(text_of(child_of(one, "artifactId")), []).append((pom, one))
    for name, places in used.items():
        elements = [*(one for _, one in places), *managed.get(name, ())]
        settings: dict[str, str] = {}
        goals: set[str] = set()
        version = ""
        for element in elements:
            version = version or filled_in(text_of(child_of(element, "version")), known)
            holders = [element, *children_of(child_of(element, "executions"))]
            for holder in holders:
                if holder is not element:
                    phase = text_of(child_of(holder, "phase"))
                    found = {text_of(goal) for goal in children_of(child_of(holder, "goals"))}
                    goals |= set() if phase == "none" else found
                for key, value in flat_settings(child_of(holder, "configuration"), ""):
                    settings.setdefault(key, filled_in(value, known))
        pom, element = places[0]
        evidence = _cited(look, pom, child_of(element, "artifactId"))
        yield Plugin(id=name, version=version, settings=settings, goals=frozenset(goals), cited=evidence)


def _levels(look: Look, line: list[Pom], known: Mapping[str, str]) -> Iterator[Level]:
    """Tell the Java versions, the surest first: the compiler's settings, then properties, then the enforcer's rule."""
    for pom in line:
        sections = [
            *sections_of(pom, "build", "plugins"),
            *sections_of(pom, "build", "pluginManagement", "plugins"),
        ]
        for one in sections:
            name = text_of(child_of(one, "artifactId"))
            settings = child_of(one, "configuration")
            if name == "maven-compiler-plugin":
                for key in ("release", "source", "target"):
                    yield from _level(look, pom, child_of(settings, key), known, "maven.java.compiler")
            elif name == "maven-toolchains-plugin":
                yield from _level(
                    look, pom, child_of(settings, "toolchains", "jdk", "version"), known, "maven.java.chain"
                )
    for pom in line:
        held = (pom.child("properties"), *(child_of(one, "properties") for one in active_profiles(pom)))
        sections = [one for one in held if one is not None]
        for key, rule in _LEVELS.items():
            for section in sections:
                yield from _level(look, pom, child_of(section, key), known, rule)
    for pom in line:
        for one in sections_of(pom, "build", "plugins"):
            if text_of(child_of(one, "artifactId")) == "maven-enforcer-plugin":
                for inner in walk_nodes(one):
                    if inner.name == "requireJavaVersion":
                        yield from _level(look, pom, child_of(inner, "version"), known, "maven.java.enforced")


def _level(look: Look, pom: Pom, element: Node | None, known: Mapping[str, str], rule: str) -> Iterator[Level]:
    text = filled_in(text_of(element), known)
    if text and "${" not in text:
        yield Level(text=text, exact=rule == "maven.java.chain", rule=rule, cited=_cited(look, pom, element))


def _main_class(known: Mapping[str, str], plugins: tuple[Plugin, ...]) -> str:
    keys = ("mainClass", "archive.manifest.mainClass", "transformers.transformer.mainClass", "main-class", "mainclass")
    for plugin in plugins:
        found = next((plugin.settings[key] for key in keys if plugin.settings.get(key)), "")
        found = found or next((value for key, value in plugin.settings.items() if key.endswith("ainClass")), "")
        found = found or plugin.settings.get("archive.manifestEntries.Main-Class", "")
        if found and "${" not in found:
            return found.rpartition("/")[2]
    for key in ("start-class", "exec.mainClass", "mainClass", "main.class"):
        if known.get(key) and "${" not in known[key]:
            return filled_in(known[key], known)
    return ""


def _wrapped(look: Look, path: str) -> str:
    found = re.search(r"apache-maven-(\d[\w.-]*?)-bin", look.tree.text(path) or "") if path else None
    return found[1] if found else ""


def _build_text(pom: Pom, name: str) -> str:
    return next((text_of(child_of(one, "build", name)) for one in (pom.root, *active_profiles(pom))), "")


def _cited(look: Look, pom: Pom, element: Node | None) -> Where | None:
    return Where(look=look, path=pom.path, line=element.line) if element is not None else None
