"""When a line was written, by what its own head says."""

from datetime import datetime, timedelta

import pytest

from diagnose.containers import containers
from diagnose.logs.clock import line_time
from diagnose.logs.reading import read_lines
from tests.diagnose import build

MOMENT = build.NOW - timedelta(minutes=5)


def read(line: str, zone: str = "") -> datetime | None:
    """Read the time of a line of a container that runs in a zone."""
    env = [{"name": "TZ", "value": zone}] if zone else []
    body = build.pod("app", containers=[build.container(env=env)])
    (container,), (item,) = containers(body), read_lines((line,))
    return line_time(build.scene(body), container, item)


@pytest.mark.parametrize(
    ("form", "ahead", "zone"),
    [
        ("%Y-%m-%d %H:%M:%S", 0, ""),
        ("%Y-%m-%d %H:%M:%S,123", 0, ""),
        ("%Y/%m/%d %H:%M:%S", 0, ""),
        ("[10-Mar-2026 %H:%M:%S]", 0, ""),
        ("1:M 10 Mar 2026 %H:%M:%S.101", 0, ""),
        ("10/Mar/2026:%H:%M:%S +0800", 8, ""),
        ("[%Y-%m-%d %H:%M:%S +0000]", 0, ""),
        ("%Y-%m-%d %H:%M:%S UTC", 0, "Asia/Shanghai"),
        ("%Y-%m-%d %H:%M:%S +08:00", 8, ""),
        ("%Y-%m-%d %H:%M:%S", 8, "Asia/Shanghai"),
        ("%Y-%m-%dT%H:%M:%SZ", 0, "Asia/Shanghai"),
    ],
)
def test_a_date_is_read_in_the_zone_that_is_known(form: str, ahead: int, zone: str) -> None:
    written = (MOMENT + timedelta(hours=ahead)).strftime(form)
    found = read(f"{written} ERROR no", zone)
    assert found is not None
    assert abs(found - MOMENT) < timedelta(seconds=1)


@pytest.mark.parametrize("line", ["ERROR no", "11:55:00 ERROR no", "2026-13-45 99:99:99 ERROR no"])
def test_no_date_says_nothing(line: str) -> None:
    assert read(line) is None


def test_a_date_in_the_future_is_of_an_unknown_zone() -> None:
    assert read((MOMENT + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S ERROR no")) is None
    assert read((MOMENT + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S ERROR no"), "No/Where") is None
