"""Services that really run in a network of their own: they answer, hold what they are told, and end with the trial."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from builder.check.loopback import Loopback
from builder.check.services.giving import login_for
from builder.check.services.known import STANDS, stand_of
from builder.check.services.model import Address, Login, Program, Serving, Stand
from builder.check.services.running import Running
from builder.check.services.standing import Needs, stood_in
from builder.plan import Variable
from tests.builder.check.services.subjects import needing

pytestmark = [pytest.mark.images, pytest.mark.timeout(300)]

PROGRAMS = ("runc", "nsenter", "ip", "unshare")


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    absent = [one for one in PROGRAMS if shutil.which(one) is None] + ([] if os.geteuid() == 0 else ["root"])
    if absent:
        reason = f"{', '.join(absent)} missing"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    opened = Loopback()
    await opened.open()
    yield opened
    await opened.close()


async def talk(loopback: Loopback, script: str, *words: str) -> str:
    """Run a script in the network of the trial; return what it printed, or how it ended."""
    process = await asyncio.create_subprocess_exec(
        "nsenter", f"--net={loopback.path}", "--", sys.executable, "-c", script, *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    return out.decode("utf-8", "replace").strip()


POSTGRESQL = """
import sys, psycopg
where = dict(host="127.0.0.1", port=sys.argv[1], user=sys.argv[2], dbname=sys.argv[4])
with psycopg.connect(**where, password=sys.argv[3], autocommit=True) as connection:
    connection.execute("CREATE TABLE kept (what text)")
    connection.execute("INSERT INTO kept VALUES ('it is kept')")
    print(connection.execute("SELECT what FROM kept").fetchone()[0])
    for refused in ("COPY kept FROM PROGRAM 'id'", "SELECT pg_read_file('/etc/passwd')", "CREATE ROLE other SUPERUSER"):
        try:
            connection.execute(refused)
            print("may", refused)
        except psycopg.errors.InsufficientPrivilege:
            pass
try:
    psycopg.connect(**where, password="another")
    print("any password is taken")
except psycopg.OperationalError:
    pass
"""

LINES = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as one:
    for line in sys.argv[5:]:
        one.sendall(line.encode().decode("unicode_escape").encode("latin-1"))
        print(one.recv(65536))
"""

