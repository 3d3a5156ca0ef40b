"""Descriptions become the fields they were printed from."""

from cluster.fields import dig, text
from cluster.recording.transcript import hides
from tests.cluster.recording.transcript.samples import DEPLOYMENTS, DESCRIBED, EVENTS, NOW, PODS, read

POD = "cart-7c9d8f6b5c-4xk2p"


def test_a_pod_is_read_with_states_probes_environment_and_mounts() -> None:
    pod = read(("describe pod cart-7c9d8f6b5c-4xk2p -n shop", DESCRIBED)).get("Pod", "shop", POD)
    web = dig(pod, "spec", "containers", 0)
    assert web["command"] == ["sh", "-c", "echo State: fine\n  exec cart --config /etc/cart.yaml"]
    assert [port["containerPort"] for port in web["ports"]] == [8080, 8081]
    assert web["resources"] == {"limits": {"cpu": "500m", "memory": "128Mi"}, "requests": {"memory": "64Mi"}}
    assert web["livenessProbe"]["httpGet"] == {"path": "/alive", "scheme": "HTTP", "port": 8080}
    assert (web["livenessProbe"]["initialDelaySeconds"], web["livenessProbe"]["failureThreshold"]) == (7, 4)
    assert web["readinessProbe"]["exec"] == {"command": ["cat", "/tmp/ok"]}
    assert web["startupProbe"]["tcpSocket"] == {"port": "web"}
    assert web["envFrom"] == [{"configMapRef": {"name": "cart-env", "optional": True}}]
    assert [entry["name"] for entry in web["env"]] == ["MODE", "DB_PASS", "HOST_IP", "NOTHING"]
    assert web["env"][1]["valueFrom"] == {"secretKeyRef": {"name": "cart-db", "key": "pass"}}
    assert web["env"][3]["value"] == ""
    assert web["volumeMounts"][1] == {
        "mountPath": "/etc/cart.yaml",
        "name": "conf",
        "readOnly": True,
        "subPath": "cart.yaml",
    }
    assert dig(pod, "spec", "volumes", 0) == {"name": "data", "persistentVolumeClaim": {"claimName": "cart-data"}}
    entry = dig(pod, "status", "containerStatuses", 0)
    assert entry["state"] == {"waiting": {"reason": "CrashLoopBackOff"}}
    assert entry["lastState"]["terminated"]["exitCode"] == 3
    assert entry["lastState"]["terminated"]["finishedAt"] == "2026-04-07T10:22:50Z"
    assert dig(pod, "status", "initContainerStatuses", 0, "state", "terminated", "exitCode") == 0
    assert {"type": "Ready", "status": "False"} in dig(pod, "status", "conditions")
    assert dig(pod, "metadata", "labels") == {"app": "cart", "pod-template-hash": "7c9d8f6b5c"}
    assert "affinity" not in dig(pod, "spec")


def test_detail_wins_over_tables_and_events_are_counted_once() -> None:
    found = read(
        ("get po -n shop -o wide", PODS),
        ("get deploy -n shop -o wide", DEPLOYMENTS),
        (f"describe pod {POD} -n shop", DESCRIBED),
        ("get events -n shop", EVENTS),
    )
    pod = found.get("Pod", "shop", POD) or {}
    assert len(dig(pod, "spec", "containers")) == 2
    assert text(pod, "metadata", "creationTimestamp")
    events = found.events(pod)
    assert sorted(event.reason for event in events) == ["BackOff", "Scheduled"]
    assert {event.reason: event.count for event in events}["BackOff"] == 40
    assert {event.reason: event.container for event in events}["BackOff"] == "web"
    assert found.coverage.complete("Event", "shop")


def test_now_comes_from_the_text() -> None:
    found = read((f"describe pod {POD} -n shop", DESCRIBED))
    assert found.now == NOW


def test_a_later_table_of_a_healthy_pod_corrects_the_description() -> None:
    table = f"NAME                    READY   STATUS    RESTARTS   AGE\n{POD}   2/2     Running   9          40m\n"
    pod = read((f"describe pod {POD} -n shop", DESCRIBED), ("get po -n shop", table)).get("Pod", "shop", POD)
    assert [entry["ready"] for entry in dig(pod, "status", "containerStatuses")] == [True, True]


def test_several_objects_of_one_output_come_apart() -> None:
    two = (
        "Name:         a\nNamespace:    shop\nStatus:       Running\n\n\nName:         b\n"
        "Namespace:    shop\nStatus:       Pending\n"
    )
    found = read(("describe pods -n shop", two))
    assert [text(pod, "metadata", "name") for pod in found.all("Pod")] == ["a", "b"]


