"""Settings: which variables are plain, missing or secret."""

from dataclasses import dataclass

import pytest

from builder.manifests.configmap import configmap
from builder.manifests.environment import Environment, environment_of
from builder.plan import Service, Variable
from tests.builder.manifests.subjects import full, ready, subject


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    variable: Variable
    found: Environment
    service: str = ""


LONG = "x" * 5000
TOKEN = "ghp_" + "a1B2" * 9

CASES = (
    Case(
        id="a default", variable=Variable(name="LEVEL", default="info"), found=Environment(plain=(("LEVEL", "info"),))
    ),
    Case(id="nothing known, not needed", variable=Variable(name="LEVEL"), found=Environment()),
    Case(id="needed", variable=Variable(name="SITE", required=True), found=Environment(missing=("SITE",))),
    Case(
        id="a secret with a default",
        variable=Variable(name="PIN", secret=True, default="1234"),
        found=Environment(secrets=(("PIN", False),)),
    ),
    Case(
        id="a secret that nobody marked",
        variable=Variable(name="API_TOKEN", default="x"),
        found=Environment(secrets=(("API_TOKEN", False),)),
    ),
    Case(
        id="a credential as a default",
        variable=Variable(name="EXAMPLE", default=TOKEN),
        found=Environment(secrets=(("EXAMPLE", False),)),
    ),
    Case(
        id="the address of a service",
        variable=Variable(name="DATABASE_URL"),
        service="DATABASE_URL",
        found=Environment(secrets=(("DATABASE_URL", True),)),
    ),
    Case(
        id="a service on the developer's machine",
        variable=Variable(name="DB_HOST", default="127.0.0.1"),
        service="DB_HOST",
        found=Environment(missing=("DB_HOST",)),
    ),
    Case(
        id="a service by name",
        variable=Variable(name="DB_HOST", default="db"),
        service="DB_HOST",
        found=Environment(plain=(("DB_HOST", "db"),)),
    ),
    Case(id="a service that no variable tells of", variable=Variable(name="X"), service="DB_HOST",
         found=Environment(missing=("DB_HOST",))),
    Case(id="only for the build", variable=Variable(name="SITE", build_time=True, default="x"), found=Environment()),
    Case(id="the port", variable=Variable(name="PORT", default="3000"), found=Environment()),
    Case(id="a name that no shell takes", variable=Variable(name="a b", default="x"), found=Environment()),
    Case(id="a file as a default", variable=Variable(name="TEXT", default=LONG), found=Environment()),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_variable_goes_where_it_belongs(case: Case) -> None:
    services = (Service(name="postgresql", variables=(case.service,)),) if case.service else ()
    assert environment_of(ready(variables=(case.variable,), services=services).component) == case.found


def test_what_is_missing_is_named_above() -> None:
    made = configmap(subject(full()))
    assert made
    assert made.body["data"] == {"LOG_LEVEL": "info", "FEATURES": "yes"}
    assert made.about[1:] == ("  PUBLIC_URL: …", "  REDIS_HOST: …")


def test_nothing_known_is_no_configmap() -> None:
    assert configmap(subject()) is None