SMTP = """
import smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=10) as one:
    print(one.sendmail("a@example.com", ["b@example.com"], "Subject: x\\r\\n\\r\\nx\\r\\n"))
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    script: str
    said: tuple[str, ...]
    lines: tuple[str, ...] = ()


AMQP = r"AMQP\x00\x00\x09\x01"
CASES = (
    Case(id="postgresql", script=POSTGRESQL, said=("it is kept",)),
    Case(
        id="redis",
        script=LINES,
        lines=(r"GET x\r\n", r"AUTH {password}\r\n", r"SET x kept\r\n", r"GET x\r\n"),
        said=(r"b'-NOAUTH Authentication required.\r\n'", r"b'+OK\r\n'", r"b'+OK\r\n'", r"b'$4\r\nkept\r\n'"),
    ),
    Case(
        id="memcached",
        script=LINES,
        lines=(r"set x 0 0 4\r\nkept\r\n", r"get x\r\n"),
        said=(r"b'STORED\r\n'", r"b'VALUE x 0 4\r\nkept\r\nEND\r\n'"),
    ),
    Case(id="smtp", script=SMTP, said=("{}",)),
)
GREETED = (
    Case(id="mysql", script=LINES, lines=(" ",), said=("mysql_native_password",)),
    Case(id="rabbitmq", script=LINES, lines=(AMQP,), said=("PLAIN",)),
    Case(id="mongodb", script=LINES, lines=(), said=("",)),
)


def started(name: str, loopback: Loopback, folder: Path) -> Running:
    stand = stand_of(name)
    assert stand is not None
    program = stand.find()
    if program is None:
        pytest.skip(f"{stand.title} is not installed")
    login = login_for(stand, frozenset({"user", "password", "database"}))
    return Running(stand, program, Address(service=name, port=stand.port, login=login), loopback, folder / name, login)


@pytest.mark.parametrize("case", [*CASES, *GREETED], ids=lambda case: case.id)
async def test_a_service_answers_and_ends(case: Case, loopback: Loopback, tmp_path: Path) -> None:
    running = started(case.id, loopback, tmp_path)
    login = running.address.login
    try:
        await running.start(seconds=120)
        assert await running.answers(seconds=90), running.log
        lines = tuple(one.replace("{password}", login.password) for one in case.lines)
        words = (str(running.address.port), login.user, login.password, login.database, *lines)
        said = await talk(loopback, case.script, *words)
    finally:
        await running.stop()
    if case in CASES:
        assert said.splitlines() == list(case.said), running.log
    else:
        assert all(one in said for one in case.said), said
    assert not loopback.listening()


LOOKING = """
id -u; id -G
for path in / /etc; do ls $path; done | tr '\\n' ' '; echo
for path in /usr/x /etc/x /given/x /x; do touch $path 2>/dev/null && echo "writes $path"; done
touch /data/x /tmp/x && echo "writes its own"
for path in /proc/[0-9]*; do echo ${path#/proc/}; done | tr '\\n' ' '; echo
grep -E 'CapEff|NoNewPrivs' /proc/self/status | tr -s '\\t' ' '
exec sleep 600
"""


def looking(port: int = 4_999) -> Stand:
    """Return a service that looks around, and never opens its port."""
    return Stand(
        title="Looking",
        services=("looking",),
        port=port,
        package="none",
        find=lambda: Program(path=Path("/bin/sh")),
        serve=lambda _program, _port, _login: Serving(words=("/bin/sh", "/given/look"), files={"look": LOOKING}),
    )


async def test_a_service_sees_nothing_of_the_machine_and_has_no_right(loopback: Loopback, tmp_path: Path) -> None:
    stand, login = looking(), Login()
    address = Address(service="looking", port=stand.port, login=login)
    running = Running(stand, Program(path=Path("/bin/sh")), address, loopback, tmp_path / "looking", login)
    try:
        await running.start(seconds=60)
        assert not await running.answers(seconds=3)
        log = running.log
    finally:
        await running.stop()
    assert log[:2] == ("65533", "65533")
    folders = set(log[2].split())
    assert {"usr", "given", "data", "tmp", "proc", "dev", "hosts", "passwd"} <= folders
    assert not {"home", "root", "var", "srv", "mnt", "shadow", "run", "boot", "work"} & folders
    assert log[3] == "writes its own"
    assert log[4].split()[0] == "1"
    assert len(log[4].split()) <= 3, "it sees processes of others"
    assert log[5:] == ("CapEff: 0000000000000000", "NoNewPrivs: 1")
    assert not list((tmp_path / "looking" / "root" / "usr").iterdir()), "this machine's programs are still bound there"


def processes(word: str) -> list[int]:
    """Return the processes whose command holds a word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


async def test_a_cancelled_trial_leaves_no_service_behind(loopback: Loopback, tmp_path: Path) -> None:
    if stand_of("postgresql") is None or STANDS[0].find() is None:
        pytest.skip("PostgreSQL is not installed")
    component = needing("postgresql", reads=["DATABASE_URL"])
    ready = asyncio.Event()

    async def trial() -> None:
        async with stood_in(Needs(component=component), loopback, tmp_path):
            ready.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(trial())
    async with asyncio.timeout(90):
        await ready.wait()
    assert processes("/data/pg")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not loopback.listening()
    assert not processes("/data/pg")


async def test_a_trial_that_is_cancelled_while_services_start_leaves_none_either(
    loopback: Loopback, tmp_path: Path
) -> None:
    component = needing("smtp", "postgresql")

    async def trial() -> None:
        async with stood_in(Needs(component=component), loopback, tmp_path):
            pytest.fail("it was cancelled before")

    task = asyncio.create_task(trial())
    deadline = monotonic() + 60
    while not loopback.listening() and monotonic() < deadline:
        await asyncio.wait({task}, timeout=0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not loopback.listening()
    assert not processes("/given/")


async def test_each_need_has_its_line(loopback: Loopback, tmp_path: Path) -> None:
    reads = [
        Variable(name="SMTP_HOST"),
        Variable(name="SECRET_KEY", required=True, secret=True),
        Variable(name="STRIPE_SECRET_KEY", required=True, secret=True),
    ]
    needs = Needs(component=needing("smtp", "kafka", reads=reads), port=1025)
    async with stood_in(needs, loopback, tmp_path) as stood:
        assert stood.environment["SMTP_HOST"] == "127.0.0.1"
        assert {one.port for one in loopback.listening()} == {11025}
    assert [(one.check, one.outcome, one.text.en) for one in stood.checks] == [
        ("services", "skipped", "Kafka is needed and nothing stands in for it."),
        ("services", "passed", "SMTP stands in, told by SMTP_HOST."),
        ("variables", "passed", "Made up for this trial only: SECRET_KEY."),
        ("variables", "skipped", "Required, not given, and not to be made up: STRIPE_SECRET_KEY."),
    ]
    assert stood.environment["SECRET_KEY"] not in repr(stood)