def test_a_service_keeps_its_ports_apart() -> None:
    said = (
        "Name:              web\nNamespace:         shop\nSelector:          app=web,tier=front\n"
        "Type:              NodePort\n"
        "IP:                10.9.0.1\nPort:              http  80/TCP\nTargetPort:        web/TCP\n"
        "NodePort:          http  30080/TCP\n"
        "Endpoints:         \nPort:              <unset>  81/TCP\nTargetPort:        8081/TCP\n"
        "Endpoints:         10.8.0.1:8081\n"
        "Session Affinity:  None\nEvents:            <none>\n"
    )
    service = read(("describe svc web -n shop", said)).get("Service", "shop", "web")
    assert dig(service, "spec", "selector") == {"app": "web", "tier": "front"}
    assert dig(service, "spec", "ports") == [
        {"port": 80, "protocol": "TCP", "name": "http", "targetPort": "web", "nodePort": 30080},
        {"port": 81, "protocol": "TCP", "targetPort": 8081},
    ]
    endpoints = read(("describe svc web -n shop", said)).get("Endpoints", "shop", "web")
    assert dig(endpoints, "subsets") == [{"addresses": [{"ip": "10.8.0.1"}], "ports": [{"port": 8081}]}]


def test_a_deployment_is_read_with_its_template() -> None:
    said = (
        "Name:                   web\nNamespace:              shop\n"
        "CreationTimestamp:      Tue, 07 Apr 2026 10:00:00 +0000\n"
        "Selector:               app=web\n"
        "Replicas:               3 desired | 1 updated | 3 total | 2 available | 1 unavailable\n"
        "StrategyType:           RollingUpdate\nPod Template:\n  Labels:  app=web\n  Containers:\n   web:\n"
        "    Image:      r.example/web:2\n    Port:       80/TCP\n    Environment:\n      A:  b\n  Volumes:  <none>\n"
        "Conditions:\n  Type           Status  Reason\n  ----           ------  ------\n"
        "  Progressing    False   ProgressDeadlineExceeded\n"
        "OldReplicaSets:  <none>\nNewReplicaSet:   web-1 (1/1 replicas created)\nEvents:          <none>\n"
    )
    found = read(("describe deployment/web -n shop", said)).get("Deployment", "shop", "web")
    assert dig(found, "spec", "replicas") == 3
    assert dig(found, "status", "unavailableReplicas") == 1
    assert dig(found, "spec", "template", "spec", "containers", 0, "env") == [{"name": "A", "value": "b"}]
    assert dig(found, "status", "conditions") == [
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    ]


def test_a_config_map_is_read_and_a_secret_keeps_only_names() -> None:
    config = (
        "Name:         c\nNamespace:    shop\nLabels:       <none>\n\nData\n====\napp.ini:\n----\n[a]\n"
        "Key: x\n\nmode:\n----\nfast\n\nBinaryData\n====\n\nEvents:  <none>\n"
    )
    secret = "Name:         s\nNamespace:    shop\n\nType:  Opaque\n\nData\n====\npass:  12 bytes\n"
    found = read(("describe cm c -n shop", config), ("describe secret s -n shop", secret))
    assert dig(found.get("ConfigMap", "shop", "c"), "data") == {"app.ini": "[a]\nKey: x", "mode": "fast"}
    assert list(dig(found.get("Secret", "shop", "s"), "data")) == ["pass"]


def test_what_a_form_does_not_show_is_not_taken_for_unset() -> None:
    table = "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   1/1     Running   0          3m\n"
    found = read(("get po -n shop", table), (f"describe pod {POD} -n shop", DESCRIBED))
    tabled, described = found.get("Pod", "shop", "web-0") or {}, found.get("Pod", "shop", POD) or {}
    assert hides(tabled, "spec", "containers", 0, "resources", "limits")
    assert hides(described, "spec", "affinity")
    assert not hides(described, "spec", "containers", 1, "resources", "limits")
    assert not hides({"kind": "Pod"}, "spec", "affinity")


def test_events_fill_in_what_a_table_leaves_out() -> None:
    table = (
        "NAME    READY   STATUS                       RESTARTS   AGE\n"
        "web-0   0/1     CreateContainerConfigError   0          3m\n"
        "web-1   0/1     ErrImagePull                 0          3m\n"
    )
    events = (
        "LAST SEEN   TYPE      REASON      OBJECT      MESSAGE\n"
        "2m          Normal    Scheduled   pod/web-0   Successfully assigned shop/web-0 to pool-3\n"
        'd           Normal    Odd         pod/web-0   nothing: "x"\n'
        '2m          Warning   Failed      pod/web-0   Error: secret "keys" not found\n'
        '2m          Warning   Failed      pod/web-1   Failed to pull image "r.example/web:9": not found\n'
    )
    found = read(("get po -n shop", table), ("get events -n shop", events))
    first, second = found.get("Pod", "shop", "web-0"), found.get("Pod", "shop", "web-1")
    assert text(first, "spec", "nodeName") == "pool-3"
    assert text(first, "status", "containerStatuses", 0, "state", "waiting", "message") == 'secret "keys" not found'
    assert text(second, "spec", "containers", 0, "image") == "r.example/web:9"


