"""Gems that are clients of a service."""

CLIENTS: dict[str, str] = {
    "pg": "postgresql", "activerecord-postgis-adapter": "postgresql", "activerecord-postgresql-adapter": "postgresql",
    "que": "postgresql", "good_job": "postgresql", "queue_classic": "postgresql",
    "mysql2": "mysql", "trilogy": "mysql", "activerecord-trilogy-adapter": "mysql", "ruby-mysql": "mysql",
    "redis": "redis", "redis-client": "redis", "hiredis": "redis", "hiredis-client": "redis", "sidekiq": "redis",
    "resque": "redis", "redis-rails": "redis", "redis-store": "redis", "redis-actionpack": "redis",
    "redis-namespace": "redis", "ohm": "redis", "async-redis": "redis", "kredis": "redis",
    "mongo": "mongodb", "mongoid": "mongodb", "mongo_mapper": "mongodb",
    "bunny": "rabbitmq", "sneakers": "rabbitmq", "kicks": "rabbitmq", "hutch": "rabbitmq", "march_hare": "rabbitmq",
    "ruby-kafka": "kafka", "rdkafka": "kafka", "karafka": "kafka", "racecar": "kafka", "waterdrop": "kafka",
    "delivery_boy": "kafka", "karafka-rdkafka": "kafka", "phobos": "kafka",
    "nats-pure": "nats", "nats": "nats",
    "elasticsearch": "elasticsearch", "elasticsearch-model": "elasticsearch", "elasticsearch-rails": "elasticsearch",
    "chewy": "elasticsearch", "opensearch-ruby": "opensearch",
    "dalli": "memcached", "memcached": "memcached",
    "click_house": "clickhouse", "clickhouse-activerecord": "clickhouse", "clickhouse": "clickhouse",
    "cassandra-driver": "cassandra", "cequel": "cassandra",
    "tiny_tds": "sqlserver", "activerecord-sqlserver-adapter": "sqlserver",
    "ruby-oci8": "oracle", "activerecord-oracle_enhanced-adapter": "oracle",
    "neo4j": "neo4j", "activegraph": "neo4j", "neo4j-ruby-driver": "neo4j", "qdrant-ruby": "qdrant",
    "aws-sdk-s3": "object-storage", "fog-aws": "object-storage", "carrierwave-aws": "object-storage",
    "google-cloud-storage": "object-storage", "minio": "object-storage",
    "pony": "smtp",
}  # fmt: skip
"""By gem, lower case."""
