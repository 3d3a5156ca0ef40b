"""One container that ended badly, with what is known of its end: what all codes of the family are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cluster.fields import Obj, dig, mapping, text
from cluster.snapshot import Event
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.containers import Container
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.exit_codes import explain_exit
from diagnose.fault import ContainerFault
from diagnose.findings import Confidence, Finding, NextCheck, Reach, Remedy, matched
from diagnose.logs.ending import START_SECONDS, Ending
from diagnose.logs.matching import Match
from diagnose.remedies import roll_back

MAX_WORDS = 200
"""Characters of a log line in a summary; the evidence quotes it whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(ContainerFault):
    """A container, its last end, and the log of it."""

    ending: Ending

    @property
    def match(self) -> Match | None:
        """The line that bears a signature."""
        return self.ending.match

    def captured(self, key: str) -> str:
        """Return what the line names under ``key``, or an empty string."""
        return self.match.captured(key) if self.match else ""

    @property
    def when(self) -> Phrase:
        """Say after which time of running it ended."""
        seconds = self.container.run_seconds
        if seconds is None:
            return Phrase(en="", zh="")
        if seconds < 1:
            return Phrase(en=" at once", zh="一启动就")
        if seconds <= START_SECONDS:
            return Phrase(en=f" {seconds:.0f} s after its start", zh=f"启动 {seconds:.0f} 秒后")
        return Phrase(en=f" after running for {spoken_time(seconds)}", zh=f"运行 {spoken_time_zh(seconds)}后")

    @property
    def numbers(self) -> Phrase:
        """Write exit code and restarts in brackets."""
        code, restarts = self.container.exit_code, self.container.restarts
        plural = "" if restarts == 1 else "s"
        if code is None:
            counted = Phrase(en=f" ({restarts} restart{plural})", zh=f"（已重启 {restarts} 次）")
            return counted if restarts else Phrase(en="", zh="")
        en = f" (exit code {code}" + (f", {restarts} restart{plural})" if restarts else ")")
        zh = f"（退出码 {code}" + (f"，已重启 {restarts} 次）" if restarts else "）")
        return Phrase(en=en, zh=zh)

    @property
    def exit_evidence(self) -> Evidence:
        """Quote the exit code, or where it was not shown why the container waits or that it was restarted."""
        if self.container.exit_code is None:
            waits = ("state", "waiting", "reason") if self.container.waiting_reason else ("restartCount",)
            return self.scene.field(self.pod, *self.container.status_path, *waits)
        return self.scene.field(self.pod, *self.container.ended_path, "exitCode")

    @property
    def since(self) -> datetime | None:
        """When it began: the first back-off, else the end itself."""
        first = self._back_off
        return first.first if first else self.container.ended_at

    @property
    def _back_off(self) -> Event | None:
        found = (event for event in self.scene.snapshot.events(self.pod) if event.reason == "BackOff")
        return next((event for event in found if event.container in {"", self.container.name}), None)

    def finding(
        self,
        code: str,
        summary: Phrase,
        *,
        variant: str = "",
        expected: str = "",
        actual: str = "",
        near: Sequence[str] = (),
        evidence: Sequence[Evidence] = (),
        confidence: Confidence | None = None,
        remedies: Sequence[Remedy | None] = (),
        next_checks: Sequence[NextCheck] = (),
        chain: Sequence[Reach] = (),
    ) -> Finding:
        """Make a finding of this case: log line first, then what is given, then the exit code; roll back comes last."""
        quotes = [*self.ending.line_evidence, *evidence, self.exit_evidence]
        kept = [remedy for remedy in remedies if remedy is not None]
        back = roll_back(self.scene, self.pod)
        return Finding(
            code=code,
            variant=variant,
            confidence=confidence or matched("the last run's log says so", "上次运行的日志如此记录"),
            object=self.object,
            part=self.container.name,
            affected=self.scene.reach_pods([self.pod]),
            summary=summary,
            expected=expected,
            actual=actual,
            near=tuple(near)[:3],
            evidence=tuple(dict.fromkeys(quotes))[:4],
            chain=tuple(chain),
            remedies=(*kept, *([back] if back else [])),
            next_checks=tuple(next_checks),
            since=self.since,
        )

    @property
    def actual(self) -> str:
        """Write how it ended: the exit code, else the reason why it waits or ended."""
        container = self.container
        if container.exit_code is not None:
            return f"exitCode {container.exit_code}"
        return container.waiting_reason or text(container.ended, "reason")

    def ends(self, en: str, zh: str) -> Phrase:
        """Write the summary: who ends when, the reason, and the numbers."""
        return Phrase(
            en=f"{self.who.en} ends{self.when.en}: {en}{self.numbers.en}",
            zh=f"{self.who.zh} {self.when.zh}退出：{zh}{self.numbers.zh}",
        )

    @property
    def meaning(self) -> Phrase:
        """Say what the exit code usually means."""
        signal = dig(self.container.ended, "signal")
        if self.container.exit_code is None:
            return Phrase(en="its exit code was not shown", zh="未显示其退出码")
        return explain_exit(self.container.exit_code or 0, signal if isinstance(signal, int) else None)

    def log_check(self, *, previous: bool = True) -> NextCheck:
        """Name the command that shows the log of the run that ended, or (``previous`` false) of the present one."""
        flag = " --previous" if previous and self.container.restarts else ""
        why = (
            Phrase(en="the whole log of the run that ended", zh="已结束那次运行的完整日志")
            if previous
            else Phrase(en="the log as it is now", zh="当前日志")
        )
        return NextCheck(
            command=f"kubectl -n {self.object.namespace} logs {self.log_target} -c {self.container.name}{flag}", why=why
        )

    @property
    def log_target(self) -> str:
        """What ``kubectl logs`` is asked for: the workload where that picks one of its pods, else the pod."""
        slug = self.object.slug
        loggable = self.object.kind in {"Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet"}
        return slug if loggable else f"pod/{text(self.pod, 'metadata', 'name')}"


def cut(words: str, size: int = MAX_WORDS) -> str:
    """Shorten a line for a summary."""
    return words if len(words) <= size else words[: size - 1] + "…"


def security(case: Case, key: str) -> Any:
    """Return an effective security setting: the container's own, else the pod's."""
    own = dig(case.container.spec, "securityContext", key)
    return own if own is not None else dig(case.pod, "spec", "securityContext", key)


def mounts(container: Container) -> list[tuple[int, Obj]]:
    """Return the container's volume mounts with their indices, the deepest path first."""
    value = container.spec.get("volumeMounts")
    found = [(i, entry) for i, entry in enumerate(value if isinstance(value, list) else ()) if isinstance(entry, dict)]
    return sorted(found, key=lambda entry: -len(text(entry[1], "mountPath")))


def mount_over(container: Container, path: str) -> tuple[int, Obj] | None:
    """Return the mount that covers a path, with its index, or None."""
    for index, mount in mounts(container):
        at = text(mount, "mountPath").rstrip("/")
        if at and (path == at or path.startswith(f"{at}/")):
            return index, mount
    return None


def volume_of(pod: Obj, mount: Obj) -> tuple[int, Obj] | None:
    """Return the volume that a mount names, with its index, or None."""
    volumes = dig(pod, "spec", "volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        if text(volume, "name") == text(mount, "name"):
            return index, mapping(volume)
    return None
