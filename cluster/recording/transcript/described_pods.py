"""Read the description of a pod, and of the pod template inside of a workload's."""

import re
from typing import Any

from cluster.recording.transcript.blocks import Block, amounts, conditions, find, has, number, pair_list, values
from cluster.recording.transcript.moments import Ago, ago, spoken_time
from cluster.recording.transcript.sightings import Fragment

_PORT = re.compile(r"(\d{1,5})/([A-Z]{2,4})")
_PROBE_NUMBERS = (
    ("initialDelaySeconds", re.compile(r"\bdelay=(\d{1,7})s")),
    ("timeoutSeconds", re.compile(r"\btimeout=(\d{1,7})s")),
    ("periodSeconds", re.compile(r"\bperiod=(\d{1,7})s")),
    ("successThreshold", re.compile(r"#success=(\d{1,7})")),
    ("failureThreshold", re.compile(r"#failure=(\d{1,7})")),
)
_HTTP = re.compile(r"http-get (https?)://([^/:\s]*):?([\w-]*)(/\S*)?")
_SOCKET = re.compile(r"(tcp-socket|grpc) (\S*):([\w-]+)(?: (\S+))?")
_KEY_OF = re.compile(r"<set to the key '([^']{1,253})' (?:in|of) (secret|config ?map) '([^']{1,253})'>")
_FIELD = re.compile(r"\((\w{1,20}):([\w.\[\]'/-]{1,300})\)")
_MOUNT = re.compile(r"\s*(/\S*) from (\S+) \((.{1,1000})\)")
_TOLERATION = re.compile(r"([^\s:=]*)(?:=([^\s:]*))?(?::(\w+))?(?: op=(\w+))?(?: for (\d{1,9})s)?")


def described_pod(found: list[Block]) -> Fragment:
    """Read the sections of a pod's description."""
    status: Fragment = {}
    spec = pod_spec(found)
    meta: Fragment = {}
    node = find(found, "Node").value
    if node and not node.startswith("<"):
        spec["nodeName"], _, host = node.partition("/")
        if host:
            status["hostIP"] = host
    if started := spoken_time(find(found, "Start Time").value):
        status["startTime"] = started
    phase = find(found, "Status").value
    if phase.startswith("Terminating"):
        lasts = re.search(r"lasts (\w{1,30})", phase)
        meta["deletionTimestamp"] = (ago(lasts[1]) if lasts else None) or Ago(0)
    elif phase.isalpha():
        status["phase"] = phase
    for key, name in (("Reason", "reason"), ("Message", "message")):
        if value := find(found, key).value:
            status[name] = value
    address = find(found, "IP").value
    if address and not address.startswith("<"):
        status["podIP"] = address
    for section, name in (("Containers", "containerStatuses"), ("Init Containers", "initContainerStatuses")):
        entries = [entry for box in find(found, section).inner() if (entry := _status(box))]
        if entries:
            status[name] = entries
    if told := conditions(find(found, "Conditions")):
        status["conditions"] = told
    if quality := find(found, "QoS Class").value:
        status["qosClass"] = quality
    return {"metadata": meta, "spec": spec, "status": status}


def pod_spec(found: list[Block]) -> Fragment:
    """Read what describes how the pod shall run; it is the same in a template."""
    spec: Fragment = {}
    for section, name in (("Containers", "containers"), ("Init Containers", "initContainers")):
        boxes = [_container(box) for box in find(found, section).inner() if box.key and " " not in box.key]
        if boxes:
            spec[name] = boxes
    account = find(found, "Service Account").value
    if account and not account.startswith("<"):
        spec["serviceAccountName"] = account
    priority = find(found, "Priority Class Name").value
    if priority and not priority.startswith("<"):
        spec["priorityClassName"] = priority
    if chosen := pair_list(find(found, "Node-Selectors")):
        spec["nodeSelector"] = chosen
    if tolerations := [entry for line in values(find(found, "Tolerations")) if (entry := _toleration(line))]:
        spec["tolerations"] = tolerations
    if volumes := [entry for inner in find(found, "Volumes").inner() if (entry := _volume(inner))]:
        spec["volumes"] = volumes
    return spec


