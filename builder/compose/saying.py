"""Keys that a pod cannot have, must not have, or that mean nothing there: each is said."""

from collections.abc import Iterator

from builder.compose.model import Note, Service, note
from builder.compose.reading import Held
from builder.compose.values import items, mapping, pairs, text, truth

SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
    }
)  # fmt: skip
"""Settings of the kernel that Pod Security restricted allows."""

ALLOWED_CAPABILITIES = frozenset({"NET_BIND_SERVICE"})
"""What Pod Security restricted lets a container add."""

_REFUSED: dict[str, tuple[str, str]] = {
    "devices": ("devices of the machine", "主机设备"),
    "device_cgroup_rules": ("rules for devices", "设备规则"),
    "cgroup_parent": ("another group of processes", "其他控制组"),
    "credential_spec": ("an account of Windows", "Windows 账户"),
    "use_api_socket": ("the socket of the container engine", "容器引擎套接字"),
    "volumes_from": ("the volumes of another container", "其他容器的卷"),
    "userns_mode": ("another user namespace", "其他用户命名空间"),
    "provider": ("a program that compose starts outside", "由 compose 在外部启动的程序"),
}

_WITHOUT_MEANING: dict[str, tuple[str, str]] = {
    "blkio_config": ("limits of the disk", "磁盘限额"),
    "cpu_count": ("a count of processors", "处理器个数"),
    "cpu_percent": ("a share of processors", "处理器占比"),
    "cpu_period": ("the period of the processor's quota", "CPU 配额周期"),
    "cpu_quota": (
        "the processor's quota; say deploy.resources.limits.cpus",
        "CPU 配额；请写 deploy.resources.limits.cpus",
    ),
    "cpu_rt_period": ("real-time scheduling", "实时调度"),
    "cpu_rt_runtime": ("real-time scheduling", "实时调度"),
    "cpu_shares": ("shares of the processor; say deploy.resources", "CPU 份额；请写 deploy.resources"),
    "cpuset": ("fixed processors", "固定处理器"),
    "domainname": ("a domain of its own", "自有域名"),
    "external_links": ("links to containers outside of the project", "项目以外容器的链接"),
    "isolation": ("a way of isolating", "隔离方式"),
    "label_file": ("a file of labels", "标签文件"),
    "logging": (
        "a way of logging: the cluster collects what is written to standard output",
        "日志方式：集群收集标准输出",
    ),
    "mac_address": ("a hardware address", "硬件地址"),
    "mem_swappiness": ("swapping", "交换"),
    "memswap_limit": ("swapping", "交换"),
    "models": ("models that compose provides", "由 compose 提供的模型"),
    "oom_kill_disable": ("what happens when memory is short", "内存不足时的行为"),
    "oom_score_adj": ("what happens when memory is short", "内存不足时的行为"),
    "pids_limit": ("a limit of processes: it is the node's", "进程数限制：由节点决定"),
    "runtime": ("another runtime: that is a RuntimeClass", "其他运行时：对应 RuntimeClass"),
    "storage_opt": ("the size of its root", "根文件系统大小"),
    "ulimits": ("limits of processes: they are the node's", "进程限额：由节点决定"),
    "uts": ("the name space of host names", "主机名命名空间"),
    "stop_signal": (
        "a signal to stop: say STOPSIGNAL in the image; Kubernetes from 1.33 on has lifecycle.stopSignal",
        "停止信号：请在镜像中写 STOPSIGNAL；Kubernetes 1.33 起有 lifecycle.stopSignal",
    ),
}


