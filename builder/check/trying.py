"""Try an image out: start it as a strict cluster would, ask it, end it, and say how each went."""

import asyncio
import re
import signal
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from builder.build.programs import Ended
from builder.check.bundle import Bounds, Trial
from builder.check.container import Container
from builder.check.errors import CheckerMissing
from builder.check.loopback import Listening, Loopback
from builder.check.report import Check, Checked, Outcome, Report
from builder.plan import Kind
from core.phrase import Phrase

LOOK_SECONDS = 0.1
"""Between looks at what listens: a program that starts within one is not made to wait for a second."""

SETTLE_SECONDS = 2.0
"""How long a program without a port must run before it counts as started."""

HEALTH_SECONDS = 15.0
"""For one health command: an interpreter that starts on a busy machine, and the answer."""

KEPT_LINES = 200
_READ_ONLY = re.compile(r"read-only file system|EROFS", re.IGNORECASE)
_FATAL = re.compile(
    r"^Traceback \(most recent call last\)|^panic: |^fatal error: |\bFATAL\b|UnhandledPromiseRejection|"
    r"Uncaught Exception|"
    r"^Exception in thread \"main\"|^Unhandled exception\.|Segmentation fault|OutOfMemoryError"
)


class Images(Protocol):
    """The part of an executor that a trial needs: an image's files and configuration."""

    async def mount(self, name: str) -> tuple[str, Path]:
        """Make a container of an image and return its id and the folder of its files."""
        ...

    async def unmount(self, container: str) -> None:
        """Remove a container that ``mount`` made."""
        ...

    async def configuration(self, name: str) -> dict[str, Any]:
        """Return the image's OCI configuration."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the image must do. ``port`` None: it need not listen. ``path`` empty: any answer below 500 is well.

    ``health`` are the words of its health command.
    """

    image: str
    kind: Kind
    port: int | None = None
    path: str = ""
    health: tuple[str, ...] = ()
    writable: tuple[str, ...] = ("/tmp",)  # noqa: S108 - a folder of the image
    environment: Mapping[str, str] = field(default_factory=dict)
    start_seconds: float = 60.0
    grace_seconds: float = 10.0
    stop: signal.Signals = signal.SIGTERM
    bounds: Bounds = field(default_factory=Bounds)


async def tried(images: Images, wanted: Wanted, loopback: Loopback, work: Path) -> Report:
    """Run the image in a network of its own and return what it showed. Raises ``CheckerMissing``.

    ``loopback`` is open; services that the program needs may listen in it already.
    """
    began = perf_counter()
    async with AsyncExitStack() as stack:
        name, root = await images.mount(wanted.image)
        stack.push_async_callback(images.unmount, name)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=work, prefix="trial-")))
        told = (await images.configuration(wanted.image)).get("config", {})
        trial = Trial(
            root=root,
            configuration=told,
            environment=wanted.environment,
            writable=wanted.writable,
            namespace=loopback.path,
            bounds=wanted.bounds,
        )
        user = str(told.get("User", "") or "0").partition(":")[0]
        if not user.isdigit():
            text = Phrase(en=f"The image's user is a name ({user}).", zh=f"镜像的用户是名称（{user}）。")
            return Report(checks=(Checked(check="user", outcome="failed", text=text),), log=(), seconds=0.0)
        container = Container(folder, trial)
        await container.start(seconds=wanted.start_seconds + wanted.grace_seconds + 60)
        stack.push_async_callback(container.remove)
        checks = await _checks(container, wanted, loopback, before=frozenset(loopback.listening()))
        if container.refused:
            raise CheckerMissing(
                f"The container could not be started: {container.refused}",
                next_step="That is no fault of the image: run the builder where runc may start containers.",
            )
        log = tuple(container.log)
    started = checks[0].outcome == "passed"
    logged = _logged(log, started=started)
    return Report(checks=(*checks, *logged), log=log[-KEPT_LINES:], seconds=perf_counter() - began)


async def _checks(
    container: Container, wanted: Wanted, loopback: Loopback, *, before: frozenset[Listening]
) -> list[Checked]:
    if wanted.kind == Kind.JOB:
        return [_job(await container.wait(wanted.start_seconds), container)]
    opened = await _until_listening(container, wanted, loopback, before)
    checks = [_started(container)]
    if container.ended is not None:
        return checks
    if wanted.port is not None:
        checks.append(_listens(wanted.port, opened))
        if checks[-1].outcome == "passed":
            checks.append(await _answers(wanted, loopback))
            checks += await _health(container, wanted.health)
    checks.append(_user(await container.users()))
    checks.append(await _stops(container, wanted))
    return checks


async def _until_listening(
    container: Container, wanted: Wanted, loopback: Loopback, before: frozenset[Listening]
) -> tuple[Listening, ...]:
    """Wait until the wanted port is open, or time is up; return all that the container listens on."""
    most = wanted.start_seconds if wanted.port is not None else SETTLE_SECONDS
    deadline = perf_counter() + most
    while True:
        opened = tuple(one for one in loopback.listening() if one not in before)
        if any(one.port == wanted.port for one in opened) or container.ended or perf_counter() >= deadline:
            return opened
        await container.wait(LOOK_SECONDS)


