"""Bodies of requests for builds: JSON with a repository or files as text, or a form with an archive."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import anyio
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from api.build_models import BuildOptions, BuildRequest, FilesSource, GitSource, PlanRequest
from api.problems import BodyBroken, BodyTooLarge, MediaTypeUnknown
from api.uploads import FORM_BYTES, Upload, media_type_of
from core.settings import BuildSettings

M = TypeVar("M", bound=BaseModel)

MAX_INLINE_BYTES: Final = 8 * 1024 * 1024
"""Bytes of a JSON body with files as text: a small program. More comes as an archive."""
MAX_OPTIONS_BYTES: Final = 256 * 1024
"""Bytes of the part ``options`` of a form: 200 variables of usual size."""
FORM: Final = "multipart/form-data"
_HOW = "Send it like `curl -F archive=@shop.tar.gz -F 'options={\"check\": false}'`."
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to build and how. Where ``source`` is None the source is the archive in ``upload``."""

    options: BuildOptions
    source: GitSource | FilesSource | None = None
    upload: Upload | None = None

    @property
    def fingerprint(self) -> str:
        """Stand for the whole request, the bytes of an archive included."""
        said: dict[str, Any] = {
            "options": self.options.model_dump(mode="json"),
            "source": self.source.model_dump(mode="json") if self.source else None,
            "archive": self.upload.digest if self.upload else "",
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode("utf-8", "replace")).hexdigest()


async def read_wanted(request: Request, settings: BuildSettings) -> Wanted:
    """Read the body of ``POST /v1/builds``.

    Raises ``BodyTooLarge`` as soon as too many bytes have come, ``BodyBroken``, ``MediaTypeUnknown``, or
    ``RequestValidationError``.
    """
    if media_type_of(request) == FORM:
        upload, options = await _form(request, settings.max_upload_bytes)
        return Wanted(options=_parsed(options, BuildOptions, "options") if options else BuildOptions(), upload=upload)
    body = await _json(request, BuildRequest, settings)
    options_of = BuildOptions.model_validate(body.model_dump(exclude={"source"}), strict=True)
    return Wanted(options=options_of, source=body.source)


async def read_plan_wanted(request: Request, settings: BuildSettings) -> Wanted:
    """Read the body of ``POST /v1/builds/plan``. Raises as ``read_wanted``."""
    if media_type_of(request) == FORM:
        return await read_wanted(request, settings)
    body = await _json(request, PlanRequest, settings)
    return Wanted(
        options=BuildOptions(overrides=body.overrides, language=body.language, model=body.model, plan_only=True),
        source=body.source,
    )


async def _json(request: Request, model: type[M], settings: BuildSettings) -> M:
    if (media_type := media_type_of(request)) != "application/json":
        raise MediaTypeUnknown(
            f"A body of type {media_type[:80]!r} is not read here."
            if media_type
            else "The request has no body with a type.",
            next_step="Send application/json, or multipart/form-data with an archive in its part `archive`.",
        )
    most = min(MAX_INLINE_BYTES, settings.max_upload_bytes)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise BodyTooLarge(f"The JSON body has more than {most} bytes.", next_step="Send the source as an archive.")
    return _parsed(bytes(content), model, "body")


def _parsed(content: bytes, model: type[M], where: str) -> M:
    try:
        return model.model_validate_json(content)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False, include_context=False)
        if any(error["type"] == "json_invalid" for error in errors):
            raise BodyBroken(
                f"The {where} is no JSON.", next_step="Send one JSON object, as /docs describes it."
            ) from exc
        raise RequestValidationError([{**error, "loc": (where, *error["loc"])} for error in errors]) from exc


async def _form(request: Request, max_bytes: int) -> tuple[Upload, bytes]:
    """Spool the part ``archive`` of a form; return it with the part ``options``."""
    parser = MultiPartParser(
        request.headers,
        _bounded(request, max_bytes),
        max_files=1,
        max_fields=1,
        max_part_size=MAX_OPTIONS_BYTES,
    )
    try:
        form = await parser.parse()
    except MultiPartException as exc:
        raise BodyBroken(f"The form cannot be read: {exc.message}", next_step=_HOW) from exc
    archive, options = form.get("archive"), form.get("options", "")
    if not isinstance(archive, UploadFile) or not isinstance(options, str) or set(form) - {"archive", "options"}:
        await form.close()
        raise BodyBroken("The form has no file in its part `archive`, or parts that are not known.", next_step=_HOW)
    upload = Upload(archive.file, digest="", size=archive.size or 0, name=(archive.filename or "")[:120])
    if upload.size > max_bytes:
        raise _too_large(max_bytes)
    upload.digest = await anyio.to_thread.run_sync(_digest, upload)
    return upload, options.encode("utf-8", "replace")


async def _bounded(request: Request, max_bytes: int) -> Any:
    size = 0
    announced = request.headers.get("content-length", "")
    most = max_bytes + MAX_OPTIONS_BYTES + FORM_BYTES
    if announced.isdigit() and int(announced) > most:
        raise _too_large(max_bytes)
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise _too_large(max_bytes)
        if chunk:
            yield chunk


def _too_large(max_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"The archive has more than {max_bytes} bytes.",
        next_step="Leave out what is installed or built (node_modules, target, dist), or raise build.max_upload_bytes.",
    )


def _digest(upload: Upload) -> str:
    seen = hashlib.sha256()
    upload.file.seek(0)
    while chunk := upload.file.read(_CHUNK):
        seen.update(chunk)
    upload.file.seek(0)
    return seen.hexdigest()
