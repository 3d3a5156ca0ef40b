"""Shared memory that is full."""

from typing import Any

import pytest

from diagnose.analyzers.memory import memory
from tests.diagnose import build
from tests.diagnose.analyzers.build_saturation import stamped

Obj = dict[str, Any]

POSTGRES = 'ERROR:  could not resize shared memory segment "/PostgreSQL.88" to 134217728 bytes: No space left on device'
TORCH = "RuntimeError: DataLoader worker (pid 91) is killed by signal: Bus error. insufficient shared memory (shm)."


def program(*, crashed: bool = True, ready: bool = False, size: str | None = "") -> Obj:
    """Make a pod; ``size`` is that of a memory volume at /dev/shm, None one without a bound, empty none at all."""
    fields: Obj = {}
    spec: Obj = {}
    if size != "":
        fields["volumeMounts"] = [{"name": "shm", "mountPath": "/dev/shm"}]
        bound = {"sizeLimit": size} if size else {}
        spec["volumes"] = [{"name": "shm", "emptyDir": {"medium": "Memory", **bound}}]
    state = build.crash_loop(code=135) if crashed else build.status(state=build.running(), ready=ready)
    return build.pod("a", containers=[build.container(**fields)], statuses=[state], ready=ready, spec=spec)


def given(body: Obj, words: str, *, crashed: bool = True) -> Any:
    return build.scene(*build.deployed(body), logs={("a", "app", crashed): stamped(words, 61, 62, 63)})


@pytest.mark.parametrize(
    ("words", "size", "told"),
    [
        (POSTGRES, "", "64Mi, the default; it asks for 128Mi at once"),
        (TORCH, "", "64Mi, the default"),
        (POSTGRES, "100Mi", "holds 100Mi; it asks for 128Mi"),
        ("OSError: [Errno 28] No space left on device: '/dev/shm/queue'", "", "64Mi"),
    ],
    ids=["PostgreSQL", "PyTorch", "a volume that is too small", "a path in it"],
)
def test_full_shared_memory_is_named_with_its_size(words: str, size: str, told: str) -> None:
    (finding,) = build.findings(memory, given(program(size=size), words))

    assert (finding.code, finding.object.kind, finding.part) == ("SharedMemoryExhausted", "Deployment", "app")
    assert told in finding.summary.en
    assert "exit code 135" in finding.summary.en
    assert '"medium":"Memory"' in finding.remedies[0].command


def test_a_program_that_serves_all_the_same_is_less_urgent() -> None:
    (finding,) = build.findings(memory, given(program(crashed=False, ready=True), POSTGRES, crashed=False))

    assert finding.severity.value == "medium"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (program(size="1Gi"), POSTGRES),
        (program(size=None), TORCH),
        (program(), "ERROR:  could not write to file: No space left on device"),
        (program(), "allocated shared memory segment of 128 MB"),
    ],
    ids=["the volume is large enough", "the volume has no bound", "another disk", "nothing failed"],
)
def test_what_has_room_or_means_another_place_is_silent(body: Obj, words: str) -> None:
    assert [
        entry for entry in build.findings(memory, given(body, words)) if entry.code == "SharedMemoryExhausted"
    ] == []
