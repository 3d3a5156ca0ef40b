"""Read the body of an answer: bounded before and after unpacking."""

import zlib

import httpx

from kb.sources.errors import SourceError, SourceTooLarge, SourceUnavailable

CHUNK = 64 * 1024
MIB = 1024 * 1024


class Unavailable(SourceUnavailable):
    """An answer that may be better later. ``wait`` is the server's own Retry-After in seconds."""

    wait: float | None = None


async def body(url: str, response: httpx.Response, max_bytes: int) -> bytes:
    """Read and unpack a body. Neither side of the unpacking may grow over ``max_bytes``."""
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise _too_large(url, max_bytes)
    encoding = response.headers.get("content-encoding", "").lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError(f"{url} is packed as {encoding[:40]!r}, which was not asked for.")
    packed = encoding.endswith("gzip")
    unpack = zlib.decompressobj(wbits=31)
    kept, raw = bytearray(), 0
    async for chunk in response.aiter_raw(CHUNK):
        raw += len(chunk)
        try:
            kept += unpack.decompress(chunk, max_bytes - len(kept) + 1) if packed else chunk
        except zlib.error as exc:
            raise SourceError(f"{url} is not packed as it says: {exc}.") from exc
        if raw > max_bytes or len(kept) > max_bytes:
            raise _too_large(url, max_bytes)
    if packed and raw and not unpack.eof:
        raise Unavailable(f"{url} ended before its end.")
    return bytes(kept)


def _too_large(url: str, max_bytes: int) -> SourceTooLarge:
    return SourceTooLarge(
        f"{url} is larger than {max_bytes / MIB:g} MiB.", next_step="Leave it out, or raise the limit on bytes."
    )
