"""Bodies as they stream in: JSON within a small bound, recordings spooled to disk within the settings' bound."""

import hashlib
import tempfile
import weakref
from collections.abc import AsyncGenerator
from typing import BinaryIO, Final, TypeVar, cast

import anyio
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from api.problems import BodyBroken, BodyTooLarge
from core.errors import BundleTooLarge

M = TypeVar("M", bound=BaseModel)

MAX_JSON_BYTES: Final = 65_536
"""A request for a diagnosis has a few hundred bytes."""
MEMORY_BYTES: Final = 1024 * 1024
"""What of an upload stays in memory; the rest goes to a temporary file."""
FORM_BYTES: Final = 16_384
"""For the fields and boundaries of a form around its file."""
RAW_TYPES: Final = frozenset(
    {
        "application/zstd",
        "application/gzip",
        "application/x-gzip",
        "application/x-tar",
        "application/zip",
        "application/octet-stream",
    }
)


class Upload:
    """A recording that was sent: a temporary file that goes away with this object. ``digest`` is of its bytes."""

    def __init__(self, file: BinaryIO, *, digest: str, size: int, name: str = "") -> None:
        self.file = file
        self.digest = digest
        self.size = size
        self.name = name
        self._close = weakref.finalize(self, file.close)

    def close(self) -> None:
        """Delete it now."""
        self._close()


def media_type_of(request: Request) -> str:
    """Return the media type of the body, in lower case and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, model: type[M]) -> M:
    """Read a JSON body. Raises ``BodyTooLarge``, ``BodyBroken``, or ``RequestValidationError``."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_JSON_BYTES:
            raise BodyTooLarge(f"The JSON body has more than {MAX_JSON_BYTES} bytes.")
    try:
        return model.model_validate_json(bytes(content))
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False, include_context=False)
        if any(error["type"] == "json_invalid" for error in errors):
            raise BodyBroken("The body is no JSON.", next_step="Send one JSON object, as /docs describes it.") from exc
        raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in errors]) from exc


async def read_raw(request: Request, max_bytes: int) -> Upload:
    """Spool a raw body. Raises ``BundleTooLarge`` as soon as more than ``max_bytes`` have come."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise too_large(max_bytes)
    seen = hashlib.sha256()
    size = 0
    file = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES))  # noqa: SIM115 - Upload closes it
    upload = Upload(file, digest="", size=0)
    async for chunk in _bounded(request, max_bytes):
        size += len(chunk)
        seen.update(chunk)
        if size <= MEMORY_BYTES:
            file.write(chunk)
        else:
            await anyio.to_thread.run_sync(file.write, chunk)
    file.seek(0)
    upload.digest, upload.size = seen.hexdigest(), size
    return upload


async def read_form(request: Request, max_bytes: int) -> tuple[Upload, dict[str, str]]:
    """Spool the part ``bundle`` of a form; return it with the other fields."""
    parser = MultiPartParser(
        request.headers,
        _bounded(request, max_bytes + FORM_BYTES),
        max_files=1,
        max_fields=8,
        max_part_size=1024,
    )
    try:
        form = await parser.parse()
    except MultiPartException as exc:
        raise BodyBroken(f"The form cannot be read: {exc.message}", next_step=_FORM) from exc
    bundle = form.get("bundle")
    fields = {key: value for key, value in form.multi_items() if isinstance(value, str)}
    if not isinstance(bundle, UploadFile):
        await form.close()
        raise BodyBroken("The form has no file in its part `bundle`.", next_step=_FORM)
    upload = Upload(bundle.file, digest="", size=bundle.size or 0, name=(bundle.filename or "")[:120])
    if upload.size > max_bytes:
        raise too_large(max_bytes)
    upload.digest = await anyio.to_thread.run_sync(_digest, bundle.file)
    return upload, fields


_FORM = "Send it like `curl -F bundle=@shop.tar.zst -F target=deploy/checkout`."


async def _bounded(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise too_large(max_bytes)
        if chunk:
            yield chunk


def too_large(max_bytes: int) -> BundleTooLarge:
    """Return the error of an upload that is over the limit."""
    return BundleTooLarge(
        f"The upload has more than {max_bytes} bytes.",
        next_step="Record fewer namespaces, or raise server.max_upload_bytes and bundle.max_bytes.",
    )


def _digest(file: BinaryIO) -> str:
    seen = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(MEMORY_BYTES):
        seen.update(chunk)
    file.seek(0)
    return seen.hexdigest()
