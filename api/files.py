"""Files that are answered piece by piece."""

from collections.abc import AsyncIterator
from typing import BinaryIO, Final

import anyio

CHUNK: Final = 256 * 1024


async def chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    """Yield a file's bytes and close it."""
    try:
        while chunk := await anyio.to_thread.run_sync(file.read, CHUNK):
            yield chunk
    finally:
        file.close()
