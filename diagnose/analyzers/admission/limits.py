"""Resources that a LimitRange forbids."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cluster.fields import Obj, dig, mapping, name, namespace, numbered, text
from cluster.quantities import quantity
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import Refusal, reach_of
from diagnose.findings import Finding, Observation, Remedy, Who, proved
from diagnose.graph import template_of
from diagnose.remedies import command, in_application, template_patch
from diagnose.scene import Scene

_BOUND = re.compile(
    r"(minimum|maximum) ([a-z0-9./-]{1,100}) usage per (Container|Pod|PersistentVolumeClaim) is ([0-9][^\s,]{0,30}?)"
    r"(?:, but (request|limit) is ([0-9][^\s,\]]{0,30}?)(?=[\s,.\]]|$)|\.\s+No (request|limit) is specified)",
    re.IGNORECASE,
)
_RATIO = re.compile(
    r"([a-z0-9./-]{1,100}) max limit to request ratio per (Container|Pod) is ([0-9][^\s,]{0,30}), "
    r"but (?:provided ratio is ([0-9.]{1,30}[0-9])|no (request|limit) is specified)",
    re.IGNORECASE,
)
_DEFAULTED = re.compile(
    r"containers\[(\d{1,4})\]\.resources\.requests(?:\[[^\]]{1,60}\])?: Invalid value: \"?([^\"\s]{1,40})\"?: "
    r"must be less than or equal to ([a-z0-9./-]{1,60}) limit(?: of ([^\s,\]]{1,40}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One bound that was broken. ``actual`` is empty where the pod states no ``side`` at all."""

    bound: str
    resource: str
    scope: str
    allowed: str
    side: str
    actual: str

    @property
    def expected(self) -> str:
        """What the LimitRange asks for, in field notation."""
        sign = {"minimum": ">=", "maximum": "<="}.get(self.bound.lower())
        if sign is None:
            return f"limits.{self.resource} / requests.{self.resource} <= {self.allowed}"
        return f"{self.side}s.{self.resource} {sign} {self.allowed}"

    @property
    def stated(self) -> str:
        """What the pod states, in field notation."""
        what = "ratio" if self.bound == "ratio" else f"{self.side}s.{self.resource}"
        return f"{what} = {self.actual or '<unset>'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The LimitRange that holds a bound, and the bound's path in it."""

    holder: Obj
    path: tuple[str | int, ...]


MEBIBYTE = 2**20
"""Suggested amounts of memory are rounded up to this."""


def breaches(message: str) -> list[Breach]:
    """Read every bound that was broken from the server's message."""
    found = [
        Breach(
            bound=match[1].lower(),
            resource=match[2],
            scope=match[3],
            allowed=match[4],
            side=(match[5] or match[7]).lower(),
            actual=match[6] or "",
        )
        for match in _BOUND.finditer(message)
    ]
    found += [
        Breach(
            bound="ratio", resource=match[1], scope=match[2], allowed=match[3], side="limit", actual=_short(match[4])
        )
        for match in _RATIO.finditer(message)
    ]
    return found


def _short(ratio: str | None) -> str:
    return ratio.rstrip("0").rstrip(".") if ratio and "." in ratio else ratio or ""


def outside(refusal: Refusal) -> bool:
    """Say whether a LimitRange forbids it, directly or through a limit that it filled in."""
    return bool(breaches(refusal.message)) or _filled_in(refusal) is not None


def _filled_in(refusal: Refusal) -> tuple[Breach, int] | None:
    """Read a request that exceeds a limit which the template does not state."""
    found = _DEFAULTED.search(refusal.message)
    template = template_of(refusal.workload)
    if not found or template is None:
        return None
    index, resource = int(found[1]), found[3]
    if dig(template.spec, "containers", index, "resources", "limits", resource) is not None:
        return None
    requested = text(template.spec, "containers", index, "resources", "requests", resource) or found[2]
    return (
        Breach(
            bound="maximum",
            resource=resource,
            scope="Container",
            allowed=found[4] or "",
            side="request",
            actual=requested,
        ),
        index,
    )


