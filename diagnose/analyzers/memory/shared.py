"""Programs whose shared memory, the file system at /dev/shm, is full."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cluster.fields import mapping, numbered, text
from cluster.quantities import quantity, readable_bytes
from cluster.recording.transcript import hides
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.crash.case import mount_over, volume_of
from diagnose.analyzers.memory.amounts import MI
from diagnose.analyzers.saturation.said import Logs, Said
from diagnose.containers import Container, FieldPath
from diagnose.fault import named
from diagnose.findings import Finding, NextCheck, Remedy, Severity, matched, proved
from diagnose.logs.signature import Signature, patterns
from diagnose.remedies import container_change, template_patch
from diagnose.scene import Scene
from diagnose.state import pod_ready

PLACE = "/dev/shm"  # noqa: S108 - a mount point inside containers, no file of this program
DEFAULT_BYTES = 64 * MI
"""What container runtimes give when nothing is mounted there."""
LEAST_BYTES = 256 * MI

SIGNATURES = (
    Signature(
        id="B35",
        code="SharedMemoryExhausted",
        released=False,
        words=("shared memory", "dev/shm"),
        patterns=patterns(
            r"could not resize shared memory segment \"[^\"]{1,120}\" to (?P<size>[0-9]{1,16}) bytes: No space left",
            r"could not resize shared memory segment.{0,160}No space left",
            r"dev/shm.{0,160}No space left|No space left.{0,160}dev/shm",
            r"bus error.{0,160}shared memory|insufficient shared memory \(shm\)",
            r"(?:bus error|SIGBUS).{0,160}dev/shm|dev/shm.{0,160}(?:bus error|SIGBUS)",
        ),
    ),
)


def shared_memory(scene: Scene) -> Iterator[Finding]:
    """Yield containers that say that their shared memory is full, unless a large enough volume stands there."""
    for said in Logs(scene).said(SIGNATURES):
        asked = int(said.captures.get("size", "0"))
        room = _room(said.container)
        if room is None or (asked and room.amount and asked <= room.amount):
            continue
        yield _finding(said, asked, room)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How much shared memory a container may have, and where the spec says so (empty: nowhere)."""

    amount: Fraction
    path: FieldPath = ()
    volume: str = ""


def _room(container: Container) -> _Room | None:
    """Return the room at /dev/shm, 0 where the form it was shown in does not tell.

    None where a volume without a bound, or of another kind, stands there.
    """
    mounted = mount_over(container, PLACE)
    if mounted is None and hides(container.pod, *container.spec_path, "volumeMounts"):
        return _Room(amount=Fraction(0))
    if mounted is None or text(mounted[1], "mountPath").rstrip("/") == "":
        return _Room(amount=Fraction(DEFAULT_BYTES))
    volume = volume_of(container.pod, mounted[1])
    if volume is None:
        return None
    bound = quantity(mapping(volume[1], "emptyDir").get("sizeLimit"))
    if bound is None:
        return None
    return _Room(
        amount=bound, path=("spec", "volumes", volume[0], "emptyDir", "sizeLimit"), volume=text(volume[1], "name")
    )


def _finding(said: Said, asked: int, room: _Room) -> Finding:
    scene, container = said.scene, said.container
    pod = said.pod
    evidence: list[Evidence] = [said.line]
    if room.path:
        evidence.append(scene.field(pod, *room.path))
    elif any(True for _ in numbered(container.spec, "volumeMounts")):
        evidence.append(scene.field(pod, *container.spec_path, "volumeMounts"))
    if said.fatal:
        evidence.append(scene.field(pod, *container.ended_path, "exitCode"))
    has = readable_bytes(room.amount)
    wants, wants_zh = (
        (
            f"; it asks for {readable_bytes(Fraction(asked))} at once",
            f"；程序一次就需要 {readable_bytes(Fraction(asked))}",
        )
        if asked
        else ("", "")
    )
    by, by_zh = ("", "") if room.path else (", the default", "（默认值）")
    holds, holds_zh = (f": {PLACE} holds {has}{by}", f"：{PLACE} 的容量为 {has}{by_zh}") if room.amount else ("", "")
    code = container.exit_code
    ends, ends_zh = (f", so it ends with exit code {code}", f"，因此以退出码 {code} 退出") if said.fatal else ("", "")
    who = named(container)
    serving = not said.fatal and pod_ready(pod)
    return Finding(
        code="SharedMemoryExhausted",
        severity=Severity.MEDIUM if serving else Severity.HIGH,
        confidence=proved("the log says so and the volume was read", "日志如此记录，并读取了卷的大小", twice=True)
        if room.path
        else matched("the program's log says so", "程序日志如此记录", value=0.8),
        object=scene.holder_ref(pod),
        part=container.name,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{who.en} has no shared memory left{holds}{wants}{ends}",
            zh=f"{who.zh} 的共享内存已用尽{holds_zh}{wants_zh}{ends_zh}",
        ),
        expected=f"{PLACE} >= {readable_bytes(Fraction(asked))}" if asked else f"room at {PLACE}",
        actual=f"{PLACE} = {has}" if room.amount else f"{PLACE} full",
        evidence=tuple(evidence[:4]),
        remedies=(_larger(scene, container, asked, room),),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {text(pod, 'metadata', 'namespace')} exec pod/{text(pod, 'metadata', 'name')} "
                f"-c {container.name} -- df -h {PLACE}",
                why=Phrase(en="how much of it is used", zh="已用了多少"),
            ),
        ),
        since=said.since,
    )


def _larger(scene: Scene, container: Container, asked: int, room: _Room) -> Remedy:
    """Mount a memory volume there, of twice what is asked for or what is there."""
    wanted = max(LEAST_BYTES, 2 * asked, 2 * int(room.amount) if room.path else 0)
    size = f"{-(-wanted // MI)}Mi"
    volume = room.volume or "shared-memory"
    change: dict[str, Any] = {"volumes": [{"name": volume, "emptyDir": {"medium": "Memory", "sizeLimit": size}}]}
    if not room.path:
        change |= container_change(container, {"volumeMounts": [{"name": volume, "mountPath": PLACE}]})
    return template_patch(
        scene,
        container.pod,
        change,
        summary=Phrase(
            en=f"Give it {size} of shared memory at {PLACE}; what is used of it counts towards the memory limit",
            zh=f"在 {PLACE} 提供 {size} 共享内存；其用量计入容器的内存上限",
        ),
        estimate=Phrase(
            en="twice what is asked for or what is there, at least 256Mi", zh="取所需或现有大小的两倍，且不低于 256Mi"
        ),
    )