def _toleration(line: str) -> Fragment | None:
    match = _TOLERATION.fullmatch(line[:1000])
    if match is None:
        return None
    fields = {
        "key": match[1],
        "value": match[2],
        "effect": match[3],
        "operator": match[4] or ("Equal" if match[2] else "Exists"),
    }
    out: Fragment = {key: value for key, value in fields.items() if value}
    if match[5]:
        out["tolerationSeconds"] = int(match[5])
    return out


def _volume(block: Block) -> Fragment | None:
    inner = block.inner()
    sort = find(inner, "Type").value.partition(" ")[0]
    optional = {"true": True, "false": False}.get(find(inner, "Optional").value.lower())
    extra = {} if optional is None else {"optional": optional}
    out: Fragment = {"name": block.key}
    if sort == "PersistentVolumeClaim":
        out["persistentVolumeClaim"] = {"claimName": find(inner, "ClaimName").value}
    elif sort == "ConfigMap":
        out["configMap"] = {"name": find(inner, "Name").value, **extra}
    elif sort == "Secret":
        out["secret"] = {"secretName": find(inner, "SecretName").value, **extra}
    elif sort == "EmptyDir":
        limit = find(inner, "SizeLimit").value
        out["emptyDir"] = {"sizeLimit": limit} if limit and not limit.startswith("<") else {}
    elif sort == "HostPath":
        out["hostPath"] = {"path": find(inner, "Path").value}
    elif sort == "Projected":
        sources: list[Fragment] = [{"serviceAccountToken": {}}] if has(inner, "TokenExpirationSeconds") else []
        out["projected"] = {"sources": sources}
    elif not sort:
        return None
    return out


def _container(block: Block) -> Fragment:
    inner = block.inner()
    out: Fragment = {"name": block.key}
    if image := find(inner, "Image").value:
        out["image"] = image
    ports = _PORT.findall(find(inner, "Port").value + " " + find(inner, "Ports").value)
    if ports:
        out["ports"] = [{"containerPort": int(port), "protocol": protocol} for port, protocol in ports]
    for key in ("Command", "Args"):
        if lines := _argument_lines(find(inner, key)):
            out[key.lower()] = lines
    resources = {key.lower(): found for key in ("Limits", "Requests") if (found := amounts(find(inner, key)))}
    if resources:
        out["resources"] = resources
    for key, name in (("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")):
        if probe := _probe(find(inner, key).value):
            out[name] = probe
    if variables := _variables(find(inner, "Environment")):
        out["env"] = variables
    if sources := _sources(find(inner, "Environment Variables from")):
        out["envFrom"] = sources
    if mounts := [mount for line in find(inner, "Mounts").lines if (mount := _mount(line))]:
        out["volumeMounts"] = mounts
    return out


def _argument_lines(block: Block) -> list[str]:
    """Return arguments; what follows ``-c`` is one script, whose lines cannot be told from further arguments."""
    cut = block.indent + 2
    lines = [line[cut:] if not line[:cut].strip() else line for line in block.lines]
    while lines and not lines[-1].strip():
        lines.pop()
    for at, line in enumerate(lines):
        if line in {"-c", "-ec", "-lc", "-euc", "-exc"} and at + 1 < len(lines):
            return [*lines[: at + 1], "\n".join(lines[at + 1 :])]
    return lines


