"""Crates that are clients of a service; ``crate/feature`` where a crate speaks to several, as its features say."""

CLIENTS: dict[str, str] = {
    "async-nats": "nats", "nats": "nats", "async-smtp": "smtp", "lettre": "smtp", "mail-send": "smtp",
    "aws-sdk-s3": "object-storage", "minio": "object-storage", "rust-s3": "object-storage",
    "rusoto_s3": "object-storage", "object_store/aws": "object-storage", "opendal/services-s3": "object-storage",
    "bb8-postgres": "postgresql", "deadpool-postgres": "postgresql", "postgres": "postgresql",
    "tokio-postgres": "postgresql", "pq-sys": "postgresql", "sqlx/postgres": "postgresql",
    "diesel/postgres": "postgresql", "diesel-async/postgres": "postgresql", "sea-orm/sqlx-postgres": "postgresql",
    "welds/postgres": "postgresql", "rbdc-pg": "postgresql", "rocket_db_pools/sqlx_postgres": "postgresql",
    "rocket_sync_db_pools/diesel_postgres_pool": "postgresql", "rocket_sync_db_pools/postgres_pool": "postgresql",
    "mysql": "mysql", "mysql_async": "mysql", "sqlx/mysql": "mysql", "diesel/mysql": "mysql",
    "diesel-async/mysql": "mysql", "sea-orm/sqlx-mysql": "mysql", "rocket_db_pools/sqlx_mysql": "mysql",
    "rocket_sync_db_pools/diesel_mysql_pool": "mysql", "rbdc-mysql": "mysql",
    "mongodb": "mongodb", "wither": "mongodb", "mongod": "mongodb",
    "redis": "redis", "bb8-redis": "redis", "deadpool-redis": "redis", "fred": "redis", "rustis": "redis",
    "r2d2_redis": "redis", "redis-async": "redis", "apalis-redis": "redis",
    "rdkafka": "kafka", "kafka": "kafka", "rskafka": "kafka", "samsa": "kafka",
    "lapin": "rabbitmq", "amqprs": "rabbitmq", "deadpool-lapin": "rabbitmq", "amiquip": "rabbitmq",
    "elasticsearch": "elasticsearch", "elastic": "elasticsearch", "opensearch": "opensearch",
    "memcache": "memcached", "async-memcached": "memcached", "memcache-async": "memcached",
    "clickhouse": "clickhouse", "clickhouse-rs": "clickhouse", "klickhouse": "clickhouse",
    "scylla": "cassandra", "cdrs-tokio": "cassandra", "cassandra-cpp": "cassandra",
    "tiberius": "sqlserver", "bb8-tiberius": "sqlserver", "sqlx/mssql": "sqlserver",
    "oracle": "oracle", "neo4rs": "neo4j", "qdrant-client": "qdrant",
}  # fmt: skip
"""Names as crates.io writes them, lower case."""
