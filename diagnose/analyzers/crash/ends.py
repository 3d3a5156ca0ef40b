"""From an end to its finding: by the log line that explains it, else by the exit code."""

from collections.abc import Callable, Iterator

from cluster.fields import strings, text
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.crash.arguments import command_invalid, module_missing
from diagnose.analyzers.crash.case import Case, cut
from diagnose.analyzers.crash.dependency import dependency
from diagnose.analyzers.crash.privileges import permission_denied, root_refused
from diagnose.analyzers.crash.rights import read_only
from diagnose.analyzers.crash.settings import config_invalid, variable_missing
from diagnose.analyzers.crash.taken import port_conflict
from diagnose.containers import Container
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.exit_codes import signal_name
from diagnose.findings import Finding, Observation, RuledOut, inferred, matched, proved
from diagnose.logs.ending import Ending, read_ending
from diagnose.remedies import in_application, template_patch
from diagnose.scene import Scene

DAILY_SECONDS = 12 * 3600
"""A container that ends with 0 after a run this long restarts by design."""

QUICK_SECONDS = 600
"""A run shorter than this that ends with 0 under a long-running workload is no planned restart."""

_BY_CODE: dict[str, Callable[[Case], Finding | None]] = {
    "AppConfigInvalid": config_invalid,
    "AppModuleMissing": module_missing,
    "AppPermissionDenied": permission_denied,
    "CommandInvalid": command_invalid,
    "EnvVarMissing": variable_missing,
    "FilesystemReadOnly": read_only,
    "PortConflict": port_conflict,
    "RootUserRefused": root_refused,
}

_ASKED_TO_STOP = frozenset({"SIGKILL", "SIGTERM", "SIGINT"})
"""Signals that come from outside the program: its log explains nothing of them."""


def explained(case: Case) -> Finding:
    """Return the finding of a non-zero end. There is always one: no broken container stays silent."""
    signal = signal_name(case.container.exit_code or 0)
    thrown = signal == "SIGABRT" and case.match is not None  # how .NET and others end on an uncaught error
    if signal in _ASKED_TO_STOP or (signal and not thrown and (case.match is None or case.match.signature.fallback)):
        return killed(case, signal)
    if case.match is not None:
        make = _BY_CODE.get(case.match.code)
        found = make(case) if make else None
        if found is None and not case.match.signature.released:
            found = dependency(case)
        if found is not None:
            return found
    return crashed(case)


