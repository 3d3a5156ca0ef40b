"""MariaDB, or MySQL: tables in memory, a user with all rights on its own database and on nothing else."""

import shutil
from pathlib import Path
from typing import Final

from builder.check.bundle import MIB, Bounds
from builder.check.services.model import DATA, GIVEN, HOST, Login, Program, Serving, Stand

_FOLDER: Final = f"{DATA}/my"
_USUAL: Final = Login(user="root", database="app")

_MARIADB: Final = (
    "mariadb-install-db --no-defaults --datadir={folder} --auth-root-authentication-method=normal --skip-test-db "
    "--skip-name-resolve"
)
_MYSQL: Final = "{program} --no-defaults --initialize-insecure --datadir={folder}"

_OPTIONS: Final = (
    "--skip-name-resolve",
    "--skip-log-bin",
    "--local-infile=0",
    "--performance-schema=0",
    "--character-set-server=utf8mb4",
    "--innodb-flush-method=fsync",  # memory cannot be written around the cache
    "--innodb-use-native-aio=0",
    "--innodb-buffer-pool-size=64M",
)


def find() -> Program | None:
    """Return the server program; MariaDB also needs those that make its tables."""
    mariadb = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if mariadb and shutil.which("mariadb-install-db") and shutil.which("my_print_defaults"):
        return Program(path=Path(mariadb), product="MariaDB")
    mysql = shutil.which("mysqld") or shutil.which("mysqld", path="/usr/sbin")
    return Program(path=Path(mysql), product="MySQL") if mysql and not mariadb else None


def serve(program: Program, port: int, login: Login) -> Serving:
    """Return how it is run."""
    made = (_MARIADB if program.path.name == "mariadbd" else _MYSQL).format(program=program.path, folder=_FOLDER)
    start = f"""set -e
umask 077
{made} >{DATA}/install.log 2>&1 || {{ cat {DATA}/install.log; exit 1; }}
exec {program.path} --no-defaults --datadir={_FOLDER} --socket={DATA}/my.sock --pid-file={DATA}/my.pid \\
  --bind-address={HOST} --port={port} --init-file={GIVEN}/setup.sql {" ".join(_OPTIONS)}
"""
    return Serving(
        words=("/bin/sh", f"{GIVEN}/start"),
        files={"start": start, "setup.sql": _setup(login)},
        bounds=Bounds(memory_bytes=1024 * MIB, processes=256, scratch_bytes=512 * MIB),
    )


def _setup(login: Login) -> str:
    """Return the statements that run before anybody is let in, one a line. The usual user is the one of all rights."""
    lines = [f"CREATE DATABASE IF NOT EXISTS `{login.database}` CHARACTER SET utf8mb4;"]
    known = f" IDENTIFIED BY '{login.password}'"
    if login.user != _USUAL.user:
        lines.append(f"CREATE USER '{login.user}'@'%'{known};")
        lines.append(f"GRANT ALL PRIVILEGES ON `{login.database}`.* TO '{login.user}'@'%';")
        return "\n".join(lines) + "\n"
    for host in ("localhost", HOST, "%"):
        lines.append(f"CREATE USER IF NOT EXISTS 'root'@'{host}';")
        lines.append(f"ALTER USER 'root'@'{host}'{known};")
        lines.append(f"GRANT ALL PRIVILEGES ON *.* TO 'root'@'{host}' WITH GRANT OPTION;")
    return "\n".join(lines) + "\n"


MYSQL: Final = Stand(
    title="MariaDB or MySQL",
    services=("mysql", "mariadb"),
    port=3306,
    package="mariadb-server",
    find=find,
    serve=serve,
    usual=_USUAL,
    own=frozenset({"user", "password", "database"}),
    hosts=("mysql", "mariadb", "mysqldb", "mysql-db"),
)
