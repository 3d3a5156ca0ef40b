"""Durations as people say them."""


def spoken_time(seconds: float) -> str:
    """Write a duration as people do: ``45 s``, ``12 min``, ``3 h``, ``2 days``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172800 else f"{seconds / 86400:.0f} days"


def spoken_time_zh(seconds: float) -> str:
    """Write a duration in Chinese."""
    written = spoken_time(seconds)
    for unit, chinese in ((" days", " 天"), (" min", " 分钟"), (" h", " 小时"), (" s", " 秒")):
        written = written.replace(unit, chinese)
    return written
