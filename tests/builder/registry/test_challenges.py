"""The header WWW-Authenticate."""

from dataclasses import dataclass

import pytest

from builder.registry.challenges import challenges

HUB = (
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",'
    'scope="repository:library/python:pull,push"'
)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    value: str
    found: list[tuple[str, dict[str, str]]]


CASES = (
    Case(
        id="hub",
        value=HUB,
        found=[
            (
                "bearer",
                {
                    "realm": "https://auth.docker.io/token",
                    "service": "registry.docker.io",
                    "scope": "repository:library/python:pull,push",
                },
            )
        ],
    ),
    Case(id="basic", value='Basic realm="a registry"', found=[("basic", {"realm": "a registry"})]),
    Case(
        id="two",
        value='Basic realm="x", charset=UTF-8, Bearer realm="y" , service=z',
        found=[("basic", {"realm": "x", "charset": "UTF-8"}), ("bearer", {"realm": "y", "service": "z"})],
    ),
    Case(id="escaped", value=r'BEARER Realm="a\"b\\"', found=[("bearer", {"realm": 'a"b\\'})]),
    Case(id="first-counts", value="Bearer realm=a,realm=b", found=[("bearer", {"realm": "a"})]),
    Case(id="only-scheme", value="Negotiate", found=[("negotiate", {})]),
    Case(id="empty", value="", found=[]),
    Case(id="no-scheme", value='realm="x"', found=[]),
    Case(id="unclosed", value='Bearer realm="x', found=[("bearer", {"realm": ""})]),
    Case(id="noise", value="\x01\x02 Bearer", found=[]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_challenges_are_read(case: Case) -> None:
    assert [(one.scheme, dict(one.parameters)) for one in challenges([case.value])] == case.found


@pytest.mark.parametrize("value", [" " * 100_000, ", " * 50_000, 'a="' + "\\" * 100_000, "a " * 50_000])
def test_a_header_made_to_exhaust_is_read_in_no_time(value: str) -> None:
    assert len(challenges([value])) < 5_000
