"""``/v1/builds``: from source code to a plan, files, an image that was run."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api import answers, problems
from api.build_bodies import read_plan_wanted, read_wanted
from api.build_models import BuildRequest, PlanRequest
from api.build_views import AttemptsDocument, BuildDocument, PlanDocument
from api.building import BuildsOf, opened, own_build
from api.building_errors import BuildFileNotFound, BuildFilesGone, BuildsBusy
from api.building_files import attempts, kept, packed
from api.building_machines import require, require_push, who_asks
from api.building_plans import Asked, planned
from api.building_work import build_work
from api.context import CallerOf, ServicesOf, owner_of
from api.problems import BodyBroken, BodyTooLarge, MediaTypeUnknown
from api.routes import build_artefacts
from api.routes.parameters import IdempotencyKey, Lang
from api.routes.runs import OwnRun
from builder.build.errors import BuildFailed, BuildTooLong, ExecutorMissing
from builder.errors import NotDeployable, PlanIncomplete
from builder.source.errors import TreeHostile, TreeMissing, TreeRefused, TreeTooLarge
from core.errors import (
    Conflict,
    DeadlineExceeded,
    Forbidden,
    RunCancelled,
    RunNotFound,
    SextantError,
    StorageError,
    UsageError,
)
from kb.sources.errors import SourceError, SourceGone, SourceRefused, SourceTooLarge, SourceUnavailable

router = APIRouter(prefix="/v1/builds", tags=["builds"], lifespan=opened)

_BODIES = (BodyBroken, BodyTooLarge, MediaTypeUnknown)
_SOURCES = (
    TreeRefused,
    TreeMissing,
    TreeHostile,
    TreeTooLarge,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    SourceGone,
    SourceTooLarge,
)
_OUTCOMES = (*_SOURCES, NotDeployable, PlanIncomplete, BuildFailed, BuildTooLong, ExecutorMissing, DeadlineExceeded)


def _refusals(*kinds: type[SextantError]) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of these errors, and of fields that do not fit."""
    found = problems.documented(*kinds, StorageError)
    invalid = problems.INVALID[422]
    more = found.get(422, {}).get("description", "")
    found[422] = {**invalid, "description": "; ".join(part for part in (invalid["description"], more) if part)}
    return found


_GO = {"go.mod": "module example.com/shop\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n"}
_GIT = {"type": "git", "url": "https://git.example.com/shop/web", "ref": "main"}


def _body(model: str, examples: dict[str, Any], *, options: bool) -> dict[str, Any]:
    parts: dict[str, Any] = {"archive": {"type": "string", "format": "binary"}}
    if options:
        parts["options"] = {"type": "string", "contentMediaType": "application/json"}
    form = {"type": "object", "required": ["archive"], "additionalProperties": False, "properties": parts}
    described = {name: {"summary": name, "value": value} for name, value in examples.items()}
    return {
        "requestBody": {
            "required": True,
            "description": "A repository or files as text as JSON, or a form with an archive (tar in any packing, zip) "
            "in its part `archive` and the options as JSON in its part `options`.",
            "content": {
                "application/json": {"schema": _inlined(model), "examples": described},
                "multipart/form-data": {"schema": form},
            },
        }
    }


def _inlined(model: str) -> dict[str, Any]:
    kinds = {one.__name__: one for one in (BuildRequest, PlanRequest)}
    return _without_definitions(kinds[model].model_json_schema())


def _without_definitions(schema: dict[str, Any]) -> dict[str, Any]:
    """Put definitions where they are referred to: references of the document lead to its components only."""
    definitions = schema.pop("$defs", {})

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return put(definitions[value["$ref"].rpartition("/")[2]])
            return {key: put(one) for key, one in value.items() if key != "discriminator"}
        return [put(one) for one in value] if isinstance(value, list) else value

    found: dict[str, Any] = put(schema)
    return found


_RUN: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "The run: follow `Location`, or its event stream. `GET /v1/builds/{id}` gives its result.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RunView"}}},
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "The run."},
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until it is worth asking."},
        },
    }
}


@router.post(
    "",
    summary="Start a build",
    description="Open the source, plan, write the files, build the image and run it, as a run with the steps `open`, "
    "`plan`, `files`, and for each component `build`, `check`, and where one fails `repair`, after which it is built "
    "anew. The log comes as events of kind `progress`: their `note` holds lines. "
    "`POST /v1/runs/{id}/cancel` ends what is building.",
    status_code=202,
    response_class=Response,
    responses={**_RUN, **_refusals(*_BODIES, UsageError, Conflict, BuildsBusy, ExecutorMissing, Forbidden)},
    openapi_extra=_body("BuildRequest", {"repository": {"source": _GIT}}, options=True),
)
async def start_build(
    request: Request,
    caller: CallerOf,
    services: ServicesOf,
    builds: BuildsOf,
    idempotency_key: IdempotencyKey = None,
    lang: Lang = "",
) -> Response:
    """Start the run."""
    del lang  # documented here, read from the request
    wanted = await read_wanted(request, services.context.settings.build)
    owner = owner_of(caller)
    if not (wanted.options.plan_only or wanted.options.files_only):
        require(builds.machine(owner, who_asks(services, caller)))
    require_push(services.context.settings, wanted.options.push)
    asked = Asked(owner=owner, wanted=wanted, language=answers.language_of(request), who=who_asks(services, caller))
    run = await builds.start(
        owner=owner,
        work=build_work(builds, asked),
        idempotency_key=idempotency_key,
        fingerprint=f"build:{asked.language}:{wanted.fingerprint}",
    )
    return answers.accepted(run)


