"""Root against symptom: folding needs both the catalogue's leave and a path of the graph."""

from dataclasses import replace

import pytest

from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.absorption import ABSORBS, LAST_RESORT, depth
from diagnose.catalogue import BY_CODE
from diagnose.causes import Causes, anchors, rank
from diagnose.findings import Edge, Finding, Reach, Role, Severity, inferred, proved
from diagnose.graph import Graph
from tests.diagnose import build


def finding(code: str, about: build.Obj, *affected: build.Obj, part: str = "", edge: Edge = Edge.OWNER) -> Finding:
    return Finding(
        code=code,
        object=ref_of(about),
        part=part,
        affected=tuple(Reach(ref=ref_of(entry), edge=edge) for entry in affected),
        confidence=proved("read from the status", "读自状态"),
        summary=Phrase(en=f"{code} happened", zh=f"发生 {code}"),
        evidence=(build.scene(about).field(about, "metadata", "name"),),
    )


def folded(objects: list[build.Obj], *found: Finding) -> tuple[list[str], dict[str, str]]:
    """Return the codes that stand and, for each folded code, the code that explains it."""
    standing, under = Causes(Graph(build.snapshot(*objects)), found).fold()
    names = {entry.id: entry.code for entry in found}
    return [entry.code for entry in standing], {entry.finding.code: names[entry.explained_by] for entry in under}


def test_a_pull_failure_explains_the_stuck_rollout_of_its_deployment() -> None:
    top, middle, pod = build.deployed(build.pod())
    standing, under = folded(
        [top, middle, pod],
        finding("RolloutStuck", top),
        finding("ImageTagNotFound", top, pod, part="app"),
    )
    assert standing == ["ImageTagNotFound"]
    assert under == {"RolloutStuck": "ImageTagNotFound"}


