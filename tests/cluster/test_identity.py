"""Identities from kubeconfigs, one's own and other people's, and from a pod."""

import base64
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster.identity import Credentials, Endpoint, in_cluster, token_expiry
from cluster.kubeconfig import context_names, find_identity, from_kubeconfig, from_kubeconfig_text
from core.errors import ClusterNotConfigured, SettingInvalid, SextantError, Unauthenticated

PLATFORM = Endpoint(server="https://platform.test:6443", ca_pem="platform CA")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def config(user: dict[str, Any] | None = None, cluster: dict[str, Any] | None = None, **context: str) -> dict[str, Any]:
    return {
        "current-context": "dev",
        "clusters": [{"name": "c", "cluster": {"server": "https://dev.test:6443", **(cluster or {})}}],
        "users": [{"name": "u", "user": {"token": "t0ken"} if user is None else user}],
        "contexts": [{"name": "dev", "context": {"cluster": "c", "user": "u", **context}}],
    }


def written(folder: Path, content: object, name: str = "config") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return path


def test_a_persons_kubeconfig_gives_server_ca_token_and_namespace(tmp_path: Path) -> None:
    path = written(tmp_path, config(cluster={"certificate-authority-data": b64("CA")}, namespace="shop"))
    identity = from_kubeconfig(path, trusted=True)
    assert identity.endpoint == Endpoint(server="https://dev.test:6443", ca_pem="CA")
    assert identity.credentials.token == "t0ken"
    assert identity.default_namespace == "shop"
    assert "dev" in identity.origin


def test_files_that_the_kubeconfig_names_are_found_beside_it(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    for name in ("ca", "crt", "key"):
        written(tmp_path, name.upper(), f"pki/{name}.pem")
    user = {"client-certificate": "pki/crt.pem", "client-key": "pki/key.pem"}
    path = written(tmp_path, config(user, {"certificate-authority": "pki/ca.pem"}))
    identity = from_kubeconfig(path, trusted=True)
    assert identity.endpoint.ca_pem == "CA"
    assert (identity.credentials.certificate_pem, identity.credentials.key_pem) == ("CRT", "KEY")


def test_the_first_file_of_kubeconfig_wins_and_missing_ones_are_passed_over(tmp_path: Path) -> None:
    first = written(tmp_path, config(), "first")
    second = written(tmp_path, {**config({"token": "other"}), "current-context": "elsewhere"}, "second")
    environ = {"KUBECONFIG": f"{tmp_path / 'missing'}:{first}:{second}", "HOME": str(tmp_path)}
    assert from_kubeconfig(None, trusted=True, environ=environ).credentials.token == "t0ken"


def test_the_default_kubeconfig_is_that_of_the_home(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    written(tmp_path / ".kube", config())
    assert find_identity(environ={"HOME": str(tmp_path)}).endpoint.server == "https://dev.test:6443"
    assert context_names(environ={"HOME": str(tmp_path)}) == ["dev"]


def test_without_kubeconfig_and_outside_a_pod_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotConfigured, match="no kubeconfig") as caught:
        find_identity(environ={"HOME": str(tmp_path)})
    assert "KUBECONFIG" in caught.value.next_step
    assert context_names(environ={"HOME": str(tmp_path)}) == []


def test_an_unknown_context_offers_the_closest_ones(tmp_path: Path) -> None:
    path = written(tmp_path, config())
    with pytest.raises(SettingInvalid, match="no context 'dve'") as caught:
        from_kubeconfig(path, "dve", trusted=True)
    assert "dev" in caught.value.next_step


PLUGIN = """
import json, os, sys
asked = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
status = {"token": sys.argv[1] + os.environ["SUFFIX"] + asked["spec"]["cluster"]["server"][-4:]}
print(json.dumps({"apiVersion": asked["apiVersion"], "kind": "ExecCredential", "status": status}))
"""


def plugin(script: str, *args: str, **more: Any) -> dict[str, Any]:
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": ["-c", script, *args],
            "env": [{"name": "SUFFIX", "value": "-$(id)-"}],
            "interactiveMode": "Never",
            "provideClusterInfo": True,
            **more,
        }
    }


def test_the_exec_plugin_of_a_persons_kubeconfig_is_run_without_a_shell_and_can_be_asked_again(tmp_path: Path) -> None:
    identity = from_kubeconfig(written(tmp_path, config(plugin(PLUGIN, "a;b"))), trusted=True)
    assert identity.credentials.token == "a;b-$(id)-6443"
    assert identity.renew is not None
    assert identity.renew() == identity.credentials


