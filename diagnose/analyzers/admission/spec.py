"""Pods that the API server refuses for what stands in them: an unknown service account, an invalid field."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cluster.fields import Obj, dig, name, namespace
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import RETRY_SECONDS, Refusal, clipped, reach_of
from diagnose.findings import Finding, InProgress, NextCheck, Observation, Remedy, matched, proved
from diagnose.graph import template_of
from diagnose.remedies import create_object, in_application, template_patch
from diagnose.scene import Scene

_ACCOUNT = re.compile(
    r"error looking up service account ([^/\s]{1,63})/([^:\s]{1,253}): serviceaccounts? \"[^\"]{1,253}\" not found",
    re.IGNORECASE,
)
_PRIORITY = re.compile(r"no PriorityClass with name ([^\s\"]{1,253}) was found", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:^|[\s\[])([a-zA-Z][A-Za-z0-9_.\[\]\"/-]{1,200}): "
    r"(Invalid value|Required value|Unsupported value|Forbidden|Not found|Duplicate value|Too long|Too many)"
    r"(?:: (.{0,600}))?",
    re.DOTALL,
)
_SEGMENT = re.compile(r"([A-Za-z0-9_-]{1,80})|\[([0-9]{1,4})\]")


def lacks_account(refusal: Refusal) -> bool:
    """Say whether the ServiceAccount was not found."""
    return bool(_ACCOUNT.search(refusal.message))


def service_account_missing(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Name the account that is wanted and those that exist."""
    found = _ACCOUNT.search(refusal.message)
    if not found:
        return
    space, wanted = found[1], found[2]
    if scene.snapshot.get("ServiceAccount", space, wanted) is not None and scene.age(refusal.last) < RETRY_SECONDS:
        yield InProgress(
            object=ref_of(refusal.workload),
            reason=Phrase(
                en=f"ServiceAccount {wanted} exists by now; the pods of {refusal.label} are tried again",
                zh=f"ServiceAccount {wanted} 现已存在，控制器会自动重试创建 {refusal.label} 的 Pod",
            ),
            until=(refusal.last or scene.now) + timedelta(seconds=RETRY_SECONDS),
        )
        return
    absent = scene.snapshot.absent("ServiceAccount", space, wanted)
    present = [name(account) for account in scene.snapshot.all("ServiceAccount", space)]
    near = closest(wanted, present)
    template = template_of(refusal.workload)
    evidence: list[Evidence] = list(refusal.evidence[:1])
    if absent:
        evidence.append(scene.absence("ServiceAccount", space, wanted))
    if template and dig(template.spec, "serviceAccountName"):
        evidence.append(scene.field(refusal.workload, *template.spec_path, "serviceAccountName"))
    hint = f" (there is {', '.join(near)})" if near else ""
    yield Finding(
        code="ServiceAccountMissing",
        confidence=proved(
            "the API server's refusal names it and the list of accounts does not hold it"
            if absent
            else "the API server's refusal names it",
            "API server 的拒绝信息写明了它，且账号列表中没有" if absent else "API server 的拒绝信息写明了它",
            twice=absent,
        ),
        object=ref_of(refusal.workload),
        part=wanted,
        affected=reach_of(scene, refusal),
        summary=Phrase(
            en=f"Pods of {refusal.label} are refused: they run as ServiceAccount {wanted}, which does not exist in "
            f"namespace {space}{hint}",
            zh=f"{refusal.label} 的 Pod 被拒绝创建：它们使用的 ServiceAccount {wanted} 在命名空间 {space} 中不存在"
            + (f"（现有相近的：{', '.join(near)}）" if near else ""),
        ),
        expected=f"ServiceAccount {space}/{wanted}",
        actual=f"absent; present: {', '.join(present[:5])}" if absent else "not found by the API server",
        near=tuple(near),
        evidence=tuple(evidence),
        remedies=tuple(_account_remedies(scene, refusal, space, wanted, near)),
        since=refusal.since,
    )


def _account_remedies(scene: Scene, refusal: Refusal, space: str, wanted: str, near: list[str]) -> Iterator[Remedy]:
    if near:
        yield template_patch(
            scene,
            refusal.workload,
            {"serviceAccountName": near[0], "serviceAccount": near[0]},
            summary=Phrase(
                en=f"Use ServiceAccount {near[0]}, which exists", zh=f"改用已存在的 ServiceAccount {near[0]}"
            ),
        )
    slug = ref_of(refusal.workload).slug
    yield create_object(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": wanted, "namespace": space}},
        summary=Phrase(
            en=f"Create ServiceAccount {wanted}; if the program calls the API, it also needs its role bindings",
            zh=f"创建 ServiceAccount {wanted}；若程序会访问 Kubernetes API，还需补上角色绑定",
        ),
        verify=f"kubectl -n {space} get {slug}",
        expect=Phrase(
            en="pods appear; the controller tries again within minutes", zh="Pod 出现；控制器会在几分钟内重试"
        ),
    )


