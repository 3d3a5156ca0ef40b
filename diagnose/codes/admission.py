"""Codes for pods that the API server refuses to create."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="admission", fault_class="admission")

CODES: tuple[Code, ...] = (
    _row(
        code="QuotaExceeded",
        variants=("cpu", "memory", "pods", "services", "storage", "ephemeral-storage", "objects"),
        title=Phrase(en="Quota of the namespace is used up", zh="命名空间配额已用尽"),
        fires_when=Phrase(
            en="The API server refuses a new object because the namespace would exceed its quota.",
            zh="新对象会使命名空间超出配额，因此 API server 拒绝创建。",
        ),
        not_when=Phrase(
            en="The quota is full and nothing asks for more, or the refusal is over.",
            zh="配额已满但没有新的需求，或者拒绝已成过去。",
        ),
        condition_reason="QuotaExceeded",
    ),
    _row(
        code="QuotaRequiresResources",
        title=Phrase(en="Quota demands requests or limits that the pod lacks", zh="配额要求设置资源，而 Pod 没有设置"),
        fires_when=Phrase(
            en="The API server refuses a pod because a quota counts a resource that its containers do not state.",
            zh="配额按某种资源计量，而 Pod 的容器没有声明该资源，因此 API server 拒绝创建。",
        ),
        not_when=Phrase(en="Defaults were added since and the pods exist.", zh="之后补充了默认值，Pod 已经创建。"),
        condition_reason="QuotaExceeded",
    ),
    _row(
        code="LimitRangeViolated",
        title=Phrase(en="Resources lie outside the allowed range", zh="资源设置超出允许范围"),
        fires_when=Phrase(
            en="The API server refuses a pod or claim whose resources break the minimum, maximum or ratio of a "
            "LimitRange.",
            zh="Pod 或存储声明的资源违反 LimitRange 的最小值、最大值或比例，因此 API server 拒绝创建。",
        ),
        not_when=Phrase(en="The value now lies within the range.", zh="现在的值已在范围内。"),
        condition_reason="QuotaExceeded",
    ),
    _row(
        code="PodSecurityViolated",
        title=Phrase(en="Pod breaks the security level of the namespace", zh="Pod 违反命名空间的安全级别"),
        fires_when=Phrase(
            en="The API server refuses a pod that breaks the enforced Pod Security level.",
            zh="Pod 违反强制执行的 Pod Security 级别，因此 API server 拒绝创建。",
        ),
        not_when=Phrase(en="The text is only a warning.", zh="该文本只是警告。"),
        condition_reason="AdmissionDenied",
    ),
    _row(
        code="AdmissionPolicyDenied",
        title=Phrase(en="Admission policy refuses the object", zh="准入策略拒绝了对象"),
        fires_when=Phrase(
            en="A ValidatingAdmissionPolicy denies the request.",
            zh="ValidatingAdmissionPolicy 拒绝了请求。",
        ),
        not_when=Phrase(en="The binding only warns or audits.", zh="该绑定只警告或审计。"),
        condition_reason="AdmissionDenied",
    ),
    _row(
        code="AdmissionWebhookDenied",
        title=Phrase(en="Admission webhook refuses the object", zh="准入 webhook 拒绝了对象"),
        fires_when=Phrase(
            en="An admission webhook answered and denied the request.",
            zh="准入 webhook 作出响应并拒绝了请求。",
        ),
        not_when=Phrase(en="The webhook did not answer at all.", zh="webhook 根本没有响应。"),
        condition_reason="AdmissionDenied",
    ),
    _row(
        code="AdmissionWebhookUnavailable",
        variants=("no_service", "no_endpoints", "timeout"),
        title=Phrase(en="Admission webhook does not answer", zh="准入 webhook 无响应"),
        fires_when=Phrase(
            en="The API server must ask a webhook that gives no answer, and refuses the request.",
            zh="API server 必须询问的 webhook 没有响应，因此请求被拒绝。",
        ),
        not_when=Phrase(
            en="The webhook may be skipped, so that requests are only slower.",
            zh="该 webhook 允许跳过，请求只是变慢。",
        ),
        condition_reason="AdmissionDenied",
    ),
    _row(
        code="AdmissionWebhookCertificateInvalid",
        title=Phrase(en="Certificate of an admission webhook is refused", zh="准入 webhook 的证书不被接受"),
        fires_when=Phrase(
            en="The API server reaches the webhook and refuses its certificate.",
            zh="API server 能连上 webhook，但不接受其证书。",
        ),
        not_when=Phrase(en="The webhook's backend is down.", zh="webhook 的后端没有运行。"),
        condition_reason="AdmissionDenied",
    ),
    _row(
        code="AdmissionMutatedSpec",
        title=Phrase(en="A webhook changed the pod, and it fails by that", zh="webhook 修改了 Pod 并导致其失败"),
        fires_when=Phrase(
            en="A failing pod differs from its owner's template in the field that explains the failure.",
            zh="出错的 Pod 与其所属模板不一致，且不一致的字段正好解释了故障。",
        ),
        not_when=Phrase(
            en="The difference is a default, an injected sidecar or variable, or what a LimitRange or autoscaler sets.",
            zh="差异是默认值、注入的边车或变量，或由 LimitRange、自动伸缩设置。",
        ),
        condition_reason="AdmissionDenied",
    ),
    _row(
        code="ServiceAccountMissing",
        title=Phrase(en="ServiceAccount does not exist", zh="ServiceAccount 不存在"),
        fires_when=Phrase(
            en="The API server refuses pods because the ServiceAccount that they name does not exist.",
            zh="Pod 指定的 ServiceAccount 不存在，因此 API server 拒绝创建。",
        ),
        not_when=Phrase(
            en="The pods exist since; the refusal was a race while the namespace started.",
            zh="Pod 之后已创建，该拒绝只是命名空间创建初期的先后问题。",
        ),
        condition_reason="AdmissionDenied",
    ),
    _row(
        code="PodSpecRejected",
        title=Phrase(en="Pod definition is invalid", zh="Pod 定义无效"),
        fires_when=Phrase(
            en="The API server refuses a pod because a field is invalid, forbidden or names something absent.",
            zh="Pod 的某个字段无效、被禁止或引用了不存在的对象，因此 API server 拒绝创建。",
        ),
        not_when=Phrase(en="A sharper code of this family fits.", zh="有本族更具体的代码适用。"),
        condition_reason="AdmissionDenied",
    ),
)
