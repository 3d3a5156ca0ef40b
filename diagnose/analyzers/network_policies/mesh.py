"""Calls that a service mesh refuses: no authorization, or no mutual TLS where it is demanded."""

import re
from collections.abc import Iterator
from typing import Any

from cluster.fields import Obj, dig, name, namespace, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.addresses import addresses
from diagnose.analyzers.network_policies.istio import PROXIES, Denial, Mesh
from diagnose.complaints import WINDOW_SECONDS, complaints
from diagnose.containers import Container, containers
from diagnose.fault import named
from diagnose.findings import Edge, Finding, NextCheck, Remedy, Risk, Severity, matched, proved
from diagnose.logs.line import MAX_CHARACTERS
from diagnose.logs.reading import LogItem, read_log
from diagnose.places import locate
from diagnose.remedies import command, in_application, object_patch
from diagnose.scene import Scene
from diagnose.state import pod_ready

_DENIED = re.compile(
    r"rbac_access_denied_matched_policy\[(?:none|ns\[(?P<space>[^\]]{1,63})\]-policy\[(?P<policy>[^\]]{1,253})\]"
    r"-rule\[(?P<rule>\d{1,3})\])|RBAC: access denied|unauthorized request on route"
)
_CUT = re.compile(r"disconnect/reset before headers|connection termination", re.IGNORECASE)
_URL = re.compile(r"\b[a-z]{2,8}://([a-z0-9][a-z0-9.-]{0,250})", re.IGNORECASE)
MAX_ITEMS = 400


def mesh_denied(scene: Scene) -> Iterator[Finding]:
    """Yield the calls that mesh policies refuse, by the caller's log or that of the called one's proxy."""
    mesh = Mesh(scene)
    if not mesh.present:
        return
    for pod in scene.live_pods:
        for container in containers(pod):
            found = _by_proxy(mesh, container) if container.name in PROXIES else _by_caller(mesh, container)
            if found is not None:
                yield found


def _lines(scene: Scene, container: Container, pattern: re.Pattern[str]) -> tuple[LogItem, re.Match[str]] | None:
    """Return the newest line of late that bears a pattern."""
    reading = read_log(scene, container.pod, container.name, previous=False)
    for item in reversed(reading.items[-MAX_ITEMS:] if reading else ()):
        match = pattern.search(item.text) or pattern.search(item.raw[:MAX_CHARACTERS])
        if match and (item.time is None or scene.age(item.time) <= WINDOW_SECONDS):
            return item, match
    return None


def _by_proxy(mesh: Mesh, container: Container) -> Finding | None:
    """Read the log of the proxy in front of the called program: it names the policy that refused."""
    scene, pod = mesh.scene, container.pod
    found = _lines(scene, container, _DENIED)
    if found is None:
        return None
    item, match = found
    line = scene.line(pod, container.name, item.number)
    if match["policy"]:
        policy = scene.snapshot.get("AuthorizationPolicy.security.istio.io", match["space"], match["policy"])
        denial = Denial(policy=policy, rule=int(match["rule"])) if policy is not None else None
    elif "matched_policy" in match[0]:
        allowing = [e for e in mesh.authorizations(pod) if (text(e, "spec", "action") or "ALLOW") == "ALLOW"]
        denial = Denial(policy=allowing[0]) if allowing else None
    else:
        servers = list(mesh.servers(pod))
        denial = Denial(policy=servers[0]) if "unauthorized" in match[0] and servers else None
    return _authorization(mesh, container, denial, pod, line, "") if denial else None


def _by_caller(mesh: Mesh, container: Container) -> Finding | None:
    """Read the caller's log: a refusal in the words of the mesh, or connections cut where TLS is demanded."""
    scene, pod = mesh.scene, container.pod
    denied = _lines(scene, container, _DENIED)
    if denied is not None:
        line = scene.line(pod, container.name, denied[0].number)
        for peer, called, _ in _called(mesh, container, denied[0].text):
            denial = mesh.denial(mesh.caller(pod), called)
            if denial is not None:
                return _authorization(mesh, container, denial, called, line, peer)
        return None
    cut = next((c for c in complaints(scene, container) if c.variant == "cut"), None)
    said = _lines(scene, container, _CUT) if cut is None else None
    if cut is None and said is None:
        return None
    line = cut.line if cut else scene.line(pod, container.name, said[0].number if said else 0)
    for peer, called, service in _called(mesh, container, cut.host if cut else said[0].text if said else ""):
        if found := _mtls(mesh, container, peer, called, service, line):
            return found
    return None


