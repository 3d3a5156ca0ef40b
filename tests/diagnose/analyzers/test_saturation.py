"""CPU, network, limits of the operating system, and callers that repeat without end."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.saturation import saturation
from diagnose.codes.saturation import CODES
from diagnose.findings import Finding, Role
from tests.diagnose import build
from tests.diagnose.analyzers.build_saturation import node_metrics, owned, pod_metrics, serving, stamped

Obj = dict[str, Any]
Logs = dict[tuple[str, str, bool], list[str]]

LATE = 'Readiness probe failed: Get "http://10.0.0.9:8080/ready": context deadline exceeded (Client.Timeout exceeded)'
RECENT = (20.0, 40.0, 60.0, 80.0)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Objects and logs, and the findings that they must give as (code, variant, kind, part)."""

    id: str
    objects: list[Obj]
    logs: Logs = field(default_factory=dict)
    found: tuple[tuple[str, str, str, str], ...] = ()
    words: tuple[str, ...] = ()


def says(words: str, *, ages: tuple[float, ...] = RECENT, name: str = "a", previous: bool = False) -> Logs:
    return {(name, "app", previous): stamped(words, *ages)}


def slow(pod: Obj) -> Obj:
    return build.event(pod, "Unhealthy", LATE, container="app")


def limit_case(label: str, words: str, variant: str, *, kind: str = "Deployment", **given: Any) -> Case:
    part = "" if kind == "Node" else "app"
    return Case(
        id=label,
        objects=[*owned([serving("a", **given)], "app"), build.node()],
        logs=says(words),
        found=(("ProcessLimitExhausted", variant, kind, part),),
        words=("left",),
    )


def crashed(words: str) -> Case:
    body = build.pod("a", statuses=[build.crash_loop(ended=60, ran=40)])
    return Case(
        id=f"the run ended with it: {words}",
        objects=build.deployed(body),
        logs={("a", "app", True): [*stamped(words, 61), *stamped("bye", 60)]},
        found=(("ProcessLimitExhausted", "processes", "Deployment", "app"),),
        words=("exit code 1",),
    )


def hot(*, cpu: str = "498m", limit: str = "500m", late: bool = True, **given: Any) -> list[Obj]:
    pod = serving("a", limit=limit, **given)
    return [*owned([pod], "app"), build.node(), pod_metrics("a", cpu), *([slow(pod)] if late else [])]


def crowded(*, cpu: str = "3900m", slow_owners: int = 2) -> list[Obj]:
    pods = [serving(name, app=name) for name in ("a", "b", "c")]
    objects = [entry for pod in pods for entry in owned([pod], pod["metadata"]["name"])]
    return [
        *objects,
        *(slow(pod) for pod in pods[:slow_owners]),
        build.node(),
        node_metrics("node-1", cpu),
        pod_metrics("c", "2500m"),
    ]


