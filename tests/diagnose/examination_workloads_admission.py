"""Pods that the API server refuses, in the words of real clusters."""

from typing import Any

from tests.diagnose.build import Obj, container, event, obj
from tests.diagnose.examination_workloads_build import (
    ANY,
    BROKEN,
    DEGRADED,
    FAILING,
    FINE,
    Case,
    asks,
    machine,
    refused,
    wanting,
)
from tests.diagnose.situations_build import storage_class, up
from tests.diagnose.situations_world import cron, daemons, deploy, job_of, stateful

NODES = [machine("worker-1"), machine("worker-2")]


def quota(name: str, hard: dict[str, str], used: dict[str, str]) -> Obj:
    """Make a quota with what is used of it."""
    return obj("ResourceQuota", name, spec={"hard": hard}, status={"hard": hard, "used": used})


def held(name: str, message: str, *, wanted: int = 1, old: Any = (), **spec: Any) -> list[Obj]:
    """Return a Deployment whose newest ReplicaSet may not make its pods."""
    body = {"containers": [container(**asks(cpu="500m", memory="512Mi"))], **spec}
    made = deploy(name, wanted=wanted, old=old, template=wanting(name, body))
    newest = made[1]
    newest["spec"]["replicas"] = wanted if not old else 1
    newest["status"] = {
        "replicas": 0,
        "observedGeneration": 1,
        "conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}],
    }
    return [*made, refused(newest, f"Error creating: {message}")]


def forbidden(pod_name: str, rest: str) -> str:
    """Write the server's refusal of a pod."""
    return f'pods "{pod_name}" is forbidden: {rest}'


def exceeded(name: str, key: str, asked: str, used: str, limit: str) -> str:
    """Write the refusal of a quota."""
    return f"exceeded quota: {name}, requested: {key}={asked}, used: {key}={used}, limited: {key}={limit}"


