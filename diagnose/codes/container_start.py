"""Codes for containers that the node cannot start with what the pod asks for."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role

_row = partial(Code, family="container_start", fault_class="startup")

CODES: tuple[Code, ...] = (
    _row(
        code="ConfigMapMissing",
        title=Phrase(en="ConfigMap does not exist", zh="ConfigMap 不存在"),
        fires_when=Phrase(
            en="A pod that does not start needs a ConfigMap that is absent in its namespace.",
            zh="未能启动的 Pod 需要一个在其命名空间中不存在的 ConfigMap。",
        ),
        not_when=Phrase(
            en="The reference is optional, or the list of ConfigMaps could not be read.",
            zh="该引用是可选的，或者无法读取 ConfigMap 列表。",
        ),
        condition_reason="ConfigMissing",
    ),
    _row(
        code="SecretMissing",
        title=Phrase(en="Secret does not exist", zh="Secret 不存在"),
        fires_when=Phrase(
            en="A pod that does not start needs a Secret that is absent in its namespace.",
            zh="未能启动的 Pod 需要一个在其命名空间中不存在的 Secret。",
        ),
        not_when=Phrase(
            en="The reference is optional, a controller should have made the Secret and is at fault, or Secrets "
            "could not be read.",
            zh="该引用是可选的，或者应由某个控制器生成该 Secret 而问题在控制器，或者无权读取 Secret。",
        ),
        condition_reason="ConfigMissing",
    ),
    _row(
        code="ConfigKeyMissing",
        variants=("configmap", "secret"),
        title=Phrase(en="Key is missing in a ConfigMap or Secret", zh="ConfigMap 或 Secret 中缺少键"),
        fires_when=Phrase(
            en="The ConfigMap or Secret exists and lacks the key that the pod asks for.",
            zh="ConfigMap 或 Secret 存在，但没有 Pod 要求的键。",
        ),
        not_when=Phrase(
            en="The reference is optional, or it takes all keys at once.",
            zh="该引用是可选的，或者一次引用了全部键。",
        ),
        condition_reason="ConfigMissing",
    ),
    _row(
        code="RunAsNonRootViolated",
        title=Phrase(en="Image would run as root, which the pod forbids", zh="Pod 禁止 root，而镜像会以 root 运行"),
        fires_when=Phrase(
            en="The pod demands a user other than root and the kubelet cannot make sure of it.",
            zh="Pod 要求以非 root 用户运行，而 kubelet 无法确认这一点。",
        ),
        not_when=Phrase(
            en="The API server refused the pod already by its security level.",
            zh="API server 已按安全级别拒绝了该 Pod。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="CommandNotFound",
        title=Phrase(en="Start command does not exist", zh="启动命令不存在"),
        fires_when=Phrase(
            en="The program that the container should start is not in the image.",
            zh="容器要启动的程序不在镜像中。",
        ),
        not_when=Phrase(
            en="A running program fails to find a command of its own, or a probe's command is missing.",
            zh="是运行中的程序找不到它要调用的命令，或者缺的是探针的命令。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="CommandNotExecutable",
        title=Phrase(en="Start command cannot be executed", zh="启动命令无法执行"),
        fires_when=Phrase(
            en="The program exists but lacks the right to execute, is a folder, or has no valid format.",
            zh="程序存在，但没有执行权限、是一个目录，或者格式无效。",
        ),
        not_when=Phrase(en="The program starts and is then denied a file.", zh="程序已启动，随后访问某个文件被拒绝。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="MountTargetInvalid",
        title=Phrase(en="Mount does not fit its target", zh="挂载与目标不匹配"),
        fires_when=Phrase(
            en="A volume is ready but cannot be placed at its path in the container.",
            zh="卷已就绪，却无法放到容器内的指定路径。",
        ),
        not_when=Phrase(en="The volume itself cannot be set up.", zh="卷本身无法准备好。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="PostStartHookFailed",
        title=Phrase(en="Hook after start fails", zh="启动后钩子失败"),
        fires_when=Phrase(
            en="The postStart hook of the newest start failed and the kubelet killed the container.",
            zh="最近一次启动的 postStart 钩子失败，kubelet 因此终止了容器。",
        ),
        not_when=Phrase(en="The hook before stopping failed.", zh="失败的是停止前的钩子。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="InitContainerHanging",
        role=Role.SYMPTOM,
        title=Phrase(en="Init container does not end", zh="初始化容器一直不结束"),
        fires_when=Phrase(
            en="A plain init container has run for more than five minutes and the log shows no progress.",
            zh="普通初始化容器运行超过五分钟，日志也没有进展。",
        ),
        not_when=Phrase(
            en="Its log shows progress, it restarts, or it is a sidecar.",
            zh="日志有进展、容器在重启，或者它是 sidecar。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="ContainerStartFailed",
        title=Phrase(en="Container cannot be created", zh="容器无法创建"),
        fires_when=Phrase(
            en="The runtime cannot create or start the container for a reason that no sharper code names.",
            zh="容器运行时无法创建或启动容器，且原因不属于任何更具体的代码。",
        ),
        not_when=Phrase(
            en="The kubelet is still filling its caches after a start and less than five minutes have passed.",
            zh="kubelet 刚启动，缓存尚未就绪，且不到五分钟。",
        ),
        condition_reason="CrashLooping",
    ),
)
