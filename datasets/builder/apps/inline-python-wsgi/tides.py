"""Shows when it is high tide at an imaginary pier: the moon crosses it every 12 hours and 25 minutes."""

from datetime import datetime, timedelta, timezone

FIRST = datetime(2026, 1, 1, 3, 40, tzinfo=timezone.utc)
BETWEEN = timedelta(hours=12, minutes=25)


def next_high(after):
    passed = (after - FIRST) // BETWEEN + 1
    return FIRST + passed * BETWEEN


def application(environ, start_response):
    path = environ["PATH_INFO"].strip("/")
    try:
        after = datetime.fromisoformat(path).replace(tzinfo=timezone.utc) if path else datetime.now(timezone.utc)
    except ValueError:
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"a day is written like 2026-03-01\n"]
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"high tide at {next_high(after):%H:%M on %d %B %Y} UTC\n".encode()]
