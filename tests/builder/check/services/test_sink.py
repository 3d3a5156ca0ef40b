"""Mail is taken and kept nowhere: the dialogue as clients lead it."""

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator

import pytest

from builder.check.services import sink


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = await sink.listen("127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def _sent(port: int, *, login: bool) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        if login:
            client.login("anybody", "anything")
        return client.sendmail("a@example.com", ["b@example.com"], "Subject: x\r\n\r\n.hidden\r\n..\r\nend\r\n")


@pytest.mark.parametrize("login", [False, True], ids=["without-login", "with-any-login"])
async def test_a_message_is_taken(port: int, login: bool) -> None:
    assert await asyncio.to_thread(_sent, port, login=login) == {}


async def _said(port: int, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    writer.write_eof()
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (b"QUIT\r\n", b"221"),
        (b"WHATEVER\r\n", b"502"),
        (b"\r\n", b"502"),
        (b"\xff\xfe\r\n", b"502"),
        (b"AUTH LOGIN\r\nYQ==\r\nYg==\r\n", b"235"),
        (b"AUTH LOGIN YQ==\r\nYg==\r\n", b"235"),
        (b"AUTH PLAIN AGEAYg==\r\n", b"235"),
        (b"AUTH PLAIN\r\nAGEAYg==\r\n", b"235"),
        (b"DATA\r\nx", b"250"),
    ],
)
async def test_every_line_has_an_answer(port: int, text: bytes, last: bytes) -> None:
    assert (await _said(port, text)).splitlines()[-1].startswith(last)


async def test_a_line_without_an_end_is_cut_off(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.readline()).startswith(b"220")
    writer.write(b"x" * (4 * sink.MAX_LINE))
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    writer.close()
    assert (await _said(port, b"QUIT\r\n")).splitlines()[-1].startswith(b"221")


async def test_a_message_over_the_bound_is_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "MAX_MESSAGE", 1_000)
    said = await _said(port, b"DATA\r\n" + b"0123456789\r\n" * 200 + b".\r\n")
    assert said.splitlines()[-1].startswith(b"552")
