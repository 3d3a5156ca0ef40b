"""Cron lines as Kubernetes reads them: five fields or a name."""

import re

from builder.manifests.errors import ManifestRefused

_NAMED = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_EVERY = re.compile(r"@every ([0-9]+(h|m|s))+")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES = (
    "",
    "",
    "",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "sun mon tue wed thu fri sat",
)
_FIELDS = 5


def cron_line(component: str, line: str) -> str:
    """Return the line. Raises ``ManifestRefused`` for what Kubernetes would not take, such as a field for seconds."""
    plain = " ".join(line.split())
    if plain in _NAMED or _EVERY.fullmatch(plain):
        return plain
    fields = plain.split(" ")
    if len(fields) == _FIELDS and all(_possible(at, one) for at, one in enumerate(fields)):
        return " ".join("0" if at == _FIELDS - 1 and one == "7" else one for at, one in enumerate(fields))
    raise ManifestRefused(
        f"{component}: {line!r} is no schedule that Kubernetes knows.",
        next_step="Write five fields: minute, hour, day, month, day of the week, such as 0 3 * * *.",
    )


def _possible(at: int, field: str) -> bool:
    low, high = _RANGES[at]
    if at == _FIELDS - 1 and "7" in field and field != "7":
        high = 6
    names = _NAMES[at].split()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isdigit() and int(step) > 0):
            return False
        if span in {"*", "?"}:
            continue
        ends = span.lower().split("-")
        numbers = [low + names.index(one) if one in names else int(one) if one.isdecimal() else -1 for one in ends]
        if len(ends) > 2 or not all(low <= one <= high for one in numbers) or numbers != sorted(numbers):
            return False
    return True
