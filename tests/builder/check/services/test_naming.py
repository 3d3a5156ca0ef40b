"""What names of variables tell, as projects write them."""

from dataclasses import dataclass

import pytest

from builder.check.services.naming import Told, read, words_of

DATABASE = ("postgresql", "mysql", "mariadb", "mongodb")
MYSQL = ("mysql", "mariadb")


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    told: Told | None


def one(name: str, service: str, part: str) -> Case:
    services = MYSQL if service == "mysql" else (service,)
    return Case(id=name, told=Told(services=services, part=part, only=True))  # type: ignore[arg-type]


def several(name: str, services: tuple[str, ...], part: str) -> Case:
    return Case(id=name, told=Told(services=services, part=part, only=False))  # type: ignore[arg-type]


def nothing(name: str) -> Case:
    return Case(id=name, told=None)


CASES = (
    several("DATABASE_URL", DATABASE, "url"),
    several("DATABASE_PRIVATE_URL", DATABASE, "url"),
    several("DB_HOST", DATABASE, "host"),
    several("DBHOST", DATABASE, "host"),
    several("dbHost", DATABASE, "host"),
    several("DB_PORT", DATABASE, "port"),
    several("DB_USER_NAME", DATABASE, "user"),
    several("DB_PASS", DATABASE, "password"),
    several("DB_NAME", DATABASE, "database"),
    several("DB_DATABASE", DATABASE, "database"),
    several("DB_CONNECTION", DATABASE, "connection"),
    several("DATABASE_CLIENT", ("postgresql", "mysql", "mariadb"), "dialect"),
    several("SQL_HOST", DATABASE, "host"),
    several("SHOP_DB_HOST", DATABASE, "host"),
    several("SQLALCHEMY_DATABASE_URI", DATABASE, "url"),
    several("SPRING_DATASOURCE_URL", DATABASE, "url"),
    several("SPRING_DATASOURCE_USERNAME", DATABASE, "user"),
    several("QUARKUS_DATASOURCE_JDBC_URL", DATABASE, "url"),
    several("DATASOURCES_DEFAULT_PASSWORD", DATABASE, "password"),
    several("ConnectionStrings__DefaultConnection", DATABASE, "url"),
    one("ConnectionStrings__Redis", "redis", "url"),
    one("PGHOST", "postgresql", "host"),
    one("PGDATABASE", "postgresql", "database"),
    one("POSTGRES_DB", "postgresql", "database"),
    one("POSTGRES_USER", "postgresql", "user"),
    one("POSTGRES_DB_NAME", "postgresql", "database"),
    one("POSTGRES_SSL_MODE", "postgresql", "tls"),
    one("MYSQL_ROOT_PASSWORD", "mysql", "password"),
    one("MARIADB_DATABASE", "mysql", "database"),
    one("JAWSDB_URL", "mysql", "url"),
    one("MONGO_URI", "mongodb", "url"),
    one("MONGOURL", "mongodb", "url"),
    one("MONGO_INITDB_ROOT_USERNAME", "mongodb", "user"),
    one("SPRING_DATA_MONGODB_URI", "mongodb", "url"),
    one("MongoDbUrl", "mongodb", "url"),
    one("REDIS_URL", "redis", "url"),
    one("REDISHOST", "redis", "host"),
    one("REDIS_ADDR", "redis", "address"),
    one("REDIS_CACHE_DB", "redis", "database"),
    one("CELERY_REDIS_URL", "redis", "url"),
    one("SPRING_DATA_REDIS_HOST", "redis", "host"),
    one("MEMCACHE_SERVERS", "memcached", "address"),
    one("AMQP_URL", "rabbitmq", "url"),
    one("RABBITMQ_VHOST", "rabbitmq", "vhost"),
    one("SPRING_RABBITMQ_PASSWORD", "rabbitmq", "password"),
    several("CELERY_BROKER_URL", ("rabbitmq", "redis"), "url"),
    several("CELERY_RESULT_BACKEND", ("rabbitmq", "redis"), "url"),
    several("MESSENGER_TRANSPORT_DSN", ("rabbitmq", "redis"), "url"),
    several("CACHE_URL", ("redis", "memcached"), "url"),
    one("SMTP_HOST", "smtp", "host"),
    one("MAIL_SERVER", "smtp", "host"),
    one("EMAIL_HOST_PASSWORD", "smtp", "password"),
    one("EMAIL_USE_TLS", "smtp", "tls"),
    one("MAILER_DSN", "smtp", "url"),
    nothing("PORT"),
    nothing("HOST"),
    nothing("DATABASE"),
    nothing("API_URL"),
    nothing("SECRET_KEY"),
    nothing("DB_POOL_SIZE"),
    nothing("DATABASE_AUTH_TOKEN"),
    nothing("POSTGRES_PASSWORD_FILE"),
    nothing("REDIS_PREFIX"),
    nothing("EMAIL_VERIFICATION_URL"),
    nothing("RESET_PASSWORD_URL"),
    nothing("MAIL_FROM_ADDRESS"),
    nothing("MAIL_FROM_NAME"),
    nothing("ADMIN_EMAIL"),
    nothing("ADMIN_EMAIL_ADDRESS"),
    nothing("AWS_SQS_QUEUE_URL"),
    nothing("QUEUE_NAME"),
    nothing(""),
    nothing("_"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id or "empty")
def test_a_name_tells_a_part_of_a_service(case: Case) -> None:
    told = read(case.id)
    if case.told is not None and told is not None and not case.told.only:
        assert set(told.services) <= set(case.told.services)
        assert (told.part, told.only) == (case.told.part, False)
    else:
        assert told == case.told


@pytest.mark.parametrize("name", ["DB_HOST", "dbHost", "DbHost", "Db__Host", "db-host", "DBHOST"])
def test_the_words_of_a_name_are_the_same_however_it_is_written(name: str) -> None:
    assert words_of(name) == ("DB", "HOST")
