"""Tables become objects, and nothing that a column does not tell is filled in."""

from cluster.fields import dig, text
from cluster.snapshot import controller_of
from tests.cluster.recording.transcript.samples import DEPLOYMENTS, PODS, read


def test_computed_statuses_of_pods_become_fields() -> None:
    found = read(("get deploy -n shop -o wide", DEPLOYMENTS), ("get po -n shop -o wide", PODS))
    crashing = found.get("Pod", "shop", "cart-7c9d8f6b5c-4xk2p")
    statuses = dig(crashing, "status", "containerStatuses")
    assert [entry["name"] for entry in statuses] == ["web", "proxy"]
    assert statuses[0]["state"] == {"waiting": {"reason": "CrashLoopBackOff"}}
    assert statuses[0]["restartCount"] == 9
    assert text(crashing, "status", "phase") == "Running"
    assert text(crashing, "spec", "nodeName") == "pool-1"
    waiting = found.get("Pod", "shop", "cart-7c9d8f6b5c-qq9zv")
    assert text(waiting, "status", "phase") == "Pending"
    assert "podIP" not in dig(waiting, "status")
    assert "running" in dig(waiting, "status", "initContainerStatuses", 0, "state")
    evicted = found.get("Pod", "shop", "old-bz7wd")
    assert (text(evicted, "status", "phase"), text(evicted, "status", "reason")) == ("Failed", "Evicted")


def test_names_with_hashes_join_pods_to_their_deployment() -> None:
    found = read(("get deploy -n shop -o wide", DEPLOYMENTS), ("get po -n shop -o wide", PODS))
    deployment = found.get("Deployment", "shop", "cart")
    (replica_set,) = found.owned[text(deployment, "metadata", "uid")]
    pods = found.owned[text(replica_set, "metadata", "uid")]
    assert len(pods) == 2
    assert not controller_of(found.get("Pod", "shop", "cache-0") or {})


def test_several_kinds_in_one_output_come_apart() -> None:
    everything = (
        "NAME          READY   STATUS    RESTARTS   AGE\n"
        "pod/web-0     1/1     Running   0          3m\n\n"
        "NAME          TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)                 AGE\n"
        "service/web   LoadBalancer   10.9.0.1     <pending>     80:30123/TCP,53/UDP     3m\n\n"
        "NAME                   READY   AGE\n"
        "statefulset.apps/web   1/1     3m\n"
    )
    found = read(("get all -n shop", everything))
    service = found.get("Service", "shop", "web")
    assert dig(service, "spec", "ports") == [
        {"port": 80, "protocol": "TCP", "nodePort": 30123},
        {"port": 53, "protocol": "UDP"},
    ]
    assert found.get("StatefulSet", "shop", "web") is not None
    assert text(controller_of(found.get("Pod", "shop", "web-0") or {}), "kind") == "StatefulSet"


def test_empty_cells_of_a_pending_claim_stay_unset() -> None:
    table = (
        "NAMESPACE   NAME   STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   AGE\n"
        "shop        data   Pending                                      fast           3m\n"
    )
    claim = read(("get pvc -A", table)).get("PersistentVolumeClaim", "shop", "data")
    assert dig(claim, "spec") == {"storageClassName": "fast"}
    assert dig(claim, "status") == {"phase": "Pending"}


def test_nodes_with_blanks_in_cells_keep_their_columns() -> None:
    table = (
        "NAME     STATUS                        ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP "
        "  OS-IMAGE          KERNEL-VERSION   CONTAINER-RUNTIME\n"
        "pool-1   NotReady,SchedulingDisabled   <none>   9d    v1.33.1   192.0.2.4     <none>      "
        "  Some Linux 9 LTS   6.1              containerd://2.0\n"
    ).replace("OS-IMAGE          ", "OS-IMAGE           ")
    node = read(("get nodes -o wide -n shop", table)).get("Node", "", "pool-1")
    assert dig(node, "spec", "unschedulable") is True
    assert text(node, "status", "nodeInfo", "osImage") == "Some Linux 9 LTS"
    assert dig(node, "status", "conditions") == [{"type": "Ready", "status": "False"}]


def test_an_empty_endpoints_cell_is_no_address_and_a_cut_one_keeps_what_it_shows() -> None:
    table = (
        "NAME    ENDPOINTS                                  AGE\n"
        "empty   <none>                                     3m\n"
        "many    10.8.0.1:80,10.8.0.2:80 + 3 more...        3m\n"
    )
    found = read(("get ep -n shop", table))
    assert dig(found.get("Endpoints", "shop", "empty"), "subsets") == []
    assert len(dig(found.get("Endpoints", "shop", "many"), "subsets", 0, "addresses")) == 2


def test_a_row_without_header_is_read_by_its_command() -> None:
    found = read(("get po -n shop | grep web", "web-0   0/1   ImagePullBackOff   0   3m\n"))
    pod = found.get("Pod", "shop", "web-0")
    assert dig(pod, "status", "containerStatuses", 0, "state") == {"waiting": {"reason": "ImagePullBackOff"}}


def test_a_later_table_corrects_an_earlier_one() -> None:
    row = "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   {}     Running   0          3m\n"
    found = read(("get po -n shop", row.format("0/1")), ("get po -n shop", row.format("1/1")))
    assert dig(found.get("Pod", "shop", "web-0"), "status", "containerStatuses", 0, "ready") is True
