"""What the computed STATUS of a pod in a table says about the pod's real fields."""

import re
from dataclasses import dataclass
from typing import Any

from cluster.recording.transcript.moments import Ago, age
from cluster.recording.transcript.sightings import Fragment
from cluster.recording.transcript.tables import Row

ROW = "_row"
"""Where a fragment keeps the row of a table until the names of the pod's containers are known."""
_RESTARTS = re.compile(r"(\d{1,9})(?: \((\S{1,40}) ago\))?")
_READY = re.compile(r"(\d{1,4})/(\d{1,4})")
_INIT_COUNT = re.compile(r"(\d{1,4})/(\d{1,4})")
_EXIT = re.compile(r"(ExitCode|Signal):(-?\d{1,5})")

_TERMINATED = frozenset(
    {
        "Completed",
        "Error",
        "OOMKilled",
        "ContainerCannotRun",
        "StartError",
        "DeadlineExceeded",
        "ContainerStatusUnknown",
    }
)
_POD_REASONS = frozenset(
    {
        *("Evicted", "NodeLost", "NodeAffinity", "Shutdown", "Terminated", "Preempting", "OutOfcpu", "OutOfmemory"),
        *("OutOfpods", "UnexpectedAdmissionError", "NodeShutdown", "TopologyAffinityError", "NodePorts"),
    }
)
_PHASES = frozenset({"Pending", "Running", "Succeeded", "Failed", "Unknown"})


@dataclass(frozen=True, slots=True)
class PodRow:
    """The cells of a pod's row that speak of its containers. ``order`` is the place of the table in the session."""

    ready: int
    total: int
    status: str
    restarts: int | None
    last_restart: int | None
    order: int


def pod_fragment(row: Row, order: int) -> Fragment:
    """Read a row of a table of pods."""
    counts = _READY.fullmatch(row.get("READY", ""))
    status = row.get("STATUS", "")
    times = _RESTARTS.fullmatch(row.get("RESTARTS", ""))
    spec: Fragment = {}
    state: Fragment = {}
    meta: Fragment = {}
    if "NODE" in row:
        spec["nodeName"] = row["NODE"]
    if row.get("IP"):
        state["podIP"] = row["IP"]
    out: Fragment = {"metadata": meta, "spec": spec, "status": state}
    if counts and status:
        out[ROW] = PodRow(
            ready=int(counts[1]),
            total=int(counts[2]),
            status=status,
            restarts=int(times[1]) if times else None,
            last_restart=age(times[2]) if times and times[2] else None,
            order=order,
        )
        state["phase"] = _phase(status)
        if status in _POD_REASONS:
            state["reason"] = status
        if status == "Terminating":
            meta["deletionTimestamp"] = Ago(0)
    return out


def _phase(status: str) -> str:
    if status in _PHASES:
        return status
    if status in _POD_REASONS or status in {"Error", "OOMKilled", "ContainerStatusUnknown", "StartError"}:
        return "Failed"
    if status == "Completed":
        return "Succeeded"
    if status in {"CrashLoopBackOff", "Terminating", "NotReady"}:
        return "Running"
    if _EXIT.fullmatch(status):
        return "Failed"
    return "Pending"


def statuses(row: PodRow, names: list[str], init_names: list[str]) -> Fragment:
    """Return ``status`` fields of a pod seen in a table alone, for containers of these names."""
    reason = row.status.removeprefix("Init:")
    if row.status.startswith("Init:") or row.status == "PodInitializing":
        return _initialising(row, reason, names, init_names)
    phase = _phase(row.status)
    state, last = _state(row, reason)
    out: list[Fragment] = []
    failing = max(len(names) - row.ready, 0)
    for at, name in enumerate(names):
        broken = at < failing
        entry: Fragment = {"name": name, "ready": not broken}
        if broken and state:
            entry["state"] = state
            if last:
                entry["lastState"] = last
        elif not broken:
            entry["state"] = {"running": {}}
        if row.restarts is not None:
            entry["restartCount"] = row.restarts if at == 0 else 0
        out.append(entry)
    if phase in {"Running", "Pending"} and any("terminated" in (entry.get("state") or {}) for entry in out):
        phase = "Running"
    status: Fragment = {"phase": phase}
    if row.status not in _POD_REASONS and not (row.status == "Pending" and row.restarts in {0, None}):
        status["containerStatuses"] = out
    if row.status not in {"Pending", "Completed", "Terminating", "Unknown"}:
        ready = "True" if row.ready == row.total else "False"
        status["conditions"] = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": ready}]
    elif row.status == "Pending" and row.ready == 0:
        status["conditions"] = [{"type": "Ready", "status": "False"}]
    return status


def _state(row: PodRow, reason: str) -> tuple[Fragment, Fragment]:
    """Return (state, lastState) of a container that is not ready."""
    last: Fragment = {}
    if row.restarts and row.last_restart is not None:
        last = {"terminated": {"finishedAt": Ago(row.last_restart)}}
    if match := _EXIT.fullmatch(reason):
        key = "exitCode" if match[1] == "ExitCode" else "signal"
        return {"terminated": {key: int(match[2])}}, last
    if reason == "Completed":
        return {"terminated": {"reason": "Completed", "exitCode": 0}}, last
    if reason in _TERMINATED:
        ended: dict[str, Any] = {"reason": reason}
        if reason == "OOMKilled":
            ended["exitCode"] = 137
        return {"terminated": ended}, last
    if reason in {"Running", "NotReady"}:
        return {"running": {}}, last
    if reason in _PHASES or reason == "Terminating" or reason in _POD_REASONS:
        return {}, last
    return {"waiting": {"reason": reason}}, last


def _initialising(row: PodRow, reason: str, names: list[str], init_names: list[str]) -> Fragment:
    count = _INIT_COUNT.fullmatch(reason)
    done, total = (int(count[1]), int(count[2])) if count else (0, max(len(init_names), 1))
    if row.status == "PodInitializing":
        done = total = len(init_names)
    inits = (init_names + [f"init-{n}" for n in range(len(init_names) + 1, min(total, 50) + 1)])[: max(total, 0)]
    entries: list[Fragment] = []
    for at, name in enumerate(inits):
        entry: Fragment = {"name": name, "ready": at < done}
        if at < done:
            entry["state"] = {"terminated": {"reason": "Completed", "exitCode": 0}}
        elif at == done:
            state = {"running": {}} if count else _state(row, reason)[0]
            entry["state"] = state
            if row.restarts is not None:
                entry["restartCount"] = row.restarts
        else:
            entry["state"] = {"waiting": {"reason": "PodInitializing"}}
        entries.append(entry)
    waiting = {"waiting": {"reason": "PodInitializing"}}
    main = [{"name": name, "ready": False, "restartCount": 0, "state": waiting} for name in names]
    conditions = [
        {"type": "PodScheduled", "status": "True"},
        {"type": "Initialized", "status": "True" if done >= total and not entries else "False"},
        {"type": "Ready", "status": "False"},
    ]
    return {
        "phase": "Pending",
        **({"initContainerStatuses": entries} if entries else {}),
        "containerStatuses": main,
        "conditions": conditions,
    }
