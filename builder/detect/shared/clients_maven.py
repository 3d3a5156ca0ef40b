"""Which service a library of Maven Central or Clojars is a client of, by ``group:name`` or its beginning."""

CLIENTS: dict[str, str] = {
    "org.postgresql:postgresql": "postgresql", "org.postgresql:r2dbc-postgresql": "postgresql",
    "io.r2dbc:r2dbc-postgresql": "postgresql", "io.vertx:vertx-pg-client": "postgresql",
    "io.quarkus:quarkus-jdbc-postgresql": "postgresql", "io.quarkus:quarkus-reactive-pg-client": "postgresql",
    "com.impossibl.pgjdbc-ng:pgjdbc-ng": "postgresql", "org.tpolecat:doobie-postgres": "postgresql",
    "org.tpolecat:skunk-core": "postgresql",
    "mysql:mysql-connector-java": "mysql", "com.mysql:mysql-connector-j": "mysql", "dev.miku:r2dbc-mysql": "mysql",
    "io.asyncer:r2dbc-mysql": "mysql", "io.vertx:vertx-mysql-client": "mysql",
    "io.quarkus:quarkus-jdbc-mysql": "mysql", "io.quarkus:quarkus-reactive-mysql-client": "mysql",
    "org.mariadb.jdbc:mariadb-java-client": "mariadb", "org.mariadb:r2dbc-mariadb": "mariadb",
    "io.quarkus:quarkus-jdbc-mariadb": "mariadb",
    "com.microsoft.sqlserver:mssql-jdbc": "sqlserver", "io.quarkus:quarkus-jdbc-mssql": "sqlserver",
    "com.oracle.database.jdbc:ojdbc": "oracle", "com.oracle:ojdbc": "oracle",
    "io.quarkus:quarkus-jdbc-oracle": "oracle",
    "org.mongodb:mongo": "mongodb", "org.mongodb.scala:mongo": "mongodb", "org.litote.kmongo:kmongo": "mongodb",
    "org.springframework.boot:spring-boot-starter-data-mongodb": "mongodb", "dev.morphia.morphia:": "mongodb",
    "io.quarkus:quarkus-mongodb": "mongodb", "io.micronaut.mongodb:": "mongodb",
    "io.vertx:vertx-mongo-client": "mongodb",
    "com.novemberain:monger": "mongodb", "org.reactivemongo:": "mongodb",
    "redis.clients:jedis": "redis", "io.lettuce:lettuce-core": "redis", "org.redisson:redisson": "redis",
    "org.springframework.boot:spring-boot-starter-data-redis": "redis", "io.quarkus:quarkus-redis-client": "redis",
    "io.micronaut.redis:": "redis", "io.vertx:vertx-redis-client": "redis", "com.taoensso:carmine": "redis",
    "org.springframework.session:spring-session-data-redis": "redis", "dev.profunktor:redis4cats": "redis",
    "org.apache.kafka:kafka-clients": "kafka", "org.apache.kafka:kafka-streams": "kafka",
    "org.springframework.kafka:spring-kafka": "kafka", "io.quarkus:quarkus-smallrye-reactive-messaging-kafka": "kafka",
    "io.quarkus:quarkus-messaging-kafka": "kafka", "io.quarkus:quarkus-kafka": "kafka", "io.micronaut.kafka:": "kafka",
    "org.springframework.cloud:spring-cloud-starter-stream-kafka": "kafka",
    "org.springframework.cloud:spring-cloud-stream-binder-kafka": "kafka", "io.vertx:vertx-kafka-client": "kafka",
    "com.github.fd4s:fs2-kafka": "kafka", "com.typesafe.akka:akka-stream-kafka": "kafka",
    "com.rabbitmq:amqp-client": "rabbitmq", "org.springframework.boot:spring-boot-starter-amqp": "rabbitmq",
    "io.quarkus:quarkus-smallrye-reactive-messaging-rabbitmq": "rabbitmq", "io.micronaut.rabbitmq:": "rabbitmq",
    "io.quarkus:quarkus-messaging-rabbitmq": "rabbitmq", "com.novemberain:langohr": "rabbitmq",
    "org.springframework.cloud:spring-cloud-stream-binder-rabbit": "rabbitmq",
    "io.nats:jnats": "nats", "io.micronaut.nats:": "nats",
    "co.elastic.clients:elasticsearch-java": "elasticsearch", "org.elasticsearch.client:": "elasticsearch",
    "org.springframework.boot:spring-boot-starter-data-elasticsearch": "elasticsearch",
    "org.opensearch.client:": "opensearch",
    "com.clickhouse:clickhouse": "clickhouse", "ru.yandex.clickhouse:": "clickhouse",
    "com.datastax.oss:java-driver-core": "cassandra", "com.datastax.cassandra:": "cassandra",
    "org.springframework.boot:spring-boot-starter-data-cassandra": "cassandra",
    "io.minio:minio": "object-storage", "software.amazon.awssdk:s3": "object-storage",
    "com.amazonaws:aws-java-sdk-s3": "object-storage", "com.google.cloud:google-cloud-storage": "object-storage",
    "com.azure:azure-storage-blob": "object-storage", "com.aliyun.oss:aliyun-sdk-oss": "object-storage",
    "net.spy:spymemcached": "memcached", "com.googlecode.xmemcached:": "memcached",
    "org.springframework.boot:spring-boot-starter-mail": "smtp", "com.sun.mail:": "smtp",
    "io.quarkus:quarkus-mailer": "smtp",
    "org.eclipse.angus:angus-mail": "smtp", "org.simplejavamail:": "smtp", "javax.mail:": "smtp",
    "org.neo4j.driver:": "neo4j", "org.springframework.boot:spring-boot-starter-data-neo4j": "neo4j",
    "io.qdrant:client": "qdrant",
}  # fmt: skip
"""By ``group:name``; what ends in a colon stands for the whole group, other entries also for longer names."""

EMBEDDED = (
    "com.h2database:h2",
    "org.hsqldb:hsqldb",
    "org.apache.derby:derby",
    "io.quarkus:quarkus-jdbc-h2",
    "org.xerial:sqlite-jdbc",
)
"""Databases that run inside of the program."""

RELATIONAL = frozenset({"postgresql", "mysql", "mariadb", "sqlserver", "oracle"})

ADDRESSES = {
    "postgresql": "postgresql", "mysql": "mysql", "mariadb": "mariadb", "sqlserver": "sqlserver", "oracle": "oracle",
    "clickhouse": "clickhouse", "mongodb": "mongodb", "redis": "redis",
}  # fmt: skip
"""The database that ``jdbc:NAME:`` or ``NAME://`` means."""


def service_of(full: str) -> str:
    """Return the service that ``group:name`` is a client of, empty for none."""
    return next((service for start, service in CLIENTS.items() if full.startswith(start)), "")
