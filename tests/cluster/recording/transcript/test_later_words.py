"""What a session says later, or elsewhere, about what it has shown: newer events, the time, prose below a log."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from cluster.fields import condition, dig, objects, text
from cluster.recording.transcript import read_transcript
from cluster.recording.transcript.moments import clock_time
from diagnose.engine import diagnose
from tests.cluster.recording.transcript.samples import read
from tests.cluster.recording.transcript.test_implied import happened

RUNNING = """\
Name:             web-0
Namespace:        shop
Node:             pool-1/192.0.2.4
Start Time:       Tue, 07 Apr 2026 10:00:00 +0000
Status:           Running
Containers:
  web:
    Image:          r.example/web:3
    State:          Running
      Started:      Tue, 07 Apr 2026 10:09:00 +0000
    Last State:     Terminated
      Reason:       Error
      Exit Code:    1
      Started:      Tue, 07 Apr 2026 10:08:00 +0000
      Finished:     Tue, 07 Apr 2026 10:08:01 +0000
    Ready:          True
    Restart Count:  4
Conditions:
  Type    Status
  Ready   True
Events:   <none>
"""
STARTED = "{}  Normal  Started  pod/web-0  Started container web"
BACK_OFF = "{}  Warning  BackOff  pod/web-0  Back-off restarting failed container web in pod web-0_shop(1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Ages of a start and of a back-off, seen a minute after the run that was described began; is it down again."""

    id: str
    started: str
    backed_off: str
    down: bool


@pytest.mark.parametrize(
    "case",
    [
        Later(id="newer-than-the-start", started="60s", backed_off="58s", down=True),
        Later(id="older-than-the-start", started="60s", backed_off="70s", down=False),
        Later(id="start-of-another-run", started="10m", backed_off="58s", down=False),
    ],
    ids=lambda case: case.id,
)
def test_a_back_off_newer_than_the_described_run_says_that_it_is_over(case: Later) -> None:
    rows = happened(STARTED.format(case.started), BACK_OFF.format(case.backed_off))
    shown = f"$ kubectl describe pod web-0 -n shop\n{RUNNING}$ kubectl get events -n shop\n{rows}"
    found = read_transcript(f"2026-04-07T10:10:00Z\n{shown}", "pasted")
    entry = objects(found.get("Pod", "shop", "web-0"), "status", "containerStatuses")[0]
    assert (text(entry, "state", "waiting", "reason") == "CrashLoopBackOff") is case.down


SCALER = "NAME   REFERENCE        TARGETS              MINPODS   MAXPODS   REPLICAS   AGE\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A row of an autoscaler, the age of its complaint, and whether it lacks its measurements."""

    id: str
    row: str
    age: str
    active: str


@pytest.mark.parametrize(
    "case",
    [
        Measured(id="unknown", row="cpu: <unknown>/70%", age="9s", active="False"),
        Measured(id="measured-by-now", row="cpu: 12%/70%      ", age="9s", active=""),
        Measured(id="long-ago", row="cpu: <unknown>/70%", age="9m", active=""),
    ],
    ids=lambda case: case.id,
)
def test_an_autoscaler_complains_in_its_events_where_its_conditions_are_not_shown(case: Measured) -> None:
    complaint = (
        "Warning  FailedGetResourceMetric  horizontalpodautoscaler/web  failed to get cpu utilization: no metrics"
    )
    found = read(
        ("get hpa -n shop", f"{SCALER}web    Deployment/web   {case.row}   1         3         1          2d\n"),
        ("get events -n shop", happened(f"{case.age}  {complaint}")),
    )
    scaler = found.get("HorizontalPodAutoscaler", "shop", "web")
    assert scaler is not None
    assert text(condition(scaler, "ScalingActive"), "status") == case.active


def test_a_check_that_no_form_shows_is_known_by_what_the_kubelet_says_of_its_failure() -> None:
    said = (
        'Readiness probe failed: Get "http://10.1.0.7:8080/ready": dial tcp 10.1.0.7:8080: connect: connection refused'
    )
    table = "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   0/1     Running   0          9m\n"
    found = read(
        ("get pods -n shop", table),
        ("get events -n shop", happened(STARTED.format("9m"), f"5s  Warning  Unhealthy  pod/web-0  {said}")),
    )
    probe = dig(found.get("Pod", "shop", "web-0"), "spec", "containers", 0, "readinessProbe")
    assert probe == {"httpGet": {"scheme": "HTTP", "port": 8080, "path": "/ready"}}
    (root,) = diagnose(found).roots
    assert (root.code, root.variant) == ("ProbeFailing", "readiness")


@pytest.mark.parametrize(
    ("line", "hour"),
    [
        ("Tue Apr  7 10:15:00 UTC 2026", 10),
        ("Tue Apr  7 10:15:00 PM CEST 2026", 20),
        ("Tue 07 Apr 2026 10:15:00 AM EDT", 14),
        ("2026-04-07T10:15:00+0200", 8),
        ("Tue Apr  7 10:15:00 CST 2026", None),
        ("2026-04-07 10:15:00", None),
        ("date: invalid option", None),
    ],
)
def test_the_time_that_date_prints_is_read_where_its_zone_is_certain(line: str, hour: int | None) -> None:
    wanted = None if hour is None else datetime(2026, 4, 7, hour, 15, tzinfo=UTC)
    assert clock_time(line) == wanted


def test_date_in_a_session_says_when_it_was() -> None:
    table = "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   1/1     Running   0          9m\n"
    table = f"$ kubectl get pods -n shop\n{table}"
    for content in (f"$ date\nTue Apr  7 10:15:00 UTC 2026\n{table}", f"{table}$ date\nTue Apr  7 10:15:00 UTC 2026\n"):
        assert read_transcript(content, "test").now == datetime(2026, 4, 7, 10, 15, tzinfo=UTC)


PROSE = "After that I restarted it, but it keeps failing with connection refused."


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        (f"\n{PROSE}\n", 1),
        (f"\nSo far so good, nothing else is written there.\nCan anybody help?\n\n{PROSE}\n", 1),
        (f"{PROSE}\n", 2),
        ("\nPlease set the variable PORT before the program is started.\n", 2),
        ('\n{"msg": "we could not reach our database at all today"}\n', 2),
    ],
)
def test_what_somebody_wrote_below_a_log_is_not_of_the_log(below: str, kept: int) -> None:
    found = read_transcript(f"$ kubectl logs web-0 -n shop -c web\nlistening on :8080\n{below}", "test")
    (log,) = found.logs.values()
    assert len(log.lines) == kept


def test_a_rollout_beyond_its_deadline_states_no_number_that_was_not_printed() -> None:
    said = 'error: deployment "web" exceeded its progress deadline\n'
    found = diagnose(read(("rollout status deploy/web -n shop", said)))
    (root,) = found.roots
    assert root.code == "RolloutStuck"
    assert not any(char.isdigit() for char in root.summary.en + root.expected + root.actual)
    assert (found.workloads[0].ready, found.workloads[0].wanted) == (0, 0)
    assert [entry.state for entry in found.coverage.kinds if entry.kind == "Deployment"] == ["partial"]


def test_a_certificate_of_a_table_is_named_without_hosts() -> None:
    table = "NAME       READY   SECRET     AGE\nshop-tls   False   shop-keys   3d\n"
    (root,) = diagnose(read(("get certificates -n shop", table))).roots
    assert root.summary.en.startswith("The certificate shop-tls is not issued")
    assert "shop-keys" in root.next_checks[0].why.en
