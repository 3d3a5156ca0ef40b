"""What a row of a table says of an object, kind by kind. What a column does not tell stays unset."""

import re
from collections.abc import Callable
from typing import Any

from cluster.recording.transcript.moments import ago
from cluster.recording.transcript.sightings import Fragment
from cluster.recording.transcript.tables import Row
from cluster.recording.transcript.traffic_rows import autoscaler_row, budget_row, ingress_row

_RATIO = re.compile(r"(\d{1,7})/(\d{1,7})")
_PORT = re.compile(r"(\d{1,5})(?::(\d{1,5}))?/([A-Z]{2,4})")
_ADDRESS = re.compile(r"(\[?[0-9a-fA-F.:]{2,45}?\]?):(\d{1,5})")
_MODES = {"RWO": "ReadWriteOnce", "ROX": "ReadOnlyMany", "RWX": "ReadWriteMany", "RWOP": "ReadWriteOncePod"}
_USAGE = re.compile(r"([\w./-]{1,200}): ([\w.]{1,40})/([\w.]{1,40})")


def common(row: Row) -> Fragment:
    """Return the metadata that any row tells."""
    meta: Fragment = {}
    if made := ago(row.get("AGE", "")):
        meta["creationTimestamp"] = made
    if row.get("LABELS"):
        meta["labels"] = pairs(row["LABELS"])
    return {"metadata": meta}


def pairs(cell: str) -> dict[str, str]:
    """Read ``a=b,c=d``."""
    found = (part.partition("=") for part in cell.split(",") if "=" in part)
    return {key.strip(): value.strip() for key, _, value in found}


def selector(cell: str) -> Fragment:
    """Read a label selector as a workload shows it; one with other than plain pairs is left unset."""
    return {"selector": {"matchLabels": pairs(cell)}} if cell and not re.search(r"[()!]", cell) else {}


def _number(row: Row, header: str) -> int | None:
    cell = row.get(header, "")
    return int(cell) if cell.isdecimal() and len(cell) < 9 else None


def _known(**fields: Any) -> Fragment:
    return {key: value for key, value in fields.items() if value is not None}


def _workload_spec(row: Row) -> Fragment:
    out: Fragment = selector(row.get("SELECTOR", ""))
    names, images = row.get("CONTAINERS", ""), row.get("IMAGES", "")
    if names and images and names.count(",") == images.count(","):
        both = zip(names.split(","), images.split(","), strict=True)
        template: Fragment = {"spec": {"containers": [{"name": name, "image": image} for name, image in both]}}
        if out:
            template["metadata"] = {"labels": dict(out["selector"]["matchLabels"])}
        out["template"] = template
    return out


def _deployment(row: Row) -> Fragment:
    ratio = _RATIO.fullmatch(row.get("READY", ""))
    ready, wanted = (int(ratio[1]), int(ratio[2])) if ratio else (None, None)
    available = _number(row, "AVAILABLE")
    missing = max(wanted - available, 0) if wanted is not None and available is not None else None
    status = _known(
        readyReplicas=ready,
        updatedReplicas=_number(row, "UP-TO-DATE"),
        availableReplicas=available,
        unavailableReplicas=missing,
    )
    return {"spec": {**_known(replicas=wanted), **_workload_spec(row)}, "status": status}


def _replica_set(row: Row) -> Fragment:
    status = _known(replicas=_number(row, "CURRENT"), readyReplicas=_number(row, "READY"))
    return {"spec": {**_known(replicas=_number(row, "DESIRED")), **_workload_spec(row)}, "status": status}


def _stateful_set(row: Row) -> Fragment:
    ratio = _RATIO.fullmatch(row.get("READY", ""))
    ready, wanted = (int(ratio[1]), int(ratio[2])) if ratio else (None, None)
    return {"spec": {**_known(replicas=wanted), **_workload_spec(row)}, "status": _known(readyReplicas=ready)}


def _daemon_set(row: Row) -> Fragment:
    status = _known(
        desiredNumberScheduled=_number(row, "DESIRED"),
        currentNumberScheduled=_number(row, "CURRENT"),
        numberReady=_number(row, "READY"),
        updatedNumberScheduled=_number(row, "UP-TO-DATE"),
        numberAvailable=_number(row, "AVAILABLE"),
    )
    spec = _workload_spec(row)
    if row.get("NODE SELECTOR"):
        inner = spec.setdefault("template", {}).setdefault("spec", {})
        inner["nodeSelector"] = pairs(row["NODE SELECTOR"])
    return {"spec": spec, "status": status}


