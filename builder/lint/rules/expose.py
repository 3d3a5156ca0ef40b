"""EXPOSE: ports that exist, and that are the program's."""

import re
from collections.abc import Iterator

from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import CHECKS, REFERENCE
from builder.lint.source import Part, Source

MAX_PORT = 65535
PRIVILEGED = 1024


def _ports(part: Part) -> Iterator[tuple[str, str]]:
    """Tell the words of EXPOSE as port (or range) and protocol."""
    for word in part.text.split("#")[0].split():
        port, _, protocol = word.partition("/")
        yield port, protocol


@rule("expose.impossible", Severity.ERROR, f"{REFERENCE}#expose", hadolint=("DL3011",))
def impossible(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ports that do not exist."""
    for part in source.of("EXPOSE"):
        for port, _ in _ports(part):
            ends = port.split("-")
            if all(one.isdigit() for one in ends) and not all(0 < int(one) <= MAX_PORT for one in ends):
                yield hit(part.line, f"There is no port {port}: 1 to 65535.", f"不存在端口 {port}：范围为 1 到 65535。")


@rule("expose.form", Severity.ERROR, f"{CHECKS}expose-invalid-format/", check="ExposeInvalidFormat")
def form(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find EXPOSE with the port or address of the host, which a Dockerfile cannot decide."""
    for part in source.of("EXPOSE"):
        for port, _ in _ports(part):
            if ":" in port:
                inner = port.rpartition(":")[2]
                yield hit(
                    part.line,
                    f"{port}: a Dockerfile cannot say the host's port. Write {inner}.",
                    f"{port}：Dockerfile 不能指定主机端口。请写 {inner}。",
                )


@rule("expose.protocol", Severity.ADVICE, f"{CHECKS}expose-proto-casing/", check="ExposeProtoCasing")
def protocol_case(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find protocols in capitals."""
    for part in source.of("EXPOSE"):
        if any(protocol != protocol.lower() for _, protocol in _ports(part)):
            plain = source.text[part.words_at : part.end]
            text = re.sub(r"/(TCP|UDP|SCTP)\b", lambda one: one[0].lower(), plain, flags=re.IGNORECASE)
            yield hit(
                part.line,
                "Protocols are written small: 53/udp.",
                "协议名用小写：53/udp。",
                Edit(begin=part.words_at, end=part.end, text=text, sure=True) if text != plain else None,
            )


@rule("expose.other-port", Severity.WARNING, f"{REFERENCE}#expose")
def other_port(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find EXPOSE without the port on which the program listens, as the plan knows it."""
    found = source.ending("EXPOSE")
    if around.port is None or not found:
        return
    known = [port for part in found for port, _ in _ports(part)]
    inside = [one for one in known if _holds(one, around.port)]
    if known and not inside and all(re.fullmatch(r"\d+(-\d+)?", one) for one in known):
        yield hit(
            found[-1].line,
            f"EXPOSE says {', '.join(known)}, the program listens on {around.port}.",
            f"EXPOSE 写的是 {', '.join(known)}，而程序监听 {around.port}。",
        )


def _holds(port: str, wanted: int) -> bool:
    first, _, last = port.partition("-")
    return first.isdigit() and int(first) <= wanted <= int(last or first)


@rule("expose.privileged", Severity.ADVICE, f"{REFERENCE}#expose")
def privileged(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ports below 1024 of a program that is not root: some systems do not let it listen there."""
    users = source.ending("USER")
    root = not users or users[-1].text.partition(":")[0] in {"0", "root"}
    for part in source.ending("EXPOSE"):
        low = [port for port, _ in _ports(part) if port.isdigit() and 0 < int(port) < PRIVILEGED]
        if low and not root:
            yield hit(
                part.line,
                f"Port {low[0]} is below 1024: without root some systems do not let the program listen there.",
                f"端口 {low[0]} 低于 1024：非 root 程序在某些系统上不能监听。",
            )


@rule("expose.shell", Severity.WARNING, f"{REFERENCE}#expose")
def shell(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find the port of a login: containers are entered from outside, not over SSH."""
    for part in source.ending("EXPOSE"):
        if any(port == "22" for port, _ in _ports(part)):
            yield hit(
                part.line,
                "Port 22: a container needs no SSH server. kubectl exec and docker exec open a shell.",
                "端口 22：容器不需要 SSH 服务。可用 kubectl exec 或 docker exec 打开 shell。",
            )


RULES: tuple[Rule, ...] = (impossible, form, protocol_case, other_port, privileged, shell)
