"""Who asks a cluster, and where the cluster is.

The two are kept apart on purpose. An ``Endpoint`` (server, CA) comes from the platform or from the machine of the
person at the keyboard; ``Credentials`` come from the caller. Somebody else's kubeconfig can thus never point the
service at a server of their choice.
"""

import base64
import binascii
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import ClusterNotConfigured, SettingInvalid

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
NOT_CONFIGURED_NEXT = (
    "Set KUBECONFIG or pass --kubeconfig FILE; inside a cluster run with a service account; "
    "or diagnose a recording with --from FILE."
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an API server is and how it proves itself. An empty ``ca_pem`` means the machine's own trust store."""

    server: str
    ca_pem: str = ""
    insecure: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.server)
            parts.port  # noqa: B018 - reading it is what checks it
        except ValueError as exc:
            raise SettingInvalid(f"The server address {self.server!r} is no URL: {exc}.") from exc
        if parts.scheme not in {"http", "https"} or not parts.hostname or _UNPRINTABLE.search(self.server):
            raise SettingInvalid(
                f"The server address {self.server!r} is no http(s) URL.",
                next_step="Write it as https://HOST:PORT, as `kubectl cluster-info` prints it.",
            )
        object.__setattr__(self, "server", self.server.rstrip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What proves who asks: a bearer token or a client certificate, or neither (anonymous).

    ``impersonate_*`` ask the API server to act as somebody else, where the caller may do that.
    """

    token: str = field(default="", repr=False)
    certificate_pem: str = field(default="", repr=False)
    key_pem: str = field(default="", repr=False)
    impersonate_user: str = ""
    impersonate_groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "token", self.token.strip())
        for value in (self.token, self.impersonate_user, *self.impersonate_groups):
            if _UNPRINTABLE.search(value):
                raise SettingInvalid("A token or impersonated name holds a line break or control character.")
        if self.impersonate_groups and not self.impersonate_user:
            raise SettingInvalid("A group is impersonated without a user.", next_step="Add --as USER to --as-group.")
        if bool(self.certificate_pem) != bool(self.key_pem):
            raise SettingInvalid("A client certificate needs its key, and a key its certificate.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An endpoint together with the credentials for it.

    ``default_namespace`` is the one to use when none is asked for; ``origin`` says where all this was found.
    ``renew`` reads fresh credentials (a rotated token file, an exec plugin); it may block.
    """

    endpoint: Endpoint
    credentials: Credentials
    default_namespace: str = "default"
    origin: str = ""
    renew: Callable[[], Credentials] | None = field(default=None, repr=False, compare=False)

    def acting_as(self, user: str, groups: tuple[str, ...] = ()) -> "Identity":
        """Return the same identity asking the API server to act as ``user`` (``--as``, ``--as-group``)."""
        if not user and not groups:
            return self
        acting = replace(self.credentials, impersonate_user=user, impersonate_groups=groups)
        renew = self.renew
        again = None if renew is None else lambda: replace(renew(), impersonate_user=user, impersonate_groups=groups)
        return replace(self, credentials=acting, renew=again)


def in_cluster(folder: Path = SERVICE_ACCOUNT, environ: Mapping[str, str] | None = None) -> Identity:
    """Return the identity of the pod's service account. Raises ``ClusterNotConfigured`` outside a cluster."""
    env = os.environ if environ is None else environ
    host, port = env.get("KUBERNETES_SERVICE_HOST", ""), env.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise ClusterNotConfigured("This is no pod: KUBERNETES_SERVICE_HOST is not set.", next_step=NOT_CONFIGURED_NEXT)

    def read() -> Credentials:
        try:
            return Credentials(token=(folder / "token").read_text(encoding="utf-8"))
        except OSError as exc:
            raise ClusterNotConfigured(
                f"The pod has no service account token: {folder / 'token'} cannot be read ({exc.strerror}).",
                next_step="Set automountServiceAccountToken: true on the pod or its service account.",
            ) from exc

    credentials = read()
    try:
        ca_pem = (folder / "ca.crt").read_text(encoding="utf-8")
    except OSError as exc:
        raise ClusterNotConfigured(
            f"The pod has no CA of the cluster: {folder / 'ca.crt'} cannot be read ({exc.strerror}).",
            next_step=NOT_CONFIGURED_NEXT,
        ) from exc
    try:
        namespace = (folder / "namespace").read_text(encoding="utf-8").strip()
    except OSError:
        namespace = ""
    address = f"[{host}]" if ":" in host else host
    return Identity(
        endpoint=Endpoint(server=f"https://{address}:{port}", ca_pem=ca_pem),
        credentials=credentials,
        default_namespace=namespace or "default",
        origin="service account of this pod",
        renew=read,
    )


def token_expiry(token: str) -> datetime | None:
    """Return when a JSON Web Token expires, without checking it; None where the token is none or never expires."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], tz=UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None
