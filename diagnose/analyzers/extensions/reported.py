"""What a custom resource says of itself: its conditions, and whether its controller has seen the last change."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cluster.fields import Obj, dig, labels, mapping, moment, numbered, objects, text, truth, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.containers import FieldPath
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Confidence, InProgress, inferred, matched, proved
from diagnose.scene import Scene

FRESH_SECONDS = 120
"""A controller reports what it has not done yet as a failure for a moment; it counts from here on."""
PROGRESS_SECONDS = 600
"""The same for one that says itself that it is still at work."""
LAG_SECONDS = 300
"""A controller has seen a change within this, and has reported something by then."""
MAX_MESSAGE = 200

_WANTED = frozenset({"Available", "Ready", "Reconciled", "Synced"})
_UNWANTED = frozenset({"Degraded", "Stalled"})
_AT_WORK = re.compile(
    r"progress|creat|provision|pending|initiali|reconciling|waiting|upgrad|updating|scaling|install|start|bootstrap",
    re.IGNORECASE,
)
_AT_REST = re.compile(r"^(?:paused?|suspended|stopped|hibernated?|asleep|sleeping|scaleddown|disabled)$", re.IGNORECASE)
_DONE = re.compile(r"^(?:succeeded|completed?|finished|done)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with a custom resource: words, proof and how sure."""

    words: Phrase
    expected: str
    actual: str
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    since: datetime | None


def at_rest(obj: Obj) -> bool:
    """Say whether somebody wants the resource not to work now, or its work is done."""
    if any(truth(obj, "spec", key) for key in ("suspend", "suspended", "pause", "paused", "stopped", "hibernate")):
        return True
    if dig(obj, "spec", "replicas") == 0 and not isinstance(dig(obj, "spec", "replicas"), bool):
        return True
    marks = labels(obj, "metadata", "annotations")
    if any("pause" in key.lower() and value.lower() in {"true", "yes", "1"} for key, value in marks.items()):
        return True
    phase = text(obj, "status", "phase") or text(obj, "status", "state")
    if _AT_REST.match(phase) or _DONE.match(phase):
        return True
    return any(
        text(entry, "status") == "True" and _DONE.match(text(entry, "type"))
        for entry in objects(obj, "status", "conditions")
    )


# -- conditions


def judge_conditions(scene: Scene, obj: Obj) -> Complaint | InProgress | None:
    """Return the first standard condition that is not as it should be."""
    worst: Complaint | InProgress | None = None
    for index, entry in numbered(obj, "status", "conditions"):
        kind, state, reason = text(entry, "type"), text(entry, "status"), text(entry, "reason")
        bad = (kind in _WANTED and state in {"False", "Unknown"}) or (kind in _UNWANTED and state == "True")
        if not bad or text(entry, "severity") == "Info" or _AT_REST.match(reason):
            continue
        said = _condition(scene, obj, index, entry)
        if isinstance(said, Complaint):
            return said
        worst = worst or said
    return worst


def _condition(scene: Scene, obj: Obj, index: int, entry: Obj) -> Complaint | InProgress:
    kind, state, reason, message = (text(entry, key) for key in ("type", "status", "reason", "message"))
    since = moment(entry, "lastTransitionTime") or moment(obj, "metadata", "creationTimestamp")
    grace = FRESH_SECONDS
    if state == "Unknown":
        grace = LAG_SECONDS
    if _AT_WORK.search(reason):
        grace = PROGRESS_SECONDS
    if since is not None and scene.age(since) <= grace:
        return InProgress(
            object=ref_of(obj),
            reason=Phrase(en=f"its controller reports {kind} {state} and is at work", zh="其控制器仍在处理"),
            until=since + timedelta(seconds=grace),
        )
    told = " ".join(message.split())[:MAX_MESSAGE].rstrip(". ")
    detail = f" ({reason})" if reason else ""
    detail_zh = f"（{reason}）" if reason else ""
    said, said_zh = (f": {told}", f"：{told}") if told else ("", "")
    path: FieldPath = ("status", "conditions", index)
    evidence = [scene.field(obj, *path, "status")]
    if message:
        evidence.insert(0, scene.field(obj, *path, "message"))
    good = "False" if kind in _UNWANTED else "True"
    return Complaint(
        words=Phrase(
            en=f"its controller reports {kind} {state}{detail}{said}",
            zh=f"其控制器报告 {kind} 为 {state}{detail_zh}{said_zh}",
        ),
        expected=f"status.conditions[{kind}]: {good}",
        actual=f"status.conditions[{kind}]: {state}{detail}",
        evidence=tuple(evidence),
        confidence=inferred("nobody has said whether it works", "尚无结论表明它是否正常", value=0.5)
        if state == "Unknown"
        else proved("its own condition says so", "其自身的状况如此说明"),
        since=since,
    )


# -- a controller that has not seen the change


def judge_generation(scene: Scene, obj: Obj) -> Complaint | None:
    """Return that the controller reports on an older form of the resource."""
    seen, path = _observed(obj)
    wanted = whole(obj, "metadata", "generation")
    if seen <= 0 or seen >= wanted:
        return None
    changed = _changed(obj)
    born = moment(obj, "metadata", "creationTimestamp")
    if scene.age(changed or born) <= LAG_SECONDS:
        return None
    age = f" for {spoken_time(scene.age(changed))}" if changed else ""
    age_zh = f"，已 {spoken_time_zh(scene.age(changed))}" if changed else ""
    return Complaint(
        words=Phrase(
            en=f"its controller has not taken up the last change{age} (it has seen generation {seen} of {wanted})",
            zh=f"其控制器尚未处理最近一次修改{age_zh}（只处理到第 {seen} 代，当前为第 {wanted} 代）",
        ),
        expected=f"status.observedGeneration: {wanted}",
        actual=f"status.observedGeneration: {seen}",
        evidence=(scene.field(obj, *path), scene.field(obj, "metadata", "generation")),
        confidence=proved("both generations stand in the object", "对象中记录了两个代数", twice=True)
        if changed
        else matched(
            "both generations stand in the object; the time of the change does not", "对象中有两个代数，但没有修改时间"
        ),
        since=changed,
    )


def _observed(obj: Obj) -> tuple[int, FieldPath]:
    seen = whole(obj, "status", "observedGeneration")
    if seen:
        return seen, ("status", "observedGeneration")
    entries = [(whole(entry, "observedGeneration"), index) for index, entry in numbered(obj, "status", "conditions")]
    newest = max(entries, default=(0, 0))
    return newest[0], ("status", "conditions", newest[1], "observedGeneration")


def _changed(obj: Obj) -> datetime | None:
    """Return when the wish was changed last, as the managed fields tell."""
    times = [
        time
        for entry in objects(obj, "metadata", "managedFields")
        if "f:spec" in mapping(entry, "fieldsV1") and (time := moment(entry, "time")) is not None
    ]
    return max(times, default=None)