def _called(mesh: Mesh, container: Container, words: str) -> Iterator[tuple[str, Obj, Obj]]:
    """Yield (peer, pod behind it, Service): what a line names, else what the container is told to call."""
    scene, pod = mesh.scene, container.pod
    url = _URL.search(words)
    wanted = url[1].lower() if url else words.lower()
    told = [(entry.host, entry.port) for entry in addresses(scene, container)]
    chosen = [entry for entry in told if entry[0] == wanted] or ([(wanted, 0)] if url else told)
    for host, port in chosen:
        place = locate(scene, pod, host)
        if place.kind != "service" or place.obj is None:
            continue
        behind = scene.graph.pods_of_service(place.obj)
        if behind:
            yield (f"{host}:{port}" if port else host), behind[0], place.obj


def _inside(words: str) -> str:
    """Write words that begin a sentence so that they stand inside one."""
    return words[:1].lower() + words[1:]


def _authorization(mesh: Mesh, container: Container, denial: Denial, called: Obj, line: Evidence, peer: str) -> Finding:
    scene, pod, policy = mesh.scene, container.pod, denial.policy
    ref, target = ref_of(policy), scene.holder_ref(called)
    where = f"{ref.kind} {ref.name} in namespace {ref.namespace}"
    where_zh = f"命名空间 {ref.namespace} 的 {ref.kind} {ref.name}"
    principal = mesh.caller(pod).principal if peer else ""
    who, who_zh = (_inside(named(container).en), named(container).zh) if peer else ("a caller", "某个调用方")
    if denial.rule >= 0:
        reason = Phrase(en=f"its rule {denial.rule + 1} denies it", zh=f"其第 {denial.rule + 1} 条规则拒绝它")
        path: tuple[str | int, ...] = ("spec", "rules", denial.rule)
    else:
        known = principal or ("a caller without identity" if peer else "that caller")
        known_zh = principal or ("没有身份的调用方" if peer else "该调用方")
        reason = Phrase(en=f"none of its rules allows {known}", zh=f"没有规则允许 {known_zh}")
        path = ("spec", "rules") if dig(policy, "spec", "rules") else ("spec",)
    return Finding(
        code="MeshPolicyDenied",
        variant="authorization",
        severity=Severity.MEDIUM if pod_ready(pod) else Severity.HIGH,
        confidence=proved("the policy and the refusal were read", "读取了策略与拒绝记录", twice=True)
        if denial.rule >= 0 or peer
        else matched("the proxy reports the refusal", "代理报告了拒绝", value=0.75),
        object=ref,
        part=f"{scene.holder_ref(pod).name} to {peer}" if peer else target.name,
        affected=scene.reach_pods([pod], Edge.OWNER if peer else Edge.POLICY),
        summary=Phrase(
            en=f"The service mesh refuses {who} at {target.kind} {target.name} with status 403: {where} applies there, "
            f"and {reason.en}",
            zh=f"服务网格以状态码 403 拒绝{who_zh}访问 {target.kind} {target.name}：{where_zh} 在此生效，且{reason.zh}",
        ),
        expected=f"principal {principal or 'of the caller'} allowed",
        actual=f"rule {denial.rule + 1} denies" if denial.rule >= 0 else "no rule matches",
        evidence=(line, scene.field(policy, *path)),
        remedies=(_allow(denial, principal),),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} get {ref.slug} -o yaml",
                why=Phrase(en="all rules of this policy", zh="该策略的全部规则"),
            ),
        ),
    )


def _allow(denial: Denial, principal: str) -> Remedy:
    policy, rules = denial.policy, dig(denial.policy, "spec", "rules")
    if not principal or "istio" not in text(policy, "apiVersion"):
        return in_application(
            Phrase(
                en=f"Add the identity of the caller to {text(policy, 'kind')} {name(policy)}",
                zh=f"把调用方的身份加入 {text(policy, 'kind')} {name(policy)}",
            )
        )
    if denial.rule >= 0:
        at = f"/spec/rules/{denial.rule}/from"
        sources = dig(policy, "spec", "rules", denial.rule, "from")
        operation: dict[str, Any] = {"op": "add", "path": at, "value": [{"source": {"notPrincipals": [principal]}}]}
        if isinstance(sources, list) and sources:
            operation = {"op": "add", "path": f"{at}/0/source/notPrincipals", "value": [principal]}
        undo = {"op": "remove", "path": operation["path"]}
    else:
        rule = {"from": [{"source": {"principals": [principal]}}]}
        listed = isinstance(rules, list) and bool(rules)
        operation = {
            "op": "add",
            "path": "/spec/rules/-" if listed else "/spec/rules",
            "value": rule if listed else [rule],
        }
        undo = {"op": "remove", "path": f"/spec/rules/{len(rules)}" if listed else "/spec/rules"}
    summary = Phrase(
        en=f"Let {principal} through in AuthorizationPolicy {name(policy)}",
        zh=f"在 AuthorizationPolicy {name(policy)} 中放行 {principal}",
    )
    back = object_patch(policy, [undo], summary=summary, patch_type="json").command
    return object_patch(policy, [operation], summary=summary, undo=back, patch_type="json", risk=Risk.ACCESS)