def pod_spec_rejected(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Say what the API server says: the field, its value, and what is allowed."""
    priority = _PRIORITY.search(refusal.message)
    field = _FIELD.search(refusal.bare)
    path = field[1] if field else ""
    said = refusal.bare or refusal.message
    near: list[str] = []
    evidence: list[Evidence] = list(refusal.evidence[:2])
    remedies: list[Remedy] = []
    if priority:
        near = closest(priority[1], [name(entry) for entry in scene.snapshot.all("PriorityClass")])
        path = "spec.priorityClassName"
        if scene.snapshot.absent("PriorityClass", "", priority[1]):
            evidence.append(scene.absence("PriorityClass", "", priority[1]))
        remedies += _priority_remedies(scene, refusal, near)
    if shown := _shown(scene, refusal, path):
        evidence.append(shown)
    if not remedies:
        remedies.append(_by_hand(refusal, path))
    known = bool(priority or field)
    yield Finding(
        code="PodSpecRejected",
        confidence=proved("the API server names the field", "API server 写明了字段")
        if known
        else matched("the API server's text is of no known form", "API server 的文本不属于已知形式"),
        object=ref_of(refusal.workload),
        part=path,
        affected=reach_of(scene, refusal),
        summary=Phrase(
            en=f"{_what(refusal)} of {refusal.label} {_are(refusal)} refused by the API server: {clipped(said)}",
            zh=f"API server 拒绝创建 {refusal.label} 的{_what_zh(refusal)}：{clipped(said)}",
        ),
        expected=f"{path} is accepted" if path else "the API server accepts it",
        actual=clipped(f"{field[2]}: {field[3] or ''}".rstrip(": ") if field else said),
        near=tuple(near),
        evidence=tuple(evidence[:4]),
        remedies=tuple(remedies),
        next_checks=(_describe(refusal.creator),),
        since=refusal.since,
    )


def _what(refusal: Refusal) -> str:
    return {"CronJob": "Jobs", "Deployment": "The ReplicaSet"}.get(ref_of(refusal.creator).kind, "Pods")


def _are(refusal: Refusal) -> str:
    return "is" if ref_of(refusal.creator).kind == "Deployment" else "are"


def _what_zh(refusal: Refusal) -> str:
    return {"CronJob": " Job", "Deployment": " ReplicaSet"}.get(ref_of(refusal.creator).kind, " Pod")


def _priority_remedies(scene: Scene, refusal: Refusal, near: list[str]) -> list[Remedy]:
    found = [
        template_patch(
            scene,
            refusal.workload,
            {"priorityClassName": near[0]},
            summary=Phrase(en=f"Use PriorityClass {near[0]}, which exists", zh=f"改用已存在的 PriorityClass {near[0]}"),
        )
        for _ in near[:1]
    ]
    nothing: dict[str, Any] = {"priorityClassName": None}
    found.append(
        template_patch(
            scene,
            refusal.workload,
            nothing,
            summary=Phrase(en="Leave the priority class out: the default applies", zh="去掉优先级类，使用默认值"),
        )
    )
    return found


def _by_hand(refusal: Refusal, path: str) -> Remedy:
    where = f"{path} " if path else ""
    return in_application(
        Phrase(
            en=f"Change {where or 'the pod template '}in {refusal.label} as the message asks, and apply it again",
            zh=f"按提示修改 {refusal.label} 的 {where or 'Pod 模板'}，然后重新应用",
        )
    )


def _shown(scene: Scene, refusal: Refusal, path: str) -> Evidence | None:
    """Quote the field of the template that the message names, when it is set there."""
    template = template_of(refusal.workload)
    if template is None or not path.startswith(("spec.", "metadata.")):
        return None
    steps = [int(index) if index else key for key, index in _SEGMENT.findall(path)]
    for end in range(len(steps), 1, -1):
        if dig(refusal.workload, *template.path, *steps[:end]) is not None:
            return scene.field(refusal.workload, *template.path, *steps[:end])
    return None


def _describe(creator: Obj) -> NextCheck:
    ref = ref_of(creator)
    return NextCheck(
        command=f"kubectl -n {namespace(creator)} describe {ref.slug}",
        why=Phrase(en="its events hold the whole text of the refusal", zh="其事件中有完整的拒绝信息"),
    )
