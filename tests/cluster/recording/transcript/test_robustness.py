"""No text breaks the reader, and a long session is read in seconds."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.recording.transcript import read_transcript
from core.errors import SextantError
from tests.cluster.recording.transcript.samples import DEPLOYMENTS, DESCRIBED, EVENTS, PODS

WHOLE = (
    f"$ kubectl get po -n shop -o wide\n{PODS}\n$ kubectl get deploy -n shop -o wide\n{DEPLOYMENTS}\n"
    f"$ kubectl describe pod x -n shop\n{DESCRIBED}\n$ kubectl get events -A -o wide\n{EVENTS}\n"
    "$ kubectl logs -n shop deploy/cart | uniq -c\n  1 x\n$ kubectl get svc -o yaml\nkind: List\nitems:\n- a\n"
)
VERBS = st.sampled_from(
    [
        "get",
        "describe",
        "logs",
        "events",
        "get all",
        "-n a get po,svc",
        "logs -l a=b --prefix",
        "get ev -o json",
        "version",
        "top",
        "top pod --containers",
        "rollout status",
        "rollout history",
        "auth can-i list",
        "get pods -o yaml",
        "logs --all-containers",
        "logs --prefix --stern",
        "apply -f - <<EOF",
    ]
)
KINDS = st.sampled_from(
    [
        *("pod", "deploy", "rs", "sts", "ds", "job", "cj", "svc", "ep", "node", "pvc", "pv", "sc", "cm", "secret"),
        *("sa", "quota", "rolebinding", "netpol", "ns", "hpa", "ing", "widgets", "a/b"),
        *("pdb", "limits", "role", "clusterrole", "certificates", "kustomizations", "all"),
    ]
)
SIGNS = st.sampled_from(list("/:- 0<"))


def attempt(content: str) -> None:
    with suppress(SextantError):
        assert read_transcript(content, "x").origin == "x"


@settings(max_examples=150, deadline=None)
@given(VERBS, KINDS, st.text(max_size=300))
def test_random_output_raises_only_our_errors(verb: str, kind: str, output: str) -> None:
    attempt(f"$ kubectl {verb} {kind} {output}\n{output}")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_mutated_transcripts_raise_only_our_errors(data: st.DataObject) -> None:
    lines = WHOLE.split("\n")
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.integers(0, 4)):
            case 0:
                del lines[at : at + data.draw(st.integers(1, 8))]
                lines = lines or ["$ kubectl get po"]
            case 1:
                lines[at] = data.draw(st.text(max_size=80))
            case 2:
                lines.insert(at, f"$ kubectl {data.draw(VERBS)} {data.draw(KINDS)}")
            case 3:
                lines[at] = lines[at][data.draw(st.integers(0, 20)) :]
            case _:
                lines[at] = lines[at].replace(data.draw(SIGNS), data.draw(st.text(max_size=3)))
    attempt("\n".join(lines))


def test_a_session_of_three_megabytes_is_read_in_seconds() -> None:
    events = "LAST SEEN   TYPE      REASON    OBJECT          MESSAGE\n" + "".join(
        f"{n % 59}m         Warning   BackOff   pod/web-{n:06}  {'word ' * 8}{n}\n" for n in range(10_000)
    )
    described = "\n\n".join(DESCRIBED.replace("4xk2p", f"{n:05}") for n in range(200))
    log = "".join(f"2026-04-07T10:00:00Z ERROR {n} {'x' * 60}\n" for n in range(12_000))
    content = (
        f"$ kubectl get events -n shop\n{events}$ kubectl describe pods -n shop\n"
        f"{described}$ kubectl logs web -n shop\n{log}"
    )
    begun = time.perf_counter()
    found = read_transcript(content, "x")
    assert time.perf_counter() - begun < 8
    assert len(content) > 2_000_000
    assert len(list(found.all("Pod"))) == 200


@pytest.mark.parametrize("sign", ["/", "a", "1", ":", " ", "a:", "1.", "(", "a ", '"', "x=", "\\"])
@pytest.mark.parametrize(
    "command",
    [
        *("get ep", "describe ing x", "describe pod x", "get events", "get quota", "logs x", "top pods", "get hpa"),
        *("describe role x", "describe limits x", "describe pdb x", "describe node x", "rollout status deploy/x"),
        *("get certificates", "logs --prefix --stern x", "get pods -o wide"),
    ],
)
def test_no_line_takes_long_to_read(command: str, sign: str) -> None:
    long = sign * 15_000
    keys: tuple[str, ...] = (
        "Name:  x",
        "Rules:",
        f"  {long}",
        "Metrics:",
        f"  {long}",
        "Events:",
        f"  Normal  {long}",
        "Containers:",
    )
    keys += ("PolicyRule:", f"  {long}", "Non-terminated Pods:  (1 in total)", f"  {long}", f"Type  Resource  {long}")
    lines = ("NAME   ENDPOINTS   REQUEST   OBJECT", f"x      {long}", *keys, "  a:", f"    Liveness:  {long}", long)
    begun = time.perf_counter()
    attempt("\n".join((f"$ kubectl {command}", *lines, f"$ kubectl {command} | grep x", *lines[1:])))
    assert time.perf_counter() - begun < 3
