"""What others were told already, in a file of the state folder, so that a restart does not tell it again."""

import json
import os
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.findings import Severity
from diagnose.following import Root, Told

log = structlog.get_logger("sextant.notify")

NAME = "notified.json"
MAX_BYTES = 16 * 1024 * 1024


class ToldFile:
    """The causes that were told, by cluster and namespace. What cannot be read or written is logged.

    Methods may be called from several threads of one process; of several processes the last one wins.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._lock = threading.Lock()

    def read(self, cluster: str, namespace: str) -> tuple[Told, ...]:
        """Return what was told of a namespace (empty: of all)."""
        try:
            return tuple(_told(entry) for entry in self._all().get(_key(cluster, namespace), ()))
        except (AttributeError, KeyError, TypeError, ValueError) as exc:
            log.warning("what was told before cannot be read, so it may be told again", reason=repr(exc))
            return ()

    def write(self, cluster: str, namespace: str, told: Iterable[Told]) -> None:
        """Keep what was told of a namespace, in place of what was kept of it."""
        with self._lock:
            try:
                kept = self._all()
            except ValueError:
                kept = {}
            kept = {**kept, _key(cluster, namespace): [_plain(entry) for entry in told]}
            new = self._path.with_suffix(".new")
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                new.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
                os.replace(new, self._path)
            except OSError as exc:
                log.warning("what was told cannot be kept, so a restart may tell it again", reason=exc.strerror)

    def _all(self) -> dict[str, list[Any]]:
        """Return everything. Raises ``ValueError`` where the file holds something else."""
        try:
            if self._path.stat().st_size > MAX_BYTES:
                raise ValueError("it is too large")
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise ValueError(exc.strerror) from exc
        if not isinstance(found, dict):
            raise ValueError("it holds no object")
        return found


def _key(cluster: str, namespace: str) -> str:
    return f"{cluster} {namespace or '*'}"


def _plain(told: Told) -> dict[str, Any]:
    root, ref = told.root, told.root.object
    return {
        "id": root.id,
        "code": root.code,
        "severity": root.severity.value,
        "worst": told.worst.value,
        "object": [ref.kind, ref.group, ref.namespace, ref.name],
        "summary": [root.summary.en, root.summary.zh],
        "since": root.since.isoformat() if root.since else "",
    }


def _told(entry: Mapping[str, Any]) -> Told:
    kind, group, namespace, name = entry["object"]
    en, zh = entry["summary"]
    root = Root(
        id=str(entry["id"]),
        code=str(entry["code"]),
        severity=Severity(entry["severity"]),
        object=ObjectRef(kind=kind, group=group, namespace=namespace, name=name),
        summary=Phrase(en=en, zh=zh),
        since=datetime.fromisoformat(entry["since"]) if entry["since"] else None,
    )
    return Told(root=root, worst=Severity(entry["worst"]))
