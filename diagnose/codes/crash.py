"""Codes for containers that start and end."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="crash", fault_class="runtime")

CODES: tuple[Code, ...] = (
    _row(
        code="AppCrashed",
        title=Phrase(en="Program ends with an error", zh="程序异常退出"),
        fires_when=Phrase(
            en="A container ends with a non-zero exit code that no sharper code explains.",
            zh="容器以非零退出码结束，且没有更具体的代码可以解释。",
        ),
        not_when=Phrase(
            en="Memory, a probe, a failing dependency or another code of this family explains the exit.",
            zh="退出可由内存、探针、故障的依赖或本族其他代码解释。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="AppErrorsInLog",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        title=Phrase(en="Running program logs errors", zh="运行中的程序不断报错"),
        fires_when=Phrase(
            en="A running and ready container has logged the same error at least three times in the last ten minutes.",
            zh="运行且就绪的容器在最近十分钟内至少三次记录同一错误。",
        ),
        not_when=Phrase(
            en="The word error only stands in a name or a count, or the lines are older than the current run.",
            zh="error 只是名称或计数的一部分，或者日志早于本次运行。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="EnvVarMissing",
        title=Phrase(en="Environment variable is not set", zh="缺少环境变量"),
        fires_when=Phrase(
            en="The program names an environment variable as missing and the container does not set it.",
            zh="程序报告缺少某个环境变量，而容器确实没有设置它。",
        ),
        not_when=Phrase(
            en="The variable is set, or the program goes on with a default.",
            zh="该变量已设置，或者程序使用默认值继续运行。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="AppConfigInvalid",
        title=Phrase(en="Program refuses its configuration", zh="程序不接受其配置"),
        fires_when=Phrase(
            en="The program ends on a configuration file, key or value that it cannot use.",
            zh="程序因无法使用的配置文件、键或值而退出。",
        ),
        not_when=Phrase(en="The line is about input of a user at run time.", zh="该日志说的是运行期间的用户输入。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="CommandInvalid",
        title=Phrase(en="Arguments are wrong", zh="启动参数错误"),
        fires_when=Phrase(
            en="The program starts and ends within seconds because of a flag, a subcommand or an entry file that "
            "it does not know.",
            zh="程序启动后数秒内退出，因为选项、子命令或入口文件不对。",
        ),
        not_when=Phrase(en="The help text comes from a step that ends well.", zh="帮助文本来自一个正常结束的步骤。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="AppModuleMissing",
        title=Phrase(en="Program lacks a module or library", zh="程序缺少模块或库"),
        fires_when=Phrase(
            en="The program ends because a module, class or shared library cannot be loaded.",
            zh="程序因无法加载某个模块、类或共享库而退出。",
        ),
        not_when=Phrase(
            en="The missing file is the program's entry file, or an optional module is skipped.",
            zh="缺的是程序的入口文件，或者缺的是被跳过的可选模块。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="ProcessExitedZero",
        title=Phrase(en="Program ends although it should keep running", zh="程序本应常驻却正常退出"),
        fires_when=Phrase(
            en="A long-running workload's container ends with code 0 again and again.",
            zh="常驻型工作负载的容器反复以退出码 0 结束。",
        ),
        not_when=Phrase(
            en="It belongs to a Job or an init step, or it restarts once a day by design.",
            zh="它属于 Job 或初始化步骤，或者按设计每天重启一次。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="ProcessKilledBySignal",
        title=Phrase(en="Process ends by a signal", zh="进程被信号终止"),
        fires_when=Phrase(
            en="A container ends by a signal and no memory, probe, eviction or deletion explains it.",
            zh="容器因信号结束，且不能由内存、探针、驱逐或删除解释。",
        ),
        not_when=Phrase(en="The pod is being deleted or replaced.", zh="Pod 正在被删除或替换。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="AppPermissionDenied",
        variants=("file", "port", "capability"),
        title=Phrase(en="Program lacks a permission", zh="程序缺少权限"),
        fires_when=Phrase(
            en="The program ends because the system denies it a file of the image, a low port or a privileged "
            "operation.",
            zh="程序因系统拒绝其访问镜像内文件、低位端口或特权操作而退出。",
        ),
        not_when=Phrase(
            en="The path lies on a volume, or a remote service answered 403.",
            zh="路径位于卷上，或者是远端服务返回 403。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="FilesystemReadOnly",
        title=Phrase(en="Program writes to a read-only path", zh="程序向只读路径写入"),
        fires_when=Phrase(
            en="The program ends because it writes to a path that the pod makes read-only.",
            zh="程序因写入 Pod 设为只读的路径而退出。",
        ),
        not_when=Phrase(en="A disk of the node became read-only after errors.", zh="节点磁盘出错后变为只读。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="RootUserRefused",
        title=Phrase(en="Program refuses its user", zh="程序拒绝以当前用户运行"),
        fires_when=Phrase(
            en="The program ends because it will not run as root, or because it insists on root.",
            zh="程序拒绝以 root 运行，或者必须以 root 运行，因而退出。",
        ),
        not_when=Phrase(en="It only warns about root and goes on.", zh="程序只是警告 root 用户并继续运行。"),
        condition_reason="CrashLooping",
    ),
    _row(
        code="PortConflict",
        title=Phrase(en="Port is taken", zh="端口被占用"),
        fires_when=Phrase(
            en="The program cannot open its port because another process of the pod or node holds it.",
            zh="程序打不开自己的端口，因为同一 Pod 或节点上的其他进程占用了它。",
        ),
        not_when=Phrase(
            en="The former process still held it and the next start succeeded.",
            zh="只是上一个进程尚未释放端口，随后启动成功。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="RestartsIncreasing",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        title=Phrase(en="Container keeps restarting between ready times", zh="容器就绪后仍反复重启"),
        fires_when=Phrase(
            en="All is ready now, yet the container restarted at least three times and last within the hour, or "
            "twice in ten minutes.",
            zh="当前全部就绪，但容器至少重启三次且最近一次在一小时内，或者十分钟内重启两次。",
        ),
        not_when=Phrase(
            en="All restarts are older than an hour, or the node itself restarted.",
            zh="所有重启都在一小时之前，或者是节点本身重启。",
        ),
        condition_reason="CrashLooping",
    ),
)
