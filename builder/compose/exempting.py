"""Checks that the pods of a compose service do not meet, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from builder.compose.shaping import Shape, binds_low
from builder.compose.values import text
from builder.plan import Kind
from builder.recipe import Exemption
from core.phrase import Phrase

HIGH_UID = 10_000
"""Below it a number may be somebody's on the node, says the check."""

_LOW_UID = Exemption(
    check="CKV_K8S_40",
    reason=Phrase(en="the files of the image belong to this user", zh="镜像中的文件属于该用户"),
)
_WRITES = Exemption(
    check="CKV_K8S_22",
    reason=Phrase(
        en="nobody knows where the image writes; read_only in the compose file closes its root",
        zh="不清楚镜像写入哪些目录；compose 文件中写 read_only 即可设为只读",
    ),
)
_ADDS = Exemption(
    check="CKV_K8S_25",
    reason=Phrase(en="the compose file asks to listen on a port below 1024", zh="compose 文件要求监听 1024 以下端口"),
)
_NOT_ALIVE = Exemption(
    check="CKV_K8S_8",
    reason=Phrase(en="the compose file switches its health check off", zh="compose 文件关闭了健康检查"),
)
_NOT_READY = Exemption(
    check="CKV_K8S_9",
    reason=Phrase(en="the compose file switches its health check off", zh="compose 文件关闭了健康检查"),
)
_DIGEST = Exemption(
    check="CKV_K8S_43",
    reason=Phrase(en="what waits for another service is named by tag", zh="等待其他服务的镜像以标签命名"),
)
_PULL = Exemption(
    check="CKV_K8S_15",
    reason=Phrase(en="the compose file says when the image is pulled", zh="compose 文件规定了何时拉取镜像"),
)


def exemptions(
    shape: Shape, found: Sequence[Exemption], main: Mapping[str, Any], *, waits: bool
) -> tuple[Exemption, ...]:
    """Return what its pods do not meet: ``found`` is what the usual pods do not, ``main`` its container."""
    checks = {one.check: one for one in found}
    for name, check, missing in (
        ("livenessProbe", "CKV_K8S_8", _NOT_ALIVE),
        ("readinessProbe", "CKV_K8S_9", _NOT_READY),
    ):
        if name in main:
            checks.pop(check, None)
        elif shape.subject.kind != Kind.JOB:
            checks.setdefault(check, missing)
    if shape.user < HIGH_UID:
        checks[_LOW_UID.check] = _LOW_UID
    if shape.root:
        checks[_WRITES.check] = _WRITES
    if binds_low(shape.service):
        checks[_ADDS.check] = _ADDS
    if waits:
        checks.setdefault(_DIGEST.check, _DIGEST)
    if main.get("imagePullPolicy") != "Always" and text(shape.service.held.get("pull_policy"), "pull_policy") != "":
        checks[_PULL.check] = _PULL
    return tuple(checks.values())
