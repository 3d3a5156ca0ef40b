"""What a Rust program is: a server, a worker, a window, a tool."""

from collections.abc import Sequence

from builder.detect.languages.rust.manifest import Manifest
from builder.detect.languages.rust.programs import Program
from builder.detect.languages.rust.purposes import (
    BOTS,
    COMMAND_LINES,
    CONSUMERS,
    FIRMWARE,
    HOSTED,
    SCREENS,
    TERMINALS,
    is_called_server,
    is_tool,
)
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Kind
from core.phrase import Phrase


def kind_of(program: Program, package: Manifest, windows: Sequence[str]) -> tuple[Kind, float, str, Phrase]:
    """Return what a program is, how sure that is, by which rule, and why."""
    used = program.used
    if screen := sorted(used & SCREENS):
        why = Phrase(en=f"It opens windows ({screen[0]}).", zh=f"它会打开窗口（{screen[0]}）。")
        return Kind.DESKTOP, DECLARED, "rust.kind.screen", why
    if host := sorted(used & (FIRMWARE | HOSTED)):
        why = Phrase(en=f"Another system runs it ({host[0]}).", zh=f"它由其他系统加载运行（{host[0]}）。")
        return Kind.OTHER, DECLARED, "rust.kind.hosted", why
    if "sea-orm-migration" in used and program.framework is None:
        why = Phrase(en="It migrates a database.", zh="它用于迁移数据库。")
        return Kind.JOB, CODE, "rust.kind.migration", why
    named = is_called_server(program.target.name) or is_called_server(package.name)
    tool = (is_tool(program.subcommands) and not named) or bool(used & TERMINALS)
    tool = tool or program.target.name.startswith("cargo-")
    if not tool and ((program.serves and (named or _listens(program))) or (named and _names_a_port(program))):
        why = Phrase(en="It serves requests.", zh="它处理网络请求。")
        return Kind.WEB, CODE, "rust.kind.serves", why
    if windows:
        why = Phrase(en=f"It links what opens windows ({windows[0]}).", zh=f"它链接了打开窗口的库（{windows[0]}）。")
        return Kind.DESKTOP, CODE, "rust.kind.windows", why
    if not tool and (bot := sorted(used & BOTS)):
        why = Phrase(en=f"It runs for ever ({bot[0]}).", zh=f"它会持续运行（{bot[0]}）。")
        return Kind.WORKER, CODE, "rust.kind.worker", why
    if not used & COMMAND_LINES and (queue := sorted(used & CONSUMERS)):
        why = Phrase(en=f"It consumes from a queue ({queue[0]}).", zh=f"它消费消息队列（{queue[0]}）。")
        return Kind.WORKER, CONVENTION, "rust.kind.consumer", why
    why = (
        Phrase(en="Its subcommands do work of their own.", zh="它的子命令各自完成工作。")
        if program.serves
        else Phrase(en="It serves nothing.", zh="它不提供网络服务。")
    )
    return Kind.CLI, CONVENTION, "rust.kind.program", why


def _listens(program: Program) -> bool:
    """Say whether it listens: with a framework it does, a bare socket must be given a port."""
    return program.framework is not None or _names_a_port(program)


def _names_a_port(program: Program) -> bool:
    return any(one.listens for one in program.found)
