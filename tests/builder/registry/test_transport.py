"""The way to registries: proxies, and who is trusted."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.build.executor import Network
from builder.build.registries import Registries
from builder.registry import digests
from builder.registry.transport import proxy_for
from tests.builder.registry.serving import DIGEST, GOOD, served
from tests.kb.sources.serving import Site

HTTP, HTTPS = "http://proxy.example:3128", "http://proxy.example:3129"


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    host: str
    port: int | None = None
    scheme: str = "https"
    no_proxy: str = ""
    proxy: str = ""


CASES = (
    Case(id="https", host="ghcr.io", proxy=HTTPS),
    Case(id="http", host="ghcr.io", scheme="http", proxy=HTTP),
    Case(id="all", host="ghcr.io", no_proxy="*"),
    Case(id="domain", host="ghcr.io", no_proxy="a.example, GHCR.io"),
    Case(id="below", host="r.corp.example", no_proxy="corp.example"),
    Case(id="only-below", host="corp.example", no_proxy=".corp.example", proxy=HTTPS),
    Case(id="below-with-a-dot", host="r.corp.example", no_proxy=".corp.example"),
    Case(id="below-with-a-star", host="r.corp.example", no_proxy="*.corp.example"),
    Case(id="no-part", host="notcorp.example", no_proxy="corp.example", proxy=HTTPS),
    Case(id="port", host="r.example", port=5000, no_proxy="r.example:5000"),
    Case(id="another-port", host="r.example", port=5001, no_proxy="r.example:5000", proxy=HTTPS),
    Case(id="usual-port", host="r.example", no_proxy="r.example:443"),
    Case(id="network", host="10.1.2.3", no_proxy="10.0.0.0/8"),
    Case(id="address", host="10.1.2.3", no_proxy="10.1.2.3"),
    Case(id="other-address", host="10.1.2.4", no_proxy="10.1.2.3", proxy=HTTPS),
    Case(id="ipv6", host="fd00::1", no_proxy="[fd00::1],x"),
    Case(id="bad-network", host="10.1.2.3", no_proxy="10.0.0.0/99,,", proxy=HTTPS),
    Case(id="itself", host="localhost"),
    Case(id="loopback", host="127.8.9.1"),
    Case(id="loopback-ipv6", host="::1"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_host_has_its_proxy(case: Case) -> None:
    network = Network(http_proxy=HTTP, https_proxy=HTTPS, no_proxy=case.no_proxy)
    assert proxy_for(network, case.scheme, case.host, case.port) == case.proxy
    assert proxy_for(Network(), case.scheme, case.host, case.port) == ""


async def test_requests_go_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # ours is not asked
    site = Site({"/v2/shop/manifests/1": GOOD})
    async with served(site) as address:
        found = await digests(
            ["registry.example/shop:1"],
            registries=Registries(insecure=frozenset({"registry.example"})),
            network=Network(http_proxy=f"http://user:secret@{address}"),
        )
    assert found.digests == {"registry.example/shop:1": DIGEST}
    assert site.requests[0].headers["Host"] == "registry.example"
    assert site.requests[0].headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize("proxy", ["ftp://proxy.example", "socks5://proxy.example:1", "http://[", "nonsense://"])
async def test_a_proxy_that_is_none_is_said(proxy: str) -> None:
    found = await digests(["ghcr.io/a/b:1"], network=Network(https_proxy=proxy))
    assert "the proxy of the settings is no http or https address" in found.missing["ghcr.io/a/b:1"].en


async def test_an_authority_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate", encoding="ascii")
    for mount in ("/etc/ssl/certs/ca-certificates.crt", "/usr/local/share/ca-certificates/corp.crt"):
        found = await digests(["a.example/a:1"], network=Network(mounts={mount: broken}))
        assert "CA bundle of the settings cannot be read" in found.missing["a.example/a:1"].en
    found = await digests(["a.example/a:1"], network=Network(mounts={"/etc/ssl/cert.pem": tmp_path / "no"}))
    assert "No such file" in found.missing["a.example/a:1"].en
