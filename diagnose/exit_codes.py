"""What the exit codes of containers mean."""

from core.phrase import Phrase

SIGNALS: dict[int, str] = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    9: "SIGKILL",
    10: "SIGUSR1",
    11: "SIGSEGV",
    12: "SIGUSR2",
    13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM",
    24: "SIGXCPU",
    25: "SIGXFSZ",
    31: "SIGSYS",
}
"""Signal numbers on Linux, for x86 and Arm alike."""

_BY_SIGNAL: dict[int, Phrase] = {
    1: Phrase(en="the terminal was closed", zh="终端已关闭"),
    2: Phrase(en="it was interrupted as by Ctrl+C", zh="被中断，如同按下 Ctrl+C"),
    4: Phrase(en="it used a processor instruction that this node does not have", zh="使用了该节点处理器不支持的指令"),
    6: Phrase(en="it aborted itself after an internal check failed", zh="内部检查失败，程序自行中止"),
    7: Phrase(en="it touched memory that could not be provided", zh="访问了无法提供的内存"),
    8: Phrase(en="it made an arithmetic error such as a division by zero", zh="发生除以零之类的算术错误"),
    9: Phrase(en="it was killed at once, without a chance to clean up", zh="被立即强制终止，来不及清理"),
    11: Phrase(en="it touched memory that is not its own", zh="访问了不属于它的内存"),
    13: Phrase(en="it wrote to a pipe that nobody reads any more", zh="向已无人读取的管道写入"),
    15: Phrase(en="it was asked to stop", zh="被要求停止"),
    31: Phrase(en="it made a system call that is forbidden here", zh="执行了此处禁止的系统调用"),
}

_BY_CODE: dict[int, Phrase] = {
    0: Phrase(en="it ended without an error", zh="正常结束，没有错误"),
    1: Phrase(en="the program reported an error of its own", zh="程序自身报告了错误"),
    2: Phrase(en="wrong usage, or a Go program panicked", zh="用法错误，或者 Go 程序发生 panic"),
    64: Phrase(en="wrong usage of the command", zh="命令用法错误"),
    126: Phrase(en="the command was found and cannot be executed", zh="找到了命令，但无法执行"),
    127: Phrase(en="the command was not found", zh="找不到命令"),
    128: Phrase(en="the container never ran, or the program chose this code", zh="容器从未运行，或者程序自行返回该码"),
    255: Phrase(
        en="the program returned -1, or the node lost sight of it",
        zh="程序返回 -1，或者节点失去了它的状态",
    ),
}


def signal_number(code: int, signal: int | None = None) -> int | None:
    """Return the signal that ended a container: the one reported, else what an exit code above 128 stands for."""
    if signal:
        return signal
    return code - 128 if 128 < code < 160 and code - 128 in SIGNALS else None


def signal_name(code: int, signal: int | None = None) -> str:
    """Return the signal's name (``SIGKILL`` for 137), or an empty string where the code stands for none."""
    number = signal_number(code, signal)
    return SIGNALS.get(number, f"signal {number}") if number else ""


def explain_exit(code: int, signal: int | None = None) -> Phrase:
    """Say what an exit code usually means, as a clause. A program may return any number for reasons of its own."""
    number = signal_number(code, signal)
    if number:
        meaning = _BY_SIGNAL.get(number)
        name = SIGNALS.get(number, f"signal {number}")
        if meaning is None:
            return Phrase(en=f"ended by {name}", zh=f"被信号 {name} 终止")
        return Phrase(en=f"{name}: {meaning.en}", zh=f"{name}：{meaning.zh}")
    return _BY_CODE.get(code) or Phrase(en="a code that the program chose itself", zh="程序自行选择的退出码")
