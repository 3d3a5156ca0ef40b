"""Codes for pods whose image does not arrive on the node."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="image_pull", fault_class="image")

CODES: tuple[Code, ...] = (
    _row(
        code="ImageTagNotFound",
        title=Phrase(en="Image tag does not exist", zh="镜像标签不存在"),
        fires_when=Phrase(
            en="The registry answers that this tag or digest is not in the repository.",
            zh="镜像仓库答复该标签或摘要在此镜像库中不存在。",
        ),
        not_when=Phrase(
            en="The repository itself is unknown, the image lacks a build for the node's processor, or the host "
            "is no registry at all.",
            zh="镜像库本身不存在、镜像没有适合该节点处理器的版本，或者对方根本不是镜像仓库。",
        ),
        condition_reason="ImageNotFound",
    ),
    _row(
        code="ImageRepositoryNotFound",
        title=Phrase(en="Image repository does not exist", zh="镜像库不存在"),
        fires_when=Phrase(
            en="The registry answers that it has no repository of this name.",
            zh="镜像仓库答复没有这个名称的镜像库。",
        ),
        not_when=Phrase(
            en="The answer asks for a login and a private repository is as likely.",
            zh="答复要求登录，也就是说同样可能是私有镜像库。",
        ),
        condition_reason="ImageNotFound",
    ),
    _row(
        code="ImageRegistryUnauthorized",
        variants=("no_credentials", "rejected", "wrong_type", "no_entry"),
        title=Phrase(en="Registry refuses the credentials", zh="镜像仓库拒绝了凭据"),
        fires_when=Phrase(
            en="The registry refuses the pull for want of a login or because it rejects the one that was sent.",
            zh="拉取时没有登录信息，或者镜像仓库不接受所用的登录信息。",
        ),
        not_when=Phrase(
            en="A pull secret that the pod names does not exist, or the image is a public one whose name is misspelt.",
            zh="Pod 引用的拉取 Secret 不存在，或者那是一个名称写错的公开镜像。",
        ),
        condition_reason="PullSecretMissing",
    ),
    _row(
        code="ImagePullSecretMissing",
        title=Phrase(en="Pull secret does not exist", zh="拉取镜像用的 Secret 不存在"),
        fires_when=Phrase(
            en="The pod or its ServiceAccount names a pull secret that is absent in the namespace, and the "
            "registry asks for a login.",
            zh="Pod 或其 ServiceAccount 引用的拉取 Secret 在命名空间中不存在，而镜像仓库要求登录。",
        ),
        not_when=Phrase(en="The image is public and pulls without it.", zh="镜像是公开的，不用该 Secret 也能拉取。"),
        condition_reason="PullSecretMissing",
    ),
    _row(
        code="ImageRegistryNameUnresolved",
        title=Phrase(en="Registry name cannot be resolved", zh="镜像仓库的域名无法解析"),
        fires_when=Phrase(
            en="The node's own resolver has no address for the registry's host name.",
            zh="节点自身的 DNS 解析不到镜像仓库主机名的地址。",
        ),
        not_when=Phrase(
            en="The name that fails is that of a proxy, or the pull has gone through since.",
            zh="解析失败的是代理的名称，或者之后已拉取成功。",
        ),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImageRegistryUnreachable",
        title=Phrase(en="Registry cannot be reached", zh="无法连接镜像仓库"),
        fires_when=Phrase(
            en="The node gets no connection to the registry, or the registry answers with a server error.",
            zh="节点连不上镜像仓库，或者镜像仓库返回服务端错误。",
        ),
        not_when=Phrase(
            en="A single timeout is followed by a new attempt at once.",
            zh="只有一次超时，随后马上又开始拉取。",
        ),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImageRegistryTLSFailed",
        title=Phrase(en="Registry's TLS certificate is refused", zh="镜像仓库的 TLS 证书不被接受"),
        fires_when=Phrase(
            en="The node refuses the registry's certificate, or the registry does not speak TLS on that port.",
            zh="节点不接受镜像仓库的证书，或者镜像仓库在该端口上不使用 TLS。",
        ),
        not_when=Phrase(en="The certificate error belongs to an admission webhook.", zh="证书错误来自准入 webhook。"),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImageRateLimited",
        title=Phrase(en="Registry limits the number of pulls", zh="镜像仓库限制拉取次数"),
        fires_when=Phrase(en="The registry answers that too many pulls were made.", zh="镜像仓库答复拉取次数过多。"),
        not_when=Phrase(en="The kubelet holds back pulls by its own limit.", zh="是 kubelet 自身的拉取速率限制。"),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImageArchitectureMismatch",
        title=Phrase(en="Image was not built for this processor", zh="镜像不支持该节点的处理器架构"),
        fires_when=Phrase(
            en="The image has no build for the node's architecture, or its program cannot run on it.",
            zh="镜像没有适合节点架构的版本，或者其中的程序无法在该架构上运行。",
        ),
        not_when=Phrase(
            en="The architectures agree or the image's is unknown, and a script merely lacks its first line.",
            zh="两者架构一致或镜像架构未知，只是脚本缺少首行。",
        ),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImageReferenceInvalid",
        title=Phrase(en="Image name is malformed", zh="镜像名称格式错误"),
        fires_when=Phrase(
            en="The image name breaks the rules for names, so no pull is even tried.",
            zh="镜像名称不符合命名规则，因此根本不会尝试拉取。",
        ),
        not_when=Phrase(en="The name is well formed and merely does not exist.", zh="名称格式正确，只是不存在。"),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImageNeverPulled",
        title=Phrase(en="Pull policy forbids the download", zh="拉取策略禁止下载镜像"),
        fires_when=Phrase(
            en="The pull policy is Never and the node does not hold the image.",
            zh="拉取策略为 Never，而节点上没有该镜像。",
        ),
        not_when=Phrase(
            en="The node does hold the image and the kubelet only checks the credentials again.",
            zh="节点上有该镜像，kubelet 只是在重新核对凭据。",
        ),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImagePullSlow",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        title=Phrase(en="Image takes too long to pull", zh="镜像拉取过慢"),
        fires_when=Phrase(
            en="An image has been pulled for more than five minutes and is not there, or took longer than the rollout "
            "may stand still.",
            zh="镜像拉取超过五分钟仍未完成，或用时超过发布允许停滞的时间。",
        ),
        not_when=Phrase(
            en="Most of the time was spent waiting for another image of the node, or the pod is ready.",
            zh="大部分时间在等待节点上的另一个镜像，或 Pod 已就绪。",
        ),
        condition_reason="ImagePullBackOff",
    ),
    _row(
        code="ImagePullFailed",
        title=Phrase(en="Image pull fails", zh="镜像拉取失败"),
        fires_when=Phrase(
            en="The image does not arrive and the reason matches no sharper code.",
            zh="镜像拉取失败，且原因不属于任何更具体的代码。",
        ),
        not_when=Phrase(
            en="A sharper code of this family fits, or the pull began less than 30 seconds ago.",
            zh="有更具体的代码适用，或者拉取开始还不到 30 秒。",
        ),
        condition_reason="ImagePullBackOff",
    ),
)
