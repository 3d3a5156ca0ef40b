"""Datastores that answer, and refuse: login, connections, writes, objects that do not exist."""

from diagnose.logs.signature import HOST, PORT, Signature, patterns

_USER = r"(?P<user>[^'\"@\s]{1,80})"
_DATABASE = r"(?P<database>[^'\"\s]{1,80})"
_AT = rf"(?:.{{0,200}}?(?:at|to|on) \"?{HOST}\"?(?: \([\d.]{{7,15}}\))?[:,]? (?:port )?{PORT})?"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="B15",
        code="DatastoreAuthFailed",
        variant="PostgreSQL",
        released=False,
        words=(
            "password authentication failed",
            "pg_hba.conf",
            "sasl authentication failed",
            "no password supplied",
            "ident authentication",
        ),
        patterns=patterns(
            rf"connection to server at \"{HOST}\".{{0,60}}port {PORT} failed: FATAL:\s+password authentication "
            rf"failed for user \"{_USER}\"",
            rf"password authentication failed for user \"?{_USER}\"?",
            rf"no pg_hba\.conf entry for host \"(?P<address>[^\"]{{1,60}})\", user \"{_USER}\", database "
            rf"\"{_DATABASE}\"",
            r"SASL authentication failed|fe_sendauth: no password supplied|Ident authentication failed",
        ),
    ),
    Signature(
        id="B16",
        code="DatastoreAuthFailed",
        variant="MySQL",
        released=False,
        words=("access denied for user", "error 1045", "caching_sha2_password"),
        patterns=patterns(
            rf"Access denied for user '(?P<user>[^'@]{{0,80}})'@'(?P<address>[^']{{1,200}})'(?: \(using "
            rf"password: (?P<password>YES|NO)\))?"
            rf"(?: to database '{_DATABASE}')?",
            r"ERROR 1045|caching_sha2_password could not be loaded",
        ),
    ),
    Signature(
        id="B17",
        code="DatastoreAuthFailed",
        variant="Redis",
        released=False,
        words=("noauth", "wrongpass", "err auth", "noperm"),
        patterns=patterns(
            r"NOAUTH Authentication required", r"WRONGPASS", r"ERR AUTH .{0,80}without any password", r"\bNOPERM\b"
        ),
    ),
    Signature(
        id="B18",
        code="DatastoreAuthFailed",
        variant="MongoDB",
        released=False,
        words=("authentication failed", "not authorized on", "requires authentication"),
        patterns=patterns(
            r"(?:MongoServerError|MongoError|SCRAM|AuthenticationFailed).{0,120}authentication failed",
            rf"not authorized on {_DATABASE} to execute command",
            r"command (?P<name>\w{1,40}) requires authentication",
        ),
    ),
    Signature(
        id="B19",
        code="DatastoreAuthFailed",
        variant="broker",
        released=False,
        words=(
            "access_refused",
            "invalid credentials",
            "access to vhost",
            "saslauthentication",
            "topic_authorization",
            "authorization violation",
        ),
        patterns=patterns(
            r"ACCESS_REFUSED - Login was refused",
            rf"user '{_USER}' - invalid credentials",
            r"access to vhost '(?P<name>[^']{1,80})' refused",
            r"SaslAuthenticationException|TOPIC_AUTHORIZATION_FAILED|Authorization Violation",
        ),
    ),
    Signature(
        id="B31",
        code="DatastoreAuthFailed",
        variant="database",
        released=False,
        words=("login failed for user", "ora-01017", "unable to authenticate user"),
        patterns=patterns(
            rf"Login failed for user '{_USER}'", r"ORA-01017", rf"unable to authenticate user \[{_USER}\]"
        ),
    ),
    Signature(
        id="B20",
        code="DatastoreConnectionsExhausted",
        variant="server",
        released=False,
        words=(
            "too many clients",
            "remaining connection slots",
            "too many connections",
            "max_user_connections",
            "max number of clients",
            "too many open connections",
            "no more connections allowed",
        ),
        patterns=patterns(
            r"too many connections for (?:role|database) \"(?P<name>[^\"]{1,80})\"",
            r"sorry, too many clients already|remaining connection slots are reserved|too many connections\b|"
            r"max_user_connections",
            r"max number of clients reached|too many open connections|no more connections allowed",
        ),
    ),
    Signature(
        id="B21",
        code="DatastoreConnectionsExhausted",
        variant="client",
        released=False,
        words=(
            "connection is not available",
            "queuepool limit",
            "timeout exceeded when trying to connect",
            "acquiring a connection",
            "obtaining a connection from the pool",
            "obtain a connection from the pool",
            "resource from the pool",
        ),
        patterns=patterns(
            r"(?P<name>\S{1,60}) - Connection is not available, request timed out after (?P<value>\d{1,9})ms",
            r"QueuePool limit of size (?P<value>\d{1,6}) overflow \d{1,6} reached",
            r"timeout exceeded when trying to connect|Timeout acquiring a connection|obtaining a connection "
            r"from the pool",
            r"could not obtain a connection from the pool|Could not get a resource from the pool",
        ),
    ),
    Signature(
        id="B22",
        code="DatastoreReadOnly",
        released=False,
        words=(
            "read-only",
            "readonly you",
            "oom command not allowed",
            "misconf",
            "not writable primary",
            "not master",
            "notprimary",
            "readonly database",
            "flood-stage",
            "flood stage",
        ),
        patterns=patterns(
            r"cannot execute (?P<statement>\w{1,20}) in a read-only transaction",
            r"--(?:super-)?read-only option",
            r"READONLY You can't write against a read only (?:replica|slave)",
            r"OOM command not allowed when used memory",
            r"MISCONF .{0,120}unable to persist|MISCONF Redis is configured to save",
            r"not writable primary|NotPrimaryNoSecondaryOk|\bnot master\b",
            r"read-only / allow delete|read-only-allow-delete|flood[- ]stage watermark|"
            r"attempt to write a readonly database",
        ),
    ),
    Signature(
        id="B23",
        code="DatastoreObjectMissing",
        released=False,
        words=(
            "does not exist",
            "doesn't exist",
            "unknown database",
            "unknown_topic",
            "not present in metadata",
            "nosuchbucket",
            "no such table",
            "not_found - no",
            "no such column",
        ),
        patterns=patterns(
            rf"(?P<kind>database|role|schema) \"(?P<name>[^\"]{{1,120}})\" does not exist{_AT}",
            r"(?P<kind>relation|table|column|type|function|sequence|view) \"?(?P<name>[\w.]{1,120})\"?(?: of "
            r"relation \"\w{1,80}\")? does not exist",
            r"Unknown (?P<kind>database) '(?P<name>[^']{1,80})'",
            r"(?P<kind>Table) '(?P<name>[^']{1,120})' doesn't exist",
            r"(?P<kind>topic) (?P<name>[\w.-]{1,200}) not present in metadata",
            r"UNKNOWN_TOPIC_OR_PARTITION",
            r"s3://(?P<name>[a-z0-9.-]{3,63})/.{0,300}(?:NoSuchBucket|specified (?P<kind>bucket) does not exist)",
            r"NoSuchBucket|The specified (?P<kind>bucket) does not exist",
            r"no such (?P<kind>table|column): (?P<name>[\w.]{1,80})",
            r"NOT_FOUND - no (?P<kind>queue|exchange) '(?P<name>[^']{1,120})'",
        ),
        not_patterns=patterns(r"skipping|if exists"),
    ),
)
