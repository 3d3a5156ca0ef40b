"""The steps that build a program of the Java virtual machine, and the files that they need beside the tree's."""

from posixpath import join

from builder.plan import Component
from builder.recipe import Copy, Generated, Run, Step
from builder.tree import Tree

CACHES = {
    "maven": ("/root/.m2",), "gradle": ("/root/.gradle",), "sbt": ("/root/.sbt", "/root/.cache/coursier",
    "/root/.ivy2"),
    "lein": ("/root/.m2",), "clojure": (),
}  # fmt: skip
GRADLE = "8.14"
"""Where neither wrapper nor properties name a version: the last that builds for Java 8 up to 24."""

SBT = "1.10.11"
"""The launcher; it starts the sbt that project/build.properties names."""

MOST_SCRIPTS = 2
"""Scripts of a build of one project: its settings and itself."""

COLLECT = "sextant.gradle"
_COLLECT = """\
// Copies a program and its libraries into one folder, for builds without a plugin that packs them. Written by Sextant.
allprojects {
    plugins.withType(JavaPlugin) {
        tasks.register('sextantRuntime', Copy) {
            from tasks.named('jar')
            from configurations.runtimeClasspath
            into layout.buildDirectory.dir('runtime')
        }
    }
}
"""

LAUNCHER = "sextant-sbt"
_LAUNCHER = """\
#!/bin/sh
# Starts sbt by its launcher. Written by Sextant.
exec java -jar /opt/sbt/sbt-launch.jar "$@"
"""


def files_of(tool: str, traits: list[str]) -> tuple[Generated, ...]:
    """Return the files that the steps need beside the tree's."""
    found = []
    if "gradle.collect" in traits:
        found.append(Generated(path=COLLECT, text=_COLLECT))
    if tool == "sbt":
        found.append(Generated(path=LAUNCHER, text=_LAUNCHER))
    return tuple(found)


def steps_of(component: Component, tree: Tree, tool: str, traits: list[str], source: str) -> list[Step]:
    """Return the steps; ``source`` is the module's folder in the stage."""
    build = component.build.value
    caches = CACHES.get(tool, ())
    steps: list[Step] = []
    line = build.text if build else ""
    if tool == "maven":
        steps.extend(_maven_layer(component, tree))
    elif tool == "gradle":
        steps.extend(_gradle_layer(component, tree))
    elif tool == "sbt":
        steps.extend(_sbt())
        line = line.replace("sbt -batch ", "sbt ", 1)
    elif tool == "lein":
        steps.append(Copy(sources=("project.clj",), to="/src/"))
        steps.append(Run(line="lein deps", caches=caches))
    steps.append(Copy(sources=(".",), to="/src/"))
    if "gradle.collect" in traits:
        steps.append(Copy(sources=(COLLECT,), to="/opt/"))
        line = line.replace("--no-daemon", f"--no-daemon -I /opt/{COLLECT}", 1)
    elif "sbt.collect" in traits:
        folder = f"{source}/target/runtime"
        copied = "tail -n 1 /tmp/classpath | tr ':' '\\n' | xargs -I FILE cp FILE"
        line = f"{line} > /tmp/classpath && mkdir -p {folder} && {copied} {folder}/"
    steps.append(Run(line=line, caches=caches))
    output = component.output.value or ""
    wanted = (one.partition(":")[2] for one in traits if one.startswith("jvm.find:"))
    steps.extend(Run(line=_found(folder, output, source), network=False) for folder in wanted)
    if "gradle.any-install" in traits:
        name = output.rpartition("/")[2]
        renamed = f'mv "$made/bin/$made" "$made/bin/{name}" && mv "$made" {name}'
        line = f'cd {source}/build/install && made="$(ls | head -n 1)" && if [ "$made" != {name} ]; then {renamed}; fi'
        steps.append(Run(line=line, network=False))
    return steps


def _sbt() -> list[Step]:
    """Fetch the launcher as a library, so that no further image and no download beside Maven's is needed."""
    launcher = f"org.scala-sbt:sbt-launch:{SBT}"
    fetch = f"mvn -B -q dependency:copy -Dartifact={launcher} -DoutputDirectory=/opt/sbt -Dmdep.stripVersion=true"
    return [
        Run(line=fetch, caches=CACHES["maven"]),
        Copy(sources=(LAUNCHER,), to="/usr/local/bin/sbt"),
        Run(line="chmod 755 /usr/local/bin/sbt", network=False),
    ]


def _maven_layer(component: Component, tree: Tree) -> list[Step]:
    """Fetch libraries by the manifest alone. Modules of a reactor need each other: only a single one has this layer."""
    if component.context != component.path:
        return []
    poms = [path for path in tree.named("pom.xml") if not component.context or path.startswith(f"{component.context}/")]
    if len(poms) != 1:
        return []
    steps: list[Step] = [Copy(sources=("pom.xml",), to="/src/")]
    if tree.has_folder(join(component.context, ".mvn")):
        steps.append(Copy(sources=(".mvn",), to="/src/.mvn/"))
    line = "mvn -B -q dependency:go-offline || echo 'some libraries are fetched by the build itself'"
    steps.append(Run(line=line, caches=CACHES["maven"]))
    return steps


def _gradle_layer(component: Component, tree: Tree) -> list[Step]:
    """Fetch libraries by the scripts alone, where one script is all that there is."""
    install = component.install.value
    prefix = f"{component.context}/" if component.context else ""
    scripts = [path for path in tree.ending(".gradle", ".gradle.kts") if path.startswith(prefix)]
    if install is None or component.context != component.path or len(scripts) > MOST_SCRIPTS:
        return []
    if any("/" in path[len(prefix) :] for path in scripts):
        return []
    here = (*(path[len(prefix) :] for path in scripts), "gradle.properties", "gradlew")
    names = tuple(name for name in here if join(component.context, name) in tree)
    steps: list[Step] = [Copy(sources=names, to="/src/")]
    if tree.has_folder(join(component.context, "gradle")):
        steps.append(Copy(sources=("gradle",), to="/src/gradle/"))
    line = f"{install.text} > /dev/null || echo 'some libraries are fetched by the build itself'"
    steps.append(Run(line=line, caches=CACHES["gradle"]))
    return steps


def _found(folder: str, output: str, source: str) -> str:
    """Copy the archive that was built, whatever it is called: the largest one that is no sources or documentation."""
    kind = output.rpartition(".")[2]
    skip = "-e '-sources\\.' -e '-javadoc\\.' -e '-plain\\.' -e '/original-' -e '-tests\\.'"
    return f'cd {source} && cp "$(ls -S {folder}/*.{kind} | grep -v {skip} | head -n 1)" {output}'
