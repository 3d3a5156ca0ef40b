"""Findings from registries that refuse the pull: no login, a wrong one, or too many pulls."""

from dataclasses import replace

from cluster.fields import dig, text
from core.phrase import Phrase
from diagnose.analyzers.image_pull.answers import repository_not_found
from diagnose.analyzers.image_pull.case import Pull
from diagnose.analyzers.image_pull.credentials import (
    TYPES,
    Named,
    copies,
    covers,
    missing,
    pull_secrets,
    pulled_without,
)
from diagnose.analyzers.image_pull.reference import canonical
from diagnose.findings import Confidence, Finding, Remedy, Who, inferred, proved
from diagnose.remedies import command, template_patch


def unauthorized(pull: Pull, *, ambiguous: bool) -> Finding:
    """Say why the login fails, as far as the pull secrets tell; a public image's misspelt name answers alike."""
    gone = missing(pull)
    if gone is not None:
        return _secret_missing(pull, gone)
    secrets = list(pull_secrets(pull))
    if not secrets:
        if ambiguous and (pull.reference.official or pulled_without(pull)):
            return repository_not_found(pull, sure=False)
        return _no_credentials(pull, ambiguous=ambiguous)
    usable = [entry for entry in secrets if entry.secret is None or text(entry.secret, "type") in TYPES]
    if not usable:
        return _wrong_type(pull, secrets[0])
    hosts = [entry.hosts() for entry in usable]
    if all(found is not None for found in hosts):
        known = [host for found in hosts for host in found or ()]
        if not any(covers(pull.reference.host, host) for host in known):
            return _refused(
                pull,
                "no_entry",
                f"pull secret {usable[0].name} has no entry for {pull.reference.host} (it has "
                f"{', '.join(known) or 'none'})",
                f"拉取 Secret {usable[0].name} 中没有 {pull.reference.host} 的条目（现有：{'、'.join(known) or '无'}）",
                usable,
                proved("the entries of the secret were read", "读取了 Secret 中的条目", twice=True),
            )
        return _refused(
            pull,
            "rejected",
            f"registry {pull.reference.host} rejects the login in pull secret {usable[0].name}",
            f"镜像仓库 {pull.reference.host} 拒绝拉取 Secret {usable[0].name} 中的登录信息",
            usable,
            proved("the secret has an entry and the registry refuses it", "Secret 有对应条目而仓库拒绝", twice=True),
        )
    return _refused(
        pull,
        "rejected",
        f"registry {pull.reference.host} does not accept pull secret {usable[0].name}: its login is wrong, or it "
        f"has no "
        "entry for this registry",
        f"镜像仓库 {pull.reference.host} 不接受拉取 Secret {usable[0].name}：登录信息有误，或没有该仓库的条目",
        usable,
        inferred("what the secret holds is not read", "未读取 Secret 的内容", value=0.6),
    )


def _secret_missing(pull: Pull, gone: Named) -> Finding:
    space = pull.object.namespace
    elsewhere = copies(pull, gone.name)
    hint = f"; {', '.join(elsewhere[:3])} has one of this name" if elsewhere else ""
    hint_zh = f"；命名空间 {'、'.join(elsewhere[:3])} 中有同名 Secret" if elsewhere else ""
    host = pull.reference.host
    create = command(
        f"kubectl -n {space} create secret docker-registry {gone.name} --docker-server={host} "
        "--docker-username='<user>' --docker-password='<password>'",
        summary=Phrase(
            en=f"Create the pull secret {gone.name} for {host}", zh=f"为 {host} 创建拉取 Secret {gone.name}"
        ),
        verify=f"kubectl -n {space} get pods",
        expect=Phrase(
            en="the pods leave ImagePullBackOff within five minutes", zh="Pod 在五分钟内不再处于 ImagePullBackOff"
        ),
        undo=f"kubectl -n {space} delete secret {gone.name}",
    )
    return pull.finding(
        "ImagePullSecretMissing",
        Phrase(
            en=f"{pull.who.en} cannot start: registry {host} asks for a login and the pull secret {gone.name} does not "
            f"exist in {space}{hint}",
            zh=f"{pull.who.zh} 无法启动：镜像仓库 {host} 要求登录，而 {space} 中不存在拉取 Secret {gone.name}{hint_zh}",
        ),
        confidence=proved("the reference was read and the Secret is absent", "读取了引用且 Secret 不存在", twice=True),
        expected=f"Secret {gone.name}",
        actual="absent",
        near=elsewhere,
        evidence=[pull.scene.absence("Secret", space, gone.name), gone.evidence(pull)],
        remedies=(create,),
    )


