"""Codes for rights that are missing."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Severity

_row = partial(Code, family="access", fault_class="access", condition_reason="AdmissionDenied")

CODES: tuple[Code, ...] = (
    _row(
        code="AccessForbidden",
        title=Phrase(en="The Kubernetes API refuses a program", zh="Kubernetes API 拒绝了程序的请求"),
        fires_when=Phrase(
            en="A log, event or condition says that a ServiceAccount may not do something, and no Role or ClusterRole "
            "bound to it allows that now.",
            zh="日志、事件或状态条件表明某个 ServiceAccount 无权执行某操作，且现有绑定的角色都不允许。",
        ),
        not_when=Phrase(
            en="The rules allow it by now, the refusal is one of a quota or policy, or the program does without it.",
            zh="现有规则已允许、属于配额或策略的拒绝，或程序并不依赖该操作。",
        ),
    ),
    _row(
        code="RoleBindingDangling",
        severity=Severity.LOW,
        title=Phrase(en="A role binding leads nowhere", zh="角色绑定指向不存在的对象"),
        fires_when=Phrase(
            en="A binding refers to a role that does not exist, or names a ServiceAccount that does not exist.",
            zh="绑定引用的角色不存在，或其中的 ServiceAccount 不存在。",
        ),
        not_when=Phrase(
            en="The subject is a user or a group, or the roles or accounts were not read.",
            zh="主体是用户或用户组，或未读取角色与账号。",
        ),
    ),
    _row(
        code="ServiceAccountTokenMissing",
        title=Phrase(en="Program has no token for the Kubernetes API", zh="程序没有访问 Kubernetes API 的令牌"),
        fires_when=Phrase(
            en="A failing program misses its token file or calls anonymously, and mounting the token is switched off.",
            zh="失败的程序找不到令牌文件或以匿名身份访问，且令牌挂载被关闭。",
        ),
        not_when=Phrase(
            en="The program works without the API, or the token is mounted.", zh="程序不依赖 API，或令牌已挂载。"
        ),
    ),
)
