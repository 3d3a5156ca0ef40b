"""Hosts of routes that no certificate of theirs covers."""

from collections.abc import Iterator

from cluster.fields import Obj, condition, name, namespace, numbered, strings, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.certificates.issued import CERTIFICATE
from diagnose.findings import Edge, Finding, Reach, proved
from diagnose.remedies import object_patch
from diagnose.scene import Scene


def judge_hosts(scene: Scene) -> Iterator[Finding]:
    """Report hosts of Ingresses that no certificate of theirs covers, where all of them are known."""
    by_secret = {(namespace(c), text(c, "spec", "secretName")): c for c in scene.snapshot.all(CERTIFICATE)}
    for ingress in scene.snapshot.all("Ingress"):
        entries = list(numbered(ingress, "spec", "tls"))
        known = [by_secret.get((namespace(ingress), text(tls, "secretName"))) for _, tls in entries]
        issued = [entry for entry in known if entry is not None and condition(entry, "Ready").get("status") == "True"]
        if len(issued) != len(entries) or text(ingress, "metadata", "deletionTimestamp"):
            continue
        covered = [pattern for entry in issued for pattern in strings(entry, "spec", "dnsNames")]
        for (index, tls), certificate in zip(entries, issued, strict=True):
            for host in strings(tls, "hosts"):
                if strings(certificate, "spec", "dnsNames") and not any(covers(pattern, host) for pattern in covered):
                    yield _uncovered(scene, ingress, index, certificate, host)


def covers(pattern: str, host: str) -> bool:
    """Say whether a name of a certificate covers a host; a wildcard stands for exactly one label."""
    pattern, host = pattern.lower().rstrip("."), host.lower().rstrip(".")
    if pattern.startswith("*."):
        return pattern == host or (host.partition(".")[2] == pattern[2:] and not host.startswith("*"))
    return pattern == host


def _uncovered(scene: Scene, ingress: Obj, index: int, certificate: Obj, host: str) -> Finding:
    ref, names = ref_of(certificate), ", ".join(strings(certificate, "spec", "dnsNames")[:5])
    count = len(strings(certificate, "spec", "dnsNames"))
    return Finding(
        code="CertificateHostMismatch",
        confidence=proved("both sides are read from the objects", "双方均从对象中读取", twice=True),
        object=ref,
        part=host,
        affected=(Reach(ref=ref_of(ingress), edge=Edge.ROUTE),),
        summary=Phrase(
            en=f"The route {name(ingress)} serves {host} with the certificate {ref.name}, which is only for {names}",
            zh=f"路由 {name(ingress)} 用证书 {ref.name} 服务 {host}，而该证书只适用于 {names}",
        ),
        expected=f"spec.dnsNames: {host}",
        actual=f"spec.dnsNames: {names}",
        near=tuple(closest(host, strings(certificate, "spec", "dnsNames"))),
        evidence=(scene.field(certificate, "spec", "dnsNames"), scene.field(ingress, "spec", "tls", index, "hosts")),
        remedies=(
            object_patch(
                certificate,
                [{"op": "add", "path": "/spec/dnsNames/-", "value": host}],
                patch_type="json",
                summary=Phrase(en=f"Have the certificate issued for {host} too", zh=f"让证书也包含 {host}"),
                verify=f"kubectl -n {ref.namespace} get certificate {ref.name}",
                expect=Phrase(en="READY is True again", zh="READY 再次为 True"),
                undo=object_patch(
                    ref,
                    [{"op": "remove", "path": f"/spec/dnsNames/{count}"}],
                    patch_type="json",
                    summary=Phrase(en="", zh=""),
                ).command,
            ),
        ),
    )
