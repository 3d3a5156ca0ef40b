"""RabbitMQ: one node without plugins, a user that may do everything in its only virtual host."""

from pathlib import Path
from typing import Final

from builder.check.bundle import MIB, Bounds
from builder.check.services.model import DATA, GIVEN, HOST, Login, Program, Serving, Stand

_SERVER: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The program itself; the one on the path only changes to a user of its own first."""

_DISTANCE: Final = 20_000
"""From the port for clients to the one between nodes, as RabbitMQ itself counts it."""


def find() -> Program | None:
    """Return the server program."""
    return Program(path=_SERVER) if _SERVER.exists() else None


def serve(program: Program, port: int, login: Login) -> Serving:
    """Return how it is run. Erlang starts a thread for each core several times over."""
    configuration = f"""listeners.tcp.1 = {HOST}:{port}
default_user = {login.user}
default_pass = {login.password}
log.console = true
log.file = false
vm_memory_high_watermark.absolute = 256MB
disk_free_limit.absolute = 1MB
"""
    environment = {
        "HOME": DATA,
        "RABBITMQ_NODENAME": "trial@localhost",
        "RABBITMQ_CONFIG_FILE": f"{GIVEN}/rabbitmq.conf",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{GIVEN}/plugins",
        "RABBITMQ_MNESIA_BASE": f"{DATA}/mnesia",
        "RABBITMQ_LOG_BASE": f"{DATA}/log",
        "RABBITMQ_PID_FILE": f"{DATA}/pid",
        "RABBITMQ_DIST_PORT": str(port + _DISTANCE),
        "ERL_EPMD_ADDRESS": HOST,
    }
    return Serving(
        words=(str(program.path),),
        files={"rabbitmq.conf": configuration, "plugins": "[].\n"},
        environment=environment,
        bounds=Bounds(memory_bytes=1024 * MIB, processes=512, scratch_bytes=128 * MIB),
    )


RABBITMQ: Final = Stand(
    title="RabbitMQ",
    services=("rabbitmq",),
    port=5672,
    package="rabbitmq-server",
    find=find,
    serve=serve,
    usual=Login(user="guest", password="guest", database="/"),  # noqa: S106 - what RabbitMQ ships with
    own=frozenset({"user", "password"}),
    hosts=("rabbitmq", "rabbit", "amqp", "broker"),
)
