"""The records that Helm itself keeps of its releases: Secrets or ConfigMaps whose labels tell their state."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cluster.fields import Obj, labels, moment, name, namespace
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Risk, Role, matched, proved
from diagnose.remedies import command
from diagnose.scene import Scene
from diagnose.state import workload_satisfied

PENDING_SECONDS = 600
"""An install, upgrade or rollback of Helm ends within its usual timeout of 5 min; twice that, and it was cut off."""

_RELEASE_NAME = "meta.helm.sh/release-name"
_PENDING = ("pending-install", "pending-upgrade", "pending-rollback")
_DOING = {
    "pending-install": ("install", "安装"),
    "pending-upgrade": ("upgrade", "升级"),
    "pending-rollback": ("rollback", "回滚"),
}


def workloads_of_release(scene: Scene, space: str, release: str) -> list[Obj]:
    """Return the workloads of a release that are not well."""
    found: list[Obj] = []
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "Job"):
        for obj in scene.snapshot.all(kind, space):
            own = labels(obj, "metadata", "annotations").get(_RELEASE_NAME) == release
            if own and not workload_satisfied(scene, obj):
                found.append(obj)
    return found[:5]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One revision of a release, as the labels of its Secret or ConfigMap tell it."""

    obj: Obj
    release: str
    revision: int
    status: str
    time: datetime | None


def newest_records(scene: Scene) -> list[Record]:
    """Return the newest revision of each release."""
    newest: dict[tuple[str, str], Record] = {}
    for kind in ("Secret", "ConfigMap"):
        for obj in scene.snapshot.all(kind):
            record = _record(obj)
            if record is None:
                continue
            key = (namespace(obj), record.release)
            if key not in newest or newest[key].revision < record.revision:
                newest[key] = record
    return [newest[key] for key in sorted(newest)]


def _record(obj: Obj) -> Record | None:
    if not name(obj).startswith("sh.helm.release.v1."):
        return None
    marks = labels(obj, "metadata", "labels")
    version = marks.get("version", "")
    if marks.get("owner") != "helm" or not marks.get("name") or not (version.isascii() and version.isdigit()):
        return None
    return Record(
        obj=obj,
        release=marks["name"],
        revision=int(version[:9]),
        status=marks.get("status", ""),
        time=_epoch(marks.get("modifiedAt", "")) or moment(obj, "metadata", "creationTimestamp"),
    )


def _epoch(value: str) -> datetime | None:
    if not value.isascii() or not value.isdigit() or not 9 <= len(value) <= 10:
        return None
    return datetime.fromtimestamp(int(value), tz=UTC)


def judge_record(scene: Scene, record: Record) -> Finding | None:
    """Report a newest revision that failed, or that has been pending for longer than Helm waits."""
    age = scene.age(record.time)
    pending = record.status in _PENDING
    if record.status != "failed" and not (pending and record.time is not None and age > PENDING_SECONDS):
        return None
    ref, space = ref_of(record.obj), namespace(record.obj)
    sick = workloads_of_release(scene, space, record.release)
    evidence: list[Evidence] = [scene.field(record.obj, "metadata", "labels", "status")]
    if pending:
        doing, doing_zh = _DOING[record.status]
        what = f"has hung in its {doing} for {spoken_time(age)}, so every further operation on it is refused"
        what_zh = f"的{doing_zh}已挂起 {spoken_time_zh(age)}，之后的任何操作都会被拒绝"
    else:
        when = f" {spoken_time(age)} ago" if record.time else ""
        when_zh = f"（{spoken_time_zh(age)}前）" if record.time else ""
        what = f"failed{when}; the revision before stays in force for whatever it had not replaced yet"
        what_zh = f"失败{when_zh}；尚未替换的部分仍沿用上一个修订版本"
        if record.revision == 1:
            what, what_zh = f"failed{when} at its first install", f"首次安装失败{when_zh}"
    unwell = f"; {sick[0]['kind']} {name(sick[0])} of it is not ready" if sick else ""
    unwell_zh = f"；其中 {sick[0]['kind']} {name(sick[0])} 未就绪" if sick else ""
    return Finding(
        code="HelmReleaseFailed",
        role=Role.SYMPTOM if sick and not pending else Role.ROOT,
        confidence=proved("the newest release record says so", "最新的发布记录如此说明")
        if not pending
        else matched(
            "the record is still pending long after Helm's usual time",
            "记录仍为 pending，远超 Helm 的通常时间",
            value=0.8,
        ),
        object=ref,
        affected=tuple(Reach(ref=ref_of(obj), edge=Edge.OWNER) for obj in sick),
        summary=Phrase(
            en=f"Helm release {record.release} (revision {record.revision}) {what}{unwell}",
            zh=f"Helm 发布 {record.release}（修订 {record.revision}）{what_zh}{unwell_zh}",
        ),
        expected="metadata.labels.status: deployed",
        actual=f"metadata.labels.status: {record.status}",
        evidence=tuple(evidence),
        remedies=_remedies(ref, record, pending=pending),
        next_checks=(
            NextCheck(
                command=f"helm -n {ref.namespace} status {record.release}",
                why=Phrase(en="its description holds the first error", zh="其描述中包含最初的错误"),
            ),
        ),
        since=record.time,
    )


def _remedies(ref: ObjectRef, record: Record, *, pending: bool) -> tuple[Remedy, ...]:
    history = f"helm -n {ref.namespace} history {record.release}"
    expect = Phrase(en="the newest revision is deployed", zh="最新修订的状态为 deployed")
    if record.revision > 1 and pending:
        return (
            command(
                f"helm -n {ref.namespace} rollback {record.release}",
                summary=Phrase(
                    en="Make sure that nobody runs Helm on it right now, then go back to the revision before",
                    zh="确认当前没有人在操作该发布，然后回滚到上一个修订",
                ),
                verify=history,
                expect=expect,
                risk=Risk.RESTART,
            ),
        )
    if pending:
        return (
            command(
                f"helm -n {ref.namespace} uninstall {record.release}",
                summary=Phrase(
                    en="Make sure that nobody runs Helm on it right now, then remove the half-made release and install "
                    "it again",
                    zh="确认当前没有人在操作该发布，然后移除未完成的发布并重新安装",
                ),
                verify=history,
                expect=Phrase(en="release: not found", zh="返回 release: not found"),
                risk=Risk.DATA,
                reversible=False,
            ),
        )
    found = [
        command(
            history,
            summary=Phrase(
                en="Read why it failed, put that right, and upgrade again",
                zh="查看失败原因，解决后重新升级",
            ),
        )
    ]
    if record.revision > 1:
        found.append(
            command(
                f"helm -n {ref.namespace} rollback {record.release}",
                summary=Phrase(en="Or go back to the revision before", zh="或回滚到上一个修订"),
                verify=history,
                expect=expect,
                risk=Risk.RESTART,
            )
        )
    return tuple(found)
