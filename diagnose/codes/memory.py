"""Codes for containers and nodes that run out of memory."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="memory", fault_class="runtime")

CODES: tuple[Code, ...] = (
    _row(
        code="OOMKilled",
        variants=("limit", "at_start", "child_process"),
        title=Phrase(en="Container exceeds its memory limit", zh="容器超出内存上限"),
        fires_when=Phrase(
            en="The kernel killed a process of the container because the container used more memory than its limit.",
            zh="容器使用的内存超过上限，内核终止了其中的进程。",
        ),
        not_when=Phrase(
            en="The container has no memory limit, the kill came from a probe, or the last one lies more than ten "
            "minutes back.",
            zh="容器没有内存上限、是被探针终止，或者最近一次已过去十分钟以上。",
        ),
        condition_reason="OOMKilled",
    ),
    _row(
        code="OOMKilledByNode",
        title=Phrase(en="Node runs out of memory", zh="节点内存耗尽"),
        fires_when=Phrase(
            en="The node itself ran out of memory and the kernel killed a container that was within its limit or "
            "has none.",
            zh="节点自身内存耗尽，内核终止了未超限或没有上限的容器。",
        ),
        not_when=Phrase(
            en="The node's event is older than the container's current run by ten minutes, or the victim is no "
            "pod's process.",
            zh="节点事件比容器本次运行早十分钟以上，或者被终止的不是 Pod 的进程。",
        ),
        condition_reason="OOMKilled",
    ),
    _row(
        code="RuntimeHeapExhausted",
        title=Phrase(en="Language runtime runs out of heap", zh="语言运行时堆内存耗尽"),
        fires_when=Phrase(
            en="The language runtime reports that its own heap is full.",
            zh="语言运行时报告其自身的堆已满。",
        ),
        not_when=Phrase(
            en="The kernel killed the container without such a line, or threads rather than memory ran out.",
            zh="内核终止了容器而日志没有此类记录，或者耗尽的是线程而非内存。",
        ),
        condition_reason="OOMKilled",
    ),
    _row(
        code="SharedMemoryExhausted",
        title=Phrase(en="Shared memory is used up", zh="共享内存耗尽"),
        fires_when=Phrase(
            en="The current log says that shared memory (/dev/shm) has no room, and no large enough volume is mounted "
            "there.",
            zh="当前日志写明共享内存（/dev/shm）没有空间，且该处没有挂载足够大的卷。",
        ),
        not_when=Phrase(
            en="A memory volume that holds what is asked for stands there, or another disk is full.",
            zh="该处已有足够大的内存卷，或满的是其他磁盘。",
        ),
        condition_reason="OOMKilled",
    ),
)
