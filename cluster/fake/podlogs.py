"""How the fake server answers a request for a container's log, refusals included."""

from collections.abc import Mapping
from typing import Any

from cluster.fields import mapping, name, namespace, objects, text, whole

Logs = Mapping[tuple[str, str, str, bool], bytes | str]
"""Logs by (namespace, pod, container, previous)."""


class NoLog(Exception):
    """There is no such log; the text is what a kubelet says."""


def log_of(pod: Mapping[str, Any], query: Mapping[str, str], logs: Logs) -> bytes:
    """Return the bytes of a log, cut as ``tailLines`` and ``limitBytes`` say. Raises ``NoLog``.

    A previous log that was not given is one that the node has removed, which a kubelet says in a good answer.
    """
    names = [text(item, "name") for field in ("initContainers", "containers") for item in objects(pod, "spec", field)]
    container = query.get("container") or (names[0] if len(names) == 1 else "")
    if not container:
        raise NoLog(f"a container name must be specified for pod {name(pod)}, choose one of: [{' '.join(names)}]")
    if container not in names:
        raise NoLog(f"container {container} is not valid for pod {name(pod)}")
    previous = query.get("previous") == "true"
    status = _status(pod, container)
    if previous and not (whole(status, "restartCount") or mapping(status, "lastState")):
        raise NoLog(f'previous terminated container "{container}" in pod "{name(pod)}" not found')
    waiting = mapping(status, "state", "waiting")
    if waiting and not previous and not whole(status, "restartCount"):
        raise NoLog(f'container "{container}" in pod "{name(pod)}" is waiting to start: {_why(waiting)}')
    gone = f"unable to retrieve container logs for containerd://{name(pod)}-{container}" if previous else ""
    content = logs.get((namespace(pod), name(pod), container, previous), gone)
    return _cut(content.encode() if isinstance(content, str) else content, query)


def _status(pod: Mapping[str, Any], container: str) -> Mapping[str, Any]:
    for field in ("initContainerStatuses", "containerStatuses"):
        for status in objects(pod, "status", field):
            if text(status, "name") == container:
                return status
    return {}


def _why(waiting: Mapping[str, Any]) -> str:
    reason = text(waiting, "reason")
    spoken = {"ErrImagePull": "image can't be pulled", "ImagePullBackOff": "trying and failing to pull image"}
    return spoken.get(reason, reason)


def _cut(content: bytes, query: Mapping[str, str]) -> bytes:
    if tail := query.get("tailLines"):
        lines = content.splitlines(keepends=True) if len(content) < 1_000_000 else content.split(b"\n")
        joined = b"" if len(content) < 1_000_000 else b"\n"
        ending = 1 if joined and content.endswith(b"\n") else 0
        content = joined.join(lines[-(int(tail) + ending) :])
    if limit := query.get("limitBytes"):
        content = content[: int(limit)]
    return content