def test_a_delivery_that_repeats_what_the_platform_refused_is_its_symptom() -> None:
    release, other = (
        {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": {"name": n, "namespace": "shop"}}
        for n in ("site", "other")
    )
    refused = finding("IngressHostDenied", release)
    standing, under = folded([release, other], refused, finding("HelmReleaseFailed", release))
    assert (standing, under) == (["IngressHostDenied"], {"HelmReleaseFailed": "IngressHostDenied"})
    standing, under = folded([release, other], refused, finding("HelmReleaseFailed", other))
    assert (sorted(standing), under) == (["HelmReleaseFailed", "IngressHostDenied"], {})


def test_a_server_that_cannot_read_its_data_explains_its_own_exporter() -> None:
    top, middle, pod = build.deployed(build.pod())
    standing, under = folded(
        [top, middle, pod],
        finding("DatastoreVersionIncompatible", top, pod, part="server"),
        finding("BrokerUnavailable", top, pod, part="exporter"),
    )
    assert (standing, under) == (
        ["DatastoreVersionIncompatible"],
        {"BrokerUnavailable": "DatastoreVersionIncompatible"},
    )


def test_a_pull_failure_does_not_explain_the_stuck_rollout_of_another_deployment() -> None:
    one, other = build.deployed(build.pod("a-1"), "a"), build.deployed(build.pod("b-1"), "b")
    standing, under = folded(
        [*one, *other],
        finding("RolloutStuck", other[0]),
        finding("ImageTagNotFound", one[0], one[2], part="app"),
    )
    assert sorted(standing) == ["ImageTagNotFound", "RolloutStuck"]
    assert under == {}


def test_a_quota_does_not_explain_the_crash_of_a_pod_that_was_admitted() -> None:
    top, middle, pod = build.deployed(build.pod())
    quota = build.obj("ResourceQuota", "small")
    standing, _ = folded(
        [top, middle, pod, quota],
        finding("QuotaExceeded", quota, middle, top, edge=Edge.POLICY),
        finding("AppCrashed", top, pod, part="app"),
    )
    assert sorted(standing) == ["AppCrashed", "QuotaExceeded"]


def test_faults_of_two_containers_of_one_pod_stand_side_by_side() -> None:
    top, middle, pod = build.deployed(build.pod())
    standing, _ = folded(
        [top, middle, pod],
        finding("ImageTagNotFound", top, pod, part="app"),
        finding("AppCrashed", top, pod, part="proxy"),
    )
    assert sorted(standing) == ["AppCrashed", "ImageTagNotFound"]


def test_a_chain_folds_under_its_deepest_cause() -> None:
    claim = build.obj("PersistentVolumeClaim", "data")
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
    top, middle, pod = build.deployed(build.pod(spec={"volumes": [volume]}, labels={"app": "app"}))
    service = build.service("app")
    standing, under = folded(
        [top, middle, pod, claim, service],
        finding("ServiceHasNoReadyEndpoints", service, pod, edge=Edge.SELECTOR),
        finding("RolloutStuck", top),
        finding("Unschedulable", top, pod),
        finding("StorageClassMissing", claim, pod, edge=Edge.MOUNT),
    )
    assert standing == ["StorageClassMissing"]
    assert set(under.values()) == {"StorageClassMissing"}
    assert set(under) == {"ServiceHasNoReadyEndpoints", "RolloutStuck", "Unschedulable"}


def test_two_pods_on_one_node_are_not_related_by_it() -> None:
    node = build.node()
    one, other = build.deployed(build.pod("a-1"), "a"), build.deployed(build.pod("b-1"), "b")
    cause = finding("InsufficientResources", one[0], one[2], node)
    standing, under = folded([node, *one, *other], cause, finding("Unschedulable", other[0], other[2]))
    assert sorted(standing) == ["InsufficientResources", "Unschedulable"]
    assert under == {}


def test_a_symptom_that_nothing_explains_becomes_an_inferred_root() -> None:
    top = build.deployment()
    standing, _ = Causes(Graph(build.snapshot(top)), [finding("RolloutStuck", top)]).fold()
    assert standing[0].role is Role.ROOT
    assert standing[0].confidence.word == "inferred"
    assert standing[0].confidence.value <= 0.6


def test_the_order_of_the_input_changes_nothing() -> None:
    top, middle, pod = build.deployed(build.pod())
    found = [
        finding("RolloutStuck", top),
        finding("ImageTagNotFound", top, pod, part="app"),
        finding("AppCrashed", top, pod, part="proxy"),
    ]
    graph = Graph(build.snapshot(top, middle, pod))
    assert Causes(graph, found).fold() == Causes(graph, found[::-1]).fold()


def test_findings_rank_by_role_severity_and_confidence() -> None:
    top = build.deployment()
    sure, unsure = finding("AppCrashed", top), finding("AppCrashed", build.deployment("b"))
    unsure = replace(unsure, confidence=inferred("a guess", "猜测"))
    mild = replace(sure, severity=Severity.MEDIUM)
    aside = replace(sure, role=Role.CONTRIBUTING)
    assert sorted([aside, mild, unsure, sure], key=rank) == [sure, unsure, mild, aside]


def test_pods_stand_for_their_workload_when_findings_are_joined() -> None:
    top, _, pod = build.deployed(build.pod())
    assert anchors(finding("AppCrashed", top, pod)) == {ref_of(pod)}
    assert anchors(finding("RolloutStuck", top)) == {ref_of(top)}


@pytest.mark.parametrize("code", sorted({code for left, right in ABSORBS for code in left | right} | LAST_RESORT))
def test_every_code_that_folds_is_in_the_catalogue(code: str) -> None:
    assert code in BY_CODE


def test_no_two_codes_absorb_each_other() -> None:
    pairs = {(left, right) for lefts, rights in ABSORBS for left in lefts for right in rights if left != right}
    # A missing network agent breaks the pods of its node; an agent whose own sandbox fails leaves its node uncovered.
    # A storage plugin that does not start is missing on its node; a plugin that is missing keeps others from starting.
    both_ways = {
        frozenset({"DaemonSetNodesUncovered", "SandboxCreationFailed"}),
        frozenset({"CSIDriverUnregistered", "ContainerStartFailed"}),
        # A driver that a node leaves out is not registered there; pods of a DaemonSet may wait for a driver themselves.
        frozenset({"CSIDriverUnregistered", "DaemonSetNodesUncovered"}),
        # A resource that is to write a Secret leaves it missing; one whose pods lack a Secret only reports so. The
        # role that its analyzer gives decides.
        frozenset({"CustomResourceNotReconciled", "SecretMissing"}),
    }
    assert {frozenset(pair) for pair in pairs if pair[::-1] in pairs} <= both_ways
    assert depth("StorageClassMissing") < depth("RolloutStuck")


def test_a_driver_that_does_not_run_explains_the_start_that_hangs_and_not_the_other_way_round() -> None:
    node = build.node()
    top, middle, pod = build.deployed(build.pod())
    standing, under = folded(
        [node, top, middle, pod],
        finding("CSIDriverUnregistered", node, pod),
        finding("ContainerStartFailed", top, pod, part="app"),
    )
    assert standing == ["CSIDriverUnregistered"]
    assert under == {"ContainerStartFailed": "CSIDriverUnregistered"}


def waiting(name: str, called: str) -> tuple[list[build.Obj], Finding]:
    """Return a crashing workload behind a Service of its name, whose log says that it cannot reach another Service."""
    objects = [*build.deployed(build.pod(f"{name}-1", labels={"app": name}), name), build.service(name)]
    found = finding("DependencyUnreachable", objects[0], objects[2], part="app")
    callee = Reach(ref=ref_of(build.service(called)), edge=Edge.ENV)
    return objects, replace(found, role=Role.SYMPTOM, chain=(callee,))


def test_two_that_wait_for_each_other_are_both_named_and_neither_is_the_cause() -> None:
    (ones, first), (others, second) = waiting("orders", "stock"), waiting("stock", "orders")
    causes = Causes(Graph(build.snapshot(*ones, *others)), (first, second))
    standing, under = causes.fold()
    assert not under
    assert [entry.role for entry in standing] == [Role.CONTRIBUTING, Role.CONTRIBUTING]
    assert all(
        {"orders", "stock"} <= {reach.ref.name for reach in entry.chain} | {entry.object.name} for entry in standing
    )


def test_a_circle_with_a_cause_outside_folds_under_it() -> None:
    (ones, first), (others, second) = waiting("orders", "stock"), waiting("stock", "orders")
    deeper = finding("ImageTagNotFound", others[0], others[2], part="sidecar")
    standing, under = Causes(Graph(build.snapshot(*ones, *others)), (first, second, deeper)).fold()
    assert [entry.code for entry in standing] == ["ImageTagNotFound"]
    assert {entry.finding.object.name for entry in under} == {"orders", "stock"}


def test_a_workload_in_a_circle_is_failing_and_the_headline_says_why() -> None:
    (ones, first), (others, second) = waiting("orders", "stock"), waiting("stock", "orders")
    causes = Causes(Graph(build.snapshot(*ones, *others)), (first, second))
    assert causes.circular == {first.id, second.id}
