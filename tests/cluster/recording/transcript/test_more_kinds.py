"""Tables and descriptions of what scales, routes, limits and permits; usage, rollouts, rights."""

from cluster.fields import dig, text
from cluster.recording.transcript import read_transcript
from tests.cluster.recording.transcript.samples import DESCRIBED, read, state


def said(command: str, output: str) -> tuple[str, str]:
    """Pair a command with what it printed."""
    return command, output


def test_an_autoscaler_in_a_table() -> None:
    found = read(
        said(
            "get hpa -n shop",
            "NAME   REFERENCE         TARGETS                        MINPODS   MAXPODS   REPLICAS   AGE\n"
            "cart   Deployment/cart   cpu: 91%/80%, memory: 10%/50%   2         9         3          3d\n"
            "old    Deployment/old    20%/80%                        1         2         1          3d\n",
        )
    )
    cart = found.get("HorizontalPodAutoscaler", "shop", "cart")
    assert dig(cart, "spec", "scaleTargetRef") == {"kind": "Deployment", "name": "cart", "apiVersion": "apps/v1"}
    assert (dig(cart, "spec", "minReplicas"), dig(cart, "spec", "maxReplicas")) == (2, 9)
    assert dig(cart, "spec", "metrics", 1, "resource", "name") == "memory"
    assert dig(cart, "status", "currentMetrics", 0, "resource", "current", "averageUtilization") == 91
    assert dig(found.get("HorizontalPodAutoscaler", "shop", "old"), "spec", "metrics") is None
    assert state(found, "HorizontalPodAutoscaler") == "complete"


def test_an_ingress_and_a_budget_in_tables() -> None:
    found = read(
        said(
            "get ing -n shop",
            "NAME   CLASS    HOSTS     ADDRESS   PORTS   AGE\ncart   <none>   a.b,c.d             80      3d\n",
        ),
        said(
            "get pdb -n shop",
            "NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE\n"
            "cart   50%             N/A               0                     3d\n",
        ),
    )
    ingress = found.get("Ingress", "shop", "cart")
    assert dig(ingress, "spec", "rules") is None
    assert dig(ingress, "status", "loadBalancer") == {}
    budget = found.get("PodDisruptionBudget", "shop", "cart")
    assert dig(budget, "spec", "minAvailable") == "50%"
    assert dig(budget, "spec", "maxUnavailable") is None
    assert dig(budget, "status", "disruptionsAllowed") == 0


def test_rows_whose_header_was_filtered_away() -> None:
    found = read(("get hpa -n shop | grep cart", "cart   Deployment/cart   cpu: 9%/80%   2   9   3   3d\n"))
    assert dig(found.get("HorizontalPodAutoscaler", "shop", "cart"), "spec", "maxReplicas") == 9
    assert state(found, "HorizontalPodAutoscaler") == "partial"


def test_well_known_custom_kinds_in_tables() -> None:
    found = read(
        ("get certificates -n shop", "NAME   READY   SECRET   AGE\ntls    False   tls      3d\n"),
        ("get kustomization -n flux", "NAME   AGE   READY   STATUS\napps   9d    False   kustomize build failed: x\n"),
        ("get widgets -n shop", "NAME   READY   AGE\nw      False   3d\n"),
    )
    tls = found.get("Certificate.cert-manager.io", "shop", "tls")
    assert dig(tls, "status", "conditions") == [{"type": "Ready", "status": "False"}]
    apps = found.get("Kustomization.kustomize.toolkit.fluxcd.io", "flux", "apps")
    assert dig(apps, "status", "conditions", 0, "message") == "kustomize build failed: x"
    assert not any(kind.startswith("Widget") for kind in found.kinds())


