"""Flags over settings over the kubeconfig; a pinned server wins over all of them."""

from pathlib import Path

import pytest

from cluster.configured import configured_identity
from cluster.fake import kubeconfig
from cluster.identity import Endpoint
from core.errors import SettingInvalid
from core.settings import ClusterSettings, Settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give a kubeconfig that names a server."""
    path = tmp_path / "config"
    path.write_text(kubeconfig(Endpoint(server="http://127.0.0.1:1"), token="mine"), encoding="utf-8")
    return path


def test_the_settings_name_the_kubeconfig_when_no_flag_does(config: Path) -> None:
    settings = Settings(cluster=ClusterSettings(kubeconfig=str(config)))
    assert configured_identity(settings).endpoint.server == "http://127.0.0.1:1"


def test_a_pinned_server_wins_over_the_kubeconfig(config: Path, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\n", encoding="utf-8")
    settings = Settings(cluster=ClusterSettings(server="https://10.0.0.1:6443", ca_file=str(authority)))
    identity = configured_identity(settings, kubeconfig=config)
    assert identity.endpoint.server == "https://10.0.0.1:6443"
    assert identity.endpoint.ca_pem.startswith("-----BEGIN")
    assert identity.credentials.token == "mine"


def test_a_pinned_ca_that_cannot_be_read_is_named(config: Path, tmp_path: Path) -> None:
    settings = Settings(cluster=ClusterSettings(ca_file=str(tmp_path / "none.pem")))
    with pytest.raises(SettingInvalid, match="ca_file"):
        configured_identity(settings, kubeconfig=config)
