"""Which service a NuGet package is a client of, by the package's name or its beginning, in lower case."""

CLIENTS: dict[str, str] = {
    "npgsql": "postgresql", "marten": "postgresql", "hangfire.postgresql": "postgresql", "aspire.npgsql": "postgresql",
    "aspnetcore.healthchecks.npgsql": "postgresql", "wolverinefx.postgresql": "postgresql",
    "linq2db.postgresql": "postgresql",
    "mysql.data": "mysql", "mysqlconnector": "mysql", "pomelo.entityframeworkcore.mysql": "mysql",
    "mysql.entityframeworkcore": "mysql", "aspire.mysqlconnector": "mysql",
    "microsoft.entityframeworkcore.sqlserver": "sqlserver", "microsoft.data.sqlclient": "sqlserver",
    "system.data.sqlclient": "sqlserver", "hangfire.sqlserver": "sqlserver",
    "aspire.microsoft.entityframeworkcore.sqlserver": "sqlserver",
    "oracle.entityframeworkcore": "oracle", "oracle.manageddataaccess": "oracle",
    "mongodb.driver": "mongodb", "mongodb.entityframeworkcore": "mongodb", "mongoframework": "mongodb",
    "aspire.mongodb": "mongodb",
    "stackexchange.redis": "redis", "microsoft.extensions.caching.stackexchangeredis": "redis",
    "servicestack.redis": "redis",
    "csredis": "redis", "freeredis": "redis", "aspire.stackexchange.redis": "redis",
    "microsoft.aspnetcore.signalr.stackexchangeredis": "redis", "redis.om": "redis",
    "confluent.kafka": "kafka", "masstransit.kafka": "kafka", "kafkaflow": "kafka", "dotnetcore.cap.kafka": "kafka",
    "rabbitmq.client": "rabbitmq", "masstransit.rabbitmq": "rabbitmq", "easynetq": "rabbitmq",
    "rebus.rabbitmq": "rabbitmq",
    "nservicebus.rabbitmq": "rabbitmq", "dotnetcore.cap.rabbitmq": "rabbitmq", "wolverinefx.rabbitmq": "rabbitmq",
    "nats.client": "nats", "nats.net": "nats",
    "elastic.clients.elasticsearch": "elasticsearch", "nest": "elasticsearch", "elasticsearch.net": "elasticsearch",
    "opensearch.client": "opensearch", "opensearch.net": "opensearch",
    "cassandracsharpdriver": "cassandra", "clickhouse.client": "clickhouse", "octonica.clickhouseclient": "clickhouse",
    "clickhouse.driver": "clickhouse", "enyimmemcachedcore": "memcached", "enyimmemcached": "memcached",
    "minio": "object-storage", "awssdk.s3": "object-storage", "azure.storage.blobs": "object-storage",
    "google.cloud.storage": "object-storage", "mailkit": "smtp", "fluentemail.smtp": "smtp", "neo4j.driver": "neo4j",
    "qdrant.client": "qdrant",
}  # fmt: skip
"""Names with more after a dot count too: ``npgsql`` stands for ``Npgsql.EntityFrameworkCore.PostgreSQL``."""


def service_of(package: str) -> str:
    """Return the service that a package is a client of, empty for none."""
    lower = package.lower()
    return next((service for name, service in CLIENTS.items() if lower == name or lower.startswith(f"{name}.")), "")
