"""Findings from what the registry, or the runtime itself, answers: no such thing, not allowed, not valid."""

import re
from collections.abc import Iterator

from cluster.fields import name, objects, strings, text
from cluster.names import closest
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.image_pull.case import Pull, repositories_elsewhere, tags_elsewhere
from diagnose.analyzers.image_pull.reference import fault_of
from diagnose.analyzers.image_pull.texts import innermost
from diagnose.findings import Finding, NextCheck, Remedy, inferred, matched, proved
from diagnose.remedies import container_change, in_application, template_patch

_SERVER = ("the registry's answer and the image of the spec", "镜像仓库的答复与配置中的镜像")


def tag_not_found(pull: Pull) -> Finding:
    """Say that the repository has no such tag or digest, and which tags of it are known here."""
    reference = pull.reference
    known = tags_elsewhere(pull)
    near = closest(reference.tag, known) or known[:3]
    kind, kind_zh = ("digest", "摘要") if reference.digest else ("tag", "标签")
    hint = f"; known here: {', '.join(near)}" if near else ""
    hint_zh = f"；本集群已知的有：{'、'.join(near)}" if near else ""
    remedies = (
        [
            pull.use_image(
                reference.with_tag(near[0]),
                Phrase(en=f"Use {near[0]}, which was pulled here", zh=f"改用曾在本集群拉取成功的 {near[0]}"),
            )
        ]
        if near
        else []
    )
    return pull.finding(
        "ImageTagNotFound",
        Phrase(
            en=f"{pull.who.en} cannot start: registry {reference.host} has no {kind} {reference.version} of "
            f"{reference.repository}{hint}",
            zh=f"{pull.who.zh} 无法启动：镜像仓库 {reference.host} 中的 {reference.repository} 没有{kind_zh} "
            f"{reference.version}{hint_zh}",
        ),
        confidence=proved(*_SERVER, twice=True),
        expected=f"{kind} {reference.version} exists",
        actual="not found",
        near=near,
        remedies=(
            *remedies,
            in_application(
                Phrase(
                    en=f"Push {pull.image}, or name a {kind} that exists",
                    zh=f"推送 {pull.image}，或改用存在的{kind_zh}",
                )
            ),
        ),
    )


def repository_not_found(pull: Pull, *, sure: bool = True) -> Finding:
    """Say that the registry has no such repository, and which ones look like it."""
    reference = pull.reference
    near = closest(reference.name, repositories_elsewhere(pull))
    hint = f"; did you mean {near[0]}?" if near else ""
    hint_zh = f"；是否应为 {near[0]}？" if near else ""
    default = "" if reference.given else f" (no registry is named, so {reference.host} is asked)"
    default_zh = "" if reference.given else f"（未写镜像仓库，因此访问 {reference.host}）"
    suffix = f":{reference.tag}" if reference.tag else ""
    remedies = (
        [pull.use_image(near[0] + suffix, Phrase(en=f"Use the repository {near[0]}", zh=f"改用镜像库 {near[0]}"))]
        if near
        else []
    )
    return pull.finding(
        "ImageRepositoryNotFound",
        Phrase(
            en=f"{pull.who.en} cannot start: registry {reference.host} has no repository "
            f"{reference.repository}{default}{hint}",
            zh=f"{pull.who.zh} 无法启动：镜像仓库 {reference.host} 中没有镜像库 "
            f"{reference.repository}{default_zh}{hint_zh}",
        ),
        confidence=proved(*_SERVER)
        if sure
        else inferred(
            "the registry answers the same for private repositories", "镜像仓库对私有镜像库的答复相同", value=0.6
        ),
        expected=f"repository {reference.repository} exists",
        actual="repository unknown" if sure else "repository unknown, or private",
        near=near,
        remedies=(
            *remedies,
            in_application(Phrase(en="Correct the path of the image, or push it", zh="修正镜像路径，或推送该镜像")),
        ),
    )


