"""Findings for ConfigMaps, Secrets and keys that are not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cluster.fields import Obj, dig, mapping, moment, name, namespace, objects, text, uid
from cluster.kinds import BY_KEY
from cluster.names import closest, near_miss
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.findings import (
    Finding,
    NextCheck,
    Remedy,
    Severity,
    matched,
    proved,
)
from diagnose.graph import Reference, references
from diagnose.remedies import command, create_object, object_patch, template_patch
from diagnose.scene import Scene

SURE_SCORE = 2
"""Names no further apart than this (one letter, or spelling) are taken for the same name misspelt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that a pod needs and does not get. ``said`` is what the kubelet said of it, if anything."""

    scene: Scene
    pod: Obj
    reference: Reference
    found: Obj | None
    said: Evidence | None
    running: bool

    @property
    def space(self) -> str:
        """The namespace."""
        return namespace(self.pod)

    @property
    def place(self) -> Evidence:
        """Quote where the pod names it."""
        key = "secretName" if self.reference.path[-1] == "secret" else "name"
        if self.reference.path[-1] == "items":
            return self.scene.field(self.pod, "spec", *self.reference.path)
        if dig(self.pod, "spec", *self.reference.path, key) is None:
            key = "name"
        return self.scene.field(self.pod, "spec", *self.reference.path, key)

    @property
    def used_by(self) -> Phrase:
        """Say what needs it: a variable, all variables, or a volume."""
        path, reference = self.reference.path, self.reference
        if not path:
            box = reference.container
            return Phrase(en=f"container {box}" if box else "a volume", zh=f"容器 {box}" if box else "卷")
        if reference.container and "env" in path:
            index = path.index("env")
            variable = text(dig(self.pod, "spec", *path[: index + 2]), "name")
            return Phrase(
                en=f"variable {variable} of container {reference.container}",
                zh=f"容器 {reference.container} 的变量 {variable}",
            )
        if reference.container:
            return Phrase(
                en=f"the variables of container {reference.container}", zh=f"容器 {reference.container} 的环境变量"
            )
        volume = text(dig(self.pod, "spec", *path[:2]), "name")
        return Phrase(en=f"volume {volume}", zh=f"卷 {volume}")


def _severity(lack: Lack) -> Severity:
    return Severity.LOW if lack.running else Severity.HIGH


def object_missing(lack: Lack) -> Finding:
    """Say which ConfigMap or Secret is absent, what needs it, and what was probably meant."""
    scene, reference, space = lack.scene, lack.reference, lack.space
    kind, wanted = reference.kind, reference.name
    holder = scene.holder_ref(lack.pod)
    absent = scene.snapshot.absent(kind, space, wanted)
    near, remark = _near(lack)
    producer = _producer(lack)
    evidence = [scene.absence(kind, space, wanted)] if absent else []
    evidence += [lack.said] if lack.said else []
    evidence += [lack.place] if reference.path else []
    tail_en = "; the running pod breaks when it starts again" if lack.running else ""
    tail_zh = "；运行中的 Pod 下次启动时会失败" if lack.running else ""
    if producer:
        tail_en += f"; {producer} should create it"
        tail_zh += f"；应由 {producer} 创建"
    used = lack.used_by
    return Finding(
        code=f"{kind}Missing",
        severity=_severity(lack),
        confidence=proved(
            "the pod names it and the complete list does not hold it", "Pod 引用了它，而完整列表中没有", twice=True
        )
        if absent
        else matched("the kubelet says so; the list could not be read", "kubelet 如此说明，但列表未能读取", value=0.8),
        object=ObjectRef(kind=kind, namespace=space, name=wanted),
        absent=True,
        affected=scene.reach_pods([lack.pod]),
        summary=Phrase(
            en=f"{kind} {wanted} does not exist in {space} and is needed by {used.en} of "
            f"{holder.slug}{remark.en}{tail_en}",
            zh=f"{space} 中不存在 {kind} {wanted}，需要它的是 {holder.slug} 的{used.zh}{remark.zh}{tail_zh}",
        ),
        expected=f"{kind} {wanted} in {space}",
        actual="absent",
        near=tuple(near[:3]),
        evidence=tuple(evidence)[:4],
        remedies=tuple(_object_remedies(lack, near)),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {space} describe {producer.lower().replace(' ', '/')}",
                why=Phrase(en="why it has not created the Secret", zh="它为何没有创建该 Secret"),
            ),
        )
        if producer
        else (),
        since=_since(lack),
    )


def _since(lack: Lack) -> datetime | None:
    return moment(lack.pod, "metadata", "creationTimestamp")


def _near(lack: Lack) -> tuple[list[str], Phrase]:
    """Return near-misses and the remark on the best: same kind here, the sibling kind, other namespaces."""
    snapshot, reference, space = lack.scene.snapshot, lack.reference, lack.space
    here = closest(reference.name, (name(entry) for entry in snapshot.all(reference.kind, space)))
    sibling = "Secret" if reference.kind == "ConfigMap" else "ConfigMap"
    if snapshot.get(sibling, space, reference.name) is not None:
        return [f"{sibling} {reference.name}"], Phrase(
            en=f"; there is a {sibling} of this name", zh=f"；存在同名的 {sibling}"
        )
    if here:
        return here, Phrase(en=f"; did you mean {here[0]}?", zh=f"；是否应为 {here[0]}？")
    others = [
        namespace(entry)
        for entry in snapshot.all(reference.kind)
        if name(entry) == reference.name and namespace(entry) != space
    ]
    if others:
        return [f"{reference.name} in {other}" for other in others[:3]], Phrase(
            en=f"; {others[0]} has one of this name", zh=f"；命名空间 {others[0]} 中有同名对象"
        )
    return [], Phrase(en="", zh="")


def _producer(lack: Lack) -> str:
    """Name the custom resource that should create the Secret, or return an empty string."""
    if lack.reference.kind != "Secret":
        return ""
    for kind, path in (
        ("Certificate", ("spec", "secretName")),
        ("ExternalSecret", ("spec", "target", "name")),
        ("SealedSecret", ("metadata", "name")),
        ("ExternalSecret", ("metadata", "name")),
    ):
        for key in lack.scene.snapshot.kinds():
            if key.partition(".")[0] != kind or key in BY_KEY:
                continue
            for entry in lack.scene.snapshot.all(key):
                if namespace(entry) == lack.space and text(entry, *path) == lack.reference.name:
                    return f"{kind} {name(entry)}"
    return ""


def _wanted_keys(lack: Lack) -> list[str]:
    return sorted(
        {
            reference.key
            for reference in references(mapping(lack.pod, "spec"))
            if (reference.kind, reference.name) == (lack.reference.kind, lack.reference.name) and reference.key
        }
    )


def _object_remedies(lack: Lack, near: list[str]) -> Iterator[Remedy]:
    reference, space = lack.reference, lack.space
    kind, wanted = reference.kind, reference.name
    snapshot = lack.scene.snapshot
    if (
        reference.path
        and near
        and near_miss(wanted, near[0]) <= SURE_SCORE
        and snapshot.get(kind, space, near[0]) is not None
    ):
        yield template_patch(
            lack.scene,
            lack.pod,
            _renamed(lack, near[0]),
            summary=Phrase(en=f"Name {kind} {near[0]}, which exists", zh=f"改为引用已存在的 {kind} {near[0]}"),
        )
    source = next((namespace(e) for e in snapshot.all(kind) if name(e) == wanted and namespace(e) != space), "")
    if source:
        slug = f"{kind.lower()}/{wanted}"
        yield command(
            f"kubectl -n {source} get {slug} -o yaml | sed 's/namespace: {source}/namespace: {space}/' | kubectl "
            f"apply -f -",
            summary=Phrase(en=f"Copy it from namespace {source}", zh=f"从命名空间 {source} 复制"),
            verify=f"kubectl -n {space} get {slug}",
            expect=Phrase(en="the object is listed", zh="能列出该对象"),
            undo=f"kubectl -n {space} delete {slug}",
        )
    keys = _wanted_keys(lack) or ["<key>"]
    data_key = "data" if kind == "ConfigMap" else "stringData"
    manifest: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": wanted, "namespace": space},
        data_key: dict.fromkeys(keys, "<value>"),
    }
    yield create_object(
        manifest,
        summary=Phrase(
            en=f"Create {kind} {wanted} with the keys that the pod uses; the values are yours",
            zh=f"创建 {kind} {wanted} 及 Pod 用到的键，值由你填写",
        ),
        verify=f"kubectl -n {space} get pods",
        expect=Phrase(en="the pods leave the waiting state within two minutes", zh="Pod 在两分钟内离开等待状态"),
    )


def _renamed(lack: Lack, new: str, key: str = "") -> dict[str, Any]:
    """Return a strategic patch of the pod spec that points the reference at another object or key."""
    path, reference = lack.reference.path, lack.reference
    if reference.container:
        which, index = str(path[0]), path[1]
        container = mapping(dig(lack.pod, "spec", which, index))
        if "envFrom" in path:
            entries = [dict(entry) for entry in objects(container, "envFrom")]
            at, ref = int(path[3]), str(path[4])
            if at < len(entries):
                entries[at] = {**entries[at], ref: {**mapping(entries[at], ref), "name": new}}
            return {which: [{"name": reference.container, "envFrom": entries}]}
        entry = mapping(dig(lack.pod, "spec", *path[:4]))
        ref = str(path[-1])
        source = {**mapping(entry, "valueFrom", ref), "name": new, **({"key": key} if key else {})}
        return {
            which: [{"name": reference.container, "env": [{"name": text(entry, "name"), "valueFrom": {ref: source}}]}]
        }
    volume = dict(mapping(dig(lack.pod, "spec", *path[:2])))
    if "projected" in path:
        sources = [dict(entry) for entry in objects(volume, "projected", "sources")]
        at, ref = int(path[4]), str(path[5])
        if at < len(sources):
            sources[at] = {ref: {**mapping(sources[at], ref), "name": new}}
        return {
            "volumes": [
                {"name": text(volume, "name"), "projected": {**mapping(volume, "projected"), "sources": sources}}
            ]
        }
    ref = str(path[2])
    name_key = "secretName" if ref == "secret" else "name"
    source = {name_key: new}
    if key:
        items = [
            {**entry, "key": key} if text(entry, "key") == reference.key else dict(entry)
            for entry in objects(volume, ref, "items")
        ]
        return {"volumes": [{"name": text(volume, "name"), ref: {**source, "items": items}}]}
    return {"volumes": [{"name": text(volume, "name"), ref: source}]}


def key_missing(lack: Lack, keys: set[str] | None) -> Finding:
    """Say which key an existing ConfigMap or Secret lacks, and which it has."""
    scene, reference, space = lack.scene, lack.reference, lack.space
    kind, holder = reference.kind, scene.holder_ref(lack.pod)
    known = sorted(keys or ())
    near = closest(reference.key, known)
    used = lack.used_by
    evidence = [lack.said] if lack.said else []
    evidence += [lack.place] if reference.path else []
    if lack.found is not None and keys is not None and kind == "ConfigMap" and uid(lack.found):
        evidence.append(_keys_evidence(lack))
    listed = f"; it has {', '.join(known[:6])}" if known else "; it has no keys" if keys is not None else ""
    listed_zh = f"；现有的键：{'、'.join(known[:6])}" if known else "；它没有任何键" if keys is not None else ""
    hint = f"; did you mean {near[0]}?" if near else ""
    hint_zh = f"；是否应为 {near[0]}？" if near else ""
    remedies: list[Remedy] = []
    if near and reference.path:
        remedies.append(
            template_patch(
                scene,
                lack.pod,
                _renamed(lack, reference.name, near[0]),
                summary=Phrase(en=f"Ask for key {near[0]}, which exists", zh=f"改为引用已存在的键 {near[0]}"),
            )
        )
    data_key = "data" if kind == "ConfigMap" else "stringData"
    remedies.append(
        object_patch(
            ObjectRef(kind=kind, namespace=space, name=reference.name),
            {data_key: {reference.key: "<value>"}},
            summary=Phrase(
                en=f"Add key {reference.key} to {kind} {reference.name}; the value is yours",
                zh=f"在 {kind} {reference.name} 中添加键 {reference.key}，值由你填写",
            ),
            verify=f"kubectl -n {space} get pods",
            expect=Phrase(en="the pods leave the waiting state within two minutes", zh="Pod 在两分钟内离开等待状态"),
            undo=f"kubectl -n {space} patch {kind.lower()}/{reference.name} --type=merge "
            f'-p \'{{"data":{{"{reference.key}":null}}}}\'',
        )
    )
    if near and near_miss(reference.key, near[0]) > SURE_SCORE:
        remedies.reverse()  # a longer name of the same stem may as well mean something else
    tail_en = "; the running pod breaks when it starts again" if lack.running else ""
    tail_zh = "；运行中的 Pod 下次启动时会失败" if lack.running else ""
    return Finding(
        code="ConfigKeyMissing",
        variant=kind.lower(),
        severity=_severity(lack),
        confidence=proved("the kubelet says so and the keys were read", "kubelet 如此说明且读取了现有的键", twice=True)
        if lack.said and keys is not None
        else proved("the keys of the object were read", "读取了该对象的键")
        if keys is not None
        else matched("the kubelet says so; the keys could not be read", "kubelet 如此说明，但未能读取键", value=0.8),
        object=ObjectRef(kind=kind, namespace=space, name=reference.name),
        part=reference.key,
        affected=scene.reach_pods([lack.pod]),
        summary=Phrase(
            en=f"{kind} {reference.name} has no key {reference.key}, needed by {used.en} of "
            f"{holder.slug}{listed}{hint}{tail_en}",
            zh=f"{kind} {reference.name} 中没有键 {reference.key}，而 {holder.slug} 的{used.zh} "
            f"需要它{listed_zh}{hint_zh}{tail_zh}",
        ),
        expected=f"key {reference.key}",
        actual=f"keys: {', '.join(known[:6]) or ('none' if keys is not None else 'not read')}",
        near=tuple(near),
        evidence=tuple(evidence)[:4],
        remedies=tuple(remedies),
        since=_since(lack),
    )


def _keys_evidence(lack: Lack) -> Evidence:
    """Quote that the key is not set in the ConfigMap: its other values stay out of the evidence."""
    return lack.scene.field(lack.found or {}, "data", lack.reference.key)
