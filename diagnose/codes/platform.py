"""Codes for what the platform does to applications."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="platform", fault_class="platform")

CODES: tuple[Code, ...] = (
    _row(
        code="NamespaceSuspendedForArrears",
        variants=("suspended", "write_denied"),
        title=Phrase(en="Namespace is suspended for unpaid bills", zh="命名空间因欠费被停用"),
        fires_when=Phrase(
            en="The namespace bears the platform's mark of a suspension for arrears, or its webhook for arrears "
            "refuses new objects.",
            zh="命名空间带有平台的欠费停用标记，或平台的欠费 webhook 拒绝创建新对象。",
        ),
        not_when=Phrase(
            en="The account's state is normal or resumed and only leftovers remain, or the user paused one App.",
            zh="账户状态正常或已恢复、只剩遗留标记，或者是用户自己暂停了某个应用。",
        ),
        condition_reason="ArrearsSuspended",
    ),
    _row(
        code="IngressHostDenied",
        title=Phrase(en="Host name is refused by the platform", zh="域名被平台拒绝"),
        fires_when=Phrase(
            en="The platform's webhook for Ingresses refuses a host with one of its numbers 40300 to 40303.",
            zh="平台的 Ingress webhook 以错误码 40300 至 40303 拒绝了某个域名。",
        ),
        not_when=Phrase(
            en="Another webhook refused it, or an Ingress with this host has an address by now.",
            zh="由其他 webhook 拒绝，或者使用该域名的 Ingress 已获得地址。",
        ),
        condition_reason="DomainNotVerified",
    ),
    _row(
        code="AppBuildFailed",
        title=Phrase(en="Image could not be built", zh="镜像构建失败"),
        fires_when=Phrase(
            en="The newest build of an App failed for good, by its own status.",
            zh="App 最新一次构建的状态表明它已彻底失败。",
        ),
        not_when=Phrase(
            en="A newer build succeeded or runs, or attempts are left.",
            zh="更新的构建已成功或正在运行，或者还有剩余的尝试次数。",
        ),
        condition_reason="BuildFailed",
    ),
    _row(
        code="AppRolledBack",
        role=Role.SYMPTOM,
        severity=Severity.MEDIUM,
        title=Phrase(en="App went back to an older revision", zh="App 已退回旧版本"),
        fires_when=Phrase(
            en="An App's newest revision failed, and an older one serves in its place.",
            zh="App 的最新版本发布失败，由旧版本代替它提供服务。",
        ),
        not_when=Phrase(
            en="The spec was changed since and the new revision is healthy, or is still being rolled out.",
            zh="之后修改过配置，新版本已正常或仍在发布。",
        ),
        condition_reason="RolledBack",
    ),
    _row(
        code="AppDependencyNotReady",
        role=Role.SYMPTOM,
        title=Phrase(en="Dependency of an App is not ready", zh="App 的依赖尚未就绪"),
        fires_when=Phrase(
            en="An App names one of its dependencies as not ready.",
            zh="App 的状态写明某个依赖尚未就绪。",
        ),
        not_when=Phrase(en="The dependency was made less than three minutes ago.", zh="该依赖创建不到三分钟。"),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="AppAsleep",
        severity=Severity.LOW,
        title=Phrase(en="App sleeps or is paused", zh="App 处于休眠或暂停状态"),
        fires_when=Phrase(
            en="Someone asks about an App that sleeps by its rules or was paused, and none of its pods runs.",
            zh="用户询问的 App 按规则休眠或被暂停，且没有任何 Pod 运行。",
        ),
        not_when=Phrase(
            en="It is waking up, or the platform stopped it for arrears or quota.",
            zh="它正在唤醒，或者是因欠费或配额被平台停止。",
        ),
        condition_reason="Asleep",
    ),
)
