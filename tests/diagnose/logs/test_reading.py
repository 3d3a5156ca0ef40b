"""Lines grouped into items, with the line of a stack trace that decides."""

from dataclasses import dataclass

import pytest

from diagnose.logs.reading import MAX_LINES, read_lines, read_log
from tests.diagnose import build


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Lines, the text that decides, and its number."""

    id: str
    lines: tuple[str, ...]
    text: str
    number: int


CASES = (
    Trace(
        id="python",
        lines=("Traceback (most recent call last):", '  File "a.py", line 1', "    x()", "ValueError: bad", "next"),
        text="ValueError: bad",
        number=4,
    ),
    Trace(
        id="python chain",
        lines=(
            "Traceback (most recent call last):",
            '  File "a.py", line 1',
            "KeyError: 'a'",
            "",
            "During handling of the above exception, another exception occurred:",
            "",
            "Traceback (most recent call last):",
            '  File "b.py", line 1',
            "RuntimeError: worse",
        ),
        text="RuntimeError: worse",
        number=9,
    ),
    Trace(
        id="java",
        lines=(
            "java.lang.IllegalStateException: outer",
            "\tat a.B.c(D.java:1)",
            "Caused by: java.io.IOException: inner",
            "\tat e.F.g(H.java:2)",
            "\t... 3 more",
        ),
        text="java.io.IOException: inner",
        number=3,
    ),
    Trace(
        id="dotnet",
        lines=(
            "Unhandled exception. System.Exception: outer",
            " ---> System.IO.IOException: inner",
            "   at A.B()",
            "   --- End of inner exception stack trace ---",
        ),
        text="System.IO.IOException: inner",
        number=2,
    ),
    Trace(
        id="go",
        lines=("panic: no", "", "goroutine 1 [running]:", "main.main()", "exit status 2"),
        text="panic: no",
        number=1,
    ),
    Trace(
        id="rust",
        lines=("thread 'main' panicked at src/main.rs:2:5:", "called unwrap on None"),
        text="panicked: called unwrap on None",
        number=2,
    ),
    Trace(
        id="node",
        lines=(
            "/app/a.js:3",
            "  throw x",
            "  ^",
            "",
            "Error: no",
            "    at Object.<anonymous> (/app/a.js:3:7)",
            "",
            "Node.js v20.1.0",
        ),
        text="Error: no",
        number=5,
    ),
    Trace(
        id="ruby",
        lines=("a.rb:3:in `x': no (RuntimeError)", "\tfrom a.rb:9:in `<main>'"),
        text="a.rb:3:in `x': no (RuntimeError)",
        number=1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_deciding_line_of_a_trace_is_its_item(case: Trace) -> None:
    found = [item for item in read_lines(case.lines) if item.number == case.number]
    assert [item.text for item in found] == [case.text]
    assert found[0].level in {"error", "fatal", "none"}


def test_only_the_last_lines_are_read() -> None:
    items = read_lines(tuple(f"line {number}" for number in range(MAX_LINES + 100)))
    assert len(items) == MAX_LINES
    assert items[-1].number == MAX_LINES + 100


def test_lines_of_before_the_run_do_not_count() -> None:
    body = build.pod("p", statuses=[build.status(state=build.running(100))])
    given = build.scene(body, logs={("p", "app", False): [f"{build.ago(500)} old", f"{build.ago(50)} new"]})
    reading = read_log(given, body, "app", previous=False)
    assert reading is not None
    assert [item.text for item in reading.items] == ["new"]


def test_a_log_that_was_not_read_is_none() -> None:
    body = build.pod("p")
    assert read_log(build.scene(body), body, "app", previous=True) is None
