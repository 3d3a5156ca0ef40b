"""Parameters that several paths take."""

from typing import Annotated

from fastapi import Header, Query

from api.models import NAMESPACE_PATTERN, TARGET_PATTERN

Prefer = Annotated[
    str,
    Header(
        max_length=200,
        description="`wait=N`: wait at most N seconds for the result; `respond-async`: do not wait. By default the "
        "call waits as long as `server.request_seconds` allows.",
        examples=["wait=10"],
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="Any text of your own. The same key with the same request gives the run that the first one began.",
        examples=["3f2a9c1e"],
    ),
]
QueryTarget = Annotated[
    str,
    Query(
        max_length=320,
        pattern=TARGET_PATTERN,
        description="KIND/NAME; counts where the body does not name a target.",
        examples=["deploy/checkout"],
    ),
]
QueryNamespace = Annotated[
    str,
    Query(
        max_length=63,
        pattern=NAMESPACE_PATTERN,
        description="Namespace; counts where the body does not name one.",
        examples=["shop"],
    ),
]
Lang = Annotated[
    str,
    Query(
        pattern="^(en|zh)?$",
        description="Language of text and Markdown, `en` or `zh`; JSON holds both. Default: `Accept-Language`.",
        examples=["en"],
    ),
]
