"""Tell what command a bare output came from: ``kubectl describe pod x | sextant diagnose --from -`` has no prompt."""

import re

from cluster.recording.transcript.frame import PROMPT
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
    ("get replicasets", {"DESIRED", "CURRENT"}),
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
