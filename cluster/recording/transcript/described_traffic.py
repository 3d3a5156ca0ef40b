"""Read the descriptions of autoscalers, ingresses and cron jobs."""

import re

from cluster.recording.transcript.blocks import Block, conditions, find, number
from cluster.recording.transcript.described_pods import pod_spec
from cluster.recording.transcript.moments import spoken_time
from cluster.recording.transcript.sightings import Fragment

_BACKEND = re.compile(r"(/\S{0,300})\s{1,200}([a-z0-9][\w.-]{0,252}):([\w-]{1,63})(?: \(.{0,2000}\))?")
_UTILIZATION = re.compile(
    r"\s*resource ([\w./-]{1,100}) on pods {1,2}\(as a percentage of request\): +(<unknown>|\d{1,6}%)"
    r"(?: \(\S{1,40}\))? / (\d{1,6})%"
)


def described_autoscaler(found: list[Block]) -> Fragment:
    """Read what scales, between which bounds, and how well that works."""
    spec: Fragment = {}
    status: Fragment = {}
    kind, slash, name = find(found, "Reference").value.partition("/")
    if slash:
        spec["scaleTargetRef"] = {"kind": kind, "name": name}
        if kind in {"Deployment", "StatefulSet", "ReplicaSet"}:
            spec["scaleTargetRef"]["apiVersion"] = "apps/v1"
    for key, field in (("Min replicas", "minReplicas"), ("Max replicas", "maxReplicas")):
        if (count := number(find(found, key).value)) is not None:
            spec[field] = count
    metrics, current = [], []
    for line in find(found, "Metrics").lines:
        if match := _UTILIZATION.match(line[:1000]):
            target = {"type": "Utilization", "averageUtilization": int(match[3])}
            metrics.append({"type": "Resource", "resource": {"name": match[1], "target": target}})
            if match[2] != "<unknown>":
                value = {"averageUtilization": int(match[2].rstrip("%"))}
                current.append({"type": "Resource", "resource": {"name": match[1], "current": value}})
    if metrics:
        spec["metrics"] = metrics
    if current:
        status["currentMetrics"] = current
    pods = find(found, "Deployment pods").value or find(found, "StatefulSet pods").value
    if match := re.fullmatch(r"(\d{1,7}) current / (\d{1,7}) desired", pods):
        status |= {"currentReplicas": int(match[1]), "desiredReplicas": int(match[2])}
    if told := conditions(find(found, "Conditions")):
        status["conditions"] = told
    return {"spec": spec, "status": status}


def described_ingress(found: list[Block]) -> Fragment:
    """Read the rules: a host, then its paths with the service and port behind each."""
    spec: Fragment = {}
    name = find(found, "Ingress Class").value
    if name and not name.startswith("<"):
        spec["ingressClassName"] = name
    rules: list[Fragment] = []
    for line in find(found, "Rules").lines:
        text = line.strip()
        if not text or text.startswith(("Host ", "----")):
            continue
        match = _BACKEND.search(text[:2000])
        before = (text[: match.start()] if match else text).strip()
        if before and " " not in before:
            rules.append({"http": {"paths": []}} if before == "*" else {"host": before, "http": {"paths": []}})
        if match and rules:
            port = {"number": int(match[3])} if match[3].isdecimal() else {"name": match[3]}
            backend = {"service": {"name": match[2], "port": port}}
            rules[-1]["http"]["paths"].append({"path": match[1], "backend": backend})
    if rules:
        spec["rules"] = rules
    secrets = re.findall(r"([\w.-]{1,253}) terminates ([\w.*,-]{0,1000})", " ".join(find(found, "TLS").lines)[:20_000])
    if secrets:
        spec["tls"] = [{"secretName": secret, "hosts": [h for h in hosts.split(",") if h]} for secret, hosts in secrets]
    return {"spec": spec}


def described_cron_job(found: list[Block]) -> Fragment:
    """Read when it runs, and what."""
    spec: Fragment = {}
    if schedule := find(found, "Schedule").value:
        spec["schedule"] = schedule
    if policy := find(found, "Concurrency Policy").value:
        spec["concurrencyPolicy"] = policy
    suspended = {"True": True, "False": False}.get(find(found, "Suspend").value)
    if suspended is not None:
        spec["suspend"] = suspended
    seconds = re.fullmatch(r"(\d{1,9})s", find(found, "Starting Deadline Seconds").value)
    if seconds:
        spec["startingDeadlineSeconds"] = int(seconds[1])
    if template := find(found, "Pod Template").inner():
        spec["jobTemplate"] = {"spec": {"template": {"spec": pod_spec(template)}}}
    last = spoken_time(find(found, "Last Schedule Time").value)
    return {"spec": spec, "status": {"lastScheduleTime": last} if last else {}}
