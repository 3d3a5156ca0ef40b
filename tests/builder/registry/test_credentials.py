"""Credentials of a docker config.json."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builder.registry.credentials import Credentials, Login
from builder.registry.errors import CredentialsUnreadable

SECRET = "c4n4ry:with:colons"
AUTH = base64.b64encode(f"robot:{SECRET}".encode()).decode()


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    config: Any
    host: str
    path: str = "library/python"
    user: str | None = "robot"
    elsewhere: str = ""


CASES = (
    Case(id="hub", config={"auths": {"https://index.docker.io/v1/": {"auth": AUTH}}}, host="registry-1.docker.io"),
    Case(id="hub-by-name", config={"auths": {"docker.io": {"auth": AUTH}}}, host="registry-1.docker.io"),
    Case(id="host", config={"auths": {"ghcr.io": {"auth": AUTH}}}, host="ghcr.io"),
    Case(id="scheme", config={"auths": {"https://r.example:5000/v2/": {"auth": AUTH}}}, host="r.example:5000"),
    Case(id="unpadded", config={"auths": {"ghcr.io": {"auth": AUTH.rstrip("=")}}}, host="ghcr.io"),
    Case(
        id="kubernetes-secret",
        config={"auths": {"ghcr.io": {"username": "robot", "password": SECRET}}},
        host="ghcr.io",
    ),
    Case(
        id="folder-before-registry",
        config={"auths": {"q.io": {"username": "all", "password": "x"}, "q.io/team": {"auth": AUTH}}},
        host="q.io",
        path="team/shop",
    ),
    Case(id="another-host", config={"auths": {"ghcr.io": {"auth": AUTH}}}, host="evil.ghcr.io", user=None),
    Case(id="another-port", config={"auths": {"r.example:1": {"auth": AUTH}}}, host="r.example:2", user=None),
    Case(id="another-folder", config={"auths": {"q.io/tea": {"auth": AUTH}}}, host="q.io", path="team/x", user=None),
    Case(
        id="helper",
        config={"credHelpers": {"1.dkr.ecr.example": "ecr-login"}},
        host="1.dkr.ecr.example",
        user=None,
        elsewhere="docker-credential-ecr-login",
    ),
    Case(
        id="store",
        config={"auths": {"ghcr.io": {}}, "credsStore": "desktop"},
        host="ghcr.io",
        user=None,
        elsewhere="docker-credential-desktop",
    ),
    Case(
        id="identity-token",
        config={"auths": {"r.example": {"auth": AUTH, "identitytoken": "x"}}},
        host="r.example",
        user=None,
        elsewhere="an identity token",
    ),
    Case(id="empty", config={}, host="ghcr.io", user=None),
    Case(id="odd", config={"auths": [1], "credHelpers": 3, "credsStore": {}}, host="ghcr.io", user=None),
    Case(id="odd-entries", config={"auths": {"ghcr.io": 1, "x": {"auth": 5}}}, host="ghcr.io", user=None),
    Case(id="no-base64", config={"auths": {"ghcr.io": {"auth": "\u00e9"}}}, host="ghcr.io", user=None),
    Case(id="no-colon", config={"auths": {"ghcr.io": {"auth": "YWJj"}}}, host="ghcr.io", user=None),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_credentials_are_found_by_registry(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(case.config), encoding="utf-8")
    found = Credentials.of_file(file)
    login = found.login(case.host, case.path)
    assert (login.user if login else None) == case.user
    assert login is None or login == Login(user="robot", password=SECRET)
    assert found.elsewhere(case.host, case.path) == case.elsewhere
    assert SECRET not in repr(found) + repr(login)


def test_a_file_that_is_none_is_refused_without_showing_it(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    for text in ("{c4n4ry", "[]", '"c4n4ry"', "[" * 100_000, '{"a": "' + "c4n4ry" * 300_000 + '"}'):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(CredentialsUnreadable, match="is no file of credentials") as caught:
            Credentials.of_file(file)
        assert "c4n4ry" not in caught.value.message
    with pytest.raises(CredentialsUnreadable, match="No such file"):
        Credentials.of_file(tmp_path / "nothing.json")


def test_a_login_becomes_a_header() -> None:
    assert Login(user="Aladdin", password="open sesame").basic == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
