"""An output without its command is read where it can be told what printed it, through the front door too."""

import io

from cluster.recording import open_recording
from cluster.recording.transcript import is_output, read_transcript
from tests.cluster.recording.transcript.samples import DESCRIBED, EVENTS, PODS

POD = "cart-7c9d8f6b5c-4xk2p"


def test_a_bare_description_is_read() -> None:
    found = open_recording(io.BytesIO(DESCRIBED.encode()))
    assert found.get("Pod", "shop", POD) is not None
    assert not found.coverage.complete("Pod", "shop")


def test_bare_tables_are_read_but_prove_no_absence() -> None:
    found = read_transcript(PODS, "pasted")
    assert found.get("Pod", "default", "cache-0") is not None
    assert not found.coverage.complete("Pod", "default")
    assert len(list(read_transcript(EVENTS, "pasted").iter_events())) == 2


def test_other_texts_are_no_output() -> None:
    assert not is_output("2026-04-07 ERROR x\nName: y\n")
    assert not is_output("Name: x\n")
    assert not is_output("apiVersion: v1\nkind: Pod\n")


def test_a_transcript_comes_through_the_front_door() -> None:
    found = open_recording(io.BytesIO(f"hello\n$ kubectl get po -n shop -o wide\n{PODS}".encode()))
    assert found.coverage.complete("Pod", "shop")
