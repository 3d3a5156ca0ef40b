"""Other forms of one situation: among healthy neighbours, beside a second fault, and as text that somebody pastes.

What must be said stays the same in all of them; that is what they are for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import yaml

from cluster.fields import text
from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from diagnose.findings import Verdict
from evals.scenarios import NOW, Root, Scenario, Situation, moment_text
from evals.workloads import Logs, expanded

NEIGHBOURS: tuple[Mapping[str, Any], ...] = (
    {
        "workload": "Deployment/zz-gateway",
        "age": 864000,
        "pods": [
            {
                "logs": {"zz-gateway": "GET /healthz 200 1ms\nGET /orders?error=none 200 3ms\n0 errors in 60s\n"},
                "events": [{"type": "Normal", "reason": "Pulled", "message": "Container image already present"}],
            },
            {
                "containers": {
                    "zz-gateway": {"restarts": 1, "last": {"exitCode": 143, "reason": "Error", "ago": 700000}}
                }
            },
        ],
    },
    {
        "workload": "StatefulSet/zz-ledger",
        "age": 8640000,
        "pods": [{"logs": {"zz-ledger": "WARN slow query 1203 ms, retried, ok\ncheckpoint complete\n"}}, {}, {}],
    },
    {"workload": "DaemonSet/zz-collector", "pods": [{"node": "node-1"}, {"node": "node-2"}]},
    {
        "workload": "CronJob/zz-report",
        "pods": [
            {
                "phase": "Succeeded",
                "containers": {"zz-report": {"terminated": {"exitCode": 0, "ago": 100, "ran": 9}, "ready": False}},
            }
        ],
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "zz-external"},
        "spec": {"type": "ExternalName", "externalName": "api.example.com"},
    },
)
"""Workloads that are well, with what looks like trouble to whoever reads words instead of states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One snapshot to diagnose and what must be said of it. ``form`` says how it was made from the situation.

    ``verdicts`` are the right ones: a text cannot prove that all is well, and what two faults make of a namespace
    depends on both.
    """

    id: str
    family: str
    form: str
    situation: Situation
    snapshot: Snapshot
    verdicts: frozenset[Verdict]


def trials(scenarios: Iterable[Scenario]) -> Iterator[Trial]:
    """Yield every situation as it stands and in all forms that fit it."""
    known = list(scenarios)
    for scenario in known:
        yield _trial(scenario, "objects", scenario.snapshot())
        if not scenario.situation.target.startswith("node"):
            yield _trial(scenario, "noisy", noisy(scenario).snapshot())
        if (pasted := transcript(scenario)) is not None:
            yield _trial(scenario, "transcript", pasted)
    for first, second in pairs(known):
        both = beside(first, second)
        yield _trial(both, "two faults", both.snapshot())


def _trial(scenario: Scenario, form: str, snapshot: Snapshot) -> Trial:
    wanted = scenario.situation.expect.verdict
    verdicts = {wanted}
    if form == "transcript" and wanted in {Verdict.HEALTHY, Verdict.RECOVERED}:
        verdicts.add(Verdict.UNKNOWN)
    if form == "two faults":
        verdicts = {Verdict.DEGRADED, Verdict.FAILING}
    return Trial(
        id=scenario.id,
        family=scenario.family,
        form=form,
        situation=scenario.situation,
        snapshot=snapshot,
        verdicts=frozenset(verdicts),
    )


def noisy(scenario: Scenario) -> Scenario:
    """Add neighbours that are well."""
    made: list[Mapping[str, Any]] = []
    logs: Logs = {}
    for number, document in enumerate(NEIGHBOURS, start=200):
        found, written = expanded(document, namespace=scenario.situation.namespace, now=NOW, number=number)
        made += found
        logs |= written
    return replace(scenario, objects=(*scenario.objects, *made), logs={**scenario.logs, **logs})


def pairs(scenarios: Iterable[Scenario]) -> Iterator[tuple[Scenario, Scenario]]:
    """Yield pairs of faults of different families whose objects do not meet, each situation at most once as first."""
    faults = [
        entry
        for entry in scenarios
        if entry.situation.shape == "positive" and entry.situation.namespace == "shop" and _stands_alone(entry)
    ]
    step = max(1, len(faults) // 2)
    for index, first in enumerate(faults):
        for offset in range(len(faults)):
            second = faults[(index + step + offset) % len(faults)]
            if second.family != first.family and not _keys(first) & _keys(second):
                yield first, second
                break


def _stands_alone(scenario: Scenario) -> bool:
    """Say whether a fault hits its own workload only, and is one whoever asks.

    What hits a node or a namespace changes its neighbours too; errors in the log of a workload that serves are a cause
    only where that workload was asked about.
    """
    if scenario.situation.expect.code == "AppErrorsInLog":
        return False
    shared = {"LimitRange", "Namespace", "NetworkPolicy", "Node", "ResourceQuota", "StorageClass"}
    return not any(text(entry, "kind") in shared for entry in scenario.objects) and not scenario.situation.unread


def _keys(scenario: Scenario) -> frozenset[tuple[str, str]]:
    return frozenset(
        (text(entry, "kind"), text(entry, "metadata", "name"))
        for entry in scenario.objects
        if text(entry, "kind") != "Event"
    )


def beside(first: Scenario, second: Scenario) -> Scenario:
    """Put two situations into one namespace: both causes must be named, whichever comes first."""
    wanted = second.situation.expect
    also = (*first.situation.also, *second.situation.also, Root(code=wanted.code, object=wanted.object))
    verdicts = [first.situation.expect.verdict, wanted.verdict]
    expect = first.situation.expect.model_copy(update={"verdict": min(verdicts, key=lambda verdict: verdict.rank)})
    numbers = {**second.situation.numbers, **first.situation.numbers}
    changed = {"target": "", "expect": expect, "also": also, "shape": "two-faults", "numbers": numbers, "never": ()}
    return Scenario(
        id=f"{first.id}+{second.id}",
        family=first.family,
        situation=first.situation.model_copy(update=changed),
        objects=(*first.objects, *second.objects),
        logs={**first.logs, **second.logs},
    )


def transcript(scenario: Scenario) -> Snapshot | None:
    """Write the situation as a terminal would show it (``get -o yaml``, ``logs``) and read that text again.

    None where a text cannot tell it: what is proved by the absence of an object, or by what could not be read.
    """
    if scenario.situation.unread or not scenario.situation.pasted:
        return None
    space = scenario.situation.namespace
    parts = [f"{moment_text(0)}\n"]
    kinds = sorted({text(entry, "kind") for entry in scenario.objects})
    for kind in kinds:
        items = [dict(entry) for entry in scenario.objects if text(entry, "kind") == kind]
        listed = {"apiVersion": "v1", "kind": "List", "items": items, "metadata": {"resourceVersion": ""}}
        dumped = yaml.safe_dump(listed, sort_keys=False, allow_unicode=True, width=10_000)
        parts.append(f"$ kubectl get {kind.lower()} -n {space} -o yaml\n{dumped}")
    for (where, pod, container, previous), lines in scenario.logs.items():
        flag = " --previous" if previous else ""
        parts.append(f"$ kubectl logs -n {where} {pod} -c {container}{flag}\n" + "\n".join(lines) + "\n")
    return open_recording(BytesIO("\n".join(parts).encode()))
