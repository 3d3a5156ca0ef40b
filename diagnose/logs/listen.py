"""Find the addresses and ports that a program says it listens on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj
from core.evidence import Evidence
from diagnose.logs.reading import LogItem, read_log
from diagnose.scene import Scene

MAX_LISTENERS = 16
"""More listen lines than this say nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A listener that the log names. ``address`` is empty where the line names none (all addresses).

    ``aside`` marks listeners for metrics, debugging or administration beside the real one.
    """

    address: str
    port: int
    evidence: Evidence
    aside: bool = False

    @property
    def loopback(self) -> bool:
        """Whether only the pod itself can reach it."""
        return self.address == "localhost" or self.address == "::1" or self.address.startswith("127.")


_HOST = r"(?P<host>\[[0-9a-fA-F:.]{2,45}\]|localhost|\*|::|0|\d{1,3}(?:\.\d{1,3}){3}|)"
_ANY = r"(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9*][A-Za-z0-9.-]{0,80}|::|)"
_PORT = r"(?P<port>\d{2,5})\b(?![.\d]*\d)"

_ANNOUNCES = "(?:listening|listens|serving|running|started|available|ready|local|network|url|bound|server)"
_LISTENS = "(?:listening|listens|listener|listen|serving|bound|bound_addresses|awaiting socket connections)"
_AT_PORT = (
    "(?:listening|listens|listen|serving|server|started|starting|running|ready|up|bound|accept(?:ing)? connections|"
    "waiting for connections)"
)

_BANNERS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:started|running|ready)\b.{{0,60}}?\bon:? {_HOST}:{_PORT}",
        # Any URL after a word that announces a server: gunicorn, Uvicorn, Kestrel, Quarkus, Flask, Django, puma, Deno.
        rf"\b{_ANNOUNCES}\b[^/]{{0,80}}?\b(?:https?|wss?|grpc|h2c|tcp)://{_ANY}:{_PORT}",
        rf"(?:development|dev) server \(https?://{_ANY}:{_PORT}",
        # Name and port apart: PostgreSQL, gRPC starters, http.server, fiber.
        rf'listening on (?:IPv[46] )?address:? "?{_ANY}"?, port:? {_PORT}',
        rf"serving https? on {_ANY} port {_PORT}",
        rf"bound on host {_ANY} and port {_PORT}",
        # host:port after a word that only a listener uses.
        rf"\b{_LISTENS}\b[^/=]{{0,60}}?[\s=\"({{:]{_HOST}:{_PORT}",
        rf"Started \w{{0,20}}Connector@.{{0,80}}\{{{_HOST}:{_PORT}\}}",
        rf"\b(?:{_LISTENS}|started|starting)\b.{{0,120}}\b(?:addr|address|endpoint|bind)=\"?{_HOST}:{_PORT}",
        # A bare port: Tomcat, Netty, Jetty, Node, Redis, MySQL, MongoDB.
        rf"\b{_AT_PORT}\b.{{0,80}}?\bport(?:\(s\)|s)?\s?(?:is|[:=])? ?{_PORT}(?P<host>)",
        # Chinese.
        rf"(?:监听|启动|运行).{{0,40}}?(?:端口|地址|于|在)[^0-9\[*:]{{0,12}}{_HOST}:{_PORT}",
        rf"(?:监听|启动|运行).{{0,40}}?端口(?:号)?[^0-9]{{0,8}}{_PORT}(?P<host>)",
        rf"监听 ?{_HOST}:{_PORT}",
        rf"端口(?:号)?[^0-9]{{0,4}}{_PORT}(?P<host>).{{0,20}}(?:监听|启动)",
    )
)

_HINTS = (
    *("listen", "serving", "running", "started", "starting", "available", "ready", "server", "bound", "local:"),
    *("network:", "connections", "url", "监听", "启动", "运行"),
)
_NOT = re.compile(
    r"fail|error|unable|cannot|can't|could not|refused|in use|retry|waiting for [a-z]{1,20} (?:on|at) |"
    r"connect(?:ed|ing) to|失败|错误|无法|被占用|拒绝",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:metrics|prometheus|debug|debugger|pprof|admin|management|actuator|inspector|health(?:z|check)?|"
    r"telemetry|jmx)\b",
    re.IGNORECASE,
)


def listening(scene: Scene, pod: Obj, container: str) -> tuple[Listen, ...]:
    """Return what the current run's log says it listens on; the previous run's when the current one names nothing."""
    for previous in (False, True):
        if found := _listening(scene, pod, container, previous=previous):
            return found
    return ()


def _listening(scene: Scene, pod: Obj, container: str, *, previous: bool) -> tuple[Listen, ...]:
    reading = read_log(scene, pod, container, previous=previous)
    found: dict[tuple[str, int], Listen] = {}
    for item in reading.items if reading else ():
        for address, port in ports_in(item):
            if (address, port) not in found and len(found) < MAX_LISTENERS:
                found[(address, port)] = Listen(
                    address=address,
                    port=port,
                    evidence=scene.line(pod, container, item.number, previous=previous, current=not previous),
                    aside=bool(_ASIDE.search(item.text)),
                )
    return tuple(found.values())


def ports_in(item: LogItem) -> Iterator[tuple[str, int]]:
    """Yield (address, port) pairs that one item announces as listeners, whatever its level."""
    text = item.text[:600]
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS) or _NOT.search(text):
        return
    for pattern in _BANNERS:
        match = pattern.search(text)
        if match is None:
            continue
        port = int(match["port"])
        if 0 < port < 65536:
            yield _address(match["host"]), port
            return


def _address(host: str) -> str:
    """Return the address bare; the names for "all addresses" and names of hosts read as empty or as they stand."""
    bare = host.strip("[]").lower()
    return "" if bare in {"*", "0"} else bare
