"""What must not be seen of a build is taken out of all that it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builder.build.errors import BuildFailed
from builder.build.executor import Line
from builder.screening import Screen
from core.redaction import MASK


@dataclass(frozen=True, kw_only=True)
class Seen:
    id: str
    text: str
    shown: str
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


SEEN = (
    Seen(id="plain", text="added 120 packages", shown="added 120 packages"),
    Seen(id="given secret", text="is s3cr3t!", shown=f"is {MASK}", environment={"API_TOKEN": "s3cr3t!"}),
    Seen(id="no secret by name", text="mode production", shown="mode production", environment={"MODE": "production"}),
    Seen(id="build secret by any name", text="got a-b-c-d!", shown=f"got {MASK}", secrets=("a-b-c-d",)),
    Seen(id="one line of a secret", text="is line-two", shown=f"is {MASK}", secrets=("line-one\nline-two\n",)),
    Seen(id="too short to be one", text="it is a b", shown="it is a b", secrets=("a",)),
    Seen(id="folder", text="open /state/builds/run/x: no", shown="open <build>/run/x: no"),
    Seen(id="inner folder first", text="/state/builds/s/run-1/a", shown="<build>/a"),
    Seen(id="zero byte", text="a\0b", shown="ab"),
)


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.id)
def test_what_must_not_be_seen_is_taken_out(case: Seen) -> None:
    screen = Screen((Path("/state/builds"), Path("/state/builds/s/run-1")), case.environment, case.secrets)
    assert screen.clean(case.text).replace(f"{MASK}!", MASK) == case.shown


def test_an_error_is_cleaned_with_the_log_that_it_carries() -> None:
    error = BuildFailed(
        "no: hunter-two", next_step="not hunter-two", step="RUN hunter-two", log=(Line(text="hunter-two"),)
    )
    Screen(secrets=["hunter-two"]).error(error)
    assert "hunter-two" not in repr((error.message, error.next_step, error.step, error.log, error.args, str(error)))
