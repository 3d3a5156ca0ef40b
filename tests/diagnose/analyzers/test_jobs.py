"""Jobs and CronJobs: failures that count, failures that are history, and due times that passed."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from diagnose.analyzers.jobs import jobs
from diagnose.analyzers.jobs.sidecar import is_helper
from diagnose.containers import containers
from diagnose.findings import Finding, Role
from tests.diagnose.build import (
    NOW,
    Obj,
    ago,
    container,
    event,
    findings,
    obj,
    owned_by,
    pod,
    ruled_out,
    running,
    scene,
    status,
    terminated,
)

TEMPLATE = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [container("work")], "restartPolicy": "Never"}}


def failed(reason: str, *, at: float = 600) -> list[Obj]:
    return [
        {"type": kind, "status": "True", "reason": reason, "lastTransitionTime": ago(at)}
        for kind in ("FailureTarget", "Failed")
    ]


def job(
    name: str = "report", *, owner: Obj | None = None, created: float = 900, spec: Obj | None = None, **state: object
) -> Obj:
    metadata: Obj = {"ownerReferences": owned_by(owner)} if owner else {}
    return obj(
        "Job",
        name,
        created=created,
        metadata=metadata,
        spec={"backoffLimit": 2, "template": TEMPLATE, **(spec or {})},
        status={"startTime": ago(created), **state},
    )


def cron(name: str = "nightly", schedule: str = "*/10 * * * *", *, created: float = 90000, **rest: Obj) -> Obj:
    spec = {"schedule": schedule, "jobTemplate": {"spec": {"template": TEMPLATE}}, **rest.get("spec", {})}
    return obj("CronJob", name, created=created, spec=spec, status=rest.get("status", {}))


def one(*objects: Obj) -> Finding:
    found = findings(jobs, scene(*objects))
    assert len(found) == 1, [entry.summary.en for entry in found]
    assert found[0].remedies
    assert all(remedy.verify for remedy in found[0].remedies if remedy.command)
    return found[0]


# -- too many tries


@pytest.mark.parametrize(
    "reason", ["BackoffLimitExceeded", "PodFailurePolicy", "MaxFailedIndexesExceeded", "FailedIndexes"]
)
def test_a_job_that_failed_for_good_is_named_with_its_tries(reason: str) -> None:
    finding = one(job(conditions=failed(reason), failed=3))
    assert (finding.code, finding.role, finding.object.name) == ("JobBackoffLimitExceeded", Role.SYMPTOM, "report")
    assert f"Failed=True {reason}; failed 3, backoffLimit 2" in finding.actual
    assert "logs" in finding.summary.en, "pods are gone"
    assert finding.since is not None


def test_the_last_pods_exit_code_is_quoted_and_its_pod_reached() -> None:
    batch = job(conditions=failed("BackoffLimitExceeded"), failed=2)
    pods = [
        pod(
            f"report-{index}",
            containers=[container("work")],
            statuses=[status("work", state=terminated(code, ended=ended))],
            owner=batch,
            phase="Failed",
        )
        for index, (code, ended) in enumerate([(1, 500), (42, 100)])
    ]
    finding = one(batch, *pods)
    assert "exit code 42" in finding.summary.en
    assert "only 2 retries are allowed" in finding.summary.en
    assert {reach.ref.name for reach in finding.affected} == {"report", "report-0", "report-1"}
    assert any(entry.quote == "42" for entry in finding.evidence)
    assert "report-1" not in finding.summary.en


def test_a_job_that_was_retried_and_completed_is_no_fault() -> None:
    batch = job(conditions=[{"type": "Complete", "status": "True"}], failed=2, succeeded=1)
    assert findings(jobs, scene(batch)) == []
    (over,) = ruled_out(jobs, scene(batch))
    assert (over.code, over.healed) == ("JobBackoffLimitExceeded", False)


@pytest.mark.parametrize("reason", ["BackoffLimitExceeded", "DeadlineExceeded"])
def test_a_later_success_of_the_same_cron_job_heals_an_earlier_failure(reason: str) -> None:
    owner = cron(schedule="0 0 1 1 *", created=60)
    old = job("nightly-1", owner=owner, created=9000, conditions=failed(reason), failed=1)
    new = job("nightly-2", owner=owner, created=900, conditions=[{"type": "Complete", "status": "True"}], succeeded=1)
    new["status"]["completionTime"] = ago(700)
    given = scene(owner, old, new)
    assert findings(jobs, given) == []
    (healed,) = [entry for entry in ruled_out(jobs, given) if entry.healed]
    assert healed.ended == NOW - timedelta(seconds=700)
    assert findings(jobs, scene(owner, {**new, "metadata": {**new["metadata"], "creationTimestamp": ago(9900)}}, old))


def test_running_jobs_and_jobs_that_fail_for_another_reason_are_silent() -> None:
    assert findings(jobs, scene(job(active=1, failed=1))) == []
    assert findings(jobs, scene(job(conditions=[{"type": "Failed", "status": "False"}]))) == []


def test_a_copy_leaves_out_what_the_controller_added() -> None:
    finding = one(job(conditions=failed("BackoffLimitExceeded"), failed=3))
    assert "del(.spec.selector)" in finding.remedies[0].command
    applied = job(conditions=failed("BackoffLimitExceeded"), failed=3)
    applied["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    assert "view-last-applied job/report" in one(applied).remedies[0].command


# -- out of time


@dataclass(frozen=True, kw_only=True)
class Lived:
    id: str
    events: tuple[tuple[str, str], ...]
    role: Role
    words: str


LIVED = (
    Lived(id="ran", events=(("Scheduled", ""), ("Started", "Started container work")), role=Role.ROOT, words="ran"),
    Lived(id="pulled", events=(("Pulling", "Pulling image"),), role=Role.SYMPTOM, words="being pulled"),
    Lived(id="waited", events=(("FailedScheduling", "0/1 nodes"),), role=Role.SYMPTOM, words="never started"),
    Lived(id="nothing known", events=(), role=Role.ROOT, words="not known"),
)


@pytest.mark.parametrize("case", LIVED, ids=lambda case: case.id)
def test_a_deadline_says_how_far_the_pod_came_before_it_was_deleted(case: Lived) -> None:
    batch = job(spec={"activeDeadlineSeconds": 300}, conditions=failed("DeadlineExceeded"), failed=1)
    gone = pod("report-x")
    told = [event(gone, reason, message) for reason, message in case.events]
    finding = one(batch, event(batch, "SuccessfulCreate", "Created pod: report-x", kind="Normal"), *told)
    assert (finding.code, finding.role) == ("JobDeadlineExceeded", case.role)
    assert case.words in finding.summary.en
    assert "5 min" in finding.summary.en


def test_a_worker_that_ends_at_its_deadline_after_successes_is_no_fault() -> None:
    batch = job(spec={"activeDeadlineSeconds": 300}, conditions=failed("DeadlineExceeded"), succeeded=7)
    assert findings(jobs, scene(batch)) == []
    assert "planned end" in ruled_out(jobs, scene(batch))[0].reason.en


def test_a_cron_job_gets_the_new_deadline_from_its_longest_success() -> None:
    owner = cron(schedule="0 0 1 1 *", created=60)
    good = job("nightly-1", owner=owner, created=9000, conditions=[{"type": "Complete", "status": "True"}])
    good["status"]["completionTime"] = ago(8600)
    late = job(
        "nightly-2", owner=owner, spec={"activeDeadlineSeconds": 300}, conditions=failed("DeadlineExceeded"), failed=1
    )
    finding = one(owner, good, late)
    assert '"activeDeadlineSeconds":800' in finding.remedies[0].command
    assert "cronjob/nightly" in finding.remedies[0].command
    assert '"activeDeadlineSeconds":300' in finding.remedies[0].undo


# -- helpers


def helped(
    main: Obj, helper: Obj, *, name: str = "proxy", image: str = "registry.example.com/x:1", native: bool = False
) -> list[Obj]:
    batch = job(active=1)
    listed = [container("work"), container(name, image)]
    batch["spec"]["template"] = {"spec": {"containers": listed}}
    return [
        batch,
        pod(
            "report-x",
            containers=listed if not native else listed[:1],
            inits=[container(name, image, restartPolicy="Always")] if native else [],
            statuses=[status("work", state=main)] + ([] if native else [status(name, state=helper, ready=True)]),
            init_statuses=[status(name, state=helper)] if native else [],
            owner=batch,
        ),
    ]


def test_a_helper_that_outlives_the_work_is_named_and_moved() -> None:
    finding = one(*helped(terminated(0, ended=600), running()))
    assert (finding.code, finding.part, finding.object.kind) == ("JobSidecarBlocksCompletion", "proxy", "Job")
    assert "work" in finding.summary.en
    assert "10 min" in finding.summary.en
    patch = finding.remedies[0].patch
    assert patch is not None
    spec = patch["spec"]["template"]["spec"]
    assert spec["initContainers"][0]["restartPolicy"] == "Always"
    assert spec["containers"] == [{"$patch": "delete", "name": "proxy"}]


@pytest.mark.parametrize(
    ("case", "objects"),
    [
        ("native sidecar", helped(terminated(0, ended=600), running(), native=True)),
        ("ended a moment ago", helped(terminated(0, ended=20), running())),
        ("second worker", helped(terminated(0, ended=600), running(), name="worker-2")),
        ("work failed", helped(terminated(1, ended=600), running())),
        ("work runs", helped(running(), running())),
        ("all ended", helped(terminated(0, ended=600), terminated(0, ended=500))),
    ],
)
def test_other_pods_of_jobs_are_silent(case: str, objects: list[Obj]) -> None:
    assert findings(jobs, scene(*objects)) == [], case


@pytest.mark.parametrize(
    ("name", "image", "helper"),
    [
        ("istio-proxy", "x", True),
        ("c", "registry.example.com/cloud-sql-proxy:2", True),
        ("vault-agent", "x", True),
        ("c", "example.com/agent/importer:1", False),
        ("importer", "example.com/importer@sha256:0123", False),
        ("catalog", "x", False),
        ("reproxying", "x", False),
    ],
)
def test_helpers_are_known_by_whole_words_of_name_and_image(name: str, image: str, helper: bool) -> None:
    (found,) = containers(pod(containers=[container(name, image)]))
    assert is_helper(found) is helper


# -- missed runs


@dataclass(frozen=True, kw_only=True)
class Cron:
    id: str
    schedule: str = "*/10 * * * *"
    spec: tuple[tuple[str, object], ...] = ()
    last: float | None = 3 * 3600
    created: float = 90000
    event: str = ""
    event_age: float = 60
    variant: str = ""
    words: tuple[str, ...] = ()


CRONS = (
    Cron(id="controller", variant="controller", words=("10 min", "nothing that was read")),
    Cron(id="never ran", last=None, variant="controller", words=("never run",)),
    Cron(id="short deadline", spec=(("startingDeadlineSeconds", 5),), variant="deadline", words=("at most 5 s",)),
    Cron(id="deadline event", event="MissSchedule", variant="deadline"),
    Cron(id="too many", event="TooManyMissedTimes", variant="history", words=("too many",)),
    Cron(id="unreadable", schedule="61 * * * *", event="UnparseableSchedule", variant="schedule", words=("61",)),
    Cron(id="six fields", schedule="0 0 3 * * *", variant="schedule", words=("6 fields",)),
    Cron(id="no such date", schedule="0 0 30 2 *", variant="schedule", words=("never comes",)),
    Cron(
        id="no such zone",
        schedule="0 3 * * *",
        spec=(("timeZone", "Asia/Shanghi"),),
        variant="schedule",
        words=("Asia/Shanghi",),
    ),
    Cron(id="every", schedule="@every 1h", variant="controller"),
    Cron(id="ran in time", last=300),
    Cron(id="due a moment ago", schedule="59 11 * * *", last=86400),
    Cron(id="suspended", spec=(("suspend", True),)),
    Cron(id="younger than its first time", schedule="0 3 * * *", last=None, created=3600),
    Cron(id="refused", event="FailedCreate", event_age=30),
    Cron(id="long deadline", schedule="30 11 * * *", spec=(("startingDeadlineSeconds", 3600),), last=86400),
    Cron(id="every, not yet", schedule="@every 4h"),
    Cron(id="controller in another zone", schedule="0 4 * * *", last=16 * 3600),
)


def made(case: Cron) -> list[Obj]:
    state: Obj = {} if case.last is None else {"lastScheduleTime": ago(case.last)}
    owner = cron(schedule=case.schedule, created=case.created, spec=dict(case.spec), status=state)
    told = [event(owner, case.event, "x", last=case.event_age, first=case.event_age)] if case.event else []
    return [owner, *told]


@pytest.mark.parametrize("case", [case for case in CRONS if case.variant], ids=lambda case: case.id)
def test_a_due_time_without_a_run_is_named_with_its_reason(case: Cron) -> None:
    finding = one(*made(case))
    assert (finding.code, finding.variant) == ("CronJobMissedRuns", case.variant)
    for word in case.words:
        assert word in finding.summary.en


@pytest.mark.parametrize("case", [case for case in CRONS if not case.variant], ids=lambda case: case.id)
def test_a_cron_job_that_misses_nothing_is_silent(case: Cron) -> None:
    assert findings(jobs, scene(*made(case))) == []


def test_what_was_probably_meant_is_offered() -> None:
    seconds = one(*made(Cron(id="", schedule="0 0 3 * * *")))
    assert seconds.near == ("0 3 * * *",)
    assert '"schedule":"0 3 * * *"' in seconds.remedies[0].command
    assert seconds.remedies[0].estimate is not None
    sunday = one(*made(Cron(id="", schedule="0 3 * * 7")))
    assert sunday.near == ("0 3 * * 0",)
    zone = one(*made(Cron(id="", schedule="0 3 * * *", spec=(("timeZone", "Asia/Shanghi"),))))
    assert zone.near[0] == "Asia/Shanghai"


def test_other_late_cron_jobs_and_a_stale_lease_point_to_the_controller() -> None:
    late = [cron(name, status={"lastScheduleTime": ago(10000)}) for name in ("a", "b", "c")]
    found = findings(jobs, scene(*late))
    assert len(found) == 3
    assert all("2 other CronJobs" in finding.summary.en for finding in found)
    lease = obj("Lease", "kube-controller-manager", namespace="kube-system", spec={"renewTime": ago(900)})
    assert "lease" in one(late[0], lease).summary.en
    fresh = obj("Lease", "kube-controller-manager", namespace="kube-system", spec={"renewTime": ago(5)})
    assert one(late[0], fresh).confidence.word == "inferred"


def test_a_schedule_that_was_just_changed_has_missed_nothing() -> None:
    owner = cron(status={"lastScheduleTime": ago(10000)})
    owner["metadata"]["managedFields"] = [
        {"manager": "kubectl-edit", "time": ago(60), "fieldsV1": {"f:spec": {"f:schedule": {}}}}
    ]
    assert findings(jobs, scene(owner)) == []


@pytest.mark.parametrize(("notes", "late"), [({}, False), ({"cronjob.kubernetes.io/instantiate": "manual"}, True)])
def test_a_run_that_is_there_counts_though_the_status_does_not_say_so(notes: Obj, *, late: bool) -> None:
    owner = cron()
    run = obj("Job", "daily-1", created=200, metadata={"ownerReferences": owned_by(owner), "annotations": notes})
    assert bool(findings(jobs, scene(owner, run))) is late


# -- blocked runs


def blocking(policy: str, *, age: float, last: float | None = None, **state: object) -> list[Obj]:
    owner = cron(
        spec={"concurrencyPolicy": policy},
        status={"lastScheduleTime": ago(last or age), "active": [{"kind": "Job", "name": "nightly-1"}], **state},
    )
    return [owner, job("nightly-1", owner=owner, created=age, active=1)]


def test_a_run_that_does_not_end_blocks_the_next() -> None:
    owner, active = blocking("Forbid", age=7000)
    told = event(owner, "JobAlreadyActive", "Not starting job because prior execution is running", kind="Normal")
    finding = one(owner, active, told, pod("nightly-1-x", owner=active))
    assert (finding.code, finding.object.kind) == ("CronJobConcurrencyBlocked", "CronJob")
    assert "117 min" in finding.summary.en
    assert "every 10 min" in finding.summary.en
    assert {reach.ref.name for reach in finding.affected} == {"nightly-1", "nightly-1-x"}
    assert "delete job/nightly-1" in finding.remedies[0].command
    assert '"activeDeadlineSeconds":600' in finding.remedies[1].command


def test_a_run_younger_than_a_period_and_other_policies_do_not_block() -> None:
    assert findings(jobs, scene(*blocking("Forbid", age=200))) == []
    assert findings(jobs, scene(*blocking("Allow", age=7000, last=200))) == []
    assert findings(jobs, scene(*blocking("Replace", age=200))) == []


def test_runs_that_are_replaced_before_they_end_are_named() -> None:
    owner, active = blocking("Replace", age=200, lastSuccessfulTime=ago(80000))
    told = event(owner, "SuccessfulDelete", "Deleted job nightly-0", kind="Normal", first=9000, last=200, count=14)
    finding = one(owner, active, told)
    assert (finding.code, finding.part) == ("CronJobConcurrencyBlocked", "replace")
    assert '"concurrencyPolicy":"Forbid"' in finding.remedies[0].command
    owner, active = blocking("Replace", age=200, lastSuccessfulTime=ago(700))
    cleaned = event(owner, "SuccessfulDelete", "Deleted job nightly-0", kind="Normal", first=9000, last=200, count=14)
    assert findings(jobs, scene(owner, active, cleaned)) == []
