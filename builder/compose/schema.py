"""The keys of the compose specification: a key that it does not have is a slip of the finger, and is said."""

import difflib
from typing import Final

from builder.compose.reading import Held
from builder.compose.values import mapping

TOP: Final = frozenset(
    {"configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes"}
)

SERVICE: Final = frozenset(
    {
        "annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command",
        "configs", "container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period",
        "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "credential_spec", "depends_on", "deploy", "develop",
        "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "domainname", "entrypoint", "env_file",
        "environment", "expose", "extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck",
        "hostname", "image", "init", "ipc", "isolation", "label_file", "labels", "links", "logging", "mac_address",
        "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "models", "network_mode", "networks",
        "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports", "post_start", "pre_stop",
        "privileged", "profiles", "provider", "pull_policy", "pull_refresh_after", "read_only", "restart", "runtime",
        "scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal", "storage_opt",
        "sysctls", "tmpfs", "tty", "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes", "volumes_from",
        "working_dir",
    }
)  # fmt: skip

BUILD: Final = frozenset(
    {
        "additional_contexts", "args", "cache_from", "cache_to", "context", "dockerfile", "dockerfile_inline",
        "entitlements", "extra_hosts", "isolation", "labels", "network", "no_cache", "no_cache_filter", "platforms",
        "privileged", "provenance", "pull", "sbom", "secrets", "shm_size", "ssh", "tags", "target", "ulimits",
    }
)  # fmt: skip

DEPLOY: Final = frozenset(
    {
        "endpoint_mode", "labels", "mode", "placement", "replicas", "resources", "restart_policy", "rollback_config",
        "update_config",
    }
)  # fmt: skip

HEALTH: Final = frozenset({"disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"})
NETWORK: Final = frozenset(
    {
        "attachable", "driver", "driver_opts", "enable_ipv4", "enable_ipv6", "external", "internal", "ipam", "labels",
        "name",
    }
)  # fmt: skip
VOLUME: Final = frozenset({"driver", "driver_opts", "external", "labels", "name"})
FILE: Final = frozenset(
    {"content", "driver", "driver_opts", "environment", "external", "file", "labels", "name", "template_driver"}
)
PORT: Final = frozenset({"app_protocol", "host_ip", "mode", "name", "protocol", "published", "target"})
MOUNT: Final = frozenset(
    {"bind", "cluster", "consistency", "image", "read_only", "source", "target", "tmpfs", "type", "volume"}
)
RESOURCES: Final = frozenset({"limits", "reservations"})
AMOUNTS: Final = frozenset({"cpus", "devices", "generic_resources", "memory", "pids"})


def checked(value: Held | None, known: frozenset[str], what: str) -> dict[str, Held]:
    """Return a mapping whose keys are all known, those beginning with ``x-`` apart."""
    held = mapping(value, what)
    for name, one in held.items():
        if name not in known and not name.startswith("x-"):
            near = difflib.get_close_matches(name, sorted(known), 1)
            step = f"Did you mean {near[0]}?" if near else "Keys of your own begin with x-."
            raise one.broken(f"{what} has no key {name}.", step)
    return held


def service(name: str, value: Held) -> dict[str, Held]:
    """Return a service whose keys, and those of its parts, are all known."""
    held = checked(value, SERVICE, f"The service {name}")
    for key, known in (("deploy", DEPLOY), ("healthcheck", HEALTH)):
        if key in held:
            checked(held[key], known, f"{key} of {name}")
    build = held.get("build")
    if build is not None and isinstance(build.data, dict):
        checked(build, BUILD, f"build of {name}")
    if "deploy" in held and (resources := held["deploy"].get("resources")) is not None:
        for each in checked(resources, RESOURCES, f"resources of {name}").values():
            checked(each, AMOUNTS, f"resources of {name}")
    return held
