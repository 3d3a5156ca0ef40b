"""Codes for what runs and is not what was written."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="drift", fault_class="delivery", condition_reason="DeadlineExceeded")

CODES: tuple[Code, ...] = (
    _row(
        code="ConfigNewerThanPods",
        variants=("configmap", "secret"),
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        title=Phrase(en="Settings changed after the pods had read them", zh="配置在 Pod 读取之后被修改"),
        fires_when=Phrase(
            en="The data of a ConfigMap or Secret were written after the start of a container that takes them as "
            "variables or by subPath.",
            zh="以环境变量或 subPath 方式读取 ConfigMap 或 Secret 的容器启动之后，其数据又被写入。",
        ),
        not_when=Phrase(
            en="The whole volume is mounted, only labels changed, a rollout is under way, or the time is not known.",
            zh="以整个卷挂载，仅修改了标签，正在发布，或写入时间未知。",
        ),
    ),
    _row(
        code="GitOpsSyncFailed",
        variants=("argo", "flux"),
        title=Phrase(en="Delivery from Git fails", zh="从 Git 交付失败"),
        fires_when=Phrase(
            en="An Argo CD operation failed or reports an error, or a Flux object is not ready or stalled.",
            zh="Argo CD 操作失败或报告错误，或 Flux 对象未就绪或停滞。",
        ),
        not_when=Phrase(
            en="It is only out of sync, still at work, suspended, or only the health of a workload is bad.",
            zh="只是未同步、仍在进行、已暂停，或仅工作负载不健康。",
        ),
    ),
    _row(
        code="HelmReleaseFailed",
        title=Phrase(en="Helm release failed or hangs", zh="Helm 发布失败或挂起"),
        fires_when=Phrase(
            en="The newest revision of a release failed, or has been pending for more than ten minutes.",
            zh="发布的最新修订失败，或处于 pending 超过十分钟。",
        ),
        not_when=Phrase(
            en="A newer revision is deployed, or the release is suspended.", zh="已有更新的修订部署成功，或发布已暂停。"
        ),
    ),
    _row(
        code="LiveStateDrifted",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        title=Phrase(en="Object was changed by hand after it was applied", zh="对象在应用后被手工修改"),
        fires_when=Phrase(
            en="A field of an object that is not well differs from the applied manifest, and a hand wrote it later.",
            zh="异常对象的某个字段与已应用的清单不一致，且是之后手工写入的。",
        ),
        not_when=Phrase(
            en="An autoscaler sets the size, the API server filled in a default, or the object is well.",
            zh="副本数由自动伸缩器设置，由 API 服务器填充默认值，或对象正常。",
        ),
    ),
)
