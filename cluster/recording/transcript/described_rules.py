"""Read the descriptions of what limits and permits: disruption budgets, limit ranges, roles; and of a node's pods."""

import re

from cluster.recording.transcript.blocks import Block, find, number, values
from cluster.recording.transcript.rows import selector
from cluster.recording.transcript.sightings import Fragment

_AMOUNT = re.compile(r"\d{1,7}%?")
_LISTED = re.compile(r"\[([^\]]{0,2000})\]")
_POD_ON_NODE = re.compile(
    r" {2}([a-z0-9][a-z0-9-]{0,62}) +([a-z0-9][a-z0-9.-]{0,252}) +(\S{1,20}) \(\d{1,9}%\) +(\S{1,20}) \(\d{1,9}%\)"
    r" +(\S{1,20}) \(\d{1,9}%\) +(\S{1,20}) \(\d{1,9}%\)(?: +(\S{1,20}))?"
)
_LIMITS = (
    ("Min", "min"),
    ("Max", "max"),
    ("Default Request", "defaultRequest"),
    ("Default Limit", "default"),
    ("Max Limit/Request Ratio", "maxLimitRequestRatio"),
)


def described_budget(found: list[Block]) -> Fragment:
    """Read what a disruption budget asks for, whom it covers, and what it allows now."""
    spec: Fragment = selector(",".join(values(find(found, "Selector"))))
    for key, name in (("Min available", "minAvailable"), ("Max unavailable", "maxUnavailable")):
        value = find(found, key).value
        if _AMOUNT.fullmatch(value):
            spec[name] = value if value.endswith("%") else int(value)
    inner = find(found, "Status").inner()
    status: Fragment = {}
    for key, name in (
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ):
        if (count := number(find(inner, key).value)) is not None:
            status[name] = count
    return {"spec": spec, "status": status}


def described_limits(found: list[Block]) -> Fragment:
    """Read the table of a limit range, one row for each type and resource; ``-`` says that nothing is set."""
    lines = [line for block in found for line in (f"{block.key}  {block.value}", *block.lines)]
    table = [re.split(r" {2,}", line.strip()) for line in lines if line.strip()]
    header = next((cells for cells in table if cells[:2] == ["Type", "Resource"]), None)
    if header is None:
        return {}
    limits: dict[str, Fragment] = {}
    for cells in table[table.index(header) + 1 :]:
        if len(cells) != len(header) or set(cells[0]) <= {"-"}:
            continue
        row = dict(zip(header, cells, strict=True))
        entry = limits.setdefault(row["Type"], {"type": row["Type"]})
        for column, key in _LIMITS:
            if row.get(column, "-") != "-":
                entry.setdefault(key, {})[row["Resource"]] = row[column]
    return {"spec": {"limits": list(limits.values())}} if limits else {}


def described_role(found: list[Block]) -> Fragment:
    """Read the table of rules. A resource is written with its group behind the first dot."""
    rules: list[Fragment] = []
    for line in find(found, "PolicyRule").lines:
        lists = [(match.start(), match[1].split()) for match in _LISTED.finditer(line[:6000])]
        words = line.split()
        if len(lists) != 3 or not words or words[0] in {"Resources", "---------"}:
            continue
        before = line[: lists[0][0]].strip()
        (_, urls), (_, names), (_, verbs) = lists
        rule: Fragment = {"verbs": verbs}
        if before:
            resource, _, group = before.partition(".")
            rest, slash, sub = group.partition("/")
            rule["apiGroups"] = ["*" if before == "*.*" else rest]
            rule["resources"] = [f"{resource}/{sub}" if slash and rest else resource]
            if names:
                rule["resourceNames"] = names
        elif urls:
            rule["nonResourceURLs"] = urls
        rules.append(rule)
    return {"rules": rules} if rules else {}


def pods_on_node(found: list[Block], node: str) -> list[tuple[str, str, Fragment]]:
    """Return (namespace, name, what is known) of the pods that a node's description lists, with what they request."""
    out: list[tuple[str, str, Fragment]] = []
    for line in find(found, "Non-terminated Pods").lines:
        match = _POD_ON_NODE.match(line[:1000])
        if match is None:
            continue
        where, name, cpu, cpu_limit, memory, memory_limit, _ = match.groups()
        asked = {"requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": cpu_limit, "memory": memory_limit}}
        kept = {
            key: {resource: amount for resource, amount in both.items() if amount != "0"} for key, both in asked.items()
        }
        out.append((where, name, {"spec": {"nodeName": node, "resources": {k: v for k, v in kept.items() if v}}}))
    return out
