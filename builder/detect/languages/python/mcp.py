"""Servers of the Model Context Protocol: put online over HTTP, started by their client otherwise."""

from collections.abc import Iterator

from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.listening import environment_of, host_of, ports
from builder.detect.languages.python.own_servers import script_command
from builder.grounds import CODE
from builder.plan import Command, Kind
from core.phrase import Phrase

HTTP = frozenset({"http", "streamable-http", "streamable_http", "sse"})


def find(facts: Facts) -> Iterator[Found]:
    """Tell the MCP servers; one that can speak HTTP is preferred."""
    runs = [one for one in facts.serves if one.tool == "mcp"]
    runs.sort(
        key=lambda one: (one.transport not in HTTP and not one.method.startswith("run_http"), one.file.count("/"))
    )
    for one in runs[:1]:
        online = one.transport in HTTP or one.method in {"run_http_async", "run_sse_async", "run_streamable_http_async"}
        start, folder = script_command(facts, one.file)
        script = next((name for name, target in facts.manifest.scripts.items() if _within(facts, target, one.file)), "")
        if script:
            start, folder = Command(argv=(script,)), ""
        why = (
            Phrase(en="The MCP server speaks HTTP.", zh="该 MCP 服务器使用 HTTP。")
            if online
            else Phrase(
                en="The MCP server speaks over standard input: its client starts it.",
                zh="该 MCP 服务器使用标准输入输出，由客户端启动。",
            )
        )
        yield Found(
            kind=Kind.WEB if online else Kind.CLI,
            framework="mcp",
            rank=85,
            confidence=CODE,
            rule="python.kind.mcp-http" if online else "python.kind.mcp-stdio",
            why=why,
            evidence=facts.place.cite(one.file, one.line),
            start=start,
            file=one.file,
            directory=folder,
            ports=tuple(ports(facts, "mcp", one.file)) if online else (),
            host=host_of(facts, one.file) if online else "",
            environment=environment_of(facts, one.file) or ((("FASTMCP_HOST", "0.0.0.0"),) if online else ()),  # noqa: S104 - in a container
        )


def _within(facts: Facts, target: str, file: str) -> bool:
    found, _ = facts.program.local(target.partition(":")[0], "setup.py")
    return found == file
