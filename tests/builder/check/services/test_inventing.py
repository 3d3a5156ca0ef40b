"""Which required values are made up for a trial, and which are left out."""

import base64
from dataclasses import dataclass

import pytest

from builder.check.services.inventing import invented, is_own
from builder.plan import Component, Variable
from tests.builder.check.services.subjects import needing


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    own: bool


CASES = (
    Case(id="SECRET_KEY", own=True),
    Case(id="SECRET_KEY_BASE", own=True),
    Case(id="DJANGO_SECRET_KEY", own=True),
    Case(id="APP_KEY", own=True),
    Case(id="APP_KEYS", own=True),
    Case(id="APP_SECRET", own=True),
    Case(id="JWT_SECRET", own=True),
    Case(id="JWT_REFRESH_SECRET", own=True),
    Case(id="ACCESS_TOKEN_SECRET", own=True),
    Case(id="SESSION_SECRET", own=True),
    Case(id="sessionSecret", own=True),
    Case(id="COOKIE_SECRET", own=True),
    Case(id="NEXTAUTH_SECRET", own=True),
    Case(id="BETTER_AUTH_SECRET", own=True),
    Case(id="ENCRYPTION_KEY", own=True),
    Case(id="TRANSFER_TOKEN_SALT", own=True),
    Case(id="LOGGED_IN_SALT", own=True),
    Case(id="NONCE_KEY", own=True),
    Case(id="SHOP_SECRET_KEY", own=True),
    Case(id="STRIPE_SECRET_KEY", own=False),
    Case(id="OPENAI_API_KEY", own=False),
    Case(id="API_KEY", own=False),
    Case(id="SECRET_ACCESS_KEY", own=False),
    Case(id="AWS_SECRET_ACCESS_KEY", own=False),
    Case(id="GOOGLE_CLIENT_SECRET", own=False),
    Case(id="WEBHOOK_SECRET", own=False),
    Case(id="RAILS_MASTER_KEY", own=False),
    Case(id="JWT_PUBLIC_KEY", own=False),
    Case(id="JWT_PRIVATE_KEY", own=False),
    Case(id="BOT_TOKEN", own=False),
    Case(id="AUTH_TOKEN", own=False),
    Case(id="ADMIN_PASSWORD", own=False),
    Case(id="SHOP_NAME", own=False),
    Case(id="", own=False),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id or "empty")
def test_only_what_the_component_alone_knows_is_its_own(case: Case) -> None:
    assert is_own(case.id, "shop") is case.own


def required(*names: str, provider: str = "python", framework: str = "") -> Component:
    return needing(provider=provider, framework=framework, reads=[Variable(name=one, required=True) for one in names])


def test_a_base_of_keys_is_as_long_as_rails_and_phoenix_want_it() -> None:
    assert len(invented(required("SECRET_KEY_BASE"), ()).values["SECRET_KEY_BASE"]) >= 64


def test_laravels_key_is_one_of_its_cipher() -> None:
    made = invented(required("APP_KEY", provider="php", framework="laravel"), ()).values["APP_KEY"]
    assert len(base64.b64decode(made.removeprefix("base64:"))) == 32


def test_pythons_key_to_encrypt_is_one_of_fernet() -> None:
    made = invented(required("ENCRYPTION_KEY"), ()).values["ENCRYPTION_KEY"]
    assert len(base64.urlsafe_b64decode(made)) == 32


def test_elsewhere_a_key_to_encrypt_has_thirty_two_characters() -> None:
    assert len(invented(required("ENCRYPTION_KEY", provider="node"), ()).values["ENCRYPTION_KEY"]) == 32


def test_every_trial_has_values_of_its_own() -> None:
    component = required("SECRET_KEY")
    assert invented(component, ()).values != invented(component, ()).values


def test_its_own_address_is_that_of_the_trial() -> None:
    component = required("APP_URL", "PHX_HOST", "ALLOWED_HOSTS")
    assert invented(component, ()).values == {
        "APP_URL": "http://localhost:8000",
        "PHX_HOST": "localhost",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
    }


def test_what_others_gave_out_is_left_out_and_named() -> None:
    found = invented(required("STRIPE_SECRET_KEY", "SHOP_NAME", "SECRET_KEY"), ())
    assert found.left_out == ("STRIPE_SECRET_KEY", "SHOP_NAME")
    assert list(found.values) == ["SECRET_KEY"]


def test_what_is_given_is_not_made_up() -> None:
    found = invented(required("SECRET_KEY", "STRIPE_SECRET_KEY"), {"SECRET_KEY", "STRIPE_SECRET_KEY"})
    assert (found.values, found.left_out) == ({}, ())


def test_what_is_not_required_is_left_alone() -> None:
    assert invented(needing(reads=["SECRET_KEY"]), ()).values == {}


def test_rails_starts_without_the_key_of_its_credentials() -> None:
    found = invented(required("RAILS_MASTER_KEY", provider="ruby", framework="rails"), ())
    assert list(found.values) == ["SECRET_KEY_BASE"]
    assert found.left_out == ("RAILS_MASTER_KEY",)


def test_no_value_shows_in_a_representation() -> None:
    found = invented(required("SECRET_KEY"), ())
    assert found.values["SECRET_KEY"] not in repr(found)
