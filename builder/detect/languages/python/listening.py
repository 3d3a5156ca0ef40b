"""The port and address of a program: what its code, its configuration and its framework say."""

from collections.abc import Iterator

from builder.detect.languages.python import servers
from builder.detect.languages.python.found import Facts, Port
from builder.detect.languages.python.modules import Program, reached
from builder.detect.languages.python.named_ports import named_port
from builder.detect.languages.python.serving import Serve
from builder.grounds import CODE, CONVENTION, DECLARED
from core.phrase import Phrase


def ports(facts: Facts, framework: str, file: str) -> Iterator[Port]:
    """Tell the ports that speak for a program that starts in ``file``."""
    if found := servers.configured_port(facts):
        bound, name, what = found
        why = Phrase(en=f"{name} binds port {bound}.", zh=f"{name} 绑定端口 {bound}。")
        yield Port(
            port=bound,
            confidence=DECLARED,
            rule="python.port.configured",
            why=why,
            evidence=facts.place.cite(name, what),
        )
    told = False
    related = reached(facts.program, file)
    for one in facts.serves:
        number = one.port.port if one.port else None
        if number is None or (one.tool == "grpc") != (framework == "grpc"):
            continue
        near = one.file == file or one.file in related or _leads_to(facts.program, one.file, file)
        confidence = CODE if one.file == file else CODE - 0.05 if near else CODE - 0.2
        told = told or near
        yield _said(facts, one, number, confidence)
    if not told and (said := named_port(facts, file)):
        yield said
    if framework in servers.PORTS:
        usual = servers.PORTS[framework]
        if (
            framework in {"flask", "flask-socketio", "dash-server", "bottle", "quart"}
            and _server_is_declared(facts)
            and not _runs_itself(facts)
        ):
            usual = 8000
        why = Phrase(en=f"{framework} listens there unless told otherwise.", zh=f"{framework} 默认监听该端口。")
        yield Port(port=usual, confidence=CONVENTION - 0.1, rule="python.port.framework", why=why)


def host_of(facts: Facts, file: str) -> str:
    """Return the address that the code of a file binds, empty where it names none."""
    for one in facts.serves:
        if one.file == file and one.host and isinstance(one.host.value, str):
            return one.host.value or "0.0.0.0"  # noqa: S104 - what the code says, not what we open
    return ""


def environment_of(facts: Facts, file: str) -> tuple[tuple[str, str], ...]:
    """Return variables that make a program listen on every address, where its code asks them for the address."""
    found = {}
    for one in facts.serves:
        if one.file == file and one.host and one.host.variable and one.host.value not in {"0.0.0.0", "", "::"}:  # noqa: S104
            found[one.host.variable] = "0.0.0.0"  # noqa: S104 - inside of a container that is what is meant
    return tuple(found.items())


def _leads_to(program: Program, start: str, file: str) -> bool:
    return file in reached(program, start, 6)


def _said(facts: Facts, one: Serve, number: int, confidence: float) -> Port:
    value = one.port
    why = Phrase(en=f"The code listens on port {number}.", zh=f"代码监听端口 {number}。")
    if value and value.variable:
        why = Phrase(
            en=f"The code listens on ${value.variable}, {number} where it is not set.",
            zh=f"代码监听 ${value.variable}，未设置时为 {number}。",
        )
    evidence = (
        facts.place.cite(value.file, value.line) if value and value.file else facts.place.cite(one.file, one.line)
    )
    return Port(port=number, confidence=confidence, rule="python.port.code", why=why, evidence=evidence)


def _server_is_declared(facts: Facts) -> bool:
    return bool(facts.manifest.has("gunicorn", "uvicorn", "hypercorn"))


def _runs_itself(facts: Facts) -> bool:
    return any(one.method in {"run", "run_server"} for one in facts.serves)