def _probe(value: str) -> Fragment:
    if not value:
        return {}
    out: Fragment = {name: int(match[1]) for name, shape in _PROBE_NUMBERS if (match := shape.search(value))}
    if match := _HTTP.match(value):
        get: Fragment = {"path": match[4] or "/", "scheme": match[1].upper()}
        if match[2]:
            get["host"] = match[2]
        if match[3]:
            get["port"] = _port(match[3])
        out["httpGet"] = get
    elif match := _SOCKET.match(value):
        if match[1] == "grpc":
            out["grpc"] = {"port": _port(match[3])}
        else:
            out["tcpSocket"] = {"port": _port(match[3])}
    elif value.startswith("exec ["):
        command = value[6:].rpartition("] delay=")[0]
        out["exec"] = {"command": command.split(" ")}
    return out


def _port(word: str) -> int | str:
    return int(word) if word.isdecimal() and len(word) < 6 else word


def _variables(block: Block) -> list[Fragment]:
    out: list[Fragment] = []
    for inner in block.inner():
        value, entry = inner.value, Fragment(name=inner.key)
        if match := _KEY_OF.search(value):
            source = "secretKeyRef" if match[2] == "secret" else "configMapKeyRef"
            ref: dict[str, Any] = {"name": match[3], "key": match[1]}
            if "Optional: true" in value:
                ref["optional"] = True
            entry["valueFrom"] = {source: ref}
        elif match := _FIELD.fullmatch(value):
            entry["valueFrom"] = {"fieldRef": {"apiVersion": match[1], "fieldPath": match[2]}}
        elif re.fullmatch(r"\S{1,200} \((?:limits|requests)\.\S{1,100}\)", value):
            entry["valueFrom"] = {"resourceFieldRef": {"resource": value.rpartition("(")[2].rstrip(")")}}
        else:
            entry["value"] = "\n".join([value, *(line.strip() for line in inner.lines if line.strip())])
        out.append(entry)
    return out


def _sources(block: Block) -> list[Fragment]:
    out: list[Fragment] = []
    for line in block.lines:
        words = line.split()
        if len(words) >= 2 and words[1] in {"Secret", "ConfigMap"}:
            ref: Fragment = {"name": words[0]}
            if "Optional: true" in line:
                ref["optional"] = True
            out.append({"secretRef" if words[1] == "Secret" else "configMapRef": ref})
    return out


def _mount(line: str) -> Fragment | None:
    match = _MOUNT.fullmatch(line[:4000])
    if match is None:
        return None
    flags = match[3].split(",")
    out: Fragment = {"mountPath": match[1], "name": match[2]}
    if "ro" in flags:
        out["readOnly"] = True
    for flag in flags:
        path = re.fullmatch(r'path="(.*)"', flag)
        if path:
            out["subPath"] = path[1]
    return out


def _status(block: Block) -> Fragment | None:
    inner = block.inner()
    if not has(inner, "State"):
        return None
    out: Fragment = {"name": block.key}
    for key, name in (("State", "state"), ("Last State", "lastState")):
        if state := _state(find(inner, key)):
            out[name] = state
    ready = find(inner, "Ready").value
    if ready in {"True", "False"}:
        out["ready"] = ready == "True"
    restarts = number(find(inner, "Restart Count").value)
    if restarts is not None:
        out["restartCount"] = restarts
    for key, name in (("Image", "image"), ("Image ID", "imageID"), ("Container ID", "containerID")):
        if value := find(inner, key).value:
            out[name] = value
    return out


def _state(block: Block) -> Fragment:
    inner = block.inner()
    told: Fragment = {}
    if reason := find(inner, "Reason").value:
        told["reason"] = reason
    if find(inner, "Message").value or find(inner, "Message").lines:
        told["message"] = "\n".join(values(find(inner, "Message")))
    code, signal = number(find(inner, "Exit Code").value), number(find(inner, "Signal").value)
    if code is not None:
        told["exitCode"] = code
    if signal is not None:
        told["signal"] = signal
    for key, name in (("Started", "startedAt"), ("Finished", "finishedAt")):
        if time := spoken_time(find(inner, key).value):
            told[name] = time
    word = block.value.lower()
    return {word: told} if word in {"waiting", "running", "terminated"} else {}
