"""Tell which workload an object belongs to by its name alone: an event names a pod, and that pod may be long gone.

Controllers make names by fixed rules: a ReplicaSet ends in the hash of its template (a 32-bit number in ten letters
and digits), a pod in five characters of an alphabet without vowels, a Job of a CronJob in the minute or second of its
schedule, and pods and claims of a StatefulSet in an ordinal. A bare pod whose own name happens to end like that is
taken for one of a controller; nothing but the grouping of its events depends on it.
"""

import re
from dataclasses import dataclass

HASH = r"[4-9bcdf]{6,10}"
"""The digits of a 32-bit number in Kubernetes' alphabet. Fewer than six digits come once in 4,000 hashes."""
SUFFIX = r"[bcdfghj-np-tvwxz2456789]{5}"
"""What is added to ``generateName``."""
SCHEDULE = r"\d{8}|\d{10}"
"""Minutes since 1970 (from 1.21 on), or seconds before that."""

LONGEST_NAME = 63
"""A generated name is cut to this, and then its suffix follows without a dash."""

_POD_OF_SET = re.compile(rf"(?P<name>.+)-{HASH}-{SUFFIX}")
_POD_OF_CRON = re.compile(rf"(?P<name>.+)-(?:{SCHEDULE})(?:-\d+)?-{SUFFIX}")
_POD_WITH_SUFFIX = re.compile(rf"(?P<name>.+?)(?:-\d{{1,5}})?-{SUFFIX}")
_ORDINAL = re.compile(r"(?P<name>.+)-\d{1,5}")
_SET = re.compile(rf"(?P<name>.+)-{HASH}")
_CRON_JOB = re.compile(rf"(?P<name>.+)-(?:{SCHEDULE})")
_CUT_HASH = re.compile(r"-[4-9bcdf]{1,10}-?$|-$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What runs behind an object. ``kind`` is that of the object where its name does not tell more.

    Pods of a DaemonSet and of a Job have names of the same form: their kind stays ``Pod``.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def owner_of(kind: str, name: str) -> Owner:
    """Return the workload behind an object, without hashes, ordinals and times of schedules."""
    match kind:
        case "Pod":
            return _owner_of_pod(name)
        case "ReplicaSet":
            return _named(_SET, name, "Deployment") or Owner(kind=kind, name=name)
        case "Job":
            return _named(_CRON_JOB, name, "CronJob") or Owner(kind=kind, name=name)
        case "PersistentVolumeClaim":
            return _named(_ORDINAL, name, kind) or Owner(kind=kind, name=name)
        case _:
            return Owner(kind=kind, name=name)


def _owner_of_pod(name: str) -> Owner:
    if len(name) == LONGEST_NAME and (cut := re.fullmatch(rf"(?P<name>.+[^-]){SUFFIX}", name)):
        return Owner(kind="Pod", name=_CUT_HASH.sub("", cut["name"]))
    return (
        _named(_POD_OF_SET, name, "Deployment")
        or _named(_POD_OF_CRON, name, "CronJob")
        or _named(_ORDINAL, name, "StatefulSet")
        or _named(_POD_WITH_SUFFIX, name, "Pod")
        or Owner(kind="Pod", name=name)
    )


def _named(pattern: re.Pattern[str], name: str, kind: str) -> Owner | None:
    found = pattern.fullmatch(name)
    return Owner(kind=kind, name=found["name"]) if found else None