def _job(row: Row) -> Fragment:
    ratio = _RATIO.fullmatch(row.get("COMPLETIONS", ""))
    spec, status = _workload_spec(row), Fragment()
    if ratio:
        spec["completions"] = int(ratio[2])
        status["succeeded"] = int(ratio[1])
    state = {"Complete": "Complete", "Failed": "Failed", "Suspended": "Suspended"}.get(row.get("STATUS", ""))
    if state:
        status["conditions"] = [{"type": state, "status": "True"}]
    if row.get("STATUS") == "Suspended":
        spec["suspend"] = True
    spec.pop("selector", None)
    return {"spec": spec, "status": status}


def _cron_job(row: Row) -> Fragment:
    suspended = {"True": True, "False": False}.get(row.get("SUSPEND", ""))
    last = ago(row.get("LAST SCHEDULE", ""))
    spec = _known(schedule=row.get("SCHEDULE") or None, suspend=suspended, timeZone=row.get("TIMEZONE") or None)
    return {"spec": spec, "status": _known(lastScheduleTime=last)}


def _service(row: Row) -> Fragment:
    spec: Fragment = {}
    address = row.get("CLUSTER-IP", "")
    if "TYPE" in row:
        spec["type"] = row["TYPE"]
    external = row.get("EXTERNAL-IP", "")
    if row.get("TYPE") == "ExternalName":
        spec["externalName"] = external
    elif address:
        spec["clusterIP"] = address
    ports = [_port(match) for match in _PORT.finditer(row.get("PORT(S)", ""))]
    if ports:
        spec["ports"] = ports
    if row.get("SELECTOR"):
        spec["selector"] = pairs(row["SELECTOR"])
    out: Fragment = {"spec": spec}
    if row.get("TYPE") == "LoadBalancer" and external:
        pending = external == "<pending>"
        entries = [{"ip": ip} if ip[0].isdigit() else {"hostname": ip} for ip in external.split(",") if ip]
        out["status"] = {"loadBalancer": {} if pending else {"ingress": entries}}
    if address == "None":
        spec["clusterIP"] = "None"
    return out


def _port(match: re.Match[str]) -> Fragment:
    out: Fragment = {"port": int(match[1]), "protocol": match[3]}
    if match[2]:
        out["nodePort"] = int(match[2])
    return out


def addresses(cell: str, *, names: str = "addresses") -> list[Fragment]:
    """Read ``10.0.0.1:80,10.0.0.2:80 + 3 more...`` as subsets, one for each port."""
    ports: dict[int, list[str]] = {}
    for match in _ADDRESS.finditer(cell):
        ports.setdefault(int(match[2]), []).append(match[1])
    return [{names: [{"ip": ip} for ip in ips], "ports": [{"port": port}]} for port, ips in ports.items()]


def _endpoints(row: Row) -> Fragment:
    if "ENDPOINTS" not in row:
        return {}
    found = addresses(row["ENDPOINTS"])
    return {"subsets": found} if found or not row["ENDPOINTS"] else {}


def _node(row: Row) -> Fragment:
    words = row.get("STATUS", "").split(",")
    ready = {"Ready": "True", "NotReady": "False", "Unknown": "Unknown"}.get(words[0])
    spec: Fragment = {"unschedulable": True} if "SchedulingDisabled" in words else {}
    status: Fragment = {"conditions": [{"type": "Ready", "status": ready}]} if ready else {}
    info = {
        "kubeletVersion": row.get("VERSION"),
        "osImage": row.get("OS-IMAGE"),
        "kernelVersion": row.get("KERNEL-VERSION"),
        "containerRuntimeVersion": row.get("CONTAINER-RUNTIME"),
    }
    status["nodeInfo"] = {key: value for key, value in info.items() if value}
    if row.get("INTERNAL-IP"):
        status["addresses"] = [{"type": "InternalIP", "address": row["INTERNAL-IP"]}]
    roles = [role for role in row.get("ROLES", "").split(",") if role]
    meta = {"labels": {f"node-role.kubernetes.io/{role}": "" for role in roles}} if roles else {}
    return {"metadata": meta, "spec": spec, "status": status}