def invalid_reference(pull: Pull) -> Finding:
    """Say which part of the reference is at fault, with the corrected form where there is only one."""
    fault, fault_zh, fixed = fault_of(pull.image)
    if ("short" in pull.message and "alias" in pull.message) or "short name mode" in pull.message:
        fault, fault_zh, fixed = (
            "it names no registry, which this node requires",
            "没有写镜像仓库，而该节点要求写明",
            f"docker.io/{pull.image}",
        )
    return pull.finding(
        "ImageReferenceInvalid",
        Phrase(
            en=f"{pull.who.en} cannot start: {pull.image!r} is no valid image reference, because {fault}".replace(
                "'", '"'
            ),
            zh=f"{pull.who.zh} 无法启动：“{pull.image}”不是有效的镜像引用，{fault_zh}",
        ),
        confidence=proved("the kubelet refuses the reference", "kubelet 拒绝该镜像引用", twice=True),
        expected=fixed or "registry/repository:tag",
        actual=pull.image,
        near=[fixed] if fixed else [],
        remedies=(
            pull.use_image(fixed, Phrase(en=f"Write the image as {fixed}", zh=f"将镜像写为 {fixed}"))
            if fixed
            else None,
            None
            if fixed
            else in_application(Phrase(en="Correct the image where it is filled in", zh="在生成镜像引用的地方修正")),
        ),
    )


def never_pulled(pull: Pull) -> Finding:
    """Say that the policy forbids pulling and the node has no such image."""
    holding = [
        name(node)
        for node in pull.scene.snapshot.all("Node")
        if any(
            _same_image(held, pull.image)
            for entry in objects(node, "status", "images")
            for held in strings(entry, "names")
        )
    ]
    if pull.node and pull.node in holding:
        return other_failure(pull)
    where = f"; it is on {', '.join(holding[:3])}" if holding else ""
    where_zh = f"；它在 {'、'.join(holding[:3])} 上" if holding else ""
    change = container_change(pull.container, {"imagePullPolicy": "IfNotPresent"})
    return pull.finding(
        "ImageNeverPulled",
        Phrase(
            en=f"{pull.who.en} cannot start: image {pull.image} is not on node {pull.node or 'of the pod'} and "
            f"imagePullPolicy Never forbids to pull it{where}",
            zh=f"{pull.who.zh} 无法启动：节点 {pull.node or ''} 上没有镜像 {pull.image}，而 imagePullPolicy 为 "
            f"Never，不允许拉取{where_zh}",
        ),
        confidence=proved("kubelet and spec agree", "kubelet 与配置一致", twice=True),
        expected="the image is on the node",
        actual="imagePullPolicy: Never, image absent",
        near=holding,
        evidence=[pull.scene.field(pull.pod, *pull.container.spec_path, "imagePullPolicy")],
        remedies=(
            template_patch(
                pull.scene,
                pull.pod,
                change,
                summary=Phrase(en="Allow the node to pull the image", zh="允许节点拉取该镜像"),
            ),
            in_application(Phrase(en="Load the image on the node first", zh="先把镜像导入该节点")),
        ),
    )


def _same_image(held: str, wanted: str) -> bool:
    short = held.removeprefix("docker.io/library/").removeprefix("docker.io/")
    plain = wanted.removeprefix("docker.io/library/").removeprefix("docker.io/")
    return short == plain or short == f"{plain}:latest"


