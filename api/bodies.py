"""From the body of ``POST /v1/diagnoses``, whichever form it has, to what is asked."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from api.answers import language_of
from api.models import DiagnosisRequest, Namespace, SnapshotRequest, Target
from api.problems import MediaTypeUnknown
from api.uploads import RAW_TYPES, Upload, media_type_of, read_form, read_json, read_raw
from api.work import Question, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a diagnosis. ``fingerprint`` stands for all of it, the bytes of an upload included."""

    source: str
    question: Question
    everywhere: bool = False
    upload: Upload | None = None
    fingerprint: str = ""


class _Fields(BaseModel):
    """What a form or query may say beside a recording."""

    model_config = ConfigDict(strict=True, extra="forbid")
    target: Target = ""
    namespace: Namespace = ""


async def read_asked(request: Request, *, target: str, namespace: str, max_upload_bytes: int) -> Asked:
    """Read the body. The query's ``target`` and ``namespace`` count where the body does not say otherwise."""
    media_type = media_type_of(request)
    if media_type == "application/json":
        body = await read_json(request, DiagnosisRequest)
        question = Question(
            target=body.target or target,
            namespace=body.namespace or ("" if body.all_namespaces else namespace),
            hygiene=body.hygiene,
            dry_run=body.dry_run,
            wording=Wording(language=language_of(request), audience=body.audience) if body.explain else None,
        )
        return _asked(body.source.type, question, everywhere=body.all_namespaces)
    if media_type == "multipart/form-data":
        upload, fields = await read_form(request, max_upload_bytes)
        try:
            said = _Fields.model_validate(fields)
        except ValidationError as exc:
            errors = exc.errors(include_url=False, include_input=False, include_context=False)
            raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in errors]) from exc
        question = Question(target=said.target or target, namespace=said.namespace or namespace)
        return _asked("bundle", question, upload=upload)
    if media_type in RAW_TYPES:
        upload = await read_raw(request, max_upload_bytes)
        return _asked("bundle", Question(target=target, namespace=namespace), upload=upload)
    raise MediaTypeUnknown(
        f"A body of type {media_type[:80]!r} is not read here."
        if media_type
        else "The request has no body with a type.",
        next_step="Send application/json, multipart/form-data with a part `bundle`, or the recording itself as "
        "application/zstd, application/gzip, application/x-tar, application/zip or application/octet-stream.",
    )


async def read_snapshot_request(request: Request) -> SnapshotRequest:
    """Read the body of ``POST /v1/snapshots``."""
    if (media_type := media_type_of(request)) != "application/json":
        raise MediaTypeUnknown(
            f"A body of type {media_type[:80]!r} is not read here.", next_step="Send application/json."
        )
    return await read_json(request, SnapshotRequest)


def _asked(source: str, question: Question, *, everywhere: bool = False, upload: Upload | None = None) -> Asked:
    parts: dict[str, Any] = {
        "source": source,
        "target": question.target,
        "namespace": question.namespace,
        "hygiene": question.hygiene,
        "dry_run": question.dry_run,
        "wording": [question.wording.language, question.wording.audience] if question.wording else [],
        "everywhere": everywhere,
        "bundle": upload.digest if upload else "",
    }
    fingerprint = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return Asked(source=source, question=question, everywhere=everywhere, upload=upload, fingerprint=fingerprint)