def _started(container: Container) -> Checked:
    ended = container.ended
    if ended is None:
        return _said("starts", "passed", "It starts and keeps running.", "能够启动并持续运行。")
    return _said(
        "starts",
        "failed",
        f"It ended by itself with status {ended.status}.",
        f"它自行退出，状态码 {ended.status}。",
        tuple(container.log)[-20:],
    )


def _job(ended: Ended | None, container: Container) -> Checked:
    if ended is None:
        return _said("starts", "failed", "It does not come to an end.", "它没有结束。", tuple(container.log)[-20:])
    if ended.status == 0:
        return _said("starts", "passed", "It runs and ends with status 0.", "运行后以状态码 0 结束。")
    return _said(
        "starts",
        "failed",
        f"It ends with status {ended.status}.",
        f"以状态码 {ended.status} 结束。",
        tuple(container.log)[-20:],
    )


def _listens(port: int, opened: tuple[Listening, ...]) -> Checked:
    here = [one for one in opened if one.port == port]
    shown = tuple(f"{one.address}:{one.port}" for one in opened)
    if any(one.reachable for one in here):
        return _said("listens", "passed", f"It listens on port {port}.", f"监听端口 {port}。", shown)
    if here:
        return _said(
            "listens",
            "failed",
            f"It listens on port {port} of its own loopback only: nobody else reaches it.",
            f"它只在自身回环地址上监听端口 {port}：外部无法访问。",
            shown,
        )
    if opened:
        others = ", ".join(str(one.port) for one in opened)
        return _said(
            "listens",
            "failed",
            f"It listens on {others}, not on {port}.",
            f"它监听的是 {others}，不是 {port}。",
            shown,
        )
    return _said("listens", "failed", f"Nothing listens on port {port}.", f"没有程序监听端口 {port}。")


async def _answers(wanted: Wanted, loopback: Loopback) -> Checked:
    assert wanted.port is not None  # noqa: S101 - asked by the caller
    path, worst = (wanted.path, 400) if wanted.path else ("/", 500)
    status = None
    deadline = perf_counter() + wanted.start_seconds
    while (status is None or status >= worst) and perf_counter() < deadline:
        status = await loopback.ask(wanted.port, path, seconds=10.0)
        if status is None or status >= worst:
            await asyncio.sleep(LOOK_SECONDS)
    if status is None:
        return _said("answers", "failed", f"GET {path} gets no answer.", f"GET {path} 没有响应。")
    outcome: Outcome = "passed" if status < worst else "failed"
    return _said("answers", outcome, f"GET {path} answers {status}.", f"GET {path} 返回 {status}。")


async def _health(container: Container, words: tuple[str, ...]) -> list[Checked]:
    """Run the health command of the Dockerfile, where it has one."""
    if not words:
        return []
    status, printed = await container.execute(words, seconds=HEALTH_SECONDS)
    if status:
        text = f"Its health check fails with status {status}.", f"健康检查失败，状态码 {status}。"
        return [_said("health", "failed", *text, printed[-5:])]
    return [_said("health", "passed", "Its health check passes.", "健康检查通过。")]


def _user(users: tuple[int, ...]) -> Checked:
    if 0 in users:
        return _said("user", "failed", "A process runs as root.", "有进程以 root 身份运行。")
    shown = ", ".join(map(str, users))
    return _said("user", "passed", f"It runs as user {shown}.", f"以用户 {shown} 运行。")


async def _stops(container: Container, wanted: Wanted) -> Checked:
    began = perf_counter()
    ended = await container.stop(wanted.stop, seconds=wanted.grace_seconds)
    took = perf_counter() - began
    if ended is None:
        name = wanted.stop.name
        return _said(
            "stops",
            "failed",
            f"It does not end within {wanted.grace_seconds:g} s of {name}: it would be killed at its work.",
            f"收到 {name} 后 {wanted.grace_seconds:g} 秒内没有退出：会在工作中途被强制终止。",
        )
    return _said(
        "stops", "passed", f"It ends {took:.1f} s after it is asked to.", f"收到停止信号后 {took:.1f} 秒退出。"
    )


def _logged(log: tuple[str, ...], *, started: bool) -> list[Checked]:
    """Judge the log. What did not start proves nothing by what its log does not say."""
    found = []
    if refused := tuple(line for line in log if _READ_ONLY.search(line))[:5]:
        found.append(
            _said("read_only", "failed", "It writes where the image is read-only.", "它向只读的镜像写入。", refused)
        )
    elif started:
        found.append(_said("read_only", "passed", "It works on a read-only root.", "在只读根文件系统上工作正常。"))
    if fatal := tuple(line for line in log if _FATAL.search(line))[:5]:
        found.append(_said("log", "failed", "Its log tells of a fatal error.", "日志中有致命错误。", fatal))
    elif started:
        found.append(_said("log", "passed", "Its log shows no fatal error.", "日志中没有致命错误。"))
    return found


def _said(check: Check, outcome: Outcome, en: str, zh: str, proof: tuple[str, ...] = ()) -> Checked:
    return Checked(check=check, outcome=outcome, text=Phrase(en=en, zh=zh), proof=proof)
