"""One file, or several, and what they make of a component."""

from dataclasses import dataclass, field

from builder.plan import Kind
from tests.builder.detect.truths.telling import Found

FLASK = Found(start="gunicorn app:app", port=8000)
EXPRESS = Found(provider="node", start="node server.js", port=3000)
GO = Found(provider="go", start="/app/shop", port=8080, name="shop")
SPRING = Found(provider="jvm", start="java -jar /app/app.jar", port=8080)
PACKAGE = (
    '{"scripts": {"start": "node server.js", "dev": "nodemon server.js", "worker": '
    '"node '
    'worker.js", "serve:prod": "NODE_ENV=production node server.js --fast"}}'
)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    found: Found = FLASK
    start: str | None = None
    port: int | None = None
    version: str = ""
    kind: Kind = Kind.WEB
    health: str = ""
    tasks: tuple[tuple[str, str], ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    schedule: str = ""
    rivals: tuple[str, ...] = ()
    output: str = ""
    extra: dict[str, str] = field(default_factory=dict)


def docker(*lines: str, base: str = "python:3.11-slim") -> dict[str, str]:
    return {"Dockerfile": "\n".join((f"FROM {base}", "WORKDIR /app", "COPY . .", *lines)) + "\n"}


def compose(body: str, name: str = "docker-compose.yml") -> dict[str, str]:
    return {name: f"services:\n{body}"}
