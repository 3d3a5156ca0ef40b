"""Bodies of requests on the knowledge base: small JSON objects, and documents within the bound of the settings."""

from dataclasses import dataclass
from typing import Any, Final

import anyio
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from api.problems import BodyBroken, BodyTooLarge, MediaTypeUnknown
from api.uploads import FORM_BYTES, M, Upload, media_type_of, read_json, read_raw
from core.errors import BundleTooLarge, UsageError

MAX_NAME: Final = 255
"""Characters of a document's name: what file systems allow."""
FORM: Final = "multipart/form-data"

_FILE = {"type": "string", "format": "binary"}
DOCUMENT_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The document as part `file` of a form, or as the body itself with its `name` in the query.",
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {"file": _FILE},
                }
            },
            "application/octet-stream": {"schema": _FILE},
        },
    }
}


def json_body(model: type[BaseModel], **examples: Any) -> dict[str, Any]:
    """Return what OpenAPI says of a JSON body. Its schema is added where the document is made."""
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    if examples:
        content["examples"] = {name: {"summary": name.replace("_", " "), "value": it} for name, it in examples.items()}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


async def read_body(request: Request, model: type[M]) -> M:
    """Read a JSON body. Raises ``MediaTypeUnknown``, ``BodyTooLarge``, ``BodyBroken`` or ``RequestValidationError``."""
    if (media_type := media_type_of(request)) != "application/json":
        raise MediaTypeUnknown(
            f"A body of type {media_type[:80]!r} is not read here."
            if media_type
            else "The request has no body with a type.",
            next_step="Send application/json.",
        )
    return await read_json(request, model)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDocument:
    """A document that came with a request, spooled. ``media_type`` is what the sender says, empty when nothing."""

    name: str
    media_type: str
    upload: Upload

    async def data(self) -> bytes:
        """Return its bytes and delete the spooled file."""
        try:
            return await anyio.to_thread.run_sync(self.upload.file.read)
        finally:
            self.upload.close()


async def read_document(request: Request, name: str, max_bytes: int) -> SentDocument:
    """Read a document: the file of a form, or the body itself, which ``name`` names.

    Raises ``BodyTooLarge`` as soon as more than ``max_bytes`` have come, ``BodyBroken``, ``UsageError`` without a name.
    """
    media_type = media_type_of(request)
    try:
        if media_type == FORM:
            return await _read_form(request, name, max_bytes)
        if not name:
            raise UsageError("The document has no name.", next_step="Give it in the query: ?name=guide.md")
        upload = await read_raw(request, max_bytes)
    except BundleTooLarge as exc:
        raise too_large(max_bytes) from exc
    return SentDocument(name=name, media_type=_told(media_type), upload=upload)


async def _read_form(request: Request, name: str, max_bytes: int) -> SentDocument:
    bounded = _bounded(request, max_bytes)
    parser = MultiPartParser(request.headers, bounded, max_files=1, max_fields=0, max_part_size=1024)
    try:
        form = await parser.parse()
    except MultiPartException as exc:
        raise BodyBroken(f"The form cannot be read: {exc.message}", next_step=_HOW) from exc
    file = form.get("file")
    if not isinstance(file, UploadFile):
        await form.close()
        raise BodyBroken("The form has no file in its part `file`.", next_step=_HOW)
    found = name or (file.filename or "").replace("\\", "/").rpartition("/")[2][:MAX_NAME]
    upload = Upload(file.file, digest="", size=file.size or 0)
    if upload.size > max_bytes:
        raise too_large(max_bytes)
    if not found or not found.isprintable():
        raise UsageError("The document has no name that can be shown.", next_step=_HOW)
    file.file.seek(0)
    return SentDocument(name=found, media_type=_told(file.content_type or ""), upload=upload)


async def _bounded(request: Request, max_bytes: int) -> Any:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes + FORM_BYTES:
            raise too_large(max_bytes)
        if chunk:
            yield chunk


def too_large(max_bytes: int) -> BodyTooLarge:
    """Return the error of a document that is over the limit."""
    return BodyTooLarge(
        f"The document has more than {max_bytes} bytes.",
        next_step="Split it, or raise knowledge.max_document_bytes.",
    )


def _told(media_type: str) -> str:
    """Return a media type that says something: the general ones are what programs send when they do not know."""
    media_type = media_type.partition(";")[0].strip().lower()
    return "" if media_type in {"application/octet-stream", "application/x-www-form-urlencoded"} else media_type


_HOW = "Send it like `curl -F file=@guide.pdf`."
