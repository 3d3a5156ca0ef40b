"""Pods whose health check fails now, with the events of the kubelet."""

from collections.abc import Sequence
from typing import Any

from tests.diagnose.build import Obj, container, event, terminated
from tests.diagnose.examination_pods_case import Case, unready, web

KINDS = {"Readiness": "readinessProbe", "Liveness": "livenessProbe", "Startup": "startupProbe"}


POD = "web-5f7c9d-abcde"


def http(port: int | str = 8080, path: str = "/healthz", **rest: Any) -> Obj:
    return {
        "httpGet": {"path": path, "port": port, **rest.pop("get", {})},
        "periodSeconds": 10,
        "failureThreshold": 3,
        "timeoutSeconds": 1,
        **rest,
    }


def part_with(kind: str, probe: Obj, **rest: Any) -> Obj:
    return container(ports=[{"name": "http", "containerPort": 8080}], **{**rest, KINDS[kind]: probe})


def failing(kind: str, part: Obj, output: str, *, name: str = POD, errored: bool = False, **rest: Any) -> list[Obj]:
    """Return a pod whose check fails now, with the events of the kubelet."""
    word = "errored and resulted in unknown state" if errored else "failed"
    message = f"{kind} probe {word}: {output}"
    if kind == "Readiness":
        body = unready(part, name=name, **rest)
        return [body, event(body, "Unhealthy", message, container=part["name"], first=1490, last=4, count=140)]
    end = terminated(137, "Error", ended=25, ran=62)
    body = unready(part, name=name, since=24, restarts=9, last=end, started=kind != "Startup", **rest)
    killing = f"Container {part['name']} failed {kind.lower()} probe, will be restarted"
    return [
        body,
        event(body, "Unhealthy", message, container=part["name"], first=1490, last=30, count=30),
        event(body, "Killing", killing, kind="Normal", container=part["name"], first=1430, last=27, count=9),
    ]


def case(
    title: str,
    kind: str,
    code: str,
    part: Obj,
    output: str,
    *,
    lines: Sequence[str] = (),
    says: tuple[str, ...] = (),
    never: tuple[str, ...] = (),
    errored: bool = False,
    fix: str = "",
    more: Sequence[Obj] = (),
    variant: str | None = None,
    **rest: Any,
) -> Case:
    body, *events = failing(kind, part, output, errored=errored, **rest)
    logs = {(POD, part["name"], kind != "Readiness"): list(lines)} if lines else {}
    return Case(
        id=f"{kind.lower()}: {title}",
        objects=[*web(body), *events, *more],
        logs=logs,
        code=code,
        variant=kind.lower() if variant is None else variant,
        part=None,
        says=says,
        fix=fix,
        never=(*never, *(("AppCrashed", "ProcessKilledBySignal") if kind != "Readiness" else ())),
    )
