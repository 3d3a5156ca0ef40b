"""Health checks: what is asked, how often, for how long it may fail."""

from builder.compose.model import Health
from builder.compose.reading import Held
from builder.compose.units import seconds
from builder.compose.values import items, text, truth, whole

_FORMS = {"CMD", "CMD-SHELL", "NONE"}


def health(value: Held | None, name: str) -> Health | None:
    """Return the health check of a service, None where it says nothing about it."""
    if value is None or value.data is None:
        return None
    words, disabled = _test(value.get("test"), name)
    given = Health()
    interval, timeout = seconds(value.get("interval"), "interval"), seconds(value.get("timeout"), "timeout")
    retries = whole(value.get("retries"), "retries")
    start, inner = (
        seconds(value.get("start_period"), "start_period"),
        seconds(value.get("start_interval"), "start_interval"),
    )
    return Health(
        words=words,
        disabled=disabled or truth(value.get("disable"), "disable"),
        interval=given.interval if interval is None else interval,
        timeout=given.timeout if timeout is None else timeout,
        retries=given.retries if retries is None else max(1, retries),
        start=given.start if start is None else start,
        start_interval=given.start_interval if inner is None else inner,
    )


def _test(value: Held | None, name: str) -> tuple[tuple[str, ...], bool]:
    """Return the words of the check, and whether there shall be none."""
    if value is None:
        return (), False
    if isinstance(value.data, str):
        return ("/bin/sh", "-c", value.data), False
    words = [text(one, f"test of {name}") for one in items(value, f"test of {name}")]
    if not words:
        return (), False
    if words[0] not in _FORMS:
        raise value.broken(f"The test of {name} must begin with CMD, CMD-SHELL or NONE.", "Or write it as one text.")
    if words[0] == "NONE":
        return (), True
    if len(words) == 1:
        raise value.broken(f"The test of {name} names no command.")
    return (("/bin/sh", "-c", words[1]) if words[0] == "CMD-SHELL" else tuple(words[1:])), False