CASES = (
    limit_case("open files", "accept tcp [::]:8080: accept4: too many open files", "file_descriptors"),
    limit_case(
        "open files of a pod that is not ready", "Error: EMFILE: open '/srv/x'", "file_descriptors", ready=False
    ),
    limit_case("descriptors with their limit", "max file descriptors [4096] is too low, raise it", "file_descriptors"),
    limit_case("threads", "RuntimeError: can't start new thread", "processes"),
    limit_case("forks", "sh: fork: retry: Resource temporarily unavailable", "processes"),
    limit_case("local ports", "connect to 10.0.0.5:80: Cannot assign requested address", "ephemeral_ports"),
    limit_case("connection table", "nf_conntrack: table full, dropping packet", "conntrack", kind="Node"),
    limit_case("watches of one program", "failed to create fsnotify watcher: too many open files", "inotify"),
    Case(
        id="connection table by an event of the node",
        objects=[
            build.node(),
            build.event(build.node(), "ConntrackFull", "nf_conntrack: nf_conntrack: table full, dropping packet"),
        ],
        found=(("ProcessLimitExhausted", "conntrack", "Node", ""),),
        words=("left",),
    ),
    Case(
        id="an event of the node about something else",
        objects=[build.node(), build.event(build.node(), "Rebooted", "Node node-1 has been rebooted, boot id: 7")],
    ),
    crashed("java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory"),
    crashed("thread 'main' panicked: OS can't spawn worker thread"),
    Case(
        id="watches of two programs on one node are the node's",
        objects=[
            *owned([serving("a", app="a")], "a"),
            *owned([serving("b", app="b")], "b"),
            build.node(),
        ],
        logs={**says("inotify: too many watches"), **says("inotify: too many watches", name="b")},
        found=(("ProcessLimitExhausted", "inotify", "Node", ""),) * 2,
    ),
    Case(id="a limit that is printed", objects=[serving("a")], logs=says("ulimit: too many open files allowed: 65536")),
    Case(
        id="an address that cannot be bound", objects=[serving("a")], logs=says("bind: Cannot assign requested address")
    ),
    Case(
        id="a serving program that said it once", objects=[serving("a")], logs=says("too many open files", ages=(30,))
    ),
    Case(id="it is long ago", objects=[serving("a")], logs=says("too many open files", ages=(900, 910, 920, 930))),
    Case(
        id="a container uses its whole limit and answers slowly",
        objects=hot(),
        found=(("CPUSaturated", "throttled", "Deployment", "app"),),
        words=("498m CPU of the 500m", "too slowly"),
    ),
    Case(
        id="its log tells of slow answers",
        objects=hot(late=False),
        logs=says("request took 8421 ms"),
        found=(("CPUSaturated", "throttled", "Deployment", "app"),),
    ),
    Case(id="all of the limit and nothing is slow", objects=hot(late=False)),
    Case(id="fast answers are no slow ones", objects=hot(late=False), logs=says("request took 0.2 s")),
    Case(id="less than the limit", objects=hot(cpu="300m")),
    Case(id="no limit", objects=hot(limit="")),
    Case(id="no metrics", objects=[entry for entry in hot() if entry["kind"] != "PodMetrics"]),
    Case(id="an old sample", objects=[*hot()[:-2], pod_metrics("a", "500m", taken=4000), hot()[-1]]),
    Case(id="the first minute", objects=hot(since=30)),
    Case(
        id="an event tells of the throttling",
        objects=[
            *owned([pod := serving("a", limit="200m")], "app"),
            build.event(pod, "CPUThrottlingHigh", "61% throttling of CPU for container app", container="app"),
        ],
        found=(("CPUSaturated", "throttled", "Deployment", "app"),),
        words=("limit of 200m",),
    ),
    Case(
        id="the log counts throttled periods",
        objects=owned([serving("a", limit="200m")], "app"),
        logs=says("cpu.stat: nr_periods 1000 nr_throttled 420 throttled_usec 91"),
        found=(("CPUSaturated", "throttled", "Deployment", "app"),),
    ),
    Case(
        id="few throttled periods",
        objects=owned([serving("a", limit="200m")], "app"),
        logs=says("cpu.stat: nr_periods 1000 nr_throttled 20 throttled_usec 91"),
    ),
    Case(
        id="throttling of requests by a client",
        objects=owned([serving("a", limit="200m")], "app"),
        logs=says("Waited for 2s due to client-side throttling, not priority, cpu"),
    ),
    Case(
        id="a node without CPU and several slow owners",
        objects=crowded(),
        found=(("CPUSaturated", "overloaded", "Node", ""),),
        words=("3.9 of 4 (97 %)", "2 workloads", "Deployment c 2.5"),
    ),
    Case(id="a node without CPU and one slow owner", objects=crowded(slow_owners=1)),
    Case(id="a node with room", objects=crowded(cpu="2")),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_saturation_is_told_from_what_only_looks_like_it(case: Case) -> None:
    found = build.findings(saturation, build.scene(*case.objects, logs=case.logs))

    assert tuple((entry.code, entry.variant, entry.object.kind, entry.part) for entry in found) == case.found
    for finding in found:
        assert [word for word in case.words if word not in finding.summary.en] == []
        assert finding.severity.value == "medium"
        assert finding.remedies
        assert finding.summary.zh


def test_one_sample_of_the_metrics_is_never_more_than_half_sure() -> None:
    (finding,) = build.findings(saturation, build.scene(*hot()))

    assert finding.confidence.value <= 0.5


def test_throttling_that_nobody_feels_only_contributes() -> None:
    logs = says("CFS throttling at 60%")

    (finding,) = build.findings(saturation, build.scene(*owned([serving("a", limit="200m")], "app"), logs=logs))

    assert finding.role is Role.CONTRIBUTING


# -- network


def backends() -> list[Obj]:
    """Return two Services, each with a ready pod on a node of its own."""
    found: list[Obj] = [build.node(f"node-{number}") for number in (1, 2, 3, 4)]
    for app, node in (("orders", "node-3"), ("stock", "node-4")):
        found += [*owned([serving(f"{app}-x", app=app, node=node)], app), build.service(app)]
    return found


def callers(*nodes: str) -> list[Obj]:
    return owned([serving(f"web-{node}", app="web", node=node) for node in nodes], "web")


def silence(pod: str, *hosts: str, words: str = "i/o timeout") -> Logs:
    lines = [line for host in hosts for line in stamped(f"ERROR dial tcp {host}:80: {words}", *RECENT)]
    return {(pod, "app", False): lines}


WELL: Logs = {("web-node-2", "app", False): ["served a request"]}


def network(*objects: Obj, logs: Logs) -> list[Finding]:
    return [
        entry
        for entry in build.findings(saturation, build.scene(*objects, logs=logs))
        if entry.code == "NetworkDegraded"
    ]


def test_time_outs_to_several_targets_from_one_node_are_the_nodes() -> None:
    logs = {**silence("web-node-1", "orders", "stock"), **WELL}

    (finding,) = network(*backends(), *callers("node-1", "node-2"), logs=logs)

    assert (finding.variant, str(finding.object)) == ("loss", "Node node-1")
    assert "orders.shop, stock.shop" in finding.summary.en
    assert finding.confidence.value <= 0.5


def test_one_pod_among_others_that_are_well_is_the_common_end() -> None:
    other = owned([serving("cart-x", app="cart")], "cart")
    logs = {**silence("web-node-1", "orders", "stock"), **WELL, ("cart-x", "app", False): ["served"]}

    (finding,) = network(*backends(), *callers("node-1", "node-2"), *other, logs=logs)

    assert finding.object.kind == "Pod"


def test_a_node_that_callers_on_other_nodes_do_not_reach_is_the_common_end() -> None:
    objects = [build.node(f"node-{number}") for number in (1, 2, 3)]
    for app in ("orders", "stock"):
        objects += [*owned([serving(f"{app}-x", app=app, node="node-3")], app), build.service(app)]
    logs = {**silence("web-node-1", "orders", "stock"), **silence("web-node-2", "orders", "stock")}

    (finding,) = network(*objects, *callers("node-1", "node-2"), logs=logs)

    assert str(finding.object) == "Node node-3"


def policy() -> Obj:
    return build.obj("NetworkPolicy", "web", spec={"podSelector": {"matchLabels": {"app": "web"}}})


@pytest.mark.parametrize(
    ("logs", "more"),
    [
        ({**silence("web-node-1", "orders"), **WELL}, []),
        ({**silence("web-node-1", "orders", "stock", words="connect: connection refused"), **WELL}, []),
        ({**silence("web-node-1", "orders", "stock"), **WELL}, [policy()]),
        ({**silence("web-node-1", "orders", "stock"), **silence("web-node-2", "orders", "stock")}, []),
        (silence("web-node-1", "orders", "stock"), []),
    ],
    ids=["one target", "refused", "a policy selects the caller", "the same everywhere", "the other log was not read"],
)
def test_what_shares_no_end_or_has_another_cause_is_no_matter_of_the_network(logs: Logs, more: list[Obj]) -> None:
    assert network(*backends(), *callers("node-1", "node-2"), *more, logs=logs) == []


def chaos(action: str = "delay", **rest: Any) -> Obj:
    return {
        "apiVersion": "chaos-mesh.org/v1alpha1",
        "kind": "NetworkChaos",
        "metadata": {"name": "slow", "namespace": build.SPACE, **rest.pop("metadata", {})},
        "spec": {"action": action, "selector": {"labelSelectors": {"app": "web"}, "namespaces": [build.SPACE]}},
        **rest,
    }


@pytest.mark.parametrize(("action", "variant"), [("delay", "latency"), ("loss", "loss"), ("partition", "loss")])
def test_an_experiment_that_is_on_is_the_cause(action: str, variant: str) -> None:
    (finding,) = network(*callers("node-1"), chaos(action), logs={})

    assert (finding.variant, finding.object.kind) == (variant, "NetworkChaos")
    assert "Deployment web" in finding.summary.en
    assert [reach.ref.kind for reach in finding.affected] == ["Pod"]


@pytest.mark.parametrize(
    "over",
    [
        chaos(metadata={"annotations": {"experiment.chaos-mesh.org/pause": "true"}}),
        chaos(status={"conditions": [{"type": "AllRecovered", "status": "True"}]}),
        chaos(status={"experiment": {"desiredPhase": "Stop"}}),
        chaos("unknown"),
    ],
    ids=["paused", "recovered", "stopped", "another action"],
)
def test_an_experiment_that_is_off_is_not(over: Obj) -> None:
    assert network(*callers("node-1"), over, logs={}) == []


def test_a_rule_of_netem_in_a_command_is_a_disturbance() -> None:
    shaper = build.container("shaper", command=["sh", "-c", "tc qdisc add dev eth0 root netem delay 300ms 50ms"])
    pod = build.pod("a", containers=[build.container(), shaper])

    (finding,) = network(pod, logs={})

    assert (finding.variant, finding.part) == ("latency", "shaper")
    assert "300ms" in finding.summary.en


def test_an_injected_delay_of_a_mesh_is_a_disturbance() -> None:
    route = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "web", "namespace": build.SPACE},
        "spec": {"hosts": ["web"], "http": [{"fault": {"delay": {"fixedDelay": "7s", "percentage": {"value": 100}}}}]},
    }

    (finding,) = network(*callers("node-1"), build.service("web"), route, logs={})

    assert (finding.variant, finding.object.kind) == ("latency", "VirtualService")
    assert "7s" in finding.summary.en


