"""``/v1/diagnoses``: start one, read one."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from api import answers, problems
from api.bodies import Asked, read_asked
from api.context import CallerOf, Services, ServicesOf, owner_of
from api.models import NAMESPACE_PATTERN, TARGET_PATTERN
from api.routes.parameters import IdempotencyKey, Lang, Prefer, QueryNamespace, QueryTarget
from api.stopping import wait_for_run
from api.uploads import RAW_TYPES
from api.work import RUN_SECONDS, Question, Taking, diagnosis_work, from_cluster, from_demo, from_upload, live_namespace
from core.errors import (
    BundleBroken,
    BundleHostile,
    BundleTooLarge,
    ClusterBusy,
    ClusterNotConfigured,
    ClusterRejected,
    ClusterUnreachable,
    Conflict,
    DeadlineExceeded,
    Forbidden,
    NamespaceNotFound,
    RunCancelled,
    RunNotFound,
    StorageError,
    TargetInvalid,
    TargetNotFound,
    UsageError,
)
from core.identity import Caller

router = APIRouter(prefix="/v1/diagnoses", tags=["diagnoses"])

_DOCUMENT = {"$ref": "#/components/schemas/DiagnosisDocument"}
_RUN = {"$ref": "#/components/schemas/RunView"}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The diagnosis.",
        "content": {
            "application/json": {"schema": _DOCUMENT},
            "text/markdown": {"schema": {"type": "string"}},
            "text/plain": {"schema": {"type": "string"}},
        },
        "headers": {"X-Run-Id": {"schema": {"type": "string"}, "description": "The run that made it."}},
    },
    202: {
        "description": "The run goes on: follow `Location`, or its event stream.",
        "content": {"application/json": {"schema": _RUN}},
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "The run."},
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until it is worth asking."},
        },
    },
}
_OUTCOMES = (
    TargetNotFound,
    NamespaceNotFound,
    BundleBroken,
    BundleHostile,
    BundleTooLarge,
    TargetInvalid,
    ClusterUnreachable,
    ClusterRejected,
    ClusterBusy,
    ClusterNotConfigured,
    DeadlineExceeded,
    RunCancelled,
    Forbidden,
    StorageError,
)
_FILE = {"type": "string", "format": "binary"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "What to diagnose as JSON, or a recording: as part `bundle` of a form, or as the body itself.",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/DiagnosisRequest"},
                "examples": {
                    "demo": {
                        "summary": "the recording that ships with the product",
                        "value": {"source": {"type": "demo"}},
                    },
                    "live": {
                        "summary": "one workload of the cluster",
                        "value": {"source": {"type": "live"}, "target": "deploy/checkout", "namespace": "shop"},
                    },
                },
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["bundle"],
                    "additionalProperties": False,
                    "properties": {
                        "bundle": _FILE,
                        "target": {"type": "string", "maxLength": 320, "pattern": TARGET_PATTERN},
                        "namespace": {"type": "string", "maxLength": 63, "pattern": NAMESPACE_PATTERN},
                    },
                }
            },
            **{media_type: {"schema": _FILE} for media_type in sorted(RAW_TYPES)},
        },
    }
}


@router.post(
    "",
    summary="Start a diagnosis",
    description="Diagnose the live cluster, the bundled demo, or a recording that is sent along. The call waits for "
    "the result as long as `Prefer` and the settings allow; after that it answers 202 with the run.",
    response_class=Response,
    responses={
        **_ANSWERS,
        **problems.documented(
            UsageError,
            problems.BodyBroken,
            problems.BodyTooLarge,
            problems.MediaTypeUnknown,
            Conflict,
            *_OUTCOMES,
        ),
    },
    openapi_extra=_BODY,
)
async def start_diagnosis(
    request: Request,
    caller: CallerOf,
    services: ServicesOf,
    target: QueryTarget = "",
    namespace: QueryNamespace = "",
    prefer: Prefer = "",
    idempotency_key: IdempotencyKey = None,
    lang: Lang = "",
) -> Response:
    """Start the run, and wait for it."""
    del lang  # documented here, read where the answer is written
    settings = services.context.settings.server
    asked = await read_asked(request, target=target, namespace=namespace, max_upload_bytes=settings.max_upload_bytes)
    work = diagnosis_work(services, caller, *await _taking(services, caller, asked))
    run = await services.context.runner.start(
        kind="diagnosis",
        owner=owner_of(caller),
        work=work,
        deadline_seconds=RUN_SECONDS,
        idempotency_key=idempotency_key,
        fingerprint=asked.fingerprint,
    )
    run = await wait_for_run(services.context, run.id, answers.wait_seconds(prefer, settings.request_seconds))
    return answers.outcome(request, run)


async def _taking(services: Services, caller: Caller, asked: Asked) -> tuple[Question, Taking]:
    """Return the question with its namespace settled, and how to get the snapshot."""
    question = asked.question
    if asked.upload is not None:
        return question, from_upload(services, asked.upload)
    if asked.source == "demo":
        return question, from_demo(services)
    space = await live_namespace(services, caller, question.namespace, everywhere=asked.everywhere)
    question = replace(question, namespace=space)
    return question, from_cluster(services, caller, question, RUN_SECONDS)


@router.get(
    "/{run_id}",
    summary="Read a diagnosis",
    description="The result of a run of kind `diagnosis`: JSON, Markdown or plain text, as `Accept` prefers. 202 with "
    "the run as long as it goes on; the problem that ended it when it failed.",
    response_class=Response,
    responses={**_ANSWERS, **problems.documented(RunNotFound, *_OUTCOMES), **problems.INVALID},
)
async def read_diagnosis(
    request: Request, run_id: str, caller: CallerOf, services: ServicesOf, lang: Lang = ""
) -> Response:
    """Return the result in the form that is preferred."""
    del lang  # documented here, read where the answer is written
    run = await services.context.store.get(run_id, owner=owner_of(caller))
    if run.kind != "diagnosis":
        raise RunNotFound(f"Run {run_id!r} is no diagnosis.", next_step="GET /v1/runs lists your runs.")
    return answers.outcome(request, run)