@pytest.mark.parametrize(
    ("server", "no_proxy", "expected"),
    [
        ("https://dev.test:6443", "", "http://proxy.test:3128"),
        ("https://dev.test:6443", "dev.test", ""),
        ("https://127.0.0.1:6443", "", ""),
        ("https://[::1]:6443", "", ""),
        ("https://localhost:6443", "", ""),
    ],
)
def test_the_proxy_of_the_environment_is_used_but_not_for_this_machine(
    server: str, no_proxy: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("https_proxy", "http://proxy.test:3128"), ("no_proxy", no_proxy)):
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.setenv(name, value)
    path = written(tmp_path, config(cluster={"server": server}))
    assert from_kubeconfig(path, trusted=True).endpoint.proxy_url == expected


def test_the_proxy_of_the_kubeconfig_counts_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    path = written(tmp_path, config(cluster={"proxy-url": "http://own.test:1"}))
    assert from_kubeconfig(path, trusted=True).endpoint.proxy_url == "http://own.test:1"


@dataclass(frozen=True, kw_only=True)
class BadCase:
    id: str
    content: object
    message: str
    error: type[SextantError] = SettingInvalid


BAD = (
    BadCase(id="no YAML", content="a: [", message="no valid YAML"),
    BadCase(id="a list", content="- a", message="no mapping"),
    BadCase(id="empty", content="", message="no mapping"),
    BadCase(id="nothing in it", content={"kind": "Config"}, message="no current context", error=ClusterNotConfigured),
    BadCase(
        id="wrong types",
        content={"contexts": 3, "clusters": "x", "users": None},
        message="no current",
        error=ClusterNotConfigured,
    ),
    BadCase(id="a user that is not there", content={**config(), "users": []}, message="names the user 'u'"),
    BadCase(id="a cluster that is not there", content={**config(), "clusters": []}, message="names the cluster 'c'"),
    BadCase(id="a server that is no URL", content=config(cluster={"server": "dev.test"}), message="no http"),
    BadCase(id="a port that is none", content=config(cluster={"server": "https://dev.test:port"}), message="no URL"),
    BadCase(
        id="a CA that is no base64", content=config(cluster={"certificate-authority-data": "%"}), message="no base64"
    ),
    BadCase(
        id="a CA file that is missing",
        content=config(cluster={"certificate-authority": "no.pem"}),
        message="cannot be read",
    ),
    BadCase(
        id="a certificate without a key", content=config({"client-certificate-data": b64("c")}), message="needs its key"
    ),
    BadCase(id="a token with a line break", content=config({"token": "a\nb"}), message="line break"),
    BadCase(id="a name and a password", content=config({"username": "a", "password": "b"}), message="1.19"),
    BadCase(
        id="an auth-provider that is not logged in",
        content=config({"auth-provider": {"name": "oidc"}}),
        message="auth-provider 'oidc'",
    ),
    BadCase(
        id="a proxy of a strange kind",
        content=config(cluster={"proxy-url": "socks5://127.0.0.1:1"}),
        message="not supported",
    ),
    BadCase(
        id="a plugin that is not installed",
        content=config(plugin("", command="no-such-plugin")),
        message="not installed",
    ),
    BadCase(id="a plugin of an old version", content=config(plugin("", apiVersion="v0")), message="speaks v0"),
    BadCase(
        id="a plugin that fails",
        content=config(plugin("import sys; sys.exit('log in first')")),
        message="exit code 1: log in first",
        error=Unauthenticated,
    ),
    BadCase(
        id="a plugin that prints rubbish",
        content=config(plugin("print('hi')")),
        message="no ExecCredential",
        error=Unauthenticated,
    ),
    BadCase(
        id="a plugin that gives nothing",
        content=config(
            plugin('print(\'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}\')')
        ),
        message="neither a token",
        error=Unauthenticated,
    ),
    BadCase(
        id="a plugin that needs a terminal",
        content=config(plugin("", interactiveMode="Always")),
        message="needs a terminal",
        error=Unauthenticated,
    ),
)


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.id)
def test_a_kubeconfig_that_cannot_be_used_says_why(
    case: BadCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(case.error, match=case.message):
        from_kubeconfig(written(tmp_path, case.content), trusted=True)


def test_a_kubeconfig_that_was_named_and_is_missing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="does not exist"):
        find_identity(tmp_path / "none")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingInvalid, match="not UTF-8"):
        find_identity(tmp_path / "binary")


