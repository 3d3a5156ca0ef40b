"""The port and address of a program: what its code, its configuration and its framework say."""

from collections.abc import Iterator

from builder.detect.languages.python import servers
from builder.detect.languages.python.found import Facts, Port
from builder.detect.languages.python.modules import Program, reached
from builder.detect.languages.python.named_ports import named_port
from builder.detect.languages.python.serving import Serve
from builder.detect.shared.variables import examples
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
    told: set[int] = set()
    related = reached(facts.program, file)
    for one in sorted(facts.serves, key=lambda one: one.file != file):
        number = _number(facts, one)
        if (one.tool == "grpc") != (framework == "grpc"):
            continue
        near = one.file == file or one.file in related or _leads_to(facts.program, one, file)
        confidence = CODE if one.file == file else CODE - 0.05 if near else CODE - 0.2
        if number is not None:
            first = number in told or not (near and told)  # of several in one program the first is its own
            told |= {number} if near else set()
            yield _said(facts, one, number, confidence if first else confidence - _LATER)
        elif near and one.unsaid and one.tool in _HAS_DEFAULT and not told:
            told.add(servers.PORTS[one.tool])
            yield _unsaid(facts, one, confidence - _UNSAID)
    if not told and (said := _spoken(facts, file, 2.0) or named_port(facts, file) or _spoken(facts, file, 0.0)):
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


_LATER = 0.1
"""How much less sure a further port is: more than a tie, so that nobody is asked."""

_HAS_DEFAULT = frozenset(servers.PORTS) - {"tornado", "grpc", "websockets", "http.server", "xmlrpc", "twisted"}
"""Frameworks that listen somewhere when they are told nothing; the others must be given a port."""

_UNSAID = 0.1
"""How much less sure a port is that a call leaves to its framework."""


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


def _leads_to(program: Program, one: Serve, file: str) -> bool:
    named = program.local(one.target.partition(":")[0], one.file)[0] if one.target else ""
    return named == file or file in reached(program, one.file, 6)


def _number(facts: Facts, one: Serve) -> int | None:
    """Return the port of a call: what the code says, else what an example file gives the variable that it reads."""
    if one.port is None or one.port.port is not None or one.port.value is not None:
        return one.port.port if one.port else None
    given = next((each.value for each in examples(facts.place) if each.name == one.port.variable), "")
    return int(given) if given.isdigit() and 80 <= int(given) <= 65535 else None


def _spoken(facts: Facts, file: str, least: float) -> Port | None:
    """Return the port that people start a program on, as task runners (a greater weight) or documents tell."""
    related = {file, *reached(facts.program, file)}
    for one in facts.hints:
        if one.port and one.weight >= least and one.file in related:
            why = Phrase(en=f"People start it on port {one.port}.", zh=f"人们在端口 {one.port} 上启动它。")
            sure = CONVENTION + 0.05 if least else CONVENTION - 0.01
            return Port(port=one.port, confidence=sure, rule="python.port.spoken", why=why, evidence=one.evidence)
    return None


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


def _unsaid(facts: Facts, one: Serve, confidence: float) -> Port:
    number = servers.PORTS[one.tool]
    why = Phrase(
        en=f"The code leaves the port to {one.tool}: {number}.", zh=f"代码未指定端口，{one.tool} 使用 {number}。"
    )
    evidence = facts.place.cite(one.file, one.line)
    return Port(port=number, confidence=confidence, rule="python.port.unsaid", why=why, evidence=evidence)


def _server_is_declared(facts: Facts) -> bool:
    return bool(facts.manifest.has("gunicorn", "uvicorn", "hypercorn"))


def _runs_itself(facts: Facts) -> bool:
    return any(one.method in {"run", "run_server"} for one in facts.serves)
