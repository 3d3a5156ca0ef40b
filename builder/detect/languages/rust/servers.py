"""Servers written in Rust: which crates they are built on, the ports that those listen on, what makes them start."""

from dataclasses import dataclass

from builder.detect.languages.rust.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A crate that servers are built on. ``fixed``: it listens on ``port`` itself unless it is told otherwise.

    Else ``port`` is the one of its documentation. ``calls`` make a server of a program that imports it; none: the
    import is enough, for crates that clients do not use.
    """

    crate: str
    name: str
    port: int
    fixed: bool = False
    calls: frozenset[str] = frozenset()


FRAMEWORKS: tuple[Framework, ...] = (
    Framework(crate="loco_rs", name="loco", port=5150, fixed=True),
    Framework(crate="leptos_axum", name="leptos", port=3000),
    Framework(crate="leptos_actix", name="leptos", port=3000),
    Framework(crate="rocket", name="rocket", port=8000, fixed=True),
    Framework(crate="actix_web", name="actix-web", port=8080),
    Framework(crate="poem_openapi", name="poem", port=3000),
    Framework(crate="poem", name="poem", port=3000),
    Framework(crate="salvo", name="salvo", port=8698),
    Framework(crate="warp", name="warp", port=3030),
    Framework(crate="tide", name="tide", port=8080),
    Framework(crate="axum", name="axum", port=3000),
    Framework(crate="axum_server", name="axum", port=3000),
    Framework(crate="ntex", name="ntex", port=8080),
    Framework(crate="gotham", name="gotham", port=7878),
    Framework(crate="viz", name="viz", port=3000),
    Framework(crate="rouille", name="rouille", port=8000),
    Framework(crate="nickel", name="nickel", port=6767),
    Framework(crate="iron", name="iron", port=3000),
    Framework(crate="thruster", name="thruster", port=4321),
    Framework(crate="trillium_tokio", name="trillium", port=8080, fixed=True),
    Framework(crate="trillium_smol", name="trillium", port=8080, fixed=True),
    Framework(crate="trillium_async_std", name="trillium", port=8080, fixed=True),
    Framework(crate="xitca_web", name="xitca-web", port=8080),
    Framework(crate="volo_http", name="volo", port=8080),
    Framework(crate="volo_grpc", name="volo", port=8080, calls=frozenset({"Server::new"})),
    Framework(crate="dropshot", name="dropshot", port=8080),
    Framework(crate="pingora", name="pingora", port=6188),
    Framework(crate="pingora_proxy", name="pingora", port=6188),
    Framework(crate="tiny_http", name="tiny-http", port=8000, calls=frozenset({"Server::http", "Server::https"})),
    Framework(crate="tonic", name="tonic", port=50051, calls=frozenset({"Server::builder"})),
    Framework(
        crate="jsonrpsee",
        name="jsonrpsee",
        port=9944,
        calls=frozenset(
            {"ServerBuilder::default", "ServerBuilder::new", "Server::builder", "HttpServerBuilder::default"}
        ),
    ),
    Framework(
        crate="hyper",
        name="hyper",
        port=3000,
        calls=frozenset({"serve_connection", "Server::bind", "Server::try_bind", "Server::builder", "Http::new"}),
    ),
    Framework(
        crate="hyper_util",
        name="hyper",
        port=3000,
        calls=frozenset({"serve_connection", "serve_connection_with_upgrades"}),
    ),
    Framework(
        crate="tokio_tungstenite", name="tungstenite", port=8080, calls=frozenset({"accept_async", "accept_hdr_async"})
    ),
    Framework(crate="oxhttp", name="oxhttp", port=8080, calls=frozenset({"Server::new"})),
    Framework(crate="hickory_server", name="hickory", port=53),
    Framework(crate="prometheus_exporter_base", name="prometheus-exporter", port=9100),
    Framework(crate="prometheus_exporter", name="prometheus-exporter", port=9184),
)
"""In the order in which they are preferred: those that are built on others come first."""


def framework_of(imports: frozenset[str], found: list[Facts]) -> Framework | None:
    """Return what a program's server is built on, None where it has none."""
    calls = {f"{owner.rpartition('::')[2]}::{name}" if owner else name for one in found for owner, name in one.calls}
    plain = {one.rpartition("::")[2] for one in calls}
    for one in FRAMEWORKS:
        if one.crate in imports and (not one.calls or any(call in calls or call in plain for call in one.calls)):
            return one
    return None


def opens_a_socket(found: list[Facts]) -> bool:
    """Say whether a program listens with the sockets of the library or of a runtime."""
    return any(
        name == "bind" and owner.rpartition("::")[2] in {"TcpListener", "UdpSocket"}
        for one in found
        for owner, name in one.calls
    )
