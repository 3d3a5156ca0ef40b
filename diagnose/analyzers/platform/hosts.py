"""Hosts that the platform does not let a namespace publish."""

import re
from collections.abc import Iterator, Sequence

from cluster.fields import Obj, dig, objects, strings, text
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.platform.denials import Denial
from diagnose.findings import Finding, Remedy, proved
from diagnose.remedies import in_application, outside
from diagnose.scene import Scene

_HOST = re.compile(r"(?<![A-Za-z0-9.@/-])(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?![\w-])")
_NUMBERS = {
    40300: Phrase(en="its DNS name does not point at this cluster", zh="该域名没有解析到本集群"),
    40301: Phrase(en="another namespace already uses it", zh="该域名已被其他命名空间使用"),
    40302: Phrase(en="it has no ICP record", zh="该域名没有 ICP 备案"),
    40303: Phrase(en="this ending is not allowed here", zh="平台不允许使用该域名后缀"),
}


def host_denied(scene: Scene, refused: Sequence[Denial]) -> Iterator[Finding]:
    """Yield each host that the platform's webhook for Ingresses refused, unless an Ingress serves it by now."""
    for denial in refused:
        meaning = _NUMBERS.get(denial.number)
        if meaning is None or "ingress" not in denial.webhook:
            continue
        host, cname = _hosts(scene, denial)
        if host and _served(scene, denial.about.namespace, host):
            continue
        yield _finding(denial, meaning, host, cname)


def _finding(denial: Denial, meaning: Phrase, host: str, cname: str) -> Finding:
    shown, shown_zh = (f"Host {host}", f"域名 {host}") if host else ("A host", "某个域名")
    wanted = f" (a CNAME record to {cname} is asked for)" if cname else ""
    wanted_zh = f"（需要一条指向 {cname} 的 CNAME 记录）" if cname else ""
    return Finding(
        code="IngressHostDenied",
        confidence=proved("the platform's webhook says so with a number", "平台 webhook 以错误码说明"),
        object=denial.about,
        part=host,
        affected=denial.affected,
        summary=Phrase(
            en=f"{shown} may not be used by {denial.about.kind} {denial.about.name}: {meaning.en}{wanted}",
            zh=f"{denial.about.kind} {denial.about.name} 不能使用{shown_zh}：{meaning.zh}{wanted_zh}",
        ),
        expected=f"host {host} accepted" if host else "host accepted",
        actual=f"denied by {denial.webhook} with {denial.number}",
        evidence=(denial.evidence,),
        remedies=(_remedy(denial.number, host or "the host", cname),),
        since=denial.since,
    )


def _remedy(number: int, host: str, cname: str) -> Remedy:
    name_zh = "该域名" if host == "the host" else host
    if number == 40300:
        to, to_zh = (cname, cname) if cname else ("the address that the platform gives", "平台提供的地址")
        return outside(
            Phrase(
                en=f"At the DNS provider let {host} point at {to} with a CNAME record, then try again",
                zh=f"在 DNS 服务商处为 {name_zh} 添加指向 {to_zh} 的 CNAME 记录，然后重试",
            )
        )
    if number == 40302:
        return outside(
            Phrase(
                en=f"File the ICP record for {host}, or use a host that has one",
                zh=f"为 {name_zh} 办理 ICP 备案，或改用已备案的域名",
            )
        )
    return in_application(Phrase(en=f"Choose another host in place of {host}", zh=f"改用其他域名，不要使用 {name_zh}"))


def _hosts(scene: Scene, denial: Denial) -> tuple[str, str]:
    """Return the host at fault and the CNAME wanted, each empty where nothing names it."""
    named = list(dict.fromkeys(_HOST.findall(denial.said.lower())))
    own = _own_hosts(scene, denial.about)
    host = next((entry for entry in named if entry in own), "")
    others = [entry for entry in named if entry != host]
    if not host:
        host = own[0] if len(own) == 1 else (others[0] if others else "")
        others = [entry for entry in named if entry != host]
    return host, others[0] if others and denial.number == 40300 else ""


def _own_hosts(scene: Scene, about: ObjectRef) -> list[str]:
    obj = scene.snapshot.find(about)
    if obj is None:
        return []
    hosts = [text(rule, "host") for rule in objects(obj, "spec", "rules")]
    for port in objects(obj, "spec", "ports"):
        hosts += [*strings(port, "hosts"), *(text(entry, "name") for entry in objects(port, "hosts"))]
    hosts += strings(obj, "spec", "dnsNames")
    return [host for host in dict.fromkeys(hosts) if host]


def _served(scene: Scene, space: str, host: str) -> bool:
    """Say whether an Ingress of the namespace has the host and an address."""
    return any(_serves(ingress, host) for ingress in scene.snapshot.all("Ingress", space))


def _serves(ingress: Obj, host: str) -> bool:
    listed = any(text(rule, "host") == host for rule in objects(ingress, "spec", "rules"))
    return listed and bool(dig(ingress, "status", "loadBalancer", "ingress"))
