"""Clients that log why they do not accept the certificate of whom they call."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.containers import Container, containers
from diagnose.findings import Finding, NextCheck, Remedy, matched
from diagnose.logs.matching import never
from diagnose.logs.reading import LogItem, read_log
from diagnose.remedies import in_application, outside
from diagnose.scene import Scene

MAX_ITEMS = 200
"""Newest items of a log that are looked at."""

_NAME = re.compile(
    r"certificate is valid for (?P<names>.{1,200}?), not (?P<host>[^\s,;\"']{1,253})|"
    r"doesn't match '(?P<wanted>[^']{1,253})'|"
    r"ERR_TLS_CERT_ALTNAME_INVALID(?:.{0,200}?Host: (?P<asked>[a-z0-9.-]{1,253}?)\.? is not in the cert's altnames: "
    r"(?P<held>.{1,200}))?|"
    r"No subject alternative (?:DNS )?names? (?:matching|present)|no alternative certificate subject name matches",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"certificate has expired|certificate is not yet valid|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|"
    r"CertificateExpiredException|CertificateNotYetValidException",
    re.IGNORECASE,
)
_TRUST = re.compile(
    r"certificate signed by unknown authority|PKIX path building failed|"
    r"CERTIFICATE_VERIFY_FAILED.{0,80}(?:self.signed|unable to get local issuer)|UNABLE_TO_VERIFY_LEAF_SIGNATURE|"
    r"UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|RemoteCertificateChainErrors|"
    r"PartialChain|SSL certificate problem: (?:self|unable)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"webhook|pull(?:ing)? image|ErrImagePull|TLS handshake error from|remote error: tls|expires in|"
    r"verif\w{2,8} (?:is )?disabled|InsecureRequestWarning",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"https://(?P<url>[a-z0-9.-]{1,253})|host=['\"](?P<python>[a-z0-9.-]{1,253})|"
    r"(?:\bto|dial tcp|connect(?:ing)?(?: to)?|bind failed:) (?:[a-z]{2,8}://)?(?P<plain>[a-z0-9][a-z0-9.-]{0,252}):\d{2,5}\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"current time \S{1,40} is before ")
_SUCCESS = re.compile(r"\b(?:connected|established|succe(?:ss|eded)\w{0,4}|200)\b", re.IGNORECASE)
_CODES = ((_NAME, "CertificateHostMismatch"), (_DATE, "CertificateExpired"), (_TRUST, "PeerCertificateRejected"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line of a client's log that refuses a certificate."""

    code: str
    container: Container
    evidence: Evidence
    match: re.Match[str]
    host: str
    early: bool


def judge_peers(scene: Scene) -> Iterator[Finding]:
    """Report each container whose current log refuses a peer's certificate."""
    for pod in scene.live_pods:
        for container in containers(pod):
            said = _read(scene, pod, container)
            if said is not None:
                yield _finding(scene, said)


def _read(scene: Scene, pod: Obj, container: Container) -> Said | None:
    for previous in (False, True) if not container.running else (False,):
        reading = read_log(scene, pod, container.name, previous=previous)
        items = reading.items[-MAX_ITEMS:] if reading else ()
        for position in range(len(items) - 1, -1, -1):
            item = items[position]
            late = item.time is not None and scene.age(item.time) > scene.numbers.restart_window_seconds
            if container.running and late:
                break
            found = _matched(item)
            if found is None:
                continue
            code, match, number = found
            whole = "\n".join((item.text, *(cause.text for cause in item.causes), item.raw))
            host = _host(match, whole)
            if any(_SUCCESS.search(later.text) and host and host in later.text for later in items[position + 1 :]):
                return None
            return Said(
                code=code,
                container=container,
                evidence=scene.line(pod, container.name, number, previous=previous),
                match=match,
                host=host,
                early=_early(whole),
            )
    return None


