"""Package URLs, by the examples and rules of their specification."""

from dataclasses import dataclass, field

import pytest

from builder.sbom.purl import purl


@dataclass(frozen=True, kw_only=True)
class Case:
    kind: str
    name: str
    version: str = ""
    namespace: str = ""
    qualifiers: dict[str, str] = field(default_factory=dict)
    text: str


CASES = (
    Case(kind="pypi", name="Django_AllAuth..x", version="12.23", text="pkg:pypi/django-allauth-x@12.23"),
    Case(kind="npm", namespace="@angular", name="animation", version="12.3", text="pkg:npm/%40angular/animation@12.3"),
    Case(
        kind="deb",
        namespace="debian",
        name="attr",
        version="1:2.4.47-2+b1",
        qualifiers={"distro": "debian-12", "arch": "amd64", "upstream": ""},
        text="pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=debian-12",
    ),
    Case(
        kind="golang",
        namespace="github.com/Gorilla",
        name="Mux",
        version="v1.8.0+incompatible",
        text="pkg:golang/github.com/gorilla/mux@v1.8.0%2Bincompatible",
    ),
    Case(
        kind="maven",
        namespace="org.apache.Commons",
        name="Lang",
        version="3~b c",
        text="pkg:maven/org.apache.Commons/Lang@3~b%20c",
    ),
    Case(kind="gem", name="jruby-launcher", version="1.1.2", qualifiers={"platform": "java"},
         text="pkg:gem/jruby-launcher@1.1.2?platform=java"),
    Case(kind="oci", name="shop", version="sha256:ab", qualifiers={"repository_url": "ghcr.io/team/shop", "tag": "1"},
         text="pkg:oci/shop@sha256:ab?repository_url=ghcr.io%2Fteam%2Fshop&tag=1"),
    Case(kind="generic", name="a/b?c#d@e%f\u00e9", text="pkg:generic/a%2Fb%3Fc%23d%40e%25f%C3%A9"),
    Case(kind="cargo", name="Rand", version="", text="pkg:cargo/Rand"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_a_package_url_is_written_by_the_rules_of_its_type(case: Case) -> None:
    made = purl(case.kind, case.name, case.version, namespace=case.namespace, qualifiers=case.qualifiers)
    assert made == case.text
