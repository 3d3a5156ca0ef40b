"""Take the scheduler's message apart: how many nodes, and which clause keeps how many of them out.

Forms of 1.24 to 1.35 are known. What follows the clauses (preemption, claims to deallocate) is never a cause.
"""

import re
from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "resource",
    "pods",
    "cordon",
    "taint",
    "placement",
    "pod_affinity",
    "anti_affinity",
    "spread",
    "ports",
    "zone",
    "volumes",
    "claim",
    "other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause. ``detail`` is the resource, the taint, or empty; ``count`` the nodes that it keeps out."""

    count: int
    text: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A message taken apart. ``total`` is the number of nodes that the scheduler looked at."""

    total: int
    clauses: tuple[Clause, ...]

    @property
    def adds_up(self) -> bool:
        """Whether the counts name each node exactly once."""
        return sum(clause.count for clause in self.clauses) == self.total

    def has(self, reason: Reason) -> bool:
        """Say whether a clause gives this reason."""
        return any(clause.reason == reason for clause in self.clauses)


_HEAD = re.compile(r"(?:\d{1,6})/(\d{1,6}) nodes (?:are )?available: ")
_END = re.compile(r"\.(?=\s+(?:preemption:|no new claims|not found|No preemption|Preemption)|\s*$)|, preemption: ")
_CLAUSE = re.compile(r"(\d{1,6}) ((?:(?!, \d{1,6} ).){1,600})")
_REASONS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    ("volumes", re.compile(r"exceed max volume count|not have enough free storage|cannot allocate all claims")),
    ("resource", re.compile(r"Insufficient ([\w./-]{1,120})")),
    ("pods", re.compile(r"Too many pods")),
    ("cordon", re.compile(r"were unschedulable")),
    ("taint", re.compile(r"had (?:untolerated )?taint(?:\(s\))?(?: \{([^}]{0,300})\})?")),
    ("placement", re.compile(r"didn't match (?:Pod's )?node (?:affinity|selector)")),
    ("anti_affinity", re.compile(r"anti-affinity rules")),
    ("pod_affinity", re.compile(r"didn't match pod affinity")),
    ("spread", re.compile(r"topology spread constraints")),
    ("ports", re.compile(r"didn't have free ports")),
    (
        "zone",
        re.compile(r"volume node affinity conflict|PersistentVolume's node affinity|no available volume zone"),
    ),
    (
        "claim",
        re.compile(
            r"PersistentVolumeClaims?\b|persistentvolumeclaim|available persistent volumes|ReadWriteOncePod|"
            r"ephemeral volume controller|persistentvolume \"",
            re.IGNORECASE,
        ),
    ),
)


def take_apart(message: str) -> Verdict | None:
    """Take a message of the scheduler apart; None when it is none of its known form."""
    head = _HEAD.search(message[:4000])
    if head is None:
        reason, detail = _reason(message[:1000])
        if reason == "other":
            return None
        return Verdict(total=0, clauses=(Clause(count=0, text=message[:300], reason=reason, detail=detail),))
    body = message[head.end() : 4000]
    if end := _END.search(body):
        body = body[: end.start()]
    total = int(head[1])
    found = [(int(match[1]), match[2].strip(" ,.")) for match in _CLAUSE.finditer(body)] if body[:1].isdigit() else []
    if not found:
        found = [(total, body.strip(" ."))]  # a rule that fails before any node is looked at counts for all
    return Verdict(total=total, clauses=tuple(_clause(count, words) for count, words in found))


def _clause(count: int, words: str) -> Clause:
    reason, detail = _reason(words)
    return Clause(count=count, text=words, reason=reason, detail=detail)


def _reason(words: str) -> tuple[Reason, str]:
    for reason, pattern in _REASONS:
        if match := pattern.search(words):
            return reason, (match[1] or "") if pattern.groups else ""
    return "other", ""