def architecture(pull: Pull) -> Finding:
    """Say that the image has no build for the processor of the node."""
    node = pull.scene.snapshot.get("Node", "", pull.node) if pull.node else None
    arch = text(node, "status", "nodeInfo", "architecture")
    others = sorted(
        {
            text(other, "status", "nodeInfo", "architecture")
            for other in pull.scene.snapshot.all("Node")
            if text(other, "status", "nodeInfo", "architecture") not in {"", arch}
        }
    )
    on_en = f" ({arch})" if arch else ""
    more = f"; the cluster also has {', '.join(others)} nodes" if others else ""
    more_zh = f"；集群中还有 {'、'.join(others)} 节点" if others else ""
    remedies: list[Remedy | None] = []
    if others:
        remedies.append(
            template_patch(
                pull.scene,
                pull.pod,
                {"nodeSelector": {"kubernetes.io/arch": others[0]}},
                summary=Phrase(en=f"Run it on {others[0]} nodes", zh=f"让它运行在 {others[0]} 节点上"),
                estimate=Phrase(en="the other architecture of this cluster", zh="本集群的另一种架构"),
            )
        )
    built = arch or "the node's architecture"
    return pull.finding(
        "ImageArchitectureMismatch",
        Phrase(
            en=f"{pull.who.en} cannot start: image {pull.image} has no build for the processor of node "
            f"{pull.node}{on_en}{more}",
            zh=f"{pull.who.zh} 无法启动：镜像 {pull.image} 没有适合节点 {pull.node} "
            f"处理器{f'（{arch}）' if arch else ''}的版本{more_zh}",
        ),
        confidence=proved(*_SERVER, twice=bool(arch)),
        expected=f"a build for {built}",
        actual="no such platform in the image",
        evidence=[pull.scene.field(node, "status", "nodeInfo", "architecture")] if node is not None and arch else [],
        remedies=(
            *remedies,
            in_application(
                Phrase(en=f"Build and push the image for {built}", zh=f"为 {arch or '该节点架构'} 构建并推送镜像")
            ),
        ),
    )


_WEB_PAGE = re.compile(r"<!doctype html|<html", re.IGNORECASE)


def other_failure(pull: Pull) -> Finding:
    """Quote the innermost clause of a text that no sharper code knows."""
    cause = pull.cause or pull.container.waiting_reason
    full = "no space left on device" in pull.message
    node = ObjectRef(kind="Node", name=pull.node) if full and pull.node else None
    advice = (
        Phrase(en=f"Free disk space on node {pull.node}", zh=f"释放节点 {pull.node} 的磁盘空间")
        if full
        else Phrase(
            en="Wait: the kubelet limits how many pulls it starts at a time and tries again",
            zh="等待：kubelet 限制同时发起的拉取次数，会自动重试",
        )
        if pull.told.hint == "qps"
        else Phrase(en="Correct what the quoted text names", zh="修正引用文字所指的问题")
    )
    if _WEB_PAGE.search(pull.message):
        host = pull.reference.host
        advice = Phrase(
            en=f"Name an image registry: {host} answers with a web page (an address of a site, a login page, a proxy)",
            zh=f"改用真正的镜像仓库地址：{host} 返回的是网页（网站、登录页或代理）",
        )
    fresh = not innermost(pull.message)
    if fresh:
        cause, cause_zh = "no message that was read says why", "读到的信息没有说明原因"
        advice = Phrase(
            en="Read the newest events of the pod, which name the cause", zh="查看 Pod 的最新事件，其中会说明原因"
        )
    else:
        cause_zh = cause
    checks: Iterator[NextCheck] = iter(
        [
            NextCheck(
                command=f"kubectl -n {pull.object.namespace} describe {pull.object.slug}"
                if node is None
                else f"kubectl describe node {pull.node}",
                why=Phrase(en="the newest events tell the cause", zh="最新的事件会说明原因"),
            )
        ]
    )
    return pull.finding(
        "ImagePullFailed",
        Phrase(
            en=f"{pull.who.en} cannot start: {f'image {pull.image}' if pull.image else 'its image'} is not pulled: "
            f"{cause[:200]}",
            zh=f"{pull.who.zh} 无法启动：镜像{pull.image and ' '}{pull.image}{pull.image and ' '}拉取失败："
            f"{cause_zh[:200]}",
        ),
        confidence=inferred("the cause could not be read", "未能读取原因", value=0.4)
        if fresh
        else matched("the runtime's own words", "运行时的原话", value=0.7),
        expected="the image is pulled",
        evidence=[pull.scene.field(pull.pod, *pull.container.status_path, "state", "waiting", "reason")],
        remedies=(in_application(advice),),
        next_checks=tuple(checks),
    )
