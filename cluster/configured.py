"""The identity that flags and settings name together: what the command line and the service both start from."""

from dataclasses import replace
from pathlib import Path

from cluster.identity import Endpoint, Identity
from cluster.kubeconfig import find_identity
from core.errors import SettingInvalid
from core.settings import Settings


def configured_identity(settings: Settings, *, kubeconfig: Path | None = None, context: str = "") -> Identity:
    """Return who asks and where: flags over settings over what kubectl would take, else the pod's service account.

    A platform that pins ``cluster.server`` decides where requests go, whatever a kubeconfig says.

    Raises:
        ClusterNotConfigured: there is no cluster to ask.
        SettingInvalid: the pinned CA cannot be read, or the kubeconfig cannot be used.
    """
    wanted = settings.cluster
    path = kubeconfig or (Path(wanted.kubeconfig).expanduser() if wanted.kubeconfig else None)
    identity = find_identity(path, context or wanted.context or None)
    if not wanted.server and not wanted.ca_file:
        return identity
    found = identity.endpoint
    pinned = Endpoint(server=wanted.server or found.server, ca_pem=_pinned_ca(wanted.ca_file) or found.ca_pem)
    return replace(identity, endpoint=pinned)


def _pinned_ca(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingInvalid(
            f"cluster.ca_file {path} cannot be read: {error}", next_step="Name the PEM file of the API server's CA."
        ) from error
