"""Rights: requests that the API server refuses, bindings that lead nowhere, programs without a token."""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.access.dangling import dangling
from diagnose.analyzers.access.forbidden import Judged, forbidden, judged
from diagnose.analyzers.access.refusals import refusals
from diagnose.analyzers.access.token import token_missing
from diagnose.findings import Observation
from diagnose.rbac import Rights
from diagnose.scene import Scene


@analyzer(kinds=("Pod",))
def access(scene: Scene) -> Iterator[Observation]:
    """Yield what is refused for want of a right, with the rule that is missing.

    Refusals of quotas, policies and webhooks have other words and belong to ``admission``.
    """
    rights = Rights(scene.snapshot)
    cases: list[Judged] = []
    for entry in judged(rights, list(refusals(scene))):
        if isinstance(entry, Judged):
            cases.append(entry)
            yield forbidden(scene, entry)
        else:
            yield entry
    yield from dangling(scene, rights, cases)
    yield from token_missing(scene)
