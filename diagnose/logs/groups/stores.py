"""Datastores and brokers that are there and cannot serve: locks, old data, no leader, too many requests."""

from diagnose.logs.signature import HOST, PORT, Signature, patterns

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="B26",
        code="DatastoreVersionIncompatible",
        any_level=True,  # PostgreSQL names both versions in a line of level DETAIL
        released=False,
        words=(
            "incompatible with server",
            "was initialized by postgresql",
            "invalid mysql server",
            "unsupported redo log format",
            "rdb format version",
            "featurecompatibilityversion",
            "cannot upgrade a node from version",
        ),
        patterns=patterns(
            r"initialized by PostgreSQL version (?P<old>[\d.]{1,12}).{0,80}this version (?P<new>[\d.]{1,12})",
            r"database files are incompatible with server",
            r"Invalid MySQL server (?:up|down)grade:? .{0,60}?from (?:the version )?(?P<old>\d{1,8}) to"
            r" (?:the version )?(?P<new>\d{1,8})",
            r"Invalid MySQL server (?:up|down)grade|Unsupported redo log format",
            r"Can't handle RDB format version (?P<old>\d{1,4})",
            r"(?:invalid|wrong|incompatible|unrecognized|UPGRADE PROBLEM).{0,120}featureCompatibilityVersion",
            r"featureCompatibilityVersion.{0,120}(?:invalid|incompatible|not supported|must be)",
            r"cannot upgrade a node from version \[(?P<old>[\d.]{1,16})\].{0,60}to version \[(?P<new>[\d.]{1,16})\]",
        ),
    ),
    Signature(
        id="B25",
        code="DatastoreLockContention",
        released=False,
        words=(
            "deadlock",
            "lock wait timeout",
            "lock timeout",
            "could not obtain lock",
            "acquire change",
            "database is locked",
            "advisory lock",
        ),
        patterns=patterns(
            r"could not obtain lock on (?:row in )?(?P<kind>relation) \"(?P<name>[^\"]{1,120})\"",
            r"deadlock detected|Deadlock found when trying to get lock",
            r"Lock wait timeout exceeded|canceling statement due to lock timeout|could not obtain lock",
            r"Could not acquire change ?log lock",
            r"database is locked",
            r"(?:acquir\w{1,3}|timed out|timeout).{0,80}advisory lock",
        ),
    ),
    Signature(
        id="B25",
        code="DatastoreLockContention",
        variant="waiting",
        released=False,
        any_level=True,  # Liquibase waits for minutes and says so at info
        words=("waiting for change",),
        patterns=patterns(r"Waiting for change ?log lock"),
    ),
    Signature(
        id="B27",
        code="BrokerUnavailable",
        variant="broker",
        connection=True,
        released=False,
        words=("could not be established", "nobrokersavailable", "run out of available brokers"),
        patterns=patterns(
            rf"Connection to node (?P<node>-?\d{{1,10}}) \({HOST}(?:/[^:()]{{0,60}})?:{PORT}\) could not "
            r"be established",
            r"NoBrokersAvailable|client has run out of available brokers",
        ),
    ),
    Signature(
        id="B28",
        code="BrokerUnavailable",
        variant="state",
        released=False,
        words=(
            "leader_not_available",
            "not_enough_replicas",
            "notenoughreplicas",
            "notleaderorfollower",
            "coordinator_not_available",
            "inconsistentclusterid",
        ),
        patterns=patterns(
            r"(?P<state>LEADER_NOT_AVAILABLE|NOT_ENOUGH_REPLICAS|NotEnoughReplicas|NotLeaderOrFollower|"
            r"COORDINATOR_NOT_AVAILABLE|InconsistentClusterId)",
        ),
    ),
    Signature(
        id="B29",
        code="BrokerUnavailable",
        variant="partition",
        released=False,
        words=(
            "running_partitioned_network",
            "inconsistent_database",
            "network partition detected",
            "memory resource limit alarm set",
            "connection_forced",
            "timeout_waiting_for_tables",
        ),
        patterns=patterns(
            r"(?P<state>running_partitioned_network|inconsistent_database|network partition detected|"
            r"memory resource limit alarm set|CONNECTION_FORCED|timeout_waiting_for_tables)",
        ),
    ),
    Signature(
        id="B30",
        code="BrokerUnavailable",
        variant="cluster",
        connection=True,
        released=False,
        words=(
            "clusterdown",
            "loading redis",
            "no master found",
            "no primary",
            "replicasetnoprimary",
            "server selection",
            "no leader",
            "no servers available",
        ),
        patterns=patterns(
            r"(?P<state>CLUSTERDOWN|LOADING Redis is loading|No master found|ReplicaSetNoPrimary|No primary\b|"
            r"Server selection (?:timed out|timeout)|etcdserver: no leader|no servers available)",
        ),
    ),
    Signature(
        id="B39",
        code="ClientPortMismatch",
        variant="tls",
        released=False,
        words=(
            "http response to https client",
            "does not look like a tls handshake",
            "wrong version number",
            "wrong_version_number",
            "unrecognized ssl message",
            "does not support ssl",
            "packet length too long",
        ),
        patterns=patterns(
            rf"https?://{HOST}:{PORT}.{{0,200}}(?:HTTP response to HTTPS client|like a TLS handshake|wrong version)",
            rf"https?://{HOST}(?::{PORT})?.{{0,200}}(?:HTTP response to HTTPS client|look like a TLS handshake)",
            rf"host='{HOST}', port={PORT}.{{0,300}}wrong.version.number",
            rf"server at \"{HOST}\".{{0,60}}port {PORT} failed: server does not support SSL",
            r"HTTP response to HTTPS client|first record does not look like a TLS handshake|"
            r"Unsupported or unrecognized SSL message|server does not support SSL",
            r"(?:SSL|EPROTO).{0,120}(?:wrong.version.number|packet length too long)",
        ),
        not_patterns=patterns(r"handshake error from|healthz|kube-probe"),
    ),
    Signature(
        id="B39",
        code="ClientPortMismatch",
        variant="plain",
        released=False,
        words=("http request to an https server", "http request was sent to https port"),
        patterns=patterns(
            rf"https?://{HOST}:{PORT}.{{0,200}}HTTP request (?:to an HTTPS server|was sent to HTTPS port)",
            r"HTTP request (?:to an HTTPS server|was sent to HTTPS port)",
        ),
        not_patterns=patterns(r"handshake error from|client \S{1,40}: |, client: "),
    ),
    Signature(
        id="B44",
        code="UpstreamRateLimited",
        released=False,
        words=("429", "rate limit", "rate-limit", "ratelimit", "resource_exhausted", "throttlingexception"),
        patterns=patterns(
            rf"429 (?:Client Error: )?Too Many Requests.{{0,80}}https?://{HOST}",
            rf"https?://{HOST}(?::{PORT})?[^ ]{{0,200}}.{{0,80}}(?:\b429\b|rate.?limit)",
            rf"\b(?:from|by|host) {HOST}\b.{{0,60}}(?:\b429\b|rate.?limit)",
            r"(?:status|code|HTTP(?:/\d(?:\.\d)?)?)[=: ]{1,2}429\b|\b429 Too Many Requests|\b429 Client Error",
            r"rate.?limit\w{0,3} (?:was )?(?:exceeded|reached)|RateLimitError|RESOURCE_EXHAUSTED|ThrottlingException",
        ),
        not_patterns=patterns(
            r"client-side throttling|acme|letsencrypt|message (?:size|larger)|larger than max|"
            r"\"(?:GET|POST|PUT|PATCH|DELETE|HEAD) [^\"]{0,300}\" 429|pull rate",
        ),
    ),
)
"""Rows of the extended codes. They are asked only where no row of ``diagnose.logs.signatures`` matches."""
