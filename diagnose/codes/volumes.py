"""Codes for volumes that do not come to their pod, or refuse what the program does with them."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="volumes", fault_class="storage", condition_reason="VolumeUnbound")

CODES: tuple[Code, ...] = (
    _row(
        code="VolumeMultiAttach",
        variants=("shared_claim", "stale_attachment", "single_pod_claim"),
        title=Phrase(en="Volume is in use elsewhere", zh="卷正在别处使用"),
        fires_when=Phrase(
            en="A volume for one node or one pod is still held by another node or pod.",
            zh="只能由一个节点或一个 Pod 使用的卷仍被其他节点或 Pod 占用。",
        ),
        not_when=Phrase(
            en="The pod that holds it has been ending for less than six minutes.",
            zh="占用它的 Pod 正在终止，且不到六分钟。",
        ),
    ),
    _row(
        code="CSIDriverUnregistered",
        title=Phrase(en="Storage driver does not run on the node", zh="存储驱动没有在节点上运行"),
        fires_when=Phrase(
            en="The kubelet does not find the volume's storage driver among those registered on the node.",
            zh="kubelet 在节点已注册的驱动中找不到该卷的存储驱动。",
        ),
        not_when=Phrase(en="The node became ready less than two minutes ago.", zh="节点就绪不到两分钟。"),
    ),
    _row(
        code="VolumeAttachFailed",
        title=Phrase(en="Volume cannot be attached to the node", zh="卷无法挂接到节点"),
        fires_when=Phrase(
            en="The storage system refuses to attach the volume, or the attacher does not answer.",
            zh="存储系统拒绝挂接该卷，或者挂接组件没有响应。",
        ),
        not_when=Phrase(
            en="It has been attached since, or another node holds it.", zh="之后已挂接成功，或被其他节点占用。"
        ),
    ),
    _row(
        code="VolumeMountFailed",
        title=Phrase(en="Volume cannot be mounted", zh="卷无法挂载"),
        fires_when=Phrase(
            en="The kubelet fails to mount a volume: its server, its file system, its path.",
            zh="kubelet 挂载卷失败：服务器、文件系统或路径有问题。",
        ),
        not_when=Phrase(
            en="A ConfigMap or Secret of the volume is missing.", zh="是卷所引用的 ConfigMap 或 Secret 不存在。"
        ),
    ),
    _row(
        code="VolumePermissionDenied",
        title=Phrase(en="Program is denied its files on a volume", zh="程序无权访问卷上的文件"),
        fires_when=Phrase(
            en="The program is denied a path on a mounted volume, or the volume cannot be given to its group.",
            zh="程序被拒绝访问已挂载卷上的路径，或者无法将卷改属其用户组。",
        ),
        not_when=Phrase(en="The path is part of the image.", zh="该路径属于镜像。"),
    ),
    _row(
        code="VolumeFull",
        title=Phrase(en="Volume is full", zh="卷已满"),
        fires_when=Phrase(
            en="The program finds no space left on the volume of a claim.",
            zh="程序在存储声明的卷上没有剩余空间。",
        ),
        not_when=Phrase(en="The disk of the node or an emptyDir volume is full.", zh="是节点磁盘或 emptyDir 卷已满。"),
    ),
)
