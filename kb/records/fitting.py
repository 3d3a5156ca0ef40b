"""Make foreign text fit for a column of plain text."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def plain(text: str) -> str:
    """Return ``text`` as PostgreSQL takes it: zero bytes and lone surrogates become the replacement character."""
    return _UNSTORABLE.sub("\ufffd", text)


def plain_uri(uri: str) -> str:
    """Return a URI as PostgreSQL takes it. What cannot be stored is percent-encoded, so that two stay two."""
    return _UNSTORABLE.sub(lambda found: "".join(f"%{byte:02X}" for byte in _bytes(found[0])), uri)


def _bytes(letter: str) -> bytes:
    """Return the bytes that a letter stands for: of a file name that was no UTF-8, the very byte."""
    code = ord(letter)
    return bytes([code - 0xDC00]) if 0xDC80 <= code <= 0xDCFF else letter.encode("utf-8", "surrogatepass")
