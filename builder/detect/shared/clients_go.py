"""Go modules that are clients of a service."""

CLIENTS: dict[str, str] = {
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
    "github.com/opensearch-project/opensearch-go": "opensearch", "github.com/bradfitz/gomemcache": "memcached",
    "github.com/clickhouse/clickhouse-go": "clickhouse", "github.com/gocql/gocql": "cassandra",
    "github.com/denisenkom/go-mssqldb": "sqlserver", "github.com/microsoft/go-mssqldb": "sqlserver",
    "github.com/neo4j/neo4j-go-driver": "neo4j", "github.com/qdrant/go-client": "qdrant",
}  # fmt: skip
"""By module, lower case, without the major version."""
