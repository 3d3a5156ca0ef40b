"""What meta-frameworks have in common: a server of their own making, or files for any web server."""

from posixpath import join

from builder.detect.languages.node.reaching import add_facts
from builder.detect.languages.node.scripting import add_build
from builder.detect.languages.node.seen import Seen, command_of
from builder.detect.languages.node.sources import reached
from builder.detect.languages.node.starting import Chosen, chosen, given_port
from builder.detect.languages.node.tools import Role, role_of
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Command, Kind
from core.evidence import Evidence
from core.phrase import Phrase

STATIC_PORT = 8080
"""Where the web server listens that serves static files without being root."""


def static(
    seen: Seen,
    framework: str,
    output: str,
    evidence: Evidence | None,
    *,
    build: tuple[str, ...] = (),
    first: tuple[str, ...] = (),
    spa: bool = False,
    confidence: float = CONVENTION,
    told: Evidence | None = None,
) -> bool:
    """Add all that is known of a site whose build leaves files."""  # fmt: skip
    why = Phrase(
        en=f"{framework} builds files that any web server serves.",
        zh=f"{framework} 构建出的文件可由任意 Web 服务器提供。",
    )
    seen.kind(Kind.STATIC, DECLARED if confidence >= CONVENTION else confidence, "static", why, evidence)
    seen.framework(framework, DECLARED, evidence)
    add_build(seen, *first, otherwise=build)
    told_by = CODE if told is not None else CONVENTION
    seen.output(
        output,
        told_by,
        "framework",
        Phrase(en=f"{framework} writes to {output}.", zh=f"{framework} 写入 {output}。"),
        told or evidence,
    )
    seen.port(
        STATIC_PORT,
        CONVENTION,
        "static",
        Phrase(en="The web server that serves the files listens there.", zh="提供文件的 Web 服务器监听该端口。"),
    )
    if spa:
        single = Phrase(
            en="Routes are resolved in the browser: unknown paths get the first page.",
            zh="路由在浏览器中解析：未知路径返回首页。",
        )
        seen.draft.traits.add("static.spa", CONVENTION, "node.static.spa", single, evidence)
    return True


def server(
    seen: Seen,
    framework: str,
    words: tuple[str, ...],
    port: int,
    evidence: Evidence | None,
    *,
    build: tuple[str, ...] = (),
    first: tuple[str, ...] = (),
    output: str = "",
    confidence: float = CONVENTION,
    scripted: bool = True,
) -> bool:
    """Add all that is known of a framework's server. Scripts are added by their own rules."""  # fmt: skip
    why = Phrase(en=f"{framework} runs a server.", zh=f"{framework} 运行服务器。")
    seen.kind(Kind.WEB, DECLARED, "framework", why, evidence)
    seen.framework(framework, DECLARED, evidence)
    if scripted:
        add_build(seen, *first, otherwise=build)
    else:
        by_tool = Phrase(
            en=f"Only so {framework} builds what is started.", zh=f"{framework} 仅以此方式构建可启动的内容。"
        )
        seen.build(CONVENTION, "tool", by_tool, Command(argv=build), evidence=evidence)
    usual = Phrase(en=f"This is how {framework} is started for users.", zh=f"这是 {framework} 面向用户的启动方式。")
    seen.start(words, confidence, "framework", usual, evidence)
    seen.port(
        port,
        CONVENTION,
        "framework",
        Phrase(en=f"{framework} listens there by default.", zh=f"{framework} 默认监听该端口。"),
        evidence,
    )
    host = Phrase(en="It is told to listen on all addresses.", zh="已指定监听所有地址。")
    seen.draft.bind.add("0.0.0.0", CONVENTION, "node.bind.framework", host)  # noqa: S104 - what is told to the program
    if output:
        seen.output(
            output,
            CONVENTION,
            "framework",
            Phrase(en=f"{framework} writes to {output}.", zh=f"{framework} 写入 {output}。"),
            evidence,
        )
    return True


def told_start(seen: Seen, *tools: str) -> Chosen | None:
    """Add the start that scripts give, if it is one for users; ``tools`` bounds which programs count."""
    for one in chosen(seen):
        tool = one.words[0].rpartition("/")[2]
        if not one.told or (tools and tool not in tools):
            continue
        add_told(seen, one)
        if one.file:
            add_facts(seen, reached(seen.place, [one.file]))
        return one
    return None


def add_told(seen: Seen, one: Chosen, confidence: float = DECLARED) -> None:
    """Add a start command and what it says of the port."""
    why = Phrase(en=f"The script {one.script} starts it.", zh=f"脚本 {one.script} 用来启动它。")
    evidence = seen.line(one.script)
    command = command_of(one.words, one.environment, one.folder)
    seen.draft.start.add(command, confidence, "node.start.script", why, evidence)
    if one.port:
        seen.port(
            one.port,
            confidence,
            "script",
            Phrase(en=f"The script says port {one.port}.", zh=f"脚本指定了端口 {one.port}。"),
            evidence,
        )


def script_port(seen: Seen, *tools: str) -> None:
    """Add the port that a start script gives to one of these tools."""
    for name, step in seen.steps:
        if step.tool in tools and role_of(step) == Role.RUN and (port := given_port(step)):
            why = Phrase(en=f"The script {name} says port {port}.", zh=f"脚本 {name} 指定了端口 {port}。")
            seen.port(port, DECLARED, "script", why, seen.line(name))


def in_folder(*names: str) -> str:
    """Return names as a path."""
    return join(*names)
