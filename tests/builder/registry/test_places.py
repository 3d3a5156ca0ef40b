"""Where images are asked for."""

from dataclasses import dataclass, field

import pytest

from builder.build.registries import Registries
from builder.registry.errors import NoDigest
from builder.registry.places import place
from builder.registry.references import reference


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    image: str
    url: str
    mirrors: dict[str, str] = field(default_factory=dict)
    insecure: frozenset[str] = frozenset()


CASES = (
    Case(id="hub", image="python:3", url="https://registry-1.docker.io/v2/library/python/manifests/3"),
    Case(id="other", image="ghcr.io/a/b:1", url="https://ghcr.io/v2/a/b/manifests/1"),
    Case(
        id="insecure",
        image="localhost:5000/a:1",
        url="http://localhost:5000/v2/a/manifests/1",
        insecure=frozenset({"localhost:5000"}),
    ),
    Case(
        id="mirror",
        image="python:3",
        url="https://mirror.example/v2/library/python/manifests/3",
        mirrors={"docker.io": "mirror.example"},
    ),
    Case(
        id="mirror-with-path",
        image="docker.io/team/shop:3",
        url="https://mirror.example/v2/hub/team/shop/manifests/3",
        mirrors={"docker.io": "mirror.example/hub/"},
    ),
    Case(
        id="insecure-mirror",
        image="python:3",
        url="http://127.0.0.1:5000/v2/library/python/manifests/3",
        mirrors={"docker.io": "127.0.0.1:5000"},
        insecure=frozenset({"127.0.0.1:5000"}),
    ),
    Case(
        id="the-longest-counts",
        image="python:3",
        url="https://b.example/v2/python/manifests/3",
        mirrors={"docker.io": "a.example", "docker.io/library": "b.example"},
    ),
    Case(
        id="no-part-of-a-name",
        image="ghcr.io.example/a:1",
        url="https://ghcr.io.example/v2/a/manifests/1",
        mirrors={"ghcr.io": "a.example"},
    ),
    Case(
        id="mirror-is-the-hub",
        image="registry.example/library/python:3",
        url="https://registry-1.docker.io/v2/library/python/manifests/3",
        mirrors={"registry.example": "docker.io"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_image_is_asked_for_where_a_build_takes_it_from(case: Case) -> None:
    wanted = reference(case.image)
    found = place(wanted, Registries(mirrors=case.mirrors, insecure=case.insecure))
    assert found.manifest(wanted.tag) == case.url


def test_a_mirror_without_an_address_is_said() -> None:
    with pytest.raises(NoDigest, match=r"docker\.io has no address"):
        place(reference("docker.io/a/b"), Registries(mirrors={"docker.io/a/b": ""}))
