"""Take mail by SMTP and keep none of it: ``python sink.py HOST PORT``. It needs nothing but the standard library.

Source of the dialogue: RFC 5321, of the logins: RFC 4954. What a client says is never carried out nor written down.
"""

import asyncio
import sys

MAX_LINE = 64 * 1024
"""Bytes of a line: mail has at most 1,000, a login somewhat more."""

MAX_MESSAGE = 32 * 1024 * 1024
"""Bytes of one message that are read; a longer one is refused, as servers do."""

SILENCE_SECONDS = 60.0
"""After which a client that says nothing is let go."""

_ANSWERS = {
    b"HELO": b"250 trial\r\n",
    b"EHLO": b"250-trial\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE %d\r\n" % MAX_MESSAGE,
    b"MAIL": b"250 2.1.0 Ok\r\n",
    b"RCPT": b"250 2.1.5 Ok\r\n",
    b"RSET": b"250 2.0.0 Ok\r\n",
    b"NOOP": b"250 2.0.0 Ok\r\n",
    b"VRFY": b"252 2.0.0 Send it\r\n",
}


async def attended(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Talk with one client until it leaves."""
    try:
        writer.write(b"220 trial ESMTP\r\n")
        while line := await _line(reader):
            word = line.split(None, 1)[0].upper() if line.strip() else b""
            if word == b"QUIT":
                writer.write(b"221 2.0.0 Bye\r\n")
                break
            if word == b"DATA":
                await _message(reader, writer)
            elif word == b"AUTH":
                await _login(reader, writer, line.split()[1:])
            else:
                writer.write(_ANSWERS.get(word, b"502 5.5.2 Not known\r\n"))
            await writer.drain()
    except (TimeoutError, ConnectionError, ValueError):
        pass  # a client that is silent, gone, or sends a line without an end is let go
    finally:
        writer.close()


async def _message(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"354 End with a dot\r\n")
    await writer.drain()
    size = 0
    while (line := await _line(reader)) and line.rstrip(b"\r\n") != b".":
        size += len(line)
    writer.write(b"250 2.0.0 Taken\r\n" if size <= MAX_MESSAGE else b"552 5.3.4 Too large\r\n")


async def _login(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: list[bytes]) -> None:
    """Take any login. ``PLAIN`` has one answer, ``LOGIN`` two: what is not in the line is asked for."""
    asked = 1 if words[:1] == [b"PLAIN"] else 2
    for prompt in (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n")[: asked - len(words[1:2])]:
        writer.write(prompt)
        await writer.drain()
        await _line(reader)
    writer.write(b"235 2.7.0 Ok\r\n")


async def _line(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(SILENCE_SECONDS):
        return await reader.readline()


async def listen(host: str, port: int) -> asyncio.Server:
    """Open the port."""
    return await asyncio.start_server(attended, host, port, limit=MAX_LINE)


async def _serve(host: str, port: int) -> None:
    async with await listen(host, port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
