"""Codes for Jobs that do not end well and CronJobs that do not run."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role

_row = partial(Code, family="jobs", fault_class="batch")

CODES: tuple[Code, ...] = (
    _row(
        code="JobBackoffLimitExceeded",
        role=Role.SYMPTOM,
        title=Phrase(en="Job failed too often", zh="Job 失败次数过多"),
        fires_when=Phrase(
            en="The Job has failed for good after its allowed number of tries.",
            zh="Job 用完允许的重试次数后最终失败。",
        ),
        not_when=Phrase(
            en="It was retried and completed, or a newer run of the same CronJob succeeded.",
            zh="重试后已完成，或者同一 CronJob 的后续运行已成功。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="JobDeadlineExceeded",
        title=Phrase(en="Job ran out of time", zh="Job 超过时限"),
        fires_when=Phrase(
            en="The Job was stopped because it ran longer than its deadline.",
            zh="Job 运行超过截止时间而被终止。",
        ),
        not_when=Phrase(
            en="The deadline is the planned end of a worker that had successes.",
            zh="该时限是工作循环的计划终点，且已有成功。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="JobSidecarBlocksCompletion",
        title=Phrase(en="Helper container keeps the Job from ending", zh="辅助容器使 Job 无法结束"),
        fires_when=Phrase(
            en="The main container has ended well and a helper container of the same pod runs on.",
            zh="主容器已正常结束，同一 Pod 的辅助容器仍在运行。",
        ),
        not_when=Phrase(
            en="The helper is a native sidecar, or the main container ended less than a minute ago.",
            zh="辅助容器是原生 sidecar，或者主容器结束不到一分钟。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="CronJobMissedRuns",
        variants=("controller", "deadline", "schedule", "history"),
        title=Phrase(en="CronJob does not start its runs", zh="CronJob 未按时运行"),
        fires_when=Phrase(
            en="A due time has passed and the CronJob started no Job for it.",
            zh="到期时间已过，而 CronJob 没有为其创建 Job。",
        ),
        not_when=Phrase(
            en="It is suspended, a run still blocks the next, or the Job was refused.",
            zh="它已被挂起、上一次运行仍占用，或者 Job 被拒绝创建。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="CronJobConcurrencyBlocked",
        role=Role.SYMPTOM,
        title=Phrase(en="A run blocks the next ones", zh="上一次运行阻塞了后续运行"),
        fires_when=Phrase(
            en="A run that does not end keeps the CronJob from starting the next, or each run is replaced before "
            "it ends.",
            zh="未结束的运行使 CronJob 无法启动下一次，或者每次运行都在结束前被替换。",
        ),
        not_when=Phrase(en="The active run is younger than one period.", zh="当前运行还不到一个周期。"),
        condition_reason="DeadlineExceeded",
    ),
)
