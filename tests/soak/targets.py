"""What is fuzzed: each parser of foreign bytes, as a function that must end in an answer or in an error of its own."""

import io
from collections.abc import Callable
from contextlib import suppress

from cluster.identity import Endpoint
from cluster.kubeconfig import from_kubeconfig_text
from cluster.quantities import quantity
from cluster.recording import open_recording
from cluster.recording.intake import RecordingLimits
from core.errors import SextantError
from core.redaction import redact
from diagnose.cron import parse_schedule
from diagnose.engine import diagnose
from diagnose.render import document, markdown, text

LIMITS = RecordingLimits(compressed_bytes=1 << 20, expanded_bytes=1 << 22, members=200, member_bytes=1 << 20)
ENDPOINT = Endpoint(server="https://127.0.0.1:6443")


def recording(data: bytes) -> None:
    """Open any bytes as a recording, and diagnose what was read in every form of output."""
    with suppress(SextantError):
        found = diagnose(open_recording(io.BytesIO(data), limits=LIMITS))
        document(found)
        for language in ("en", "zh"):
            text(found, language)
            markdown(found, language)


def transcript(data: bytes) -> None:
    """Read text as the output of a describe, whatever it holds."""
    recording(b"$ kubectl describe pod x -n shop\n" + data)


def listing(data: bytes) -> None:
    """Read text as the table of a get, whatever it holds."""
    recording(b"$ kubectl get pods -A -o wide\nNAMESPACE   NAME   READY   STATUS   RESTARTS   AGE\n" + data)


def kubeconfig(data: bytes) -> None:
    """Read text as a kubeconfig from a stranger."""
    with suppress(SextantError):
        from_kubeconfig_text(data.decode(errors="replace"), endpoint=ENDPOINT)


def schedule(data: bytes) -> None:
    """Read text as the schedule of a CronJob."""
    with suppress(ValueError):
        parse_schedule(data.decode(errors="replace"))


def words(data: bytes) -> None:
    """Redact text, and read it as a quantity."""
    content = data.decode(errors="replace")
    once = redact(content)
    assert redact(once) == once, "redaction must not change what it has written"
    quantity(content)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (recording, transcript, listing, kubeconfig, schedule, words)
}
