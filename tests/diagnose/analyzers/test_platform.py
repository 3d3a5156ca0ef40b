"""What the platform does to applications: suspensions, refused hosts, builds, rollbacks, dependencies, sleep."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from cluster.snapshot import ref_of
from diagnose.analyzers.platform import platform
from diagnose.codes.platform import CODES
from diagnose.findings import Finding, Role
from tests.diagnose import build
from tests.diagnose.analyzers.build_platform import app, custom, image_build, says

Obj = dict[str, Any]

DEBT = 'admission webhook "debt.sealos.io" denied the request: 40001: balance below zero'


def space(status: str = "", name: str = build.SPACE) -> Obj:
    marks = {"debt.sealos/status": status} if status else {}
    return build.obj("Namespace", name, namespace="", metadata={"annotations": marks})


def quota(name: str = "debt-limit0") -> Obj:
    return build.obj("ResourceQuota", name, spec={"hard": {"pods": "0"}})


def ingress(host: str, *, address: bool = False, name: str = "shop") -> Obj:
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}} if address else {}
    return build.obj("Ingress", name, spec={"rules": [{"host": host}]}, status=status)


def refused_host(
    number: int, webhook: str = "vingress.sealos.io", words: str = "cannot verify shop.example.com"
) -> Obj:
    about = ingress("shop.example.com")
    return build.event(about, "UpdateFailed", f'admission webhook "{webhook}" denied the request: {number}: {words}')


def refused_pods(message: str, *, have: int = 0) -> list[Obj]:
    top, middle, _ = build.deployed(build.pod())
    middle["status"] = {"replicas": have}
    return [top, middle, build.event(middle, "FailedCreate", f"Error creating: {message}")]


def asleep_app(*, reason: str = "Asleep", replicas: int = 0, **spec: Any) -> list[Obj]:
    top = app(says("Suspended", "True", reason), spec=spec, nextWake="2026-03-11T08:00:00Z")
    work = build.deployment(replicas=replicas)
    work["metadata"]["ownerReferences"] = build.owned_by(top)
    return [top, work]


def built(*conditions: Obj, attempts: int = 3, app_says: bool = True, **spec: Any) -> list[Obj]:
    top = app(*([says("ImageAvailable", "False", "BuildFailed")] if app_says else []))
    tries = [{"errorClass": "DependencyNotFound", "phase": "build", "message": "no matching version for left-pad@9"}]
    return [top, image_build("shop-1", *conditions, owner=top, attempts=tries * attempts, **spec)]


def rolled(*, reason: str = "RolledBack", status: str = "False", active: str = "shop-1", **fields: Any) -> list[Obj]:
    top = app(
        says("RolloutHealthy", status, reason, "the new pods crash"),
        activeRevision=active,
        latestRevision="shop-2",
        failedRevision=fields.pop("failed", "shop-2"),
        **fields,
    )
    old, new = (custom("AppRevision", f"shop-{n}", owner=top, spec={"image": f"shop:{n}"}) for n in (1, 2))
    return [top, old, new]


def waiting_app(*, ready: bool = False, age: float = 3600, name: str = "shop-orders-db") -> list[Obj]:
    top = app(
        says("DependenciesReady", "False", "DependencyNotReady"),
        dependencies=[{"name": "orders-db", "type": "postgresql", "ready": ready, "message": "0 of 1 pods ready"}],
    )
    work = build.obj("StatefulSet", name, created=age, spec={"replicas": 1}, status={"replicas": 1, "readyReplicas": 0})
    work["metadata"]["ownerReferences"] = build.owned_by(top)
    return [top, work]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Objects, and the finding that they must give; no code means none."""

    id: str
    objects: list[Obj]
    code: str = ""
    variant: str = ""
    kind: str = ""
    part: str = ""
    words: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


