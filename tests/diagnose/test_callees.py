"""A client that fails because of whom it calls: the callee's fault is the cause, the client's crash its symptom."""

from core.phrase import Phrase
from diagnose.engine import diagnose
from diagnose.findings import Verdict
from tests.diagnose import build

REFUSED = ["INFO starting", "FATAL could not connect to store:6379: connection refused"]


def client(name: str, callee: str) -> tuple[list[build.Obj], build.Logs]:
    """Make a Deployment whose program ends because ``callee`` refuses connections."""
    pod = build.pod(f"{name}-1", labels={"app": name}, statuses=[build.crash_loop()], containers=[build.container()])
    lines = [line.replace("store", callee) for line in REFUSED]
    return build.deployed(pod, name), {(f"{name}-1", "app", True): lines}


def broken_store() -> list[build.Obj]:
    """Make a Service whose only pod cannot pull its image."""
    waiting = build.status(
        state=build.waiting("ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: manifest unknown')
    )
    pod = build.pod("store-1", labels={"app": "store"}, phase="Pending", statuses=[waiting])
    return [build.node(), *build.deployed(pod, "store"), build.service("store", port=6379, targetPort=6379)]


def test_the_fault_of_the_callee_is_the_cause_also_when_only_the_client_was_asked_about() -> None:
    objects, logs = client("web", "store")
    snapshot = build.snapshot(*objects, *broken_store(), logs=logs)
    for target in ("deploy/web", ""):
        found = diagnose(snapshot, target=target, namespace=build.SPACE)
        assert [root.code for root in found.roots] == ["ImageTagNotFound"], target
        assert "AppCrashed" in {entry.finding.code for entry in found.folded}
        assert found.verdict is Verdict.FAILING


def test_a_healthy_callee_explains_nothing() -> None:
    objects, logs = client("web", "store")
    pod = build.pod(
        "store-1", labels={"app": "store"}, ready=True, statuses=[build.status(state=build.running(), ready=True)]
    )
    store = build.deployed(pod, "store")
    store[0]["status"]["readyReplicas"] = 1
    snapshot = build.snapshot(*objects, *store, build.service("store", port=6379), logs=logs)
    found = diagnose(snapshot, target="deploy/web", namespace=build.SPACE)
    assert [root.code for root in found.roots] == ["DependencyUnreachable"]
    assert found.roots[0].confidence.word == "inferred"
    assert "AppCrashed" in {entry.finding.code for entry in found.folded}


def test_two_that_wait_for_each_other_do_not_explain_each_other_away() -> None:
    one, logs = client("web", "store")
    other, more = client("store", "web")
    snapshot = build.snapshot(
        *one, *other, build.service("web"), build.service("store", port=6379), logs={**logs, **more}
    )
    found = diagnose(snapshot, namespace=build.SPACE)
    assert found.roots
    assert found.verdict is Verdict.FAILING
    assert isinstance(found.summary, Phrase)
