"""Any policies and any flow: the evaluator agrees with a naive one, and the proposed rule admits the flow."""

import copy
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.policies.flow import NAME_LABEL, Carried, End, Flow, Side
from diagnose.policies.judging import judge
from diagnose.policies.misses import nearest
from diagnose.policies.permits import permit
from diagnose.ports import DeclaredPort

Obj = dict[str, Any]
SPACES = ("shop", "data")
KEYS, VALUES = ("app", "tier"), ("a", "b")

label_sets = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=2)
expressions = st.fixed_dictionaries(
    {
        "key": st.sampled_from((*KEYS, NAME_LABEL)),
        "operator": st.sampled_from(("In", "NotIn", "Exists", "DoesNotExist")),
        "values": st.lists(st.sampled_from((*VALUES, *SPACES)), min_size=1, max_size=2),
    }
)
selectors = st.fixed_dictionaries(
    {}, optional={"matchLabels": label_sets, "matchExpressions": st.lists(expressions, max_size=1)}
)
space_selectors = st.one_of(selectors, st.sampled_from(SPACES).map(lambda space: {"matchLabels": {NAME_LABEL: space}}))
blocks = st.fixed_dictionaries(
    {"cidr": st.sampled_from(("0.0.0.0/0", "203.0.113.0/24", "198.51.100.0/24"))},
    optional={"except": st.just(["203.0.113.0/28"])},
)
peers = st.one_of(
    st.fixed_dictionaries({"podSelector": selectors}),
    st.fixed_dictionaries({"namespaceSelector": space_selectors}),
    st.fixed_dictionaries({"podSelector": selectors, "namespaceSelector": space_selectors}),
    st.fixed_dictionaries({"ipBlock": blocks}),
)
ports = st.fixed_dictionaries(
    {},
    optional={
        "protocol": st.sampled_from(("TCP", "UDP")),
        "port": st.one_of(st.sampled_from((53, 80, 8080)), st.sampled_from(("http", "dns"))),
    },
)
ranges = st.just({"port": 8000, "endPort": 9000})


def rules(key: str) -> Any:
    return st.fixed_dictionaries(
        {}, optional={key: st.lists(peers, max_size=2), "ports": st.lists(st.one_of(ports, ranges), max_size=2)}
    )


specs = st.fixed_dictionaries(
    {"podSelector": selectors},
    optional={
        "policyTypes": st.lists(st.sampled_from(("Ingress", "Egress")), unique=True, max_size=2),
        "ingress": st.lists(rules("from"), max_size=2),
        "egress": st.lists(rules("to"), max_size=2),
    },
)
policies = st.lists(
    st.builds(
        lambda space, spec, number: {"metadata": {"name": f"p{number}", "namespace": space}, "spec": spec},
        st.sampled_from(SPACES),
        specs,
        st.integers(0, 9),
    ),
    max_size=4,
)
pods = st.builds(
    lambda space, carried, name: End(
        name=name,
        namespace=space,
        labels=Carried(pairs=carried),
        space=Carried(pairs={NAME_LABEL: space, "tier": "a"} if space == "shop" else {NAME_LABEL: space}),
        ports=(
            DeclaredPort(number=8080, name="http", protocol="TCP", container="app", path=()),
            DeclaredPort(number=53, name="dns", protocol="UDP", container="app", path=()),
        ),
        address="10.0.0.1",
        identity=carried,
    ),
    st.sampled_from(SPACES),
    label_sets,
    st.sampled_from(("one", "two")),
)
outside = st.sampled_from(("203.0.113.5", "203.0.113.200", "192.0.2.1")).map(lambda address: End(address=address))
flows = st.builds(
    lambda source, target, port, protocol: Flow(source=source, target=target, port=port, protocol=protocol),
    pods,
    st.one_of(pods, outside),
    st.sampled_from((53, 80, 8080)),
    st.sampled_from(("TCP", "UDP")),
)


# -- the naive formulation: sets of what is admitted, written from the reference of the API, with None for "unknown"


