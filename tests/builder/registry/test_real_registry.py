"""Digests from the real docker-registry."""

from pathlib import Path

import pytest

from builder.build.registries import Registries
from builder.registry import Credentials, digests
from builder.registry.credentials import Login
from tests.builder.registry.serving import HTPASSWD, PASSWORD, USER, certified, put, real_registry

pytestmark = pytest.mark.images


async def test_a_tag_becomes_the_digest_of_its_index(tmp_path: Path) -> None:
    with real_registry(tmp_path) as address:
        digest = put(address, "library/python", "3.12")
        registries = Registries(mirrors={"docker.io": address}, insecure=frozenset({address}))
        wanted, other = "docker.io/library/python:3.12", "docker.io/library/python:9"
        found = await digests([wanted, other], registries=registries)
    assert found.digests == {wanted: digest}
    assert "has no library/python with the tag 9" in found.missing[other].en


async def test_a_closed_registry_wants_the_right_credentials_over_tls(tmp_path: Path) -> None:
    certified(tmp_path / "tls")
    with real_registry(tmp_path, tls=tmp_path / "tls", users=HTPASSWD) as address:
        image = f"{address}/team/shop:1"
        digest = put(address, "team/shop", "1", auth=(USER, PASSWORD), verify=str(tmp_path / "tls" / "ca.crt"))
        right = Credentials(logins={address: Login(user=USER, password=PASSWORD)})
        wrong = Credentials(logins={address: Login(user=USER, password="guessed")})
        found = [
            await digests([image], credentials=one, certificates=tmp_path / "tls")
            for one in (right, wrong, Credentials())
        ]
    assert found[0].digests == {image: digest}
    assert "refuses team/shop to the user of the credentials" in found[1].missing[image].en
    assert "wants credentials for team/shop" in found[2].missing[image].en
