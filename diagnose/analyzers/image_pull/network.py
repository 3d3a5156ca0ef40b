"""Findings from pulls that never reach the registry: no name, no connection, no trust."""

import re

from cluster.names import closest
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.image_pull.case import Pull
from diagnose.analyzers.image_pull.reference import parse
from diagnose.findings import Finding, NextCheck, Remedy, Who, proved
from diagnose.remedies import in_application, outside

_LOOPBACK = re.compile(r"localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?")


def _on_node(pull: Pull) -> str:
    return f"node/{pull.node}" if pull.node else "the node"


def name_unresolved(pull: Pull, *, whole_node: bool = False) -> Finding:
    """Say that the node cannot resolve the registry's name; with several registries it is the node's resolver."""
    host, resolver = pull.told.captures.get("host", pull.reference.host), pull.told.captures.get("resolver", "")
    near = [] if whole_node else closest(host, (entry.partition(":")[0] for entry in pull.known.hosts))
    asked = f" (the node asked {resolver})" if resolver else ""
    asked_zh = f"（节点询问了 {resolver}）" if resolver else ""
    hint = f"; did you mean {near[0]}?" if near else ""
    hint_zh = f"；是否应为 {near[0]}？" if near else ""
    node = ObjectRef(kind="Node", name=pull.node) if whole_node and pull.node else None
    fixed = pull.image.replace(host, near[0], 1) if near else ""
    if whole_node:
        summary = Phrase(
            en=f"Node {pull.node} cannot resolve the names of several registries, {host} among them{asked}",
            zh=f"节点 {pull.node} 无法解析多个镜像仓库的域名，包括 {host}{asked_zh}",
        )
    else:
        summary = Phrase(
            en=f"{pull.who.en} cannot start: the registry's name {host} does not resolve on the node{asked}{hint}",
            zh=f"{pull.who.zh} 无法启动：节点无法解析镜像仓库的域名 {host}{asked_zh}{hint_zh}",
        )
    remedies: list[Remedy | None] = []
    if fixed:
        remedies.append(pull.use_image(fixed, Phrase(en=f"Use the registry {near[0]}", zh=f"改用镜像仓库 {near[0]}")))
    remedies.append(
        Remedy(
            summary=Phrase(
                en=f"Put the resolver of {_on_node(pull)} right (cluster DNS is not used for pulls)",
                zh=f"修复 {_on_node(pull)} 的 DNS 解析（拉取镜像不使用集群 DNS）",
            )
            if whole_node
            else Phrase(
                en=f"Correct the registry's name, or let the resolver of {_on_node(pull)} know it (cluster DNS "
                f"is not used for pulls)",
                zh=f"修正镜像仓库的域名，或让 {_on_node(pull)} 的 DNS 能解析它（拉取镜像不使用集群 DNS）",
            ),
            who=Who.CLUSTER_ADMIN if whole_node else Who.OWNER,
        )
    )
    return pull.finding(
        "ImageRegistryNameUnresolved",
        summary,
        object=node,
        confidence=proved("the runtime names the host that does not resolve", "运行时指明了无法解析的主机", twice=True),
        expected=f"{host} resolves",
        near=near,
        remedies=remedies,
    )


