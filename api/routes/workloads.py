"""``/v1/workloads``: names and verdicts, worst first."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api import problems
from api.context import CallerOf, ServicesOf
from api.looking import look
from api.models import WorkloadList, WorkloadView
from api.routes.parameters import QueryNamespace
from core.errors import (
    ClusterBusy,
    ClusterNotConfigured,
    ClusterRejected,
    ClusterUnreachable,
    DeadlineExceeded,
    Forbidden,
    NamespaceNotFound,
    UsageError,
)
from diagnose import render

router = APIRouter(prefix="/v1/workloads", tags=["workloads"])


@router.get(
    "",
    summary="List workloads with their verdicts",
    description="Every workload of a namespace, or of all, worst first. Live answers may be up to 15 s old.",
    response_model=WorkloadList,
    responses={
        **problems.documented(
            UsageError,
            NamespaceNotFound,
            Forbidden,
            ClusterNotConfigured,
            ClusterUnreachable,
            ClusterRejected,
            ClusterBusy,
            DeadlineExceeded,
        ),
        **problems.INVALID,
    },
)
async def list_workloads(
    caller: CallerOf,
    services: ServicesOf,
    source: Annotated[Literal["live", "demo"], Query(description="Where to read.", examples=["demo"])] = "live",
    namespace: QueryNamespace = "",
    all_namespaces: Annotated[bool, Query(description="Look at all namespaces.")] = False,
) -> WorkloadList:
    """Return the list."""
    seen = await look(services, caller, source=source, namespace=namespace, everywhere=all_namespaces)
    document = render.document(seen.diagnosis)
    return WorkloadList(
        origin=seen.diagnosis.origin,
        now=seen.diagnosis.now,
        namespace=seen.namespace,
        verdict=document["verdict"],
        workloads=[WorkloadView.model_validate(entry) for entry in document["workloads"]],
    )