def crashed(case: Case) -> Finding:
    """Say that the program ended with an error, with its last words where a log was read."""
    words = case.match.item.text if case.match else case.ending.words.text if case.ending.words else ""
    if words:
        quoted = cut(words)
        return case.finding(
            "AppCrashed",
            case.ends(f'its last message is "{quoted}"', f"最后一条信息是“{quoted}”"),
            expected="the program keeps running" if case.container.role != "init" else "exitCode 0",
            actual=case.actual,
            confidence=matched(
                "exit code and last message of the log", "退出码与日志的最后一条信息", value=0.75 if case.match else 0.7
            ),
            remedies=(
                in_application(
                    Phrase(
                        en="Correct in the program or its configuration what the last message names",
                        zh="按最后一条信息修正程序或其配置",
                    )
                ),
            ),
            next_checks=(case.log_check(),),
        )
    said = "its log is empty" if case.ending.read else "its log could not be read"
    said_zh = "日志为空" if case.ending.read else "未能读取其日志"
    meaning = case.meaning
    return case.finding(
        "AppCrashed",
        case.ends(f"{meaning.en}; {said}, so the reason is not known", f"{meaning.zh}；{said_zh}，因此原因未知"),
        expected="the program keeps running" if case.container.role != "init" else "exitCode 0",
        actual=case.actual,
        evidence=_why_waiting(case),
        confidence=inferred("only the exit code is known", "只知道退出码", value=0.5),
        remedies=(
            in_application(
                Phrase(
                    en="Read the log of the run that ended and correct what it names", zh="查看该次运行的日志并据此修正"
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def _why_waiting(case: Case) -> tuple[Evidence, ...]:
    if not case.container.waiting_reason:
        return ()
    return (case.scene.field(case.pod, *case.container.status_path, "state", "waiting", "reason"),)


def killed(case: Case, signal: str) -> Finding:
    """Say that a signal ended the process, and what the number alone can tell."""
    container, meaning = case.container, case.meaning
    words = case.ending.words.text if case.ending.words else ""
    last_en = f'; its last message is "{cut(words, 120)}"' if words else ""
    last_zh = f"；最后一条信息是“{cut(words, 120)}”" if words else ""
    remedy = _SIGNAL_REMEDIES.get(signal, _SIGNAL_REMEDIES[""])
    outside = signal in _ASKED_TO_STOP
    return case.finding(
        "ProcessKilledBySignal",
        Phrase(
            en=f"{case.who.en} ends{case.when.en} by {meaning.en}{last_en}{case.numbers.en}",
            zh=f"{case.who.zh} {case.when.zh}被终止，{meaning.zh}{last_zh}{case.numbers.zh}",
        ),
        expected="the program ends by itself or keeps running",
        actual=f"exitCode {container.exit_code} ({signal})",
        confidence=inferred(
            "no probe, memory kill or deletion explains the signal", "没有探针、内存或删除可以解释该信号", value=0.5
        )
        if outside
        else proved("the exit code stands for this signal", "退出码即对应该信号"),
        remedies=(in_application(remedy),),
        next_checks=(case.log_check(),),
    )


_SIGNAL_REMEDIES: dict[str, Phrase] = {
    "": Phrase(
        en="Look in the program for what raises this signal; its last log lines are the place to start",
        zh="在程序中查找引发该信号的原因，可从最后几行日志入手",
    ),
    "SIGSEGV": Phrase(
        en="A native part of the program crashes: use an image built for this C library and processor, or update the "
        "native library that its last lines name",
        zh="程序的本地代码崩溃：请使用针对该 C 库和处理器构建的镜像，或更新最后几行日志涉及的本地库",
    ),
    "SIGILL": Phrase(
        en="The image was built for newer processors than this node has: build it for a more general processor, or "
        "choose nodes that have it",
        zh="镜像针对比该节点更新的处理器构建：请按更通用的处理器构建，或选择合适的节点",
    ),
    "SIGABRT": Phrase(
        en="The program gave up by itself after a failed check: its last lines name the check",
        zh="程序在检查失败后自行中止，最后几行日志会说明是哪项检查",
    ),
    "SIGKILL": Phrase(
        en="Something outside the program killed it: the kernel log of the node and the events of the pod would "
        "name it",
        zh="程序被外部强制终止：节点的内核日志和 Pod 的事件会说明是谁",
    ),
    "SIGTERM": Phrase(
        en="Something asked the program to stop: a script or supervisor inside the container is the usual one",
        zh="有人要求程序停止，通常是容器内的脚本或进程管理器",
    ),
    "SIGSYS": Phrase(
        en="A seccomp profile forbids a system call that the program needs: choose a profile that allows it",
        zh="seccomp 配置禁止了程序所需的系统调用：请选用允许它的配置",
    ),
}


def exited_zero(scene: Scene, container: Container) -> Iterator[Observation]:
    """Yield a finding for a container that should stay up and ends with 0 again and again."""
    if text(container.pod, "spec", "restartPolicy") in {"OnFailure", "Never"} or container.role == "init":
        return
    seconds = container.run_seconds
    if container.restarts < 2 or seconds is None or seconds >= QUICK_SECONDS:
        if seconds is not None and seconds >= DAILY_SECONDS and container.running:
            yield RuledOut(
                code="ProcessExitedZero",
                object=scene.holder_ref(container.pod),
                reason=Phrase(
                    en=f"container {container.name} ended with 0 after {spoken_time(seconds)} and was started again",
                    zh=f"容器 {container.name} 运行 {spoken_time_zh(seconds)}后以 0 结束并重新启动",
                ),
                evidence=(scene.field(container.pod, *container.ended_path, "exitCode", current=False),),
            )
        return
    case = Case(scene=scene, container=container, ending=read_ending(scene, container))
    yield _exited_zero(case, seconds)


def _exited_zero(case: Case, seconds: float) -> Finding:
    container = case.container
    command = strings(container.spec, "command") + strings(container.spec, "args")
    shown = " ".join(command)
    shell = bool(command) and command[0].rpartition("/")[2] in {"sh", "bash", "ash"} and len(command) == 1
    daemon = next((word for word in command if word in {"-d", "--daemon", "--daemonize", "-D", "--detach"}), "")
    if shell or (not command and _is_shell_image(container)):
        why_en, why_zh = "a shell without a task ends at once", "没有任务的 shell 会立即结束"
    elif daemon:
        why_en, why_zh = f"{daemon} sends the program to the background", f"{daemon} 让程序转入后台"
    else:
        why_en, why_zh = (
            "its task is done, but a long-running workload must keep a process",
            "任务已做完，而常驻型工作负载需要进程一直运行",
        )
    where = ("command",) if strings(container.spec, "command") else ("args",) if command else ()
    remedy = None
    if daemon and where:
        key = where[0]
        kept = [word for word in strings(container.spec, key) if word != daemon]
        if kept and len(kept) < len(strings(container.spec, key)):
            remedy = template_patch(
                case.scene,
                case.pod,
                {"containers": [{"name": container.name, key: kept}]},
                summary=Phrase(
                    en=f"Keep the program in the foreground: drop {daemon}", zh=f"让程序留在前台：去掉 {daemon}"
                ),
            )
    return case.finding(
        "ProcessExitedZero",
        Phrase(
            en=f"{case.who.en} ends without an error after {spoken_time(seconds)}, again and again"
            f" ({container.restarts} restarts): {why_en}",
            zh=f"{case.who.zh} 每次运行 {spoken_time_zh(seconds)}后正常结束，"
            f"反复重启（已重启 {container.restarts} 次）：{why_zh}",
        ),
        expected="a process that stays in the foreground",
        actual=f"exitCode 0 after {spoken_time(seconds)}" + (f", command: {cut(shown, 120)}" if shown else ""),
        evidence=[case.spec_evidence(*where)] if where else [],
        confidence=proved("exit code 0 under restartPolicy Always", "restartPolicy 为 Always 时退出码为 0", twice=True),
        remedies=(
            remedy,
            in_application(
                Phrase(
                    en="Start the program in the foreground, or make it a Job if it is meant to end",
                    zh="让程序在前台运行；如果它本来就该结束，请改为 Job",
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def _is_shell_image(container: Container) -> bool:
    repository = container.image.rpartition("@")[0] or container.image
    last = repository.rpartition("/")[2].partition(":")[0]
    return last in {"busybox", "alpine", "ubuntu", "debian", "bash", "centos", "fedora", "rockylinux"}


def crash_loop_without_end(scene: Scene, container: Container) -> Finding:
    """Say that a container restarts although its status does not tell how it ended."""
    case = Case(scene=scene, container=container, ending=Ending(scene=scene, container=container))
    return Finding(
        code="AppCrashed",
        confidence=inferred("the status does not tell how it ended", "状态中没有结束信息", value=0.4),
        object=case.object,
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(
            en=f"{case.who.en} restarts again and again; how it ends is not recorded",
            zh=f"{case.who.zh} 反复重启，但没有记录它如何结束",
        ),
        actual="CrashLoopBackOff",
        evidence=(scene.field(container.pod, *container.status_path, "state", "waiting", "reason"),),
        next_checks=(case.log_check(),),
        since=case.since,
    )
