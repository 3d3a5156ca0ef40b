"""Pods that break the enforced Pod Security level of their namespace."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cluster.fields import Obj, mapping, namespace, numbered, objects, strings, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import Refusal, clipped, reach_of
from diagnose.findings import Finding, Observation, Remedy, Risk, Who, proved
from diagnose.graph import template_of
from diagnose.remedies import command, in_application, template_patch
from diagnose.scene import Scene

_VIOLATES = re.compile(
    r"violates PodSecurity \"([a-z]{1,20}):([a-z0-9.]{1,20})\": (.{1,4000})", re.IGNORECASE | re.DOTALL
)
_CONTROL = re.compile(r"([^(),]{1,120}?) \(([^()]{0,1200}(?:\([^()]{0,300}\)[^()]{0,600}){0,20})\)(?:, |$)")
_QUOTED = re.compile(r"\"([^\"]{1,253})\"")
_CONTAINERS = re.compile(r"containers? ((?:\"[^\"]{1,253}\"(?:, )?){1,50})", re.IGNORECASE)
_ENFORCE = "pod-security.kubernetes.io/enforce"
_RESTRICTED_ONLY = (
    "allowPrivilegeEscalation",
    "unrestricted capabilities",
    "runAsNonRoot",
    "runAsUser",
    "seccompProfile",
    "restricted volume types",
)
"""Controls of the level restricted that the level baseline does not have (``seccompProfile`` there forbids only
Unconfined)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control that failed: its name and what the server says about it."""

    label: str
    detail: str

    @property
    def containers(self) -> tuple[str, ...]:
        """The containers that are named, in the order of the text."""
        return tuple(dict.fromkeys(word for part in _CONTAINERS.findall(self.detail) for word in _QUOTED.findall(part)))


def violates(refusal: Refusal) -> bool:
    """Say whether the pod was refused by Pod Security (a warning says "would violate")."""
    return bool(_VIOLATES.search(refusal.message))


def controls(message: str) -> tuple[str, str, tuple[Control, ...]]:
    """Read level, version and failed controls from the server's message."""
    found = _VIOLATES.search(message)
    if not found:
        return "", "", ()
    parts = tuple(Control(label=match[1].strip(), detail=match[2]) for match in _CONTROL.finditer(found[3]))
    return found[1].lower(), found[2], parts or (Control(label=clipped(found[3], 120), detail=""),)