def _no_credentials(pull: Pull, *, ambiguous: bool) -> Finding:
    host = pull.reference.host
    default = "" if pull.reference.given else "; no registry is named, so docker.io is asked"
    default_zh = "" if pull.reference.given else "；未写镜像仓库，因此访问 docker.io"
    return pull.finding(
        "ImageRegistryUnauthorized",
        Phrase(
            en=f"{pull.who.en} cannot start: registry {host} wants a login for {pull.reference.repository} and "
            f"the pod has "
            f"no pull secret{' (or there is no such repository)' if ambiguous else ''}{default}",
            zh=f"{pull.who.zh} 无法启动：镜像仓库 {host} 对 {pull.reference.repository} 要求登录，而 Pod "
            f"没有拉取 Secret"
            f"{'（也可能没有这个镜像库）' if ambiguous else ''}{default_zh}",
        ),
        variant="no_credentials",
        confidence=inferred(
            "the registry answers the same when the repository does not exist", "镜像库不存在时答复相同", value=0.6
        )
        if ambiguous
        else proved("the registry asks for a login and none is set", "镜像仓库要求登录而未设置", twice=True),
        expected=f"credentials for {host}",
        actual="imagePullSecrets not set",
        evidence=[pull.scene.field(pull.pod, "spec", "imagePullSecrets")],
        remedies=(_new_login(pull),),
    )


def _new_login(pull: Pull) -> Remedy:
    """Create a pull secret and let the pods use it: one alone does nothing."""
    host, space = pull.reference.host, pull.object.namespace
    used = template_patch(
        pull.scene,
        pull.pod,
        {"imagePullSecrets": [{"name": "registry-login"}]},
        summary=Phrase(
            en=f"Create a pull secret for {host} and let the pods use it",
            zh=f"为 {host} 创建拉取 Secret，并让 Pod 使用它",
        ),
    )
    create = (
        f"kubectl -n {space} create secret docker-registry registry-login --docker-server={host} "
        "--docker-username='<user>' --docker-password='<password>'"
    )
    return replace(used, command=f"{create}\n{used.command}")


def _wrong_type(pull: Pull, entry: Named) -> Finding:
    kind = text(entry.secret, "type") or "Opaque"
    secret = entry.secret
    return _refused(
        pull,
        "wrong_type",
        f"pull secret {entry.name} has the type {kind}, which is ignored for pulls",
        f"拉取 Secret {entry.name} 的类型是 {kind}，拉取镜像时会被忽略",
        [entry],
        proved("the type of the secret was read", "读取了 Secret 的类型", twice=True),
        evidence_of_secret=secret is not None,
    )


def _refused(
    pull: Pull,
    variant: str,
    en: str,
    zh: str,
    secrets: list[Named],
    confidence: Confidence,
    *,
    evidence_of_secret: bool = False,
) -> Finding:
    entry, space, host = secrets[0], pull.object.namespace, pull.reference.host
    evidence = [entry.evidence(pull)]
    if evidence_of_secret and entry.secret is not None:
        evidence.append(pull.scene.field(entry.secret, "type"))
    recreate = command(
        f"kubectl -n {space} create secret docker-registry {entry.name} --docker-server={host} "
        "--docker-username='<user>' --docker-password='<password>' --dry-run=client -o yaml | kubectl replace "
        "--force -f -",
        summary=Phrase(
            en=f"Replace pull secret {entry.name} with a valid login for {host}",
            zh=f"用 {host} 的有效登录信息替换拉取 Secret {entry.name}",
        ),
        verify=f"kubectl -n {space} get pods",
        expect=Phrase(
            en="the pods leave ImagePullBackOff within five minutes", zh="Pod 在五分钟内不再处于 ImagePullBackOff"
        ),
        reversible=False,
    )
    return pull.finding(
        "ImageRegistryUnauthorized",
        Phrase(en=f"{pull.who.en} cannot start: {en}", zh=f"{pull.who.zh} 无法启动：{zh}"),
        variant=variant,
        confidence=confidence,
        expected=f"a login that {host} accepts",
        evidence=evidence,
        remedies=(recreate,),
    )


def rate_limited(pull: Pull) -> Finding:
    """Say that the registry limits pulls, and whether they are made without a login."""
    anonymous = not list(pull_secrets(pull))
    waiting = pull.known.waiting[canonical(pull.image)]
    en = (
        "pulls are made without a login, which counts per node address"
        if anonymous
        else "the login has used up its share"
    )
    zh = "拉取时没有登录，按节点地址计数" if anonymous else "该登录的额度已用完"
    return pull.finding(
        "ImageRateLimited",
        Phrase(
            en=f"{pull.who.en} cannot start: registry {pull.reference.host} limits the number of pulls; {en}",
            zh=f"{pull.who.zh} 无法启动：镜像仓库 {pull.reference.host} 限制拉取次数；{zh}",
        ),
        confidence=proved("the registry's own answer", "镜像仓库的答复"),
        expected="pulls within the registry's limit",
        actual=f"429 Too Many Requests, {max(waiting, 1)} waiting",
        evidence=[pull.scene.field(pull.pod, "spec", "imagePullSecrets")]
        if dig(pull.pod, "spec", "imagePullSecrets") is None
        else [],
        remedies=(
            *([_new_login(pull)] if anonymous else []),
            Remedy(
                summary=Phrase(en="Wait: the limit is lifted after some hours", zh="等待：几小时后限制会解除"),
                who=Who.OUTSIDE,
            ),
        ),
    )
