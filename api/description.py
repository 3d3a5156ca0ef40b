"""What the OpenAPI document says beyond what the routes say of themselves."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import problems
from api.asking_models import AnswerBody, RetrievalBody, SearchBody
from api.event_models import IncidentBody
from api.knowledge_models import SourceChange, SourceRequest
from api.models import DiagnosisDocument, DiagnosisRequest, RunView, SnapshotRequest
from api.problems import Problem
from api.security import OPEN_TO_ALL
from core.errors import ClusterUnreachable, SextantError, StorageError, Unauthenticated
from core.settings import ServerSettings

TEXT = (
    "Explains why workloads on Kubernetes fail: verdict, cause, evidence that can be opened again, and a fix. "
    "Errors are RFC 9457 problems with a stable code, the request's id and what to do next. Work that takes longer "
    "than a call may wait becomes a run, with a stream of events. The knowledge base answers questions with citations, "
    "out of what the caller may read."
)
MODELS: tuple[type[BaseModel], ...] = (
    AnswerBody,
    DiagnosisDocument,
    DiagnosisRequest,
    IncidentBody,
    Problem,
    RetrievalBody,
    RunView,
    SearchBody,
    SnapshotRequest,
    SourceChange,
    SourceRequest,
)


def describe(document: dict[str, Any], settings: ServerSettings) -> dict[str, Any]:
    """Add the schemas that bodies refer to, the security scheme, and the errors that every path can answer."""
    document["info"]["description"] = TEXT
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    made = models_json_schema([(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}")[
        1
    ]
    for name, schema in made["$defs"].items():
        schemas.setdefault(name, schema)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that the server printed at start."
            if settings.auth == "token"
            else "A token of the cluster: it is reviewed by the API server, and everything is read with it.",
        }
    }
    everywhere = problems.documented(*_common(settings))
    for path, item in document["paths"].items():
        guarded = path not in OPEN_TO_ALL[settings.auth]
        for operation in item.values():
            _complete(operation, everywhere if guarded else {}, guarded=guarded)
    return document


def _common(settings: ServerSettings) -> tuple[Any, ...]:
    if settings.auth == "token":
        return (Unauthenticated, problems.WrongHost, problems.WrongOrigin)
    return (Unauthenticated, problems.WrongOrigin, ClusterUnreachable, StorageError)


def _complete(operation: dict[str, Any], everywhere: dict[Any, dict[str, Any]], *, guarded: bool) -> None:
    responses = operation["responses"]
    for status, entry in everywhere.items():
        known = responses.setdefault(str(status), {**entry, "description": ""})
        missing = entry["description"]
        if missing not in known["description"]:
            known["description"] += f"{'; ' if known['description'] else ''}{missing}"
    responses.setdefault("500", problems.documented(SextantError)[500])
    if any("HTTPValidationError" in str(entry) for entry in responses.values()):
        responses["422"] = problems.INVALID[422]
    if guarded:
        operation["security"] = [{"bearer": []}]
