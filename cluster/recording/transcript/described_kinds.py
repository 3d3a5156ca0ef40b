"""Read the descriptions of kinds other than pods. A kind without a reader here keeps its labels and events."""

import re
from collections.abc import Callable, Iterable

from cluster.recording.transcript.blocks import (
    Block,
    amounts,
    conditions,
    find,
    has,
    number,
    pair_list,
    rows,
    values,
)
from cluster.recording.transcript.described_pods import pod_spec
from cluster.recording.transcript.described_rules import (
    described_budget,
    described_limits,
    described_role,
    pods_on_node,
)
from cluster.recording.transcript.described_traffic import described_autoscaler, described_cron_job, described_ingress
from cluster.recording.transcript.moments import spoken_time
from cluster.recording.transcript.policies import described_policy
from cluster.recording.transcript.rows import addresses, selector
from cluster.recording.transcript.sightings import Fragment

_COUNTS = re.compile(r"(\d{1,7}) (desired|updated|total|available|unavailable|current)\b")
_SERVICE_PORT = re.compile(r"(\S+) +(\d{1,5})/([A-Z]{2,4})")
_TAINT = re.compile(r"([^\s=:]{1,300})(?:=([^\s:]{0,300}))?:(\w{1,40})")
_JOB_COUNTS = re.compile(r"(\d{1,7}) (Active|Running|Succeeded|Failed)")


def _template(found: list[Block]) -> Fragment:
    inner = find(found, "Pod Template").inner()
    if not inner:
        return {}
    out: Fragment = {"spec": pod_spec(inner)}
    meta = {key.lower(): pairs for key in ("Labels", "Annotations") if (pairs := pair_list(find(inner, key)))}
    return {"template": {**out, **({"metadata": meta} if meta else {})}}


def _selected(found: list[Block]) -> Fragment:
    return selector(",".join(values(find(found, "Selector"))))


def _deployment(found: list[Block]) -> Fragment:
    counts = {word: int(n) for n, word in _COUNTS.findall(find(found, "Replicas").value)}
    spec: Fragment = {**_selected(found), **_template(found)}
    if "desired" in counts:
        spec["replicas"] = counts["desired"]
    if strategy := find(found, "StrategyType").value:
        spec["strategy"] = {"type": strategy}
        match = re.fullmatch(r"(\S+) max unavailable, (\S+) max surge", find(found, "RollingUpdateStrategy").value)
        if match:
            both = [int(word) if word.isdecimal() else word for word in match.groups()]
            spec["strategy"]["rollingUpdate"] = {"maxUnavailable": both[0], "maxSurge": both[1]}
    if (seconds := number(find(found, "MinReadySeconds").value)) is not None:
        spec["minReadySeconds"] = seconds
    names = {"updated": "updatedReplicas", "total": "replicas", "available": "availableReplicas"}
    status: Fragment = {
        name: counts[word] for word, name in (*names.items(), ("unavailable", "unavailableReplicas")) if word in counts
    }
    if told := conditions(find(found, "Conditions")):
        status["conditions"] = told
    return {"spec": spec, "status": status}


def _replicated(found: list[Block]) -> Fragment:
    counts = {word: int(n) for n, word in _COUNTS.findall(find(found, "Replicas").value)}
    spec: Fragment = {**_selected(found), **_template(found)}
    status: Fragment = {}
    if "desired" in counts:
        spec["replicas"] = counts["desired"]
    if "current" in counts or "total" in counts:
        status["replicas"] = counts.get("current", counts.get("total", 0))
    if update := find(found, "Update Strategy").value:
        spec["updateStrategy"] = {"type": update}
    if told := conditions(find(found, "Conditions")):
        status["conditions"] = told
    return {"spec": spec, "status": status}


_DAEMON = {
    "Desired Number of Nodes Scheduled": "desiredNumberScheduled",
    "Current Number of Nodes Scheduled": "currentNumberScheduled",
    "Number of Nodes Scheduled with Up-to-date Pods": "updatedNumberScheduled",
    "Number of Nodes Scheduled with Available Pods": "numberAvailable",
    "Number of Nodes Misscheduled": "numberMisscheduled",
}


def _daemon_set(found: list[Block]) -> Fragment:
    spec: Fragment = {**_selected(found), **_template(found)}
    if nodes := pair_list(find(found, "Node-Selector")):
        spec.setdefault("template", {}).setdefault("spec", {})["nodeSelector"] = nodes
    status = {name: n for key, name in _DAEMON.items() if (n := number(find(found, key).value)) is not None}
    return {"spec": spec, "status": status}


def _job(found: list[Block]) -> Fragment:
    spec: Fragment = _template(found)
    for key, name in (
        ("Parallelism", "parallelism"),
        ("Completions", "completions"),
        ("Backoff Limit", "backoffLimit"),
    ):
        if (n := number(find(found, key).value)) is not None:
            spec[name] = n
    status: Fragment = {}
    for n, word in _JOB_COUNTS.findall(find(found, "Pods Statuses").value):
        status["active" if word in {"Active", "Running"} else word.lower()] = int(n)
    for key, name in (("Start Time", "startTime"), ("Completed At", "completionTime")):
        if time := spoken_time(find(found, key).value):
            status[name] = time
    return {"spec": spec, "status": status}


