"""Pods whose image does not come: no such tag, no credentials, registry not reached."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from cluster.fields import Obj, moment
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.image_pull import answers, login, network
from diagnose.analyzers.image_pull.case import REASONS, Pull, failed_pulls
from diagnose.analyzers.image_pull.slow import slow_pulls
from diagnose.analyzers.image_pull.texts import told
from diagnose.containers import containers
from diagnose.findings import Finding, InProgress, Observation, RuledOut
from diagnose.scene import Scene

_TRANSIENT = frozenset(
    {"ImageRegistryNameUnresolved", "ImageRegistryUnreachable", "ImageRateLimited", "ImagePullFailed"}
)
"""Codes of failures that the next attempt, seconds later, often does not show."""


@analyzer(kinds=("Pod",))
def image_pull(scene: Scene) -> Iterator[Observation]:
    """Yield a finding for each container that waits on an image which cannot be pulled.

    A transient failure of a pod younger than ``pull_grace_seconds`` is in progress; a failed pull that went through
    since is over.
    """
    pulls = list(failed_pulls(scene))
    broken = _nodes_without_names(pulls)
    of_nodes: dict[str, list[Finding]] = defaultdict(list)
    for pull in pulls:
        if pull.told.code in _TRANSIENT and scene.created_age(pull.pod) < scene.numbers.pull_grace_seconds:
            yield _first_attempt(pull)
        elif pull.told.code == "ImageRegistryNameUnresolved" and pull.node in broken:
            of_nodes[pull.node].append(network.name_unresolved(pull, whole_node=True))
        else:
            yield _finding(pull)
    for found in of_nodes.values():
        reached = dict.fromkeys(reach for entry in found for reach in entry.affected)
        yield replace(found[0], part="", affected=tuple(reached))
    waiting = {id(pull.pod) for pull in pulls}
    for pod in scene.live_pods:
        if id(pod) not in waiting:
            yield from _healed(scene, pod)
    yield from slow_pulls(scene)


def _finding(pull: Pull) -> Finding:
    match pull.told.code:
        case "ImageArchitectureMismatch":
            return answers.architecture(pull)
        case "ImageReferenceInvalid":
            return answers.invalid_reference(pull)
        case "ImageNeverPulled":
            return answers.never_pulled(pull)
        case "ImageRateLimited":
            return login.rate_limited(pull)
        case "ImageRegistryNameUnresolved":
            return network.name_unresolved(pull)
        case "ImageRegistryTLSFailed":
            return network.tls_failed(pull)
        case "ImageRegistryUnreachable":
            return network.unreachable(pull)
        case "ImageRepositoryNotFound":
            return answers.repository_not_found(pull)
        case "ImageTagNotFound":
            return answers.tag_not_found(pull)
        case "ImageRegistryUnauthorized":
            return login.unauthorized(pull, ambiguous=pull.told.hint == "ambiguous")
        case _:
            return answers.other_failure(pull)


def _nodes_without_names(pulls: list[Pull]) -> set[str]:
    """Return the nodes on which several registries' names do not resolve: there the resolver is at fault."""
    hosts: dict[str, set[str]] = defaultdict(set)
    for pull in pulls:
        if pull.told.code == "ImageRegistryNameUnresolved" and pull.node:
            hosts[pull.node].add(pull.told.captures.get("host", ""))
    return {node for node, names in hosts.items() if len(names) > 1}


def _first_attempt(pull: Pull) -> InProgress:
    scene = pull.scene
    made = moment(pull.pod, "metadata", "creationTimestamp") or scene.now
    return InProgress(
        object=pull.object,
        reason=Phrase(
            en=f"the first attempt to pull {pull.image} failed and the next one follows",
            zh=f"首次拉取 {pull.image} 失败，即将重试",
        ),
        until=made + timedelta(seconds=scene.numbers.pull_grace_seconds),
    )


def _healed(scene: Scene, pod: Obj) -> Iterator[RuledOut]:
    """Say of a failed pull in the events that the image has come since."""
    events = scene.snapshot.events(pod)
    last = next((e for e in reversed(events) if e.message.startswith("Failed to pull image")), None)
    if last is None or any(entry.waiting_reason in REASONS for entry in containers(pod)):
        return
    started = [
        entry for entry in containers(pod) if last.container in {"", entry.name} and (entry.running or entry.ended)
    ]
    if not started:
        return
    yield RuledOut(
        code=told(last.message).code,
        object=scene.holder_ref(pod),
        reason=Phrase(
            en=f"pulling the image of container {started[0].name} failed before and has gone through since",
            zh=f"容器 {started[0].name} 的镜像此前拉取失败，之后已成功",
        ),
        evidence=(scene.event(last, current=False),),
        healed=True,
        ended=last.last,
    )
