"""Read kubeconfig files: a person's own in full, somebody else's for its inline credentials only.

A kubeconfig can name programs to run and files to read. Those of the person at the keyboard are theirs to run; in
one that was handed to the service, nothing but an inline token or an inline client certificate counts, and the
server and CA in it are ignored in favour of the platform's.
"""

import base64
import binascii
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from cluster.exec_plugin import run_plugin
from cluster.fields import mapping, strings, text, truth
from cluster.identity import NOT_CONFIGURED_NEXT, Credentials, Endpoint, Identity, in_cluster
from cluster.kubeconfig_files import Config, Entry, context_of, entry_of, first_line, parse, read_config
from core.errors import ClusterNotConfigured, SettingInvalid

MAX_FOREIGN_BYTES = 128 * 1024
"""One that is handed in holds a few contexts; parsing YAML costs about a second per megabyte."""

_REFUSED_USER = ("exec", "auth-provider", "tokenFile", "client-certificate", "client-key", "username", "password")


def from_kubeconfig(
    path: Path | None = None,
    context: str | None = None,
    *,
    trusted: bool,
    endpoint: Endpoint | None = None,
    environ: Mapping[str, str] | None = None,
) -> Identity:
    """Read an identity from ``path``, else from the files of ``KUBECONFIG``, else from ``~/.kube/config``.

    With ``trusted`` the kubeconfig is the person's own and everything in it counts, plugins included. Without it,
    ``endpoint`` is where the credentials are used, and everything but inline credentials is refused.
    Raises ``ClusterNotConfigured`` where there is no kubeconfig, ``SettingInvalid`` where it cannot be used.
    """
    env = os.environ if environ is None else environ
    config = read_config(path, env)
    if trusted:
        return _own(config, context, env)
    return _foreign(config, context, _required(endpoint))


def from_kubeconfig_text(content: str, context: str | None = None, *, endpoint: Endpoint) -> Identity:
    """Read inline credentials from a kubeconfig that somebody handed in, for use at ``endpoint`` only."""
    if len(content) > MAX_FOREIGN_BYTES:
        raise SettingInvalid(f"The kubeconfig is larger than {MAX_FOREIGN_BYTES} bytes.")
    return _foreign(parse(content, "the kubeconfig", Path()), context, endpoint)


def find_identity(
    path: Path | None = None, context: str | None = None, *, environ: Mapping[str, str] | None = None
) -> Identity:
    """Return the identity that a person or pod has: a kubeconfig where there is one, else the service account."""
    try:
        return from_kubeconfig(path, context, trusted=True, environ=environ)
    except ClusterNotConfigured:
        if path is not None or context is not None:
            raise
        try:
            return in_cluster(environ=environ)
        except ClusterNotConfigured as exc:
            raise ClusterNotConfigured(
                "No cluster is configured: there is no kubeconfig, and this is no pod.", next_step=NOT_CONFIGURED_NEXT
            ) from exc


