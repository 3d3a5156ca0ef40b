"""Programs that scripts call: those that listen, those that come in a package, those that talk to a service."""

SERVERS: dict[str, tuple[str, ...]] = {
    "socat": (), "nc": ("-l",), "ncat": ("-l",), "netcat": ("-l",), "nc.traditional": ("-l",), "nc.openbsd": ("-l",),
    "tcpserver": (), "websocketd": (), "ttyd": (), "gotty": (), "shell2http": (), "darkhttpd": (), "webfsd": (),
    "thttpd": (), "mini_httpd": (), "httpd": (), "nginx": (), "lighttpd": (), "caddy": (), "http-server": (),
    "systemd-socket-activate": ("-l",), "webhook": (), "haproxy": (), "xinetd": (), "inetd": (), "sshd": (),
}  # fmt: skip
"""By name, with a flag that it must be given to listen. ``socat`` is judged by its addresses."""

USUAL: dict[str, int] = {
    "httpd": 80, "nginx": 80, "lighttpd": 80, "caddy": 80, "ttyd": 7681, "shell2http": 8080, "http-server": 8080,
    "darkhttpd": 8080, "gotty": 8080, "webhook": 9000, "websocketd": 80, "python": 8000,
}  # fmt: skip
"""Ports that they listen on when they are told none."""

PACKAGES: dict[str, str] = {
    "aws": "awscli", "bc": "bc", "convert": "imagemagick", "cron": "cron", "crond": "cron", "curl": "curl",
    "dig": "dnsutils", "ffmpeg": "ffmpeg", "git": "git", "gpg": "gnupg", "htpasswd": "apache2-utils",
    "httpd": "busybox",
    "inotifywait": "inotify-tools", "ip": "iproute2", "jq": "jq", "lftp": "lftp", "lighttpd": "lighttpd",
    "make": "make",
    "mail": "mailutils", "mongodump": "mongo-tools", "mosquitto_pub": "mosquitto-clients",
    "mosquitto_sub": "mosquitto-clients", "mysql": "default-mysql-client", "mysqldump": "default-mysql-client",
    "nc": "netcat-openbsd", "ncat": "ncat", "netcat": "netcat-openbsd", "nginx": "nginx-light", "nmap": "nmap",
    "openssl": "openssl", "pg_dump": "postgresql-client", "pg_dumpall": "postgresql-client",
    "pg_isready": "postgresql-client", "pg_restore": "postgresql-client", "php": "php-cli", "ping": "iputils-ping",
    "ps": "procps", "psql": "postgresql-client", "python": "python3", "python3": "python3", "rclone": "rclone",
    "redis-cli": "redis-tools", "restic": "restic", "rsync": "rsync", "s3cmd": "s3cmd", "scp": "openssh-client",
    "sendmail": "msmtp-mta", "sftp": "openssh-client", "socat": "socat", "sqlite3": "sqlite3", "ssh": "openssh-client",
    "sshpass": "sshpass", "tcpserver": "ucspi-tcp", "tesseract": "tesseract-ocr", "unzip": "unzip", "wget": "wget",
    "xmlstarlet": "xmlstarlet", "xmllint": "libxml2-utils", "zip": "zip", "darkhttpd": "darkhttpd", "perl": "perl",
    "mutt": "mutt", "yt-dlp": "yt-dlp", "gawk": "gawk", "at": "at", "whois": "whois", "traceroute": "traceroute",
}  # fmt: skip
"""Debian packages of programs that a small image lacks."""

SERVICES: dict[str, str] = {
    "mongodump": "mongodb", "mongosh": "mongodb", "mongo": "mongodb", "mysql": "mysql", "mysqldump": "mysql",
    "pg_dump": "postgresql", "pg_dumpall": "postgresql", "pg_isready": "postgresql", "pg_restore": "postgresql",
    "psql": "postgresql", "redis-cli": "redis", "s3cmd": "object-storage", "cqlsh": "cassandra",
    "rabbitmqadmin": "rabbitmq", "kafka-console-consumer.sh": "kafka", "kcat": "kafka", "nats": "nats",
}  # fmt: skip
"""Services that programs are clients of."""

FOR_EVER = frozenset({"crond", "cron", "inotifywait", "supercronic", "fswatch"})
"""Programs that run until they are stopped."""

ENTRIES = (
    "entrypoint", "docker-entrypoint", "start", "run", "server", "serve", "main", "app", "service", "daemon", "worker",
    "index", "watch", "monitor", "job", "cron", "task", "backup", "sync", "bot",
)  # fmt: skip
"""Names of the script that people start, the likeliest first."""

ONCE = frozenset({"job", "task", "backup", "sync", "cron", "run", "start", "main", "entrypoint", "docker-entrypoint"})
"""Of these, names of scripts that do their work and end, where nothing in them says that they go on."""
