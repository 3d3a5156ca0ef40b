"""Ask the knowledge base over its HTTP API: that of the server that runs here, else that of the same app in process.

There is one code path: whatever a command does is one documented call, whoever answers it.
"""

import asyncio
import contextlib
import json
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Literal

import httpx

from core.errors import SettingInvalid, SextantError, UsageError
from core.settings import Settings

SERVICES: Final = "sextant.services"
ADDRESS_FILE: Final = "serving.json"
"""What a running ``sextant serve`` writes into its state folder: url, token, pid."""
HELLO_SECONDS: Final = 2.0
"""For the question whether that server lives: it is on this machine and answers from memory."""
HELLOS: Final = 40
HELLO_PAUSE_SECONDS: Final = 0.25
"""A server that has just been started says where it will be some seconds before it answers."""
PIECE: Final = 256 * 1024
CALL_SECONDS: Final = 180.0
"""No call of the API blocks longer."""


class Refused(SextantError):
    """The service answered with a problem. It is told as the service told it; ``http_status`` is that of the answer."""

    def __init__(self, problem: dict[str, Any], status: int) -> None:
        message = str(problem.get("detail") or f"the service answered {status}")
        fields = [f"{entry['field']}: {entry['message']}" for entry in problem.get("errors", [])[1:]]
        super().__init__("; ".join([message, *fields]), next_step=str(problem.get("next_step", "")))
        self.http_status = status


class NotAsWritten(Refused):
    """The service cannot make sense of what the command asked: that is wrong usage."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Who answers. ``where`` is ``server`` for a running one and ``here`` for the app in this process."""

    client: httpx.AsyncClient
    where: Literal["server", "here"]

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """GET a document. Empty parameters are left out."""
        return await self._call("GET", path, params=_said(query))

    async def post(self, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        """POST a document and return the answer."""
        return await self._call("POST", path, params=_said(query), json={} if body is None else body)

    async def upload(self, path: str, content: Path | bytes, media_type: str) -> dict[str, Any]:
        """POST bytes; those of a file piece by piece."""
        sent = content if isinstance(content, bytes) else _pieces(content)
        return await self._call("POST", path, content=sent, headers={"Content-Type": media_type})

    async def download(self, path: str, file: Path) -> int:
        """GET bytes into a file that appears when it is complete, readable by its owner; return how many there are."""
        with self._translated():
            async with self.client.stream("GET", path) as said:
                if said.status_code >= 400:
                    await said.aread()
                    raise refusal(said)
                try:
                    return await _written(said, file)
                except OSError as exc:
                    raise UsageError(f"{file} cannot be written: {exc.strerror or exc}") from exc

    async def patch(self, path: str, body: Any) -> dict[str, Any]:
        """PATCH a document."""
        return await self._call("PATCH", path, json=body)

    async def delete(self, path: str) -> dict[str, Any]:
        """DELETE."""
        return await self._call("DELETE", path)

    async def pages(self, path: str, key: str, **query: Any) -> AsyncIterator[dict[str, Any]]:
        """Yield the entries of a list, page by page."""
        cursor: str | None = None
        while True:
            page = await self.get(path, cursor=cursor, **query)
            for entry in page[key]:
                yield entry
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        with self._translated():
            said = await self.client.request(method, path, **more)
        if said.status_code >= 400:
            raise refusal(said)
        answer = said.json() if said.content else {}
        assert isinstance(answer, dict)  # noqa: S101 - every answer of the API is an object
        return answer

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as exc:
            raise SextantError(
                f"the server at {self.client.base_url} did not answer: {str(exc) or type(exc).__name__}",
                next_step="See whether `sextant serve` still runs; without it the command does the work itself.",
            ) from exc


@contextlib.asynccontextmanager
async def service(settings: Settings, *, kubeconfig: Path | None = None, context: str = "") -> AsyncIterator[Service]:
    """Give the server that runs on this machine over the same state folder, else the app in this process."""
    found = await running(settings.storage.state_dir)
    if found is not None:
        try:
            yield Service(client=found, where="server")
        finally:
            await found.aclose()
        return
    services = entry_points(group=SERVICES, name="local")
    if not services:
        raise SettingInvalid(
            "this source tree is not installed, so the service cannot be found",
            next_step="Run `make run`, or install it: pip install -e .",
        )
    local = next(iter(services)).load()
    async with local(settings=settings, kubeconfig=kubeconfig, context=context) as client:
        yield Service(client=client, where="here")


async def running(state_dir: Path) -> httpx.AsyncClient | None:
    """Return a client of the server that wrote its address into this folder, or None when there is none that answers.

    The file must be this person's own and closed to others, and its process must live: a token is sent to it.
    """
    told = address_in(state_dir)
    if told is None:
        return None
    url, token = told
    client = httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=httpx.Timeout(CALL_SECONDS, connect=HELLO_SECONDS),
        trust_env=False,  # it is on this machine: a proxy of the environment must not see the token
    )
    for attempt in range(HELLOS):
        if attempt:
            await asyncio.sleep(HELLO_PAUSE_SECONDS)
        if await _alive(client):
            return client
        if address_in(state_dir) != told:
            break
    await client.aclose()
    return None


async def _alive(client: httpx.AsyncClient) -> bool:
    """Say whether the server lives, and send it no token before that: another program may listen where it did."""
    try:
        said = await client.get("/healthz", headers={"Authorization": ""}, timeout=HELLO_SECONDS)
        return said.status_code == 200 and bool(said.json() == {"status": "ok"})
    except (httpx.HTTPError, ValueError):
        return False


def address_in(state_dir: Path) -> tuple[str, str] | None:
    """Return url and token of the server that says that it works over this folder and whose process lives."""
    path = state_dir / ADDRESS_FILE
    try:
        status = path.stat(follow_symlinks=False)
        if status.st_uid != os.getuid() or not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
        os.kill(int(told["pid"]), 0)
        return str(told["url"]), str(told["token"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _said(query: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value not in (None, "", ())}


def refusal(said: httpx.Response) -> Refused:
    """Return the error of an answer that is a problem."""
    try:
        problem = said.json()
    except ValueError:
        problem = None
    kind = NotAsWritten if said.status_code in {400, 415, 422} else Refused
    return kind(problem if isinstance(problem, dict) else {}, said.status_code)


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece


async def _written(said: httpx.Response, file: Path) -> int:
    """Write an answer into a file beside its place, readable by its owner alone, and then move it there."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    size = 0
    try:
        with os.fdopen(handle, "wb") as opened:
            async for piece in said.aiter_bytes(PIECE):
                size += len(piece)
                await asyncio.to_thread(opened.write, piece)
    except BaseException:
        os.unlink(name)
        raise
    os.replace(name, file)
    return size