@router.post(
    "/plan",
    summary="Plan a build",
    description="Say what the source is and how it would be built and run, within 30 seconds. Nothing of it is run.",
    response_model=PlanDocument,
    responses=_refusals(*_BODIES, UsageError, *_SOURCES, DeadlineExceeded),
    openapi_extra=_body("PlanRequest", {"files": {"source": {"type": "files", "files": _GO}}}, options=True),
)
async def plan_build(
    request: Request, caller: CallerOf, services: ServicesOf, builds: BuildsOf, lang: Lang = ""
) -> Response:
    """Plan, and answer with the plan."""
    del lang  # documented here, read from the request
    wanted = await read_plan_wanted(request, services.context.settings.build)
    asked = Asked(
        owner=owner_of(caller),
        wanted=wanted,
        language=answers.language_of(request),
        who=who_asks(services, caller),
    )
    return answers.json_response(await planned(builds, asked))


@router.get(
    "/{run_id}",
    summary="Read a build",
    description="The result of a run of kind `build`. 202 with the run as long as it goes on; the problem that ended "
    "it when it failed.",
    response_model=BuildDocument,
    responses={**_RUN, **_refusals(RunNotFound, RunCancelled, UsageError, *_OUTCOMES)},
)
async def read_build(request: Request, run: OwnRun) -> Response:
    """Return the result."""
    run = own_build(run)
    request_id = problems.request_id_of(request)
    if run.state == "succeeded":
        return answers.json_response(run.result, headers={"X-Run-Id": run.id})
    if run.state == "failed" and run.error is not None:
        return problems.answer(problems.of_failure(run.error, request_id))
    if run.state == "cancelled":
        error = RunCancelled(f"Run {run.id} was cancelled.", next_step="Start it again.")
        return problems.answer(problems.of_error(error, request_id))
    return answers.accepted(run)


@router.get(
    "/{run_id}/attempts",
    summary="Read what failed and was repaired",
    description="Each build or trial that failed: its classes with the lines that prove them, and what followed: a "
    "repair by a rule or by the model, another try, or the end. They are there as soon as they happen, also when the "
    "build fails.",
    response_model=AttemptsDocument,
    responses=_refusals(RunNotFound),
)
async def read_attempts(run: OwnRun, services: ServicesOf) -> Response:
    """Return the attempts."""
    return answers.json_response({"attempts": await attempts(services.context.store, own_build(run))})


@router.get(
    "/{run_id}/archive",
    summary="Download the generated files",
    description="Dockerfile, .dockerignore and what they need, as tar.gz. They are there as soon as the step `files` "
    "has ended, also when the build fails afterwards, until `build.keep_seconds` after its end.",
    response_class=Response,
    responses={
        200: {
            "description": "The archive.",
            "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **_refusals(RunNotFound, BuildFileNotFound, BuildFilesGone),
    },
)
async def download_files(run: OwnRun, services: ServicesOf) -> Response:
    """Return all files."""
    settings = services.context.settings.build
    files = await kept(services.context.store, own_build(run), settings.keep_seconds)
    headers = {"Content-Disposition": f'attachment; filename="build-{run.id[:12]}.tar.gz"'}
    return Response(packed(files), media_type="application/gzip", headers=headers)


@router.get(
    "/{run_id}/files/{path:path}",
    summary="Read a generated file",
    description="One of the files that the result lists, by its path.",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **_refusals(RunNotFound, BuildFileNotFound, BuildFilesGone),
    },
)
async def read_file(
    run: OwnRun,
    services: ServicesOf,
    path: Annotated[str, Path(max_length=4_096, description="The file's path.", examples=["Dockerfile"])],
) -> Response:
    """Return one file."""
    settings = services.context.settings.build
    files = await kept(services.context.store, own_build(run), settings.keep_seconds)
    if path not in files:
        raise BuildFileNotFound(
            f"Build {run.id} has made no file {path[:200]!r}.", next_step=f"It has made: {', '.join(files)}."
        )
    headers = {"X-Content-Type-Options": "nosniff"}
    return Response(files[path].encode("utf-8", "replace"), media_type="text/plain; charset=utf-8", headers=headers)


router.include_router(build_artefacts.router)
