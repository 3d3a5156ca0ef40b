"""Find out which container a log file belongs to from its path and from the pods that lie beside.

Tools name log files in many ways: ``NS.POD.CONTAINER.previous.log``, ``NS/POD/CONTAINER-previous.log``, ``NS/POD.log``,
``pods/POD/CONTAINER/CONTAINER/logs/previous.log``, ``NS_POD_UID/CONTAINER/0.log``. So no form is expected: the words of
the path are compared with the names of pods that were recorded.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cluster.fields import Obj, name, objects, text
from cluster.snapshot import LogKey, ref_of
from core.evidence import ObjectRef

_PREVIOUS = re.compile(r"(?:^|[./_-])(?:previous|prev)(?=$|[./_-])", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:log|txt|out|err)$", re.IGNORECASE)
_WITH_ID = re.compile(r"(.+)-[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOwner:
    """The container that a log comes from."""

    pod: ObjectRef
    container: str
    previous: bool

    @property
    def key(self) -> LogKey:
        """Return the key under which a snapshot files the log."""
        return self.pod.namespace, self.pod.name, self.container, self.previous


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pod:
    ref: ObjectRef
    containers: tuple[str, ...]


class LogPaths:
    """Know the pods of a recording by name."""

    def __init__(self, pods: Iterable[Obj]) -> None:
        self._pods: dict[str, list[_Pod]] = defaultdict(list)
        for pod in pods:
            self._pods[name(pod)].append(_Pod(ref=ref_of(pod), containers=containers_of(pod)))

    def owner(self, path: str) -> LogOwner | None:
        """Return the container whose log ``path`` is, or None when no recorded pod or no single container fits."""
        bare = _ENDING.sub("", path)
        previous = _PREVIOUS.search(bare) is not None
        plain = _PREVIOUS.sub("", bare) if previous else bare
        for candidate in (plain, bare):
            fitting = [fit for word in _words(candidate) if word.text in self._pods and (fit := self._fitting(word))]
            if fitting:
                best = max(fitting, key=lambda fit: (fit.named, len(fit.pod.name)))
                return LogOwner(pod=best.pod, container=best.container, previous=previous and candidate == plain)
        return None

    def _fitting(self, word: "_Word") -> "_Fit | None":
        pods = self._pods[word.text]
        here = [pod for pod in pods if pod.ref.namespace in word.others] or pods
        if len(here) != 1:
            return None
        pod = here[0]
        if word.dashed and not (word.left in {"", pod.ref.namespace} and word.right in {"", *pod.containers}):
            return None
        for other in word.others:
            with_id = _WITH_ID.fullmatch(other)
            if (container := with_id[1] if with_id else other) in pod.containers:
                return _Fit(pod=pod.ref, container=container, named=True)
        another = any(other.startswith(f"{word.text}-") for other in word.others)
        if len(pod.containers) != 1 or another:
            return None
        return _Fit(pod=pod.ref, container=pod.containers[0], named=False)


def containers_of(pod: Obj) -> tuple[str, ...]:
    """Return the names of a pod's containers, init containers and ephemeral ones included."""
    lists = ("containers", "initContainers", "ephemeralContainers")
    return tuple(text(item, "name") for key in lists for item in objects(pod, "spec", key) if text(item, "name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A container that a path may mean; ``named`` says that the path has its name as well."""

    pod: ObjectRef
    container: str
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A run of words in a path that may be a pod's name; ``others`` are the words beside it, nearest first.

    ``dashed``: it was cut out between dashes, so ``left`` and ``right`` of it must make sense as well.
    """

    text: str
    left: str
    right: str
    others: tuple[str, ...]
    dashed: bool


def _words(path: str) -> Iterator[_Word]:
    """Yield the runs of words of a path, those of its end first.

    Names of pods hold dots and dashes, which also separate: so runs of parts joined again are tried as well.
    """
    segments = [segment for segment in path.split("/") if segment][-8:]
    for at in range(len(segments) - 1, -1, -1):
        below = [word for segment in segments[at + 1 :] for word in _alternatives(segment)]
        above = [word for segment in reversed(segments[:at]) for word in _alternatives(segment)]
        for separator in ("/", "_", ".", "-"):
            parts = segments[at].split(separator)
            if len(parts) > 24:
                continue
            for size in range(len(parts), 0, -1):
                for start in range(len(parts) - size + 1):
                    left, right = separator.join(parts[:start]), separator.join(parts[start + size :])
                    beside = [word for side in (right, left) if side for word in _alternatives(side)]
                    yield _Word(
                        text=separator.join(parts[start : start + size]),
                        left=left,
                        right=right,
                        others=tuple(beside + below + above),
                        dashed=separator == "-",
                    )


def _alternatives(segment: str) -> tuple[str, ...]:
    """Return a segment as a whole and its words."""
    return tuple(dict.fromkeys((segment, *segment.split("_"), *segment.split("."))))
