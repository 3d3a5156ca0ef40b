"""Which service a dependency is a client of: one table for all languages, by the name of the package."""

from builder.draft import Draft
from builder.grounds import DECLARED
from builder.plan import Service
from core.evidence import Evidence
from core.phrase import Phrase

CLIENTS: dict[str, dict[str, str]] = {
    "go": {
        "github.com/lib/pq": "postgresql", "github.com/jackc/pgx": "postgresql",
        "gorm.io/driver/postgres": "postgresql", "github.com/go-sql-driver/mysql": "mysql",
        "gorm.io/driver/mysql": "mysql", "go.mongodb.org/mongo-driver": "mongodb",
        "github.com/redis/go-redis": "redis", "github.com/go-redis/redis": "redis",
        "github.com/gomodule/redigo": "redis", "github.com/segmentio/kafka-go": "kafka",
        "github.com/ibm/sarama": "kafka", "github.com/shopify/sarama": "kafka",
        "github.com/confluentinc/confluent-kafka-go": "kafka", "github.com/twmb/franz-go": "kafka",
        "github.com/rabbitmq/amqp091-go": "rabbitmq", "github.com/streadway/amqp": "rabbitmq",
        "github.com/nats-io/nats.go": "nats", "github.com/minio/minio-go": "object-storage",
        "github.com/elastic/go-elasticsearch": "elasticsearch",
        "github.com/opensearch-project/opensearch-go": "opensearch",
        "github.com/bradfitz/gomemcache": "memcached", "github.com/clickhouse/clickhouse-go": "clickhouse",
        "github.com/gocql/gocql": "cassandra", "github.com/denisenkom/go-mssqldb": "sqlserver",
        "github.com/microsoft/go-mssqldb": "sqlserver", "github.com/neo4j/neo4j-go-driver": "neo4j",
        "github.com/qdrant/go-client": "qdrant",
    },
}  # fmt: skip
"""By ecosystem. Names are lower case, in the ecosystem's own form; for Go without the major version."""


def add_service(draft: Draft, ecosystem: str, package: str, evidence: Evidence | None) -> None:
    """Add the service that a dependency is a client of, if it is one."""
    service = CLIENTS.get(ecosystem, {}).get(package.lower())
    if service and all(one.name != service for one in draft.services):
        draft.services.add(
            Service(name=service),
            DECLARED,
            f"{ecosystem}.service.client",
            Phrase(
                en=f"It depends on {package}, a client of {service}.", zh=f"依赖 {package}，即 {service} 的客户端。"
            ),
            evidence,
        )
