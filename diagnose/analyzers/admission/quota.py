"""The quota of a namespace is used up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from cluster.fields import Obj, dig, mapping, namespace, text, whole
from cluster.quantities import quantity, readable
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import RETRY_SECONDS, Refusal, missing_pods, reach_of
from diagnose.analyzers.admission.usage import Usage, User
from diagnose.findings import Finding, InProgress, Observation, Remedy, Risk, Who, proved
from diagnose.remedies import command, object_patch
from diagnose.scene import Scene

_EXCEEDED = re.compile(
    r"exceeded quota: ([^,\s]{1,253}), requested: (.{1,1000}?), used: (.{1,1000}?), limited: ([^\s]{1,1000})",
    re.IGNORECASE,
)
_PLAIN = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "ephemeral-storage", "storage": "storage"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrun:
    """One key of a quota that a request would overrun, as the API server wrote it."""

    key: str
    asked: str
    used: str
    hard: str

    @property
    def total(self) -> Fraction | None:
        """What would be used after the request, or None when a number cannot be read."""
        asked, used = quantity(self.asked), quantity(self.used)
        return None if asked is None or used is None else asked + used

    def __str__(self) -> str:
        return f"{self.key}: used {self.used} + asked {self.asked} > hard {self.hard}"


def exceeds(refusal: Refusal) -> bool:
    """Say whether a quota was exceeded."""
    return bool(_EXCEEDED.search(refusal.message))


def overruns(message: str) -> tuple[str, tuple[Overrun, ...]]:
    """Read the quota's name and each key that would be overrun from the server's message."""
    found = _EXCEEDED.search(message)
    if not found:
        return "", ()
    asked, used, hard = (_pairs(part) for part in found.groups()[1:])
    keys = [key for key in asked if key in hard]
    return found.group(1), tuple(
        Overrun(key=key, asked=asked[key], used=used.get(key, "0"), hard=hard[key]) for key in keys
    )


def variant_of(key: str) -> str:
    """Return the variant of a quota key: the resource without ``requests.`` or ``limits.``, else ``objects``."""
    if key == "pods":
        return "pods"
    if key == "services" or key.startswith("services."):
        return "services"
    if key.endswith(".storageclass.storage.k8s.io/requests.storage"):
        return "storage"
    return _PLAIN.get(key.removeprefix("requests.").removeprefix("limits."), "objects")


def quota_exceeded(scene: Scene, refusal: Refusal, *, usage: Usage) -> Iterator[Observation]:
    """Name the quota, what is used and asked against what is allowed, and who uses most of it."""
    quota_name, over = overruns(refusal.message)
    space = namespace(refusal.creator)
    quota = scene.snapshot.get("ResourceQuota", space, quota_name)
    if not over:
        return
    if quota is not None and _has_room(quota, over) and scene.age(refusal.last) < RETRY_SECONDS:
        yield InProgress(
            object=ref_of(refusal.workload),
            reason=Phrase(
                en=f"quota {quota_name} refused pods of {refusal.label} earlier and has room now; they are tried again",
                zh=f"配额 {quota_name} 之前拒绝了 {refusal.label} 的 Pod，现在已有余量，控制器会自动重试",
            ),
            until=(refusal.last or scene.now) + timedelta(seconds=RETRY_SECONDS),
        )
        return
    first = over[0]
    users = usage.biggest(space, first.key)
    yield Finding(
        code="QuotaExceeded",
        variant=variant_of(first.key),
        confidence=proved(
            "the API server's refusal and the quota's own numbers agree"
            if quota is not None
            else "the API server's refusal states the numbers",
            "API server 的拒绝信息与配额自身的数值一致" if quota is not None else "API server 的拒绝信息给出了数值",
            twice=quota is not None,
        ),
        object=_quota_ref(space, quota_name),
        part=first.key,
        affected=reach_of(scene, refusal),
        summary=_summary(refusal, quota_name, over, users),
        expected="; ".join(f"{entry.key} <= {entry.hard}" for entry in over),
        actual="; ".join(f"{entry.key} = {_after(entry)} (used {entry.used} + asked {entry.asked})" for entry in over),
        evidence=(*refusal.evidence[:2], *_quota_evidence(scene, quota, first.key)),
        remedies=tuple(_remedies(refusal, quota_name, quota, over, users)),
        since=refusal.since,
    )


def _summary(refusal: Refusal, quota_name: str, over: tuple[Overrun, ...], users: list[User]) -> Phrase:
    first = over[0]
    more = "".join(f"; {entry}" for entry in over[1:3])
    top = ", ".join(f"{user.label} {readable(first.key, user.amount)}" for user in users)
    missing = missing_pods(refusal)
    return Phrase(
        en=f"{refusal.label} is refused {_what(refusal, missing)[0]}: quota {quota_name} of namespace "
        f"{namespace(refusal.creator)} allows {first.key} {first.hard}, {first.used} is used and {first.asked} more "
        f"is asked for{more}" + (f" (biggest users: {top})" if top else ""),
        zh=f"{refusal.label} 创建{_what(refusal, missing)[1]}被拒绝：命名空间 {namespace(refusal.creator)} 的配额 "
        f"{quota_name} 限制 {first.key} 为 {first.hard}，已用 {first.used}，又请求 {first.asked}{more}"
        + (f"（用量最多：{top}）" if top else ""),
    )


def _what(refusal: Refusal, count: int) -> tuple[str, str]:
    """Say what was refused, in both languages."""
    kind = text(refusal.creator, "kind")
    if kind == "CronJob":
        return "a Job", " Job "
    if kind == "Deployment":
        return "a ReplicaSet", " ReplicaSet "
    if "persistentvolumeclaims " in refusal.message:
        return "a storage claim", "存储声明"
    return ("a pod", " 1 个 Pod ") if count == 1 else (f"{count} pods", f" {count} 个 Pod ")


def _after(entry: Overrun) -> str:
    return readable(entry.key, entry.total) if entry.total is not None else "?"


def _quota_ref(space: str, quota_name: str) -> ObjectRef:
    return ObjectRef(kind="ResourceQuota", namespace=space, name=quota_name)


def _quota_evidence(scene: Scene, quota: Obj | None, key: str) -> list[Evidence]:
    if quota is None:
        return []
    return [
        scene.field(quota, "status", "used", key, current=True),
        scene.field(quota, "spec", "hard", key, current=True),
    ]


def _has_room(quota: Obj, over: tuple[Overrun, ...]) -> bool:
    """Say whether the quota as it is now would let the same request pass."""
    for entry in over:
        asked, used = quantity(entry.asked), quantity(dig(quota, "status", "used", entry.key))
        hard = quantity(dig(quota, "spec", "hard", entry.key))
        if asked is None or used is None or (hard is not None and used + asked > hard):
            return False
    return True


def _remedies(
    refusal: Refusal,
    quota_name: str,
    quota: Obj | None,
    over: tuple[Overrun, ...],
    users: list[User],
) -> Iterator[Remedy]:
    workload, space = refusal.workload, namespace(refusal.creator)
    if surge := _without_surge(refusal):
        yield surge
    missing = missing_pods(refusal)
    raised = {entry.key: amount for entry in over if (amount := _needed(entry, missing)) is not None}
    if raised:
        yield object_patch(
            quota if quota is not None else _quota_ref(space, quota_name),
            {"spec": {"hard": {key: readable(key, amount) for key, amount in raised.items()}}},
            summary=Phrase(
                en=f"Raise quota {quota_name} so that what is missing fits",
                zh=f"提高配额 {quota_name}，使缺少的对象能够创建",
            ),
            verify=f"kubectl -n {space} get {ref_of(workload).slug}",
            expect=Phrase(en="as many pods are ready as are wanted", zh="就绪的 Pod 数等于期望数"),
            undo=_undo(space, quota_name, over),
            who=Who.NAMESPACE_ADMIN,
            estimate=Phrase(
                en="what is used now, plus what "
                + (
                    "the refused object asks for" if missing == 1 else f"each of the {missing} refused objects asks for"
                ),
                zh=f"当前用量，加上被拒绝的 {missing} 个对象各自的请求量",
            ),
        )
    ready = whole(workload, "status", "readyReplicas")
    wanted = whole(workload, "spec", "replicas", default=1)
    if text(workload, "kind") in {"Deployment", "StatefulSet"} and 0 < ready < wanted:
        slug = ref_of(workload).slug
        yield command(
            f"kubectl -n {space} scale {slug} --replicas={ready}",
            summary=Phrase(
                en=f"Make do with the {ready} that fit: scale down until there is room",
                zh=f"先缩到放得下的 {ready} 个，等有余量再扩容",
            ),
            verify=f"kubectl -n {space} get {slug}",
            expect=Phrase(en=f"{ready}/{ready} ready", zh=f"{ready}/{ready} 就绪"),
            undo=f"kubectl -n {space} scale {slug} --replicas={wanted}",
        )
    others = [user.label for user in users if user.label != refusal.label]
    if others:
        yield command(
            f"kubectl -n {space} describe resourcequota {quota_name}",
            summary=Phrase(
                en=f"Free room: ask whether {others[0]} needs all that it holds",
                zh=f"腾出余量：确认 {others[0]} 是否需要这么多",
            ),
            verify=f"kubectl -n {space} get {ref_of(workload).slug}",
            expect=Phrase(en="as many pods are ready as are wanted", zh="就绪的 Pod 数等于期望数"),
        )


def _needed(entry: Overrun, missing: int) -> Fraction | None:
    asked, used = quantity(entry.asked), quantity(entry.used)
    return None if asked is None or used is None else used + asked * missing


def _undo(space: str, quota_name: str, over: tuple[Overrun, ...]) -> str:
    former = ",".join(f'"{entry.key}":"{entry.hard}"' for entry in over)
    body = f'{{"spec":{{"hard":{{{former}}}}}}}'
    return f"kubectl -n {space} patch resourcequota/{quota_name} --type=merge -p '{body}'"


def _without_surge(refusal: Refusal) -> Remedy | None:
    """Replace pods one by one when only the extra pod of a rollout finds no room."""
    workload = refusal.workload
    if text(workload, "kind") != "Deployment" or text(workload, "spec", "strategy", "type") == "Recreate":
        return None
    if whole(workload, "status", "readyReplicas") < whole(workload, "spec", "replicas", default=1):
        return None
    rolling = mapping(workload, "spec", "strategy", "rollingUpdate")
    if not rolling or dig(rolling, "maxSurge") in (0, "0", "0%"):
        return None
    return object_patch(
        workload,
        {"spec": {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}},
        summary=Phrase(
            en="Replace the pods one by one, so that the rollout needs no room for an extra pod",
            zh="逐个替换 Pod，这样发布不需要额外的余量",
        ),
        verify=f"kubectl -n {namespace(workload)} rollout status {ref_of(workload).slug} --timeout=180s",
        expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
        undo=f"kubectl -n {namespace(workload)} patch {ref_of(workload).slug} --type=merge -p '{_surge_body(rolling)}'",
        risk=Risk.RESTART,
    )


def _surge_body(rolling: Obj) -> str:
    def written(key: str) -> str:
        value = dig(rolling, key)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else f'"{text(rolling, key)}"'

    pair = f'"maxSurge":{written("maxSurge")},"maxUnavailable":{written("maxUnavailable")}'
    return f'{{"spec":{{"strategy":{{"rollingUpdate":{{{pair}}}}}}}}}'


def _pairs(written: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in written.split(","))
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}
