"""Where an ASP.NET Core program listens: configuration files, code, what images and Kestrel do otherwise."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.detect.languages.dotnet.sources import Sources
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, GUESS
from builder.look import Place
from builder.plan import Probe
from core.evidence import Evidence
from core.phrase import Phrase

PORT = 8080
"""What the images of .NET listen on since .NET 8. Older ones are told to, so that no privilege is needed."""

_URL = re.compile(r"^https?://(?P<host>\[[^\]]*\]|[^:/]+):(?P<port>\d{2,5})")
_FILES = ("appsettings.json", "appsettings.Production.json", "hosting.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    host: str
    port: int
    variable: str
    evidence: Evidence | None


def add_listening(place: Place, draft: Draft, sources: Sources) -> None:
    """Add port, address and health path."""
    configured = list(_configured(place))
    for one in configured:
        _add(draft, one.port, DECLARED, "dotnet.port.settings", one.evidence)
        _bind(draft, one.host, DECLARED, one.evidence)
        if one.host in {"localhost", "127.0.0.1", "[::1]"}:
            why = Phrase(en="It would only listen inside of its container.", zh="否则它只在容器内部监听。")
            draft.traits.add(
                f"dotnet.env:{one.variable}=http://+:{one.port}", DECLARED, "dotnet.bind.mended", why, one.evidence
            )
    for listen in sources.listens:
        evidence = place.cite(listen.file, listen.line)
        _add(draft, listen.port, CODE, "dotnet.port.code", evidence)
        _bind(draft, listen.host, CODE, evidence)
    for read in sources.reads:
        if read.name in {"PORT", "ASPNETCORE_PORT", "HTTP_PORT", "APP_PORT"} and (read.default or "").isdigit():
            _add(
                draft,
                int((read.default or "0")[:6]),
                CODE + 0.04,
                "dotnet.port.environment",
                place.cite(read.file, read.line),
            )
    why = Phrase(en="The images of .NET listen there.", zh=".NET 镜像默认监听该端口。")
    draft.port.add(PORT, CONVENTION, "dotnet.port.usual", why)
    if not configured and not sources.listens:
        _bind(draft, "0.0.0.0", CONVENTION, None)  # noqa: S104 - of the program
    for port, evidence in _launched(place):
        developing = Phrase(en="While developing it listens there.", zh="开发时监听该端口。")
        draft.port.add(port, GUESS, "dotnet.port.launch", developing, evidence)
    for route in sources.routes:
        answers = Phrase(en=f"It answers on {route.path}.", zh=f"它在 {route.path} 上应答。")
        sure = CODE if draft.health.best is None else CODE - 0.1
        draft.health.add(
            Probe(path=route.path), sure, "dotnet.health.route", answers, place.cite(route.file, route.line)
        )


def _configured(place: Place) -> Iterator[_Address]:
    for file in reversed(_FILES):
        data = place.json(file)
        for key, value in data.items():
            if key.lower() in {"urls", "server.urls"} and isinstance(value, str):
                yield from _addresses(place, file, value, "URLS")
        kestrel = _inner(data, "kestrel")
        endpoints = _inner(kestrel, "endpoints")
        for name, one in endpoints.items():
            url = _value(one, "url")
            if isinstance(url, str) and not url.startswith("https"):
                yield from _addresses(place, file, url, f"Kestrel__Endpoints__{name}__Url")


def _addresses(place: Place, file: str, text: str, variable: str) -> Iterator[_Address]:
    for part in text.split(";"):
        if (found := _URL.match(part.strip())) and not (part.strip().startswith("https") and ";" in text):
            yield _Address(
                host=found["host"], port=int(found["port"]), variable=variable, evidence=place.cite(file, part.strip())
            )


def _launched(place: Place) -> Iterator[tuple[int, Evidence | None]]:
    file = "Properties/launchSettings.json"
    for one in _inner(place.json(file), "profiles").values():
        urls = _value(one, "applicationUrl")
        for part in urls.split(";") if isinstance(urls, str) else ():
            if part.startswith("http://") and (found := _URL.match(part)):
                yield int(found["port"]), place.cite(file, part)


def _inner(data: Any, name: str) -> dict[str, Any]:
    found = _value(data, name)
    return found if isinstance(found, dict) else {}


def _value(data: Any, name: str) -> Any:
    if not isinstance(data, dict):
        return None
    return next((value for key, value in data.items() if str(key).lower() == name.lower()), None)


def _add(draft: Draft, port: int, confidence: float, rule: str, evidence: Evidence | None) -> None:
    if 0 < port < 65536:
        draft.port.add(port, confidence, rule, Phrase(en=f"Port {port} is named.", zh=f"指定了端口 {port}。"), evidence)


def _bind(draft: Draft, host: str, confidence: float, evidence: Evidence | None) -> None:
    plain = "0.0.0.0" if host in {"*", "+", "[::]"} else "127.0.0.1" if host in {"localhost", "[::1]"} else host  # noqa: S104
    draft.bind.add(
        plain, confidence, "dotnet.bind", Phrase(en=f"It listens on {plain}.", zh=f"它监听 {plain}。"), evidence
    )
