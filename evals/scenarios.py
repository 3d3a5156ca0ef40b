"""Situations written by hand: objects, events and logs of one moment, and what must be said of them.

A situation is a YAML file ``datasets/diagnose/written/FAMILY/ID.yaml``. Its first document holds ``case``; every other
document is either an object as the API serves it, or a *workload* in short form, from which the objects that its
controllers would have made are built: ``workload: Deployment/web`` with its pods. ``datasets/diagnose/README.md``
describes both. A string ``@-300`` stands for the moment 300 seconds before the snapshot.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from cluster.kinds import BUILTIN
from cluster.snapshot import KindCoverage, Snapshot, SnapshotBuilder
from core.evidence import ObjectRef
from evals.cases import Expected, cases_folder
from evals.workloads import Logs, expanded

NOW = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)
"""The moment of every situation: any would do, as long as it is the same."""

Shape = Literal["positive", "near-miss", "noisy", "two-faults", "healed", "healthy"]

_MOMENT = re.compile(r"@(-?\d+)")


class Root(BaseModel):
    """A cause that must be among those named; ``object`` is ``Kind/name``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    object: str = ""


class Situation(BaseModel):
    """The head of a situation.

    ``expect`` is what must come first; ``also`` other causes that must be named; ``beside`` what must be listed without
    being a cause; ``never`` codes that must not be named as a cause. ``unread`` lists kinds that could not be read.
    ``language`` is that of the logs. ``pasted`` is false where no text of a terminal can tell it: what is proved by an
    absence, or by a masked value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    shape: Shape
    target: str = ""
    namespace: str = "shop"
    expect: Expected
    also: tuple[Root, ...] = ()
    beside: tuple[Root, ...] = ()
    never: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    language: Literal["en", "zh"] = "en"
    pasted: bool = True
    numbers: Mapping[str, float] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A situation with its objects and logs; ``logs`` by (namespace, pod, container, previous)."""

    id: str
    family: str
    situation: Situation
    objects: tuple[Mapping[str, Any], ...]
    logs: Logs

    def snapshot(self) -> Snapshot:
        """Freeze it. Every built-in kind counts as read, and every custom kind of which an object is here."""
        builder = SnapshotBuilder(origin=f"situation {self.id}", namespace=self.situation.namespace)
        for entry in self.objects:
            builder.add(dict(entry))
        unread = set(self.situation.unread)
        for key in sorted({kind.key for kind in BUILTIN} | {_key(entry) for entry in self.objects}):
            builder.covered(KindCoverage(kind=key, state="refused" if key in unread else "complete"))
        for (space, pod, container, previous), lines in sorted(self.logs.items()):
            builder.add_log(ObjectRef(kind="Pod", namespace=space, name=pod), container, lines, previous=previous)
        return builder.build(now=NOW)


def _key(obj: Mapping[str, Any]) -> str:
    group = str(obj.get("apiVersion", "")).rpartition("/")[0]
    kind = str(obj.get("kind", ""))
    return next((entry.key for entry in BUILTIN if (entry.kind, entry.group) == (kind, group)), f"{kind}.{group}")


def read_scenarios(folder: Path | None = None) -> Iterator[Scenario]:
    """Yield all situations of a folder (by default the project's own) in the order of their files.

    Raises ``ValueError`` naming the file, when one is not of the described form.
    """
    root = folder or cases_folder() / "written"
    for path in sorted(root.glob("*/*.yaml")):
        try:
            yield read_scenario(path)
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as exc:
            message = f"{path}: {exc}"
            raise ValueError(message) from exc


def read_scenario(path: Path) -> Scenario:
    """Read one situation."""
    documents = list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=_Loader))
    head, *rest = (dated(document) for document in documents if document is not None)
    situation = Situation.model_validate(head["case"])
    objects: list[Mapping[str, Any]] = []
    logs: Logs = {}
    for number, document in enumerate(rest):
        made, written = expanded(document, namespace=situation.namespace, now=NOW, number=number)
        objects += made
        logs |= written
    return Scenario(id=path.stem, family=path.parent.name, situation=situation, objects=tuple(objects), logs=logs)


class _Loader(yaml.SafeLoader):
    """YAML as Kubernetes reads it: a time stays the string that it is written as."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def dated(value: Any) -> Any:
    """Replace every string ``@-SECONDS`` below ``value`` by that moment."""
    if isinstance(value, str):
        found = _MOMENT.fullmatch(value)
        return moment_text(float(found[1])) if found else value
    if isinstance(value, Mapping):
        return {key: dated(entry) for key, entry in value.items()}
    if isinstance(value, Sequence):
        return [dated(entry) for entry in value]
    return value


def moment_text(seconds: float) -> str:
    """Write the moment that lies so many seconds after ``NOW`` (before it, where negative)."""
    return (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