CASES = (
    Case(
        id="the namespace is marked as suspended",
        objects=[space("Suspend"), quota(), build.pod(spec={"schedulerName": "sealos-debt-scheduler"})],
        code="NamespaceSuspendedForArrears",
        variant="suspended",
        kind="Namespace",
        words=("Namespace shop", "Suspend", "1 of its objects"),
    ),
    Case(
        id="the data is about to be deleted",
        objects=[space("FinalDeletion")],
        code="NamespaceSuspendedForArrears",
        variant="suspended",
        kind="Namespace",
        words=("data is about to be deleted",),
    ),
    Case(
        id="the namespace cannot be read and the quota of a suspension is there",
        objects=[quota()],
        code="NamespaceSuspendedForArrears",
        variant="suspended",
        kind="Namespace",
        words=("in arrears",),
        unread=("Namespace",),
    ),
    Case(id="a namespace in order", objects=[space("Normal")]),
    Case(id="a resumed namespace with a quota left over", objects=[space("ResumeCompleted"), quota()]),
    Case(id="another quota that is full", objects=[space(), quota("compute")]),
    Case(
        id="pods are refused for arrears",
        objects=[space(), *refused_pods(DEBT)],
        code="NamespaceSuspendedForArrears",
        variant="write_denied",
        kind="Namespace",
        words=("Nothing new may be created", "Deployment app"),
    ),
    Case(id="pods were refused for arrears and are there now", objects=[space(), *refused_pods(DEBT, have=1)]),
    Case(
        id="another webhook refuses with the same number",
        objects=[space(), *refused_pods(DEBT.replace("debt.sealos.io", "limits.example.com"))],
    ),
    Case(
        id="the webhook for arrears refuses for another reason",
        objects=[space(), *refused_pods(DEBT.replace("40001", "40009"))],
    ),
    Case(
        id="a CNAME is missing",
        objects=[refused_host(40300, words="shop.example.com has no CNAME to gate.cloud.example.com")],
        code="IngressHostDenied",
        kind="Ingress",
        part="shop.example.com",
        words=("Host shop.example.com", "does not point", "gate.cloud.example.com"),
    ),
    Case(
        id="a host of another namespace, in a condition of the App",
        objects=[
            app(
                says(
                    "Routed",
                    "False",
                    "DomainNotVerified",
                    'admission webhook "vingress.sealos.io" denied the request: 40301: shop.example.com is owned',
                )
            )
        ],
        code="IngressHostDenied",
        kind="App",
        part="shop.example.com",
        words=("another namespace",),
    ),
    Case(
        id="no ICP record",
        objects=[refused_host(40302)],
        code="IngressHostDenied",
        kind="Ingress",
        part="shop.example.com",
        words=("ICP",),
    ),
    Case(
        id="a forbidden ending",
        objects=[refused_host(40303)],
        code="IngressHostDenied",
        kind="Ingress",
        part="shop.example.com",
        words=("not allowed here",),
    ),
    Case(id="another webhook for Ingresses with a number of its own", objects=[refused_host(40399)]),
    Case(id="a webhook of another subject", objects=[refused_host(40301, webhook="policy.example.com")]),
    Case(
        id="the host is served by now",
        objects=[ingress("shop.example.com", address=True), refused_host(40301)],
    ),
    Case(
        id="a build failed for good",
        objects=built(says("Succeeded", "False", "Failed"), maxAttempts=3),
        code="AppBuildFailed",
        kind="App",
        words=("App shop", "after 3 of 3 attempts", "phase build", "DependencyNotFound", "left-pad@9"),
    ),
    Case(
        id="the App says so and no build can be read",
        objects=[app(says("ImageAvailable", "False", "BuildFailed", "the build ran out of memory"))],
        code="AppBuildFailed",
        kind="App",
        words=("ran out of memory",),
    ),
    Case(
        id="a build that no App owns",
        objects=[image_build("lone", says("Succeeded", "False", "Failed", "git clone failed"))],
        code="AppBuildFailed",
        kind="ImageBuild",
        words=("ImageBuild lone", "git clone failed"),
    ),
    Case(
        id="attempts are left",
        objects=built(says("Succeeded", "False", "Failed"), attempts=1, app_says=False, maxAttempts=3),
    ),
    Case(id="the build runs", objects=built(says("Succeeded", "Unknown", "Running"))),
    Case(
        id="a newer build succeeded",
        objects=[
            top := app(),
            image_build("shop-1", says("Succeeded", "False", "Failed"), owner=top, created=900),
            image_build("shop-2", says("Succeeded", "True", "Built"), owner=top, created=300),
        ],
    ),
    Case(
        id="an App went back",
        objects=rolled(),
        code="AppRolledBack",
        kind="App",
        words=("revision shop-1", "shop-2 failed", "the new pods crash", "image: shop:1 -> shop:2"),
    ),
    Case(id="the newest revision serves", objects=rolled(status="True", active="shop-2", failed="shop-1")),
    Case(id="another reason than a rollback", objects=rolled(reason="Progressing")),
    Case(
        id="the spec was changed since",
        objects=[
            app(
                says("RolloutHealthy", "False", "RolledBack"),
                generation=3,
                activeRevision="a",
                latestRevision="b",
                failedRevision="b",
            )
        ],
    ),
    Case(
        id="a dependency is not ready",
        objects=waiting_app(),
        code="AppDependencyNotReady",
        kind="App",
        part="orders-db",
        words=("orders-db (postgresql)", "0 of 1 pods ready"),
    ),
    Case(id="all dependencies are ready", objects=waiting_app(ready=True)),
    Case(id="the dependency was made just now", objects=waiting_app(age=60)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_platform_says_what_it_did(case: Case) -> None:
    found = build.findings(platform, build.scene(*case.objects, unread=case.unread))

    assert [entry.code for entry in found] == ([case.code] if case.code else [])
    for finding in found:
        assert (finding.variant, finding.object.kind, finding.part) == (case.variant, case.kind, case.part)
        assert [word for word in case.words if word not in finding.summary.en] == []
        assert finding.summary.zh
        assert finding.remedies


def asked(objects: list[Obj], about: Obj) -> list[Finding]:
    given = build.scene(*objects)
    return build.findings(platform, replace(given, target=ref_of(about)))


@pytest.mark.parametrize("which", [0, 1], ids=["the App", "its Deployment"])
def test_a_sleeping_app_is_the_answer_when_it_was_asked_about(which: int) -> None:
    objects = asleep_app()

    (finding,) = asked(objects, objects[which])

    assert (finding.code, finding.role, finding.severity.value) == ("AppAsleep", Role.ROOT, "low")
    assert "2026-03-11T08:00:00Z" in finding.summary.en
    assert "sextant app wake shop" in finding.remedies[0].command


def test_a_paused_app_is_started_by_its_own_field() -> None:
    objects = asleep_app(reason="Paused", state="Paused")

    (finding,) = asked(objects, objects[0])

    assert finding.remedies[0].patch == {"spec": {"state": "Running"}}


def test_a_sleeping_app_that_nobody_asked_about_is_only_mentioned() -> None:
    given = build.scene(*asleep_app())

    assert build.findings(platform, given) == []
    assert [entry.code for entry in build.ruled_out(platform, given)] == ["AppAsleep"]


@pytest.mark.parametrize(
    "objects",
    [asleep_app(replicas=1), asleep_app(reason="Arrears"), asleep_app(reason="Quota")],
    ids=["it wakes", "arrears", "quota"],
)
def test_an_app_that_wakes_or_was_stopped_by_others_does_not_sleep(objects: list[Obj]) -> None:
    assert asked(objects, objects[0]) == []


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        (next(case.objects for case in CASES if case.id == "a newer build succeeded"), "AppBuildFailed"),
        (rolled(status="True", active="shop-2", failed="shop-1"), "AppRolledBack"),
    ],
    ids=["build", "rollback"],
)
def test_what_is_over_is_said_to_be(objects: list[Obj], code: str) -> None:
    said = build.ruled_out(platform, build.scene(*objects))

    assert [(entry.code, entry.healed) for entry in said] == [(code, True)]