def test_a_described_budget() -> None:
    found = read(
        said(
            "describe pdb -n shop",
            "Name:           cart\nNamespace:      shop\nMin available:  1\nSelector:       app=cart\nStatus:\n"
            "    Allowed disruptions:  0\n    Current:              1\n    Desired:              1\n"
            "    Total:                1\nEvents:                   <none>\n",
        )
    )
    budget = found.get("PodDisruptionBudget", "shop", "cart")
    assert dig(budget, "spec") == {"selector": {"matchLabels": {"app": "cart"}}, "minAvailable": 1}
    status = {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
    assert dig(budget, "status") == status


def test_described_limits_and_roles() -> None:
    found = read(
        said(
            "describe limitrange l -n shop",
            "Name:       l\nNamespace:  shop\n"
            "Type        Resource  Min   Max  Default Request  Default Limit  Max Limit/Request Ratio\n"
            "----        --------  ---   ---  ---------------  -------------  -----------------------\n"
            "Container   memory    64Mi  1Gi  128Mi            256Mi          -\n"
            "Container   cpu       -     2    -                -              -\n",
        ),
        said(
            "describe role r -n shop",
            "Name:         r\nLabels:       <none>\nPolicyRule:\n"
            "  Resources              Non-Resource URLs  Resource Names  Verbs\n"
            "  ---------              -----------------  --------------  -----\n"
            "  pods/log               []                 []              [get]\n"
            "  deployments.apps       []                 [cart]          [get list]\n"
            "  deployments.apps/scale []                 []              [patch]\n"
            "                         [/healthz]         []              [get]\n",
        ),
    )
    limits = dig(found.get("LimitRange", "shop", "l"), "spec", "limits")
    assert limits == [
        {
            "type": "Container",
            "min": {"memory": "64Mi"},
            "max": {"memory": "1Gi", "cpu": "2"},
            "defaultRequest": {"memory": "128Mi"},
            "default": {"memory": "256Mi"},
        }
    ]
    rules = dig(found.get("Role", "shop", "r"), "rules")
    assert rules == [
        {"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"]},
        {"verbs": ["get", "list"], "apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["cart"]},
        {"verbs": ["patch"], "apiGroups": ["apps"], "resources": ["deployments/scale"]},
        {"verbs": ["get"], "nonResourceURLs": ["/healthz"]},
    ]


def test_pods_of_a_described_node_tell_their_node_and_make_no_pods_of_themselves() -> None:
    node = (
        "Name:               pool-1\nNon-terminated Pods:          (2 in total)\n"
        "  Namespace  Name                   CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age\n"
        "  ---------  ----                   ------------  ----------  ---------------  -------------  ---\n"
        "  shop       only-here              100m (2%)     0 (0%)      64Mi (1%)        64Mi (1%)      3d\n"
        "  shop       cache-0                0 (0%)        0 (0%)      0 (0%)           0 (0%)         41d\n"
    )
    table = "NAME      READY   STATUS    RESTARTS   AGE\ncache-0   1/1     Running   0          41d\n"
    found = read(("describe node pool-1", node), ("get po -n shop", table))
    assert text(found.get("Pod", "shop", "cache-0"), "spec", "nodeName") == "pool-1"
    assert found.get("Pod", "shop", "only-here") is None


def test_usage_of_nodes_and_of_pods_whose_container_is_known() -> None:
    found = read(
        ("describe po x -n shop", DESCRIBED.replace("  proxy:\n", "  web2:\n", 1)),
        said(
            "get po -n shop",
            "NAME      READY   STATUS    RESTARTS   AGE\ncache-0   1/1     Running   0          41d\n",
        ),
        said(
            "top pods -n shop",
            "NAME                    CPU(cores)   MEMORY(bytes)\ncache-0                 12m          118Mi\n"
            "cart-7c9d8f6b5c-4xk2p   1m           2Mi\n",
        ),
        said(
            "top pod -n shop --containers",
            "POD                     NAME    CPU(cores)   MEMORY(bytes)\n"
            "cart-7c9d8f6b5c-4xk2p   web     1m           2Mi\n",
        ),
        said(
            "top node",
            "NAME     CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)\n"
            "pool-1   250m         12%      3Gi             80%\n",
        ),
    )
    cache = found.get("PodMetrics.metrics.k8s.io", "shop", "cache-0")
    assert dig(cache, "containers") == [{"name": "container-1", "usage": {"cpu": "12m", "memory": "118Mi"}}]
    cart = found.get("PodMetrics.metrics.k8s.io", "shop", "cart-7c9d8f6b5c-4xk2p")
    assert [entry["name"] for entry in dig(cart, "containers")] == ["web"]
    node = found.get("NodeMetrics.metrics.k8s.io", "", "pool-1")
    assert dig(node, "usage") == {"cpu": "250m", "memory": "3Gi"}
    assert (
        state(read(("top pods -n shop", "error: Metrics API not available\n")), "PodMetrics.metrics.k8s.io") == "failed"
    )


def test_rollouts_tell_how_far_they_are() -> None:
    found = read(
        said(
            "rollout status deploy/cart -n shop",
            'Waiting for deployment "cart" rollout to finish: 1 out of 3 new replicas have been updated...\n'
            'error: deployment "cart" exceeded its progress deadline\n',
        ),
        said(
            "rollout history deployment cart -n shop",
            "deployment.apps/cart\nREVISION  CHANGE-CAUSE\n4  <none>\n5  <none>\n",
        ),
    )
    cart = found.get("Deployment", "shop", "cart")
    assert dig(cart, "status", "updatedReplicas") == 1
    assert dig(cart, "status", "conditions", 0, "reason") == "ProgressDeadlineExceeded"
    assert dig(cart, "metadata", "annotations", "deployment.kubernetes.io/revision") == "5"


def test_what_one_may_not_list_is_refused() -> None:
    found = read(
        ("auth can-i list secrets -n shop", "no\n"),
        ("auth can-i list pods -n shop", "yes\n"),
        ("auth can-i get cm -n shop --as=system:serviceaccount:shop:x", "no\n"),
    )
    assert state(found, "Secret") == "refused"
    assert state(found, "Pod") == state(found, "ConfigMap") == ""


def test_prose_below_a_table_is_no_row_and_does_not_make_the_list_partial() -> None:
    table = "NAME      READY   STATUS    RESTARTS   AGE\ncache-0   1/1     Running   0          41d\n"
    found = read_transcript(f"$ kubectl get po -n shop\n{table}\nAs you see, all is well there.\nThanks!\n", "x")
    assert len(list(found.all("Pod"))) == 1
    assert state(found, "Pod") == "complete"


def test_lines_of_stern_come_apart() -> None:
    found = read_transcript(
        "me@box:~$ stern -n shop cart\n+ cart-1 › web\ncart-1 web FATAL x\ncart-1 proxy │ ready\n", "x"
    )
    assert found.logs["shop", "cart-1", "web", False].lines == ("FATAL x",)
    assert found.logs["shop", "cart-1", "proxy", False].lines == ("ready",)


def test_a_log_of_all_containers_belongs_to_the_one_that_fails_or_to_none() -> None:
    found = read(
        ("describe po x -n shop", DESCRIBED), ("logs cart-7c9d8f6b5c-4xk2p -n shop --all-containers", "oops\n")
    )
    assert found.logs["shop", "cart-7c9d8f6b5c-4xk2p", "web", False].lines == ("oops",)
    well = DESCRIBED.replace("Ready:          False", "Ready:          True")
    both = read(("describe po x -n shop", well), ("logs cart-7c9d8f6b5c-4xk2p -n shop --all-containers", "oops\n"))
    assert not both.logs
