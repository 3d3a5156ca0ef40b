"""Names that do not resolve and peers that do not answer."""

from diagnose.logs.signature import HOST, PORT, Signature, patterns

_OWN = patterns(r"\bkube-probe/|health ?check|port-?forward")

_NAMED = (
    r"(?:connection|connect\w{0,3}|dial\w{0,4}|reach) (?:to |tcp )?(?:\w{1,20} (?:at |on |server )?)?"
    rf"['\"(]{{0,2}}{HOST}:{PORT}"
)

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="B2",
        code="NameNotResolved",
        variant="no_answer",
        connection=True,
        released=False,
        words=(
            "eai_again",
            "temporary failure in name resolution",
            "lookup",
            "no servers could be reached",
            "域名解析",
        ),
        patterns=patterns(
            rf"EAI_AGAIN {HOST}(?::{PORT})?",
            rf"lookup {HOST} on (?P<resolver>[\d.]{{7,15}}|\[[0-9a-f:]{{2,45}}\]):53: .{{0,120}}(?:i/o timeout|"
            rf"server misbehaving|refused)",
            rf"could not translate host name \"{HOST}\" to address: temporary failure",
            rf"getaddrinfo for {HOST} failed: temporary failure",
            r"temporary failure in name resolution",
            r"connection timed out; no servers could be reached",
        ),
        not_patterns=_OWN,
    ),
    Signature(
        id="B1",
        code="NameNotResolved",
        variant="no_such_name",
        connection=True,
        released=False,
        words=(
            "no such host",
            "unknownhost",
            "name or service not known",
            "nodename nor servname",
            "enotfound",
            "could not translate",
            "name does not resolve",
            "getaddrinfo",
            "could not resolve host",
            "nxdomain",
            "host not found",
            "unknown host",
            "unknown mysql server host",
            "bad address",
            "can't resolve",
        ),
        patterns=patterns(
            rf"lookup {HOST}(?: on (?P<resolver>[\d.:\[\]a-f]{{3,50}}))?: no such host",
            rf"UnknownHostException: {HOST}(?::|\s|$)",
            rf"UnknownHostException: {HOST}",
            rf"getaddrinfo ENOTFOUND {HOST}(?::{PORT})?",
            rf"could not translate host name \"{HOST}\"",
            rf"host not found in upstream \"{HOST}(?::{PORT})?\"",
            rf"(?:name or service not known|no such host is known|nodename nor servname "
            rf"provided).{{0,20}}\({HOST}:{PORT}\)",
            rf"getaddrinfo(?: for)? {HOST} failed",
            rf"could not resolve host:? ['\"]?{HOST}",
            rf"Unknown MySQL server host '{HOST}'",
            rf"(?:bad address|unknown host|can't find|can't resolve|cannot resolve|unable to resolve(?: host)?):?"
            rf" ['\"]?{HOST}['\"]?(?::|\s|$)",
            rf"(?:failed|unable|could not) (?:to )?resolve (?:host ?(?:name)? )?['\"]?{HOST}(?::{PORT})?['\"]?",
            r"name or service not known|nodename nor servname|name does not resolve|getaddrinfo: name",
        ),
        not_patterns=_OWN,
    ),
    Signature(
        id="B3",
        code="DependencyUnreachable",
        variant="refused",
        connection=True,
        released=False,
        words=("refused", "econnrefused", "errno 111", "(111)", "10061", "拒绝"),
        patterns=patterns(
            rf"dial tcp {HOST}:{PORT}: connect: connection refused",
            rf"dial tcp: .{{0,80}}{HOST}:{PORT}.{{0,40}}connection refused",
            rf"ECONNREFUSED {HOST}:{PORT}",
            rf"connection to server at \"{HOST}\".{{0,60}}port {PORT} failed: connection refused",
            rf"connection to {HOST}:{PORT} refused",
            rf"connection refused:? ?\(?{HOST}:{PORT}\)?",
            rf"ECONNREFUSED.{{0,80}}\"{HOST}\" port {PORT}",
            rf"(?:could not|couldn't|cannot|can't|unable to|failed to) connect to "
            rf".{{0,40}}?{HOST}:{PORT}.{{0,120}}refused",
            rf"connect to {HOST} port {PORT}.{{0,60}}refused",
            rf"Can't connect to (?:MySQL|MariaDB) server on '{HOST}(?::{PORT})?'.{{0,20}}(?:\(|Errno )111",
            rf"{_NAMED}.{{0,120}}refused",
            rf"host='{HOST}', port={PORT}.{{0,300}}refused",
            rf"upstream: \"\w{{1,12}}://{HOST}:{PORT}",
            rf"{HOST}:{PORT}.{{0,60}}connection refused",
            rf"连接.{{0,20}}{HOST}:{PORT}.{{0,20}}拒绝",
            rf"(?:连接被拒绝|拒绝连接).{{0,20}}?{HOST}:{PORT}",
            r"connection refused|ECONNREFUSED|actively refused|连接被拒绝|拒绝连接",
        ),
        not_patterns=(*_OWN, *patterns(r"too many open connections")),
    ),
    Signature(
        id="B4",
        code="DependencyUnreachable",
        variant="timeout",
        connection=True,
        released=False,
        words=(
            "timeout",
            "timed out",
            "etimedout",
            "no route to host",
            "ehostunreach",
            "unreachable",
            "deadline exceeded",
            "(110)",
            "connecttimeout",
            "can't reach",
            "连接超时",
        ),
        patterns=patterns(
            rf"dial tcp {HOST}:{PORT}: (?:i/o timeout|connect: (?:no route to host|network is unreachable|"
            rf"connection timed out))",
            rf"(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) {HOST}:{PORT}",
            rf"connection to server at \"{HOST}\".{{0,60}}port {PORT} failed: (?:connection timed out|timeout|no "
            rf"route)",
            rf"{_NAMED}.{{0,120}}(?:timed out|timeout|no route to host|unreachable|deadline exceeded)",
            rf"{HOST}:{PORT}.{{0,80}}(?:timed out|i/o timeout|no route to host|is unreachable)",
            rf"can't reach database server at [`'\"]?{HOST}[`'\"]?:[`'\"]?{PORT}",
            rf"connect to {HOST} port {PORT}.{{0,60}}(?:timed out|no route)",
            rf"Can't connect to (?:MySQL|MariaDB) server on '{HOST}(?::{PORT})?'.{{0,20}}\(11[03]",
            rf"(?:to|with|from) {HOST}(?: on)? (?:port )?{PORT}? ?timed out",
            r"(?:connect|connection)(?: attempt)? timed out|SocketTimeoutException: connect|"
            r"ConnectTimeout(?:Error|Exception)?"
            r"|no route to host|EHOSTUNREACH|network is unreachable|连接超时",
        ),
        not_patterns=(
            *_OWN,
            *patterns(
                r"query|statement|was reached but|read timed out|\bacquir(?:e|es|ed|ing)\b|from the pool|"
                r"shutdown|shutting down"
            ),
        ),
    ),
    Signature(
        id="B5",
        code="DependencyUnreachable",
        variant="cut",
        connection=True,
        released=False,
        words=("reset by peer", "econnreset", "unexpected eof", "server closed the connection", "socket hang up"),
        patterns=patterns(
            rf"(?:read|write) tcp \S{{1,60}}->{HOST}:{PORT}: .{{0,20}}connection reset by peer",
            rf"ECONNRESET.{{0,40}}?{HOST}:{PORT}",
            rf"{_NAMED}.{{0,120}}(?:reset by peer|closed the connection)",
            r"connection reset by peer|ECONNRESET|server closed the connection unexpectedly|socket hang up|"
            r"unexpected EOF",
        ),
        not_patterns=(
            *_OWN,
            *patterns(r"writing (?:the )?response|client (?:closed|disconnected)|from client|\b499\b"),
        ),
    ),
)
