"""Folders of transcripts with what lies beside them: files, logs, alerts, the time; what was denied by name."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cluster.fields import dig, text
from cluster.recording import open_recording, write_bundle
from cluster.recording.transcript import read_transcript
from cluster.snapshot import Snapshot
from core.evidence import AbsenceSource, ObjectRef
from tests.cluster.recording.samples import listing, pod, tar
from tests.cluster.recording.transcript.samples import DEPLOYMENTS, DESCRIBED, EVENTS, PODS, state

POD = "cart-7c9d8f6b5c-4xk2p"
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  replicas: 9
"""


def folder(**files: str) -> Snapshot:
    named: dict[str, str | bytes] = {
        name.replace("__", "/").replace("_", "."): content for name, content in files.items()
    }
    return open_recording(io.BytesIO(tar(named)))


def test_transcripts_of_a_folder_are_one_session_later_files_being_newer() -> None:
    found = folder(
        a_txt=f"$ kubectl get po -n shop\n{PODS}",
        b_md=f"Here:\n```\n$ kubectl describe po {POD} -n shop\n{DESCRIBED}```\n",
        c_log=f"$ kubectl get deploy -n shop -o wide\n{DEPLOYMENTS.replace('0/2', '2/2')}",
        d_txt=f"me@box:~$ kubectl get ev -n shop\n{EVENTS}",
    )
    assert state(found, "Pod") == state(found, "Deployment") == state(found, "Event") == "complete"
    assert text(found.get("Pod", "shop", POD), "spec", "containers", 0, "name") == "web"
    assert dig(found.get("Deployment", "shop", "cart"), "status", "readyReplicas") == 2


def test_files_beside_are_live_objects_wishes_and_logs() -> None:
    found = folder(
        session_txt=f"$ kubectl get po -n shop\n{PODS}",
        live_json=listing(pod("web-1"), pod("web-2")),
        cart_yaml=MANIFEST,
        logs__shop__web_1__app_log="",
        shop_web_log="",
    )
    assert text(found.get("Pod", "shop", "web-1"), "metadata", "uid") == "uid-shop-web-1"
    wish = found.get("Deployment", "shop", "cart")
    assert dig(wish, "spec", "replicas") == 9
    assert any("manifest" in note for note in found.coverage.notes)


def test_a_manifest_that_the_cluster_contradicts_is_not_its_state() -> None:
    listed = folder(cart_yaml=MANIFEST, a_txt="$ kubectl get deploy -n shop\nNo resources found in shop namespace.\n")
    assert listed.get("Deployment", "shop", "cart") is None
    denied = 'Error from server (NotFound): deployments.apps "cart" not found\n'
    assert folder(cart_yaml=MANIFEST, a_txt=f"$ kubectl get deploy cart -n shop\n{denied}").kinds() == ()
    shown = folder(cart_yaml=MANIFEST, a_txt=f"$ kubectl get deploy -n shop\n{DEPLOYMENTS}")
    assert dig(shown.get("Deployment", "shop", "cart"), "spec", "replicas") == 2


def test_what_lies_beside_is_not_mistaken_for_objects() -> None:
    alerts = json.dumps([{"labels": {"alertname": "Down", "pod": POD}, "startsAt": "2026-03-02T09:00:00Z"}])
    found = folder(
        a_txt=f"$ kubectl get po -n shop\n{PODS}",
        alerts_json=alerts,
        services_txt="$ ssh n1 systemctl status kubelet\n○ kubelet.service - x\n     Active: failed\n",
        reach_txt="$ nc -zv cart.shop 80\nnc: connect to cart.shop port 80 failed: Connection refused\n",
        date="2026-04-07T11:00:00Z\n",
    )
    assert set(found.kinds()) == {"Pod"}
    assert found.now == datetime(2026, 4, 7, 11, 0, tzinfo=UTC)


def test_outputs_kept_in_files_are_read_where_there_is_nothing_better() -> None:
    found = folder(pods_txt=PODS, describe_txt=DESCRIBED)
    assert text(found.get("Pod", "shop", POD), "spec", "containers", 0, "name") == "web"
    assert not found.coverage.complete("Pod", "shop")


def test_a_readme_beside_live_objects_is_no_session() -> None:
    example = (
        "# Usage\n\n```\n$ kubectl get pods\nNAME   READY   STATUS    RESTARTS   AGE\n"
        "x      0/1     Error     9          3d\n```\n"
    )
    found = folder(README_md=example, pods_json=listing(pod("web-1"), pod("web-2")))
    assert [text(obj, "metadata", "name") for obj in found.all("Pod")] == ["web-1", "web-2"]


NOT_FOUND = 'Error from server (NotFound): {} "x" not found\n'


@pytest.mark.parametrize(
    ("command", "said", "kind", "where"),
    [
        ("get secret x -n shop", "secrets", "Secret", "shop"),
        ("describe deploy x -n shop", "deployments.apps", "Deployment", "shop"),
        ("logs x -n shop", "pods", "Pod", "shop"),
        ("get node x", "nodes", "Node", ""),
        ("get cm x -o yaml -n shop", "configmaps", "ConfigMap", "shop"),
    ],
)
def test_what_the_server_denies_by_name_is_absent_there_and_nowhere_else(
    command: str, said: str, kind: str, where: str
) -> None:
    found = read_transcript(f"$ kubectl {command}\n{NOT_FOUND.format(said)}", "x")
    assert found.absent(kind, where, "x")
    assert not found.absent(kind, where, "y")
    assert not found.absent(kind, "other", "x")
    assert not found.coverage.complete(kind, where)
    ref = ObjectRef(kind=kind, namespace=where, name="x", group="apps" if kind == "Deployment" else "")
    assert found.read(AbsenceSource(object=ref)) is not None


def test_what_is_shown_later_is_not_absent_and_what_is_denied_survives_a_bundle(tmp_path: Path) -> None:
    denied = NOT_FOUND.format("pods")
    table = "NAME   READY   STATUS    RESTARTS   AGE\nx      1/1     Running   0          3s\n"
    found = read_transcript(f"$ kubectl get po x -n shop\n{denied}$ kubectl get po x -n shop\n{table}", "x")
    assert not found.absent("Pod", "shop", "x")
    gone = read_transcript(f"$ kubectl get po x -n shop\n{denied}", "x")
    write_bundle(gone, tmp_path / "b.tar.zst")
    assert open_recording(tmp_path / "b.tar.zst").absent("Pod", "shop", "x")


def test_other_refusals_deny_nothing() -> None:
    said = (
        'Error from server (Forbidden): secrets is forbidden: User "u" cannot get resource "secrets" in API group "" '
        'in the namespace "shop"\nerror: the server doesn\'t have a resource type "x"\n'
    )
    found = read_transcript(f"$ kubectl get secret x -n shop\n{said}", "x")
    assert not found.absent("Secret", "shop", "x")