def fits(selector: Obj, carried: Obj) -> bool:
    wanted = all(carried.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    tests = {
        "In": lambda e: carried.get(e["key"]) in e["values"],
        "NotIn": lambda e: carried.get(e["key"]) not in e["values"],
        "Exists": lambda e: e["key"] in carried,
        "DoesNotExist": lambda e: e["key"] not in carried,
    }
    return wanted and all(tests[e["operator"]](e) for e in selector.get("matchExpressions", []))


def naive_peer(peer: Obj, home: str, end: End) -> bool | None:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        address = ip_address(end.address)
        holes = [ip_network(entry) for entry in block.get("except", [])]
        inside = address in ip_network(block["cidr"]) and not any(address in hole for hole in holes)
        return None if inside and end.is_pod else inside
    if not end.is_pod:
        return False
    if "namespaceSelector" in peer:
        space = fits(peer["namespaceSelector"], dict(end.space.pairs))
    else:
        space = end.namespace == home
    return space and fits(peer.get("podSelector", {}), dict(end.labels.pairs))


def naive_port(port: Obj, flow: Flow) -> bool | None:
    if port.get("protocol", "TCP") != flow.protocol:
        return False
    asked = port.get("port")
    if asked is None:
        return True
    if isinstance(asked, int):
        return bool(asked <= flow.port <= port.get("endPort", asked))
    if not flow.target.is_pod:
        return None
    return {"http": ("TCP", 8080), "dns": ("UDP", 53)}[asked] == (flow.protocol, flow.port)


def naive_side(side: Side, all_policies: list[Obj], flow: Flow) -> bool | None:
    own, other = (flow.source, flow.target) if side == "egress" else (flow.target, flow.source)
    if not own.is_pod:
        return True
    isolated, results = False, []
    for policy in all_policies:
        spec, home = policy["spec"], policy["metadata"]["namespace"]
        types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
        if home != own.namespace or side.capitalize() not in types:
            continue
        if not fits(spec["podSelector"], dict(own.labels.pairs)):
            continue
        isolated = True
        for rule in spec.get(side, []):
            named, numbered = rule.get("to" if side == "egress" else "from", []), rule.get("ports", [])
            peer = strongest([naive_peer(entry, home, other) for entry in named]) if named else True
            port = strongest([naive_port(entry, flow) for entry in numbered]) if numbered else True
            results.append(False if False in (peer, port) else None if None in (peer, port) else True)
    return strongest(results) if isolated else True


def strongest(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def naive(all_policies: list[Obj], flow: Flow) -> str:
    if flow.source.is_pod and (flow.source.namespace, flow.source.name) == (flow.target.namespace, flow.target.name):
        return "allowed"
    sides = [naive_side("egress", all_policies, flow), naive_side("ingress", all_policies, flow)]
    return "denied" if False in sides else "unknown" if None in sides else "allowed"


def judged_outcome(all_policies: list[Obj], flow: Flow) -> str:
    return judge(flow, egress=all_policies, ingress=all_policies).outcome


@given(policies, flows)
@settings(max_examples=400, deadline=None)
def test_the_evaluator_agrees_with_a_naive_one(all_policies: list[Obj], flow: Flow) -> None:
    assert judged_outcome(all_policies, flow) == naive(all_policies, flow)


@given(policies, flows)
@settings(max_examples=400, deadline=None)
def test_what_is_proposed_admits_the_flow_and_its_undo_restores_the_policy(all_policies: list[Obj], flow: Flow) -> None:
    current = copy.deepcopy(all_policies)
    denying = judge(flow, egress=all_policies, ingress=all_policies).denying
    for side in denying:
        miss = nearest(side, flow)
        assert miss is not None
        change = permit(side.side, flow, miss)
        if change.policy is None:
            assert change.manifest is not None
            assert change.manifest["metadata"]["namespace"] == flow.ends(side.side)[0].namespace
            current.append(dict(change.manifest))
            continue
        index = next(number for number, entry in enumerate(all_policies) if entry is change.policy)
        patched = copy.deepcopy(current[index])
        for operation in change.operations:
            apply(patched, operation)
        restored = copy.deepcopy(patched)
        for operation in change.undo:
            apply(restored, operation)
        assert stored(restored) == stored(current[index])
        current[index] = patched

    after = {entry.side: entry.outcome for entry in judge(flow, egress=current, ingress=current).sides}
    assert [after[side.side] for side in denying] == ["allowed"] * len(denying)


def stored(policy: Obj) -> Obj:
    """Return a policy as the API server keeps it: without empty lists of rules."""
    spec = {key: value for key, value in policy["spec"].items() if key == "podSelector" or value}
    return {**policy, "spec": spec}


def apply(obj: Obj, operation: Any) -> None:
    """Apply one operation of a JSON patch."""
    *path, last = str(operation["path"]).strip("/").split("/")
    holder: Any = obj
    for part in path:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    match operation["op"], holder:
        case "add", list():
            holder.append(operation["value"])
        case "add", _:
            holder[last] = operation["value"]
        case "remove", list():
            del holder[int(last)]
        case _:
            del holder[last]