def pod_security_violated(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Name the level and each failed control with the field to set."""
    level, version, failed = controls(refusal.message)
    space = namespace(refusal.creator)
    home = scene.snapshot.get("Namespace", "", space)
    enforced = text(home, "metadata", "labels", _ENFORCE)
    listed = "; ".join(control.label for control in failed)
    evidence: list[Evidence] = list(refusal.evidence[:2])
    if home is not None and enforced:
        evidence.append(scene.field(home, "metadata", "labels", _ENFORCE))
    if shown := _shown(scene, refusal, failed):
        evidence.append(shown)
    yield Finding(
        code="PodSecurityViolated",
        confidence=proved(
            "the API server's refusal names level and controls",
            "API server 的拒绝信息写明了级别与控制项",
            twice=bool(enforced),
        ),
        object=ref_of(refusal.workload),
        affected=reach_of(scene, refusal),
        summary=Phrase(
            en=f"Pods of {refusal.label} are refused: namespace {space} enforces Pod Security level {level} and the "
            f"pod breaks {_count(len(failed))} of it: {clipped(listed)}",
            zh=f"{refusal.label} 的 Pod 被拒绝创建：命名空间 {space} 强制执行 Pod Security 级别 {level}，"
            f"该 Pod 违反其中 {len(failed)} 项：{clipped(listed)}",
        ),
        expected=f"PodSecurity {level}:{version}",
        actual="; ".join(
            f"{control.label} ({control.detail})" if control.detail else control.label for control in failed
        ),
        evidence=tuple(evidence[:4]),
        remedies=tuple(_remedies(scene, refusal, level, failed, space)),
        since=refusal.since,
    )


def _count(number: int) -> str:
    return "one rule" if number == 1 else f"{number} rules"


def _shown(scene: Scene, refusal: Refusal, failed: tuple[Control, ...]) -> Evidence | None:
    """Quote the security context of the first container that is named."""
    template = template_of(refusal.workload)
    named = next((control.containers[0] for control in failed if control.containers), "")
    for index, container in numbered(template.spec, "containers") if template else ():
        if template and text(container, "name") == named:
            return scene.field(refusal.workload, *template.spec_path, "containers", index, "securityContext")
    return None


def _remedies(scene: Scene, refusal: Refusal, level: str, failed: tuple[Control, ...], space: str) -> Iterator[Remedy]:
    template = template_of(refusal.workload)
    spec = template.spec if template else {}
    change = security_patch(spec, failed)
    left = [control.label for control in failed if not _settles(control)]
    if change:
        root = any(control.label.startswith(("runAsNonRoot", "runAsUser")) for control in failed)
        yield template_patch(
            scene,
            refusal.workload,
            change,
            summary=Phrase(
                en="Set the security fields that the level asks for"
                + ("; the image must be able to run as another user than root" if root else ""),
                zh="设置该级别要求的安全字段" + ("；镜像必须能以非 root 用户运行" if root else ""),
            ),
        )
    if left:
        yield in_application(
            Phrase(
                en=f"Do without what no security field can allow: {clipped('; '.join(left))}",
                zh=f"以下内容无法靠安全字段放行，需要改掉：{clipped('; '.join(left))}",
            )
        )
    lower = "baseline" if level == "restricted" and all(_only_restricted(entry) for entry in failed) else "privileged"
    yield command(
        f"kubectl label namespace {space} {_ENFORCE}={lower} --overwrite",
        summary=Phrase(
            en=f"Only if that is impossible: lower the level of namespace {space} to {lower}, for all its pods",
            zh=f"仅在无法修改时：把命名空间 {space} 的级别降为 {lower}，对其中所有 Pod 生效",
        ),
        verify=f"kubectl -n {space} get {ref_of(refusal.workload).slug}",
        expect=Phrase(en="its pods are created", zh="Pod 能够创建"),
        undo=f"kubectl label namespace {space} {_ENFORCE}={level} --overwrite",
        risk=Risk.ACCESS,
        who=Who.CLUSTER_ADMIN,
    )


def _only_restricted(control: Control) -> bool:
    if control.label.startswith("seccompProfile"):
        return "must not set" not in control.detail
    return control.label.startswith(_RESTRICTED_ONLY)


def _settles(control: Control) -> bool:
    """Say whether ``security_patch`` settles a control."""
    return control.label.startswith(
        (
            "allowPrivilegeEscalation",
            "unrestricted capabilities",
            "non-default capabilities",
            "runAsNonRoot",
            "runAsUser",
            "seccompProfile",
            "privileged",
            "host namespaces",
        )
    )


def security_patch(spec: Obj, failed: tuple[Control, ...]) -> dict[str, Any]:
    """Return the strategic patch of the pod spec that settles the failed controls.

    What the server lets stand on the pod is set there once; the rest on each container that is named.
    """
    patch: dict[str, Any] = {}
    for control in failed:
        named = [entry for entry in control.containers if _holds(spec, entry)] or _all_names(spec)
        _settle(patch, spec, control, named)
    return patch


def _settle(patch: dict[str, Any], spec: Obj, control: Control, named: list[str]) -> None:
    label = control.label
    if label.startswith("allowPrivilegeEscalation"):
        _each(patch, spec, named, {"allowPrivilegeEscalation": False})
    elif label.startswith(("unrestricted capabilities", "non-default capabilities")):
        for entry in named:
            _each(patch, spec, [entry], {"capabilities": _capabilities(spec, entry, control)})
    elif label.startswith("runAsNonRoot"):
        _pod(patch, {"runAsNonRoot": True})
        _each(patch, spec, _setting(spec, named, "runAsNonRoot"), {"runAsNonRoot": True})
    elif label.startswith("runAsUser"):
        if mapping(spec, "securityContext").get("runAsUser") == 0:
            _pod(patch, {"runAsUser": None})
        _each(patch, spec, _setting(spec, named, "runAsUser"), {"runAsUser": None})
    elif label.startswith("seccompProfile"):
        _pod(patch, {"seccompProfile": {"type": "RuntimeDefault"}})
        _each(patch, spec, _setting(spec, named, "seccompProfile"), {"seccompProfile": {"type": "RuntimeDefault"}})
    elif label.startswith("privileged"):
        _each(patch, spec, named, {"privileged": False})
    elif label.startswith("host namespaces"):
        patch.update({key: False for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key) is True})


def _capabilities(spec: Obj, container: str, control: Control) -> dict[str, Any]:
    """Drop all capabilities where asked, and keep of the added ones only those that are not named as forbidden."""
    added = strings(_container(spec, container), "securityContext", "capabilities", "add")
    forbidden = set(_QUOTED.findall(control.detail.replace("CAP_", "")))
    allowed = [entry for entry in added if entry.removeprefix("CAP_") not in forbidden]
    wanted: dict[str, Any] = {"drop": ["ALL"]} if control.label.startswith("unrestricted") else {}
    if added and allowed != added:
        wanted["add"] = allowed or None
    return wanted


def _setting(spec: Obj, named: list[str], key: str) -> list[str]:
    """Return the containers that set a field themselves: theirs wins over the pod's."""
    return [entry for entry in named if key in mapping(_container(spec, entry), "securityContext")]


def _pod(patch: dict[str, Any], change: dict[str, Any]) -> None:
    patch.setdefault("securityContext", {}).update(change)


def _each(patch: dict[str, Any], spec: Obj, named: list[str], change: dict[str, Any]) -> None:
    for entry in named:
        which = "containers" if entry in _names(spec, "containers") else "initContainers"
        items: list[dict[str, Any]] = patch.setdefault(which, [])
        item = next((found for found in items if found["name"] == entry), None)
        if item is None:
            item = {"name": entry, "securityContext": {}}
            items.append(item)
        context = item["securityContext"]
        for key, value in change.items():
            both = isinstance(value, dict) and isinstance(context.get(key), dict)
            context[key] = {**context[key], **value} if both else value


def _names(spec: Obj, which: str) -> list[str]:
    return [text(entry, "name") for entry in objects(spec, which)]


def _all_names(spec: Obj) -> list[str]:
    return [*_names(spec, "containers"), *_names(spec, "initContainers")]


def _holds(spec: Obj, wanted: str) -> bool:
    return wanted in _all_names(spec)


def _container(spec: Obj, wanted: str) -> Obj:
    both = [*objects(spec, "containers"), *objects(spec, "initContainers")]
    return next((entry for entry in both if text(entry, "name") == wanted), {})
