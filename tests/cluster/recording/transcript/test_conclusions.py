"""What follows from several forms together: when it was, who is ready, which names containers have, what is hidden."""

from datetime import UTC, datetime

from cluster.fields import dig, text
from cluster.recording.transcript import hides, read_transcript
from cluster.snapshot import ref_of
from core.evidence import UNSET, FieldSource
from tests.cluster.recording.transcript.samples import DESCRIBED, read

DEPLOYMENT = """\
Name:                   cart
Namespace:              shop
CreationTimestamp:      Tue, 07 Apr 2026 10:00:00 +0000
Selector:               app=cart
Replicas:               2 desired | 2 updated | 2 total | 1 available | 1 unavailable
StrategyType:           RollingUpdate
Events:          <none>
"""
STATEFUL = """\
Name:               db
Namespace:          shop
CreationTimestamp:  Tue, 07 Apr 2026 10:00:00 +0000
Selector:           app=db
Replicas:           1 desired | 1 total
Update Strategy:    RollingUpdate
Pods Status:        1 Running / 0 Waiting / 0 Succeeded / 0 Failed
"""
PODS = """\
NAME                    READY   STATUS    RESTARTS   AGE
cart-7c9d8f6b5c-4xk2p   1/1     Running   0          90m
db-0                    1/1     Running   0          10m
"""


def test_now_is_not_before_the_age_of_a_pod_that_its_workload_made() -> None:
    found = read(("describe deploy cart -n shop", DEPLOYMENT), ("get po -n shop", PODS))
    assert found.now == datetime(2026, 4, 7, 11, 30, tzinfo=UTC)


def test_now_is_not_before_the_age_of_an_event_about_the_described_object_itself() -> None:
    described = DESCRIBED.replace("(x40 over 24m)", "(x400 over 4h)")
    assert read(("describe po x -n shop", described)).now == datetime(2026, 4, 7, 14, 0, tzinfo=UTC)
    listed = "LAST SEEN   TYPE      REASON    OBJECT                      MESSAGE\n4h          Warning   BackOff   pod/"
    found = read(("describe po x -n shop", DESCRIBED), ("get ev -n shop", f"{listed}cart-7c9d8f6b5c-4xk2p   earlier\n"))
    assert found.now == datetime(2026, 4, 7, 10, 25, tzinfo=UTC)


def test_ready_pods_of_described_workloads_are_counted_where_they_are_shown() -> None:
    found = read(
        ("describe deploy cart -n shop", DEPLOYMENT),
        ("describe sts db -n shop", STATEFUL),
        ("get po -n shop", PODS),
    )
    assert dig(found.get("Deployment", "shop", "cart"), "status", "readyReplicas") == 1
    assert dig(found.get("StatefulSet", "shop", "db"), "status", "readyReplicas") == 1
    alone = read(("describe sts db -n shop", STATEFUL))
    assert dig(alone.get("StatefulSet", "shop", "db"), "status", "readyReplicas") is None


def test_a_log_written_while_init_containers_run_names_one_of_them() -> None:
    table = (
        "NAME   READY   STATUS                  RESTARTS     AGE\n"
        "app    0/1     Init:CrashLoopBackOff   6 (2m ago)   9m\n"
    )
    found = read(("get po -n shop", table), ("logs app -n shop -c wait", "no database\n"))
    pod = found.get("Pod", "shop", "app")
    assert text(pod, "spec", "initContainers", 0, "name") == "wait"
    assert text(pod, "status", "initContainerStatuses", 0, "state", "waiting", "reason") == "CrashLoopBackOff"
    assert text(pod, "spec", "containers", 0, "name") != "wait"


def test_a_field_that_the_form_hides_is_not_quoted_as_unset() -> None:
    found = read(("get po -n shop", PODS), ("describe po x -n shop", DESCRIBED.replace("4xk2p", "zzzzz")))
    tabled, described = found.get("Pod", "shop", "db-0"), found.get("Pod", "shop", "cart-7c9d8f6b5c-zzzzz")
    assert tabled is not None
    assert described is not None
    path = ("spec", "containers", 0, "resources", "limits")
    assert hides(tabled, *path)
    assert found.read(FieldSource(object=ref_of(tabled), path=path)) is None
    assert found.read(FieldSource(object=ref_of(described), path=("spec", "containers", 1, "resources"))) == UNSET
    assert found.read(FieldSource(object=ref_of(tabled), path=("status", "phase"))) == "Running"


def test_events_alone_of_a_description_are_about_the_object_of_the_command() -> None:
    found = read_transcript(
        "$ kubectl describe pod x -n shop | tail -2\n"
        "  ----     ------   ----  ----     -------\n"
        "  Warning  BackOff  61s   kubelet  Back-off restarting failed container web in pod x\n",
        "pasted",
    )
    (event,) = found.iter_events()
    assert (event.ref.kind, event.ref.namespace, event.ref.name, event.reason) == ("Pod", "shop", "x", "BackOff")


def test_a_wide_table_shows_that_there_is_no_node_and_a_plain_one_does_not() -> None:
    wide = "NAME   READY   STATUS    RESTARTS   AGE   IP       NODE     NOMINATED NODE   READINESS GATES\n"
    shown = read(
        (
            "get po -n shop -o wide",
            f"{wide}x      0/1     Pending   0          9m    <none>   <none>   <none>           <none>\n",
        )
    )
    plain = read(
        ("get po -n shop", "NAME   READY   STATUS    RESTARTS   AGE\nx      0/1     Pending   0          9m\n")
    )
    assert not hides(shown.get("Pod", "shop", "x") or {}, "spec", "nodeName")
    assert hides(plain.get("Pod", "shop", "x") or {}, "spec", "nodeName")
