"""Which service a distribution of the Python index is a client of. Names are in the index's normal form."""

CLIENTS: dict[str, str] = {
    "aiobotocore": "object-storage", "aiokafka": "kafka", "aiomcache": "memcached", "aiomysql": "mysql",
    "aio-pika": "rabbitmq", "aiopg": "postgresql", "aioredis": "redis", "aiosmtplib": "smtp", "amqp": "rabbitmq",
    "amqpstorm": "rabbitmq", "arq": "redis", "asyncmy": "mysql", "asyncpg": "postgresql", "beanie": "mongodb",
    "boto3": "object-storage", "bunnet": "mongodb", "cassandra-driver": "cassandra", "celery-redbeat": "redis",
    "channels-redis": "redis", "clickhouse-connect": "clickhouse", "clickhouse-driver": "clickhouse",
    "confluent-kafka": "kafka", "cx-oracle": "oracle", "django-anymail": "smtp", "django-redis": "redis",
    "elasticsearch": "elasticsearch", "elasticsearch-dsl": "elasticsearch", "emails": "smtp", "fastapi-mail": "smtp",
    "faust": "kafka", "faust-streaming": "kafka", "flask-mail": "smtp", "flask-mongoengine": "mongodb",
    "flask-mysqldb": "mysql", "flask-pymongo": "mongodb", "flask-redis": "redis", "graphene-mongo": "mongodb",
    "hiredis": "redis", "kafka-python": "kafka", "kafka-python-ng": "kafka", "mariadb": "mariadb",
    "minio": "object-storage", "mongoengine": "mongodb", "motor": "mongodb", "mysql-connector": "mysql",
    "mysql-connector-python": "mysql", "mysqlclient": "mysql", "nats-py": "nats", "asyncio-nats-client": "nats",
    "neo4j": "neo4j", "neo4j-driver": "neo4j", "neomodel": "neo4j", "odmantic": "mongodb",
    "opensearch-py": "opensearch", "opensearch-dsl": "opensearch", "oracledb": "oracle", "pg8000": "postgresql",
    "pika": "rabbitmq", "psycopg": "postgresql", "psycopg-binary": "postgresql", "psycopg2": "postgresql",
    "psycopg2-binary": "postgresql", "pylibmc": "memcached", "pymemcache": "memcached", "pymongo": "mongodb",
    "pymssql": "sqlserver", "pymysql": "mysql", "python-memcached": "memcached", "qdrant-client": "qdrant",
    "redis": "redis", "redis-py-cluster": "redis", "redis-om": "redis", "rq": "redis", "scylla-driver": "cassandra",
    "s3fs": "object-storage", "sqlalchemy-cockroachdb": "postgresql", "taskiq-redis": "redis", "valkey": "redis",
    "pgvector": "postgresql", "aioodbc": "sqlserver",
}  # fmt: skip
