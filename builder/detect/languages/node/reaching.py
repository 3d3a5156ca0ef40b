"""Where a program is reached: ports that the code, settings and habits name, addresses, the path of its health."""

from builder.detect.languages.node.facts import Facts
from builder.detect.languages.node.seen import Seen
from builder.detect.shared.health import health_path
from builder.grounds import CODE, CONVENTION, DEFAULT
from builder.plan import Probe
from core.phrase import Phrase


def add_facts(seen: Seen, facts: Facts) -> None:
    """Add what sources say of ports, addresses and health."""
    known: dict[int, float] = {}
    for at, one in enumerate(sorted(facts.listens, key=lambda found: (not found.sure, not found.variable))):
        if one.port in known:
            continue
        # the first is the program's own; each further one counts less by more than a tie
        confidence = max((CODE if one.sure else CODE - 0.05) - 0.04 * len(known), CONVENTION)
        known[one.port] = confidence
        why = Phrase(en=f"The code names port {one.port}.", zh=f"代码中写了端口 {one.port}。")
        seen.port(one.port, confidence, "listens", why, seen.place.cite(one.file, one.line))
        if one.sure and at == 0:
            host = one.host or ("127.0.0.1" if _is_loopback(seen) else "0.0.0.0")  # noqa: S104 - what the code says
            said = Phrase(en=f"It listens on {host}.", zh=f"它监听 {host}。")
            seen.draft.bind.add(host, CODE, "node.bind.listens", said, seen.place.cite(one.file, one.line))
    routes = {path: (file, line) for path, file, line in reversed(facts.health)}
    if path := health_path(routes):
        why = Phrase(en=f"It answers {path}.", zh=f"它响应 {path}。")
        seen.draft.health.add(Probe(path=path), CODE, "node.health.route", why, seen.place.cite(*routes[path]))


def _is_loopback(seen: Seen) -> bool:
    return seen.draft.framework.best == "fastify"


def usual_port(seen: Seen, port: int, framework: str) -> None:
    """Add the port that a framework, or Node's servers, usually listen on."""
    if framework:
        why = Phrase(en=f"{framework} listens there by default.", zh=f"{framework} 默认监听该端口。")
        seen.port(port, CONVENTION - 0.1, "framework", why)
    else:
        why = Phrase(en="Node servers usually listen there.", zh="Node 服务通常监听该端口。")
        seen.port(port, DEFAULT, "usual", why)


_SETTINGS = (
    "config/production.json", "config/default.json", "config.json", "config/default.json5", "config/production.yaml",
    "config/production.yml", "config/default.yaml", "config/default.yml", "config/local.yaml",
)  # fmt: skip


def configured_port(seen: Seen) -> None:
    """Add the port that files of the package ``config`` give."""
    if not seen.package.needs("config", "nconf", "rc", "@feathersjs/configuration"):
        return
    for file in _SETTINGS:
        held = seen.place.json(file) if file.endswith(("json", "json5")) else seen.place.yaml(file)
        if not isinstance(held, dict):
            continue
        inner = held.get("server") if isinstance(held.get("server"), dict) else {}
        port = held.get("port", inner.get("port") if isinstance(inner, dict) else None)
        if isinstance(port, int | str) and str(port).isdigit():
            why = Phrase(en=f"{file} gives port {port}.", zh=f"{file} 给出了端口 {port}。")
            seen.port(int(port), CODE - 0.06, "config", why, seen.place.cite(file, "port"))
            return
