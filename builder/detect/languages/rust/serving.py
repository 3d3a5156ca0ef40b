"""Where a Rust server listens, how it is started so that others reach it, and how to see that it is well."""

from builder.detect.languages.rust.listening import CALL, NAMED, SETTING, VARIABLE, host_of, is_loopback, is_where
from builder.detect.languages.rust.programs import Program
from builder.detect.languages.rust.purposes import serving_subcommand
from builder.detect.languages.rust.settings import Stated, configured, rocket
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT
from builder.look import Look, Place
from builder.plan import Command, Probe
from core.phrase import Phrase

_STEP = 0.04
"""A second port of the same sort is weaker by this much: the first that the code names is the main one."""
_OF_OTHERS = frozenset({25, 465, 587, 1025, 3306, 4222, 5432, 5672, 6379, 9000, 9092, 9200, 11211, 27017})
"""Ports of services that programs call: where one is only named, it is seldom the one listened on."""
_ENCRYPTED = 443
"""Listened on beside the main port, where a server fetches its own certificate: in a cluster others do that."""
_CONFIDENCE = {VARIABLE: CODE + 0.05, CALL: CODE, SETTING: CODE - 0.05, NAMED: CODE - 0.1}
_ANY = "0.0.0.0"  # noqa: S104 - what the program is told, in its container


def add_port(place: Place, draft: Draft, program: Program) -> None:
    """Add the ports that settings and code name, and the one that the framework uses by itself."""
    framework = program.framework
    stated = rocket(place) if framework and framework.name == "rocket" else configured(place, program.used)
    _add_stated(draft, next(stated, None))
    seen: dict[int, int] = {}
    told: set[tuple[int, int]] = set()
    for one in program.found:
        for listen in one.listens:
            if (listen.port, listen.rank) in told:
                continue
            told.add((listen.port, listen.rank))
            doubtful = listen.port == _ENCRYPTED or (listen.rank in {SETTING, NAMED} and listen.port in _OF_OTHERS)
            lower = 0.2 if doubtful else 0.0
            draft.port.add(
                listen.port,
                max(DEFAULT + 0.05, _CONFIDENCE[listen.rank] - _STEP * seen.get(listen.rank, 0)) - lower,
                "rust.port.code",
                Phrase(en=f"The code names port {listen.port}.", zh=f"代码中写了端口 {listen.port}。"),
                place.look.cite(one.path, listen.line),
            )
            seen[listen.rank] = seen.get(listen.rank, 0) + 1
    usual = framework.port if framework else 8080
    name = framework.name if framework else "Rust"
    draft.port.add(
        usual,
        CONVENTION if framework and framework.fixed else DEFAULT,
        "rust.port.framework",
        Phrase(en=f"{name} servers usually listen there.", zh=f"{name} 服务通常监听该端口。"),
    )


def add_bind(look: Look, draft: Draft, program: Program) -> None:
    """Add the address that is listened on, and what makes it one that others reach."""
    for one in program.found:
        hosts = [(listen.host, listen.line) for listen in one.listens if listen.host and listen.rank != NAMED]
        for at, (host, line) in enumerate([*hosts, *one.hosts]):
            draft.bind.add(
                host,
                CODE - _STEP * at,
                "rust.bind.code",
                Phrase(en=f"It listens on {host}.", zh=f"它监听 {host}。"),
                look.cite(one.path, line),
            )
        for option in one.options:
            host = option.default.rpartition(":")[0] or option.default
            if is_where(option.field) and host_of(host):
                reached = _ANY if option.flag and is_loopback(host) else host  # ``arguments`` tells it otherwise
                why = Phrase(en=f"It listens on {reached}.", zh=f"它监听 {reached}。")
                draft.bind.add(reached, CODE - _STEP, "rust.bind.option", why, look.cite(one.path, option.line))
        for read in one.reads:
            if read.default and is_where(read.name) and is_loopback(read.default.partition(":")[0]):
                tail = read.default.partition(":")[2]
                _reachable(look, draft, f"{read.name}={_ANY}{':' if tail else ''}{tail}", one.path, read.line)
    if program.framework and program.framework.name == "rocket":
        _reachable(look, draft, f"ROCKET_ADDRESS={_ANY}", program.found[0].path, 0)


def arguments(program: Program) -> tuple[str, ...]:
    """Return what the program is started with: the subcommand that serves, and an address that others reach."""
    if program.framework and program.framework.name == "loco":
        return ("start", "--environment", "production", "--binding", _ANY)
    words = [serving_subcommand(program.subcommands)]
    for one in program.found:
        for option in one.options:
            host, colon, port = option.default.rpartition(":")
            where = host if colon else option.default
            if option.flag and is_where(option.field) and is_loopback(where):
                words += [f"--{option.flag}", f"{_ANY}:{port}" if colon else _ANY]
    return tuple(word for word in words if word)


def add_health(look: Look, draft: Draft, program: Program) -> None:
    """Add the routes that are there to be asked."""
    told: list[str] = []
    for one in program.found:
        for path, line in one.health:
            if path not in told:
                draft.health.add(
                    Probe(path=path),
                    CODE - _STEP * len(told),
                    "rust.health.route",
                    Phrase(en=f"It answers {path}.", zh=f"它提供 {path}。"),
                    look.cite(one.path, line),
                )
                told.append(path)


def command(program: Program) -> Command:
    """Return how the program is started."""
    return Command(argv=(f"/app/{program.target.name}", *arguments(program)))


def _add_stated(draft: Draft, stated: Stated | None) -> None:
    if stated:
        draft.port.add(
            stated.port,
            DECLARED - 0.03,
            "rust.port.settings",
            Phrase(en=f"{stated.file} sets port {stated.port}.", zh=f"{stated.file} 设置了端口 {stated.port}。"),
            stated.evidence,
        )


def _reachable(look: Look, draft: Draft, setting: str, path: str, line: int) -> None:
    evidence = look.cite(path, line) if line else None
    why = Phrase(en=f"{setting} makes it reachable.", zh=f"{setting} 使其可以从外部访问。")
    draft.traits.add(f"rust.set:{setting}", CODE, "rust.bind.variable", why, evidence)
    draft.bind.add(_ANY, CODE + 0.05, "rust.bind.variable", why, evidence)
