"""The process of the embedded engine: ``python -m kb.stores.engine FOLDER``, with a socket as its standard input.

It does one request after the other and answers each, searches first. It ends when its owner says so, or when the
socket ends because the owner has; whatever a terminal or a service manager signals is for the owner to act on.
"""

import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from kb.stores.engine_shard import Shard, opened, translated
from kb.stores.engine_turns import Turns
from kb.stores.errors import StoreFailed
from kb.stores.frames import Frame, Frames, packed

IDLE_SECONDS = 5.0
"""After so long without any request the segments are brought to the disk: nobody notices the 100 ms that it takes."""

_CHUNK = 1 << 20
_ASKED = ("legs", "records", "count", "page", "upsert", "delete", "access")


class Engine:
    """The shards of one folder, and what is asked of them over one socket."""

    def __init__(self, folder: Path, link: socket.socket) -> None:
        self._folder = folder
        self._link = link
        self._frames = Frames()
        self._turns = Turns()
        self._shards: dict[str, Shard] = {}
        self._waiting = False

    def run(self) -> None:
        """Answer until the other side is gone or says ``stop``."""
        try:
            while self._read():
                requests = self._turns.take()
                for request, (answer, blob) in zip(requests, self._answers(requests), strict=True):
                    self._link.sendall(packed(Frame(request.number, answer, blob)))
                    if request.told[0] == "stop":
                        return
                self._waiting = not requests
        except (BrokenPipeError, ConnectionResetError):
            return
        finally:
            for shard in self._shards.values():
                shard.close()

    def _read(self) -> bool:
        """Take all requests that are there; when nothing waits for its turn, wait for one. False at the end."""
        while self._waiting and not select.select([self._link], [], [], IDLE_SECONDS)[0]:
            self._checkpoint()
        self._waiting = False
        while select.select([self._link], [], [], 0)[0]:
            data = self._link.recv(_CHUNK)
            if not data:
                return False
            for frame in self._frames.fed(data):
                self._turns.put(frame)
        return True

    def _checkpoint(self) -> None:
        """Use the silence. What cannot be written now is in the log, and is tried again."""
        for name, shard in self._shards.items():
            try:
                with translated(name):
                    shard.checkpoint()
            except StoreFailed as exc:
                sys.stderr.write(f"{exc.message}\n")

    def _answers(self, requests: list[Frame]) -> list[tuple[Any, bytes]]:
        if len(requests) > 1:  # searches of one shard
            name = requests[0].told[1]
            with suppress(Exception):  # whichever cannot be run fails alone, below
                found = self._shard(name).searched([(one.blob, one.told[2]) for one in requests])
                return [(["done", told], blob) for told, blob in found]
        return [self._answered(one) for one in requests]

    def _answered(self, request: Frame) -> tuple[Any, bytes]:
        try:
            told, blob = self._done(request)
        except StoreFailed as exc:
            return ["failed", exc.message, exc.next_step], b""
        except Exception as exc:  # noqa: BLE001 - the edge of the process: the owner is told
            return ["failed", f"the vector store failed: {type(exc).__name__}: {exc}", ""], b""
        return ["done", told], blob

    def _done(self, request: Frame) -> tuple[Any, bytes]:
        what, name, *arguments = request.told
        with translated(name):
            match what:
                case "make":
                    self._shards[name] = self._shards.get(name) or opened(self._path(name), *arguments)
                case "close":
                    if shard := self._shards.pop(name, None):
                        shard.close()
                case "stop":
                    for shard in self._shards.values():
                        shard.checkpoint()
                case _ if what in _ASKED:
                    work: Callable[..., tuple[Any, bytes]] = getattr(self._shard(name), what)
                    return work(request.blob, *arguments)
                case _:
                    raise StoreFailed(f"the engine does not know {what!r}")
        return None, b""

    def _shard(self, name: str) -> Shard:
        if name not in self._shards:
            self._shards[name] = opened(self._path(name))
        return self._shards[name]

    def _path(self, name: str) -> Path:
        return self._folder / "collections" / name


def main() -> int:
    """Serve the folder on the command line."""
    for ours in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ours, signal.SIG_IGN)
    with socket.socket(fileno=sys.stdin.fileno()) as link:
        Engine(Path(sys.argv[1]), link).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
