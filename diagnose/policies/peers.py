"""Whether a peer of a rule admits an end, and what of it does not fit."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from cluster.fields import Obj, labels, objects, strings, text
from diagnose.policies.answers import Answer, both
from diagnose.policies.flow import Carried, End


def selector_answer(selector: Obj, carried: Carried) -> Answer:
    """Say whether labels satisfy a label selector; an empty one takes everything."""
    answer: Answer = "yes"
    for _, _, found in requirements(selector, carried):
        answer = both(answer, found)
    return answer


def requirements(selector: Obj, carried: Carried) -> Iterator[tuple[str, str, Answer]]:
    """Yield each requirement of a selector as written, the key it asks for, and whether the labels meet it."""
    pairs = carried.pairs
    for key, value in labels(selector, "matchLabels").items():
        yield f"{key}={value}", key, _known(carried, key, met=pairs.get(key) == value)
    for entry in objects(selector, "matchExpressions"):
        key, operator, values = text(entry, "key"), text(entry, "operator"), strings(entry, "values")
        listed = f"({', '.join(values)})"
        match operator:
            case "In":
                yield f"{key} in {listed}", key, _known(carried, key, met=pairs.get(key) in values)
            case "NotIn":
                yield f"{key} notin {listed}", key, _known(carried, key, met=pairs.get(key) not in values)
            case "Exists":
                yield key, key, _known(carried, key, met=key in pairs)
            case "DoesNotExist":
                yield f"!{key}", key, _known(carried, key, met=key not in pairs)
            case _:
                yield f"{key} {operator}".strip() or "?", key, "no"


def _known(carried: Carried, key: str, *, met: bool) -> Answer:
    if key not in carried.pairs and not carried.complete:
        return "unknown"
    return "yes" if met else "no"


def peer_answer(entry: object, space: str, end: End) -> Answer:
    """Say whether one entry of ``from`` or ``to`` in a policy of namespace ``space`` admits an end."""
    block, spaces, pods = (_part(entry, key) for key in ("ipBlock", "namespaceSelector", "podSelector"))
    if spaces is None and pods is None:
        return block_answer(block, end) if block is not None else "no"
    if not end.is_pod or block is not None:
        return "no"
    answer: Answer = "yes" if end.namespace == space else "no"
    if spaces is not None:
        answer = selector_answer(spaces, end.space)
    if pods is not None:
        answer = both(answer, selector_answer(pods, end.labels))
    # A pod on its node's network has the node's address: most plugins do not know it by its labels.
    return both(answer, "unknown") if end.on_host else answer


def _part(entry: object, key: str) -> Obj | None:
    value = entry.get(key) if isinstance(entry, dict) else None
    return value if isinstance(value, dict) else None


def block_answer(block: Obj, end: End) -> Answer:
    """Say whether an ``ipBlock`` admits an end. Plugins differ over pods and over Service addresses."""
    network = _network(text(block, "cidr"))
    if network is None:
        return "no"
    if not end.address and not end.is_pod:
        return "yes" if network.prefixlen == 0 and not strings(block, "except") else "unknown"
    if covers(block, end.virtual):
        return "unknown"
    if not end.is_pod:
        return "yes" if covers(block, end.address) else "no"
    return "unknown" if not end.address or covers(block, end.address) else "no"


def covers(block: Obj, address: str) -> bool:
    """Say whether an address lies in ``cidr`` and in none of ``except``."""
    parsed, network = _address(address), _network(text(block, "cidr"))
    if parsed is None or network is None or parsed not in network:
        return False
    return excepted(block, address) == ""


def excepted(block: Obj, address: str) -> str:
    """Return the entry of ``except`` that holds an address of ``cidr``, or an empty string."""
    parsed, network = _address(address), _network(text(block, "cidr"))
    if parsed is None or network is None or parsed not in network:
        return ""
    for entry in strings(block, "except"):
        hole = _network(entry)
        if hole is not None and parsed in hole:
            return entry
    return ""


def _address(value: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(value)
    except ValueError:
        return None


def _network(value: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None
