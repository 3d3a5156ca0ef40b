"""Which variable gets which value: by its name, the language, the framework, the client, and the project's own form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from builder.check.services.giving import environment_for, login_for
from builder.check.services.known import STANDS
from builder.check.services.model import Address, Login
from builder.check.services.postgresql import POSTGRESQL
from builder.check.services.rabbitmq import RABBITMQ
from builder.check.services.redis import REDIS
from builder.check.services.telling import CLIENTS, namings, needed, told_of
from builder.plan import SERVICES, Component, Variable
from tests.builder.check.services.subjects import needing

LOGIN = Login(user="ann", password="pw", database="shop")
AT: Mapping[str, Address] = {
    "postgresql": Address(service="postgresql", port=5432, login=LOGIN, version="15"),
    "mysql": Address(service="mysql", port=3306, login=LOGIN),
    "mariadb": Address(service="mariadb", port=3306, login=LOGIN),
    "redis": Address(service="redis", port=6379, login=Login(user="default", password="pw", database="0")),
    "rabbitmq": Address(service="rabbitmq", port=5672, login=Login(user="ann", password="pw", database="/")),
    "memcached": Address(service="memcached", port=11211),
    "mongodb": Address(service="mongodb", port=27017, login=Login(database="shop")),
    "smtp": Address(service="smtp", port=1025, login=Login(user="ann", password="pw")),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    component: Component
    given: dict[str, str]
    forms: Mapping[str, str] = field(default_factory=dict)


CASES = (
    Case(
        id="python-url",
        component=needing("postgresql", reads=["DATABASE_URL"], client="psycopg2-binary==2.9"),
        given={"DATABASE_URL": "postgresql://ann:pw@127.0.0.1:5432/shop"},
    ),
    Case(
        id="python-asyncpg-alone-takes-the-plain-form",
        component=needing("postgresql", reads=["DATABASE_URL"], client="asyncpg==0.30"),
        given={"DATABASE_URL": "postgresql://ann:pw@127.0.0.1:5432/shop"},
    ),
    Case(
        id="python-sqlalchemy-names-asyncpg",
        component=needing(
            "postgresql", reads=["DATABASE_URL"], client="asyncpg==0.30", migrate=("alembic", "upgrade", "head")
        ),
        given={"DATABASE_URL": "postgresql+asyncpg://ann:pw@127.0.0.1:5432/shop"},
    ),
    Case(
        id="python-sqlalchemy-names-psycopg-by-the-name-of-the-variable",
        component=needing("postgresql", reads=["SQLALCHEMY_DATABASE_URI"], client='"psycopg[binary]>=3.1",'),
        given={"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://ann:pw@127.0.0.1:5432/shop"},
    ),
    Case(
        id="python-the-projects-own-form",
        component=needing("postgresql", reads=["DB_DSN"]),
        forms={"DB_DSN": "postgresql+asyncpg"},
        given={"DB_DSN": "postgresql+asyncpg://ann:pw@127.0.0.1:5432/shop"},
    ),
    Case(
        id="a-form-of-another-service-is-not-taken",
        component=needing("postgresql", reads=["DB_DSN"]),
        forms={"DB_DSN": "mysql"},
        given={"DB_DSN": "postgresql://ann:pw@127.0.0.1:5432/shop"},
    ),
    Case(
        id="python-pymysql",
        component=needing("mysql", reads=["DATABASE_URL"], client="PyMySQL==1.1"),
        given={"DATABASE_URL": "mysql+pymysql://ann:pw@127.0.0.1:3306/shop"},
    ),
    Case(
        id="django-mysql",
        component=needing("mysql", framework="django", reads=["DATABASE_URL"], client="pymysql"),
        given={"DATABASE_URL": "mysql://ann:pw@127.0.0.1:3306/shop"},
    ),
    Case(
        id="django-parts",
        component=needing(
            "postgresql",
            framework="django",
            reads=["DB_ENGINE", "DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_CONN_MAX_AGE"],
        ),
        given={
            "DB_ENGINE": "django.db.backends.postgresql",
            "DB_NAME": "shop",
            "DB_USER": "ann",
            "DB_PASSWORD": "pw",
            "DB_HOST": "127.0.0.1",
            "DB_PORT": "5432",
        },
    ),
    Case(
        id="compose-names-the-variable",
        component=needing("postgresql", reads=["SHOP_DB_SERVER"], told=("SHOP_DB_SERVER",)),
        given={"SHOP_DB_SERVER": "127.0.0.1"},
    ),
    Case(
        id="celery-on-redis",
        component=needing("redis", reads=["CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "REDIS_DB"]),
        given={
            "CELERY_BROKER_URL": "redis://:pw@127.0.0.1:6379/0",
            "CELERY_RESULT_BACKEND": "redis://:pw@127.0.0.1:6379/0",
            "REDIS_DB": "0",
        },
    ),
    Case(
        id="celery-on-rabbitmq",
        component=needing("rabbitmq", reads=["CELERY_BROKER_URL"]),
        given={"CELERY_BROKER_URL": "amqp://ann:pw@127.0.0.1:5672/%2F"},
    ),
    Case(
        id="node-typeorm",
        component=needing("postgresql", provider="node", reads=["DB_TYPE", "DB_HOST", "DB_DATABASE"]),
        given={"DB_TYPE": "postgres", "DB_HOST": "127.0.0.1", "DB_DATABASE": "shop"},
    ),
    Case(
        id="node-mongo",
        component=needing("mongodb", provider="node", reads=["DB_URI"]),
        given={"DB_URI": "mongodb://127.0.0.1:27017/shop"},
    ),
    Case(
        id="go-postgres-without-tls",
        component=needing("postgresql", provider="go", reads=["DATABASE_URL"]),
        given={"DATABASE_URL": "postgres://ann:pw@127.0.0.1:5432/shop?sslmode=disable"},
    ),
    Case(
        id="go-mysql",
        component=needing("mysql", provider="go", reads=["MYSQL_DSN"]),
        given={"MYSQL_DSN": "ann:pw@tcp(127.0.0.1:3306)/shop?parseTime=true"},
    ),
    Case(
        id="go-redis-address",
        component=needing("redis", provider="go", reads=["REDIS_ADDR", "REDIS_PASSWORD"]),
        given={"REDIS_ADDR": "127.0.0.1:6379", "REDIS_PASSWORD": "pw"},
    ),
    Case(
        id="an-address-beside-a-port-is-a-host",
        component=needing("redis", provider="go", reads=["REDIS_ADDRESS", "REDIS_PORT"]),
        given={"REDIS_ADDRESS": "127.0.0.1", "REDIS_PORT": "6379"},
    ),
    Case(
        id="spring",
        component=needing("postgresql", "redis", provider="jvm", framework="spring-boot"),
        given={
            "SPRING_DATASOURCE_URL": "jdbc:postgresql://127.0.0.1:5432/shop?user=ann&password=pw",
            "SPRING_DATASOURCE_USERNAME": "ann",
            "SPRING_DATASOURCE_PASSWORD": "pw",
            "SPRING_DATA_REDIS_HOST": "127.0.0.1",
            "SPRING_DATA_REDIS_PORT": "6379",
            "SPRING_DATA_REDIS_PASSWORD": "pw",
        },
    ),
    Case(
        id="spring-reactive",
        component=needing("postgresql", provider="jvm", reads=["SPRING_R2DBC_URL"]),
        given={"SPRING_R2DBC_URL": "r2dbc:postgresql://ann:pw@127.0.0.1:5432/shop"},
    ),
    Case(
        id="jvm-mysql",
        component=needing("mysql", provider="jvm", reads=["JDBC_URL"]),
        given={
            "JDBC_URL": "jdbc:mysql://127.0.0.1:3306/shop?user=ann&password=pw"
            "&allowPublicKeyRetrieval=true&useSSL=false"
        },
    ),
    Case(
        id="laravel",
        component=needing("mysql", "smtp", provider="php", framework="laravel"),
        given={
            "DB_CONNECTION": "mysql",
            "DB_HOST": "127.0.0.1",
            "DB_PORT": "3306",
            "DB_DATABASE": "shop",
            "DB_USERNAME": "ann",
            "DB_PASSWORD": "pw",
            "MAIL_HOST": "127.0.0.1",
            "MAIL_PORT": "1025",
            "MAIL_USERNAME": "ann",
            "MAIL_PASSWORD": "pw",
        },
    ),
    Case(
        id="symfony",
        component=needing("postgresql", provider="php", framework="symfony", reads=["DATABASE_URL"]),
        given={"DATABASE_URL": "postgresql://ann:pw@127.0.0.1:5432/shop?serverVersion=15&charset=utf8"},
    ),
    Case(
        id="symfony-messages",
        component=needing("rabbitmq", provider="php", framework="symfony", reads=["MESSENGER_TRANSPORT_DSN"]),
        given={"MESSENGER_TRANSPORT_DSN": "amqp://ann:pw@127.0.0.1:5672/%2F/messages"},
    ),
    Case(
        id="php-pdo",
        component=needing("postgresql", provider="php", reads=["DB_DSN"]),
        given={"DB_DSN": "pgsql:host=127.0.0.1;port=5432;dbname=shop"},
    ),
    Case(
        id="rails",
        component=needing("mysql", provider="ruby", framework="rails", client='gem "mysql2"'),
        given={"DATABASE_URL": "mysql2://ann:pw@127.0.0.1:3306/shop"},
    ),
    Case(
        id="rails-trilogy",
        component=needing("mysql", provider="ruby", framework="rails", client='gem "trilogy"'),
        given={"DATABASE_URL": "trilogy://ann:pw@127.0.0.1:3306/shop"},
    ),
    Case(
        id="dotnet",
        component=needing("postgresql", provider="dotnet", reads=["ConnectionStrings__Default"]),
        given={"ConnectionStrings__Default": "Host=127.0.0.1;Port=5432;Database=shop;Username=ann;Password=pw"},
    ),
    Case(
        id="dotnet-redis",
        component=needing("redis", provider="dotnet", reads=["ConnectionStrings__Redis"]),
        given={"ConnectionStrings__Redis": "127.0.0.1:6379,password=pw"},
    ),
    Case(
        id="mail",
        component=needing("smtp", provider="node", reads=["SMTP_HOST", "SMTP_PORT", "SMTP_SECURE", "MAIL_FROM"]),
        given={"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1025", "SMTP_SECURE": "false"},
    ),
    Case(
        id="memcached",
        component=needing("memcached", provider="node", reads=["MEMCACHED_SERVERS"]),
        given={"MEMCACHED_SERVERS": "127.0.0.1:11211"},
    ),
    Case(id="nothing-is-needed", component=needing(reads=["DATABASE_URL", "REDIS_URL"]), given={}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_component_is_told_in_the_form_that_it_reads(case: Case) -> None:
    services = needed(case.component, case.forms)
    given = environment_for(case.component, [AT[name] for name in services], forms=case.forms)
    unsure = {name for service in services for name in CLIENTS.get(service, ())}
    assert {name: value for name, value in given.items() if name in case.given or name not in unsure} == case.given


def test_what_client_libraries_read_is_given_as_well() -> None:
    given = environment_for(needing("postgresql", provider="node"), [AT["postgresql"]])
    assert given["PGHOST"] == "127.0.0.1"
    assert given["PGPASSWORD"] == "pw"
    assert given["DATABASE_URL"] == "postgresql://ann:pw@127.0.0.1:5432/shop"


def test_without_a_password_no_address_holds_one() -> None:
    open_ = Address(service="redis", port=6379, login=Login(user="default", database="0"))
    given = environment_for(needing("redis", reads=["REDIS_URL"]), [open_])
    assert given == {"REDIS_URL": "redis://127.0.0.1:6379/0"}


@dataclass(frozen=True, kw_only=True)
class Needed:
    id: str
    component: Component
    services: tuple[str, ...]
    forms: Mapping[str, str] = field(default_factory=dict)


REQUIRED_URL = Variable(name="DATABASE_URL", required=True)
NEEDED = (
    Needed(id="of-the-plan", component=needing("redis", "postgresql"), services=("redis", "postgresql")),
    Needed(
        id="a-required-variable-that-names-one",
        component=needing(reads=[Variable(name="REDIS_URL", required=True)]),
        services=("redis",),
    ),
    Needed(id="an-optional-variable-is-no-need", component=needing(reads=["REDIS_URL"]), services=()),
    Needed(id="a-database-of-no-kind", component=needing(reads=[REQUIRED_URL]), services=()),
    Needed(
        id="a-database-whose-kind-the-project-writes",
        component=needing(reads=[REQUIRED_URL]),
        forms={"DATABASE_URL": "postgresql+psycopg"},
        services=("postgresql",),
    ),
    Needed(
        id="mysql-is-not-needed-twice",
        component=needing("mariadb", reads=[Variable(name="MYSQL_HOST", required=True)]),
        services=("mariadb",),
    ),
)


@pytest.mark.parametrize("case", NEEDED, ids=lambda case: case.id)
def test_what_is_needed_is_what_the_plan_and_required_variables_say(case: Needed) -> None:
    assert needed(case.component, case.forms) == case.services


def test_a_login_is_made_up_as_far_as_the_component_can_be_told_it() -> None:
    told = told_of(namings(needing("postgresql", reads=["DB_HOST", "DB_PASSWORD"]), ["postgresql"]), "postgresql")
    login = login_for(POSTGRESQL, told)
    assert (login.user, login.database) == ("postgres", "postgres")
    assert len(login.password) == 32
    url = told_of(namings(needing("postgresql", reads=["DATABASE_URL"]), ["postgresql"]), "postgresql")
    assert login_for(POSTGRESQL, url).user.startswith("u")
    assert login_for(POSTGRESQL, url) != login_for(POSTGRESQL, url)


def test_a_component_that_is_told_no_password_is_asked_for_none() -> None:
    told = told_of(namings(needing("redis", reads=["REDIS_HOST"]), ["redis"]), "redis")
    assert login_for(REDIS, told).password == ""
    assert login_for(RABBITMQ, frozenset({"host"})).user == "guest"


def test_a_password_shows_in_no_representation() -> None:
    assert "pw" not in repr(AT["postgresql"])


def test_what_stands_in_is_known_to_plans_each_service_once() -> None:
    names = [name for stand in STANDS for name in stand.services]
    assert len(names) == len(set(names))
    assert set(names) <= set(SERVICES)
    assert len({stand.port for stand in STANDS}) == len(STANDS)
