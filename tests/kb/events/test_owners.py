"""Workloads by the names of what they own."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.events import owner_of

LONG = "a-very-long-name-of-an-application-that-somebody-liked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    kind: str
    name: str
    owner: str


CASES = (
    Case(id="deployment", kind="Pod", name="crawler-dc54f9dc4-zc2z9", owner="Deployment/crawler"),
    Case(id="short hash", kind="Pod", name="web-5d4bdf-2v7xq", owner="Deployment/web"),
    Case(id="name with dashes", kind="Pod", name="price-importer-779bdbdb7d-w6tzk", owner="Deployment/price-importer"),
    Case(id="name with a number", kind="Pod", name="web-2-779bdbdb7d-w6tzk", owner="Deployment/web-2"),
    Case(id="stateful set", kind="Pod", name="orders-db-11", owner="StatefulSet/orders-db"),
    Case(id="daemon set or job", kind="Pod", name="export-jl5nj", owner="Pod/export"),
    Case(id="indexed job", kind="Pod", name="render-3-jl5nj", owner="Pod/render"),
    Case(id="cron job by minutes", kind="Pod", name="nightly-29318400-jl5nj", owner="CronJob/nightly"),
    Case(id="cron job by seconds", kind="Pod", name="nightly-1606147200-jl5nj", owner="CronJob/nightly"),
    Case(id="job of a cron job", kind="Job", name="nightly-29318400", owner="CronJob/nightly"),
    Case(id="job", kind="Job", name="import", owner="Job/import"),
    Case(id="replica set", kind="ReplicaSet", name="web-84d9f496c6", owner="Deployment/web"),
    Case(id="replica set of nobody", kind="ReplicaSet", name="frontend", owner="ReplicaSet/frontend"),
    Case(
        id="claim", kind="PersistentVolumeClaim", name="data-orders-db-0", owner="PersistentVolumeClaim/data-orders-db"
    ),
    Case(id="bare pod", kind="Pod", name="toolbox", owner="Pod/toolbox"),
    Case(id="static pod", kind="Pod", name="kube-apiserver-control-plane", owner="Pod/kube-apiserver-control-plane"),
    Case(id="node", kind="Node", name="worker-9", owner="Node/worker-9"),
    Case(
        id="deployment that looks like a hash",
        kind="Deployment",
        name="app-84d9f496c6",
        owner="Deployment/app-84d9f496c6",
    ),
    Case(id="cut to 63 characters", kind="Pod", name=f"{LONG}-6db79bx2x4z"[:63], owner=f"Pod/{LONG}"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_owner_is_what_the_name_without_hash_and_ordinal_says(case: Case) -> None:
    assert str(owner_of(case.kind, case.name)) == case.owner


WORDS = st.from_regex(r"[a-z]{3,12}(-[a-z]{6,9})?", fullmatch=True)
HASHES = st.text("456789bcdf", min_size=8, max_size=10)
SUFFIXES = st.text("bcdfghjklmnpqrstvwxz2456789", min_size=5, max_size=5)


@given(name=WORDS, hash_=HASHES, suffix=SUFFIXES)
def test_every_pod_of_a_deployment_has_the_same_owner(name: str, hash_: str, suffix: str) -> None:
    assert str(owner_of("Pod", f"{name}-{hash_}-{suffix}")) == f"Deployment/{name}"


@given(
    kind=st.sampled_from(["Pod", "ReplicaSet", "Job", "PersistentVolumeClaim", "Custom", ""]), name=st.text(max_size=80)
)
def test_any_name_has_an_owner_with_a_name(kind: str, name: str) -> None:
    assert bool(owner_of(kind, name).name) == bool(name)
