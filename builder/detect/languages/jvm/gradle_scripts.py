"""What one script of Gradle says: variables, plugins, dependencies, settings by dotted path."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from posixpath import basename, dirname, join

from builder.detect.languages.jvm.catalog import Catalog
from builder.detect.languages.jvm.model import Dependency, Level, Plugin, Scope
from builder.detect.languages.jvm.script import Statement, Word, filled, statements, value_of
from builder.look import Look
from core.evidence import Evidence

_SCOPES: dict[str, Scope] = {
    "annotationProcessor": "processor", "kapt": "processor", "ksp": "processor", "compileOnly": "provided",
    "providedRuntime": "provided", "providedCompile": "provided", "developmentOnly": "processor",
    "classpath": "processor", "testAndDevelopmentOnly": "processor", "runtime": "compile",
}  # fmt: skip


_SHORT = {
    "java": "java", "java-library": "java-library", "application": "application", "war": "war", "groovy": "groovy",
    "scala": "scala", "java-gradle-plugin": "java-gradle-plugin", "kotlin-dsl": "kotlin-dsl", "ear": "ear",
    "maven-publish": "maven-publish", "groovy-gradle-plugin": "groovy-gradle-plugin",
}  # fmt: skip


EVERYWHERE = frozenset({"allprojects", "subprojects", "configure"})


_COORDINATES = re.compile(r"^[\w.\-]+:[\w.\-]+(:[^:]*)?(:[^:]*)?$")


@dataclass(slots=True)
class Reading:
    """A module while its scripts are read."""

    look: Look
    catalog: Catalog
    known: dict[str, str]
    dependencies: list[Dependency] = field(default_factory=list)
    plugins: dict[str, Plugin] = field(default_factory=dict)
    levels: list[Level] = field(default_factory=list)
    values: dict[str, tuple[str | None, Evidence | None]] = field(default_factory=dict)
    siblings: dict[str, None] = field(default_factory=dict)


def script_at(look: Look, path: str) -> tuple[Statement, ...]:
    """Return the statements of a script."""
    return statements(look.syntax(path))


def read_all(reading: Reading, path: str, script: tuple[Statement, ...], conventions: str) -> None:
    """Read a script: variables first, as everything else may use them."""
    for one in script:
        define(one, reading.known)
    for one in script:
        _top(reading, path, one, conventions)


def define(one: Statement, known: dict[str, str]) -> None:
    """Note variables: ``val x = "1"``, ``def x = '1'``, ``ext { x = 1 }``, ``ext.x = 1``, ``set("x", 1)``."""
    head = one.head
    if head in {"ext", "buildscript", "extra"} and one.block:
        for inner in one.block:
            define(inner, known)
        return
    words = one.words
    if head in {"set", "extra.set", "ext.set"} and len(one.arguments) == 2:
        key, value = (value_of(each.words, known) for each in one.arguments)
        if key and value is not None:
            known[key] = value
        return
    if head in {"extra", "ext"} and one.assigned:
        strings = [word.text for word in one.strings()]
        value = value_of(one.assigned[1], known)
        if strings and value is not None:
            known[strings[0]] = value
    if one.assigned and (value := value_of(one.assigned[1], known)) is not None and words[0].shape == "name":
        name = one.assigned[0].removeprefix("ext.").removeprefix("project.").removeprefix("extra.")
        known.setdefault(name, value)


def _top(reading: Reading, path: str, one: Statement, conventions: str) -> None:
    head = one.head
    if head == "plugins":
        for inner in one.block:
            _plugin(reading, path, inner, conventions)
    elif head == "apply":
        for argument in one.arguments:
            words = argument.words
            if len(words) >= 3 and words[0].text == "plugin":
                _add_plugin(reading, path, value_of(words[2:], reading.known) or words[2].text, "", one, conventions)
    elif head == "buildscript" or head in EVERYWHERE - {"allprojects"}:
        for inner in (each for top in one.block for each in top.walk()):
            if inner.head == "classpath":
                _dependency(reading, path, inner)
        return
    elif head == "allprojects":
        for inner in one.block:
            _top(reading, path, inner, conventions)
    elif head == "dependencies":
        for inner in one.block:
            _dependency(reading, path, inner)
    else:
        _setting(reading, path, "", one)


def _plugin(reading: Reading, path: str, one: Statement, conventions: str) -> None:
    names = [word.text for word in one.words if word.shape == "name"]
    if "apply" in names and names[names.index("apply") + 1 : names.index("apply") + 2] == ["false"]:
        return
    version = ""
    for at, word in enumerate(one.words[:-1]):
        if word.text == "version":
            version = value_of(one.words[at + 1 :], reading.known) or ""
    first = one.arguments[0] if one.arguments else None
    if one.head == "id" and first:
        _add_plugin(reading, path, value_of(first.words[:1], reading.known) or "", version, one, conventions)
    elif one.head == "kotlin" and first:
        _add_plugin(reading, path, f"org.jetbrains.kotlin.{first.words[0].text}", version, one, conventions)
    elif one.head == "alias" and first:
        known = reading.catalog.plugins.get(first.head.partition(".")[2].removeprefix("plugins."), "")
        name, _, version = known.partition(":")
        _add_plugin(reading, path, name, version, one, conventions)
    elif len(one.words) == 1 or one.head in _SHORT:
        _add_plugin(reading, path, _SHORT.get(one.head, one.head), "", one, conventions)


def _add_plugin(reading: Reading, path: str, name: str, version: str, one: Statement, conventions: str) -> None:
    if not name or name in reading.plugins:
        return
    reading.plugins[name] = Plugin(id=name, version=version, cited=reading.look.cite(path, one.line))
    folders = (conventions, join(dirname(conventions), "build-logic"))
    for folder in folders:  # a convention plugin is a script with the plugin's name
        for found in reading.look.tree.below(folder, suffixes=(f"{name}.gradle", f"{name}.gradle.kts"), depth=6):
            if basename(found).removesuffix(".kts").removesuffix(".gradle") == name:
                read_all(reading, found, script_at(reading.look, found), conventions)


def _dependency(reading: Reading, path: str, one: Statement) -> None:
    verb = one.head
    if verb in {"constraints", "modules", "components"} or not one.words:
        return
    if not verb and one.words[0].shape == "string" and len(one.words) > 1 and one.words[1].shape == "round":
        verb, one = one.words[0].text, Statement(words=one.words[1:])  # "implementation"(…) in Kotlin
    scope: Scope = "test" if "test" in verb.lower() and verb not in _SCOPES else _SCOPES.get(verb, "compile")
    arguments = one.arguments if one.head else tuple(one.words[0].inner)
    evidence = reading.look.cite(path, one.line)
    named = {
        each.words[0].text: each.words[2:] for each in arguments if len(each.words) > 2 and each.words[1].text in ":="
    }
    if "name" in named and "group" in named:
        parts = [value_of(named[key], reading.known) or "" for key in ("group", "name", "version") if key in named]
        reading.dependencies.append(_made(":".join(parts), scope, evidence))
        return
    for argument in arguments:
        for text in _coordinates(reading, argument):
            if text.startswith("project:"):
                reading.siblings[text.removeprefix("project:")] = None
            elif _COORDINATES.match(text):
                reading.dependencies.append(_made(text, scope, evidence))


def _coordinates(reading: Reading, argument: Statement) -> Iterator[str]:
    head = argument.head
    inner = partial(_coordinates, reading)
    if head == "project":
        text = next((word.text for word in argument.strings()), "")
        yield f"project:{text.strip(':').replace(':', '/')}"
    elif head.startswith("projects."):
        yield f"project:{head.removeprefix('projects.').replace('.', '/')}"
    elif head in {"platform", "enforcedPlatform", "testFixtures"}:
        return
    elif head == "kotlin" and argument.arguments:
        yield f"org.jetbrains.kotlin:kotlin-{argument.arguments[0].words[0].text}"
    elif head.partition(".")[0].lower().endswith("libs"):
        yield from reading.catalog.libraries_of(head)
    elif head in {"compose.desktop.currentOs", "compose.desktop"}:
        yield "org.jetbrains.compose.desktop:desktop"
    elif head.startswith("ktorLibs."):
        yield f"io.ktor:ktor-{head.removeprefix('ktorLibs.').replace('.', '-')}"
    elif head in {"gradleApi", "localGroovy", "files", "fileTree"}:
        return
    elif argument.words and argument.words[0].shape in {"square", "round"}:
        for one in argument.words[0].inner:
            yield from inner(one)
    elif argument.words and argument.words[0].shape == "string":
        text = argument.words[0].text
        yield filled(text, reading.known) or re.sub(r"[:@]?\$.*$", "", text)
    elif value := value_of(argument.words, reading.known):
        yield value


def _made(text: str, scope: Scope, evidence: Evidence | None) -> Dependency:
    group, name, *rest = (*text.partition("@")[0].split(":"), "", "")
    return Dependency(group=group, name=name, version=rest[0], scope=scope, cited=evidence)


def _setting(reading: Reading, path: str, prefix: str, one: Statement) -> None:
    """Note what is set, by dotted path: ``application.mainClass``, ``bootJar.archiveFileName``.

    Kotlin's source sets have dependencies of their own, deep inside: ``val jvmMain by getting { dependencies { … } }``.
    """
    if prefix and _source_set(reading, path, prefix, one):
        return
    if one.head in {"val", "var", "def", "import", "if", "repositories", "publishing", "for", "task"}:
        return
    evidence = reading.look.cite(path, one.line)
    if one.assigned:
        name, words = one.assigned
        _set(reading, f"{prefix}{name}", words, evidence)
        return
    name = _named_task(one)
    if one.block:
        for inner in one.block:
            _setting(reading, path, f"{prefix}{name}.".replace("tasks.tasks.", "tasks."), inner)
    elif one.arguments:
        arguments = one.arguments
        if len(arguments[0].words) > 2 and arguments[0].words[1].text in {":", "to"}:
            for argument in arguments:
                _set(reading, f"{prefix}{name}.{argument.words[0].text}", argument.words[2:], evidence)
        elif arguments[0].head == "mapOf" or (arguments[0].words[0].shape == "string" and "to" in _names(arguments[0])):
            for argument in arguments[0].arguments or arguments:
                if len(argument.words) > 2:
                    _set(reading, f"{prefix}{name}.{argument.words[0].text}", argument.words[2:], evidence)
        else:
            _set(reading, f"{prefix}{name}", arguments[0].words, evidence)


def _source_set(reading: Reading, path: str, prefix: str, one: Statement) -> bool:
    if one.head.rpartition(".")[2] == "dependencies":
        for inner in one.block if "test" not in prefix.lower() else ():
            _dependency(reading, path, inner)
        return True
    if one.head in {"val", "var"}:
        name = one.words[1].text if len(one.words) > 1 else ""
        for inner in one.block:
            _setting(reading, path, f"{prefix}{name}.", inner)
        return True
    return False


def _names(one: Statement) -> list[str]:
    return [word.text for word in one.words if word.shape == "name"]


def _named_task(one: Statement) -> str:
    """Return ``bootJar`` of ``tasks.named("bootJar")``, ``tasks.bootJar`` and ``bootJar`` alike."""
    head = one.head.removeprefix("project.")
    if head in {"tasks.named", "tasks.getByName", "tasks.register", "tasks.withType", "named", "getByName", "withType"}:
        text = next((word.text for word in one.strings()), "")
        kinds = [word.text for word in one.words if word.shape == "name" and word.text not in {"tasks", "named"}]
        kind = text or next((name for name in reversed(kinds) if name[0].isupper()), "")
        if not kind and one.arguments:
            kind = one.arguments[0].head
        return f"tasks.{kind[:1].lower()}{kind[1:]}".removeprefix("tasks.")
    return head.removeprefix("tasks.") if head != "tasks" else "tasks"


def _set(reading: Reading, name: str, words: tuple[Word, ...], evidence: Evidence | None) -> None:
    name = name.removeprefix("project.").removeprefix("tasks.")
    value = value_of(words, reading.known)
    reading.values[name] = (value, evidence)
    last = name.rpartition(".")[2]
    if value is None:
        return
    if last in {"languageVersion", "jvmToolchain"} and "kotlinOptions" not in name and re.match(r"\d", value):
        if name.endswith(("toolchain.languageVersion", "jvmToolchain", "jvmToolchain.languageVersion")):
            _level(reading, value, "gradle.java.toolchain", evidence, exact=True)
    elif last in {"sourceCompatibility", "targetCompatibility"}:
        _level(reading, value, "gradle.java.compatibility", evidence)
    elif name.endswith("options.release"):
        _level(reading, value, "gradle.java.release", evidence)
    elif last == "jvmTarget":
        _level(reading, value.removeprefix("JVM_").replace("_", "."), "gradle.java.kotlin", evidence)


def _level(reading: Reading, text: str, rule: str, evidence: Evidence | None, *, exact: bool = False) -> None:
    reading.levels.append(Level(text=text, exact=exact, rule=rule, cited=evidence))
