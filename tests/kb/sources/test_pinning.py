"""TLS and connections of the pinned transport."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kb.sources import SourceUnavailable
from kb.sources.fetching import HttpReader
from kb.sources.pinning import PinnedTransport
from tests.cluster.asking import Pauses
from tests.kb.sources.serving import names


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for one.test with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "one.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("one.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
async def secure_port(certificate: Path) -> AsyncIterator[int]:
    """A server in TLS that tells which name it was asked by."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    asked: list[str] = []
    context.sni_callback = lambda _socket, name, _context: asked.append(name or "")

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.headers['Host']} {asked[-1]}")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def reader(monkeypatch: pytest.MonkeyPatch, authority: Path) -> HttpReader:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    everywhere = names(one_test="127.0.0.1", two_test="127.0.0.1")
    return HttpReader(PinnedTransport(allow_private=True, resolve=everywhere), pause=Pauses())


async def test_the_name_is_proved_while_the_address_is_connected_to(
    secure_port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = reader(monkeypatch, certificate)
    page = await found.get(f"https://one.test:{secure_port}/")
    assert page.data.decode() == f"one.test:{secure_port} one.test"
    with pytest.raises(SourceUnavailable, match="certificate"):
        # The same address and an open connection to it, but a name that the certificate does not hold.
        await found.get(f"https://two.test:{secure_port}/")
    await found.close()


async def test_a_certificate_of_nobody_is_not_trusted(secure_port: int, tmp_path: Path) -> None:
    found = HttpReader(PinnedTransport(allow_private=True, resolve=names(one_test="127.0.0.1")), pause=Pauses())
    with pytest.raises(SourceUnavailable, match="certificate"):
        await found.get(f"https://one.test:{secure_port}/")
    await found.close()


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    tried: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.host)
        if request.url.host != "1.0.0.1":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, stream=httpx.ByteStream(b"fine"))

    transport = PinnedTransport(
        allow_private=False,
        resolve=names(x_test="2606:4700::1111,1.1.1.1,1.0.0.1"),
        inner=lambda: httpx.MockTransport(answer),
    )
    found = HttpReader(transport)
    assert (await found.get("http://x.test/")).data == b"fine"
    assert tried == ["2606:4700::1111", "1.1.1.1", "1.0.0.1"]
    await found.close()
