"""What is fuzzed: each parser of foreign bytes, as a function that must end in an answer or in an error of its own."""

import base64
import io
import tarfile
from collections.abc import Callable
from contextlib import suppress

from cluster.certificates import public_certificate
from cluster.identity import Endpoint
from cluster.kubeconfig import from_kubeconfig_text
from cluster.quantities import quantity
from cluster.recording import open_recording
from cluster.recording.intake import RecordingLimits
from core.errors import SextantError
from core.redaction import redact
from diagnose.cron import parse_schedule
from diagnose.engine import diagnose
from diagnose.logs.matching import match_item
from diagnose.logs.reading import read_lines
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


def must_gather(data: bytes) -> None:
    """Read a collection of OpenShift whose lists hold any text."""
    root = "must-gather.local/quay-io-image"
    recording(
        archived(
            {
                f"{root}/namespaces/shop/core/pods.yaml": data,
                f"{root}/namespaces/shop/apps/deployments.yaml": data,
                f"{root}/namespaces/shop/pods/web-0/web/web/logs/current.log": data,
                f"{root}/cluster-scoped-resources/core/nodes/n.yaml": data,
                f"{root}/version": b"1",
                f"{root}/timestamp": data[:64],
            }
        )
    )


def support_bundle(data: bytes) -> None:
    """Read a support bundle whose files hold any text."""
    recording(
        archived(
            {
                "bundle/version.yaml": b"apiVersion: troubleshoot.sh/v1beta2\n",
                "bundle/cluster-resources/pods/shop.json": data,
                "bundle/cluster-resources/events/shop.json": data,
                "bundle/cluster-resources/deployments-errors.json": data,
                "bundle/cluster-resources/pods/logs/shop/web/web.log": data,
            }
        )
    )


def archived(files: dict[str, bytes]) -> bytes:
    """Return a tar archive of these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def log(data: bytes) -> None:
    """Read any text as a log and look for what it says."""
    for item in read_lines(tuple(data.decode(errors="replace").splitlines())):
        match_item(item)


def certificate(data: bytes) -> None:
    """Read any bytes as the certificate of a TLS Secret."""
    wrapped = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(data) + b"\n-----END CERTIFICATE-----\n"
    public_certificate({"type": "kubernetes.io/tls", "data": {"tls.crt": base64.b64encode(wrapped).decode()}})


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        recording,
        transcript,
        listing,
        must_gather,
        support_bundle,
        log,
        kubeconfig,
        schedule,
        certificate,
        words,
    )
}
