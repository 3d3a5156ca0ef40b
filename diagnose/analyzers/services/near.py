"""The workloads that a selector nearly matches, in the order of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cluster.fields import name, text
from cluster.names import near_miss
from diagnose.analyzers.services.view import Labelled, View
from diagnose.graph import selects

_FAR = 100
_COMMON = 3
"""Pairs that so many workloads of a namespace carry tell nothing about which of them is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A workload that the selector nearly matches.

    ``wanted`` are the pairs asked for that it lacks, ``carried`` what it has instead.
    """

    rank: tuple[int, int, str]
    entry: Labelled
    wanted: Mapping[str, str]
    carried: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False


def pairs(values: Mapping[str, str], joiner: str = ", ") -> str:
    """Write labels as ``app=web, tier=front``."""
    return joiner.join(f"{key}={value}" for key, value in sorted(values.items()))


def nearest(view: View) -> list[Near]:
    """Return near-misses in the order of the catalogue, best first.

    All pairs but one, then close values, then the same value under another key, then a workload named like the
    Service, then the very pairs in another namespace.
    """
    here = view.around.labelled(view.ref.namespace)
    found = [near for entry in here if (near := _near(view, entry, here)) is not None]
    if not found:
        for space, entry in view.around.all_labelled():
            if space != view.ref.namespace and selects(view.selector, entry.labels):
                found.append(Near(rank=(4, 0, f"{space}/{entry.who}"), entry=entry, wanted={}, elsewhere=True))
    return sorted(found, key=lambda near: near.rank)[:3]


def _near(view: View, entry: Labelled, here: tuple[Labelled, ...]) -> Near | None:
    if text(entry.holder, "kind") in {"Job", "CronJob"} and not _named_alike(view, entry):
        return None
    lacking = {key: value for key, value in view.selector.items() if entry.labels.get(key) != value}
    equal = {key: value for key, value in view.selector.items() if key not in lacking}
    own = {key: entry.labels[key] for key in lacking if key in entry.labels}
    distances = [near_miss(value, entry.labels[key]) if key in own else _FAR for key, value in lacking.items()]
    by_value = _by_value(lacking, entry.labels)
    close = max(distances) < _FAR
    telling = bool(equal) and sum(selects(equal, other.labels) for other in here) < _COMMON
    if len(lacking) == 1 and telling:
        return Near(rank=(0, min(distances), entry.who), entry=entry, wanted=lacking, carried=own or by_value)
    if close:
        return Near(rank=(1, sum(distances), entry.who), entry=entry, wanted=lacking, carried=own)
    if by_value:
        return Near(rank=(2, 0, entry.who), entry=entry, wanted=lacking, carried=by_value)
    if _named_alike(view, entry):
        carried = own or _identity(entry.labels)
        return Near(
            rank=(3, near_miss(view.ref.name, name(entry.holder)), entry.who),
            entry=entry,
            wanted=lacking,
            carried=carried,
        )
    return None


def _by_value(lacking: Mapping[str, str], carried: Mapping[str, str]) -> dict[str, str]:
    """Return the pairs that bear every lacking value under another key, or nothing."""
    found: dict[str, str] = {}
    for value in lacking.values():
        key = next((key for key in sorted(carried) if carried[key] == value), None)
        if key is None:
            return {}
        found[key] = value
    return found


def _named_alike(view: View, entry: Labelled) -> bool:
    return name(entry.holder) == view.ref.name or near_miss(view.ref.name, name(entry.holder)) < _FAR


def _identity(carried: Mapping[str, str]) -> dict[str, str]:
    """Return the pair by which a workload's pods are usually selected."""
    for key in ("app.kubernetes.io/name", "app", "k8s-app", "name"):
        if key in carried:
            return {key: carried[key]}
    return dict(sorted(carried.items())[:1])
