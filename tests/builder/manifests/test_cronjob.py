"""What runs at times."""

import pytest

from builder.manifests import ManifestRefused
from builder.manifests.cronjob import cronjob
from builder.manifests.schedules import cron_line
from builder.plan import Command, Kind, Task
from tests.builder.manifests.subjects import NIGHTLY, ready, subject


def test_runs_follow_each_other_and_kubernetes_replaces_nothing_in_the_command() -> None:
    spec = cronjob(subject(ready(Kind.SCHEDULED, tasks=(NIGHTLY,))), NIGHTLY).body["spec"]
    assert (spec["schedule"], spec["concurrencyPolicy"]) == ("0 3 * * *", "Forbid")
    container = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert container["args"] == ["/bin/sh", "-c", "echo $$(date)"]


def test_a_task_without_a_command_is_the_image_s_own() -> None:
    task = Task(name="all", purpose="schedule", command=Command(), schedule="@daily")
    pod = cronjob(subject(ready(Kind.SCHEDULED, tasks=(task,))), task).body["spec"]["jobTemplate"]["spec"]["template"]
    assert "args" not in pod["spec"]["containers"][0]


def test_a_long_name_leaves_room_for_that_of_a_run() -> None:
    task = Task(name="n" * 30, purpose="schedule", command=Command(), schedule="@daily")
    assert len(cronjob(subject(ready(name="s" * 40, tasks=(task,))), task).name) <= 52


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("*/5 * * * *", "*/5 * * * *"),
        ("0  3 1,15 * mon-fri", "0 3 1,15 * mon-fri"),
        ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * JAN sun", "0 0 * JAN sun"),
        ("@hourly", "@hourly"),
        ("@every 1h30m", "@every 1h30m"),
    ],
)
def test_schedules_that_are_known(line: str, written: str) -> None:
    assert cron_line("shop", line) == written


@pytest.mark.parametrize(
    "line",
    ["", "daily", "@reboot", "0 0 3 * * *", "60 * * * *", "0 24 * * *", "0 3 * * 1-7", "*/0 * * * *", "5-1 * * * *"],
)
def test_schedules_that_are_refused(line: str) -> None:
    with pytest.raises(ManifestRefused, match="no schedule"):
        cron_line("shop", line)
