"""What runs is not what was written: settings read before they changed, deliveries that failed, edits by hand."""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.drift.configs import judge_configs
from diagnose.analyzers.drift.gitops import judge_gitops
from diagnose.analyzers.drift.helm import judge_helm
from diagnose.analyzers.drift.live import judge_live
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Pod", "ConfigMap"))
def drift(scene: Scene) -> Iterator[Observation]:
    """Yield where running pods, the cluster and its source do not agree."""
    yield from judge_configs(scene)
    yield from judge_gitops(scene)
    yield from judge_helm(scene)
    yield from judge_live(scene)