def refused(one: Service) -> Iterator[Note]:
    """Tell what a service asks for and does not get: it would be root on the node, or is not there."""
    held = mapping(one.held, one.name)
    if "privileged" in held and truth(held["privileged"], "privileged"):
        yield note(
            one.name,
            held["privileged"],
            f"{one.name} asks for all rights on the machine: it does not get them.",
            f"{one.name} 要求主机的全部权限：不会给予。",
        )
    for key in ("network_mode", "pid", "ipc", "cgroup"):
        said = text(held.get(key), key)
        harmless = {"", "none", "bridge", "default", "private", "shareable"}
        if said not in harmless:
            yield note(
                one.name,
                held[key],
                f"{one.name} asks for {key}: {said}, a place outside of its pod: it does not get it.",
                f"{one.name} 要求 {key}: {said}，即其 Pod 之外的空间：不会给予。",
            )
    for key, (en, zh) in _REFUSED.items():
        if key in held and held[key].data not in (None, [], ""):
            yield note(
                one.name,
                held[key],
                f"{one.name} asks for {en}: it does not get it.",
                f"{one.name} 要求{zh}：不会给予。",
            )
    for each in items(held.get("cap_add"), "cap_add"):
        name = text(each, "cap_add").upper().removeprefix("CAP_")
        if name not in ALLOWED_CAPABILITIES:
            yield note(
                one.name,
                each,
                f"{one.name} asks for the right {name}: pods get none but NET_BIND_SERVICE.",
                f"{one.name} 要求权限 {name}：Pod 只允许 NET_BIND_SERVICE。",
            )
    for each in items(held.get("security_opt"), "security_opt"):
        said = text(each, "security_opt").replace("=", ":")
        if not said.startswith(("no-new-privileges", "label")):
            yield note(
                one.name,
                each,
                f"{one.name} asks for {said}: its pod keeps the usual protection.",
                f"{one.name} 要求 {said}：Pod 保持默认防护。",
            )
    for name, value in sysctls(one).items():
        if name not in SAFE_SYSCTLS:
            yield note(
                one.name,
                held["sysctls"],
                f"{one.name} sets {name}={value} of the kernel, which only a node's administrator can allow: left out.",
                f"{one.name} 设置内核参数 {name}={value}，只有节点管理员才能允许：已略去。",
            )


def sysctls(one: Service) -> dict[str, str]:
    """Return the settings of the kernel that a service asks for."""
    return {name: text(value, name) for name, value in pairs(one.held.get("sysctls"), "sysctls").items()}


def without_meaning(one: Service) -> Iterator[Note]:
    """Tell what is said and means nothing on Kubernetes, or is meant elsewhere there."""
    held = mapping(one.held, one.name)
    for key, (en, zh) in _WITHOUT_MEANING.items():
        if key in held and held[key].data not in (None, [], ""):
            yield note(
                one.name,
                held[key],
                f"{key} of {one.name} is left out: {en}.",
                f"已略去 {one.name} 的 {key}：{zh}。",
            )
    deploy = held.get("deploy")
    if deploy is not None and (placement := deploy.get("placement")) is not None:
        yield note(
            one.name,
            placement,
            f"placement of {one.name} is left out: labels of nodes are each cluster's own. Say nodeSelector "
            "or affinity.",
            f"已略去 {one.name} 的 placement：节点标签因集群而异。请写 nodeSelector 或 affinity。",
        )
    routing = [
        name for name in mapping(_as_mapping(held.get("labels")), "labels") if name.startswith(("traefik.", "caddy"))
    ]
    if routing:
        yield note(
            one.name,
            held["labels"],
            f"Labels of {one.name} ({routing[0]} …) are read by a proxy on Docker only. Give the public "
            "name with --host.",
            f"{one.name} 的标签（{routing[0]} …）只对 Docker 上的代理有效。请用 --host 指定公共域名。",
        )


def _as_mapping(value: Held | None) -> Held | None:
    return value.with_data(pairs(value, "labels")) if value is not None else None


def published(one: Service, *, public: bool) -> Iterator[Note]:
    """Tell how ports that are published on the machine are reached now."""
    outside = [port for port in one.ports if port.published is not None and not port.local]
    if outside and not public:
        first = outside[0]
        said = first.published or first.target
        yield note(
            one.name,
            one.held.get("ports") or one.held,
            f"Port {said} of {one.name} was open on the machine; here it is for its neighbours. To look at it: "
            f"kubectl port-forward service/{one.name} {said}:{first.target}",
            f"{one.name} 的端口 {said} 原本开放在主机上，这里只供同伴访问。查看方式："
            f"kubectl port-forward service/{one.name} {said}:{first.target}",
        )
