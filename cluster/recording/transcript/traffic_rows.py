"""What a row of a table says of an autoscaler, an ingress, a disruption budget, or of a well-known custom resource."""

import re

from cluster.kinds import Kind
from cluster.recording.transcript.sightings import Fragment
from cluster.recording.transcript.tables import Row

_TARGET = re.compile(r"(cpu|memory): (<unknown>|\d{1,6}%)/(\d{1,6})%")
_AMOUNT = re.compile(r"\d{1,7}%?")
_CUSTOM: tuple[tuple[str, str, str], ...] = (
    ("Certificate", "cert-manager.io/v1", "certificates cert certs"),
    ("CertificateRequest", "cert-manager.io/v1", "certificaterequests cr"),
    ("Issuer", "cert-manager.io/v1", "issuers"),
    ("ClusterIssuer", "cert-manager.io/v1", "clusterissuers"),
    ("Order", "acme.cert-manager.io/v1", "orders"),
    ("Challenge", "acme.cert-manager.io/v1", "challenges"),
    ("Rollout", "argoproj.io/v1alpha1", "rollouts ro"),
    ("Application", "argoproj.io/v1alpha1", "applications app apps"),
    ("Kustomization", "kustomize.toolkit.fluxcd.io/v1", "kustomizations ks"),
    ("HelmRelease", "helm.toolkit.fluxcd.io/v2", "helmreleases hr"),
    ("GitRepository", "source.toolkit.fluxcd.io/v1", "gitrepositories gitrepo"),
    ("HelmRepository", "source.toolkit.fluxcd.io/v1", "helmrepositories helmrepo"),
    ("ScaledObject", "keda.sh/v1alpha1", "scaledobjects so"),
    ("ExternalSecret", "external-secrets.io/v1", "externalsecrets es"),
    ("SecretStore", "external-secrets.io/v1", "secretstores ss"),
    ("ServiceMonitor", "monitoring.coreos.com/v1", "servicemonitors smon"),
    ("Gateway", "gateway.networking.k8s.io/v1", "gateways gtw"),
    ("HTTPRoute", "gateway.networking.k8s.io/v1", "httproutes"),
    ("GatewayClass", "gateway.networking.k8s.io/v1", "gatewayclasses gc"),
    ("VirtualService", "networking.istio.io/v1", "virtualservices vs"),
    ("DestinationRule", "networking.istio.io/v1", "destinationrules dr"),
    ("Route", "route.openshift.io/v1", "routes"),
    ("App", "sextant.dev/v1alpha1", "apps.sextant.dev"),
)
_CLUSTER_WIDE = frozenset({"ClusterIssuer", "GatewayClass"})


def custom_kind(word: str) -> Kind | None:
    """Return the well-known custom kind that a word means: ``certificates``, ``certificate.cert-manager.io``."""
    head, _, group = word.lower().partition(".")
    for kind, version, spoken in _CUSTOM:
        names = (kind.lower(), *spoken.split())
        own = version.partition("/")[0]
        if (head in names and (not group or own.startswith(group.partition("/")[0]))) or word.lower() in names:
            plural = spoken.split()[0].partition(".")[0]
            return Kind(
                kind=kind,
                group=own,
                version=version.partition("/")[2],
                plural=plural,
                namespaced=kind not in _CLUSTER_WIDE,
            )
    return None


def custom_row(row: Row) -> Fragment:
    """Read the condition that custom resources show in READY, with the reason that some print behind it."""
    spec = {"spec": {"secretName": row["SECRET"]}} if row.get("SECRET") else {}
    ready = row.get("READY", "")
    if ready not in {"True", "False", "Unknown"}:
        return spec
    told = {"type": "Ready", "status": ready}
    said = row.get("STATUS", "")
    if said and " " in said:
        told["message"] = said
    elif re.fullmatch(r"[A-Z][A-Za-z]{1,80}", said):
        told["reason"] = said
    return {**spec, "status": {"conditions": [told]}}


def autoscaler_row(row: Row) -> Fragment:
    """Read an autoscaler. Without the resource's name before it a percentage may be of anything."""
    spec: Fragment = {}
    status: Fragment = {}
    kind, slash, name = row.get("REFERENCE", "").partition("/")
    if slash:
        spec["scaleTargetRef"] = {"kind": kind, "name": name}
        if kind in {"Deployment", "StatefulSet", "ReplicaSet"}:
            spec["scaleTargetRef"]["apiVersion"] = "apps/v1"
    for header, place, key in (
        ("MINPODS", spec, "minReplicas"),
        ("MAXPODS", spec, "maxReplicas"),
        ("REPLICAS", status, "currentReplicas"),
    ):
        if row.get(header, "").isdecimal() and len(row[header]) < 9:
            place[key] = int(row[header])
    metrics, current = [], []
    for resource, now, wanted in _TARGET.findall(row.get("TARGETS", "")):
        target = {"type": "Utilization", "averageUtilization": int(wanted)}
        metrics.append({"type": "Resource", "resource": {"name": resource, "target": target}})
        if now != "<unknown>":
            value = {"averageUtilization": int(now.rstrip("%"))}
            current.append({"type": "Resource", "resource": {"name": resource, "current": value}})
    if metrics and len(metrics) == row.get("TARGETS", "").count("/"):
        spec["metrics"] = metrics
    if current:
        status["currentMetrics"] = current
    return {"spec": spec, "status": status}


def ingress_row(row: Row) -> Fragment:
    """Read class, hosts and address; which paths lead where is not in a table."""
    out: Fragment = {}
    if row.get("CLASS"):
        out["spec"] = {"ingressClassName": row["CLASS"]}
    address = row.get("ADDRESS", "")
    if address:
        entries = [{"ip": a} if a[0].isdigit() else {"hostname": a} for a in re.split(r"[,\s]+", address)[:20] if a]
        out["status"] = {"loadBalancer": {"ingress": entries}}
    elif "ADDRESS" in row:
        out["status"] = {"loadBalancer": {}}
    return out


def budget_row(row: Row) -> Fragment:
    """Read what a disruption budget asks for and allows."""
    spec: Fragment = {}
    status: Fragment = {}
    for header, key in (("MIN AVAILABLE", "minAvailable"), ("MAX UNAVAILABLE", "maxUnavailable")):
        cell = row.get(header, "")
        if _AMOUNT.fullmatch(cell):
            spec[key] = cell if cell.endswith("%") else int(cell)
    if row.get("ALLOWED DISRUPTIONS", "").isdecimal() and len(row["ALLOWED DISRUPTIONS"]) < 9:
        status["disruptionsAllowed"] = int(row["ALLOWED DISRUPTIONS"])
    return {"spec": spec, "status": status}
