"""Messages of the same trouble become the same words; messages of different trouble do not."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.events.wording import LONGEST_WORDING, image_of, repository, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    message: str
    words: str
    own: tuple[str, ...] = field(default=())


CASES = (
    Case(
        id="restarted container",
        message="Back-off 5m0s restarting failed container ledger in pod "
        "ledger-7698769c8b-c6trz_books(1ac67577-d397-42c7-a1b2-55fbdd458855)",
        words="Back-off <duration> restarting failed container <name> in pod <name>",
        own=("ledger-7698769c8b-c6trz", "ledger", "books"),
    ),
    Case(
        id="static pod",
        message="Back-off restarting container etcd in pod etcd-cp_kube-system(3f1c0d8ab3e7d5f20c11e8a9b0c1d2e3)",
        words="Back-off restarting container etcd in pod <name>",
    ),
    Case(
        id="image without its tag",
        message='Failed to pull image "registry.example.com:5000/tools/gallery:2.0": rpc error: code = NotFound desc = '
        "registry.example.com:5000/tools/gallery:2.0: not found",
        words='Failed to pull image "registry.example.com:5000/tools/gallery": rpc error: code = NotFound desc = '
        "registry.example.com:5000/tools/gallery: not found",
    ),
    Case(
        id="image without its digest",
        message='Successfully pulled image "ghcr.io/acme/api@sha256:'
        + "ab" * 32
        + '" in 2.31s (2.31s including waiting). '
        "Image size: 2219949 bytes.",
        words='Successfully pulled image "ghcr.io/acme/api" in <duration> (<duration> including waiting). '
        "Image size: <n>.",
    ),
    Case(
        id="address of a probe",
        message='Readiness probe failed: Get "http://10.244.0.48:8080/healthz?t=7": dial tcp 10.244.0.48:8080: '
        "connect: connection refused",
        words='Readiness probe failed: Get "http://<host>/healthz": dial tcp <ip>: connect: connection refused',
    ),
    Case(
        id="addresses of version 6",
        message="dial tcp [fd00:10:244::1a]:8080: i/o timeout, then fe80::1 failed",
        words="dial tcp <ip>: i/o timeout, then <ip> failed",
    ),
    Case(
        id="status of a probe is kept",
        message="Startup probe failed: HTTP probe failed with statuscode: 503",
        words="Startup probe failed: HTTP probe failed with statuscode: 503",
    ),
    Case(
        id="exit code is kept",
        message="Pod failed: container api exited with exit code 137 after 12 restarts",
        words="Pod failed: container <name> exited with exit code 137 after <n> restarts",
        own=("api",),
    ),
    Case(
        id="status line is kept",
        message="unexpected status from HEAD request to https://registry.example.com/v2/a/manifests/v7: 403 Forbidden",
        words="unexpected status from HEAD request to https://<host>/v2/a/manifests/<tag>: 403 Forbidden",
    ),
    Case(
        id="more than a hundred nodes are no status",
        message="0/121 nodes are available: 121 Insufficient memory.",
        words="<n>/<n> nodes are available: <n> Insufficient memory.",
    ),
    Case(
        id="counts of nodes",
        message="0/12 nodes are available: 3 Insufficient cpu, 9 node(s) had untolerated taint {dedicated: batch}.",
        words="<n>/<n> nodes are available: <n> Insufficient cpu, <n> node(s) had untolerated taint {dedicated: "
        "batch}.",
    ),
    Case(
        id="quota",
        message='Error creating: pods "crawler-dc54f9dc4-zc2z9" is forbidden: exceeded quota: team, requested: '
        "limits.memory=64Mi, used: limits.memory=1Gi, limited: limits.memory=1Gi",
        words="Error creating: pods <name> is forbidden: exceeded quota: team, requested: limits.memory=<n>, used: "
        "limits.memory=<n>, limited: limits.memory=<n>",
        own=("crawler-dc54f9dc4", "crawler"),
    ),
    Case(
        id="name of a generated pod",
        message="Scaled up replica set archive-6df554467f from 0 to 1",
        words="Scaled up replica set <name> from <n> to <n>",
    ),
    Case(
        id="volume of the service account",
        message="unmounted volumes=[tls], unattached volumes=[tls kube-api-access-7kq2c]",
        words="unmounted volumes=[tls], unattached volumes=[tls <name>]",
    ),
    Case(
        id="pod that could not be made",
        message='Error creating: pods "solver-" is forbidden: must request 500m or 2 cores, used: cpu=1500m',
        words="Error creating: pods <name> is forbidden: must request <n> or <n> cores, used: cpu=<n>",
    ),
    Case(
        id="standards are no names",
        message="invalid utf-8 in the body, signed with sha-256",
        words="invalid utf-<n> in the body, signed with sha-<n>",
    ),
    Case(
        id="names in quotes",
        message="MountVolume.SetUp failed for volume \"rules\" : configmap 'router-rules' not found",
        words="MountVolume.SetUp failed for volume <name> : configmap <name> not found",
    ),
    Case(
        id="path in quotes is kept",
        message='exec: "/opt/tariffs/serve": stat /opt/tariffs/serve: no such file or directory',
        words='exec: "/opt/tariffs/serve": stat /opt/tariffs/serve: no such file or directory',
    ),
    Case(
        id="uid in a path",
        message="stat /var/lib/kubelet/pods/1ac67577-d397-42c7-a1b2-55fbdd458855/volumes/a: no such file",
        words="stat /var/lib/kubelet/pods/<uid>/volumes/a: no such file",
    ),
    Case(
        id="times",
        message="certificate has expired: current time 2026-11-23T16:51:26Z is after 2026-11-01T00:00:00Z (x509)",
        words="certificate has expired: current time <time> is after <time> (x509)",
    ),
    Case(
        id="host that is looked up",
        message="dial tcp: lookup rabbit.mq.svc on 10.96.0.10:53: no such host",
        words="dial tcp: lookup <host> on <ip>: no such host",
    ),
    Case(id="boot id", message="Node was rebooted, boot id: 3a6f", words="Node was rebooted, boot id: <id>"),
    Case(
        id="workload called like a word of the message",
        message="Error: failed to create container in pod x",
        words="Error: failed to create container in pod x",
        own=("pod", "container", "failed"),
    ),
    Case(
        id="lists of names",
        message='missing keys "a-key", "b-key" and "c-key"',
        words="missing keys <name> …",
    ),
    Case(
        id="chinese", message="容器 web-0 启动失败，退出码 1", words="容器 <name> 启动失败，退出码 <n>", own=("web-0",)
    ),
    Case(id="empty", message="", words=""),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_message_becomes_words_and_placeholders(case: Case) -> None:
    assert wording(case.message, case.own) == case.words


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_wording_is_settled_after_one_time(case: Case) -> None:
    once = wording(case.message, case.own)
    assert wording(once, case.own) == once


NUMBERS = st.integers(min_value=0, max_value=10**9)
OCTETS = st.integers(min_value=0, max_value=255)
HEX = st.text("0123456789abcdef", min_size=12, max_size=12)


@given(one=NUMBERS, other=NUMBERS, octet=OCTETS, uid=st.uuids(), hex_=HEX, seconds=st.integers(0, 59))
def test_numbers_addresses_uids_and_times_do_not_matter(
    one: int, other: int, octet: int, uid: object, hex_: str, seconds: int
) -> None:
    def message(one: int, other: int, octet: int, uid: object, hex_: str, seconds: int) -> str:
        return (
            f"task {one} of {other} failed on 10.{octet}.7.{octet}:{1024 + octet} ({uid}): container {hex_} used "
            f"{one}Mi for {seconds}s since 2026-11-23T16:51:{seconds:02}Z, worker-{other} said exit code 137"
        )

    usual = message(1, 2, 3, "1ac67577-d397-42c7-a1b2-55fbdd458855", "90d99f5d04f3", 4)
    assert wording(message(one, other, octet, uid, hex_, seconds)) == wording(usual)


@given(st.text(max_size=400), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_has_a_wording_of_bounded_length(message: str, own: list[str]) -> None:
    assert len(wording(message, own)) <= LONGEST_WORDING


@pytest.mark.parametrize(
    "part", ["a-", "a.", "1:", "f:", '"a', "a/", "4d", "1.", "<name>/", "image a/", "in pod a_", "://"]
)
@pytest.mark.timeout(10)
def test_hostile_repetition_is_read_in_time(part: str) -> None:
    assert wording(part * 50_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    id: str
    one: str
    other: str


DIFFERENT = (
    Different(id="exit codes", one="exited with code 1", other="exited with code 137"),
    Different(
        id="statuses", one="HTTP probe failed with statuscode: 404", other="HTTP probe failed with statuscode: 503"
    ),
    Different(
        id="error words", one="dial tcp 10.0.0.1:80: connection refused", other="dial tcp 10.0.0.1:80: i/o timeout"
    ),
    Different(id="images", one='Pulling image "a/web:1"', other='Pulling image "a/api:1"'),
    Different(id="kinds", one='configmap "a" not found', other='secret "a" not found'),
)


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: case.id)
def test_what_tells_two_causes_apart_is_kept(case: Different) -> None:
    assert wording(case.one) != wording(case.other)


@pytest.mark.parametrize(
    ("message", "image"),
    [
        ('Pulling image "nginx:1.27"', "nginx"),
        ('Back-off pulling image "10.0.0.1:5000/a/b:2@sha256:' + "0" * 64 + '"', "10.0.0.1:5000/a/b"),
        ('Container image "busybox" already present on machine', "busybox"),
        ("Failed to garbage collect required amount of images. Attempted to free 5 bytes", ""),
        ("container has runAsNonRoot and image will run as root", ""),
    ],
)
def test_the_image_of_a_message_is_its_repository(message: str, image: str) -> None:
    assert image_of(message) == image


@pytest.mark.parametrize(
    ("reference", "bare"),
    [("a:1", "a"), ("h:5000/a", "h:5000/a"), ("h:5000/a:1@sha256:" + "0" * 64, "h:5000/a"), ("a", "a"), ("", "")],
)
def test_a_repository_has_neither_tag_nor_digest(reference: str, bare: str) -> None:
    assert repository(reference) == bare