def unreachable(pull: Pull) -> Finding:
    """Say which address gave no connection, or that the registry itself is in trouble."""
    told = pull.told
    host = told.captures.get("host") or pull.reference.host
    port, how = told.captures.get("port", ""), told.captures.get("how", "no connection")
    where = f"{host}:{port}" if port else host
    proxy = told.hint == "proxy"
    other = _pulled_elsewhere(pull)
    if proxy:
        by = f" {told.captures['proxy']}" if told.captures.get("proxy") else ""
        en, zh = f"the proxy{by} that the node uses for pulls cannot be reached", f"节点用于拉取镜像的代理{by} 无法连接"
        where = told.captures.get("proxy") or "the proxy"
    elif how[:1] == "5":
        en, zh = (
            f"registry {pull.reference.host} answers with a server error ({how})",
            f"镜像仓库 {pull.reference.host} 返回服务端错误（{how}）",
        )
    elif _LOOPBACK.fullmatch(host):
        en = f"registry {where} gives no connection ({how}); this address means the node itself, not your machine"
        zh = f"镜像仓库 {where} 无法连接（{how}）；该地址指的是节点自身，而不是你的机器"
    else:
        named = pull.reference.host
        known = "" if named in {host, where} else f"{named} at "
        en = f"registry {known}{where} gives no connection ({how})"
        zh = f"镜像仓库 {named + '（' + where + '）' if known else where + ' '}无法连接（{how}）"
    if other:
        en += f"; other nodes have pulled from it ({other})"
        zh += f"；其他节点曾成功拉取（{other}）"
    return pull.finding(
        "ImageRegistryUnreachable",
        Phrase(en=f"{pull.who.en} cannot start: {en}", zh=f"{pull.who.zh} 无法启动：{zh}"),
        confidence=proved("the runtime names the address and how it failed", "运行时指明了地址与失败方式", twice=True),
        expected=f"{where} accepts connections from the node",
        actual=how,
        remedies=(
            in_application(
                Phrase(
                    en=f"Use a registry that nodes can reach instead of {pull.reference.host}",
                    zh=f"不要使用 {pull.reference.host}，改用节点能访问的镜像仓库",
                )
            )
            if _LOOPBACK.fullmatch(host)
            else outside(
                Phrase(
                    en=f"Let {_on_node(pull)} reach {where}: address, firewall, proxy, or the registry's own service",
                    zh=f"让 {_on_node(pull)} 能访问 {where}：检查地址、防火墙、代理或镜像仓库服务本身",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl debug {_on_node(pull)} -it --image=busybox -- wget -T 5 -O- "
                f"https://{pull.reference.host}/v2/",
                why=Phrase(en="whether the node reaches the registry now", zh="节点现在能否访问镜像仓库"),
            ),
        ),
    )


def _pulled_elsewhere(pull: Pull) -> str:
    """Name a node other than this one that holds an image of the registry."""
    for image, where in pull.known.images:
        if where.startswith("node ") and where != f"node {pull.node}" and parse(image).host == pull.reference.host:
            return where.removeprefix("node ")
    return ""


def tls_failed(pull: Pull) -> Finding:
    """Say why the registry's certificate or the lack of TLS is refused."""
    text, host = pull.told.captures.get("tls", ""), pull.reference.host
    lowered = text.lower()
    if "http response to https" in lowered or "does not look like" in lowered:
        en, zh = (
            f"registry {host} speaks plain HTTP where HTTPS is expected",
            f"镜像仓库 {host} 使用明文 HTTP，而不是 HTTPS",
        )
        advice = Phrase(
            en=f"Give {host} a certificate, or mark it as insecure in the runtime's settings of every node",
            zh=f"为 {host} 配置证书，或在每个节点的运行时设置中将其标为不安全仓库",
        )
    elif "expired" in lowered or "not yet valid" in lowered:
        early = "not yet valid" in lowered and "is after" not in lowered and "is before" in lowered
        state, state_zh = ("is not valid yet", "尚未生效") if early else ("has expired", "已过期")
        en, zh = f"the certificate of registry {host} {state}", f"镜像仓库 {host} 的证书{state_zh}"
        advice = Phrase(en=f"Renew the certificate of {host}", zh=f"更新 {host} 的证书")
    elif "valid for" in lowered or "doesn't contain" in lowered or "doesn’t contain" in lowered:
        en, zh = f"the certificate of registry {host} is for another name", f"镜像仓库 {host} 的证书属于其他域名"
        advice = Phrase(
            en=f"Use the name in the certificate, or issue one for {host}", zh=f"使用证书中的域名，或为 {host} 签发证书"
        )
    else:
        en, zh = f"the node does not trust the certificate of registry {host}", f"节点不信任镜像仓库 {host} 的证书"
        advice = Phrase(
            en=f"Install the authority that signed the certificate of {host} on every node",
            zh=f"在每个节点上安装签发 {host} 证书的机构证书",
        )
    return pull.finding(
        "ImageRegistryTLSFailed",
        Phrase(en=f"{pull.who.en} cannot start: {en}", zh=f"{pull.who.zh} 无法启动：{zh}"),
        confidence=proved("the runtime's own words", "运行时的原话", twice=True),
        expected=f"a certificate for {host} that the node trusts",
        actual=text[:160],
        remedies=(Remedy(summary=advice, who=Who.CLUSTER_ADMIN),),
    )