def _mtls(mesh: Mesh, container: Container, peer: str, called: Obj, service: Obj, line: Evidence) -> Finding | None:
    scene, pod = mesh.scene, container.pod
    number = int(peer.rpartition(":")[2]) if peer.rpartition(":")[2].isdigit() else 0
    strict = mesh.strict(called, number)
    if strict is None or not mesh.joined(called):
        return None
    plain = mesh.plain_rule(service) if mesh.joined(pod) else None
    if mesh.joined(pod) and plain is None:
        return None
    demand = f"PeerAuthentication {name(strict)} of namespace {namespace(strict)}"
    demand_zh = f"命名空间 {namespace(strict)} 的 PeerAuthentication {name(strict)}"
    if plain is not None:
        reason = Phrase(
            en=f"DestinationRule {name(plain)} turns TLS off", zh=f"DestinationRule {name(plain)} 关闭了 TLS"
        )
    else:
        reason = Phrase(
            en="the caller's pod has no mesh proxy, so it speaks plain text",
            zh="调用方的 Pod 没有网格代理，只能使用明文",
        )
    about = plain or strict
    return Finding(
        code="MeshPolicyDenied",
        variant="mtls",
        severity=Severity.MEDIUM if pod_ready(pod) else Severity.HIGH,
        confidence=proved(
            "policy, proxies and the cut connection were read", "读取了策略、代理与中断的连接", twice=True
        ),
        object=ref_of(about),
        part=f"{scene.holder_ref(pod).name} to {peer}",
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{named(container).en} is cut off by {peer}: {demand} demands mutual TLS (mode STRICT), "
            f"and {reason.en}",
            zh=f"{named(container).zh} 与 {peer} 的连接被中断：{demand_zh} 要求双向 TLS（模式 STRICT），而{reason.zh}",
        ),
        expected="mutual TLS",
        actual="tls.mode: DISABLE" if plain else "no mesh proxy in the caller's pod",
        evidence=(
            line,
            scene.field(strict, "spec"),
            scene.field(plain, "spec", "trafficPolicy") if plain else scene.field(pod, "spec", "containers"),
        ),
        remedies=(_speak_tls(scene, pod, plain),),
    )


def _speak_tls(scene: Scene, pod: Obj, plain: Obj | None) -> Remedy:
    if plain is not None:
        change = {"spec": {"trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}}
        summary = Phrase(
            en=f"Set the TLS mode of DestinationRule {name(plain)} to ISTIO_MUTUAL",
            zh=f"把 DestinationRule {name(plain)} 的 TLS 模式设为 ISTIO_MUTUAL",
        )
        before = {"spec": {"trafficPolicy": {"tls": {"mode": "DISABLE"}}}}
        return object_patch(plain, change, summary=summary, undo=object_patch(plain, before, summary=summary).command)
    ref = scene.holder_ref(pod)
    patch = '{"spec":{"template":{"metadata":{"labels":{"sidecar.istio.io/inject":"true"}}}}}'
    summary = Phrase(
        en=f"Join {ref.kind} {ref.name} to the mesh: have the proxy added to its pods",
        zh=f"让 {ref.kind} {ref.name} 加入网格：为其 Pod 注入代理",
    )
    if ref.kind in {"Pod", "Job"}:
        return in_application(summary)
    return command(
        f"kubectl -n {ref.namespace} patch {ref.slug} --type=strategic -p '{patch}'",
        summary=summary,
        verify=f"kubectl -n {ref.namespace} get pods -l sidecar.istio.io/inject=true",
        expect=Phrase(en="each new pod has one container more", zh="每个新 Pod 多出一个容器"),
        undo=f"kubectl -n {ref.namespace} rollout undo {ref.slug}",
        risk=Risk.RESTART,
    )