def test_a_foreign_kubeconfig_lends_its_token_and_nothing_else() -> None:
    foreign = config(cluster={"server": "https://evil.test", "insecure-skip-tls-verify": True}, namespace="shop")
    identity = from_kubeconfig_text(json.dumps(foreign), endpoint=PLATFORM)
    assert identity.endpoint is PLATFORM
    assert identity.credentials.token == "t0ken"
    assert identity.default_namespace == "shop"
    assert identity.renew is None


def test_a_foreign_kubeconfig_may_bring_an_inline_client_certificate(tmp_path: Path) -> None:
    user = {"client-certificate-data": b64("CRT"), "client-key-data": b64("KEY")}
    identity = from_kubeconfig(written(tmp_path, config(user)), trusted=False, endpoint=PLATFORM)
    assert identity.credentials == Credentials(certificate_pem="CRT", key_pem="KEY")


FOREIGN_BAD = (
    BadCase(id="exec", content=config(plugin(PLUGIN)), message="exec"),
    BadCase(id="auth-provider", content=config({"auth-provider": {"name": "x"}}), message="auth-provider"),
    BadCase(id="a token file", content=config({"tokenFile": "/etc/passwd"}), message="tokenFile"),
    BadCase(
        id="a certificate file", content=config({"client-certificate": "/etc/passwd"}), message="client-certificate"
    ),
    BadCase(id="a proxy", content=config(cluster={"proxy-url": "http://evil.test"}), message="proxy-url"),
    BadCase(id="no credentials", content=config({}), message="neither"),
    BadCase(id="deep nesting", content="[" * 100_000, message="no valid YAML"),
    BadCase(id="too large", content="#" * 3_000_000, message="larger"),
)


@pytest.mark.parametrize("case", FOREIGN_BAD, ids=lambda case: case.id)
def test_a_foreign_kubeconfig_is_refused_what_only_its_owner_may_do(case: BadCase) -> None:
    content = case.content if isinstance(case.content, str) else json.dumps(case.content)
    with pytest.raises(SettingInvalid, match=case.message):
        from_kubeconfig_text(content, endpoint=PLATFORM)


def test_a_foreign_kubeconfig_without_a_platform_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotConfigured, match="no server is set"):
        from_kubeconfig(written(tmp_path, config()), trusted=False)


def test_a_pod_uses_its_service_account_and_reads_the_token_anew(tmp_path: Path) -> None:
    for name, content in (("token", "one\n"), ("ca.crt", "CA"), ("namespace", "shop")):
        written(tmp_path, content, name)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    identity = in_cluster(tmp_path, environ)
    assert identity.endpoint == Endpoint(server="https://[fd00::1]:6443", ca_pem="CA")
    assert (identity.credentials.token, identity.default_namespace) == ("one", "shop")
    written(tmp_path, "two", "token")
    assert identity.renew is not None
    assert identity.renew().token == "two"


def test_a_pod_without_a_token_says_so(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotConfigured, match="no service account token"):
        in_cluster(tmp_path, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    with pytest.raises(ClusterNotConfigured, match="no pod"):
        in_cluster(tmp_path, {})


def test_acting_as_somebody_else_survives_renewal(tmp_path: Path) -> None:
    acting = from_kubeconfig(written(tmp_path, config(plugin(PLUGIN, "a"))), trusted=True).acting_as(
        "eve", ("ops", "dev")
    )
    assert acting.renew is not None
    for credentials in (acting.credentials, acting.renew()):
        assert (credentials.impersonate_user, credentials.impersonate_groups) == ("eve", ("ops", "dev"))
    with pytest.raises(SettingInvalid, match="without a user"):
        acting.acting_as("", ("ops",))


def test_credentials_do_not_print_their_secrets() -> None:
    assert "s3cret" not in repr(Credentials(token="s3cret", certificate_pem="s3cret", key_pem="s3cret"))


@pytest.mark.parametrize(
    "token",
    ["", "abc", "a.b.c", "a.!!.c", f"a.{b64('[]')}.c", f"a.{b64('{}')}.c", f"a.{b64(json.dumps({'exp': 1e30}))}.c"],
)
def test_a_token_that_tells_no_expiry_has_none(token: str) -> None:
    assert token_expiry(token) is None


def test_the_expiry_of_a_token_is_read() -> None:
    assert token_expiry(f"a.{b64(json.dumps({'exp': 1700000000}))}.c") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
