"""Which names of environment variables and configuration keys hold a secret as their value."""

import re
from functools import lru_cache
from typing import Literal

Strength = Literal["no", "weak", "strong"]

STRONG = frozenset(
    {"password", "passwords", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "apikey", "jwt"}
)
"""A word of a name that says secret by itself."""

WEAK = frozenset({"pass", "auth", "authorization", "cred", "creds", "credential", "credentials", "cookie", "bearer"})
"""Words that also name other things (``pass=12 fail=0``): in free text their values must look like secrets."""

GLUED = ("password", "passwd", "passphrase", "secret", "token", "apikey", "secretkey", "privatekey", "accesskey")
"""Endings of words written without a separator: ``PGPASSWORD``, ``authtoken``."""

KEY_OWNERS = frozenset(
    {
        *("access", "account", "admin", "api", "app", "auth", "cipher", "client", "crypto", "decryption", "deploy"),
        *("encrypt", "encryption", "hmac", "jwt", "license", "master", "private", "rsa", "secret", "service"),
        *("session", "shared", "signing", "ssh", "storage", "subscription", "webhook"),
    }
)
"""Words before ``key`` that make it a secret one. A bare ``key`` names an entry, a ``public_key`` is public."""

ABOUT = frozenset(
    {
        *("algorithm", "alg", "audience", "bucket", "class", "count", "days", "dir", "directory", "dsn", "enabled"),
        *("endpoint", "expiration", "expires", "expiry", "field", "file", "filename", "files", "format", "header"),
        *("host", "hosts", "id", "ids", "issuer", "key_name", "keyring", "len", "length", "lifetime", "limit", "max"),
        *("method", "min", "minutes", "mode", "mount", "name", "namespace", "names", "path", "paths", "policy"),
        *("port", "provider", "ref", "reference", "refs", "required", "review", "reviews", "seconds", "server"),
        *("size", "source", "store", "strategy", "timeout", "ttl", "type", "uri", "url", "user", "username"),
        *("version", "volume", "ready", "status", "error", "errors", "rotation", "revision", "count", "requests"),
    }
)
"""Last words that make the value something about the secret instead of the secret: ``SECRET_NAME``, ``TOKEN_TTL``."""

REFERENCES = frozenset({"pull", "existing", "checksum", "hash", "digest", "sha256", "automount"})
"""Words that make the value a name or a digest: ``imagePullSecret``, ``checksum/secret``."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@lru_cache(maxsize=4096)
def strength(key: str) -> Strength:
    """Say how surely a value under ``key`` is a secret."""
    words = [word.lower() for word in _WORD.findall(key[-256:])]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in ABOUT or REFERENCES.intersection(words):
        return "no"
    if any(word in STRONG or word.endswith(GLUED) for word in words):
        return "strong"
    if any(word == "key" and words[at] in KEY_OWNERS for at, word in enumerate(words[1:])):
        return "strong"
    if any(word.endswith(("secretkey", "privatekey", "accesskey", "accountkey", "apikey")) for word in words):
        return "strong"
    return "weak" if words[-1] in WEAK else "no"


def secret_name(key: str) -> bool:
    """Say whether an environment variable or configuration key of this name holds a secret.

    Names of things about a secret are not secret (``SECRET_NAME``, ``TOKEN_PATH``, ``PASSWORD_FILE``, ``KEY_ID``),
    nor are addresses (``DATABASE_URL``, ``DSN``): what is secret inside an address is masked by ``redact``, so that
    its host stays visible.
    """
    return strength(key) != "no"