def limit_range_violated(scene: Scene, refusal: Refusal) -> Iterator[Observation]:
    """Name the bound, the value, the container and the LimitRange that holds the bound."""
    found = breaches(refusal.message)
    defaulted = None if found else _filled_in(refusal)
    if defaulted:
        found = [defaulted[0]]
    first = found[0]
    held = _holder(scene, namespace(refusal.creator), first, default=defaulted is not None)
    hit = [defaulted[1]] if defaulted else _containers(refusal, first)
    template = template_of(refusal.workload)
    named = ", ".join(text(template.spec, "containers", i, "name") for i in hit) if template else ""
    where = f"LimitRange {name(held.holder)}" if held else "a LimitRange"
    evidence: list[Evidence] = list(refusal.evidence[:2])
    if held:
        evidence.append(scene.field(held.holder, *held.path))
    if hit and template:
        evidence.append(scene.field(refusal.workload, *template.spec_path, "containers", hit[0], "resources"))
    yield Finding(
        code="LimitRangeViolated",
        confidence=proved(
            "the API server's refusal and the LimitRange agree"
            if held
            else "the API server's refusal states the bound",
            "API server 的拒绝信息与 LimitRange 一致" if held else "API server 的拒绝信息写明了界限",
            twice=held is not None,
        ),
        object=ref_of(refusal.workload),
        part=named,
        affected=reach_of(scene, refusal),
        summary=_range_summary(refusal, first, named, where, filled_in=defaulted is not None),
        expected="; ".join(dict.fromkeys(breach.expected for breach in found)),
        actual="; ".join(dict.fromkeys(breach.stated for breach in found)),
        evidence=tuple(evidence[:4]),
        remedies=tuple(_into_range(scene, refusal, found, hit, held, filled_in=defaulted is not None)),
        since=refusal.since,
    )


def _range_summary(refusal: Refusal, breach: Breach, named: str, where: str, *, filled_in: bool) -> Phrase:
    who = f"container {named}" if named and "," not in named else f"containers {named}" if named else "the pod"
    who_zh = f"容器 {named}" if named else "Pod"
    head, head_zh = f"Pods of {refusal.label} are refused: ", f"{refusal.label} 的 Pod 被拒绝创建："
    if breach.scope == "PersistentVolumeClaim":
        head, head_zh = f"A storage claim of {refusal.label} is refused: ", f"{refusal.label} 的存储声明被拒绝创建："
        who, who_zh = "the claim", "存储声明"
    if filled_in:
        return Phrase(
            en=f"{head}{who} requests {breach.resource} {breach.actual}, more than the limit {breach.allowed} that "
            f"{where} fills in",
            zh=f"{head_zh}{who_zh} 请求 {breach.resource} {breach.actual}，"
            f"超过 {where} 自动填入的上限 {breach.allowed}",
        )
    stated = f"has {breach.stated}" if breach.actual else f"states no {breach.resource} {breach.side}"
    stated_zh = f"为 {breach.stated}" if breach.actual else f"没有设置 {breach.resource} 的 {breach.side}"
    return Phrase(
        en=f"{head}{who} {stated}, {where} asks for {breach.expected} per {breach.scope}",
        zh=f"{head_zh}{who_zh} {stated_zh}，{where} 要求每个 {breach.scope} {breach.expected}",
    )


_LIMIT_KEYS = {"minimum": "min", "maximum": "max", "ratio": "maxLimitRequestRatio"}


def _holder(scene: Scene, space: str, breach: Breach, *, default: bool) -> Held | None:
    """Find the LimitRange that holds the bound."""
    key = "default" if default else _LIMIT_KEYS[breach.bound]
    allowed = quantity(breach.allowed)
    for limit_range in scene.snapshot.all("LimitRange", space):
        for index, entry in numbered(limit_range, "spec", "limits"):
            if text(entry, "type") != breach.scope:
                continue
            value = quantity(dig(entry, key, breach.resource))
            if value is not None and (allowed is None or value == allowed):
                return Held(holder=limit_range, path=("spec", "limits", index, key, breach.resource))
    return None


def _containers(refusal: Refusal, breach: Breach) -> list[int]:
    """Return the containers of the template that break a bound per container."""
    template = template_of(refusal.workload)
    if breach.scope != "Container" or template is None:
        return []
    return [i for i, entry in numbered(template.spec, "containers") if _breaks(entry, breach)]


def _breaks(container: Obj, breach: Breach) -> bool:
    if breach.bound == "ratio":
        limit, request = (quantity(dig(container, "resources", s, breach.resource)) for s in ("limits", "requests"))
        allowed = quantity(breach.allowed)
        return not limit or not request or allowed is None or limit / request > allowed
    stated = dig(container, "resources", f"{breach.side}s", breach.resource)
    value, allowed = quantity(stated), quantity(breach.allowed)
    if value is None or allowed is None:
        return not breach.actual
    return value < allowed if breach.bound == "minimum" else value > allowed


