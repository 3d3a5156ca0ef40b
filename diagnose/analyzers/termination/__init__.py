"""Deletions that do not end: finalizers that nobody removes, pods that do not go, budgets that forbid an eviction."""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.termination.budgets import judge_budgets
from diagnose.analyzers.termination.leaving import Leaving
from diagnose.analyzers.termination.namespaces import judge_namespaces
from diagnose.analyzers.termination.objects import judge_objects
from diagnose.analyzers.termination.pods import judge_pods
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Pod",))
def termination(scene: Scene) -> Iterator[Observation]:
    """Yield what is to go and stays, and what is to be evicted and may not be."""
    leaving = Leaving(scene)
    yield from judge_namespaces(leaving)
    yield from judge_objects(leaving)
    yield from judge_pods(leaving)
    yield from judge_budgets(scene)