def _modes(cell: str) -> list[str]:
    return [_MODES[word] for word in cell.split(",") if word in _MODES]


def _claim(row: Row) -> Fragment:
    spec: Fragment = {}
    status: Fragment = {"phase": row["STATUS"]} if row.get("STATUS") else {}
    if row.get("VOLUME"):
        spec["volumeName"] = row["VOLUME"]
    if row.get("STORAGECLASS"):
        spec["storageClassName"] = row["STORAGECLASS"]
    if modes := _modes(row.get("ACCESS MODES", "")):
        spec["accessModes"] = status["accessModes"] = modes
    if row.get("CAPACITY"):
        status["capacity"] = {"storage": row["CAPACITY"]}
    if row.get("VOLUMEMODE"):
        spec["volumeMode"] = row["VOLUMEMODE"]
    return {"spec": spec, "status": status}


def _volume(row: Row) -> Fragment:
    spec: Fragment = {}
    if row.get("CAPACITY"):
        spec["capacity"] = {"storage": row["CAPACITY"]}
    if modes := _modes(row.get("ACCESS MODES", "")):
        spec["accessModes"] = modes
    if row.get("RECLAIM POLICY"):
        spec["persistentVolumeReclaimPolicy"] = row["RECLAIM POLICY"]
    if row.get("STORAGECLASS"):
        spec["storageClassName"] = row["STORAGECLASS"]
    if "/" in row.get("CLAIM", ""):
        where, _, claim = row["CLAIM"].partition("/")
        spec["claimRef"] = {"kind": "PersistentVolumeClaim", "namespace": where, "name": claim}
    status = {"phase": row["STATUS"]} if row.get("STATUS") else {}
    return {"spec": spec, "status": status}


def _storage_class(row: Row) -> Fragment:
    out: Fragment = {}
    for header, key in (
        ("PROVISIONER", "provisioner"),
        ("RECLAIMPOLICY", "reclaimPolicy"),
        ("VOLUMEBINDINGMODE", "volumeBindingMode"),
    ):
        if row.get(header):
            out[key] = row[header]
    if row.get("ALLOWVOLUMEEXPANSION") in {"true", "false"}:
        out["allowVolumeExpansion"] = row["ALLOWVOLUMEEXPANSION"] == "true"
    if row.get("NAME", "").endswith(" (default)"):
        out["metadata"] = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    return out


def _secret(row: Row) -> Fragment:
    return {"type": row["TYPE"]} if row.get("TYPE") else {}


def _quota(row: Row) -> Fragment:
    hard: dict[str, str] = {}
    used: dict[str, str] = {}
    for header in ("REQUEST", "LIMIT"):
        for name, taken, allowed in _USAGE.findall(row.get(header, "")):
            hard[name], used[name] = allowed, taken
    return {"spec": {"hard": hard}, "status": {"hard": dict(hard), "used": used}} if hard else {}


def _phase(row: Row) -> Fragment:
    return {"status": {"phase": row["STATUS"]}} if row.get("STATUS") else {}


def _role_binding(row: Row) -> Fragment:
    kind, slash, name = row.get("ROLE", "").partition("/")
    if not slash:
        return {}
    return {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}}


def _policy(row: Row) -> Fragment:
    if "POD-SELECTOR" not in row:
        return {}
    cell = row["POD-SELECTOR"]
    return (
        {"spec": {"podSelector": {"matchLabels": pairs(cell)} if cell else {}}} if not re.search(r"[()!]", cell) else {}
    )


ROWS: dict[str, Callable[[Row], Fragment]] = {
    "Deployment": _deployment,
    "ReplicaSet": _replica_set,
    "ReplicationController": _replica_set,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "CronJob": _cron_job,
    "Service": _service,
    "Endpoints": _endpoints,
    "Node": _node,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "StorageClass": _storage_class,
    "Secret": _secret,
    "ResourceQuota": _quota,
    "Namespace": _phase,
    "RoleBinding": _role_binding,
    "ClusterRoleBinding": _role_binding,
    "NetworkPolicy": _policy,
    "HorizontalPodAutoscaler": autoscaler_row,
    "Ingress": ingress_row,
    "PodDisruptionBudget": budget_row,
}
