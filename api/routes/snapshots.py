"""``/v1/snapshots``: record the live cluster as a redacted bundle and download it."""

import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from api import problems
from api.bodies import read_snapshot_request
from api.context import CallerOf, ServicesOf
from api.files import chunks
from api.work import Question, from_cluster, in_thread, live_namespace
from cluster.recording.bundle import write_bundle
from cluster.snapshot import Snapshot
from core.errors import (
    ClusterBusy,
    ClusterNotConfigured,
    ClusterRejected,
    ClusterUnreachable,
    DeadlineExceeded,
    Forbidden,
    NamespaceNotFound,
    TargetInvalid,
    UsageError,
)

router = APIRouter(prefix="/v1/snapshots", tags=["snapshots"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/SnapshotRequest"},
                "examples": {"namespace": {"summary": "one namespace", "value": {"namespace": "shop"}}},
            }
        },
    }
}


@router.post(
    "",
    summary="Record the cluster",
    description="Read one namespace or all, mask secrets, and return a bundle that `POST /v1/diagnoses` and "
    "`sextant diagnose --from` read anywhere.",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The bundle.",
            "content": {"application/zstd": {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems.documented(
            UsageError,
            problems.BodyBroken,
            problems.BodyTooLarge,
            problems.MediaTypeUnknown,
            TargetInvalid,
            NamespaceNotFound,
            Forbidden,
            ClusterNotConfigured,
            ClusterUnreachable,
            ClusterRejected,
            ClusterBusy,
            DeadlineExceeded,
        ),
    },
    openapi_extra=_BODY,
)
async def record_snapshot(request: Request, caller: CallerOf, services: ServicesOf) -> StreamingResponse:
    """Collect, write to a file that nobody else can see, and stream it."""
    body = await read_snapshot_request(request)
    space = await live_namespace(services, caller, body.namespace, everywhere=body.all_namespaces)
    question = Question(target=body.target, namespace=space)
    seconds = services.context.settings.server.request_seconds
    taking = from_cluster(services, caller, question, seconds, thorough=True)
    snapshot = await taking.take(lambda _what, _fraction: None)
    file = await in_thread(services, lambda: bundled(snapshot))
    size = os.fstat(file.fileno()).st_size
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{space or "cluster"}.tar.zst"',
    }
    return StreamingResponse(chunks(file), media_type="application/zstd", headers=headers)


def bundled(snapshot: Snapshot) -> BinaryIO:
    """Write a bundle and return it open; its name is gone already, so that nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="sextant-") as folder:
        path = Path(folder) / "snapshot.tar.zst"
        write_bundle(snapshot, path)
        return path.open("rb")
