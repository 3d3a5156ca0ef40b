"""All services that can be stood in for."""

from typing import Final

from builder.check.services.memcached import MEMCACHED
from builder.check.services.model import Stand
from builder.check.services.mongodb import MONGODB
from builder.check.services.mysql import MYSQL
from builder.check.services.postgresql import POSTGRESQL
from builder.check.services.rabbitmq import RABBITMQ
from builder.check.services.redis import REDIS
from builder.check.services.smtp import SMTP

STANDS: Final[tuple[Stand, ...]] = (POSTGRESQL, MYSQL, MONGODB, REDIS, MEMCACHED, RABBITMQ, SMTP)

DATABASES: Final = ("postgresql", "mysql", "mariadb", "mongodb", "sqlserver", "oracle")
"""What "the database" of a component is, and what migrations are for."""

TITLES: Final = {
    "kafka": "Kafka", "nats": "NATS", "elasticsearch": "Elasticsearch", "opensearch": "OpenSearch",
    "clickhouse": "ClickHouse", "cassandra": "Cassandra", "object-storage": "Object storage",
    "sqlserver": "SQL Server", "oracle": "Oracle", "neo4j": "Neo4j", "qdrant": "Qdrant",
}  # fmt: skip
"""How those are called that are not stood in for."""


def stand_of(service: str) -> Stand | None:
    """Return what stands in for a service of ``plan.SERVICES``."""
    return next((one for one in STANDS if service in one.services), None)


def title_of(service: str) -> str:
    """Return how people call a service."""
    own = {"mysql": "MySQL", "mariadb": "MariaDB"} | TITLES
    stand = stand_of(service)
    return own.get(service) or (stand.title if stand else service)
