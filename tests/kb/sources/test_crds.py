"""What a cluster says about its kinds, from a small API server and from a real one."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cluster.client import ClusterClient, connect
from cluster.identity import Endpoint
from core.errors import ClusterRejected, ClusterUnreachable, Forbidden
from kb.documents.reading import read
from kb.sources import Item, SourceGone
from kb.sources.crds import CrdsOptions, CrdsSource, OpenClient
from kb.sources.explain import document, homes, kinds, newest
from tests.cluster.asking import at
from tests.kb.sources.serving import Reply, Site, listed, serving, stamps
from tests.real_cluster import RealCluster

REF = "#/components/schemas/"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def ref(name: str, description: str = "") -> dict[str, Any]:
    return {"allOf": [{"$ref": REF + name}], "default": {}, "description": description}


def gvk(kind: str, version: str = "v1", group: str = "") -> dict[str, str]:
    return {"group": group, "version": version, "kind": kind}


def group(schemas: dict[str, Any], *served: dict[str, str]) -> dict[str, Any]:
    paths = {
        f"/x/{at}": {"get": {"x-kubernetes-action": "list", "x-kubernetes-group-version-kind": one}}
        for at, one in enumerate(served)
    }
    return {
        "openapi": "3.0.0",
        "info": {"title": "K", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


SHARED = {
    "io.PodSpec": {
        "type": "object",
        "description": "PodSpec is what runs.",
        "required": ["containers"],
        "properties": {"containers": {"type": "array", "items": ref("io.Container"), "description": "What runs."}},
    },
    "io.Container": {
        "type": "object",
        "description": "A container.",
        "properties": {
            "image": {"type": "string", "default": "", "description": "Its image."},
            "nested": ref("io.Container"),  # a type that holds itself
        },
    },
}
CORE = group(
    {
        **SHARED,
        "io.Pod": {
            "description": "Pod is a group of containers.",
            "properties": {"spec": ref("io.PodSpec", "How it runs.")},
            "x-kubernetes-group-version-kind": [gvk("Pod")],
        },
        "io.PodList": {"properties": {"items": {"type": "array"}}, "x-kubernetes-group-version-kind": [gvk("PodList")]},
    },
    gvk("Pod"),
)
APPS = {
    version: group(
        {
            **SHARED,
            f"io.{version}.Deployment": {
                "description": "Deployment keeps pods.",
                "properties": {"spec": ref(f"io.{version}.DeploymentSpec")},
                "x-kubernetes-group-version-kind": [gvk("Deployment", version, "apps")],
            },
            f"io.{version}.DeploymentSpec": {"properties": {"template": ref("io.PodSpec", "Its pods.")}},
        },
        gvk("Deployment", version, "apps"),
    )
    for version in ("v1", "v1beta2")
}
DEFINITION = {
    "metadata": {"name": "widgets.shop.test", "resourceVersion": "7", "managedFields": [{}]},
    "spec": {
        "group": "shop.test",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "shortNames": ["wd"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "schema": {
                    "openAPIV3Schema": {
                        "description": "Widget is for sale.",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {"size": {"type": "integer", "description": "In cm."}},
                            }
                        },
                    }
                },
            },
            {"name": "v0", "served": False, "schema": {}},
        ],
    },
    "status": {"conditions": [{"lastTransitionTime": "now"}]},
}


def answer(value: dict[str, Any]) -> Reply:
    return Reply(text=json.dumps(value), media="application/json")


def api(version: str = "v1.34.0", definition: dict[str, Any] = DEFINITION) -> dict[str, Any]:
    groups = ("api", "api/v1", "apis", "apis/apps", "apis/apps/v1", "apis/apps/v1beta2", "apis/shop.test/v1", "version")
    index = {path: {"serverRelativeURL": f"/openapi/v3/{path}?hash=1"} for path in groups}
    return {
        "/version": answer({"gitVersion": version}),
        CRDS: answer({"kind": "CustomResourceDefinitionList", "metadata": {}, "items": [definition]}),
        "/openapi/v3": answer({"paths": index}),
        "/openapi/v3/api/v1": answer(CORE),
        "/openapi/v3/apis/apps/v1": answer(APPS["v1"]),
        "/openapi/v3/apis/apps/v1beta2": answer(APPS["v1beta2"]),
    }


@contextlib.asynccontextmanager
async def source(site: Site, **options: bool) -> AsyncIterator[CrdsSource]:
    async with serving(site) as port:
        endpoint = Endpoint(server=f"http://127.0.0.1:{port}")

        @contextlib.asynccontextmanager
        async def client() -> AsyncIterator[ClusterClient]:
            async with at(endpoint) as one:
                yield one

        yield CrdsSource(CrdsOptions(**options), client)


def text(item: Item) -> str:
    assert item.content is not None
    found = item.content
    return read(found.data, uri=item.uri, name=found.name, media_type=found.media_type, version=found.version).text


async def test_each_kind_is_told_once_in_its_best_version() -> None:
    site = Site(api())
    async with source(site) as found:
        items, troubles = await listed(found)
    names = {"kubernetes:crd/widgets.shop.test", "kubernetes:v1/Pod", "kubernetes:apps/v1/Deployment"}
    assert set(items) == names
    assert not troubles
    assert all(item.content and item.content.version == "v1.34.0" for item in items.values())
    assert site.seen["/openapi/v3/apis/shop.test/v1?hash=1"] == 0
    widget = text(items["kubernetes:crd/widgets.shop.test"])
    assert "`spec.size` (integer): In cm." in widget
    assert "short names wd" in widget
    assert "v0" not in widget


async def test_a_type_is_told_in_full_where_it_is_nearest_to_its_kind() -> None:
    async with source(Site(api())) as found:
        items, _ = await listed(found)
    pod, deployment = text(items["kubernetes:v1/Pod"]), text(items["kubernetes:apps/v1/Deployment"])
    assert "pod.spec.containers" in pod
    assert "`image` (string): Its image." in pod
    assert "`containers` (array of Container, required): What runs." in pod
    assert "`template` (PodSpec): Its pods." in deployment
    assert "Its image." not in deployment


async def test_only_what_changed_is_told_with_content() -> None:
    site = Site(api())
    async with source(site) as found:
        first, _ = await listed(found)
        again, _ = await listed(found, stamps(first))
        assert not [item for item in again.values() if item.content]
        changed = json.loads(json.dumps(DEFINITION))
        changed["metadata"]["resourceVersion"] = "8"
        site.pages |= api(definition=changed)
        assert not [item for item in (await listed(found, stamps(first)))[0].values() if item.content]
        changed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["description"] = "new"
        site.pages |= api(definition=changed)
        third, _ = await listed(found, stamps(first))
        assert [uri for uri, item in third.items() if item.content] == ["kubernetes:crd/widgets.shop.test"]
        site.pages |= api(version="v1.35.0", definition=changed)
        assert all(item.content for item in (await listed(found, stamps(third)))[0].values())


async def test_either_half_can_be_left_out() -> None:
    async with source(Site(api()), builtin=False) as found:
        assert set((await listed(found))[0]) == {"kubernetes:crd/widgets.shop.test"}
    async with source(Site(api()), custom=False) as found:
        assert set((await listed(found))[0]) == {"kubernetes:v1/Pod", "kubernetes:apps/v1/Deployment"}


async def test_one_kind_is_fetched() -> None:
    async with source(Site(api())) as found:
        assert (await found.fetch("kubernetes:v1/Pod")).name == "Pod.json"
        with pytest.raises(SourceGone):
            await found.fetch("kubernetes:v1/Nothing")


async def test_errors_of_the_cluster_are_kept() -> None:
    async with source(Site({**api(), CRDS: Reply(status=403, text="{}")})) as found:
        with pytest.raises(Forbidden):
            await listed(found)
    async with source(Site({**api(), "/openapi/v3": Reply(text="no json")})) as found:
        with pytest.raises(ClusterRejected):
            await listed(found)
    async with source(Site({**api(), "/openapi/v3": answer({"paths": {}})})) as found:
        with pytest.raises(SourceGone):
            await listed(found)
    nobody: OpenClient = lambda: at(Endpoint(server="http://127.0.0.1:1"))  # noqa: E731 - the form that is asked for
    with pytest.raises(ClusterUnreachable):
        await listed(CrdsSource(CrdsOptions(), nobody))


def test_strange_descriptions_harm_nothing() -> None:
    deep: dict[str, Any] = {"properties": {}}
    inner = deep
    for _ in range(300):
        inner["properties"] = {"a": {"properties": {}, "items": {}, "additionalProperties": {}}}
        inner = inner["properties"]["a"]
    deep["x-kubernetes-group-version-kind"] = [gvk("Deep"), None, 7]
    strange = group({"Deep": deep, "Odd": 7, "List": []}, gvk("Deep"), gvk("Odd"))
    (found,) = newest(kinds(strange))
    assert document(found, homes([found]), "v1")["info"]["title"] == "Deep (v1)"
    nothing: tuple[dict[str, Any], ...] = ({}, {"components": 7}, {"components": {"schemas": []}}, {"paths": {"x": []}})
    for value in nothing:
        assert not list(kinds(value))


@pytest.mark.cluster
async def test_a_real_cluster_explains_its_kinds(real_cluster: RealCluster) -> None:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    }
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "lamps.shop.test"},
        "spec": {
            "group": "shop.test",
            "scope": "Namespaced",
            "names": {"kind": "Lamp", "plural": "lamps", "singular": "lamp"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    real_cluster.kubectl("apply", "-f", "-", stdin=json.dumps(definition))
    real_cluster.kubectl("wait", "--for=condition=Established", "crd/lamps.shop.test", "--timeout=30s")
    found = CrdsSource(CrdsOptions(), lambda: connect(real_cluster.identity()))
    items, troubles = await listed(found)
    assert not troubles
    assert len(items) > 50
    assert "kubernetes:crd/lamps.shop.test" in items
    pod = text(items["kubernetes:v1/Pod"])
    assert "pod.spec.containers" in pod
    assert "imagePullPolicy" in pod
    assert "`imagePullPolicy`" not in text(items["kubernetes:apps/v1/Deployment"])
    again, _ = await listed(found, stamps(items))
    assert not [item for item in again.values() if item.content]
