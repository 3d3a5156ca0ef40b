"""Judge how similar past trouble is to the present one, and add up what past fixes are worth. Pure functions.

The score is ``match`` × ``decay`` × boosts. ``match`` (0 to 1) is the best of: the same kind of trouble (reason and
wording), the same code of a finding, the same reason with similar words, similar words alone. ``decay`` is
0.5 ** (age / half-life). Boosts multiply: the same workload weighs most, since its cause is most often the same one;
then the same image, which carries its faults along; then the same namespace, which shares quotas, policies, secrets.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from kb.events.model import Incident, Pattern, Remedy, Score, Similar, Subject, decay
from kb.events.phrases import experience
from kb.events.sightings import redacted
from kb.events.wording import repository, wording

SAME_WORKLOAD, SAME_IMAGE, SAME_NAMESPACE = 2.0, 1.5, 1.2
SAME_TROUBLE, SAME_CODE, SAME_CODE_OTHER_VARIANT = 1.0, 0.85, 0.6
SAME_REASON, WORDS_AFTER_REASON = 0.25, 0.65
"""A reason alone says little (``Failed``, ``BackOff``); with the same words it is nearly the same trouble."""
WORDS_ALONE = 0.5

WEAKEST = 0.3
"""Matches below this share a reason at most, and are not shown."""
WEAKEST_FIX = 0.5
"""A fix is offered for the same code, the same trouble or nearly the same words, never for a reason alone."""
WORTH = {"worked": 1.0, "failed": -1.0, "unknown": 0.25}

_PLACEHOLDER = re.compile(r"<\w+>")
_WORDS = re.compile(r"[a-z]{2,}|[\u4e00-\u9fff]", re.IGNORECASE)


class Comparison:
    """One subject, read once and compared with many."""

    def __init__(self, subject: Subject, now: datetime, half_life_days: float) -> None:
        self._subject, self._now, self._half_life = subject, now, half_life_days
        self._owner = subject.owner
        self._wording = wording(redacted(subject.message), (self._owner.name, subject.namespace))
        self._words = _words(self._wording)
        self._image = repository(subject.image)

    def with_pattern(self, found: Pattern) -> Score:
        """Compare with a pattern of events."""
        match = self._match(found.reason, found.wording)
        return self._score(match, found.last_seen, found.owner.kind, found.owner.name, found.image, found.namespace)

    def with_incident(self, found: Incident) -> Score:
        """Compare with a resolved diagnosis."""
        subject, owner = self._subject, found.owner
        match = self._match(found.reason, wording(found.message, (owner.name, found.namespace)))
        if subject.code and subject.code == found.code:
            same = not (subject.variant and found.variant) or subject.variant == found.variant
            match = max(match, SAME_CODE if same else SAME_CODE_OTHER_VARIANT)
        return self._score(match, found.resolved_at, owner.kind, owner.name, found.image, found.namespace)

    def _match(self, reason: str, worded: str) -> float:
        same_reason = bool(reason) and reason == self._subject.reason
        if same_reason and worded and worded == self._wording:
            return SAME_TROUBLE
        overlap = _overlap(self._words, _words(worded))
        return SAME_REASON + WORDS_AFTER_REASON * overlap if same_reason else WORDS_ALONE * overlap

    def _score(self, match: float, at: datetime, kind: str, name: str, image: str, namespace: str) -> Score:
        boosts: list[tuple[str, float]] = []
        if name and name == self._owner.name and _same_kind(kind, self._owner.kind):
            boosts.append(("workload", SAME_WORKLOAD))
        if self._image and repository(image) == self._image:
            boosts.append(("image", SAME_IMAGE))
        if namespace and namespace == self._subject.namespace:
            boosts.append(("namespace", SAME_NAMESPACE))
        return Score(match=match, decay=decay(self._now - at, self._half_life), boosts=tuple(boosts))


def ranked(comparison: Comparison, found: Iterable[Incident | Pattern], limit: int) -> tuple[Similar, ...]:
    """Return what is similar, best first; of equals incidents come first, since they say what to do."""
    compared = (
        Similar(found=one, score=comparison.with_pattern(one))
        if isinstance(one, Pattern)
        else Similar(found=one, score=comparison.with_incident(one))
        for one in found
    )
    similar = [one for one in compared if one.score.match >= WEAKEST]
    similar.sort(key=lambda one: (-one.score.total, isinstance(one.found, Pattern), one.found.id))
    return tuple(similar[:limit])


def remedies(comparison: Comparison, incidents: Iterable[Incident], limit: int) -> tuple[Remedy, ...]:
    """Return the fixes of similar incidents, those that helped most first, those that failed last and told as such."""
    groups: dict[str, list[Similar]] = {}
    for incident in incidents:
        score = comparison.with_incident(incident)
        if incident.fix and score.match >= WEAKEST_FIX:
            groups.setdefault(_same_fix(incident.fix), []).append(Similar(found=incident, score=score))
    found = sorted((_remedy(group) for group in groups.values()), key=lambda one: (-one.weight, one.fix))
    return tuple(found[:limit])


def _remedy(group: Sequence[Similar]) -> Remedy:
    pairs = [(one.found, one.score) for one in group if isinstance(one.found, Incident)]
    incidents = sorted((incident for incident, _ in pairs), key=lambda one: (one.resolved_at, one.id))
    tried = {outcome: sum(one.outcome == outcome for one in incidents) for outcome in WORTH}
    spoken_for = [one for one in incidents if one.outcome == "worked"] or incidents
    last = spoken_for[-1]
    counts = {"worked": tried["worked"], "failed": tried["failed"], "unknown": tried["unknown"]}
    return Remedy(
        fix=last.fix,
        **counts,
        last_at=last.resolved_at,
        author=last.author,
        weight=sum(score.total * WORTH[incident.outcome] for incident, score in pairs),
        incidents=tuple(one.id for one in reversed(incidents)),
        says=experience(last.fix, **counts, last_at=last.resolved_at, author=last.author),
    )


def _same_fix(fix: str) -> str:
    return " ".join(fix.casefold().split()).rstrip(".。!！ ")


def _same_kind(one: str, other: str) -> bool:
    """Say whether two kinds may be the same workload's. A pod's name does not always tell what runs it."""
    vague = {"", "Pod"}
    return one == other or one in vague or other in vague


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORDS.findall(_PLACEHOLDER.sub(" ", text)))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
