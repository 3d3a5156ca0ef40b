"""Lines of a build: their steps, and secrets that a step prints."""

from builder.build.executor import Line
from builder.build.steps import MASK, Steps


def told(*lines: str, secrets: tuple[bytes, ...] = ()) -> tuple[Steps, list[Line]]:
    found: list[Line] = []
    seen = Steps(found.append, secrets)
    for line in lines:
        seen.line(Line(text=line))
    return seen, found


def test_a_line_belongs_to_the_step_above_it() -> None:
    seen, lines = told("STEP 1/2: FROM x", "[2/2] STEP 2/2: RUN make", "--> Using cache abc", "done")
    assert [line.step for line in lines] == ["FROM x", "RUN make", "RUN make", "RUN make"]
    assert (seen.steps, seen.cached, seen.step) == (2, 1, "RUN make")


def test_what_a_step_prints_of_a_secret_is_masked() -> None:
    key = b"-----BEGIN-----\nfirst-line-of-it\nsecond\n-----END-----\n"
    _, lines = told("token is tok-12345!", "first-line-of-it", "second ", secrets=(b"tok-12345", key, b"ab"))
    assert [line.text for line in lines] == [f"token is {MASK}!", MASK, f"{MASK} "]


def test_a_short_value_does_not_blank_out_the_log() -> None:
    _, lines = told("a b c", secrets=(b"b",))
    assert lines[0].text == "a b c"
