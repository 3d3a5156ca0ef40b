"""How much a pod asks for and may use, by what runs in it, each with its reason."""

from dataclasses import dataclass
from typing import Any

from builder.manifests.subject import Subject
from builder.plan import Kind
from core.phrase import Phrase

CPU_REQUEST, CPU_LIMIT = "100m", "1"
CPU_REASON = Phrase(
    en="CPU: a tenth of a core is kept for it; it may use a whole one to start fast, and no more, for its neighbours.",
    zh="CPU：预留十分之一核；启动时最多可用一整核，以免影响邻居。",
)
SCRATCH_LIMIT = "256Mi"
"""Of each temporary folder: as much as the image was tried with."""

DISK_REQUEST, DISK_LIMIT = "64Mi", "1Gi"
"""Of logs and temporary files together: a pod that fills the node's disk is ended, not the node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is requested and what is the limit, and why."""

    request: str
    limit: str
    reason: Phrase


_NATIVE = Memory(
    request="64Mi",
    limit="256Mi",
    reason=Phrase(en="Memory: a compiled program has no runtime beside it.", zh="内存：编译型程序没有额外的运行时。"),
)
_FILES = Memory(
    request="32Mi",
    limit="128Mi",
    reason=Phrase(en="Memory: the web server only passes files on.", zh="内存：Web 服务器只传送文件。"),
)
_SCRIPT = Memory(
    request="128Mi",
    limit="512Mi",
    reason=Phrase(
        en="Memory: an interpreter with its libraries; the limit leaves room for several workers.",
        zh="内存：解释器及其库；上限为多个工作进程留有余地。",
    ),
)
_WHOLE = Memory(
    request="256Mi",
    limit="1Gi",
    reason=Phrase(
        en="Memory: the whole application is loaded at the start, in each of its processes.",
        zh="内存：启动时每个进程都会载入整个应用。",
    ),
)
_HEAP = Memory(
    request="512Mi",
    limit="1Gi",
    reason=Phrase(
        en="Memory: a virtual machine sizes its heap by the limit and needs room beside the heap.",
        zh="内存：虚拟机按上限确定堆的大小，堆以外也需要空间。",
    ),
)

_BY_PROVIDER = {
    "cpp": _NATIVE, "go": _NATIVE, "rust": _NATIVE, "shell": _NATIVE,
    "deno": _SCRIPT, "elixir": _SCRIPT, "gleam": _SCRIPT, "node": _SCRIPT, "php": _SCRIPT, "python": _SCRIPT,
    "dotnet": _WHOLE, "ruby": _WHOLE,
    "jvm": _HEAP,
}  # fmt: skip


def memory_of(subject: Subject) -> Memory:
    """Return what the memory of a component should be to begin with; measured values are better."""
    if subject.kind == Kind.STATIC:
        return _FILES
    return _BY_PROVIDER.get(subject.component.provider, _SCRIPT)


def resources(subject: Subject) -> dict[str, Any]:
    """Return requests and limits of a container."""
    memory = memory_of(subject)
    return {
        "requests": {"cpu": CPU_REQUEST, "memory": memory.request, "ephemeral-storage": DISK_REQUEST},
        "limits": {"cpu": CPU_LIMIT, "memory": memory.limit, "ephemeral-storage": DISK_LIMIT},
    }


def reasons(subject: Subject) -> tuple[str, ...]:
    """Return why the resources are as they are."""
    return memory_of(subject).reason.en, CPU_REASON.en
