"""What is to be said of a container by what it does: each check with its sentence and its proof."""

import re

from builder.build.programs import Ended
from builder.check.loopback import Listening
from builder.check.report import Checked, Outcome, said

_READ_ONLY = re.compile(r"read-only file system|EROFS", re.IGNORECASE)
_FATAL = re.compile(
    r"^Traceback \(most recent call last\)|^panic: |^fatal error: |\bFATAL\b|UnhandledPromiseRejection|"
    r"Uncaught Exception|"
    r"^Exception in thread \"main\"|^Unhandled exception\.|Segmentation fault|OutOfMemoryError"
)

SHOWN_LINES = 20
"""Lines of the log that prove an end: its error stands among the last."""


def started(ended: Ended | None, log: tuple[str, ...]) -> Checked:
    """Judge a program that is to run on."""
    if ended is None:
        return said("starts", "passed", "It starts and keeps running.", "能够启动并持续运行。")
    text = f"It ended by itself with status {ended.status}.", f"它自行退出，状态码 {ended.status}。"
    return said("starts", "failed", *text, log[-SHOWN_LINES:])


def done(ended: Ended | None, log: tuple[str, ...]) -> Checked:
    """Judge a program that is to come to an end."""
    if ended is None:
        return said("starts", "failed", "It does not come to an end.", "它没有结束。", log[-SHOWN_LINES:])
    if ended.status == 0:
        return said("starts", "passed", "It runs and ends with status 0.", "运行后以状态码 0 结束。")
    text = f"It ends with status {ended.status}.", f"以状态码 {ended.status} 结束。"
    return said("starts", "failed", *text, log[-SHOWN_LINES:])


def listens(port: int, opened: tuple[Listening, ...]) -> Checked:
    """Judge the ports that are open."""
    here = [one for one in opened if one.port == port]
    shown = tuple(f"{one.address}:{one.port}" for one in opened)
    if any(one.reachable for one in here):
        return said("listens", "passed", f"It listens on port {port}.", f"监听端口 {port}。", shown)
    if here:
        return said(
            "listens",
            "failed",
            f"It listens on port {port} of its own loopback only: nobody else reaches it.",
            f"它只在自身回环地址上监听端口 {port}：外部无法访问。",
            shown,
        )
    if opened:
        others = ", ".join(str(one.port) for one in opened)
        text = f"It listens on {others}, not on {port}.", f"它监听的是 {others}，不是 {port}。"
        return said("listens", "failed", *text, shown)
    return said("listens", "failed", f"Nothing listens on port {port}.", f"没有程序监听端口 {port}。")


def answered(path: str, status: int | None, worst: int) -> Checked:
    """Judge the answer to a GET; ``worst`` is the first status that is none."""
    if status is None:
        return said("answers", "failed", f"GET {path} gets no answer.", f"GET {path} 没有响应。")
    outcome: Outcome = "passed" if status < worst else "failed"
    return said("answers", outcome, f"GET {path} answers {status}.", f"GET {path} 返回 {status}。")


def health(status: int, printed: tuple[str, ...]) -> Checked:
    """Judge the health command of the Dockerfile."""
    if status:
        text = f"Its health check fails with status {status}.", f"健康检查失败，状态码 {status}。"
        return said("health", "failed", *text, printed[-5:])
    return said("health", "passed", "Its health check passes.", "健康检查通过。")


def user(users: tuple[int, ...]) -> Checked:
    """Judge whom its processes run as."""
    if 0 in users:
        return said("user", "failed", "A process runs as root.", "有进程以 root 身份运行。")
    shown = ", ".join(map(str, users))
    return said("user", "passed", f"It runs as user {shown}.", f"以用户 {shown} 运行。")


def stopped(ended: Ended | None, took: float, signal: str, grace: float) -> Checked:
    """Judge how it ended after it was asked to; ``took`` seconds of the ``grace``."""
    if ended is None:
        return said(
            "stops",
            "failed",
            f"It does not end within {grace:g} s of {signal}: it would be killed at its work.",
            f"收到 {signal} 后 {grace:g} 秒内没有退出：会在工作中途被强制终止。",
        )
    return said("stops", "passed", f"It ends {took:.1f} s after it is asked to.", f"收到停止信号后 {took:.1f} 秒退出。")


def logged(log: tuple[str, ...], *, started: bool) -> list[Checked]:
    """Judge the log. What did not start proves nothing by what its log does not say."""
    found = []
    if refused := tuple(line for line in log if _READ_ONLY.search(line))[:5]:
        found.append(
            said("read_only", "failed", "It writes where the image is read-only.", "它向只读的镜像写入。", refused)
        )
    elif started:
        found.append(said("read_only", "passed", "It works on a read-only root.", "在只读根文件系统上工作正常。"))
    if fatal := tuple(line for line in log if _FATAL.search(line))[:5]:
        found.append(said("log", "failed", "Its log tells of a fatal error.", "日志中有致命错误。", fatal))
    elif started:
        found.append(said("log", "passed", "Its log shows no fatal error.", "日志中没有致命错误。"))
    return found