def _into_range(
    scene: Scene, refusal: Refusal, found: list[Breach], hit: list[int], held: Held | None, *, filled_in: bool
) -> Iterator[Remedy]:
    """Set the values to the bound; for claims, whose size the StatefulSet fixes, the bound must move."""
    template = template_of(refusal.workload)
    changes = []
    for index in hit:
        container = mapping(template.spec, "containers", index) if template else {}
        own = [breach for breach in found if breach.scope == "Container"]
        if resources := _stated(container, own[0], held) if filled_in else _moved(container, own):
            changes.append({"name": text(container, "name"), "resources": resources})
    if changes:
        yield template_patch(
            scene,
            refusal.workload,
            {"containers": changes},
            summary=Phrase(en="Set the values to what the LimitRange allows", zh="把数值改到 LimitRange 允许的范围内"),
            estimate=Phrase(
                en="a limit as large as the request; see whether the program runs well with it"
                if filled_in
                else "the nearest value that the LimitRange allows; see whether the program runs well with it",
                zh="上限取与请求相同的值；请确认程序在该值下能正常运行"
                if filled_in
                else "LimitRange 允许的最接近的值；请确认程序在该值下能正常运行",
            ),
        )
    if not changes:
        wanted = "; ".join(dict.fromkeys(breach.expected for breach in found))
        yield in_application(
            Phrase(en=f"Bring the values into range: {wanted}", zh=f"把数值改到允许的范围内：{wanted}")
        )
    if held:
        limit_range, path = held.holder, held.path
        yield command(
            f"kubectl -n {namespace(limit_range)} edit limitrange {name(limit_range)}",
            summary=Phrase(
                en=f"Have the bound moved in LimitRange {name(limit_range)}: {_dotted(path)}",
                zh=f"请管理员修改 LimitRange {name(limit_range)} 的界限：{_dotted(path)}",
            ),
            verify=f"kubectl -n {namespace(limit_range)} get {ref_of(refusal.workload).slug}",
            expect=Phrase(en="its pods are created", zh="Pod 能够创建"),
            who=Who.NAMESPACE_ADMIN,
        )


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _moved(container: Obj, found: list[Breach]) -> dict[str, dict[str, str]]:
    """Return the resources that bring a container into range, limits never below requests."""
    new: dict[str, dict[str, str]] = {}

    def now(side: str, resource: str) -> Fraction | None:
        return quantity(new.get(side, {}).get(resource) or dig(container, "resources", side, resource))

    for breach in found:
        if breach.bound == "ratio":
            continue
        side, allowed = f"{breach.side}s", quantity(breach.allowed)
        other = "limits" if side == "requests" else "requests"
        new.setdefault(side, {})[breach.resource] = breach.allowed
        theirs = now(other, breach.resource)
        if allowed is None or theirs is None:
            continue
        limit, request = (allowed, theirs) if side == "limits" else (theirs, allowed)
        if limit < request:
            new.setdefault(other, {})[breach.resource] = breach.allowed
    for breach in found:
        if breach.bound != "ratio":
            continue
        limit_now, most = now("limits", breach.resource), quantity(breach.allowed)
        if limit_now is not None and most:
            new.setdefault("requests", {})[breach.resource] = _least(breach.resource, limit_now / most)
    return new


def _least(resource: str, request: Fraction) -> str:
    """Write the smallest request in the resource's usual unit."""
    if resource == "cpu":
        return f"{_ceil(request * 1000)}m"
    if resource not in {"memory", "ephemeral-storage"} or request < MEBIBYTE:
        return str(_ceil(request))
    mebibytes = _ceil(request / MEBIBYTE)
    return f"{mebibytes}Mi" if mebibytes % 1024 else f"{mebibytes // 1024}Gi"


def _stated(container: Obj, breach: Breach, held: Held | None) -> dict[str, dict[str, str]]:
    """State a limit as large as the request, where the LimitRange allows it; else lower the request."""
    most = quantity(dig(held.holder, *held.path[:3], "max", breach.resource)) if held else None
    asked = quantity(breach.actual)
    if asked is not None and (most is None or asked <= most):
        return {"limits": {breach.resource: breach.actual}}
    return _moved(container, [breach])


def _ceil(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)
