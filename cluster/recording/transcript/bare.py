"""Tell what command a bare output came from: ``kubectl describe pod x | sextant diagnose --from -`` has no prompt."""

import re

from cluster.recording.transcript.prompts import PROMPT
from cluster.recording.transcript.tables import is_header

_COLUMNS = (
    ("get events", {"REASON", "OBJECT"}),
    ("get pods", {"READY", "STATUS", "RESTARTS"}),
    ("get deployments", {"UP-TO-DATE", "READY", "AVAILABLE"}),
    ("get services", {"CLUSTER-IP", "PORT(S)"}),
    ("get endpoints", {"ENDPOINTS"}),
    ("get nodes", {"ROLES", "VERSION"}),
    ("get persistentvolumeclaims", {"VOLUME", "CAPACITY"}),
    ("get persistentvolumes", {"CLAIM", "RECLAIM"}),
    ("get storageclasses", {"PROVISIONER"}),
    ("get jobs", {"COMPLETIONS"}),
    ("get daemonsets", {"DESIRED", "CURRENT", "UP-TO-DATE"}),
    ("get replicasets", {"DESIRED", "CURRENT"}),
    ("get horizontalpodautoscalers", {"REFERENCE", "MINPODS"}),
    ("get ingresses", {"HOSTS", "PORTS"}),
    ("get poddisruptionbudgets", {"ALLOWED", "DISRUPTIONS"}),
    ("get cronjobs", {"SCHEDULE", "SUSPEND"}),
    ("get networkpolicies", {"POD-SELECTOR"}),
    ("top pods --containers", {"POD", "CPU(cores)"}),
    ("top nodes", {"CPU(cores)", "CPU%"}),
    ("top nodes", {"CPU(cores)", "CPU(%)"}),
    ("top pods", {"CPU(cores)", "MEMORY(bytes)"}),
)
_DESCRIPTION = re.compile(r"Name: {2,}\S+[ \t]*\r?\n(?:[A-Z][\w /-]{1,60}:|\n)")


def command_of(content: str) -> str:
    """Return the command line that a text is the output of, empty where it is none that can be told.

    How the list was narrowed is not known, so it is taken for a part.
    """
    start = content.lstrip("\ufeff\r\n")
    if _DESCRIPTION.match(start):
        return f"{PROMPT}describe -l unknown"
    head = start.partition("\n")[0].rstrip("\r")
    if not is_header(head):
        return ""
    words = set(head.split())
    where = " -A" if head.startswith("NAMESPACE ") else ""
    return next((f"{PROMPT}{line}{where} -l unknown" for line, columns in _COLUMNS if columns <= words), "")


def with_commands(content: str) -> str:
    """Put the command in front of every output that a text without commands shows; what stands before is prose."""
    lines = content.lstrip("\ufeff").split("\n")
    out: list[str] = []
    last = ""
    for at, line in enumerate(lines):
        begins = line.startswith("Name: ") and not last.startswith(f"{PROMPT}describe")
        if (begins or is_header(line.rstrip())) and (found := command_of("\n".join(lines[at : at + 3]))):
            out.append(found)
            last = found
        out.append(line)
    return "\n".join(out) if last else ""
