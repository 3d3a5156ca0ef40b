"""Codes for storage claims that get no volume."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="claims", fault_class="storage")

CODES: tuple[Code, ...] = (
    _row(
        code="ClaimMissing",
        title=Phrase(en="Storage claim does not exist", zh="存储声明不存在"),
        fires_when=Phrase(
            en="A pod names a PersistentVolumeClaim that is absent in its namespace.",
            zh="Pod 引用的 PersistentVolumeClaim 在其命名空间中不存在。",
        ),
        not_when=Phrase(
            en="A controller is about to create it and less than 30 seconds have passed.",
            zh="控制器即将创建它，且不到 30 秒。",
        ),
        condition_reason="VolumeUnbound",
    ),
    _row(
        code="StorageClassMissing",
        title=Phrase(en="Storage class does not exist", zh="存储类不存在"),
        fires_when=Phrase(
            en="The claim names a storage class that the cluster does not have.",
            zh="存储声明指定的存储类在集群中不存在。",
        ),
        not_when=Phrase(
            en="A volume made by hand carries that class name and fits.",
            zh="有手工创建的卷使用该类名且匹配。",
        ),
        condition_reason="VolumeUnbound",
    ),
    _row(
        code="DefaultStorageClassMissing",
        title=Phrase(en="Cluster has no default storage class", zh="集群没有默认存储类"),
        fires_when=Phrase(
            en="The claim names no storage class and no class is marked as default.",
            zh="存储声明未指定存储类，也没有任何存储类被设为默认。",
        ),
        not_when=Phrase(en="The claim sets an empty class on purpose.", zh="存储声明有意把存储类设为空。"),
        condition_reason="VolumeUnbound",
    ),
    _row(
        code="ClaimVolumeMismatch",
        variants=("size", "access_mode", "selector", "class", "volume_mode"),
        title=Phrase(en="No volume fits the claim", zh="没有卷符合存储声明"),
        fires_when=Phrase(
            en="The claim waits for an existing volume and each free one differs in a field that must agree.",
            zh="存储声明等待已有的卷，而每个空闲卷都有必须一致的字段不同。",
        ),
        not_when=Phrase(en="A working provisioner can make a volume for it.", zh="有正常工作的供应器可以为其创建卷。"),
        condition_reason="VolumeUnbound",
    ),
    _row(
        code="ClaimVolumeTaken",
        title=Phrase(en="Wanted volume belongs to another claim", zh="所需的卷已属于其他声明"),
        fires_when=Phrase(
            en="The volume that the claim wants is reserved for another or a former claim.",
            zh="存储声明所要的卷已保留给另一个或以前的声明。",
        ),
        not_when=Phrase(en="The reservation names this very claim.", zh="保留的正是这个声明。"),
        condition_reason="VolumeUnbound",
    ),
    _row(
        code="ClaimLost",
        title=Phrase(en="Claim has lost its volume", zh="存储声明丢失了卷"),
        fires_when=Phrase(
            en="The claim was bound and its volume is gone or bound to another claim.",
            zh="存储声明曾经绑定，而其卷已消失或被其他声明占用。",
        ),
        not_when=Phrase(en="The claim has never been bound.", zh="存储声明从未绑定过。"),
        condition_reason="VolumeUnbound",
    ),
    _row(
        code="ClaimProvisioningFailed",
        variants=("error", "no_provisioner"),
        title=Phrase(en="Storage driver does not make the volume", zh="存储驱动未能创建卷"),
        fires_when=Phrase(
            en="The storage driver fails to make the volume, or nobody runs the driver that the class names.",
            zh="存储驱动创建卷失败，或者存储类指定的驱动没有运行。",
        ),
        not_when=Phrase(
            en="The claim waits for its first pod by design.",
            zh="按设计，存储声明在等待第一个使用它的 Pod。",
        ),
        condition_reason="VolumeUnbound",
    ),
    _row(
        code="ClaimResizeFailed",
        title=Phrase(en="Volume cannot be resized", zh="卷无法扩容"),
        fires_when=Phrase(
            en="A larger size was asked for and the class does not allow it or the driver fails.",
            zh="要求扩大容量，而存储类不允许或驱动执行失败。",
        ),
        not_when=Phrase(
            en="The resize is under way or only waits for the pod to mount the volume.",
            zh="扩容正在进行，或者只是等待 Pod 挂载该卷。",
        ),
        condition_reason="VolumeUnbound",
    ),
)