def _service(found: list[Block]) -> Fragment:
    spec: Fragment = {}
    if kind := find(found, "Type").value:
        spec["type"] = kind
    if pairs := pair_list(Block(key="", value="", lines=",".join(values(find(found, "Selector"))).split(","))):
        spec["selector"] = pairs
    address = find(found, "IP").value
    if address and address != "<none>":
        spec["clusterIP"] = address
    if name := find(found, "External Name").value:
        spec["externalName"] = name
    ports: list[Fragment] = []
    for block in found:
        if block.key == "Port" and (match := _SERVICE_PORT.fullmatch(block.value)):
            ports.append({"port": int(match[2]), "protocol": match[3]})
            if match[1] != "<unset>":
                ports[-1]["name"] = match[1]
        elif block.key == "TargetPort" and ports:
            word = block.value.partition("/")[0]
            ports[-1]["targetPort"] = int(word) if word.isdecimal() and len(word) < 6 else word
        elif block.key == "NodePort" and ports:
            digits = re.search(r"(\d{1,5})/", block.value)
            if digits:
                ports[-1]["nodePort"] = int(digits[1])
    if ports:
        spec["ports"] = ports
    shown = [block.value.partition(" + ")[0] for block in found if block.key == "Endpoints"]
    return (
        {"spec": spec, "_endpoints": [entry for cell in shown for entry in addresses(cell)]}
        if shown
        else {"spec": spec}
    )


def _endpoints(found: list[Block]) -> Fragment:
    if not has(found, "Subsets"):
        return {}
    subsets: list[Fragment] = []
    for line in find(found, "Subsets").lines:
        key, _, value = line.strip().partition(":")
        ips = [word.strip() for word in value.split(",") if word.strip() and not word.strip().startswith("<")]
        if key == "Addresses":
            subsets.append({"ports": []})
            if ips:
                subsets[-1]["addresses"] = [{"ip": ip} for ip in ips]
        elif key == "NotReadyAddresses" and subsets and ips:
            subsets[-1]["notReadyAddresses"] = [{"ip": ip} for ip in ips]
        elif subsets and (match := re.fullmatch(r"\s+(\S+)\s+(\d{1,5})\s+([A-Z]{2,4})\s*", line[:400])):
            port: Fragment = {"port": int(match[2]), "protocol": match[3]}
            if match[1] != "<unset>":
                port["name"] = match[1]
            subsets[-1]["ports"].append(port)
    return {"subsets": subsets}


def _node(found: list[Block]) -> Fragment:
    spec: Fragment = {}
    status: Fragment = {}
    taints = []
    for line in values(find(found, "Taints")):
        if match := _TAINT.fullmatch(line[:1000]):
            taint = {"key": match[1], "effect": match[3]}
            taints.append({**taint, "value": match[2]} if match[2] else taint)
    if taints:
        spec["taints"] = taints
    if find(found, "Unschedulable").value == "true":
        spec["unschedulable"] = True
    if told := conditions(find(found, "Conditions")):
        status["conditions"] = told
    for key in ("Capacity", "Allocatable"):
        if held := amounts(find(found, key)):
            status[key.lower()] = held
    info = find(found, "System Info").inner()
    names = {"Kubelet Version": "kubeletVersion", "OS Image": "osImage", "Architecture": "architecture"}
    names |= {"Container Runtime Version": "containerRuntimeVersion", "Kernel Version": "kernelVersion"}
    status["nodeInfo"] = {name: find(info, key).value for key, name in names.items() if find(info, key).value}
    where = [{"type": block.key, "address": block.value} for block in find(found, "Addresses").inner() if block.value]
    if where:
        status["addresses"] = where
    out: Fragment = {"spec": spec, "status": status}
    if pods := pods_on_node(found, find(found, "Name").value):
        out["_pods"] = pods
    return out


def _shown(found: list[Block], *keys: str) -> str:
    return next((v for key in keys if (v := find(found, key).value) and not v.startswith("<")), "")


_MODES = {"RWO": "ReadWriteOnce", "ROX": "ReadOnlyMany", "RWX": "ReadWriteMany", "RWOP": "ReadWriteOncePod"}


def _stored(found: list[Block]) -> tuple[Fragment, Fragment]:
    """Return (spec, status) fields that a claim and a volume share."""
    spec: Fragment = {}
    if name := _shown(found, "StorageClass"):
        spec["storageClassName"] = name
    if mode := _shown(found, "VolumeMode"):
        spec["volumeMode"] = mode
    if modes := [_MODES[word] for word in _shown(found, "Access Modes").split(",") if word in _MODES]:
        spec["accessModes"] = modes
    phase = _shown(found, "Status").partition(" ")[0]
    return spec, ({"phase": phase} if phase else {})


