"""Due times: the controller's grammar, day rules, time zones with clock changes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from diagnose.cron import ScheduleUnreadable, find_zone, parse_schedule, schedule_of


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Due:
    id: str
    schedule: str
    zone: str = ""
    now: str = "2026-05-06T12:34:56"
    latest: str | None
    following: str | None


DUE = (
    Due(id="each minute", schedule="* * * * *", latest="2026-05-06T12:34:00", following="2026-05-06T12:35:00"),
    Due(id="step", schedule="*/5 * * * *", latest="2026-05-06T12:30:00", following="2026-05-06T12:35:00"),
    Due(id="start and step", schedule="7/20 * * * *", latest="2026-05-06T12:27:00", following="2026-05-06T12:47:00"),
    Due(id="range and step", schedule="0 9-17/4 * * *", latest="2026-05-06T09:00:00", following="2026-05-06T13:00:00"),
    Due(id="list", schedule="0 3,15 * * *", latest="2026-05-06T03:00:00", following="2026-05-06T15:00:00"),
    Due(id="hourly", schedule="@hourly", latest="2026-05-06T12:00:00", following="2026-05-06T13:00:00"),
    Due(id="weekly is Sunday", schedule="@weekly", latest="2026-05-03T00:00:00", following="2026-05-10T00:00:00"),
    Due(id="names", schedule="0 0 * JAN mon-wed", latest="2026-01-28T00:00:00", following="2027-01-04T00:00:00"),
    Due(id="question mark", schedule="30 4 ? * 1", latest="2026-05-04T04:30:00", following="2026-05-11T04:30:00"),
    Due(
        id="either day field suffices",
        schedule="0 0 13 * 5",
        latest="2026-05-01T00:00:00",
        following="2026-05-08T00:00:00",
    ),
    Due(
        id="a stepped star restricts like a list",
        schedule="0 0 */10 * 5",
        latest="2026-05-01T00:00:00",
        following="2026-05-08T00:00:00",
    ),
    Due(id="leap day", schedule="0 0 29 2 *", latest="2024-02-29T00:00:00", following="2028-02-29T00:00:00"),
    Due(id="a date that never comes", schedule="0 0 31 2 *", latest=None, following=None),
    Due(
        id="exactly due",
        schedule="0 12 * * *",
        now="2026-05-06T12:00:00",
        latest="2026-05-06T12:00:00",
        following="2026-05-07T12:00:00",
    ),
    Due(
        id="zone east",
        schedule="0 2 * * *",
        zone="Asia/Shanghai",
        latest="2026-05-05T18:00:00",
        following="2026-05-06T18:00:00",
    ),
    Due(
        id="zone in the expression",
        schedule="TZ=America/New_York 0 6 * * *",
        latest="2026-05-06T10:00:00",
        following="2026-05-07T10:00:00",
    ),
    Due(
        id="skipped by the clock",
        schedule="30 2 * * *",
        zone="Europe/Berlin",
        now="2026-03-29T12:00:00",
        latest="2026-03-28T01:30:00",
        following="2026-03-30T00:30:00",
    ),
    Due(
        id="repeated by the clock, second time",
        schedule="30 2 * * *",
        zone="Europe/Berlin",
        now="2026-10-25T01:00:00",
        latest="2026-10-25T00:30:00",
        following="2026-10-25T01:30:00",
    ),
    Due(id="every", schedule="@every 1h30m", latest=None, following="2026-05-06T14:04:56"),
)


@pytest.mark.parametrize("case", DUE, ids=lambda case: case.id)
def test_due_times_lie_where_the_controller_sees_them(case: Due) -> None:
    schedule = parse_schedule(case.schedule, case.zone)
    assert schedule.latest(at(case.now)) == (at(case.latest) if case.latest else None)
    assert schedule.following(at(case.now)) == (at(case.following) if case.following else None)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "* * * *",
        "0 0 * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 7",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "1,,2 * * * *",
        "@fortnightly",
        "@every",
        "@every soon",
        "@every 1",
        "* " * 400,
        "-1 * * * *",
        "٣ * * * *",
    ],
)
def test_what_the_controller_refuses_is_refused(expression: str) -> None:
    with pytest.raises(ScheduleUnreadable) as caught:
        parse_schedule(expression)
    assert caught.value.about == "schedule"
    assert caught.value.reason


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "Europe", "asia/shanghai", "\u0000"])
def test_an_unknown_zone_is_told_apart_from_a_bad_expression(zone: str) -> None:
    with pytest.raises(ScheduleUnreadable) as caught:
        parse_schedule("* * * * *", zone)
    assert caught.value.about == "zone"


def test_without_a_zone_times_are_utc() -> None:
    assert find_zone("") is UTC


def test_an_object_without_a_schedule_is_unreadable_not_an_error() -> None:
    with pytest.raises(ScheduleUnreadable):
        schedule_of({"spec": {"schedule": 5}})


def test_latest_and_following_enclose_every_moment_of_a_clock_change() -> None:
    schedule = parse_schedule("*/15 1-3 * * *", "Europe/Berlin")
    moment = at("2026-10-24T22:00:00")
    while moment < at("2026-10-25T05:00:00"):
        latest, following = schedule.latest(moment), schedule.following(moment)
        assert latest is not None
        assert following is not None
        assert latest <= moment < following
        assert schedule.following(latest) == following
        moment += timedelta(minutes=5)
