"""Packages of Hex (Elixir, Erlang, Gleam) that are clients of a service."""

CLIENTS: dict[str, str] = {
    "postgrex": "postgresql", "ash_postgres": "postgresql", "epgsql": "postgresql", "pgo": "postgresql",
    "gleam_pgo": "postgresql", "pog": "postgresql", "p1_pgsql": "postgresql", "squirrel": "postgresql",
    "myxql": "mysql", "mariaex": "mysql", "mysql": "mysql", "p1_mysql": "mysql", "gmysql": "mysql", "shork": "mysql",
    "tds": "sqlserver", "tds_ecto": "sqlserver",
    "mongodb": "mongodb", "mongodb_driver": "mongodb", "mongodb_ecto": "mongodb", "mungo": "mongodb",
    "redix": "redis", "eredis": "redis", "exq": "redis", "redix_pool": "redis", "verk": "redis",
    "phoenix_pubsub_redis": "redis", "hammer_backend_redis": "redis", "radish": "redis", "valkyrie": "redis",
    "amqp": "rabbitmq", "amqp_client": "rabbitmq", "broadway_rabbitmq": "rabbitmq", "carotte": "rabbitmq",
    "gen_rmq": "rabbitmq",
    "brod": "kafka", "kafka_ex": "kafka", "broadway_kafka": "kafka", "elsa": "kafka", "kaffe": "kafka",
    "franz": "kafka", "brod_gssapi": "kafka",
    "gnat": "nats", "glats": "nats",
    "elasticsearch": "elasticsearch", "elastix": "elasticsearch", "tirexs": "elasticsearch",
    "snap": "elasticsearch", "opensearch": "opensearch",
    "memcachex": "memcached", "mcd": "memcached",
    "ch": "clickhouse", "ecto_ch": "clickhouse", "clickhousex": "clickhouse", "pillar": "clickhouse",
    "xandra": "cassandra", "exandra": "cassandra", "bolt_sips": "neo4j", "boltx": "neo4j",
    "ex_aws_s3": "object-storage", "waffle": "object-storage", "arc": "object-storage", "aws": "object-storage",
    "gen_smtp": "smtp", "bamboo_smtp": "smtp", "gcourier": "smtp",
}  # fmt: skip
"""By package, lower case."""
