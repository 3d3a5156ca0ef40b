"""Images of application servers that web archives are put on."""

from posixpath import join

from builder.plan import Command, Component
from builder.recipe import Base, Copy, Final, Step
from builder.tree import Tree

_MEMORY = ("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=75.0")


def server(
    traits: list[str], version: str, archive: str, start: Command, component: Component, tree: Tree
) -> Final | None:
    """Return the final image of an archive that needs a server, None for a program that starts itself."""
    kind = next((one.partition(":")[2] for one in traits if one.startswith("war.server:")), "")
    newer = "war.jakarta" in traits
    modern = int(version) >= 11 if version.isdigit() else True
    if kind in {"tomcat", "tomee"}:
        home = "/usr/local/tomcat" if kind == "tomcat" else "/usr/local/tomee"
        if kind == "tomcat":
            tag = f"{'10.1' if newer and modern else '9.0'}-jre{version}-temurin"
        else:
            tag = f"10.1-jre{max(int(version), 17)}-webprofile" if newer else f"8.0-jre{version}-webprofile"
        return Final(
            base=Base(image=f"docker.io/library/{kind}", tag=tag),
            steps=(Copy(sources=(archive,), to=f"{home}/webapps/ROOT.war", stage="build"),),
            command=start,
            directory=home,
            environment=(_MEMORY,),
            writable=("/tmp", *(f"{home}/{one}" for one in ("conf", "logs", "temp", "webapps", "work"))),  # noqa: S108
        )
    if kind == "liberty":
        steps: list[Step] = []
        given = "src/main/liberty/config"
        if tree.has_folder(join(component.path, given)):
            steps.append(Copy(sources=(f"{archive.rpartition('/target/')[0]}/{given}/",), to="/config/", stage="build"))
        steps.append(Copy(sources=(archive,), to="/config/apps/", stage="build"))
        return Final(
            base=Base(image="docker.io/library/open-liberty", tag=f"full-java{version}-openj9"),
            steps=tuple(steps),
            command=start,
            directory="/opt/ol/wlp",
            environment=(_MEMORY,),
            writable=("/tmp", "/logs", "/opt/ol/wlp/output", "/opt/ol/wlp/usr"),  # noqa: S108
        )
    if kind == "wildfly":
        home = "/opt/jboss/wildfly/standalone"
        name = archive.rpartition("/")[2]
        return Final(
            base=Base(image="quay.io/wildfly/wildfly", tag=f"latest-jdk{max(int(version), 17)}"),
            steps=(Copy(sources=(archive,), to=f"{home}/deployments/{name}", stage="build"),),
            command=start,
            directory="/opt/jboss/wildfly",
            environment=(_MEMORY,),
            writable=("/tmp", home),  # noqa: S108
        )
    return None