def _claim(found: list[Block]) -> Fragment:
    spec, status = _stored(found)
    if name := _shown(found, "Volume"):
        spec["volumeName"] = name
    if size := _shown(found, "Capacity"):
        status["capacity"] = {"storage": size}
    return {"spec": spec, "status": status}


def _volume(found: list[Block]) -> Fragment:
    spec, status = _stored(found)
    if size := _shown(found, "Capacity"):
        spec["capacity"] = {"storage": size}
    if policy := _shown(found, "Reclaim Policy"):
        spec["persistentVolumeReclaimPolicy"] = policy
    where, slash, name = _shown(found, "Claim").partition("/")
    if slash:
        spec["claimRef"] = {"kind": "PersistentVolumeClaim", "namespace": where, "name": name}
    if message := _shown(found, "Message"):
        status["message"] = message
    return {"spec": spec, "status": status}


def _storage_class(found: list[Block]) -> Fragment:
    out: Fragment = {}
    for key, name in (
        ("Provisioner", "provisioner"),
        ("ReclaimPolicy", "reclaimPolicy"),
        ("VolumeBindingMode", "volumeBindingMode"),
    ):
        if value := _shown(found, key):
            out[name] = value
    if find(found, "IsDefaultClass").value == "Yes":
        out["metadata"] = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    return out


def _quota(found: list[Block]) -> Fragment:
    resource = find(found, "Resource").lines or [line for block in found for line in block.lines]
    cells = [line.split() for line in resource]
    told = {
        c[0]: (c[1], c[2]) for c in cells if len(c) == 3 and c[0] not in {"Resource", "--------"} and c[0][0] != "-"
    }
    if not told:
        return {}
    hard = {name: allowed for name, (_, allowed) in told.items()}
    used = {name: taken for name, (taken, _) in told.items()}
    return {"spec": {"hard": hard}, "status": {"hard": dict(hard), "used": used}}


def config_map_data(lines: Iterable[str]) -> Fragment:
    """Read the texts of a config map from the raw lines: they may look like anything, even like a description."""
    texts: dict[str, list[str]] = {}
    found = list(lines)
    start = next((at for at, line in enumerate(found) if line.rstrip() == "===="), len(found))
    current: list[str] | None = None
    for line, below in zip(found[start + 1 :], [*found[start + 2 :], ""], strict=False):
        if line.rstrip() == "BinaryData" and below.rstrip() == "====":
            break
        if below.rstrip() == "----" and line.rstrip().endswith(":"):
            current = texts.setdefault(line.rstrip()[:-1], [])
        elif line.startswith("Events:"):
            break
        elif current is not None and not (line.rstrip() == "----" and not current):
            current.append(line)
    return {"data": {name: "\n".join(text).strip("\n") for name, text in texts.items()}} if texts else {}


def _secret(found: list[Block]) -> Fragment:
    """Keep the names of keys; their values are not in the text, which is not the same as empty."""
    lines = [f"{block.key}:  {block.value}" for block in found] + [line for block in found for line in block.lines]
    keys = [
        match[1] for line in lines if (match := re.fullmatch(r"([\w.-]{1,253}): +\d{1,9} bytes", line.strip()[:400]))
    ]
    out: Fragment = {"data": dict.fromkeys(keys, "***")} if keys else {}
    if kind := find(found, "Type").value:
        out["type"] = kind
    return out


def _namespace(found: list[Block]) -> Fragment:
    phase = _shown(found, "Status")
    return {"status": {"phase": phase}} if phase else {}


def _account(found: list[Block]) -> Fragment:
    names = values(find(found, "Image pull secrets"))
    return {"imagePullSecrets": [{"name": name.split()[0]} for name in names]} if names else {}


def _role_binding(found: list[Block]) -> Fragment:
    role = find(found, "Role").inner()
    subjects: list[Fragment] = [
        {"kind": cells[0], "name": cells[1], **({"namespace": cells[2]} if len(cells) > 2 else {})}
        for cells in rows(find(found, "Subjects"))
        if len(cells) >= 2
    ]
    out: Fragment = {"subjects": subjects} if subjects else {}
    if name := find(role, "Name").value:
        out["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": find(role, "Kind").value, "name": name}
    return out


KINDS: dict[str, Callable[[list[Block]], Fragment]] = {
    "Deployment": _deployment,
    "ReplicaSet": _replicated,
    "ReplicationController": _replicated,
    "StatefulSet": _replicated,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "Service": _service,
    "Endpoints": _endpoints,
    "Node": _node,
    "HorizontalPodAutoscaler": described_autoscaler,
    "Ingress": described_ingress,
    "CronJob": described_cron_job,
    "NetworkPolicy": described_policy,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "StorageClass": _storage_class,
    "ResourceQuota": _quota,
    "Secret": _secret,
    "Namespace": _namespace,
    "ServiceAccount": _account,
    "Role": described_role,
    "ClusterRole": described_role,
    "PodDisruptionBudget": described_budget,
    "LimitRange": described_limits,
    "RoleBinding": _role_binding,
    "ClusterRoleBinding": _role_binding,
}