def test_a_network_policy_is_read_from_its_prose_or_not_at_all() -> None:
    said = (
        "Name:         db\nNamespace:    shop\nSpec:\n  PodSelector:     app=db\n  Allowing ingress traffic:\n"
        "    To Port: 5432/TCP\n    From:\n      PodSelector: app=cart\n    ----------\n"
        "    To Port: <any> (traffic allowed to all ports)\n    From:\n      IPBlock:\n        CIDR: 192.0.2.0/24\n"
        "        Except: 192.0.2.1/32\n  Allowing egress traffic:\n"
        "    <none> (Selected pods are isolated for egress connectivity)\n  Policy Types: Ingress, Egress\n"
    )
    policy = read(("describe netpol db -n shop", said)).get("NetworkPolicy", "shop", "db")
    assert dig(policy, "spec") == {
        "podSelector": {"matchLabels": {"app": "db"}},
        "ingress": [
            {
                "ports": [{"port": 5432, "protocol": "TCP"}],
                "from": [{"podSelector": {"matchLabels": {"app": "cart"}}}],
            },
            {"from": [{"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.1/32"]}}]},
        ],
        "egress": [],
        "policyTypes": ["Ingress", "Egress"],
    }
    odd = said.replace("PodSelector: app=cart", "PodSelector: app in (cart)")
    assert dig(read(("describe netpol db -n shop", odd)).get("NetworkPolicy", "shop", "db"), "spec") is None


def test_a_node_is_read_with_taints_conditions_and_room() -> None:
    said = (
        "Name:               pool-1\nRoles:              <none>\nLabels:             disk=fast\n"
        "Taints:             node.kubernetes.io/memory-pressure:NoSchedule\n"
        "                    team=a:NoExecute\nUnschedulable:      true\nConditions:\n"
        "  Type             Status  LastHeartbeatTime                 LastTransitionTime           "
        "     Reason      Message\n"
        "  ----             ------  -----------------                 ------------------           "
        "     ------      -------\n"
        "  MemoryPressure   True    Tue, 07 Apr 2026 10:20:00 +0000   Tue, 07 Apr 2026 10:10:00 "
        "+0000   KubeletLow  too little left\n"
        "Addresses:\n  InternalIP:  192.0.2.4\nCapacity:\n  cpu:     4\n  memory:  8Gi\nAllocatable:\n"
        "  cpu:     3900m\n"
    )
    node = read(("describe node pool-1", said)).get("Node", "", "pool-1")
    assert dig(node, "spec", "taints", 1) == {"key": "team", "effect": "NoExecute", "value": "a"}
    assert dig(node, "status", "conditions", 0) == {
        "type": "MemoryPressure",
        "status": "True",
        "reason": "KubeletLow",
        "message": "too little left",
        "lastHeartbeatTime": "2026-04-07T10:20:00Z",
        "lastTransitionTime": "2026-04-07T10:10:00Z",
    }
    assert dig(node, "status", "allocatable") == {"cpu": "3900m"}


def test_a_quota_is_read_with_what_is_used() -> None:
    said = (
        "Name:       q\nNamespace:  shop\nResource    Used  Hard\n--------    ----  ----\n"
        "pods        3     3\nlimits.cpu  1500m  2\n"
    )
    quota = read(("describe quota q -n shop", said)).get("ResourceQuota", "shop", "q")
    assert dig(quota, "status") == {
        "hard": {"pods": "3", "limits.cpu": "2"},
        "used": {"pods": "3", "limits.cpu": "1500m"},
    }


def test_an_autoscaler_without_metrics_is_read() -> None:
    said = (
        "Name:         web\nNamespace:    shop\nReference:    Deployment/web\nMetrics:      ( current / target )\n"
        "  resource cpu on pods  (as a percentage of request):  <unknown> / 80%\n"
        "Min replicas:     2\nMax replicas:     5\nDeployment pods:  2 current / 0 desired\nConditions:\n"
        "  Type           Status  Reason                   Message\n"
        "  ----           ------  ------                   -------\n"
        "  ScalingActive  False   FailedGetResourceMetric  no metrics, none at all\n"
    )
    scaler = read(("describe hpa -n shop", said)).get("HorizontalPodAutoscaler", "shop", "web")
    assert dig(scaler, "spec", "scaleTargetRef", "name") == "web"
    assert (dig(scaler, "spec", "minReplicas"), dig(scaler, "spec", "maxReplicas")) == (2, 5)
    assert dig(scaler, "spec", "metrics", 0, "resource", "target", "averageUtilization") == 80
    assert text(scaler, "status", "conditions", 0, "message") == "no metrics, none at all"


def test_an_ingress_is_read_with_its_backends() -> None:
    said = (
        "Name:             web\nNamespace:        shop\nIngress Class:    nginx\nRules:\n"
        "  Host           Path  Backends\n  ----           ----  --------\n  shop.example   \n"
        '                 /      web:http (<error: endpoints "web" not found>)\n'
        "                 /pay   pay:8080 (10.8.0.1:8080)\n"
    )
    ingress = read(("describe ing web -n shop", said)).get("Ingress", "shop", "web")
    assert dig(ingress, "spec", "ingressClassName") == "nginx"
    assert dig(ingress, "spec", "rules", 0, "host") == "shop.example"
    backends = [path["backend"]["service"] for path in dig(ingress, "spec", "rules", 0, "http", "paths")]
    assert backends == [{"name": "web", "port": {"name": "http"}}, {"name": "pay", "port": {"number": 8080}}]
