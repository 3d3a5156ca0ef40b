"""Programs that are denied a low port, a capability or their user."""

from cluster.fields import strings
from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case, security
from diagnose.analyzers.crash.rights import file_denied, user_of
from diagnose.findings import Finding, Remedy, matched, proved
from diagnose.remedies import container_change, in_application, template_patch

_CAPABILITIES: dict[str, tuple[str, ...]] = {
    "chown": ("CHOWN",),
    "chmod": ("FOWNER",),
    "chroot": ("SYS_CHROOT",),
    "gosu": ("SETUID", "SETGID"),
    "initgroups": ("SETGID",),
    "ip6tables": ("NET_ADMIN", "NET_RAW"),
    "iptables": ("NET_ADMIN", "NET_RAW"),
    "mknod": ("MKNOD",),
    "mlock": ("IPC_LOCK",),
    "mlockall": ("IPC_LOCK",),
    "mount": ("SYS_ADMIN",),
    "ping": ("NET_RAW",),
    "ptrace": ("SYS_PTRACE",),
    "runuser": ("SETUID", "SETGID"),
    "setgid": ("SETGID",),
    "setgroups": ("SETGID",),
    "setpriority": ("SYS_NICE",),
    "setpriv": ("SETUID", "SETGID"),
    "setuid": ("SETUID",),
    "socket": ("NET_RAW",),
    "su": ("SETUID", "SETGID"),
    "su-exec": ("SETUID", "SETGID"),
    "sudo": ("SETUID", "SETGID"),
    "sysctl": ("SYS_ADMIN",),
    "unshare": ("SYS_ADMIN",),
}
"""Linux capabilities that a call or tool needs (capabilities(7))."""


def permission_denied(case: Case) -> Finding | None:
    """Say which file, port or privilege was denied, and under which user."""
    variant = case.match.signature.variant if case.match else ""
    if variant == "port":
        return _low_port(case)
    if variant == "capability":
        return _capability(case)
    return file_denied(case)


def _low_port(case: Case) -> Finding:
    port = int(case.captured("port")) if case.captured("port") else 0
    user, evidence = user_of(case)
    what = f"port {port}" if port else "its port"
    what_zh = f"端口 {port}" if port else "所需端口"
    sure = bool(user) and 0 < port < 1024
    who_en = f"user {user}" if user else "a user other than root"
    who_zh = f"用户 {user}" if user else "非 root 用户"
    remedy = template_patch(
        case.scene,
        case.pod,
        {"securityContext": {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}},
        summary=Phrase(
            en="Allow every user of this pod to open ports below 1024", zh="允许该 Pod 的任何用户打开 1024 以下的端口"
        ),
    )
    return case.finding(
        "AppPermissionDenied",
        case.ends(f"{who_en} may not open {what}", f"{who_zh} 不允许打开{what_zh}"),
        variant="port",
        expected=f"{what} can be opened",
        actual="bind: permission denied",
        evidence=evidence,
        confidence=proved("a port below 1024 and a user other than root", "端口低于 1024 且为非 root 用户", twice=True)
        if sure
        else matched("the log names the port as denied", "日志显示端口被拒绝"),
        remedies=(
            in_application(
                Phrase(
                    en="Let the program listen on a port above 1023, such as 8080, and change targetPort and "
                    "probes to match",
                    zh="让程序监听 1023 以上的端口（如 8080），并同步修改 targetPort 和探针",
                )
            ),
            remedy,
        ),
        next_checks=(case.log_check(),),
    )


def _capability(case: Case) -> Finding:
    call = case.captured("call").lower()
    wanted = _CAPABILITIES.get(call) or ((call.upper().removeprefix("CAP_"),) if call.startswith("cap_") else ())
    dropped = [
        entry.upper().removeprefix("CAP_")
        for entry in strings(case.container.spec, "securityContext", "capabilities", "drop")
    ]
    user, evidence = user_of(case)
    lost = bool(wanted) and ("ALL" in dropped or any(entry in dropped for entry in wanted))
    what_en = f"{call} is not permitted" if call else "an operation is not permitted"
    what_zh = f"不允许执行 {call}" if call else "某项操作不被允许"
    confidence = matched("the log names the operation", "日志指明了该操作", value=0.75 if call else 0.7)
    remedy: Remedy | None = None
    if lost:
        evidence = [case.spec_evidence("securityContext", "capabilities", "drop")]
        confidence = proved(
            "the operation needs a capability that the spec drops", "该操作所需的能力被配置去除", twice=True
        )
        what_en += f", because the pod drops the capability {wanted[0]}"
        what_zh += f"，因为 Pod 去除了能力 {wanted[0]}"
    elif user:
        what_en += f" for user {user}"
        what_zh += f"（用户 {user}）"
    if wanted and (lost or not user):
        change = container_change(case.container, {"securityContext": {"capabilities": {"add": list(wanted)}}})
        remedy = template_patch(
            case.scene,
            case.pod,
            change,
            summary=Phrase(en=f"Give the container {', '.join(wanted)} back", zh=f"为容器加回能力 {', '.join(wanted)}"),
        )
    return case.finding(
        "AppPermissionDenied",
        case.ends(what_en, what_zh),
        variant="capability",
        expected=f"{', '.join(wanted)} allowed" if wanted else "the operation is permitted",
        actual="operation not permitted",
        evidence=evidence,
        confidence=confidence,
        remedies=(
            remedy,
            in_application(
                Phrase(
                    en="Build the image so that this step is not needed at its start (owners and modes set in "
                    "the build)",
                    zh="在镜像构建时完成该步骤（设置好所有者与权限），启动时不再需要",
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def root_refused(case: Case) -> Finding:
    """Say that the program refuses the user it runs as: root, or anybody but root."""
    wants_root = bool(case.captured("wants"))
    user, evidence = user_of(case)
    fits = bool(user) if wants_root else user == 0 or (user is None and not security(case, "runAsNonRoot"))
    number = 0 if wants_root else 1000
    change = container_change(
        case.container, {"securityContext": {"runAsUser": number, "runAsNonRoot": not wants_root}}
    )
    if wants_root:
        en, zh = (
            "it insists on running as root" + (f", but runs as user {user}" if user else ""),
            "它要求以 root 运行" + (f"，但当前用户是 {user}" if user else ""),
        )
        summary = Phrase(
            en="Run this container as root, if the namespace allows it", zh="在命名空间允许的前提下以 root 运行该容器"
        )
    else:
        en, zh = "it refuses to run as root", "它拒绝以 root 运行"
        summary = Phrase(en=f"Run the container as user {number}", zh=f"以用户 {number} 运行该容器")
    return case.finding(
        "RootUserRefused",
        case.ends(en, zh),
        expected="user 0" if wants_root else "a user other than 0",
        actual=f"user {user}" if user is not None else "the user of the image",
        evidence=evidence or [case.scene.field(case.pod, *case.container.spec_path, "securityContext", "runAsUser")],
        confidence=proved("the program says so and the spec agrees", "程序如此说明且与配置一致", twice=True)
        if fits and evidence
        else matched("the program says so", "程序如此说明", value=0.8),
        remedies=(
            template_patch(
                case.scene,
                case.pod,
                change,
                summary=summary,
                estimate=None
                if wants_root
                else Phrase(
                    en="1000 is the usual first user; the image's documentation names the right one",
                    zh="1000 是常见的首个用户，以镜像文档为准",
                ),
            ),
        ),
        next_checks=(case.log_check(),),
    )
