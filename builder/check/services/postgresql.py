"""PostgreSQL: a cluster in memory, a role without the rights of a superuser, and a database of its own."""

import secrets
import shutil
from pathlib import Path
from typing import Final

from builder.check.bundle import MIB, Bounds
from builder.check.services.model import DATA, GIVEN, HOST, Login, Program, Serving, Stand

_VERSIONS: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the server programs of each release."""

_OPTIONS: Final = " ".join(
    f"-c {one}"
    for one in (
        "fsync=off",  # nothing must survive
        "full_page_writes=off",
        "synchronous_commit=off",
        "max_wal_size=64MB",  # the data are in memory
        "shared_buffers=32MB",
        "password_encryption=scram-sha-256",  # releases before 14 keep md5 otherwise
        f"unix_socket_directories={DATA}",
    )
)


def find() -> Program | None:
    """Return the newest release with all of its programs."""
    found = [one.parent for one in _VERSIONS.glob("*/bin/initdb") if (one.parent / "postgres").exists()]
    if found:
        newest = max(found, key=lambda path: _number(path.parent.name))
        return Program(path=newest, version=newest.parent.name)
    on_path = shutil.which("initdb")
    beside = Path(on_path).resolve().parent if on_path else None
    return Program(path=beside) if beside is not None and (beside / "postgres").exists() else None


def serve(program: Program, port: int, login: Login) -> Serving:
    """Return how it is run. Whoever made the cluster cannot log in by the network: its name is nobody's."""
    owner = f"o{secrets.token_hex(8)}"
    method = "scram-sha-256" if login.password else "trust"
    start = f"""set -e
umask 077
cd {DATA}
{program.path}/initdb -D {DATA}/pg -U {owner} -E UTF8 --locale=C --no-sync --wal-segsize=1 \\
  --auth-local=trust --auth-host={method} >{DATA}/initdb.log 2>&1 || {{ cat {DATA}/initdb.log; exit 1; }}
{program.path}/postgres --single -D {DATA}/pg {_OPTIONS} postgres <{GIVEN}/setup.sql >/dev/null
exec {program.path}/postgres -D {DATA}/pg -p {port} {_OPTIONS} -c listen_addresses=localhost
"""
    ready = program.path / "pg_isready"
    return Serving(
        words=("/bin/sh", f"{GIVEN}/start"),
        files={"start": start, "setup.sql": _setup(login)},
        environment={"PGTZ": "UTC"},
        probe=(str(ready), "-q", "-h", HOST, "-p", str(port)) if ready.exists() else (),
        bounds=Bounds(memory_bytes=768 * MIB, processes=256, scratch_bytes=384 * MIB),
    )


def _setup(login: Login) -> str:
    """Return statements for the single-user mode, which takes one a line."""
    password = f" PASSWORD '{login.password}'" if login.password else ""
    lines = [f'CREATE ROLE "{login.user}" LOGIN CREATEDB{password};']
    if login.database == "postgres":
        lines.append(f'ALTER DATABASE postgres OWNER TO "{login.user}";')
    else:
        lines.append(f'CREATE DATABASE "{login.database}" OWNER "{login.user}";')
    return "\n".join(lines) + "\n"


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0.0


POSTGRESQL: Final = Stand(
    title="PostgreSQL",
    services=("postgresql",),
    port=5432,
    package="postgresql",
    find=find,
    serve=serve,
    usual=Login(user="postgres", database="postgres"),
    own=frozenset({"user", "password", "database"}),
    hosts=("postgres", "postgresql", "pg", "postgresdb", "postgres-db"),
)
