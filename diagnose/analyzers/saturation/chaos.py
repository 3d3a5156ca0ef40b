"""Disturbances of the network that somebody made on purpose: chaos experiments, netem, injected delays."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, condition, dig, labels, mapping, name, namespace, numbered, objects, strings, text
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.containers import containers
from diagnose.findings import Confidence, Edge, Finding, Reach, Remedy, Severity, matched, proved
from diagnose.remedies import command, in_application
from diagnose.scene import Scene

_MESH = "NetworkChaos.chaos-mesh.org"
_LITMUS = "ChaosEngine.litmuschaos.io"
_BLADE = "ChaosBlade.chaosblade.io"
_ISTIO = "VirtualService.networking.istio.io"
_PAUSE = "experiment.chaos-mesh.org/pause"
_ACTIONS = {
    "delay": "latency",
    "bandwidth": "latency",
    "loss": "loss",
    "corrupt": "loss",
    "duplicate": "loss",
    "partition": "loss",
    "drop": "loss",
}
_NETEM = re.compile(
    r"\bnetem\b.{0,80}?\b(delay|loss|corrupt|duplicate)\b(?:\s{1,4}([0-9]{1,6}(?:\.[0-9]{1,4})?(?:ms|us|s|%)))?"
)
_LITMUS_NAME = re.compile(r"network-(latency|loss|corruption|duplication|partition)")
_WORDS = {
    "latency": Phrase(en="slows down", zh="增加了延迟"),
    "loss": Phrase(en="drops or damages packets of", zh="造成丢包或损坏"),
}
MAX_PODS = 50


def disturbed(scene: Scene) -> Iterator[Finding]:
    """Yield each disturbance that is on, with the pods that it hits."""
    for chaos in scene.snapshot.all(_MESH):
        action = text(chaos, "spec", "action")
        if action in _ACTIONS and _injected(chaos):
            yield _made(scene, chaos, _ACTIONS[action], ("spec", "action"), _chosen(scene, chaos))
    for engine in scene.snapshot.all(_LITMUS):
        for index, entry in numbered(engine, "spec", "experiments"):
            found = _LITMUS_NAME.search(text(entry, "name"))
            if found and text(engine, "spec", "engineState") == "active" and not _done(engine):
                variant = "latency" if found[1] == "latency" else "loss"
                path = ("spec", "experiments", index, "name")
                yield _made(scene, engine, variant, path, _of_engine(scene, engine))
    for blade in scene.snapshot.all(_BLADE):
        for index, entry in numbered(blade, "spec", "experiments"):
            action = text(entry, "action")
            if (
                text(entry, "target") == "network"
                and action in _ACTIONS
                and text(blade, "status", "phase") == "Running"
            ):
                yield _made(scene, blade, _ACTIONS[action], ("spec", "experiments", index, "action"), [])
    for service in scene.snapshot.all(_ISTIO):
        for index, entry in numbered(service, "spec", "http"):
            delay = mapping(entry, "fault", "delay")
            share = dig(delay, "percentage", "value")
            if text(delay, "fixedDelay") and share != 0:
                at = ("spec", "http", index, "fault", "delay", "fixedDelay")
                yield _made(scene, service, "latency", at, _behind(scene, service))
    yield from _by_command(scene)


def _injected(chaos: Obj) -> bool:
    """Say whether an experiment of Chaos Mesh is on now."""
    if labels(chaos, "metadata", "annotations").get(_PAUSE) == "true" or text(chaos, "metadata", "deletionTimestamp"):
        return False
    if text(chaos, "status", "experiment", "desiredPhase") == "Stop":
        return False
    return condition(chaos, "AllRecovered").get("status") != "True"


def _chosen(scene: Scene, chaos: Obj) -> list[Obj]:
    """Return the pods that an experiment hits: those it says that it hit, else those it selects."""
    hit: list[Obj] = []
    for record in objects(chaos, "status", "experiment", "containerRecords"):
        space, _, rest = text(record, "id").partition("/")
        pod = scene.snapshot.get("Pod", space, rest.partition("/")[0])
        if pod is not None and not text(record, "phase").startswith("Not"):
            hit.append(pod)
    if hit:
        return hit
    wanted = labels(chaos, "spec", "selector", "labelSelectors")
    spaces = strings(chaos, "spec", "selector", "namespaces") or [namespace(chaos)]
    return [pod for space in spaces for pod in scene.graph.selected(space, wanted)]


def _done(engine: Obj) -> bool:
    return text(engine, "status", "engineStatus") in {"completed", "stopped"}


def _of_engine(scene: Scene, engine: Obj) -> list[Obj]:
    key, _, value = text(engine, "spec", "appinfo", "applabel").partition("=")
    space = text(engine, "spec", "appinfo", "appns") or namespace(engine)
    return list(scene.graph.selected(space, {key: value})) if key and value else []


def _behind(scene: Scene, service: Obj) -> list[Obj]:
    """Return the pods of the Services that a VirtualService stands before."""
    found: list[Obj] = []
    for host in strings(service, "spec", "hosts"):
        short, _, rest = host.partition(".")
        known = scene.snapshot.get("Service", rest.partition(".")[0] or namespace(service), short)
        found += scene.graph.pods_of_service(known) if known is not None else ()
    return found


def _made(scene: Scene, obj: Obj, variant: str, path: tuple[str | int, ...], pods: list[Obj]) -> Finding:
    ref = ref_of(obj)
    value = str(dig(obj, *path))
    owners = sorted({scene.holder_ref(pod) for pod in pods})
    whom = ", ".join(f"{owner.kind} {owner.name}" for owner in owners[:3]) or "the pods that it selects"
    whom_zh = "、".join(f"{owner.kind} {owner.name}" for owner in owners[:3]) or "其选中的 Pod"
    word = _WORDS[variant]
    return _finding(
        scene,
        ref,
        variant,
        pods,
        Phrase(
            en=f"{ref.kind} {ref.name} {word.en} the network of {whom} on purpose ({value})",
            zh=f"{ref.kind} {ref.name} 有意对 {whom_zh} 的网络{word.zh}（{value}）",
        ),
        obj,
        path,
        command(
            f"kubectl -n {ref.namespace} delete {ref.slug}"
            if ref.kind != "VirtualService"
            else f"kubectl -n {ref.namespace} edit {ref.slug}",
            summary=Phrase(
                en="End the experiment, unless it is meant to run now"
                if ref.kind != "VirtualService"
                else "Remove the injected delay, unless it is meant to be there now",
                zh="结束该实验，除非它本应在此时运行"
                if ref.kind != "VirtualService"
                else "移除注入的延迟，除非它本应在此时存在",
            ),
            verify=f"kubectl -n {ref.namespace} get {ref.slug}",
            expect=Phrase(en="it is gone, or without the delay", zh="对象已删除，或不再有延迟"),
            reversible=False,
        ),
        proved("the object that makes the disturbance was read", "读取了造成干扰的对象"),
    )


def _by_command(scene: Scene) -> Iterator[Finding]:
    """Yield pods one of whose containers disturbs their network by its own command line."""
    for pod in scene.live_pods:
        for container in containers(pod):
            for key in ("command", "args"):
                said = " ".join(strings(container.spec, key))[:4000]
                found = _NETEM.search(said) if "netem" in said else None
                if found is None:
                    continue
                variant = _ACTIONS[found[1]]
                amount, word = f" {found[2]}" if found[2] else "", _WORDS[variant]
                yield _finding(
                    scene,
                    scene.holder_ref(pod),
                    variant,
                    [pod],
                    Phrase(
                        en=f"Container {container.name} {word.en} the network of its own pod on purpose "
                        f"(netem {found[1]}{amount})",
                        zh=f"容器 {container.name} 有意对自身 Pod 的网络{word.zh}（netem {found[1]}{amount}）",
                    ),
                    pod,
                    (*container.spec_path, key),
                    in_application(
                        Phrase(
                            en=f"Remove container {container.name}, or the netem rule from its command",
                            zh=f"移除容器 {container.name}，或从其命令中去掉 netem 规则",
                        )
                    ),
                    matched("the command line makes the disturbance", "命令行造成了干扰", value=0.8),
                    part=container.name,
                )
                break


def _finding(
    scene: Scene,
    about: ObjectRef,
    variant: str,
    pods: list[Obj],
    summary: Phrase,
    holder: Obj,
    path: tuple[str | int, ...],
    remedy: Remedy,
    sure: Confidence,
    *,
    part: str = "",
) -> Finding:
    affected = scene.reach_pods(pods[:MAX_PODS], Edge.POLICY if not part else Edge.OWNER)
    fronts = {ref_of(service) for pod in pods[:MAX_PODS] for service in scene.graph.services_of(pod)}
    return Finding(
        code="NetworkDegraded",
        variant=variant,
        severity=Severity.MEDIUM,
        confidence=sure,
        object=about,
        part=part or (name(holder) if about.kind == "VirtualService" else ""),
        affected=(*affected, *(Reach(ref=front, edge=Edge.SELECTOR) for front in sorted(fronts))),
        summary=summary,
        expected="an undisturbed network",
        actual=str(dig(holder, *path))[:120],
        evidence=(scene.field(holder, *path),),
        remedies=(remedy,),
    )
