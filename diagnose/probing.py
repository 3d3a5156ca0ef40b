"""The probes of a container as the kubelet reads them: what they ask, and how long they wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cluster.fields import EMPTY, Obj, dig, mapping, strings, text, whole
from diagnose.containers import Container, FieldPath
from diagnose.ports import declared_ports

ProbeKind = Literal["startup", "liveness", "readiness"]
Handler = Literal["httpGet", "tcpSocket", "grpc", "exec", ""]

KINDS: tuple[ProbeKind, ...] = ("startup", "liveness", "readiness")
"""In the order in which the kubelet lets them act."""

_HANDLERS: tuple[Handler, ...] = ("httpGet", "tcpSocket", "grpc", "exec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One probe of one container. ``path`` leads to it within the pod, ``key`` is its name in the container."""

    kind: ProbeKind
    container: Container
    spec: Obj

    @property
    def key(self) -> str:
        """Return ``livenessProbe`` and its like."""
        return f"{self.kind}Probe"

    @property
    def path(self) -> FieldPath:
        """Return the path of the probe within the pod."""
        return (*self.container.spec_path, self.key)

    @property
    def handler(self) -> Handler:
        """Return what the probe does, empty when it says nothing known."""
        return next((handler for handler in _HANDLERS if isinstance(self.spec.get(handler), dict)), "")

    @property
    def asked(self) -> Any:
        """The port as written: a number, a name, or None."""
        return dig(self.spec, self.handler, "port") if self.handler not in {"", "exec"} else None

    @property
    def port(self) -> int | None:
        """The number of the port asked, names resolved as the kubelet does (within the same container)."""
        asked = self.asked
        if isinstance(asked, int) and not isinstance(asked, bool):
            return asked
        if not isinstance(asked, str):
            return None
        named = [port.number for port in declared_ports(self.container) if port.name == asked]
        if named:
            return named[0]
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None

    @property
    def url_path(self) -> str:
        """The path that an HTTP probe asks."""
        return (text(self.spec, "httpGet", "path") or "/") if self.handler == "httpGet" else ""

    @property
    def command(self) -> list[str]:
        """The command of an exec probe."""
        return strings(self.spec, "exec", "command")

    @property
    def delay_seconds(self) -> int:
        """Seconds from the start of the container to the first attempt."""
        return max(whole(self.spec, "initialDelaySeconds"), 0)

    @property
    def period_seconds(self) -> int:
        """Seconds between attempts."""
        return whole(self.spec, "periodSeconds") or 10

    @property
    def threshold(self) -> int:
        """Failures in a row that count."""
        return whole(self.spec, "failureThreshold") or 3

    @property
    def timeout_seconds(self) -> int:
        """Seconds that one attempt may take."""
        return whole(self.spec, "timeoutSeconds") or 1

    @property
    def budget_seconds(self) -> int:
        """Seconds from the start of the container until failures from the first attempt on count."""
        return self.delay_seconds + self.period_seconds * self.threshold

    def handler_spec(self) -> Obj:
        """Return what the handler asks, without the timing."""
        return mapping(self.spec, self.handler) if self.handler else EMPTY

    def written(self) -> str:
        """Write what the probe asks in one short line: ``GET :8080/healthz``, ``exec pg_isready``."""
        match self.handler:
            case "httpGet" | "tcpSocket" | "grpc" if self.asked is None:
                return {"httpGet": "HTTP", "tcpSocket": "TCP"}.get(self.handler, "gRPC")
            case "httpGet":
                scheme = "HTTPS " if text(self.spec, "httpGet", "scheme") == "HTTPS" else ""
                return f"{scheme}GET :{self.asked}{self.url_path}"
            case "tcpSocket":
                return f"TCP :{self.asked}"
            case "grpc":
                return f"gRPC :{self.asked}"
            case "exec" if not self.command:
                return "a command"
            case "exec":
                return f"exec {' '.join(self.command)}"[:160]
            case _:
                return "nothing"


def probes_of(container: Container) -> Iterator[Probe]:
    """Yield the probes that a container has, in the order in which they act."""
    for kind in KINDS:
        spec = mapping(container.spec, f"{kind}Probe")
        if spec:
            yield Probe(kind=kind, container=container, spec=spec)
