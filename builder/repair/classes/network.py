# ruff: noqa: E501 - a table: each row stands together
"""Registries and the network: tried again, never repaired, as nothing of the project is at fault."""

from builder.repair.model import BUILD, LIKELY, known

_AGAIN = (
    "Try again; if it stays, see whether the build may reach that host.",
    "请重试；如仍失败，检查构建能否访问该主机。",
)

CLASSES = (
    known("network.name", (r"(?:getaddrinfo (?:ENOTFOUND|EAI_AGAIN) |Could not resolve host:? |Temporary failure (?:in name resolution|resolving)|Could not resolve '|dial tcp: lookup \S+.*(?:no such host|i/o timeout|server misbehaving)|php_network_getaddresses: getaddrinfo|Could not reach host |failed to lookup address information|Name or service not known)",), ("The name of a host is not known where the build runs.", "构建环境无法解析主机名。"), _AGAIN, where=BUILD, certainty=LIKELY, transient=True),
    known("network.refused", (r"(?:npm (?:error|ERR!) (?:code|errno) ECONNREFUSED|^error Error: connect ECONNREFUSED|ERR_PNPM_META_FETCH_FAIL|Could not connect to \S+ \(|Failed to connect to \S+ port \d+|Failed to open TCP connection to|tcp connect error|Failed to open stream: Connection refused|failed to open stream: Connection refused|dial tcp \S+: connect: connection refused|NewConnectionError|connecting to \S+ failed: Connection refused)",), ("A host refuses the connection.", "主机拒绝连接。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.timeout", (r"(?:npm (?:error|ERR!) (?:code|errno) (?:ETIMEDOUT|ERR_SOCKET_TIMEOUT)|ESOCKETTIMEDOUT|ReadTimeoutError|ConnectTimeoutError|Read timed out|Connection timed out|i/o timeout|TLS handshake timeout|net/http: request canceled|operation timed out|Operation too slow|context deadline exceeded)",), ("A host did not answer in time.", "主机未及时响应。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.reset", (r"(?:npm (?:error|ERR!) (?:code|errno) ECONNRESET|socket hang up|Connection reset by peer|ConnectionResetError|unexpected EOF$|IncompleteRead|Connection broken|RPC failed; curl|early EOF|spurious network error|transfer closed with outstanding read data)",), ("A connection broke off.", "连接中断。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.limited", r"(?:toomanyrequests|429 Too Many Requests|E429|HTTP error 429|status code 429|You have reached your (?:unauthenticated )?pull rate limit)", ("A registry answers no more for a while.", "仓库暂时限制访问。"), ("Wait, log in, or take a mirror.", "请等待、登录或使用镜像。"), transient=True),
    known("network.server", (r"(?:npm (?:error|ERR!) (?:code E5\d\d|5\d\d )|HTTP error 5\d\d|(?:50[0234]) (?:Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)|returned error: 5\d\d|ERR_PNPM_FETCH_5\d\d|received unexpected HTTP status: 5)",), ("A registry has a fault of its own.", "仓库自身出错。"), _AGAIN, transient=True),
    known("network.git", r"^(?:npm (?:error|ERR!) )?\s*fatal: unable to access '", ("A repository of git cannot be reached.", "无法访问 git 仓库。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.apt", r"^E: (?:Failed to fetch |Some index files failed to download|Unable to fetch some archives)|^W: Failed to fetch ", ("The distribution's mirror did not give all.", "发行版镜像站未提供全部内容。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.apt-changing", r"(?:Hash Sum mismatch|File has unexpected size|Mirror sync in progress)", ("The distribution's mirror changed while it was read.", "读取时发行版镜像站正在更新。"), _AGAIN, transient=True),
    known("network.apk", r"^(?:WARNING: (?:Ignoring|fetching) \S+: .*|ERROR: \S+: )(?:temporary error \(try again later\)|network error)", ("Alpine's mirror did not answer.", "Alpine 镜像站没有响应。"), _AGAIN, transient=True),
    known("network.pip", r"WARNING: Retrying \(Retry\(total=\d+.*after connection broken by '|HTTPSConnectionPool\(host=", ("The index of Python packages does not answer.", "Python 软件包索引没有响应。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.uv", r"^\s*(?:error: Request failed after \d+ retries|error: Failed to fetch: |cause: error sending request for url)", ("The index of Python packages does not answer.", "Python 软件包索引没有响应。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.cargo", r"^\s+(?:failed to download from `|download of \S+ failed)|^warning: spurious network error", ("The registry of crates does not answer.", "crate 仓库没有响应。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.maven", r"Could not transfer (?:artifact|metadata) \S+ (?:from|to)", ("A repository of Maven does not answer.", "Maven 仓库没有响应。"), _AGAIN, certainty=LIKELY, transient=True),
    known("network.corepack", r"^Error: Error when performing the request to ", ("The release of the package manager could not be loaded.", "无法下载包管理器版本。"), _AGAIN, transient=True),
    known("network.prisma", r"request to \S*(?:binaries|engines)\S* failed, reason: ", ("Prisma's engines could not be loaded.", "无法下载 Prisma 引擎。"), _AGAIN, transient=True),
    known("network.base", r"pinging container registry \S+: ", ("The registry of the base image does not answer.", "基础镜像仓库没有响应。"), _AGAIN, transient=True),
    known("network.download", r"^curl: \((?:6|7|18|28|35|52|55|56)\) ", ("A file could not be loaded.", "无法下载文件。"), _AGAIN, transient=True),
    known("network.not-found", r"^curl: \(22\) The requested URL returned error: 4\d\d|^ERROR 404: Not Found", ("A file that the build loads is not there.", "构建要下载的文件不存在。"), ("Correct its address.", "请更正地址。")),
    known("network.certificate", r"(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|self[- ]signed certificate|CERTIFICATE_VERIFY_FAILED|x509: certificate signed by unknown authority|SSL certificate problem|unable to get local issuer certificate)", ("A certificate is not trusted where the build runs.", "构建环境不信任证书。"), ("Give the build the CA of the network; never switch checking off.", "请向构建提供网络的 CA；不要关闭校验。")),
    known("network.proxy", r"(?:407 Proxy Authentication Required|Proxy CONNECT aborted|ProxyError|Received HTTP code 407 from proxy)", ("The proxy does not let the build through.", "代理拒绝了构建的请求。"), ("Set the proxy of builds, with its login.", "请设置构建代理及其登录。")),
)  # fmt: skip
