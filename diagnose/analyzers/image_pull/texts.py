"""What runtimes say of a failed pull, and the code that each text stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NO_NAME = "(?:no such host|server misbehaving|i/o timeout|Temporary failure)"
_REFUSED = "(?P<how>connection refused|no route to host|network is unreachable|i/o timeout|connection timed out)"
_HOST = r"(?P<host>[\w.-]{1,253})"

_TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "ImageArchitectureMismatch",
        "",
        (
            r"no match for platform in manifest",
            r"no image found in (?:manifest list|image index) for architecture \"?(?P<arch>[\w/]{1,30})",
            r"no matching manifest for (?P<arch>[\w/]{1,40}) in the manifest list",
            r"does not match the specified platform",
        ),
    ),
    (
        "ImageReferenceInvalid",
        "",
        (
            r"couldn't parse image (?:name|reference)",
            r"invalid reference format",
            r"short-name \"[^\"]{0,200}\" did not resolve to an alias",
            r"short name mode is enforcing",
        ),
    ),
    ("ImageNeverPulled", "", (r"is not present with pull policy of Never",)),
    ("ImagePullFailed", "qps", (r"pull QPS exceeded",)),
    ("ImageRateLimited", "", (r"\b429\b.{0,20}Too Many Requests", r"toomanyrequests", r"pull rate limit")),
    (
        "ImageRegistryUnreachable",
        "proxy",
        (
            r"proxyconnect tcp: (?:dial tcp:? )?(?:lookup )?\[?(?P<proxy>[\w.-]{1,253}(?::\d{1,5})?)",
            r"proxyconnect tcp: ",
        ),
    ),
    (
        "ImageRegistryNameUnresolved",
        "",
        (rf"lookup {_HOST}(?: on (?P<resolver>[\d.\[\]:a-f]{{3,50}}))?: .{{0,120}}?{_NO_NAME}",),
    ),
    (
        "ImageRegistryTLSFailed",
        "",
        (
            r"(?P<tls>x509: .{1,300})",
            r"(?P<tls>server gave HTTP response to HTTPS client)",
            r"(?P<tls>first record does not look like a TLS handshake)",
            r"(?P<tls>tls: handshake failure|tls: .{1,80})",
            r"(?P<tls>certificate verify failed)",
        ),
    ),
    (
        "ImageRegistryUnreachable",
        "",
        (
            rf"dial tcp \[?{_HOST}\]?:(?P<port>\d{{1,5}}): (?:connect: )?{_REFUSED}",
            r"(?P<how>Client\.Timeout exceeded|i/o timeout|context deadline exceeded|TLS handshake timeout)",
            r"(?P<how>connection refused|connection reset by peer|no route to host|network is unreachable)",
            r"(?P<how>50[0234] (?:Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable))",
            r"(?P<how>504 Gateway Time-?out)",
            r"status(?: code)?:? (?P<how>5\d\d)\b",
            r"(?P<how>unexpected EOF|: EOF\b)",
        ),
    ),
    (
        "ImageRepositoryNotFound",
        "",
        (
            r"name unknown|NAME_UNKNOWN",
            r"repository name not known to registry",
            r"repository with name '[^']{1,200}' .{0,60}does not exist",
            r"project .{1,80} not found",
            r"repository [\w./-]{1,200} not found",
        ),
    ),
    (
        "ImageTagNotFound",
        "",
        (
            r"manifest unknown|MANIFEST_UNKNOWN",
            r"manifest for \S{1,300} not found",
            r"code = NotFound.{0,900}: not found",
            r"\S{1,300}[:@]\S{1,130}: not found$",
        ),
    ),
    (
        "ImageRegistryUnauthorized",
        "ambiguous",
        (r"pull access denied,? (?:for \S{1,200}, )?repository does not exist or may require",),
    ),
    (
        "ImageRegistryUnauthorized",
        "",
        (
            r"401 Unauthorized",
            r"403 Forbidden",
            r"status code from registry 40[13]\b",
            r"pull access denied",
            r"insufficient_scope",
            r"failed to (?:authorize|fetch (?:anonymous|oauth) token)",
            r"unauthorized\b",
            r"no basic auth credentials",
            r"requested access to the resource is denied",
            r"invalid username/password",
            r"\bdenied: ",
            r"authentication required",
        ),
    ),
)

_ROWS = tuple(
    (code, hint, tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)) for code, hint, patterns in _TABLE
)
"""In the order in which they are tried: containerd ends an architecture failure in "not found", and wraps network
errors and rate limits of the token server in "failed to authorize"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a text says: the code, a hint within it, and what it names."""

    code: str
    hint: str = ""
    captures: Mapping[str, str] = field(default_factory=dict)


def told(message: str, reason: str = "") -> Told:
    """Return what the text of a failed pull stands for; ``ImagePullFailed`` when it is no known one."""
    if reason == "ErrImageNeverPull":
        return Told(code="ImageNeverPulled")
    if reason == "InvalidImageName":
        return Told(code="ImageReferenceInvalid")
    for code, hint, patterns in _ROWS:
        for pattern in patterns:
            if match := pattern.search(message):
                captures = {key: value for key, value in match.groupdict().items() if value}
                return Told(code=code, hint=hint, captures=captures)
    return Told(code="ImagePullFailed")


_PREFIXES = re.compile(
    r"^(?:Failed to pull image \"[^\"]{0,400}\": |Back-off pulling image \"[^\"]{0,400}\"(?:: )?|Err\w{1,30}: |"
    r"rpc error: code = \w{1,30} desc = |failed to pull and unpack image \"[^\"]{0,400}\": |"
    r"failed to resolve reference \"[^\"]{0,400}\": |failed to resolve image: |initializing source "
    r"docker://\S{1,400}: |"
    r"reading manifest \S{1,200} in \S{1,300}: |Error response from daemon: |failed to do request: |"
    r"unable to pull image or OCI artifact: pull image err: |\s+)"
)


def innermost(message: str) -> str:
    """Strip what kubelet and runtime put in front, and return the cause."""
    for _ in range(12):
        match = _PREFIXES.match(message)
        if match is None or match.end() == len(message):
            break
        message = message[match.end() :]
    return message.strip()