_cpu = held(
    "spring",
    forbidden("spring-0002abcdef-9x8z7", exceeded("team", "requests.cpu", "500m", "3800m", "4")),
    old=[up("spring-a"), up("spring-b")],
    wanted=2,
)
_memory = stateful("mysql", up("mysql-0"), wanted=2)
_memrefusal = refused(
    _memory[0],
    "create Pod mysql-1 in StatefulSet mysql failed error: "
    + forbidden("mysql-1", exceeded("mem", "limits.memory", "1Gi", "3584Mi", "4Gi")),
)
_pods = daemons("agent", up("agent-1", node="worker-1"), desired=2)
_podsrefusal = refused(_pods[0], "Error creating: " + forbidden("agent-", exceeded("pods", "pods", "1", "10", "10")))
_disk = held(
    "ml", forbidden("ml-0002abcdef-", exceeded("scratch", "requests.ephemeral-storage", "20Gi", "90Gi", "100Gi"))
)
_gpus = held("llm", forbidden("llm-0002abcdef-k2", exceeded("gpu", "requests.nvidia.com/gpu", "1", "4", "4")))
_claims = stateful("es", wanted=1)
_claimrefusal = refused(
    _claims[0],
    (
        "create Claim data-es-0 for Pod es-0 in StatefulSet es failed error: persistentvolumeclaims "
        '"data-es-0" is forbidden: '
    )
    + exceeded("disk", "requests.storage", "50Gi", "180Gi", "200Gi"),
)
_caller = deploy("web", up("web-1", containers=[container(env=[{"name": "CART_HOST", "value": "cart"}])]))
_must = held(
    "worker",
    forbidden(
        "worker-0002abcdef-",
        "failed quota: team: must specify limits.cpu for: app; limits.memory for: app; requests.cpu for: app",
    ),
)
_range = held(
    "big",
    forbidden(
        "big-0002abcdef-",
        (
            "[maximum cpu usage per Container is 2, but limit is 4, maximum memory usage per Container is "
            "2Gi, but limit is 8Gi]"
        ),
    ),
)
_ratio = held(
    "burst",
    forbidden(
        "burst-0002abcdef-", "memory max limit to request ratio per Container is 2, but provided ratio is 8.000000"
    ),
)
_range[0]["spec"]["template"]["spec"]["containers"] = [
    container(resources={"limits": {"cpu": "4", "memory": "8Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}})
]
_ratio[0]["spec"]["template"]["spec"]["containers"] = [
    container(resources={"limits": {"memory": "8Gi"}, "requests": {"memory": "1Gi"}})
]
_psa = held(
    "nginx",
    forbidden(
        "nginx-0002abcdef-",
        (
            'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" '
            "must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "
            '"app" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or '
            'container "app" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container '
            '"app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
        ),
    ),
)
_hostpath = daemons("exporter", desired=2)
_hostrefusal = refused(
    _hostpath[0],
    (
        'Error creating: pods "exporter-" is forbidden: violates PodSecurity "baseline:v1.29": host '
        'namespaces (hostNetwork=true), hostPath volumes (volume "root")'
    ),
)
_vap = held(
    "app",
    forbidden(
        "app-0002abcdef-",
        (
            "ValidatingAdmissionPolicy 'image-policy' with binding 'image-policy-prod' denied request: "
            "images must come from registry.corp.example.com"
        ),
    ),
)
_kyverno = held(
    "app",
    (
        'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource '
        "Pod/shop/app-0002abcdef was blocked due to the following policies \n\nrequire-labels:\n  "
        "check-team: 'validation error: label team is required. rule check-team failed at path "
        "/metadata/labels/team/'"
    ),
)
_gate = job_of("dbt")
_gatekeeper = refused(
    _gate[0],
    (
        'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: '
        "[container-must-have-limits] container <app> has no resource limits"
    ),
)
POST = (
    'Internal error occurred: failed calling webhook "{name}": failed to call webhook: Post '
    '"https://{service}.{space}.svc:443/{path}?timeout=10s": {error}'
)


def hook(name: str, service: str, space: str, *, kind: str = "Mutating", policy: str = "Fail") -> Obj:
    """Make a webhook configuration for pods."""
    return obj(
        f"{kind}WebhookConfiguration",
        name.split(".")[0],
        namespace="",
        webhooks=[
            {
                "name": name,
                "failurePolicy": policy,
                "clientConfig": {"service": {"name": service, "namespace": space, "path": "/x"}, "caBundle": "QQ=="},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
            }
        ],
    )


def called(name: str, service: str, space: str, error: str) -> list[Obj]:
    """Return a Deployment whose pods are refused since a webhook gives no answer."""
    return held("shop", POST.format(name=name, service=service, space=space, path="inject", error=error))


_istiod = obj(
    "Service",
    "istiod",
    namespace="istio-system",
    spec={
        "selector": {"app": "istiod"},
        "clusterIP": "10.96.3.3",
        "ports": [{"port": 443, "targetPort": 15017, "protocol": "TCP"}],
    },
)
_vault = obj(
    "Service",
    "vault-agent-injector-svc",
    namespace="vault",
    spec={
        "selector": {"app": "vault"},
        "clusterIP": "10.96.3.4",
        "ports": [{"port": 443, "targetPort": 8080, "protocol": "TCP"}],
    },
)
_sa = held(
    "ci",
    forbidden("ci-0002abcdef-", 'error looking up service account shop/ci-runer: serviceaccount "ci-runer" not found'),
    serviceAccountName="ci-runer",
)
_priority = held(
    "core",
    forbidden("core-0002abcdef-", "no PriorityClass with name business-critcal was found"),
    priorityClassName="business-critcal",
)
_invalid = job_of("load")
_invalid[0]["spec"]["template"]["spec"]["containers"] = [
    container(resources={"requests": {"memory": "4Gi"}, "limits": {"memory": "2Gi"}})
]
_nightly = cron("nightly", schedule="0 * * * *", last=5000)
_healed = deploy("api", up("api-1"))
_ignored = hook("opt.example.com", "opt", "gone", policy="Ignore")

CASES: tuple[Case, ...] = (
    Case(
        id="the surge pod of a rollout exceeds the processor quota while the old pods serve",
        objects=[*NODES, *_cpu, quota("team", {"requests.cpu": "4"}, {"requests.cpu": "3800m"})],
        target="deploy/spring",
        code="QuotaExceeded",
        variant="cpu",
        on="ResourceQuota team",
        verdicts=DEGRADED,
        says=("500m", "3800m", "4"),
        never=("RolloutStuck",),
    ),
    Case(
        id="the second member of a database exceeds the memory quota",
        objects=[*NODES, *_memory, _memrefusal, quota("mem", {"limits.memory": "4Gi"}, {"limits.memory": "3584Mi"})],
        target="sts/mysql",
        code="QuotaExceeded",
        variant="memory",
        on="ResourceQuota mem",
        verdicts=DEGRADED,
        never=("StatefulSetOrdinalBlocked",),
    ),
    Case(
        id="a node agent may not make its second pod",
        objects=[*NODES, *_pods, _podsrefusal, quota("pods", {"pods": "10"}, {"pods": "10"})],
        target="ds/agent",
        code="QuotaExceeded",
        variant="pods",
        verdicts=DEGRADED,
    ),
    Case(
        id="scratch space is used up",
        objects=[
            *NODES,
            *_disk,
            quota("scratch", {"requests.ephemeral-storage": "100Gi"}, {"requests.ephemeral-storage": "90Gi"}),
        ],
        code="QuotaExceeded",
        variant="ephemeral-storage",
        verdicts=FAILING,
    ),
    Case(
        id="cards are used up and the quota may not be read",
        objects=[*NODES, *_gpus],
        unread=("ResourceQuota",),
        code="QuotaExceeded",
        variant="objects",
        on="ResourceQuota gpu",
        verdicts=FAILING,
    ),
    Case(
        id="the claim of a StatefulSet exceeds the storage quota",
        objects=[
            *NODES,
            storage_class(),
            *_claims,
            _claimrefusal,
            quota("disk", {"requests.storage": "200Gi"}, {"requests.storage": "180Gi"}),
        ],
        target="sts/es",
        code="QuotaExceeded",
        variant="storage",
        on="ResourceQuota disk",
        verdicts=FAILING,
    ),
    Case(
        id="a Service that a client wants is absent and the quota for Services is full",
        objects=[
            *NODES,
            *_caller,
            quota("few", {"services": "1"}, {"services": "1"}),
            obj(
                "Service",
                "web",
                spec={
                    "clusterIP": "10.96.1.9",
                    "selector": {"app": "web"},
                    "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}],
                },
            ),
        ],
        logs={
            ("web-1", "app", False): [
                "Error: getaddrinfo ENOTFOUND cart",
                "    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:118:26)",
            ]
        },
        target="deploy/web",
        code="QuotaExceeded",
        variant="services",
        verdicts=ANY,
    ),
    Case(
        id="a quota wants limits that the container does not state",
        objects=[*NODES, *_must, quota("team", {"limits.cpu": "4", "limits.memory": "4Gi", "requests.cpu": "2"}, {})],
        code="QuotaRequiresResources",
        on="Deployment worker",
        verdicts=FAILING,
        says=("limits.cpu",),
    ),
    Case(
        id="two limits lie over the maximum",
        objects=[
            *NODES,
            *_range,
            obj("LimitRange", "caps", spec={"limits": [{"type": "Container", "max": {"cpu": "2", "memory": "2Gi"}}]}),
        ],
        code="LimitRangeViolated",
        on="Deployment big",
        verdicts=FAILING,
        says=("caps",),
    ),
    Case(
        id="a limit too far above its request",
        objects=[
            *NODES,
            *_ratio,
            obj(
                "LimitRange", "ratio", spec={"limits": [{"type": "Container", "maxLimitRequestRatio": {"memory": "2"}}]}
            ),
        ],
        code="LimitRangeViolated",
        on="Deployment burst",
        verdicts=FAILING,
    ),
    Case(
        id="the restricted level wants four fields",
        objects=[
            *NODES,
            *_psa,
            obj(
                "Namespace",
                "shop",
                namespace="",
                metadata={"labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
                status={"phase": "Active"},
            ),
        ],
        code="PodSecurityViolated",
        on="Deployment nginx",
        verdicts=FAILING,
        says=("restricted",),
        fix=("allowPrivilegeEscalation", "runAsNonRoot"),
    ),
    Case(
        id="a node exporter breaks the baseline level",
        objects=[*NODES, *_hostpath, _hostrefusal],
        target="ds/exporter",
        code="PodSecurityViolated",
        on="DaemonSet exporter",
        verdicts=BROKEN,
        says=("baseline",),
    ),
    Case(
        id="a policy of the API server wants another registry",
        objects=[*NODES, *_vap],
        code="AdmissionPolicyDenied",
        verdicts=FAILING,
        says=("image-policy", "registry.corp.example.com"),
    ),
    Case(
        id="Kyverno wants a label",
        objects=[*NODES, *_kyverno],
        code="AdmissionWebhookDenied",
        on="Deployment app",
        verdicts=FAILING,
        says=("team",),
    ),
    Case(
        id="Gatekeeper refuses the pod of a Job",
        objects=[*NODES, *_gate, _gatekeeper],
        target="job/dbt",
        code="AdmissionWebhookDenied",
        on="Job dbt",
        verdicts=BROKEN,
        says=("no resource limits",),
    ),
    Case(
        id="the mesh was removed and its webhook stayed",
        objects=[
            *NODES,
            *called("rev.namespace.sidecar-injector.istio.io", "istiod", "istio-system", 'service "istiod" not found'),
            hook("rev.namespace.sidecar-injector.istio.io", "istiod", "istio-system"),
        ],
        code="AdmissionWebhookUnavailable",
        variant="no_service",
        on="MutatingWebhookConfiguration rev",
        verdicts=FAILING,
    ),
    Case(
        id="the mesh has no ready pod",
        objects=[
            *NODES,
            *called(
                "rev.namespace.sidecar-injector.istio.io",
                "istiod",
                "istio-system",
                'no endpoints available for service "istiod"',
            ),
            hook("rev.namespace.sidecar-injector.istio.io", "istiod", "istio-system"),
            _istiod,
        ],
        code="AdmissionWebhookUnavailable",
        variant="no_endpoints",
        verdicts=FAILING,
    ),
    Case(
        id="a network rule keeps the API server from the webhook",
        objects=[
            *NODES,
            *called("vault.hashicorp.com", "vault-agent-injector-svc", "vault", "context deadline exceeded"),
            hook("vault.hashicorp.com", "vault-agent-injector-svc", "vault"),
            _vault,
        ],
        code="AdmissionWebhookUnavailable",
        variant="timeout",
        verdicts=FAILING,
    ),
    Case(
        id="the webhook's certificate was renewed and the bundle was not",
        objects=[
            *NODES,
            *called(
                "vault.hashicorp.com",
                "vault-agent-injector-svc",
                "vault",
                "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            ),
            hook("vault.hashicorp.com", "vault-agent-injector-svc", "vault"),
            _vault,
        ],
        code="AdmissionWebhookCertificateInvalid",
        verdicts=FAILING,
    ),
    Case(
        id="an account with a letter missing",
        objects=[*NODES, *_sa, obj("ServiceAccount", "ci-runner")],
        code="ServiceAccountMissing",
        on="Deployment ci",
        verdicts=FAILING,
        says=("ci-runer", "ci-runner"),
    ),
    Case(
        id="a priority class with a letter missing",
        objects=[*NODES, *_priority, obj("PriorityClass", "business-critical", namespace="", value=1000)],
        code="PodSpecRejected",
        on="Deployment core",
        verdicts=FAILING,
        says=("business-critcal",),
    ),
    Case(
        id="a limit below its request in a Job",
        objects=[
            *NODES,
            *_invalid,
            refused(
                _invalid[0],
                (
                    'Error creating: Pod "load-7x2" is invalid: spec.containers[0].resources.requests: '
                    'Invalid value: "4Gi": must be less than or equal to memory limit of 2Gi'
                ),
            ),
        ],
        target="job/load",
        code="PodSpecRejected",
        on="Job load",
        verdicts=BROKEN,
    ),
    Case(
        id="the Job of a CronJob is refused",
        objects=[
            *NODES,
            _nightly,
            event(
                _nightly,
                "FailedCreate",
                'Error creating job: jobs.batch "nightly-291" is forbidden: '
                + exceeded("jobs", "count/jobs.batch", "1", "5", "5"),
                first=4000,
            ),
            quota("jobs", {"count/jobs.batch": "5"}, {"count/jobs.batch": "5"}),
        ],
        target="cj/nightly",
        code="QuotaExceeded",
        variant="objects",
        on="ResourceQuota jobs",
        never=("CronJobMissedRuns",),
    ),
    Case(
        id="an account that came a moment late",
        objects=[
            *NODES,
            *_healed,
            refused(
                _healed[1],
                "Error creating: "
                + forbidden(
                    "api-0002abcdef-",
                    'error looking up service account shop/default: serviceaccount "default" not found',
                ),
                last=3000,
                first=3010,
            ),
        ],
        verdicts=FINE,
    ),
    Case(
        id="a full quota and an optional webhook without backend hurt nobody",
        objects=[*NODES, *_healed, quota("team", {"pods": "1"}, {"pods": "1"}), _ignored],
        verdicts=FINE,
    ),
)
