"""Kinds that the cluster lacks, custom resources that nobody brings about, and APIs that do not answer."""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.extensions.apis import judge_apis
from diagnose.analyzers.extensions.kinds import judge_kinds
from diagnose.analyzers.extensions.resources import judge_resources
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Pod",))
def extensions(scene: Scene) -> Iterator[Observation]:
    """Yield what is wrong with the kinds that others add to the cluster."""
    yield from judge_apis(scene)
    yield from judge_kinds(scene)
    yield from judge_resources(scene)