# -- retries


def storm(early: int, late: int, *, apps: tuple[str, ...] = ("web", "cart"), since: float = 3000) -> list[Finding]:
    objects: list[Obj] = [*owned([serving("orders-x", app="orders")], "orders"), build.service("orders")]
    logs: Logs = {}
    ages = [320 + index for index in range(early)] + [10 + index for index in range(late)]
    for app in apps:
        objects += owned([serving(f"{app}-x", app=app, since=since)], app)
        words = "WARN call to http://orders:80/api failed with 503, retrying"
        logs[f"{app}-x", "app", False] = stamped(words, *map(float, ages))
    found = build.findings(saturation, build.scene(*objects, build.node(), logs=logs))
    return [entry for entry in found if entry.code == "RetryStorm"]


def test_callers_that_repeat_ever_faster_are_a_storm() -> None:
    found = storm(5, 40)

    assert [str(entry.object) for entry in found] == ["Deployment shop/cart", "Deployment shop/web"]
    assert all("Service orders" in entry.summary.en and "5 lines" in entry.summary.en for entry in found)
    assert {entry.role for entry in found} == {Role.CONTRIBUTING}
    assert {reach.ref.name for entry in found for reach in entry.chain} == {"orders"}


@pytest.mark.parametrize(
    "found",
    [storm(30, 40), storm(40, 5), storm(5, 40, apps=("web",)), storm(0, 40, since=400), storm(1, 5)],
    ids=["steady", "falling", "one caller", "start-up", "few lines"],
)
def test_what_is_steady_or_falls_or_starts_is_no_storm(found: list[Finding]) -> None:
    assert found == []


@pytest.mark.parametrize(
    "broken",
    [
        {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": {"name": "a"}, "containers": 3},
        {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "NodeMetrics", "metadata": {"name": "node-1"}, "usage": []},
        {"apiVersion": "chaos-mesh.org/v1alpha1", "kind": "NetworkChaos", "metadata": {}, "spec": "delay"},
        {"apiVersion": "litmuschaos.io/v1alpha1", "kind": "ChaosEngine", "metadata": {}, "spec": {"experiments": [1]}},
    ],
)
def test_damaged_objects_raise_nothing(broken: Obj) -> None:
    assert build.findings(saturation, build.scene(*callers("node-1"), build.node(), broken)) == []


def test_every_code_has_a_case() -> None:
    told = {code for case in CASES for code, *_ in case.found}

    assert told | {"NetworkDegraded", "RetryStorm"} == {entry.code for entry in CODES}
