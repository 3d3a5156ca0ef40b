"""sbt builds: projects of build.sbt, their settings, plugins of project/plugins.sbt, versions of project/*.scala."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename, join, normpath

from builder.detect.languages.jvm.model import Dependency, Level, Plugin, Project, Scope
from builder.detect.languages.jvm.properties import properties
from builder.detect.languages.jvm.script import Statement, Word, statements, value_of
from builder.look import Look
from builder.provider import Workspace
from core.evidence import Evidence

PLUGINS = {
    "sbt-assembly": "assembly", "sbt-native-packager": "native-packager", "play": "play", "sbt-plugin": "play",
    "sbt-scalajs": "scalajs", "sbt-revolver": "revolver", "sbt-docker": "docker", "sbt-pack": "pack",
    "sbt-scala-native": "scala-native", "xsbt-web-plugin": "war", "sbt-scalatra": "scalatra", "sbt-lagom": "lagom",
}  # fmt: skip
_SCOPES: dict[str, Scope] = {"Test": "test", "test": "test", "IntegrationTest": "test", "it,test": "test"}
_PLAY = {
    "guice": "com.typesafe.play:play-guice", "ws": "com.typesafe.play:play-ws", "jdbc": "com.typesafe.play:play-jdbc",
    "evolutions": "com.typesafe.play:play-jdbc-evolutions", "ehcache": "com.typesafe.play:play-ehcache",
    "cacheApi": "com.typesafe.play:play-cache", "caffeine": "com.typesafe.play:play-caffeine-cache",
    "javaJpa": "com.typesafe.play:play-java-jpa", "javaJdbc": "com.typesafe.play:play-java-jdbc",
    "filters": "com.typesafe.play:filters-helpers",
}  # fmt: skip


@dataclass(slots=True)
class _Module:
    name: str
    folder: str
    line: int
    settings: list[Statement] = field(default_factory=list)
    plugins: set[str] = field(default_factory=set)
    siblings: list[str] = field(default_factory=list)


def is_build(look: Look, folder: str) -> bool:
    """Say whether the folder is the top of an sbt build."""
    return join(folder, "build.sbt") in look.tree or join(folder, "project/build.properties") in look.tree


def workspaces(look: Look) -> list[Workspace]:
    """Return the builds with several projects."""
    found = []
    for path in look.tree.named("build.sbt"):
        folder = path.rpartition("/")[0]
        members = tuple(one.folder for one in _modules(look, folder) if one.folder != folder)
        if members:
            found.append(Workspace(path=folder, members=members, tool="sbt"))
    return found


def project(look: Look, folder: str, root: str) -> Project | None:
    """Return what the build in ``root`` says of the project in ``folder``."""
    script = join(root, "build.sbt")
    known = _values(look, root)
    everywhere = [
        one
        for one in _top(look, root)
        if one.assigned and (folder == root or one.head == "ThisBuild" or "ThisBuild" in one.assigned[0])
    ]
    module = next((one for one in _modules(look, root) if one.folder == folder), None)
    if module is None and folder != root and script not in look.tree:
        return None
    shared = _shared(look, root)
    own: list[Statement] = []
    for one in module.settings if module else []:
        own.extend(shared.get(one.head, ()) if not one.assigned and one.head in shared else (one,))
    settings = [*own, *everywhere]
    plain: dict[str, str] = {}
    dependencies: list[Dependency] = []
    levels: list[Level] = []
    for one in settings:
        name, words = one.assigned or ("", ())
        last = name.rpartition("/")[2]
        evidence = look.cite(script, one.line)
        if last in {"libraryDependencies", "dependencyOverrides"}:
            dependencies.extend(_dependencies(look, script, words, known))
        elif last in {"javacOptions", "scalacOptions"}:
            levels.extend(_options(words, evidence))
        elif (value := value_of(words, known)) is not None:
            plain.setdefault(name.removeprefix("ThisBuild/"), value)
    plugins = dict(_plugins(look, root))
    used = set(module.plugins) if module else set()
    if folder == root:
        used |= {inner.head for one in _top(look, root) if one.head == "enablePlugins" for inner in one.arguments}
    properties_file = join(root, "project/build.properties")
    version = next(
        (one.value for one in properties(look.tree.text(properties_file) or "") if one.key == "sbt.version"), ""
    )
    name = plain.get("name") or (module.name if module else "") or basename(folder)
    return Project(
        tool="sbt",
        path=folder,
        manifest=script if script in look.tree else properties_file,
        group=plain.get("organization", ""),
        name=name,
        version=plain.get("version", "0.1.0-SNAPSHOT"),
        artifact=None,
        dependencies=tuple(dependencies),
        plugins=(
            *plugins.values(),
            *(Plugin(id=f"enabled:{one}", cited=look.cite(script, one)) for one in sorted(used)),
        ),
        levels=tuple(levels),
        main_class=next((value for key, value in plain.items() if key.rpartition("/")[2] == "mainClass"), ""),
        main_evidence=look.cite(script, "mainClass"),
        properties=plain | {"sbt.id": module.name if module else ""},
        siblings=tuple(module.siblings) if module else (),
        modules=tuple(one.folder for one in _modules(look, root) if one.folder != root) if folder == root else (),
        tool_version=version,
        evidence=look.cite_file(script) or look.cite_file(properties_file),
    )


def _top(look: Look, root: str) -> tuple[Statement, ...]:
    found: tuple[Statement, ...] = ()
    for name in sorted(look.tree.names(root)):
        if name.endswith(".sbt"):
            found += statements(look.syntax(join(root, name)))
    inner: list[Statement] = []
    for one in found:
        inner.extend(_unwrapped(one) if one.head == "inThisBuild" else (one,))
    return tuple(inner)


def _unwrapped(one: Statement) -> Iterator[Statement]:
    for argument in one.arguments:
        groups = [word for word in argument.words if word.shape == "round"]
        if argument.head in {"List", "Seq"} and groups:
            yield from groups[0].inner
        else:
            yield argument


def _values(look: Look, root: str) -> dict[str, str]:
    """Return the plain values that build.sbt and project/*.scala define: versions of libraries."""
    known: dict[str, str] = {}
    scripts = list(_top(look, root))
    for path in look.tree.below(join(root, "project"), suffixes=(".scala",), depth=1):
        scripts.extend(statements(look.syntax(path)))
    for top in scripts:
        for one in top.walk():
            names = {word.text for word in one.words[:3] if word.shape == "name"}
            if one.assigned and "val" in names and (value := value_of(one.assigned[1], known)) is not None:
                known.setdefault(one.assigned[0], value)
    return known


def _shared(look: Look, root: str) -> dict[str, list[Statement]]:
    """Return lists of settings that have a name: ``lazy val commonSettings = Seq(…)``."""
    found: dict[str, list[Statement]] = {}
    for one in _top(look, root):
        name, words = one.assigned or ("", ())
        if words and words[0].text in {"Seq", "List"}:
            found[name] = [inner for word in words if word.shape == "round" for inner in word.inner if inner.assigned]
    return found


def _modules(look: Look, root: str) -> list[_Module]:
    """Return the projects: ``lazy val core = (project in file("core"))`` and their like."""
    found: list[_Module] = []
    names: dict[str, str] = {}
    for one in _top(look, root):
        name, words = one.assigned or ("", ())
        texts = {word.text for word in one.words[:3]}
        if "val" not in texts or not words or not _is_project(words):
            continue
        where = _file(words)
        folder = normpath(join(root, where)) if where is not None else join(root, name)
        folder = "" if folder == "." else folder
        module = _Module(name=name, folder=folder, line=one.line)
        if folder.startswith("..") or any(known.folder == folder for known in found):
            continue
        for call, inner in _calls(words):
            if call == "settings":
                module.settings.extend(inner)
            elif call == "enablePlugins":
                module.plugins |= {argument.head for argument in inner}
            elif call == "dependsOn":
                module.siblings.extend(argument.head or argument.words[0].text for argument in inner if argument.words)
        names[name] = folder
        found.append(module)
    for module in found:
        module.siblings = [names[one] for one in module.siblings if one in names]
    return found


def _is_project(words: tuple[Word, ...]) -> bool:
    first = words[0]
    if first.shape == "round" and first.inner:
        first = first.inner[0].words[0]
    return first.text in {"project", "Project", "crossProject"}


def _file(words: tuple[Word, ...]) -> str | None:
    """Return the argument of ``file(…)``."""
    for one in Statement(words=words).walk():
        for at, word in enumerate(one.words[:-1]):
            if word.text == "file" and one.words[at + 1].shape == "round":
                return next((text.text for inner in one.words[at + 1].inner for text in inner.strings()), None)
        if one.head in {"libraryDependencies", "settings"}:
            break
    return None


def _calls(words: tuple[Word, ...]) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    for at, word in enumerate(words[:-1]):
        if word.shape == "name" and words[at + 1].shape == "round":
            yield word.text, words[at + 1].inner


def _dependencies(look: Look, path: str, words: tuple[Word, ...], known: dict[str, str]) -> Iterator[Dependency]:
    for one in Statement(words=words).walk():
        operators = [at for at, word in enumerate(one.words) if word.text in {"%", "%%", "%%%"}]
        if operators and operators[0] > 0:
            parts: list[tuple[Word, ...]] = []
            start = 0
            for at in (*operators, len(one.words)):
                parts.append(one.words[start:at])
                start = at + 1
            values = [value_of(part, known) or "" for part in parts]
            scope = parts[3][0] if len(parts) > 3 and parts[3] else None
            if not values[0] or len(values) < 2:
                continue
            yield Dependency(
                group=values[0],
                name=values[1],
                version=values[2] if len(values) > 2 else "",
                scope=_SCOPES.get(scope.text.lower().capitalize(), "compile") if scope else "compile",
                cited=look.cite(path, one.words[operators[0]].line),
            )
        elif len(one.words) == 1 and one.words[0].text in _PLAY:
            group, _, name = _PLAY[one.words[0].text].partition(":")
            yield Dependency(group=group, name=name, cited=look.cite(path, one.line))


def _options(words: tuple[Word, ...], evidence: Evidence | None) -> Iterator[Level]:
    texts = [word.text for word in Statement(words=words).strings()]
    for at, text in enumerate(texts):
        if text in {"-source", "-target", "--release", "-release", "-java-output-version"} and at + 1 < len(texts):
            yield Level(text=texts[at + 1], exact=False, rule="sbt.java.options", cited=evidence)
        elif text.startswith(("-release:", "-target:jvm-", "-java-output-version:")):
            yield Level(
                text=text.rpartition(":")[2].removeprefix("jvm-"),
                exact=False,
                rule="sbt.java.options",
                cited=evidence,
            )


def _plugins(look: Look, root: str) -> Iterator[tuple[str, Plugin]]:
    folder = join(root, "project")
    for name in look.tree.names(folder):
        if not name.endswith(".sbt"):
            continue
        path = join(folder, name)
        for one in statements(look.syntax(path)):
            words = [word.text for word in one.strings()]
            if one.head == "addSbtPlugin" and len(words) >= 2:
                short = PLUGINS.get(words[1], words[1])
                version = words[2] if len(words) > 2 else ""
                yield short, Plugin(id=short, version=version, cited=look.cite(path, one.line))
