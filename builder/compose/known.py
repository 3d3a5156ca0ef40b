"""Images that many compose files name: who runs in them, where they listen and keep their data.

Facts of the images' own pages and Dockerfiles. What is not listed is run as the builder's usual user, and said.
"""

from dataclasses import dataclass

from builder.detect.truths.images import reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An image. ``writable`` are the folders that it writes to; ``root`` says that it writes elsewhere too.

    ``home`` is a variable that must point below the volume, because its own folder must be empty and its own.
    """

    user: int
    alpine: int = 0
    """The user's number in the variant on Alpine, 0: the same."""
    ports: tuple[int, ...] = ()
    data: str = ""
    writable: tuple[str, ...] = ("/tmp",)  # noqa: S108 - a folder of the image
    root: bool = False
    home: tuple[str, str] | None = None


_POSTGRES = Known(
    user=999,
    alpine=70,
    ports=(5432,),
    data="/var/lib/postgresql/data",
    writable=("/tmp", "/var/run/postgresql"),  # noqa: S108 - folders of the image
    home=("PGDATA", "/var/lib/postgresql/data/pgdata"),
)
_REDIS = Known(user=999, ports=(6379,), data="/data")
_MYSQL = Known(user=999, ports=(3306,), data="/var/lib/mysql", writable=("/tmp", "/var/run/mysqld"))  # noqa: S108

IMAGES: dict[str, Known] = {
    "postgres": _POSTGRES,
    "postgis/postgis": _POSTGRES,
    "pgvector/pgvector": _POSTGRES,
    "timescale/timescaledb": Known(
        user=70,
        ports=(5432,),
        data="/var/lib/postgresql/data",
        writable=_POSTGRES.writable,
        home=_POSTGRES.home,
    ),
    "mysql": _MYSQL,
    "mariadb": Known(user=999, ports=(3306,), data="/var/lib/mysql", writable=("/tmp", "/run/mysqld")),  # noqa: S108
    "mongo": Known(user=999, ports=(27017,), data="/data/db"),
    "redis": _REDIS,
    "valkey/valkey": _REDIS,
    "memcached": Known(user=11211, ports=(11211,)),
    "nats": Known(user=10001, ports=(4222,)),
    "nginx": Known(
        user=101,
        ports=(80,),
        writable=("/tmp", "/var/cache/nginx", "/run"),  # noqa: S108 - folders of the image
    ),
    "nginxinc/nginx-unprivileged": Known(user=101, ports=(8080,)),
    "rabbitmq": Known(user=999, alpine=100, ports=(5672,), data="/var/lib/rabbitmq", root=True),
    "elasticsearch": Known(user=1000, ports=(9200,), data="/usr/share/elasticsearch/data", root=True),
    "docker.elastic.co/elasticsearch/elasticsearch": Known(
        user=1000, ports=(9200,), data="/usr/share/elasticsearch/data", root=True
    ),
    "opensearchproject/opensearch": Known(user=1000, ports=(9200,), data="/usr/share/opensearch/data", root=True),
    "clickhouse/clickhouse-server": Known(user=101, ports=(8123, 9000), data="/var/lib/clickhouse", root=True),
    "minio/minio": Known(user=10001, ports=(9000,), data="/data"),
    "qdrant/qdrant": Known(user=1000, ports=(6333, 6334), data="/qdrant/storage", root=True),
    "mailhog/mailhog": Known(user=1000, ports=(1025, 8025)),
    "axllent/mailpit": Known(user=10001, ports=(1025, 8025)),
    "bitnami/postgresql": Known(user=1001, ports=(5432,), data="/bitnami/postgresql", root=True),
    "bitnami/redis": Known(user=1001, ports=(6379,), data="/bitnami/redis/data", root=True),
    "grafana/grafana": Known(user=472, ports=(3000,), data="/var/lib/grafana", writable=("/tmp", "/var/log/grafana")),  # noqa: S108
    "prom/prometheus": Known(user=65534, ports=(9090,), data="/prometheus"),
}
"""By the path of the image, as Docker Hub knows it."""


def known(image: str) -> Known | None:
    """Return what is known of an image."""
    one = reference(image)
    path = one.path.removeprefix("docker.io/").removeprefix("index.docker.io/").removeprefix("library/")
    return IMAGES.get(path)


def user_of(image: str, one: Known) -> int:
    """Return the number of the user that an image runs as."""
    return one.alpine if one.alpine and "alpine" in reference(image).tag else one.user
