"""One line taken apart."""

from dataclasses import dataclass

import pytest

from diagnose.logs.line import Level, take_apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A raw line, and what is left of it."""

    id: str
    raw: str
    text: str
    level: Level = "none"


CASES = (
    Line(id="plain", raw="hello", text="hello"),
    Line(id="colours", raw="\x1b[31mERROR\x1b[0m boom", text="boom", level="error"),
    Line(id="kubectl timestamps", raw="2026-03-10T11:59:00.123456789Z ERROR boom", text="boom", level="error"),
    Line(id="runtime prefix", raw="2026-03-10T11:59:00.123456789Z stderr F boom", text="boom"),
    Line(id="json", raw='{"level":"error","msg":"boom","error":"no route"}', text="boom no route", level="error"),
    Line(
        id="json with numbers as levels",
        raw='{"level":60,"time":1773143940000,"msg":"boom"}',
        text="boom",
        level="fatal",
    ),
    Line(
        id="json that repeats itself",
        raw='{"severity":"ERROR","message":"a: b","error":"b"}',
        text="a: b",
        level="error",
    ),
    Line(id="json without a message", raw='{"a":1}', text='{"a":1}'),
    Line(id="json that is none", raw='{"a":1', text='{"a":1'),
    Line(
        id="logfmt",
        raw='time="2026-03-10T11:59:00Z" level=fatal msg="boom" port=80',
        text="boom port=80",
        level="fatal",
    ),
    Line(id="klog", raw="E0310 11:59:00.123456       1 main.go:12] boom", text="boom", level="error"),
    Line(id="spring", raw="2026-03-10 11:59:00.123 ERROR 1 --- [main] o.s.b.App  : boom", text="boom", level="error"),
    Line(id="python logging", raw="2026-03-10 11:59:00,123 - app.main - ERROR - boom", text="boom", level="error"),
    Line(id="python root logger", raw="CRITICAL:root:boom", text="boom", level="fatal"),
    Line(id="nginx", raw="2026/03/10 11:59:00 [emerg] 1#1: boom", text="boom", level="fatal"),
    Line(id="postgres", raw="2026-03-10 11:59:00.123 UTC [1] FATAL:  boom", text="boom", level="fatal"),
    Line(id="postgres log", raw="2026-03-10 11:59:00.123 UTC [1] LOG:  boom", text="boom", level="info"),
    Line(id="redis", raw="1:M 10 Mar 2026 11:59:00.123 # boom", text="boom", level="warn"),
    Line(id="mysql", raw="2026-03-10T11:59:00.123456Z 0 [ERROR] [MY-010119] [Server] boom", text="boom", level="error"),
    Line(id="javascript keeps the word", raw="Error: boom", text="Error: boom", level="error"),
    Line(id="go keeps the word", raw="panic: boom", text="panic: boom", level="fatal"),
    Line(id="chinese", raw="致命：磁盘已满", text="磁盘已满", level="fatal"),
    Line(id="chinese in brackets", raw="【错误】磁盘已满", text="磁盘已满", level="error"),
    Line(id="word that is no level", raw="errors: 0", text="errors: 0"),
    Line(id="control characters", raw="a\x00b\x07", text="a b"),
    Line(id="empty", raw="", text=""),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_time_level_and_logger_are_taken_off(case: Line) -> None:
    parts = take_apart(case.raw)
    assert (parts.text, parts.level) == (case.text, case.level)


def test_nanoseconds_are_read() -> None:
    time = take_apart("2026-03-10T11:59:00.123456789Z boom").time
    assert time is not None
    assert time.microsecond == 123456


def test_a_very_long_line_is_cut() -> None:
    assert len(take_apart("x" * 1_000_000).text) <= 4000


def test_deeply_nested_json_is_no_trouble() -> None:
    assert take_apart('{"a":' * 3000 + "1" + "}" * 3000).text
