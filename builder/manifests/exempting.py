"""Checks that an object does not meet, why, and how checkov is told so."""

from collections.abc import Sequence
from typing import Any

from builder.manifests.subject import Subject
from builder.recipe import Exemption
from core.phrase import Phrase

_DIGEST = Exemption(
    check="CKV_K8S_43",
    reason=Phrase(
        en="the image was named by tag; its digest is known when it has been pushed",
        zh="镜像以标签命名；推送之后才知道其摘要",
    ),
)
_TAG = Exemption(
    check="CKV_K8S_14",
    reason=Phrase(
        en="the image was named without a fixed tag; every start pulls what the name means then",
        zh="镜像没有固定标签；每次启动都会拉取该名称当时所指的内容",
    ),
)
_SECRETS = Exemption(
    check="CKV_K8S_35",
    reason=Phrase(
        en="the program reads its secrets from its environment and from nowhere else",
        zh="程序只从环境变量读取机密",
    ),
)
_LIVENESS = Exemption(
    check="CKV_K8S_8",
    reason=Phrase(
        en="it has no port to ask; when it fails its process ends and is started again",
        zh="没有可探测的端口；失败时进程结束并被重新启动",
    ),
)
_READINESS = Exemption(
    check="CKV_K8S_9",
    reason=Phrase(en="nobody sends it requests that could wait for it", zh="没有请求需要等待它就绪"),
)


def exemptions_of(subject: Subject, *, silent: bool = False) -> tuple[Exemption, ...]:
    """Return what pods do not meet. ``silent``: one of their containers has no port and must run for ever."""
    found = []
    if not subject.pinned:
        found.append(_DIGEST)
        if subject.tag in {"", "latest"}:
            found.append(_TAG)
    if subject.environment.secrets:
        found.append(_SECRETS)
    if silent:
        found += [_LIVENESS, _READINESS]
    return tuple(found)


def annotations(exemptions: Sequence[Exemption]) -> dict[str, Any]:
    """Return the part of an object's metadata that tells checkov, and every reader."""
    if not exemptions:
        return {}
    told = {f"checkov.io/skip{at}": f"{one.check}={one.reason.en}" for at, one in enumerate(exemptions, 1)}
    return {"annotations": told}
