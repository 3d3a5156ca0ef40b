"""How many containers, how much they may use, what happens when they end."""

from typing import Literal

from builder.compose.model import Deploy
from builder.compose.reading import Held
from builder.compose.units import size
from builder.compose.values import items, number, text, whole

MAX_REPLICAS = 1000
"""More is a slip of the finger."""

Mode = Literal["replicated", "global", "job"]
Restart = Literal["always", "on-failure", "never"]
_MODES: dict[str, Mode] = {
    "": "replicated",
    "replicated": "replicated",
    "global": "global",
    "replicated-job": "job",
    "global-job": "job",
}
_RESTARTS: dict[str, Restart] = {"": "always", "any": "always", "on-failure": "on-failure", "none": "never"}


def deploy(held: dict[str, Held], name: str) -> Deploy:
    """Return what ``deploy`` says, and the older keys of the service where it says nothing."""
    given = held.get("deploy")
    said = text(_in(given, "mode"), "mode")
    if said not in _MODES:
        raise _at(held, given).broken(f"{said!r} is no mode of {name}: {', '.join(one for one in _MODES if one)}.")
    limits, requests = _in(_in(given, "resources"), "limits"), _in(_in(given, "resources"), "reservations")
    policy = _in(given, "restart_policy")
    condition = text(_in(policy, "condition"), "condition")
    if condition not in _RESTARTS:
        raise _at(held, policy).broken(f"{condition!r} is no condition of a restart: none, on-failure or any.")
    update = text(_in(_in(given, "update_config"), "order"), "order")
    return Deploy(
        mode=_MODES[said],
        replicas=_replicas(held, given, name),
        cpu_limit=number(_in(limits, "cpus") or held.get("cpus"), "cpus"),
        cpu_request=number(_in(requests, "cpus"), "cpus"),
        memory_limit=size(_in(limits, "memory") or held.get("mem_limit"), "memory"),
        memory_request=size(_in(requests, "memory") or held.get("mem_reservation"), "memory"),
        gpus=_gpus(held, _in(requests, "devices")),
        restart=_RESTARTS[condition] if condition else _older(held),
        tries=whole(_in(policy, "max_attempts"), "max_attempts"),
        headless=text(_in(given, "endpoint_mode"), "endpoint_mode") == "dnsrr",
        stop_first=update == "stop-first",
    )


def _in(value: Held | None, name: str) -> Held | None:
    return value.get(name) if value is not None else None


def _at(held: dict[str, Held], value: Held | None) -> Held:
    return value or next(iter(held.values()))


def _replicas(held: dict[str, Held], given: Held | None, name: str) -> int:
    replicas, scale = whole(_in(given, "replicas"), "replicas"), whole(held.get("scale"), "scale")
    if replicas is not None and scale is not None and replicas != scale:
        raise held["scale"].broken(
            f"{name} has {scale} by scale and {replicas} by deploy.replicas.", "Keep one of them."
        )
    found = next((one for one in (replicas, scale) if one is not None), 1)
    if not 0 <= found <= MAX_REPLICAS:
        raise _at(held, given).broken(f"{found} containers of {name} are not possible: 0 to {MAX_REPLICAS}.")
    return found


def _older(held: dict[str, Held]) -> Restart:
    said = text(held.get("restart"), "restart").partition(":")[0]
    if said not in {"", "no", "false", "always", "on-failure", "unless-stopped"}:
        raise held["restart"].broken(f"{said!r} is no way to restart: no, always, on-failure or unless-stopped.")
    return "on-failure" if said == "on-failure" else "never" if said in {"no", "false"} else "always"


def _gpus(held: dict[str, Held], devices: Held | None) -> int:
    """Return how many graphics cards are asked for; all of them count as one, since a pod must say a number."""
    asked = [
        one
        for one in items(devices, "devices")
        if any(text(each, "capabilities") == "gpu" for each in items(one.get("capabilities"), "capabilities"))
    ]
    given = held.get("gpus")
    if given is not None and isinstance(given.data, list):
        asked += given.data
    elif given is not None and given.data is not None:
        asked.append(given.with_data({"count": given}))
    total = 0
    for one in asked:
        ids = items(one.get("device_ids"), "device_ids")
        count = one.get("count")
        every = count is None or text(count, "count") == "all"
        total += len(ids) or (1 if every else whole(count, "count") or 1)
    return total