def context_names(path: Path | None = None, *, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the names of all contexts, sorted; empty where there is no kubeconfig."""
    env = os.environ if environ is None else environ
    try:
        return sorted(read_config(path, env).contexts)
    except ClusterNotConfigured:
        return []


# -- a person's own kubeconfig


def _own(config: Config, wanted: str | None, env: Mapping[str, str]) -> Identity:
    name, context = context_of(config, wanted)
    cluster = entry_of(config.clusters, text(context, "cluster"), "cluster", name)
    endpoint = _own_endpoint(cluster, env)
    user_name = text(context, "user")
    user = entry_of(config.users, user_name, "user", name) if user_name else Entry(value={}, folder=Path())

    def read() -> Credentials:
        return _own_credentials(user, cluster.value, endpoint)

    renewable = bool(mapping(user.value, "exec") or text(user.value, "tokenFile"))
    return Identity(
        endpoint=endpoint,
        credentials=read(),
        default_namespace=text(context, "namespace") or "default",
        origin=f"kubeconfig context {name}",
        renew=read if renewable else None,
    )


def _own_endpoint(entry: Entry, env: Mapping[str, str]) -> Endpoint:
    cluster = entry.value
    server = text(cluster, "server")
    ca_pem = _inline_or_file(cluster, "certificate-authority", entry.folder)
    return Endpoint(
        server=server,
        ca_pem=ca_pem,
        insecure=truth(cluster, "insecure-skip-tls-verify"),
        tls_server_name=text(cluster, "tls-server-name"),
        proxy_url=_proxy(text(cluster, "proxy-url"), server, env),
    )


def _proxy(configured: str, server: str, env: Mapping[str, str]) -> str:
    """Return the proxy of the kubeconfig, else the one that the environment sets for this server."""
    proxy = configured
    if not proxy and env is os.environ:
        parts = urlsplit(server)
        if not _is_loopback(parts.hostname or "") and not proxy_bypass(parts.netloc):
            proxy = getproxies().get(parts.scheme, "")
    if proxy and urlsplit(proxy).scheme not in {"http", "https"}:
        raise SettingInvalid(
            f"The proxy {urlsplit(proxy).scheme}://… is of a kind that is not supported: use http or https."
        )
    return proxy


def _is_loopback(host: str) -> bool:
    """Say whether a host is this machine, to which kubectl never goes through a proxy."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _own_credentials(entry: Entry, cluster: Mapping[str, Any], endpoint: Endpoint) -> Credentials:
    user = entry.value
    certificate = _inline_or_file(user, "client-certificate", entry.folder)
    key = _inline_or_file(user, "client-key", entry.folder)
    token = text(user, "token")
    if path := text(user, "tokenFile"):
        token = _file(entry.folder / Path(path).expanduser(), "tokenFile")
    if not token and (provider := mapping(user, "auth-provider")):
        token = _provider_token(provider)
    plugin = mapping(user, "exec")
    if plugin and not token and not certificate:
        given = run_plugin(plugin, folder=entry.folder, cluster=cluster, endpoint=endpoint)
        token, certificate, key = given.token, given.certificate_pem, given.key_pem
    if text(user, "username") and not token and not certificate:
        raise SettingInvalid(
            "The kubeconfig user has a name and a password, which Kubernetes has not accepted since 1.19.",
            next_step="Use a token, a client certificate or an exec plugin.",
        )
    return Credentials(
        token=token,
        certificate_pem=certificate,
        key_pem=key,
        impersonate_user=text(user, "as"),
        impersonate_groups=tuple(strings(user, "as-groups")),
    )


def _provider_token(provider: Mapping[str, Any]) -> str:
    """Return the token that an auth-provider left in the kubeconfig; refreshing it is the provider's business."""
    name = text(provider, "name")
    token = text(provider, "config", "id-token") or text(provider, "config", "access-token")
    if not token:
        raise SettingInvalid(
            f"The kubeconfig user has the auth-provider {name!r} and no token from it.",
            next_step="Run any kubectl command once to log in, or change the user to an exec plugin.",
        )
    return token


def _inline_or_file(value: Mapping[str, Any], key: str, folder: Path) -> str:
    if data := text(value, f"{key}-data"):
        return decode_pem(data, f"{key}-data")
    if path := text(value, key):
        return _file(folder / Path(path).expanduser(), key)
    return ""


def _file(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingInvalid(f"The kubeconfig names {path} as {key}, which cannot be read: {first_line(exc)}") from exc


def decode_pem(data: str, key: str) -> str:
    """Decode base64 text that holds PEM."""
    try:
        return base64.b64decode("".join(data.split()), validate=True).decode("ascii")
    except (binascii.Error, ValueError) as exc:
        raise SettingInvalid(f"{key} of the kubeconfig is no base64 of PEM text.") from exc


# -- somebody else's kubeconfig


def _foreign(config: Config, wanted: str | None, endpoint: Endpoint) -> Identity:
    name, context = context_of(config, wanted)
    user = entry_of(config.users, text(context, "user"), "user", name).value
    cluster = config.clusters.get(text(context, "cluster"))
    refused = [key for key in _REFUSED_USER if user.get(key)]
    refused += ["proxy-url"] if cluster is not None and cluster.value.get("proxy-url") else []
    if refused:
        raise SettingInvalid(
            f"The kubeconfig uses {', '.join(refused)}, which is not accepted from outside.",
            next_step="Send one with an inline token (`kubectl create token NAME`) or client-certificate-data.",
        )
    credentials = Credentials(
        token=text(user, "token"),
        certificate_pem=_inline_or_file(user, "client-certificate", Path()),
        key_pem=_inline_or_file(user, "client-key", Path()),
        impersonate_user=text(user, "as"),
        impersonate_groups=tuple(strings(user, "as-groups")),
    )
    if not credentials.token and not credentials.certificate_pem:
        raise SettingInvalid(
            "The kubeconfig holds neither an inline token nor client-certificate-data.",
            next_step="`kubectl create token NAME` makes a token.",
        )
    return Identity(
        endpoint=endpoint,
        credentials=credentials,
        default_namespace=text(context, "namespace") or "default",
        origin=f"kubeconfig context {name} as handed in",
    )


def _required(endpoint: Endpoint | None) -> Endpoint:
    if endpoint is None:
        raise ClusterNotConfigured(
            "A kubeconfig from outside is used for its credentials only, and no server is set.",
            next_step="Set the server and its CA in the settings of the service.",
        )
    return endpoint
