"""The Java version: pins, toolchains, the level of the sources, what the build tool and framework allow."""

import re
from collections.abc import Iterator
from posixpath import dirname, join

from builder.detect.languages.jvm.model import Project
from builder.detect.languages.jvm.properties import properties
from builder.detect.shared.pins import pins
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT, STATED
from builder.look import Place
from builder.plan import Runtime
from builder.versions import RELEASES
from core.evidence import Evidence
from core.phrase import Phrase

_IMAGES = frozenset({8, 11, 17, 18, 19, 20, 21, 22, 23, 24, 25})
"""Releases that there is an image of. A source level between them is built by the next one up."""

_GRADLE = (
    ((9, 1), 25), ((8, 14), 24), ((8, 10), 23), ((8, 8), 22), ((8, 5), 21), ((8, 3), 20), ((7, 6), 19), ((7, 5), 18),
    ((7, 3), 17), ((7, 0), 16), ((6, 7), 15), ((6, 3), 14), ((6, 0), 13), ((5, 4), 12), ((5, 0), 11), ((0, 0), 8),
)  # fmt: skip
"""The newest Java that each Gradle runs on: its compatibility matrix."""


def add_runtime(place: Place, draft: Draft, project: Project | None) -> None:
    """Add the Java versions that speak, the pins first, and a default."""
    for text, evidence in _pinned(place):
        if release := major(text):
            _add(draft, release, text, STATED, "java.version.pinned", evidence)
            break
    levels = project.levels if project else ()
    exact = [one for one in levels if one.exact]
    for number, one in enumerate((*exact, *(level for level in levels if not level.exact))):
        if release := major(one.text):
            confidence = DECLARED if number == 0 else CODE - 0.01 * min(number, 10)
            _add(draft, release, one.text, confidence, one.rule, one.evidence)
    if project is not None and draft.runtime.best is None:
        _followed(draft, project)


def major(text: str) -> int | None:
    """Return the Java release that an image exists of: 8 of ``1.8``, 17 of ``[17,)``, ``temurin-17.0.9`` and 15."""
    found = re.search(r"(?:java|\.r)(\d+)()(?=[-.]|$)", text)  # graalvm-ce-java17-22.3, 22.3.r17-grl
    found = found or re.search(r"(?<![a-zA-Z\d])(\d+)(?:\.(\d+))?", text)
    if not found:
        return None
    number = int(found[2]) if found[1] == "1" and found[2] else int(found[1])
    if number > 60:
        return None
    return next((one for one in sorted(_IMAGES) if one >= number), number)


def _add(draft: Draft, release: int, text: str, confidence: float, rule: str, evidence: Evidence | None) -> None:
    draft.runtime.add(
        Runtime(name="java", version=str(release), constraint=text),
        confidence,
        rule,
        Phrase(en=f"The project names Java {text}.", zh=f"项目指定了 Java {text}。"),
        evidence,
    )


def _pinned(place: Place) -> Iterator[tuple[str, Evidence | None]]:
    for pin in pins(place, "java"):
        yield pin.text, pin.evidence
    folder = place.path
    while True:
        path = join(folder, ".sdkmanrc")
        for one in properties(place.tree.text(path) or ""):
            if one.key == "java":
                yield one.value, place.look.cite(path, one.line)
        path = join(folder, "system.properties")
        for one in properties(place.tree.text(path) or ""):
            if one.key == "java.runtime.version":
                yield one.value, place.look.cite(path, one.line)
        if not folder:
            return
        folder = dirname(folder)


def _followed(draft: Draft, project: Project) -> None:
    """Add what follows from the framework's and the tool's versions."""
    evidence = project.evidence
    for parent in project.parents:
        if parent.startswith("org.springframework.boot:"):
            _boot(draft, parent.rpartition(":")[2], evidence)
            return
    boot = project.plugin("org.springframework.boot", "spring-boot-maven-plugin")
    if boot and _numbers(boot.version) >= (3,):
        _boot(draft, boot.version, boot.evidence)
        return
    newest = int(RELEASES["java"].usual)
    why = Phrase(en="Nothing asks for a version.", zh="没有指定版本。")
    if project.tool == "gradle" and project.tool_version:
        allowed = next(java for least, java in _GRADLE if _numbers(project.tool_version) >= least)
        newest = min(newest, max(one for one in _IMAGES if one <= allowed))
        why = Phrase(
            en=f"Gradle {project.tool_version} runs on Java up to {allowed}.",
            zh=f"Gradle {project.tool_version} 最高支持 Java {allowed}。",
        )
    elif project.tool == "maven" and (plugin := project.plugin("maven-compiler-plugin")):
        if plugin.version and _numbers(plugin.version) < (3, 9):
            newest = 8
            why = Phrase(
                en=f"The compiler plugin {plugin.version} writes for Java 6 unless told otherwise.",
                zh=f"编译插件 {plugin.version} 默认目标为 Java 6。",
            )
    elif project.tool == "sbt" and project.tool_version:
        numbers = _numbers(project.tool_version)
        scala = _numbers(project.properties.get("scalaVersion", ""))
        newest = 8 if numbers < (1,) or (scala and scala < (2, 12)) else 11 if numbers < (1, 6) else newest
        why = Phrase(en=f"sbt {project.tool_version} runs on it.", zh=f"sbt {project.tool_version} 可在其上运行。")
    draft.runtime.add(
        Runtime(name="java", version=str(newest)),
        DEFAULT if newest == int(RELEASES["java"].usual) else CONVENTION,
        "java.version.usual",
        why,
        evidence,
    )


def _boot(draft: Draft, version: str, evidence: Evidence | None) -> None:
    release = 17 if _numbers(version) >= (3,) else 8
    draft.runtime.add(
        Runtime(name="java", version=str(release)),
        CONVENTION,
        "java.version.spring-boot",
        Phrase(
            en=f"Spring Boot {version} compiles for Java {release}.",
            zh=f"Spring Boot {version} 默认使用 Java {release}。",
        ),
        evidence,
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])
