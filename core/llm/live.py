"""The switch that forbids live calls: tests set it once, and no test can reach a model by accident."""

import ipaddress
import os
from urllib.parse import urlsplit

SWITCH = "SEXTANT_FORBID_LIVE_MODELS"
"""While this variable of the environment is set to anything but nothing, only endpoints on the loopback are asked.

The environment, because programs that a test starts inherit it.
"""


def forbid_live_models() -> None:
    """Forbid live calls in this process and in those that it starts."""
    os.environ[SWITCH] = "1"


def live_forbidden() -> bool:
    """Say whether live calls are forbidden."""
    return bool(os.environ.get(SWITCH))


def on_loopback(url: str) -> bool:
    """Say whether a URL names this machine itself, by an address or as ``localhost``."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
