"""Creations that were refused and are not any more."""

from tests.diagnose.build import event, obj
from tests.diagnose.situations_build import FINE, HEALTHY, RECOVERED, Situation, up
from tests.diagnose.situations_world import deploy, replica_set, stateful

REFUSED_ACCOUNT = (
    'Error creating: pods "web-" is forbidden: error looking up service account shop/web: '
    'serviceaccount "web" not found'
)
REFUSED_QUOTA = (
    'Error creating: pods "web-x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=4, '
    "limited: pods=4"
)


def _admission() -> list[Situation]:
    named = up(since=800, spec={"serviceAccountName": "web"})
    healed = deploy("web", named, moved=800)
    account = obj("ServiceAccount", "web", created=830)
    quota = obj(
        "ResourceQuota",
        "compute",
        spec={"hard": {"pods": "2", "limits.memory": "1Gi"}},
        status={"hard": {"pods": "2", "limits.memory": "1Gi"}, "used": {"pods": "2", "limits.memory": "1Gi"}},
    )
    full = deploy("web", up(), up("web-b"))
    state = stateful("db", up("db-0"))
    hook = obj(
        "ValidatingWebhookConfiguration",
        "audit",
        namespace="",
        webhooks=[
            {
                "name": "audit.example.com",
                "failurePolicy": "Ignore",
                "clientConfig": {"service": {"namespace": "audit", "name": "audit", "path": "/"}},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
            }
        ],
    )
    return [
        Situation(
            id="an account that was missing minutes ago and a ReplicaSet that is complete",
            objects=[
                *healed,
                account,
                event(healed[1], "FailedCreate", REFUSED_ACCOUNT, first=1300, last=840, count=14),
            ],
            target="deploy/web",
            verdicts=RECOVERED,
            ruled_out="ServiceAccountMissing",
        ),
        Situation(
            id="a quota that refused a pod for a while and refuses it no longer",
            objects=[
                *full,
                event(full[1], "FailedCreate", REFUSED_QUOTA, first=1300, last=840, count=14),
                event(full[1], "SuccessfulCreate", "Created pod: web-b", kind="Normal", last=800, first=800),
            ],
            verdicts=RECOVERED,
            ruled_out="QuotaExceeded",
        ),
        Situation(
            id="a StatefulSet whose pod was refused by a security level and came later",
            objects=[
                *state,
                event(
                    state[0],
                    "FailedCreate",
                    'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: violates PodSecurity '
                    '"restricted:latest": allowPrivilegeEscalation != false',
                    first=5000,
                    last=4000,
                ),
            ],
            verdicts=RECOVERED,
            ruled_out="PodSecurityViolated",
        ),
        Situation(id="a quota that is used up while everything runs", objects=[*full, quota], verdicts=HEALTHY),
        Situation(
            id="a webhook without a backend that may be ignored and refused nothing",
            objects=[*full, hook],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a refusal of a ReplicaSet that was scaled to zero since",
            objects=[
                *full,
                *(gone := replica_set(full[0], revision=9, created=2000)),
                event(gone[0], "FailedCreate", REFUSED_QUOTA, first=1900, last=1700, count=5),
            ],
            verdicts=FINE,
        ),
        Situation(
            id="a refusal that belongs to a former object of the same name",
            objects=[
                *full,
                event(
                    {**full[1], "metadata": {**full[1]["metadata"], "uid": "of-a-former-replicaset"}},
                    "FailedCreate",
                    REFUSED_QUOTA,
                    last=20,
                ),
            ],
            verdicts=FINE,
        ),
    ]


SITUATIONS = (*_admission(),)
