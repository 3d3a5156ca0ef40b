"""All that a component becomes: which objects, safe text, no secret in it."""

from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from builder.errors import PlanIncomplete
from builder.files import Prepared
from builder.manifests import Autoscaling, ManifestRefused, Options, described, manifests
from builder.plan import Kind, Variable
from tests.builder.manifests.subjects import IMAGE, NIGHTLY, PINNED, SECRET, full, ready

WEB = ("ServiceAccount", "NetworkPolicy", "Deployment", "Service", "PodDisruptionBudget")


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    prepared: Prepared
    kinds: tuple[str, ...]
    options: Options = field(default_factory=Options)


CASES = (
    Case(id="a web server", prepared=ready(), kinds=WEB),
    Case(id="a static site", prepared=ready(Kind.STATIC), kinds=WEB),
    Case(id="one pod needs no budget", prepared=ready(), options=Options(replicas=1), kinds=WEB[:-1]),
    Case(
        id="a public web server that grows",
        prepared=ready(),
        options=Options(host="shop.test", autoscaling=Autoscaling(maximum=5)),
        kinds=(*WEB[:-1], "Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget"),
    ),
    Case(
        id="behind a gateway",
        prepared=ready(),
        options=Options(host="shop.test", route="httproute", gateway="edge/main", replicas=1),
        kinds=(*WEB[:-1], "HTTPRoute"),
    ),
    Case(id="a worker", prepared=ready(Kind.WORKER), kinds=WEB[:3]),
    Case(id="a job", prepared=ready(Kind.JOB), kinds=("ServiceAccount", "NetworkPolicy", "Job")),
    Case(
        id="at times",
        prepared=ready(Kind.SCHEDULED, tasks=(NIGHTLY,)),
        kinds=("ServiceAccount", "NetworkPolicy", "CronJob"),
    ),
    Case(
        id="at times, with a volume",
        prepared=ready(Kind.SCHEDULED, tasks=(NIGHTLY,), volumes=("/data",)),
        kinds=("ServiceAccount", "NetworkPolicy", "PersistentVolumeClaim", "CronJob"),
    ),
    Case(
        id="everything",
        prepared=full(),
        kinds=(
            "ServiceAccount",
            "NetworkPolicy",
            "ConfigMap",
            "Job",
            "Deployment",
            "Deployment",
            "Deployment",
            "CronJob",
            "Job",
            "Service",
            "PodDisruptionBudget",
        ),
    ),
    Case(
        id="everything, with a volume",
        prepared=full(volumes=("/app/data",)),
        options=Options(autoscaling=Autoscaling(maximum=5)),
        kinds=("ServiceAccount", "NetworkPolicy", "ConfigMap", "StatefulSet", "CronJob", "Job", "Service"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_kind_of_component_becomes_its_objects(case: Case) -> None:
    made = described(case.prepared, IMAGE, case.options)
    assert tuple(one.kind for one in made) == case.kinds
    assert len({(one.kind, one.name) for one in made}) == len(made)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_text_says_the_same_as_the_values(case: Case) -> None:
    space, own = manifests(case.prepared, IMAGE, case.options)
    assert (space.path, own.path) == ("deploy/00-namespace.yaml", "deploy/shop.yaml")
    read = [one for one in yaml.safe_load_all(own.text) if one]
    assert read == [one.body for one in described(case.prepared, IMAGE, case.options)]
    assert {one["metadata"]["namespace"] for one in read} == {"apps"}
    assert own == manifests(case.prepared, IMAGE, case.options)[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_selectors_find_the_pods(case: Case) -> None:
    for one in described(case.prepared, IMAGE, case.options):
        if one.kind in {"Deployment", "StatefulSet"}:
            spec: dict[str, Any] = one.body["spec"]
            labels = spec["template"]["metadata"]["labels"]
            assert spec["selector"]["matchLabels"].items() <= labels.items()


def test_an_application_of_several_components_has_one_namespace_file() -> None:
    one, other = manifests(ready(name="api"), IMAGE)[0], manifests(ready(name="web"), IMAGE)[0]
    assert one == other
    assert [file.path for file in manifests(ready(), IMAGE, Options(create_namespace=False))] == ["deploy/shop.yaml"]


def test_no_value_of_a_secret_is_written() -> None:
    text = "".join(file.text for file in manifests(full(), IMAGE))
    assert SECRET not in text
    assert '#   SESSION_KEY: "…"' in text
    assert "kind: Secret\n" not in [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("kind", [Kind.WEB, Kind.WORKER, Kind.JOB])
def test_a_full_component_of_each_kind_has_its_configuration(kind: Kind) -> None:
    made = described(full(kind), IMAGE)
    assert [one.body["data"] for one in made if one.kind == "ConfigMap"] == [{"LOG_LEVEL": "info", "FEATURES": "yes"}]


def test_what_a_source_says_cannot_leave_its_place() -> None:
    hostile = Variable(name="MOTD", default='x\n---\nkind: Pod\n# "')
    bad = Variable(name="A\nkind: Pod", required=True)
    text = manifests(ready(variables=(hostile, bad)), IMAGE)[1].text
    found = [one for one in yaml.safe_load_all(text) if one]
    assert "Pod" not in {one["kind"] for one in found}
    assert next(one for one in found if one["kind"] == "ConfigMap")["data"] == {"MOTD": hostile.default}


def test_every_exemption_has_its_reason_in_the_annotation() -> None:
    for one in described(full(), IMAGE):
        notes = one.body["metadata"].get("annotations", {})
        told = [value for key, value in notes.items() if key.startswith("checkov.io/skip")]
        assert told == [f"{each.check}={each.reason.en}" for each in one.exemptions]
        assert all(value.count("=") == 1 for value in told)


def test_a_digest_needs_no_exemption() -> None:
    assert not [one for one in described(ready(), PINNED) if one.exemptions]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    id: str
    prepared: Prepared
    says: str
    image: str = IMAGE


WRONG = (
    Wrong(id="no port", prepared=ready(port=None), says="the port is not known"),
    Wrong(id="no time", prepared=ready(Kind.SCHEDULED), says="nothing says when"),
    Wrong(id="a library", prepared=ready(Kind.LIBRARY), says="nobody said what it is"),
    Wrong(id="a name that is no label", prepared=ready(name="Shop_1"), says="cannot name an object"),
    Wrong(id="an image with a line break", prepared=ready(), image="a\nb", says="names no image"),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.id)
def test_what_is_open_or_impossible_is_said(case: Wrong) -> None:
    with pytest.raises((PlanIncomplete, ManifestRefused), match=case.says):
        manifests(case.prepared, case.image)