def test_a_build_with_attempts_left_is_under_way() -> None:
    given = build.scene(*built(says("Succeeded", "False", "Failed"), attempts=1, app_says=False, maxAttempts=3))

    assert [entry.object.kind for entry in build.in_progress(platform, given)] == ["App"]


def test_a_build_that_runs_is_under_way() -> None:
    given = build.scene(*built(says("Succeeded", "Unknown", "Running"), attempts=0, app_says=False))

    assert build.findings(platform, given) == []
    assert [entry.object.kind for entry in build.in_progress(platform, given)] == ["App"]


def test_a_suspension_reaches_all_that_runs_in_the_namespace() -> None:
    objects = [space("Suspend"), *build.deployed(build.pod()), build.pod("other", namespace="elsewhere")]

    (finding,) = build.findings(platform, build.scene(*objects))

    assert {reach.ref.kind for reach in finding.affected} == {"Deployment", "ReplicaSet", "Pod"}
    assert {reach.ref.namespace for reach in finding.affected} == {build.SPACE}


def test_a_dependency_points_at_the_workload_behind_it() -> None:
    (finding,) = build.findings(platform, build.scene(*waiting_app()))

    assert [str(reach.ref) for reach in finding.affected] == ["StatefulSet shop/shop-orders-db"]


@pytest.mark.parametrize(
    "broken",
    [
        custom("App", "a", spec=[], status=7),
        custom("App", "a", spec={"sleep": 3}, status={"conditions": {"type": "Suspended"}, "dependencies": "none"}),
        custom("App", "a", status={"conditions": [{"type": "RolloutHealthy", "status": True}], "failedRevision": []}),
        custom("ImageBuild", "b", status={"conditions": [{"type": "Succeeded", "status": "False"}], "attempts": [1]}),
        {"apiVersion": "sextant.dev/v1alpha1", "kind": "App", "metadata": None},
    ],
)
def test_damaged_objects_raise_nothing(broken: Obj) -> None:
    for finding in build.findings(platform, build.scene(broken)):
        assert finding.code == "AppBuildFailed"


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES if case.code} | {"AppAsleep"} == {entry.code for entry in CODES}