def _early(whole: str) -> bool:
    """Say whether a certificate begins later: Go names both troubles in one sentence and tells them by the moment."""
    lowered = whole.lower()
    if "has expired or is not yet valid" in lowered:
        return bool(_BEFORE.search(lowered))
    return "not yet valid" in lowered or "notyetvalid" in lowered or "not_yet_valid" in lowered


def _matched(item: LogItem) -> tuple[str, re.Match[str], int] | None:
    if item.level in {"debug", "info"} or never(item):
        return None
    for number, line in ((item.number, item.text), *((cause.number, cause.text) for cause in item.causes)):
        shown = line[:2000]
        if _ELSEWHERE.search(shown):
            return None
        for pattern, code in _CODES:
            if match := pattern.search(shown):
                return code, match, number
    return None


def _host(match: re.Match[str], whole: str) -> str:
    own = match.groupdict()
    named = own.get("host") or own.get("wanted") or own.get("asked")
    if named:
        return named
    found = _HOST.search(whole[:4000])
    return next((value for value in found.groupdict().values() if value), "") if found else ""


def _finding(scene: Scene, said: Said) -> Finding:
    holder = scene.holder_ref(said.container.pod)
    peer, peer_zh = (said.host, f" {said.host} ") if said.host else ("the server that it calls", "所调用的服务器")
    why, remedy = _explained(said, peer, peer_zh)
    checks = [
        NextCheck(
            command=f"kubectl -n {holder.namespace} logs {holder.slug} -c {said.container.name} --tail=100",
            why=Phrase(en="The lines around it name the address", zh="前后的日志会指明地址"),
        )
    ]
    if said.early:
        checks.insert(
            0,
            NextCheck(
                command="kubectl get nodes",
                why=Phrase(
                    en="If the certificate is valid by now, the clock of the node is wrong",
                    zh="如果证书此时已有效，则是节点的时钟有误",
                ),
            ),
        )
    name = said.container.name
    return Finding(
        code=said.code,
        confidence=matched("the client's log says so", "客户端的日志如此说明", value=0.75 if said.host else 0.7),
        object=holder,
        part=name,
        affected=scene.reach_pods([said.container.pod]),
        summary=Phrase(
            en=f"Container {name} of {holder.kind} {holder.name} refuses the certificate of {peer}: {why.en}",
            zh=f"{holder.kind} {holder.name} 的容器 {name} 拒绝了{peer_zh}的证书：{why.zh}",
        ),
        expected=f"a certificate of {peer} that is valid and trusted",
        actual=said.match.group()[:200],
        evidence=(said.evidence,),
        remedies=(remedy,),
        next_checks=tuple(checks),
    )


def _explained(said: Said, peer: str, peer_zh: str) -> tuple[Phrase, Remedy]:
    if said.code == "CertificateExpired":
        en, zh = ("it is not valid yet", "证书尚未生效") if said.early else ("it has run out", "证书已过期")
        return Phrase(en=en, zh=zh), outside(Phrase(en=f"Renew the certificate of {peer}", zh=f"更新{peer_zh}的证书"))
    if said.code == "CertificateHostMismatch":
        groups = said.match.groupdict()
        names = groups.get("names") or (groups.get("held") or "").replace("DNS:", "")
        en, zh = (
            (f"it is only for {names}", f"证书只适用于 {names}")
            if names
            else ("it names other hosts", "证书中是其他主机名")
        )
        return Phrase(en=en, zh=zh), in_application(
            Phrase(
                en=f"Use a name that the certificate of {peer} holds, or have it issued for the present one too",
                zh=f"用{peer_zh}的证书中包含的名称访问，或让该证书也包含当前名称",
            )
        )
    return Phrase(en="it does not trust who signed it", zh="它不信任证书的签发者"), in_application(
        Phrase(
            en=f"Mount the authority's certificate of {peer} and point the program to it (SSL_CERT_FILE, "
            "NODE_EXTRA_CA_CERTS, a truststore)",
            zh=f"挂载{peer_zh}的签发机构证书，并让程序使用它（SSL_CERT_FILE、NODE_EXTRA_CA_CERTS 或 truststore）",
        )
    )
