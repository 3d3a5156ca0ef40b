"""Logs lose what kubectl says; YAML and JSON are read as everywhere else."""

import json

from cluster.fields import text
from tests.cluster.recording.transcript.samples import DEPLOYMENTS, DESCRIBED, PODS, read

POD = "cart-7c9d8f6b5c-4xk2p"


def test_what_kubectl_says_is_not_in_the_log_but_names_the_container() -> None:
    output = 'Defaulted container "web" out of: web, proxy, prepare (init)\n$ not a prompt\nFATAL no route\n'
    found = read(("get po -n shop -o wide", PODS), (f"logs -n shop {POD} --previous", output))
    assert found.logs["shop", POD, "web", True].lines == ("$ not a prompt", "FATAL no route")
    assert not found.logs["shop", POD, "web", True].cut


def test_a_refused_log_is_missing_with_its_reason() -> None:
    said = f'Error from server (BadRequest): previous terminated container "web" in pod "{POD}" not found\n'
    found = read((f"logs -n shop {POD} -p", said))
    (entry,) = found.coverage.logs
    assert (entry.state, entry.container, entry.previous) == ("missing", "web", True)


def test_counted_and_filtered_lines_are_marked_as_cut() -> None:
    output = '     41 {"level":"error","msg":"dial tcp"}\n      2 ERROR could not flush\n'
    found = read(
        ("get deploy -n shop -o wide", DEPLOYMENTS),
        ("get po -n shop -o wide", PODS),
        ("logs -n shop deployment/cart -c web | grep -i error | sort | uniq -c | sort -rn", output),
    )
    log = found.logs["shop", POD, "web", False]
    assert log.cut
    assert log.lines == ('{"level":"error","msg":"dial tcp"}', "ERROR could not flush")
    assert any("does not say which pod" in note for note in found.coverage.notes)


def test_prefixed_lines_come_apart() -> None:
    output = f"[pod/{POD}/web] one\n[pod/{POD}/proxy] two\n[pod/{POD}/web] three\n"
    found = read(("logs -n shop -l app=cart --prefix --all-containers", output))
    assert found.logs["shop", POD, "web", False].lines == ("one", "three")
    assert found.logs["shop", POD, "proxy", False].lines == ("two",)


def test_yaml_wins_over_a_description_and_secrets_are_masked() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": POD, "namespace": "shop", "uid": "u1", "creationTimestamp": "2026-04-07T10:00:00Z"},
        "spec": {
            "containers": [
                {"name": "web", "image": "r.example/cart:3", "env": [{"name": "PASSWORD", "value": "hunter2!"}]}
            ]
        },
        "status": {"phase": "Failed"},
    }
    found = read(
        (f"describe po {POD} -n shop", DESCRIBED), (f"get po {POD} -n shop -o json", json.dumps(pod, indent=2) + "\n")
    )
    read_back = found.get("Pod", "shop", POD)
    assert (text(read_back, "metadata", "uid"), text(read_back, "status", "phase")) == ("u1", "Failed")
    assert "hunter2" not in json.dumps(read_back)


def test_a_list_of_yaml_is_complete_and_a_cut_one_is_not() -> None:
    item = "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: {0}\n    namespace: shop\n    uid: u-{0}\n"
    whole = "apiVersion: v1\nitems:\n" + item.format("a") + item.format("b") + "kind: List\n"
    assert read(("get cm -n shop -o yaml", whole)).coverage.complete("ConfigMap", "shop")
    cut = read(("get cm -n shop -o yaml", whole.removesuffix("kind: List\n")))
    assert not cut.coverage.complete("ConfigMap", "shop")
    assert cut.get("ConfigMap", "shop", "a") is not None
