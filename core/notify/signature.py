"""Sign what is sent, so that a receiver knows who sent it, that it is unchanged and not an old one sent again."""

import hashlib
import hmac

SIGNATURE = "X-Sextant-Signature"
TOLERANCE_SECONDS = 300.0
"""How far the clocks of both ends may differ, the way there included."""


def sign(body: bytes, secret: str, at: int) -> str:
    """Return the value of the header: ``t=SECONDS,v1=HEX``, HMAC-SHA256 over ``SECONDS.BODY``."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def verify_signature(
    header: str, body: bytes, secret: str, now: float, *, tolerance_seconds: float = TOLERANCE_SECONDS
) -> bool:
    """Say whether a signature is of this body, by this secret, and not old. For receivers."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    stamp = parts.get("t", "")
    if not secret or not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    expected = sign(body, secret, int(stamp))
    return hmac.compare_digest(expected.encode(), header.encode()) and abs(now - int(stamp)) <= tolerance_seconds
